//! Taking money: payments that a provider opens for an order.

mod buyer;
mod capabilities;
mod create_payment;
mod field;
mod form;
mod funding;
mod method;
mod next_action;
#[expect(clippy::module_inception, reason = "a file is named after the type in it")]
mod payment;
mod payment_state;
mod refund;
mod stored;

use async_trait::async_trait;

pub use buyer::Buyer;
pub use capabilities::{CreateMode, PaymentCapabilities};
pub use create_payment::CreatePayment;
pub use field::PaymentField;
pub use form::{FormPage, PostForm};
pub use funding::Funding;
pub use method::PaymentMethod;
pub use next_action::{NextAction, Transfer};
pub use payment::{Payment, Registered};
pub use payment_state::PaymentState;
pub use refund::{Refund, RefundPayment, RefundState};

pub use crate::payment_code::{CodeMatch, CodeRules, Memo, PaymentCode};
use crate::{Error, Lookup, OrderRef, RefundRef, Result, Submission};

/// Opens payments and knows what became of them.
///
/// Which calls *instruct* and which *ask* is the most important line in this crate: instructing
/// calls return a [`Submission`], asking calls a [`Lookup`].
#[async_trait]
pub trait PaymentProvider: Send + Sync + 'static {
    /// What this provider takes and does. Never changes while it lives.
    fn capabilities(&self) -> &PaymentCapabilities;

    /// Checks whether [`create_payment`](Self::create_payment) takes a request, without sending
    /// anything. A router asks it before it chooses a provider.
    ///
    /// A provider that is stricter than its capabilities, by method, by bank or by its own options,
    /// checks here what goes beyond them; the role of a [`Provider`](crate::Provider) checks the
    /// capabilities first. A request that passes both is never refused by `create_payment` as
    /// invalid or unsupported.
    ///
    /// # Errors
    /// `InvalidRequest` or `Unsupported`, naming the field.
    fn check(&self, _request: &CreatePayment) -> Result<()> {
        Ok(())
    }

    /// Opens a payment. An accepted payment is *not paid*: the buyer acts next.
    ///
    /// Where [`CreateMode::Offline`] is declared, nothing is sent: the answer is a signed link,
    /// a form, or a transfer with a code, and says nothing about the provider's health.
    /// Dropping the future, or wrapping it in a timeout, leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was opened: the request cannot be honoured, or nothing left this machine.
    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>>;

    /// Asks what became of an order's payment. Safe to repeat.
    ///
    /// # Errors
    /// The request to the provider failed, or its response could not be read: this says nothing
    /// about the payment.
    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>>;

    /// Cancels a payment that is not paid yet. Dropping the future leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was cancelled.
    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>>;

    /// Gives money back. Dropping the future leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was given back.
    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>>;

    /// Asks what became of a refund. Safe to repeat. Few providers can: see
    /// [`PaymentCapabilities::find_refund`].
    ///
    /// # Errors
    /// The request to the provider failed, which says nothing about the refund, or it cannot find
    /// refunds (`Unsupported`).
    async fn find_refund(&self, _refund: &RefundRef) -> Result<Lookup<Refund>> {
        Err(Error::unsupported("the provider cannot find refunds").with_operation("find_refund"))
    }
}
