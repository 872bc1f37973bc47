//! The names of the endpoints where payOS's deliveries and returning buyers arrive.

use http::Method;
use payments_core::{EndpointName, Result, notification::Endpoint};

/// Webhooks about money that arrived for a link.
pub const WEBHOOK: &str = "webhook";

/// The return of the buyer's browser to `returnUrl` after paying. It is only for showing a page: it
/// never proves a payment.
pub const RETURN: &str = "return";

/// The return of the buyer's browser to `cancelUrl` after cancelling. It is only for showing a
/// page: it never proves that the payment was cancelled.
pub const CANCEL: &str = "cancel";

pub(crate) fn all() -> Result<Vec<Endpoint>> {
    let webhook = "Register it once with PayOS::register_webhook, or on my.payos.vn: payOS posts a \
                   sample there, which has to be acknowledged within 10 seconds.";
    let back = "Give it with each payment as return_url, or once as return_url of the \
                configuration. The page says that the payment is being checked.";
    let cancelled = "Give it with each payment as cancel_url, or once as cancel_url of the \
                     configuration. Nobody signs it, and the link can still be paid.";
    Ok(vec![
        Endpoint::new(EndpointName::new(WEBHOOK)?, Method::POST, webhook),
        Endpoint::new(EndpointName::new(RETURN)?, Method::GET, back).display_only(),
        Endpoint::new(EndpointName::new(CANCEL)?, Method::GET, cancelled).display_only(),
    ])
}
