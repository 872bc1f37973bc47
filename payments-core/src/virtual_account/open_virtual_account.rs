//! Requests to open a virtual account and to change one.

use serde::{Deserialize, Serialize};

use super::VirtualAccountRef;
use crate::{
    AccountId, Error, OrderRef, Result, Timestamp,
    money::Money,
    options::{Options, ProviderOptions},
    rules::{check_positive, positive_if_any},
};

/// A request to open a virtual account.
///
/// Its serialised form contains everything that is needed to open the account. That includes the
/// provider's options, which may contain secrets: store it as you store a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenVirtualAccount {
    /// The merchant's own name for the order, unique per merchant.
    pub order: OrderRef,
    /// The account holder's name, which the payer's bank shows.
    pub holder: String,
    /// The amount that the account accepts. It is positive. If `None`, the account accepts any
    /// amount.
    #[serde(default, deserialize_with = "positive_if_any")]
    pub amount: Option<Money>,
    /// How many transfers the account accepts: one or any number.
    pub uses: Uses,
    /// The time until which money is expected.
    pub expires_at: Option<Timestamp>,
    /// The text that the payer sees.
    pub remark: Option<String>,
    /// The merchant's bank account behind the virtual account. If `None`, the provider chooses.
    pub account: Option<AccountId>,
    /// Options that only one provider understands.
    pub options: Options,
}

/// How many transfers a virtual account accepts.
///
/// This enum is exhaustive on purpose, so that every provider maps each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uses {
    /// One transfer.
    Once,
    /// Any number of transfers.
    Many,
}

/// A request to change a virtual account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateVirtualAccount {
    /// The virtual account to change.
    pub account: VirtualAccountRef,
    /// The new holder's name, which the payer's bank shows.
    pub holder: String,
    /// The text that the payer sees.
    pub remark: Option<String>,
}

impl OpenVirtualAccount {
    /// Creates a request for a virtual account for `order` that accepts one transfer of any amount.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the holder's name is empty.
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

    /// Sets the only amount that the account accepts.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `amount` is not positive.
    pub fn with_amount(mut self, amount: Money) -> Result<Self> {
        check_positive(amount)?;
        self.amount = Some(amount);
        Ok(self)
    }

    /// Sets how many transfers the account accepts.
    #[must_use]
    pub fn with_uses(mut self, uses: Uses) -> Self {
        self.uses = uses;
        self
    }

    /// Sets the time until which money is expected.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets the text that the payer sees.
    #[must_use]
    pub fn with_remark(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// Sets the merchant's bank account behind the virtual account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
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

impl UpdateVirtualAccount {
    /// Creates a request to change the holder's name to `holder`.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the name is empty.
    pub fn new(account: VirtualAccountRef, holder: impl Into<String>) -> Result<Self> {
        Ok(Self { account, holder: holder_name(holder.into())?, remark: None })
    }

    /// Sets the text that the payer sees.
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
