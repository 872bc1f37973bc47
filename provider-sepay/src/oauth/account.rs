//! Bank accounts and transactions behind OAuth2.

use payments_core::{Timestamp, bank::AccountNumber, money::Money, payout::Balance};

/// A bank account that the merchant linked to SePay (developer.sepay.vn, SePay OAuth2: bank
/// accounts).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedAccount {
    /// SePay's number for it.
    pub id: u64,
    /// Its number at the bank.
    pub number: AccountNumber,
    /// Whose it is.
    pub holder: Option<String>,
    /// What the merchant calls it.
    pub label: Option<String>,
    /// Where it is.
    pub bank: LinkedBank,
    /// How much there is, as of when SePay was asked.
    pub balance: Option<Balance>,
    /// Whether SePay watches it.
    pub active: Option<bool>,
    /// Since when it is linked.
    pub created_at: Option<Timestamp>,
}

/// A bank, as SePay names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkedBank {
    /// The name in statements, webhooks and QR images, such as `Vietcombank`.
    pub short_name: Option<String>,
    /// The registered name.
    pub full_name: Option<String>,
    /// The short code, such as `VCB`.
    pub code: Option<String>,
    /// The BIN.
    pub bin: Option<String>,
    /// An address of its icon.
    pub icon_url: Option<String>,
    /// An address of its logo.
    pub logo_url: Option<String>,
}

/// A virtual account under a bank account. SePay publishes no sample of its fields: what is here
/// is read under every name that its other APIs use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubAccount {
    /// SePay's number for it.
    pub id: u64,
    /// Its number at the bank.
    pub number: Option<AccountNumber>,
    /// Whose name buyers see.
    pub holder: Option<String>,
    /// What the merchant calls it.
    pub label: Option<String>,
    /// Whether it takes money.
    pub active: Option<bool>,
}

/// Which transactions to list (developer.sepay.vn, SePay OAuth2: transactions). Dates are days of
/// Vietnam.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionFilter {
    /// Only on this account, by SePay's number.
    pub bank_account_id: Option<u64>,
    /// Only on this account, by the bank's number.
    pub account_number: Option<AccountNumber>,
    /// Only with this reference of the bank.
    pub reference_number: Option<String>,
    /// Only on this day or later.
    pub from: Option<Timestamp>,
    /// Only on this day or earlier.
    pub until: Option<Timestamp>,
    /// Only this amount, arriving.
    pub amount_in: Option<Money>,
    /// Only this amount, leaving.
    pub amount_out: Option<Money>,
}

impl TransactionFilter {
    /// Every transaction.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only on this account, by SePay's number.
    #[must_use]
    pub fn with_bank_account_id(mut self, id: u64) -> Self {
        self.bank_account_id = Some(id);
        self
    }

    /// Only on this account, by the bank's number.
    #[must_use]
    pub fn with_account_number(mut self, number: AccountNumber) -> Self {
        self.account_number = Some(number);
        self
    }

    /// Only with this reference of the bank.
    #[must_use]
    pub fn with_reference_number(mut self, reference: impl Into<String>) -> Self {
        self.reference_number = Some(reference.into());
        self
    }

    /// Only on this day or later.
    #[must_use]
    pub fn with_from(mut self, from: Timestamp) -> Self {
        self.from = Some(from);
        self
    }

    /// Only on this day or earlier.
    #[must_use]
    pub fn with_until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }

    /// Only this amount, arriving.
    #[must_use]
    pub fn with_amount_in(mut self, amount: Money) -> Self {
        self.amount_in = Some(amount);
        self
    }

    /// Only this amount, leaving.
    #[must_use]
    pub fn with_amount_out(mut self, amount: Money) -> Self {
        self.amount_out = Some(amount);
        self
    }
}
