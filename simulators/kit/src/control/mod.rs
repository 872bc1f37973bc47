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
use serde::de::DeserializeOwned;
use serde_json::Value;

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

    /// Everything that the gateway keeps over a restart, secrets included; `None` if it keeps nothing.
    fn state(&self) -> Option<Value> {
        None
    }

    /// Takes over what a gateway of the same merchant kept, before anything else happens. Webhooks
    /// that were on their way are sent again.
    ///
    /// # Errors
    /// It is the state of another gateway or merchant, or damaged. Nothing is taken over.
    fn restore(&self, state: Value) -> Result<(), UnusableState> {
        let _ = state;
        Err(UnusableState::Damaged("this gateway keeps nothing".to_owned()))
    }
}

/// Why the state of a gateway cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableState {
    /// It is of another merchant.
    #[error("it is of the merchant {found}, and this one is {expected}")]
    OtherMerchant {
        /// The merchant of the state.
        found: String,
        /// The merchant of the gateway.
        expected: String,
    },
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Damaged(String),
}

/// Checks that a state is of this merchant.
///
/// # Errors
/// It is of another one.
pub fn check_merchant(found: &str, expected: &str) -> Result<(), UnusableState> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (found.to_owned(), expected.to_owned());
    Err(UnusableState::OtherMerchant { found, expected })
}

/// Reads the state of a gateway.
///
/// # Errors
/// It cannot be read.
pub fn read_state<T: DeserializeOwned>(state: Value) -> Result<T, UnusableState> {
    serde_json::from_value(state).map_err(|error| UnusableState::Damaged(error.to_string()))
}
