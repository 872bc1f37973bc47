//! The seven days within which HPay finds an order.

use std::time::Duration;

use payments_core::Absence;

use crate::limits::SOON;

/// An order inquiry knows an order for 7 days (HPay API reference 1.0.0, error code 30015).
pub(crate) const INQUIRY_WINDOW: Duration = Duration::from_secs(7 * 24 * 3600);

/// "The order does not exist or the order exceeds 7 days": one code for both.
pub(crate) const UNKNOWN_ORDER: &str = "30015";

/// What [`UNKNOWN_ORDER`] says about an order: never that it was not and will not be paid.
pub(crate) fn absence() -> Absence {
    Absence::Inconclusive {
        why: "HPay learns of an order when the buyer opens the link, forgets it for inquiries \
              after 7 days, and has one code for both"
            .to_owned(),
        retry_after: Some(SOON),
    }
}
