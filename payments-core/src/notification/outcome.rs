//! What became of a delivery on our side.

use serde::Serialize;

/// What became of a delivery on our side: it decides the reply.
///
/// Exhaustive on purpose: a provider has a reply to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Written down and handled, or safely queued.
    Handled,
    /// It was handled before.
    Duplicate,
    /// There is nothing in it to book: a browser's return, or something that is not our business.
    Ignored,
    /// It could not be written down: send it again later.
    TryAgain,
    /// It is not the provider's.
    Untrusted,
}
