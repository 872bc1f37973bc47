//! What an app asks for: a payout to a beneficiary.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Error, PayoutRef, Raw, Result,
    bank::BankAccount,
    money::Money,
    options::{Options, ProviderOptions},
    payment::positive,
};

/// A payout to make.
///
/// Its serialised form holds everything that is needed to send it, also the options, which may be
/// secrets of a provider: store it like one.
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

/// The person and bank account that a payout goes to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Beneficiary {
    /// The account.
    pub account: BankAccount,
    /// The holder's name as the bank knows it.
    pub name: String,
    /// The provider's own words, if it told the name.
    #[serde(skip)]
    pub raw: Raw,
}

impl CreatePayout {
    /// A payout of `amount` to `beneficiary`.
    ///
    /// # Errors
    /// `InvalidRequest` if the amount is not positive.
    pub fn new(payout: PayoutRef, amount: Money, beneficiary: Beneficiary) -> Result<Self> {
        positive(amount)?;
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

impl Beneficiary {
    /// The holder of `account`.
    ///
    /// # Errors
    /// `InvalidRequest` if the name is empty.
    pub fn new(account: BankAccount, name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        if name.trim().is_empty() {
            return Err(Error::invalid("beneficiary.name", "is empty; give the holder's name"));
        }
        Ok(Self { account, name, raw: Raw::default() })
    }

    /// Keeps the provider's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }
}

impl fmt::Debug for Beneficiary {
    /// Without the name, which is personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beneficiary").field("account", &self.account).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{AccountNumber, Bin};

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
