//! The identifier spaces of the mock gateway, each a scope of dedupe keys.

use payments_core::{
    DedupeKey,
    notification::EventData,
    payment::{Payment, Refund},
    payout::Payout,
};
use provider_kit::transport::Unreadable;

use super::responses::unreadable;

/// The scope for the `id` of a notification.
const EVENT: &str = "mock.event";

/// The scope for the `id` of a transaction, in notifications and in statements.
const TRANSACTION: &str = "mock.transaction";

/// The scope for a payment with its state and the amount received, as an inquiry returns them.
const PAYMENT: &str = "mock.payment";

/// The scope for a payout with its state.
const PAYOUT: &str = "mock.payout";

/// The scope for a refund with its state.
const REFUND: &str = "mock.refund";

type Read<T> = Result<T, Unreadable>;

/// Returns the key of a notification with this id and content.
pub(in crate::provider) fn notified(id: &str, data: &EventData) -> Read<DedupeKey> {
    match data {
        EventData::Movement(movement) => Ok(movement.key.clone()),
        _ => DedupeKey::new(EVENT, id).map_err(unreadable),
    }
}

pub(in crate::provider) fn transaction(id: &str) -> Read<DedupeKey> {
    DedupeKey::new(TRANSACTION, id).map_err(unreadable)
}

pub(in crate::provider) fn payment(found: &Payment) -> Read<DedupeKey> {
    let received = found.received.map_or(0, |received| received.minor());
    let text = format!("{}:{:?}:{received}", found.order, found.state);
    DedupeKey::new(PAYMENT, text).map_err(unreadable)
}

pub(in crate::provider) fn payout(found: &Payout) -> Read<DedupeKey> {
    DedupeKey::new(PAYOUT, format!("{}:{:?}", found.payout, found.state)).map_err(unreadable)
}

pub(in crate::provider) fn refund(found: &Refund) -> Read<DedupeKey> {
    DedupeKey::new(REFUND, format!("{}:{:?}", found.refund, found.state)).map_err(unreadable)
}
