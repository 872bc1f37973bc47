//! Attempts of a buyer to pay.

use bytes::Bytes;
use http::Request;
use simulator_kit::{About, failing::OrderFate};

use super::{
    notification::Outcome,
    order::{Attempt, Order, PayAs},
};
use crate::{
    control::{Announcement, ControlError},
    faults::{Fault, Operation},
    gateway::{Books, Gateway, NOTIFY},
    ledger::{BookingKind, Entry},
};

/// How a payment names its order.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    /// The merchant's reference. If several orders have the same reference, it names the latest.
    OrderCode(&'a str),
    /// The token on the page.
    Token(&'a str),
}

/// Ends an attempt to pay an order, and reports it to `notify_url`.
///
/// An order that is paid can be paid again: that is a second booking.
pub(crate) async fn pay(
    gateway: &Gateway,
    order: By<'_>,
    outcome: PayAs,
) -> Result<Announcement, ControlError> {
    report(gateway, &record(gateway, order, outcome)?).await
}

/// An attempt to pay that is booked and still to be reported.
pub(crate) type Booked = (Order, Attempt);

/// Reports an attempt to `notify_url`.
pub(crate) async fn report(
    gateway: &Gateway,
    (order, attempt): &Booked,
) -> Result<Announcement, ControlError> {
    let notify_url = match &*order.link.notify_url {
        "" => gateway.notify_url().unwrap_or_default(),
        given => given.to_owned(),
    };
    let notify_url = match gateway.order_fate(order.link.total()) {
        Some(OrderFate::NoWebhook) => String::new(),
        _ => notify_url,
    };
    let is_reported = !notify_url.is_empty();
    let is_forged = is_reported
        && gateway.script.take(Operation::PaymentNotification) == Some(Fault::ForgeSignature);
    let fields = Outcome::of(gateway, order, attempt, is_forged);
    let request = match fields.sent_to(&notify_url) {
        None => None,
        Some(address) => Some(
            Request::get(&address)
                .extension(About::new(NOTIFY, &order.link.order_code))
                .body(Bytes::new())
                .map_err(|_| ControlError::UnusableAddress(notify_url))?,
        ),
    };
    let receipts = match request.clone() {
        Some(request) => {
            let tries = gateway.settings.notification_tries;
            gateway.notify_until_accepted(request, tries).await
        }
        None => Vec::new(),
    };
    Ok(Announcement {
        transaction_id: attempt.transaction_id,
        request,
        receipts,
        return_link: fields.sent_to(&order.link.return_url),
    })
}

/// Where the browser goes after the latest attempt to pay `order_code`.
pub(crate) fn return_link(gateway: &Gateway, order_code: &str) -> Option<String> {
    let order = find(&mut gateway.books().orders, By::OrderCode(order_code)).ok()?.clone();
    let attempt = order.attempts.last()?;
    Outcome::of(gateway, &order, attempt, false).sent_to(&order.link.return_url)
}

/// The money of a held payment becomes the merchant's. HPay documents no notification of it.
pub(crate) fn release_held(gateway: &Gateway, order_code: &str) -> Result<(), ControlError> {
    let mut books = gateway.books();
    let Books { orders, ledger, .. } = &mut *books;
    let order = find(orders, By::OrderCode(order_code))?;
    let attempt = order
        .attempts
        .iter_mut()
        .find(|attempt| attempt.outcome == PayAs::Held)
        .ok_or_else(|| ControlError::NothingHeld(order_code.to_owned()))?;
    attempt.outcome = PayAs::Now;
    let transaction_id = attempt.transaction_id;
    ledger.book(&entry(BookingKind::HoldReleased, order, transaction_id, gateway.now()));
    Ok(())
}

/// Books an attempt to pay, which is still to be reported.
pub(crate) fn record(
    gateway: &Gateway,
    named: By<'_>,
    outcome: PayAs,
) -> Result<Booked, ControlError> {
    let at = gateway.now();
    let mut books = gateway.books();
    let Books { orders, numbers, ledger, .. } = &mut *books;
    let order = find(orders, named)?;
    if order.link.time_limit.is_some_and(|limit| at > limit) {
        return Err(ControlError::OrderExpired(order.link.order_code.clone()));
    }
    let outcome = match (outcome, gateway.order_fate(order.link.total())) {
        (PayAs::Now, Some(OrderFate::Declined)) => PayAs::Failed,
        (PayAs::Now, Some(OrderFate::Held)) => PayAs::Held,
        (outcome, _) => outcome,
    };
    let attempt = Attempt { transaction_id: numbers.transaction(), outcome, at };
    order.attempts.push(attempt);
    let kind = match outcome {
        PayAs::Now => Some(BookingKind::Payment),
        PayAs::Held => Some(BookingKind::HeldPayment),
        PayAs::Failed => None,
    };
    let order = order.clone();
    if let Some(kind) = kind {
        ledger.book(&entry(kind, &order, attempt.transaction_id, at));
        books.save_card(&gateway.settings.merchant_id, &order, &attempt);
    }
    Ok((order, attempt))
}

fn find<'a>(orders: &'a mut [Order], named: By<'_>) -> Result<&'a mut Order, ControlError> {
    let (By::OrderCode(name) | By::Token(name)) = named;
    orders
        .iter_mut()
        .rev()
        .find(|order| match named {
            By::OrderCode(code) => order.link.order_code == code,
            By::Token(token) => order.token == token,
        })
        .ok_or_else(|| ControlError::UnknownOrder(name.to_owned()))
}

fn entry(kind: BookingKind, order: &Order, transaction_id: u64, at: i64) -> Entry<'_> {
    Entry {
        kind,
        reference: &order.link.order_code,
        transaction_id,
        account: order.link.instrument.card_number(),
        bank: None,
        amount: order.link.total(),
        currency: &order.link.currency,
        at,
    }
}
