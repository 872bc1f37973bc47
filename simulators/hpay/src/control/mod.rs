//! Control of the simulated gateway: from Rust, and over HTTP under `/_control`.

mod actions;
pub(crate) mod failing;
mod methods;
mod overview;
mod routes;
mod samples;
mod state;

pub(crate) use routes::router;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use serde_json::Value;
use simulator_kit::{
    Receipt,
    control::{
        Acted, Action, ActionRefused, Control, FailingValue, Overview, Sample, UnusableState,
    },
};

use super::{
    faults::{Fault, Operation},
    gateway::Gateway,
};

/// The control of the gateway, in the vocabulary of all gateways.
pub(crate) struct GatewayControl(pub(crate) Arc<Gateway>);

#[async_trait]
impl Control for GatewayControl {
    fn overview(&self) -> Overview {
        overview::of(&self.0)
    }

    async fn act(&self, action: Action) -> Result<Acted, ActionRefused> {
        actions::act(&self.0, action)
    }

    fn samples(&self) -> Vec<Sample> {
        samples::of(&self.0)
    }

    fn failing_values(&self) -> Vec<FailingValue> {
        failing::values(&self.0)
    }

    fn state(&self) -> Option<Value> {
        state::of(&self.0)
    }

    fn restore(&self, state: Value) -> Result<(), UnusableState> {
        state::restore(&self.0, state)
    }
}

/// The notifications and the return link that follow an attempt to pay or a transfer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Announcement {
    /// HPay's transaction.
    pub transaction_id: u64,
    /// The notification; `None` where the merchant gave no address for it.
    pub request: Option<Request<Bytes>>,
    /// The merchant's responses; none while notifications are kept for a later release.
    pub receipts: Vec<Receipt>,
    /// Where the buyer's browser goes; `None` for a transfer to a virtual account.
    pub return_link: Option<String>,
}

/// The notifications of an order that was paid by transfer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckoutTransfer {
    /// The notification to `notify_url`.
    pub notification: Announcement,
    /// The callback to `/va/callback`.
    pub callback: Announcement,
}

/// Why the gateway cannot do what was asked in its present state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// No buyer opened a link for this order.
    #[error("no buyer has opened order {0:?}: follow its checkout link first")]
    UnknownOrder(String),
    /// The order's time limit is past.
    #[error("order {0:?} is past its time limit")]
    OrderExpired(String),
    /// No buyer was asked to remove the card of this token.
    #[error("no buyer opened the link that removes the card of token {0:?}: follow it first")]
    UnknownCard(String),
    /// HPay holds no money of this order.
    #[error("no held payment of order {0:?}")]
    NothingHeld(String),
    /// The merchant never opened this virtual account.
    #[error("no virtual account {0:?}")]
    UnknownAccount(String),
    /// This amount cannot be transferred.
    #[error("{0} đồng cannot be transferred")]
    ImpossibleAmount(i64),
    /// Nothing was booked under this request id.
    #[error("no payout under request id {0:?}")]
    UnknownPayout(String),
    /// The money of the latest payout under this request id is back with the merchant.
    #[error("the payout under request id {0:?} is returned and cannot change")]
    PayoutReturned(String),
    /// A notification cannot be sent there.
    #[error("{0:?} is not an address that a notification can be sent to")]
    UnusableAddress(String),
    /// The fault makes no sense for the operation.
    #[error("{fault:?} cannot happen to {operation:?}")]
    ImpossibleFault {
        /// The operation that was to fail.
        operation: Operation,
        /// The fault that was asked for.
        fault: Fault,
    },
}
