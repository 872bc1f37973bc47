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

/// Opens virtual accounts and knows what arrived on them.
#[async_trait]
pub trait VirtualAccountProvider: Send + Sync + 'static {
    /// What this provider takes and does: the floor common to all our bank accounts.
    fn capabilities(&self) -> &VirtualAccountCapabilities;

    /// Checks whether [`open`](Self::open) takes a request, without sending anything.
    ///
    /// A provider that is stricter than its capabilities checks here what goes beyond them; the role
    /// of a [`Provider`](crate::Provider) checks the capabilities first. A request that passes both
    /// is never refused by `open` as invalid or unsupported, but for the
    /// [rules of one bank account](Self::rules_for).
    ///
    /// # Errors
    /// `InvalidRequest` or `Unsupported`, naming the field.
    fn check(&self, _request: &OpenVirtualAccount) -> Result<()> {
        Ok(())
    }

    /// The rules that hold on one of our bank accounts beyond
    /// [`capabilities`](Self::capabilities).
    ///
    /// # Errors
    /// The request to the provider failed, its response could not be read, or it does not know the
    /// account.
    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules>;

    /// Opens a virtual account for an order. Dropping the future leaves the outcome uncertain;
    /// what to do then is [`VirtualAccountCapabilities::resolve_open`].
    ///
    /// # Errors
    /// Nothing was opened.
    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>>;

    /// Asks for a virtual account and what arrived on it.
    ///
    /// # Errors
    /// The request to the provider failed, or its response could not be read.
    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>>;

    /// Changes a virtual account. Dropping the future leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was changed.
    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>>;

    /// Closes a virtual account. Money that arrives later is a late credit, not lost.
    /// Dropping the future leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was closed.
    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>>;

    /// Opens a closed virtual account again, until `until` if given. Dropping the future leaves
    /// the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was opened.
    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>>;

    /// Asks for the credits on a virtual account, as far back as
    /// [`VirtualAccountCapabilities::credits_window`]. A credit that cannot be read is
    /// [`Listed::Unreadable`]; the others are returned all the same.
    ///
    /// # Errors
    /// The request to the provider failed, or its response could not be read.
    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>>;
}
