//! Sending money: payouts to a beneficiary's bank account.
//!
//! An accepted payout is not a paid one. Many gateways accept it and pay it later, and not all of
//! them notify then: keep inquiring with [`PayoutProvider::find_payout`] until
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

/// Sends payouts and reports their state.
#[async_trait]
pub trait PayoutProvider: Send + Sync + 'static {
    /// Returns the requests that this provider accepts and the operations that it offers. They do
    /// not change during the provider's lifetime.
    fn capabilities(&self) -> &PayoutCapabilities;

    /// Checks whether [`create_payout`](Self::create_payout) accepts a request, without sending
    /// anything. A router calls it before it chooses a provider.
    ///
    /// A provider that is stricter than its capabilities, such as one that does not reach every
    /// bank, checks the additional rules here; the role of a [`Provider`](crate::Provider) checks
    /// the capabilities first. `create_payout` never refuses a request that passes both as invalid
    /// or unsupported.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the provider does not accept
    /// a value, and [`Unsupported`](crate::ErrorKind::Unsupported) if the request needs something
    /// that the provider does not offer. The error names the field.
    fn check(&self, _request: &CreatePayout) -> Result<()> {
        Ok(())
    }

    /// Sends a payout, at most once per call.
    ///
    /// Store the payout's reference before the call. An accepted payout has the state that the
    /// provider reports, often [`Pending`](PayoutState::Pending): inquire with
    /// [`find_payout`](Self::find_payout), also after a restart, until the state [is
    /// final](PayoutState::is_final). A payout that [awaits
    /// approval](PayoutState::AwaitingApproval) also needs a person's approval at the gateway.
    ///
    /// If the outcome is uncertain, inquire with [`find_payout`](Self::find_payout) and never send
    /// the payout a second time, neither under the same reference nor under a new one. If the
    /// future is dropped, also by a timeout around it, the outcome is uncertain.
    ///
    /// # Errors
    /// No money moved: the request is invalid or unsupported, or it never left this machine.
    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>>;

    /// Asks the gateway for the state of a payout. This inquiry has no effect and may be sent again
    /// at any time.
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read. The state of the
    /// payout is then unknown.
    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>>;

    /// Asks the gateway for the holder's name of an account. The provider may charge a fee for the
    /// inquiry: see [`PayoutCapabilities::name_check_costs`].
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read. Returns
    /// [`NotFound`](crate::ErrorKind::NotFound) if the provider does not know the account.
    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary>;

    /// Asks the gateway for the balance from which payouts are made.
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read.
    async fn balance(&self) -> Result<Balance>;
}
