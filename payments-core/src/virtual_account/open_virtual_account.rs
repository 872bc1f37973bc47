//! What an app asks for: a virtual account, a change to one.

use serde::{Deserialize, Serialize};

use super::VirtualAccountRef;
use crate::{
    AccountId, Error, OrderRef, Result, Timestamp,
    money::Money,
    options::{Options, ProviderOptions},
    rules::check_positive,
};

/// A virtual account to open.
///
/// Its serialised form holds everything that is needed to open it, also the options, which may be
/// secrets of a provider: store it like one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenVirtualAccount {
    /// The merchant's own name for what is being paid.
    pub order: OrderRef,
    /// The name that a payer's bank shows.
    pub holder: String,
    /// How much it takes; without one, any amount.
    pub amount: Option<Money>,
    /// For one transfer or for many.
    pub uses: Uses,
    /// Until when money is expected.
    pub expires_at: Option<Timestamp>,
    /// What the payer reads.
    pub remark: Option<String>,
    /// On which of our bank accounts; without one, the provider's choice.
    pub account: Option<AccountId>,
    /// Options that only one provider understands.
    pub options: Options,
}

/// How often a virtual account takes money.
///
/// Exhaustive on purpose: a provider has a word for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uses {
    /// Once.
    Once,
    /// Many times.
    Many,
}

/// A change to a virtual account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateVirtualAccount {
    /// Which one.
    pub account: VirtualAccountRef,
    /// The new name that a payer's bank shows.
    pub holder: String,
    /// What the payer reads.
    pub remark: Option<String>,
}

impl OpenVirtualAccount {
    /// A virtual account for one transfer of any amount for `order`.
    ///
    /// # Errors
    /// `InvalidRequest` if the holder's name is empty.
    pub fn new(order: OrderRef, holder: impl Into<String>) -> Result<Self> {
        Ok(Self {
            order,
            holder: holder_name(holder.into())?,
            amount: None,
            uses: Uses::Once,
            expires_at: None,
            remark: None,
            account: None,
            options: Options::default(),
        })
    }

    /// Takes this amount only.
    ///
    /// # Errors
    /// `InvalidRequest` if it is not positive.
    pub fn with_amount(mut self, amount: Money) -> Result<Self> {
        check_positive(amount)?;
        self.amount = Some(amount);
        Ok(self)
    }

    /// Says how often it takes money.
    #[must_use]
    pub fn with_uses(mut self, uses: Uses) -> Self {
        self.uses = uses;
        self
    }

    /// Says until when money is expected.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Says what the payer reads.
    #[must_use]
    pub fn with_remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// Says on which of our bank accounts.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
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

impl UpdateVirtualAccount {
    /// Changes the holder's name.
    ///
    /// # Errors
    /// `InvalidRequest` if the name is empty.
    pub fn new(account: VirtualAccountRef, holder: impl Into<String>) -> Result<Self> {
        Ok(Self { account, holder: holder_name(holder.into())?, remark: None })
    }

    /// Changes what the payer reads.
    #[must_use]
    pub fn with_remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }
}

fn holder_name(name: String) -> Result<String> {
    if name.trim().is_empty() {
        return Err(Error::invalid("holder", "is empty; give the name that payers see"));
    }
    Ok(name)
}
