//! Sending money: payouts to a beneficiary's bank account.
//!
//! An accepted payout is not a paid one. Many gateways take it and settle it later, and not all of
//! them send a notification then: keep asking with [`PayoutProvider::find_payout`] until
//! [`PayoutState::is_final`].

mod balance;
mod beneficiary;
mod capabilities;
mod create_payout;
mod failure;
mod field;
#[expect(clippy::module_inception, reason = "a file is named after the type in it")]
mod payout;
mod payout_state;

use async_trait::async_trait;

pub use balance::Balance;
pub use beneficiary::Beneficiary;
pub use capabilities::PayoutCapabilities;
pub use create_payout::CreatePayout;
pub use failure::PayoutFailure;
pub use field::PayoutField;
pub use payout::Payout;
pub use payout_state::PayoutState;

use crate::{Lookup, PayoutRef, Result, Submission, bank::BankAccount};

/// Sends money and knows what became of it.
#[async_trait]
pub trait PayoutProvider: Send + Sync + 'static {
    /// What this provider takes and does. Never changes while it lives.
    fn capabilities(&self) -> &PayoutCapabilities;

    /// Checks whether [`create_payout`](Self::create_payout) takes a request, without sending
    /// anything. A router asks it before it chooses a provider.
    ///
    /// A provider that is stricter than its capabilities, such as one that does not reach every
    /// bank, checks here what goes beyond them; the role of a [`Provider`](crate::Provider) checks
    /// the capabilities first. A request that passes both is never refused by `create_payout` as
    /// invalid or unsupported.
    ///
    /// # Errors
    /// `InvalidRequest` or `Unsupported`, naming the field.
    fn check(&self, _request: &CreatePayout) -> Result<()> {
        Ok(())
    }

    /// Sends money, at most once per call, whatever happens on the way.
    ///
    /// An accepted payout has the state that the provider reports: often
    /// [`Pending`](PayoutState::Pending), and then the app has to ask with
    /// [`find_payout`](Self::find_payout) until the state [is final](PayoutState::is_final). One that
    /// [awaits approval](PayoutState::AwaitingApproval) needs a person besides. Store the payout's
    /// reference before the call, and ask for every one that is not final, also after a restart.
    ///
    /// An uncertain payout is found with [`find_payout`](Self::find_payout) and never sent
    /// again, under the same reference or a new one. Dropping the future, or wrapping it in a
    /// timeout, leaves the outcome uncertain.
    ///
    /// # Errors
    /// No money moved: the request cannot be honoured, or nothing left this machine.
    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>>;

    /// Asks what became of a payout. Safe to repeat.
    ///
    /// # Errors
    /// The request to the provider failed, or its response could not be read: this says nothing
    /// about the payout.
    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>>;

    /// Asks whose account it is. It may cost a fee: see
    /// [`PayoutCapabilities::name_check_costs`].
    ///
    /// # Errors
    /// The request to the provider failed, its response could not be read, or it does not know the
    /// account (`NotFound`).
    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary>;

    /// Asks how much there is to send, and as of when.
    ///
    /// # Errors
    /// The request to the provider failed, or its response could not be read.
    async fn balance(&self) -> Result<Balance>;
}
