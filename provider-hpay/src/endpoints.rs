//! The names of the endpoints where HPay's deliveries arrive.

use http::Method;
use payments_core::{EndpointName, Result, notification::Endpoint};

/// Payment notifications, sent by HPay's server to the `notify_url` of a link.
pub const NOTIFY: &str = "notify";

/// The return of the buyer's browser to the `return_url` of a link. It is only for showing a page:
/// it never proves a payment.
pub const RETURN: &str = "return";

/// Credits on virtual accounts.
pub const VA_CALLBACK: &str = "va-callback";

pub(crate) fn all() -> Result<Vec<Endpoint>> {
    let notify = "Give it with each payment as notify_url, or once as notify_url of the \
                  configuration. HTTPS; the buyer can see and edit it, so keep asking with \
                  find_payment when nothing arrives.";
    let back = "Give it with each payment as return_url, or once as return_url of the \
                configuration. The page says that the payment is being checked.";
    let credits = "HPay's staff register it by hand: give them the https address of your server; \
                   they call /va/callback on it.";
    Ok(vec![
        Endpoint::new(EndpointName::new(NOTIFY)?, Method::GET, notify),
        Endpoint::new(EndpointName::new(RETURN)?, Method::GET, back).display_only(),
        Endpoint::new(EndpointName::new(VA_CALLBACK)?, Method::GET, credits),
    ])
}
