//! The environment of a provider: sandbox or production.

use serde::{Deserialize, Serialize};

/// The environment of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// The gateway's test system. Literal secrets and loopback addresses are allowed in the
    /// configuration.
    Sandbox,
    /// The gateway's production system, with real money.
    Production,
}
