//! A payout to make.

use serde::{Deserialize, Serialize};

use super::Beneficiary;
use crate::{
    PayoutRef, Result,
    money::Money,
    options::{Options, ProviderOptions},
    rules::check_positive,
};

/// A payout to make.
///
/// Its serialised form holds everything that is needed to send it, also the options, which may be
/// secrets of a provider: store it like one.
#[doc(alias("disbursement", "transfer"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatePayout {
    /// The merchant's own name for it. Make it before the first try and keep it for ever.
    pub payout: PayoutRef,
    /// How much.
    pub amount: Money,
    /// To whom.
    pub beneficiary: Beneficiary,
    /// What the beneficiary reads in the transfer's memo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Options that only one provider understands.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl CreatePayout {
    /// A payout of `amount` to `beneficiary`.
    ///
    /// # Errors
    /// `InvalidRequest` if the amount is not positive.
    pub fn new(payout: PayoutRef, amount: Money, beneficiary: Beneficiary) -> Result<Self> {
        check_positive(amount)?;
        Ok(Self { payout, amount, beneficiary, note: None, options: Options::default() })
    }

    /// Says what the beneficiary reads in the memo.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Puts options that only one provider understands.
    ///
    /// # Errors
    /// `InvalidRequest` if they cannot be written as JSON.
    pub fn with_options<T: ProviderOptions>(mut self, options: &T) -> Result<Self> {
        self.options.set(options)?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{AccountNumber, BankAccount, Bin};

    #[test]
    fn a_stored_request_is_the_same_request() {
        let account =
            BankAccount::new(Bin::new("970436").unwrap(), AccountNumber::new("0071").unwrap());
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        let reference = PayoutRef::new("P-1").unwrap();
        let request = CreatePayout::new(reference, Money::vnd(50_000), beneficiary).unwrap();
        for request in [request.clone(), request.with_note("Luong")] {
            let stored = serde_json::to_string(&request).unwrap();
            assert_eq!(serde_json::from_str::<CreatePayout>(&stored).unwrap(), request, "{stored}");
        }
    }
}
