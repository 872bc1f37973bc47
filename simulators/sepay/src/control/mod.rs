//! Control of the simulated gateway: from Rust, and over HTTP under `/_control/`.

mod actions;
mod failing;
mod methods;
mod overview;
mod routes;
mod samples;
mod state;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use simulator_kit::control::{
    Acted, Action, ActionRefused, Control, FailingValue, Overview, Sample, UnusableState,
};

use super::gateway::Gateway;

pub use methods::Transferred;

pub(super) use routes::{PATHS, routes};

/// The control of the gateway, in the vocabulary of all gateways.
pub(super) struct GatewayControl(pub(super) Arc<Gateway>);

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
