//! The control of a simulated gateway, in one vocabulary for all gateways.
//!
//! A gateway implements [`Control`]; [`router()`] serves it over HTTP as JSON. A test, a page or a
//! person with curl can then read the state of the gateway and act as a buyer, a bank or the
//! gateway's staff.

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

/// A simulated gateway whose state can be read and on which actions can be carried out.
#[async_trait]
pub trait Control: Send + Sync {
    /// Returns the present state of the gateway.
    fn overview(&self) -> Overview;

    /// Carries out an action. Returns as soon as the action is booked; webhooks that follow from it
    /// are sent in the background.
    ///
    /// # Errors
    /// Returns an error if the gateway does not offer the action, or if its present state does not
    /// allow it. Nothing happened.
    async fn act(&self, action: Action) -> Result<Acted, ActionRefused>;

    /// Returns a curl line for every documented call, in an order in which they can be run one
    /// after the other.
    fn samples(&self) -> Vec<Sample>;

    /// Returns the values that make a call or a payment go wrong. Empty if this is switched off.
    fn failing_values(&self) -> Vec<FailingValue>;

    /// Returns the state that the gateway keeps over a restart, including secrets. `None` if it
    /// keeps nothing.
    fn state(&self) -> Option<Value> {
        None
    }

    /// Restores the state of a gateway of the same merchant. It must be called before anything
    /// else. Webhooks that were being sent when that gateway stopped are sent again.
    ///
    /// # Errors
    /// Returns an error if the state is that of another gateway or merchant, or if it is damaged.
    /// Nothing is restored.
    fn restore(&self, state: Value) -> Result<(), UnusableState> {
        let _ = state;
        Err(UnusableState::Damaged("this gateway keeps nothing".to_owned()))
    }
}

/// The reason why the state of a gateway cannot be restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableState {
    /// The state is that of another merchant.
    #[error("it is of the merchant {found}, and this one is {expected}")]
    OtherMerchant {
        /// The merchant of the state.
        found: String,
        /// The merchant of the gateway.
        expected: String,
    },
    /// The state cannot be read.
    #[error("it cannot be read: {0}")]
    Damaged(String),
}

/// Checks that a state belongs to this merchant.
///
/// # Errors
/// Returns [`UnusableState::OtherMerchant`] if it does not.
pub fn check_merchant(found: &str, expected: &str) -> Result<(), UnusableState> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (found.to_owned(), expected.to_owned());
    Err(UnusableState::OtherMerchant { found, expected })
}

/// Deserialises the state of a gateway.
///
/// # Errors
/// Returns [`UnusableState::Damaged`] if it cannot be read.
pub fn read_state<T: DeserializeOwned>(state: Value) -> Result<T, UnusableState> {
    serde_json::from_value(state).map_err(|error| UnusableState::Damaged(error.to_string()))
}
