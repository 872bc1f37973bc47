//! The seven days within which HPay finds an order.

use std::time::Duration;

use payments_core::Absence;

use crate::limits::SOON;

/// The time for which an order inquiry finds an order: 7 days (source: HPay API reference 1.0.0,
/// error code 30015).
pub(crate) const INQUIRY_WINDOW: Duration = Duration::from_secs(7 * 24 * 3600);

/// The code for "the order does not exist or the order exceeds 7 days".
pub(crate) const UNKNOWN_ORDER: &str = "30015";

/// Returns the absence that [`UNKNOWN_ORDER`] proves. It is never conclusive: the order may have
/// been paid, or may still be paid.
pub(crate) fn absence() -> Absence {
    Absence::Inconclusive {
        why: "HPay learns of an order when the buyer opens the link, forgets it for inquiries \
              after 7 days, and has one code for both"
            .to_owned(),
        retry_after: Some(SOON),
    }
}
