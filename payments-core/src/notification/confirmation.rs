//! The result of an inquiry about an event.

use super::Event;

/// The result of an inquiry about an event.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "one at a time, and mostly the large one")]
pub enum Confirmation {
    /// The provider confirms the event. The event contains the provider's own data.
    Confirmed(Event),
    /// The provider contradicts the event.
    Contradicted {
        /// The content of the delivery.
        claimed: String,
        /// The provider's response to the inquiry.
        found: String,
    },
    /// The provider does not know of it yet.
    NotYet {
        /// How long to wait before the next inquiry.
        retry_after: Option<std::time::Duration>,
    },
}
