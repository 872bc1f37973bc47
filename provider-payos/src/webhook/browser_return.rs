//! The return of a buyer's browser (source: payos.vn/docs, return URL). It is not signed: it only
//! chooses the page to show and proves nothing about money.

use payments_core::{
    OrderRef, Raw,
    notification::{
        Delivery, Endpoint, EventData, Notification, Received, Untrusted, UntrustedReason,
    },
    payment::Payment,
};
use provider_kit::signature;

use crate::payment_link::status::returned_state;

pub(super) fn receive(endpoint: &Endpoint, delivery: &Delivery<'_>) -> Result<Received, Untrusted> {
    let unreadable = |detail| Untrusted::new(UntrustedReason::Unreadable, detail);
    let pairs = delivery.query_pairs();
    // payOS does not document how it adds its parameters to an address that already has a query. If
    // a name occurs twice, the last one is payOS's.
    let text = |name: &str| pairs.iter().rev().find(|(known, _)| known == name);
    let (_, code) = text("orderCode").ok_or_else(|| unreadable("the orderCode is missing"))?;
    let order = OrderRef::new(code.as_ref()).map_err(|_| unreadable("orderCode is none"))?;
    let word = text("status").map_or("", |(_, word)| word);
    let payment = Payment::new(order, returned_state(word)).with_provider_state(word);
    let query = delivery.query().unwrap_or_default().as_bytes().to_vec();
    Ok(Notification::new(endpoint, signature::unauthenticated())
        .with_event(None, EventData::Payment(payment), &["orderCode", "status"])
        .with_raw(Raw::new(query))
        .into())
}
