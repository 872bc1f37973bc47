//! The control of a simulated gateway, in one vocabulary for all gateways.
//!
//! A gateway implements [`Control`]; [`router()`] serves it over HTTP as JSON. A test, a page or a
//! person with curl then reads what the gateway knows and does what a buyer, a bank or the
//! gateway's staff would do.

mod action;
mod overview;
mod router;
mod sample;

use async_trait::async_trait;

pub use action::{Acted, Action, ActionRefused, PayoutOutcome, When};
pub use overview::{
    Account, AccountStatus, Credit, Delivery, DeliveryStatus, Order, OrderStatus, Overview,
    Payment, PaymentStatus, Payout, PayoutStatus, Webhook,
};
pub use router::router;
pub use sample::{Browser, FailingValue, Sample, shell_quoted};

/// What a simulated gateway shows of itself and lets others do.
#[async_trait]
pub trait Control: Send + Sync {
    /// Everything that the gateway knows now.
    fn overview(&self) -> Overview;

    /// Carries out an action. It returns as soon as the action is booked: the webhooks that follow
    /// are sent in the background.
    ///
    /// # Errors
    /// The gateway cannot do that, or not now. Nothing happened.
    async fn act(&self, action: Action) -> Result<Acted, ActionRefused>;

    /// A ready curl line for every documented call, in an order in which each can be run after the
    /// one before.
    fn samples(&self) -> Vec<Sample>;

    /// The values that make a call or a payment go wrong by themselves; none if that is off.
    fn failing_values(&self) -> Vec<FailingValue>;
}
