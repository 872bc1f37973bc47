//! The outcome of a delivery on our side.

use serde::Serialize;

/// The outcome of a delivery on our side. It decides the reply.
///
/// This enum is exhaustive on purpose, so that every provider has a reply for each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The delivery was recorded and handled, or safely queued.
    Handled,
    /// The same delivery was handled before.
    Duplicate,
    /// The delivery contains nothing to book, such as a browser's return, or it does not concern
    /// us.
    Ignored,
    /// The delivery could not be recorded: the provider should send it again later.
    TryAgain,
    /// The delivery is not known to come from the provider.
    Untrusted,
}
