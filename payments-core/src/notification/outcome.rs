//! How the app handled a delivery.

use serde::Serialize;

/// How the app handled a delivery. The outcome decides which reply the gateway gets.
///
/// This enum is exhaustive on purpose, so that every provider has a reply for each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The delivery was recorded and handled, or safely queued.
    Handled,
    /// The same delivery was handled before.
    Duplicate,
    /// The delivery contains nothing to book, such as a browser's return, or does not concern the
    /// merchant.
    Ignored,
    /// The delivery could not be recorded: the gateway should send the delivery again later.
    TryAgain,
    /// The delivery is not known to come from the gateway.
    Untrusted,
}
