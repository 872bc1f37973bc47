//! Where a provider runs: sandbox or production.

use serde::{Deserialize, Serialize};

/// Where a provider runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// The provider's test system: literal secrets and loopback addresses are allowed.
    Sandbox,
    /// Real money.
    Production,
}
