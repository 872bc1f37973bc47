//! Bank accounts, transactions and virtual accounts.

use std::fmt;

use payments_core::{Direction, Timestamp, money::Money};

/// A line of a bank account's statement.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction {
    /// SePay's name for it: a number in v1, a UUID in v2.
    pub id: String,
    /// When the bank booked it.
    pub at: Option<Timestamp>,
    /// Which way the money went; `None` if none moved, or by a word that SePay documents nowhere.
    pub direction: Option<Direction>,
    /// What arrived; nothing if money left.
    pub amount_in: Money,
    /// What left; nothing if money arrived.
    pub amount_out: Money,
    /// The balance afterwards.
    pub accumulated: Option<Money>,
    /// The number of our bank account.
    pub account_number: Option<String>,
    /// SePay's name for our bank account.
    pub bank_account_id: Option<String>,
    /// The bank, by SePay's short name.
    pub bank_brand_name: Option<String>,
    /// The virtual account or sub-account that it arrived on.
    pub virtual_account: Option<String>,
    /// SePay's name for that; v2 only.
    pub virtual_account_id: Option<String>,
    /// The memo.
    pub content: Option<String>,
    /// The bank's reference.
    pub reference_number: Option<String>,
    /// The payment code that SePay found in the memo, or the code of the order that it paid.
    pub code: Option<String>,
    /// Whether webhooks were taken: documented as 0 or 1, and seen as a count; v2 only.
    pub webhook_success: Option<i64>,
}

/// A bank account that SePay watches.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BankAccount {
    /// SePay's name for it: a number in v1, a UUID in v2.
    pub id: String,
    /// Whose it is.
    pub holder: Option<String>,
    /// Its number at the bank.
    pub account_number: Option<String>,
    /// The balance as of the last transaction.
    pub accumulated: Option<Money>,
    /// When something last moved.
    pub last_transaction: Option<Timestamp>,
    /// What the merchant calls it.
    pub label: Option<String>,
    /// Such as `personal`; v2 only.
    pub account_type: Option<String>,
    /// Whether it is in use.
    pub active: Option<bool>,
    /// When it was linked.
    pub created_at: Option<Timestamp>,
    /// The bank's short name, such as `VietinBank`.
    pub bank_short_name: Option<String>,
    /// The bank's registered name.
    pub bank_full_name: Option<String>,
    /// The bank's BIN, as VietQR has it.
    pub bank_bin: Option<String>,
    /// The bank's short code, such as `ICB`.
    pub bank_code: Option<String>,
}

/// A virtual account of a bank account, whether it stays or is for one order. v2 only.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VirtualAccount {
    /// SePay's name for it.
    pub id: String,
    /// The number to transfer to.
    pub number: Option<String>,
    /// The name that a payer's bank shows.
    pub holder: Option<String>,
    /// What the merchant calls it.
    pub label: Option<String>,
    /// Whether it is in use.
    pub active: Option<bool>,
    /// Whether the bank opened it; otherwise only SePay knows it, by the memo.
    pub official: Option<bool>,
    /// Whether it stays; otherwise it is for one order.
    pub is_static: Option<bool>,
    /// SePay's name for the bank account behind it.
    pub bank_account_id: Option<String>,
    /// When it was opened.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}

/// A prefix of virtual account numbers at Sacombank.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prefix {
    /// The prefix, such as `SEP200001WEB`.
    pub va_prefix: String,
    /// The shop's short name.
    pub store_id: Option<String>,
    /// The shop's name.
    pub store_name: Option<String>,
    /// SePay's word for its state, such as `active`.
    pub status: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// A terminal at Vietcombank.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Terminal {
    /// SePay's name for it, which orders do not take.
    pub xid: Option<String>,
    /// The bank's name for it, which orders take.
    pub tid: String,
    /// What the merchant calls it.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

impl fmt::Debug for Transaction {
    /// Without memo and balance: people's names stand in memos.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("id", &self.id)
            .field("at", &self.at)
            .field("amount_in", &self.amount_in)
            .field("amount_out", &self.amount_out)
            .field("reference_number", &self.reference_number)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BankAccount {
    /// Without holder, number and balance.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankAccount")
            .field("id", &self.id)
            .field("bank_short_name", &self.bank_short_name)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VirtualAccount {
    /// Without holder and number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualAccount")
            .field("id", &self.id)
            .field("label", &self.label)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}
