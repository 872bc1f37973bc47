//! What a provider says: a payout, a balance.

use serde::Serialize;

use super::{CreatePayout, PayoutState};
use crate::{GatewayRef, PayoutRef, Timestamp, bank::AccountNumber, money::Money, raw::Raw};

/// A payout as the provider sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Payout {
    /// The merchant's own name for it.
    pub payout: PayoutRef,
    /// How much.
    pub amount: Money,
    /// Where it is.
    pub state: PayoutState,
    /// The account that it went to, where the provider says so.
    pub account: Option<AccountNumber>,
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
    /// A payout of `amount`.
    pub fn new(payout: PayoutRef, amount: Money, state: PayoutState) -> Self {
        Self {
            payout,
            amount,
            state,
            account: None,
            gateway_ref: None,
            at: None,
            needs_attention: false,
            provider_state: None,
            raw: Raw::default(),
        }
    }

    /// Says to which account it went.
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
    /// of the first field that differs (`payout`, `amount` or `beneficiary.account.number`), or
    /// `None`. An account that the provider does not report is not compared.
    ///
    /// A difference is for a person: another payout was made under the same reference, or this
    /// one went to another account.
    pub fn differs_from(&self, request: &CreatePayout) -> Option<&'static str> {
        let number = &request.beneficiary.account.number;
        if self.payout != request.payout {
            Some("payout")
        } else if self.amount != request.amount {
            Some("amount")
        } else if self.account.as_ref().is_some_and(|account| account != number) {
            Some("beneficiary.account.number")
        } else {
            None
        }
    }
}

/// How much there is, and as of when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Balance {
    /// How much.
    pub amount: Money,
    /// As of when.
    pub at: Timestamp,
    /// The provider's own words.
    #[serde(skip)]
    pub raw: Raw,
}

impl Balance {
    /// So much at that time.
    pub fn new(amount: Money, at: Timestamp) -> Self {
        Self { amount, at, raw: Raw::default() }
    }

    /// Keeps the provider's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
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
        for (name, amount, account, expected) in [
            ("P-1", 50_000, Some("0071001234567"), None),
            ("P-1", 50_000, None, None),
            ("P-10", 50_000, Some("0071001234567"), Some("payout")),
            ("p-1", 50_000, Some("0071001234567"), Some("payout")),
            ("P-1", 50_001, Some("0071001234567"), Some("amount")),
            ("P-1", 500_000, None, Some("amount")),
            ("P-1", 50_000, Some("00710012345678"), Some("beneficiary.account.number")),
            ("P-1", 50_000, Some("071001234567"), Some("beneficiary.account.number")),
        ] {
            let mut payout =
                Payout::new(reference(name), Money::vnd(amount), PayoutState::Succeeded);
            payout.account = account.map(number);
            assert_eq!(payout.differs_from(&request), expected, "{name} {amount} {account:?}");
        }
    }
}
