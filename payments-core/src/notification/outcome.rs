//! The outcome of a delivery on our side.

use serde::Serialize;

/// The outcome of a delivery on our side. It decides the reply.
///
/// This enum is exhaustive on purpose, so that every provider has a reply for each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was recorded and handled, or safely queued.
    Handled,
    /// The same delivery was handled before.
    Duplicate,
    /// It contains nothing to book, such as a browser's return, or it does not concern us.
    Ignored,
    /// It could not be recorded: the provider should send it again later.
    TryAgain,
    /// It is not known to come from the provider.
    Untrusted,
}
