//! Notifications on the wire.

use payments_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The body of a notification.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    /// The id of the event, the same however often the notification is sent.
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) at: Timestamp,
    /// The data for `type`: a payment, a movement, a payout or a refund.
    pub(crate) data: Box<RawValue>,
}

/// The documented types of notifications that contain a payment.
pub(crate) const PAYMENT_EVENTS: [&str; 7] = [
    "payment.processing",
    "payment.short",
    "payment.settled",
    "payment.over",
    "payment.late",
    "payment.failed",
    "payment.cancelled",
];

/// Money arrived on a virtual account, or for no order that the gateway knows. The notification
/// contains a movement.
pub(crate) const CREDIT_RECEIVED: &str = "credit.received";

/// A payout changed. The notification contains it.
pub(crate) const PAYOUT_CHANGED: &str = "payout.changed";

/// A test of the merchant's address. The notification has no data.
pub(crate) const TEST: &str = "test";

/// A refund changed. The notification contains it.
pub(crate) const REFUND_CHANGED: &str = "refund.changed";
