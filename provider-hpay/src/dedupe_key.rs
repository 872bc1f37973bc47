//! The identifier spaces of HPay, each of which is a scope of dedupe keys, and the keys made from
//! them.
//!
//! An order inquiry, a notification and a buyer's return report one payment under HPay's payment
//! number; a callback and a virtual account inquiry report one credit under its cashin number.
//! Money that a buyer sends to a virtual account on the checkout page is reported under both
//! numbers. The callback then names the order, and the order inquiry returns the payment number.

use payments_core::{
    DedupeKey, Result,
    payment::{Payment, PaymentState},
};

/// The scope for HPay's number of a payment together with its state.
const PAYMENT: &str = "hpay.payment";

/// The scope for an order whose inquiry has no payment number, together with its state and the
/// amount received.
const ORDER: &str = "hpay.order";

/// The scope for HPay's number of a payment as the identity of the money that it brought.
const PAID: &str = "hpay.paid";

/// The scope for HPay's number of a credit on a virtual account.
const CREDIT: &str = "hpay.credit";

/// Returns the key of a payment in a state. HPay reports a payment that it holds and then releases
/// twice, under one number, so the state is part of the key.
pub(crate) fn payment(
    merchant_id: &str,
    payment_id: &str,
    state: PaymentState,
) -> Result<DedupeKey> {
    DedupeKey::new(PAYMENT, format!("{merchant_id}:{payment_id}:{}", word(state)))
}

/// Returns the key of a payment found by an order inquiry: the key of the payment's notification if
/// the response has the payment number.
pub(crate) fn inquired(merchant_id: &str, found: &Payment) -> Result<DedupeKey> {
    if let Some(id) = &found.gateway_ref {
        return payment(merchant_id, id.as_str(), found.state);
    }
    let received = found.received.map_or(0, |received| received.minor());
    let state = word(found.state);
    DedupeKey::new(ORDER, format!("{merchant_id}:{}:{state}:{received}", found.order))
}

/// Returns the key of money that arrived by checkout.
pub(crate) fn paid(merchant_id: &str, payment_id: &str) -> Result<DedupeKey> {
    DedupeKey::new(PAID, format!("{merchant_id}:{payment_id}"))
}

/// Returns the key of money that arrived on a virtual account.
pub(crate) fn credit(merchant_id: &str, cashin: &str) -> Result<DedupeKey> {
    DedupeKey::new(CREDIT, format!("{merchant_id}:{cashin}"))
}

fn word(state: PaymentState) -> String {
    format!("{state:?}").to_lowercase()
}
