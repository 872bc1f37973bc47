//! A payout as the provider reports it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CreatePayout, PayoutFailure, PayoutState};
use crate::{
    GatewayRef, PayoutRef, Timestamp,
    bank::{AccountNumber, Bin},
    money::Money,
    raw::Raw,
};

/// A payout as the provider reports it. A field that the provider does not report is `None`.
#[doc(alias("disbursement", "transfer"))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Payout {
    /// The merchant's own name for the payout.
    pub payout: PayoutRef,
    /// The amount that the beneficiary receives.
    pub amount: Option<Money>,
    /// The state of the payout.
    pub state: PayoutState,
    /// The reason why the payout failed or was reversed. `None` if it did neither, or if the
    /// provider reports no reason.
    pub failure: Option<PayoutFailure>,
    /// The beneficiary's bank.
    pub bank: Option<Bin>,
    /// The beneficiary's account number.
    pub account: Option<AccountNumber>,
    /// The account holder's name as the provider reports it. It is personal data, so `Debug` does
    /// not show it. Banks abbreviate names and write them without diacritics: keep that in mind
    /// when you compare it with the name that you know.
    pub holder: Option<String>,
    /// The gateway's fee for the payout, in addition to the amount.
    pub fee: Option<Money>,
    /// The gateway's own name for the payout.
    pub gateway_ref: Option<GatewayRef>,
    /// The time at which the gateway booked the payout.
    pub at: Option<Timestamp>,
    /// Whether a person should look at the payout, because the provider's data contradict each
    /// other or the request.
    pub needs_attention: bool,
    /// The gateway's own words for the state.
    pub provider_state: Option<String>,
    /// The gateway's response, unchanged.
    #[serde(skip)]
    pub raw: Raw,
}

impl Payout {
    /// Creates a payout of `amount`, which is `None` if the provider does not report it.
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

    /// Sets the reason why it failed or was reversed.
    #[must_use]
    pub fn with_failure(mut self, failure: PayoutFailure) -> Self {
        self.failure = Some(failure);
        self
    }

    /// Sets the beneficiary's bank.
    #[must_use]
    pub fn with_bank(mut self, bank: Bin) -> Self {
        self.bank = Some(bank);
        self
    }

    /// Sets the account holder's name as the provider reports it.
    #[must_use]
    pub fn with_holder(mut self, name: impl Into<String>) -> Self {
        self.holder = Some(name.into());
        self
    }

    /// Sets the gateway's fee.
    #[must_use]
    pub fn with_fee(mut self, fee: Money) -> Self {
        self.fee = Some(fee);
        self
    }

    /// Sets the beneficiary's account number.
    #[must_use]
    pub fn with_account(mut self, account: AccountNumber) -> Self {
        self.account = Some(account);
        self
    }

    /// Sets the gateway's own name for the payout.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Sets the time at which the gateway booked the payout.
    #[must_use]
    pub fn with_time(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// Marks the payout for review by a person.
    #[must_use]
    pub fn needing_attention(mut self) -> Self {
        self.needs_attention = true;
        self
    }

    /// Sets the gateway's own words for the state.
    #[must_use]
    pub fn with_provider_state(mut self, words: impl Into<String>) -> Self {
        self.provider_state = Some(words.into());
        self
    }

    /// Sets the gateway's response.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Compares this payout, found by an inquiry, with the request that should have created it.
    /// Returns the name of the first field that differs: `payout`, `amount`,
    /// `beneficiary.account.bin` or `beneficiary.account.number`. Returns `None` if no field
    /// differs.
    ///
    /// A field that the provider does not report is not compared, nor is the holder's name, which
    /// banks spell differently. If a field differs, a person has to look: another payout was made
    /// under the same reference, or this one went to another account.
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
    /// Leaves out the holder's name, which is personal data.
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
