//! A payout as the provider sees it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CreatePayout, PayoutFailure, PayoutState};
use crate::{
    GatewayRef, PayoutRef, Timestamp,
    bank::{AccountNumber, Bin},
    money::Money,
    raw::Raw,
};

/// A payout as the provider sees it. What the provider does not report is `None`.
#[doc(alias("disbursement", "transfer"))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Payout {
    /// The merchant's own name for it.
    pub payout: PayoutRef,
    /// How much the beneficiary gets.
    pub amount: Option<Money>,
    /// Where it is.
    pub state: PayoutState,
    /// Why it failed or came back.
    pub failure: Option<PayoutFailure>,
    /// The bank that it goes to.
    pub bank: Option<Bin>,
    /// The account that it goes to.
    pub account: Option<AccountNumber>,
    /// The account's holder, as the provider names it. Personal: never printed. Compare it with the
    /// name that you know, which banks abbreviate and write without accents.
    pub holder: Option<String>,
    /// What the provider charges for it, beside the amount.
    pub fee: Option<Money>,
    /// The provider's own name for it.
    pub gateway_ref: Option<GatewayRef>,
    /// When the provider booked it.
    pub at: Option<Timestamp>,
    /// True if a person should look: the provider contradicts itself or us.
    pub needs_attention: bool,
    /// The provider's own words for the state.
    pub provider_state: Option<String>,
    /// The provider's own words.
    #[serde(skip)]
    pub raw: Raw,
}

impl Payout {
    /// A payout of `amount`, or of `None` where the provider does not say how much.
    pub fn new(payout: PayoutRef, amount: impl Into<Option<Money>>, state: PayoutState) -> Self {
        Self {
            payout,
            amount: amount.into(),
            state,
            failure: None,
            bank: None,
            account: None,
            holder: None,
            fee: None,
            gateway_ref: None,
            at: None,
            needs_attention: false,
            provider_state: None,
            raw: Raw::default(),
        }
    }

    /// Says why it failed or came back.
    #[must_use]
    pub fn with_failure(mut self, failure: PayoutFailure) -> Self {
        self.failure = Some(failure);
        self
    }

    /// Says to which bank it goes.
    #[must_use]
    pub fn with_bank(mut self, bank: Bin) -> Self {
        self.bank = Some(bank);
        self
    }

    /// Keeps the holder's name as the provider gives it.
    #[must_use]
    pub fn with_holder(mut self, name: impl Into<String>) -> Self {
        self.holder = Some(name.into());
        self
    }

    /// Says what the provider charges for it.
    #[must_use]
    pub fn with_fee(mut self, fee: Money) -> Self {
        self.fee = Some(fee);
        self
    }

    /// Says to which account it goes.
    #[must_use]
    pub fn with_account(mut self, account: AccountNumber) -> Self {
        self.account = Some(account);
        self
    }

    /// Keeps the provider's own name for it.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Says when the provider booked it.
    #[must_use]
    pub fn with_time(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// Calls for a person.
    #[must_use]
    pub fn needing_attention(mut self) -> Self {
        self.needs_attention = true;
        self
    }

    /// Keeps the provider's own words for the state.
    #[must_use]
    pub fn with_provider_state(mut self, words: impl Into<String>) -> Self {
        self.provider_state = Some(words.into());
        self
    }

    /// Keeps the provider's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Compares a payout that was found with the request that it should have come from: the name
    /// of the first field that differs (`payout`, `amount`, `beneficiary.account.bin` or
    /// `beneficiary.account.number`), or `None`. What the provider does not report is not compared,
    /// and neither is the holder's name, which banks spell in their own way.
    ///
    /// A difference is for a person: another payout was made under the same reference, or this
    /// one went to another account.
    pub fn differs_from(&self, request: &CreatePayout) -> Option<&'static str> {
        let asked = &request.beneficiary.account;
        if self.payout != request.payout {
            Some("payout")
        } else if self.amount.is_some_and(|amount| amount != request.amount) {
            Some("amount")
        } else if self.bank.is_some_and(|bank| bank != asked.bin) {
            Some("beneficiary.account.bin")
        } else if self.account.as_ref().is_some_and(|account| *account != asked.number) {
            Some("beneficiary.account.number")
        } else {
            None
        }
    }
}

impl fmt::Debug for Payout {
    /// Without the holder's name, which is personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payout")
            .field("payout", &self.payout)
            .field("amount", &self.amount)
            .field("state", &self.state)
            .field("failure", &self.failure)
            .field("bank", &self.bank)
            .field("account", &self.account)
            .field("fee", &self.fee)
            .field("gateway_ref", &self.gateway_ref)
            .field("at", &self.at)
            .field("needs_attention", &self.needs_attention)
            .field("provider_state", &self.provider_state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bank::{BankAccount, Bin},
        payout::Beneficiary,
    };

    fn number(text: &str) -> AccountNumber {
        AccountNumber::new(text).unwrap()
    }

    #[test]
    fn a_payout_differs_in_the_first_field_that_is_not_as_requested() {
        let reference = |text| PayoutRef::new(text).unwrap();
        let account = BankAccount::new(Bin::new("970436").unwrap(), number("0071001234567"));
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        let request = CreatePayout::new(reference("P-1"), Money::vnd(50_000), beneficiary).unwrap();
        let other_bank = Some("beneficiary.account.bin");
        let other_account = Some("beneficiary.account.number");
        for (name, amount, bank, account, expected) in [
            ("P-1", Some(50_000), Some("970436"), Some("0071001234567"), None),
            ("P-1", None, None, None, None),
            ("P-10", Some(50_000), None, Some("0071001234567"), Some("payout")),
            ("p-1", None, None, None, Some("payout")),
            ("P-1", Some(50_001), Some("970436"), Some("0071001234567"), Some("amount")),
            ("P-1", Some(500_000), None, None, Some("amount")),
            ("P-1", Some(50_000), Some("970418"), Some("0071001234567"), other_bank),
            ("P-1", None, Some("970418"), None, other_bank),
            ("P-1", Some(50_000), Some("970436"), Some("00710012345678"), other_account),
            ("P-1", Some(50_000), None, Some("071001234567"), other_account),
        ] {
            let amount = amount.map(Money::vnd);
            let mut payout = Payout::new(reference(name), amount, PayoutState::Succeeded);
            payout.bank = bank.map(|bin| Bin::new(bin).unwrap());
            payout.account = account.map(number);
            assert_eq!(payout.differs_from(&request), expected, "{payout:?}");
        }
    }

    #[test]
    fn the_name_of_a_beneficiary_is_not_printed() {
        let payout = Payout::new(PayoutRef::new("P-1").unwrap(), None, PayoutState::Pending)
            .with_holder("NGUYEN VAN A");
        assert!(!format!("{payout:?}").contains("NGUYEN"), "{payout:?}");
    }
}
