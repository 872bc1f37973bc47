//! The person and bank account that a payout goes to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Raw, Result, bank::BankAccount};

/// The person and bank account that a payout goes to.
#[doc(alias("payee", "receiver"))]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Beneficiary {
    /// The bank account.
    pub account: BankAccount,
    /// The holder's name as the bank knows it.
    pub name: String,
    /// The gateway's response, if the name comes from the gateway.
    #[serde(skip)]
    pub raw: Raw,
}

impl Beneficiary {
    /// Creates a beneficiary: the holder's name with the account.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the name is empty.
    pub fn new(account: BankAccount, name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        if name.trim().is_empty() {
            return Err(Error::invalid("beneficiary.name", "is empty; give the holder's name"));
        }
        Ok(Self { account, name, raw: Raw::default() })
    }

    /// Sets the gateway's response.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }
}

impl fmt::Debug for Beneficiary {
    /// Leaves out the name, which is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beneficiary").field("account", &self.account).finish_non_exhaustive()
    }
}
