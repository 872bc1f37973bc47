//! A request to pay money out.

use serde::{Deserialize, Serialize};

use super::Beneficiary;
use crate::{
    PayoutRef, Result,
    money::Money,
    options::{Options, ProviderOptions},
    rules::{check_positive, positive},
};

/// A request to pay money out.
///
/// Its serialised form contains everything that is needed to send the payout. That includes the
/// provider's options, which may contain secrets: store it as you store a secret.
#[doc(alias("disbursement", "transfer"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatePayout {
    /// The merchant's own name for the payout. Create and store it before the first call, and never
    /// use it for another payout.
    pub payout: PayoutRef,
    /// The amount. It is positive.
    #[serde(deserialize_with = "positive")]
    pub amount: Money,
    /// The beneficiary.
    pub beneficiary: Beneficiary,
    /// The text that the beneficiary sees in the transfer's memo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Options that only one provider understands.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

impl CreatePayout {
    /// Creates a request for a payout of `amount` to `beneficiary`.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the amount is not positive.
    pub fn new(payout: PayoutRef, amount: Money, beneficiary: Beneficiary) -> Result<Self> {
        check_positive(amount)?;
        Ok(Self { payout, amount, beneficiary, note: None, options: Options::default() })
    }

    /// Sets the text that the beneficiary sees in the memo.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Sets the options that only one provider understands.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `options` cannot be
    /// serialised as JSON.
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

    #[test]
    fn a_stored_request_whose_amount_is_not_positive_is_refused() {
        let account =
            BankAccount::new(Bin::new("970436").unwrap(), AccountNumber::new("0071").unwrap());
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        let reference = PayoutRef::new("P-1").unwrap();
        let request = CreatePayout::new(reference, Money::vnd(50_000), beneficiary).unwrap();
        let stored = serde_json::to_string(&request).unwrap();
        for amount in ["0", "-50000"] {
            let other = stored.replace("50000", amount);
            let error = serde_json::from_str::<CreatePayout>(&other).unwrap_err().to_string();
            assert!(error.contains("is not above zero"), "{other}: {error}");
        }
    }
}
