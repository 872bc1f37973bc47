//! The result of an inquiry about an event.

use super::Event;

/// The result of an inquiry about an event.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "one at a time, and mostly the large one")]
pub enum Confirmation {
    /// The gateway confirms the event. The event contains the data of the gateway's response.
    Confirmed(Event),
    /// The gateway contradicts the event.
    Contradicted {
        /// The content of the delivery.
        claimed: String,
        /// The gateway's response to the inquiry.
        found: String,
    },
    /// The gateway does not know of the event yet.
    NotYet {
        /// How long to wait before the next inquiry.
        retry_after: Option<std::time::Duration>,
    },
}
