//! What an inquiry said about an event.

use super::Event;

/// What an inquiry said about an event.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "one at a time, and mostly the large one")]
pub enum Confirmation {
    /// It is so; this event carries the provider's answer.
    Confirmed(Event),
    /// It is not so.
    Contradicted {
        /// What the delivery claimed.
        claimed: String,
        /// What the provider says.
        found: String,
    },
    /// The provider does not know it yet.
    NotYet {
        /// When asking again makes sense.
        retry_after: Option<std::time::Duration>,
    },
}
