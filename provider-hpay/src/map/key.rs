//! Under which names the same happening is handled once.
//!
//! An order inquiry, a notification and a buyer's return tell of one payment under HPay's
//! payment number; a callback and a virtual account inquiry tell of one credit under its cashin
//! number. Of money that a buyer sends to a virtual account on the checkout page both stories are
//! told: the callback's then names the order, whose inquiry has the payment number.

use payments_core::{DedupeKey, OrderRef, Result, payment::PaymentState};

/// A payment in a state. HPay tells of a payment that it holds and then releases twice, under one
/// number, so the state belongs to the key.
pub(crate) fn payment(
    merchant_id: &str,
    payment_id: &str,
    state: PaymentState,
) -> Result<DedupeKey> {
    let state = match state {
        PaymentState::Settled => "settled",
        PaymentState::Held => "held",
        PaymentState::Failed => "failed",
        _ => "uncertain",
    };
    DedupeKey::new(format!("hpay.payment:{merchant_id}:{payment_id}:{state}"))
}

/// A callback that names an order. Nobody signed the order, so that the key is not the credit's:
/// one with an order written into it must not stand in the way of the credit itself.
pub(super) fn paid_order(merchant_id: &str, cashin: &str, order: &OrderRef) -> Result<DedupeKey> {
    DedupeKey::new(format!("hpay.paid-order:{merchant_id}:{cashin}:{order}"))
}

/// Money that arrived by checkout.
pub(super) fn paid(merchant_id: &str, payment_id: &str) -> Result<DedupeKey> {
    DedupeKey::new(format!("hpay.paid:{merchant_id}:{payment_id}"))
}

/// Money that arrived on a virtual account.
pub(super) fn credit(merchant_id: &str, cashin: &str) -> Result<DedupeKey> {
    DedupeKey::new(format!("hpay.credit:{merchant_id}:{cashin}"))
}

/// A callback that tells of no money. It must not stand in the way of one that does.
pub(super) fn no_credit(merchant_id: &str, cashin: &str) -> Result<DedupeKey> {
    DedupeKey::new(format!("hpay.no-credit:{merchant_id}:{cashin}"))
}
