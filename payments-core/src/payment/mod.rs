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

pub use crate::payment_code::PaymentCode;
use crate::{Error, Lookup, OrderRef, RefundRef, Result, Submission};

/// Opens payments, reports their state, and cancels and refunds them.
///
/// Methods that send an instruction return a [`Submission`]; methods that only inquire return a
/// [`Lookup`].
#[async_trait]
pub trait PaymentProvider: Send + Sync + 'static {
    /// Returns the requests that this provider accepts and the operations that it offers. They do
    /// not change during the provider's lifetime.
    fn capabilities(&self) -> &PaymentCapabilities;

    /// Checks whether [`create_payment`](Self::create_payment) accepts a request, without sending
    /// anything. A router calls it before it chooses a provider.
    ///
    /// A provider that is stricter than its capabilities, for example for one method, one bank or
    /// its own options, checks the additional rules here; the role of a
    /// [`Provider`](crate::Provider) checks the capabilities first. `create_payment` never refuses
    /// a request that passes both as invalid or unsupported.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the provider does not accept
    /// a value, and [`Unsupported`](crate::ErrorKind::Unsupported) if the request needs something
    /// that the provider does not offer. The error names the field.
    fn check(&self, _request: &CreatePayment) -> Result<()> {
        Ok(())
    }

    /// Opens a payment. An accepted payment is open but *not paid*: the buyer acts next.
    ///
    /// A provider that declares [`CreateMode::Offline`] sends nothing and returns a signed link, a
    /// form, or a transfer with a payment code. If the future is dropped, also by a timeout around
    /// it, the outcome is uncertain.
    ///
    /// # Errors
    /// No payment was opened: the request is invalid or unsupported, or it never left this machine.
    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>>;

    /// Asks the gateway for the state of an order's payment. This inquiry has no effect and may be
    /// sent again at any time.
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read. The state of the
    /// payment is then unknown.
    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>>;

    /// Cancels a payment that is not paid yet. If the future is dropped, the outcome is uncertain.
    ///
    /// # Errors
    /// The payment was not cancelled.
    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>>;

    /// Refunds a payment, wholly or in part. If the future is dropped, the outcome is uncertain.
    ///
    /// # Errors
    /// Nothing was refunded.
    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>>;

    /// Asks the gateway for the state of a refund. This inquiry has no effect and may be sent again
    /// at any time. Only providers that declare [`PaymentCapabilities::find_refund`] implement it.
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read; the state of the
    /// refund is then unknown. Returns [`Unsupported`](crate::ErrorKind::Unsupported) if the
    /// provider cannot find refunds.
    async fn find_refund(&self, _refund: &RefundRef) -> Result<Lookup<Refund>> {
        Err(Error::unsupported("the provider cannot find refunds").with_operation("find_refund"))
    }
}
