//! The part of the merchant's set-up that an error points to.

use std::fmt;

use serde::Serialize;

/// A part of the merchant's set-up that may be wrong when a gateway refuses a call. The provider
/// sets it, because it knows the gateway's codes; tools that explain an error to an operator read
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Suspect {
    /// A signature formula.
    Formula,
    /// A key, passcode, token or merchant number.
    Credentials,
    /// The IP address of this machine, which is not on the gateway's list.
    SourceAddress,
    /// The clock of this machine.
    Clock,
}

impl Suspect {
    /// Returns the word `formula`, `credentials`, `source_address` or `clock`.
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
