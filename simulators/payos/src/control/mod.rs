//! The actions of buyers, banks and payOS's staff, and what a test reads afterwards.

mod actions;
pub(crate) mod failing;
mod methods;
mod overview;
pub(crate) mod routes;
pub(crate) mod samples;
mod state;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use simulator_kit::control::{
    Acted, Action, ActionRefused, Control, FailingValue, Overview, Sample, UnusableState,
};

use crate::gateway::Gateway;

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

/// Why something cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no such link.
    #[error("there is no such link; create it first")]
    UnknownLink,
    /// There is no such payout.
    #[error("there is no such payout; create it first")]
    UnknownPayout,
    /// The amount is not above zero.
    #[error("the amount is not above zero")]
    NoAmount,
    /// It is not possible in the present state.
    #[error("that is not possible in its state")]
    Impossible,
}
