//! What of the merchant's set-up an error points to.

use std::fmt;

use serde::Serialize;

/// What of the merchant's set-up may be wrong when a gateway refuses a call: set by the provider,
/// which knows the gateway's codes, and read by tools that explain an error to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Suspect {
    /// A signature formula.
    Formula,
    /// A key, passcode, token or merchant number.
    Credentials,
    /// The address of this machine, which is not on the gateway's list.
    SourceAddress,
    /// The clock of this machine.
    Clock,
}

impl Suspect {
    /// The word: `formula`, `credentials`, `source_address` or `clock`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Formula => "formula",
            Self::Credentials => "credentials",
            Self::SourceAddress => "source_address",
            Self::Clock => "clock",
        }
    }
}

impl fmt::Display for Suspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
