//! Receiving money on account numbers that a provider opens for an order.

mod capabilities;
mod open_virtual_account;
#[expect(clippy::module_inception, reason = "a file is named after the type in it")]
mod virtual_account;

use async_trait::async_trait;

pub use capabilities::{ResolveOpen, VirtualAccountCapabilities, VirtualAccountRules};
pub use open_virtual_account::{OpenVirtualAccount, UpdateVirtualAccount, Uses};
pub use virtual_account::{
    VirtualAccount, VirtualAccountNumber, VirtualAccountRef, VirtualAccountState,
};

use crate::{AccountId, Listed, Lookup, Movement, Result, Submission, Timestamp};

/// Opens virtual accounts and finds the money that arrived on them.
#[async_trait]
pub trait VirtualAccountProvider: Send + Sync + 'static {
    /// Returns what this provider accepts and offers on every bank account of the merchant.
    fn capabilities(&self) -> &VirtualAccountCapabilities;

    /// Checks whether [`open`](Self::open) accepts a request, without sending anything.
    ///
    /// A provider that is stricter than its capabilities checks the additional rules here; the role
    /// of a [`Provider`](crate::Provider) checks the capabilities first. `open` never refuses a
    /// request that passes both as invalid or unsupported, except for the [rules of one bank
    /// account](Self::rules_for).
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the provider does not accept
    /// a value, and [`Unsupported`](crate::ErrorKind::Unsupported) if the request needs something
    /// that the provider does not offer. The error names the field.
    fn check(&self, _request: &OpenVirtualAccount) -> Result<()> {
        Ok(())
    }

    /// Returns the rules for one bank account of the merchant, which apply in addition to
    /// [`capabilities`](Self::capabilities).
    ///
    /// # Errors
    /// The request to the gateway failed, its response could not be read, or the provider does not
    /// know the account.
    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules>;

    /// Opens a virtual account for an order.
    ///
    /// If the future is dropped, the outcome is uncertain;
    /// [`VirtualAccountCapabilities::resolve_open`] shows how to find out the outcome.
    ///
    /// # Errors
    /// No virtual account was opened.
    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>>;

    /// Asks the gateway for a virtual account, including the amount that arrived on it.
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read.
    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>>;

    /// Changes a virtual account. If the future is dropped, the outcome is uncertain.
    ///
    /// # Errors
    /// The virtual account was not changed.
    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>>;

    /// Closes a virtual account. Money can still arrive later and is then a late credit. If the
    /// future is dropped, the outcome is uncertain.
    ///
    /// # Errors
    /// The virtual account was not closed.
    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>>;

    /// Reopens a closed virtual account, until the time `until` if one is given. If the future is
    /// dropped, the outcome is uncertain.
    ///
    /// # Errors
    /// The virtual account was not reopened.
    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>>;

    /// Asks the gateway for the credits on a virtual account, as far back as
    /// [`VirtualAccountCapabilities::credits_window`]. A credit that cannot be read is returned in
    /// its place as [`Listed::Unreadable`].
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read as a list.
    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>>;
}
