//! IPNs of the payment gateway (developer.sepay.vn, payment gateway, IPN).

use payments_core::{
    Raw,
    notification::{
        Delivery, Endpoint, EventData, Notification, Received, Untrusted,
        check::{self, Keys},
    },
};
use serde::Deserialize;

use crate::{
    map::{self, Unclear},
    wire,
};

const X_SECRET_KEY: &str = "x-secret-key";

/// What every claim of an IPN rests on. The secret that is sent along covers none of it.
const RESTS_ON: &[&str] = &[
    "notification_type",
    "order.order_status",
    "order.order_amount",
    "order.order_currency",
    "order.order_invoice_number",
    "transaction.transaction_type",
    "transaction.transaction_status",
    "transaction.transaction_amount",
    "transaction.transaction_currency",
];

/// Checks and reads IPNs.
///
/// SePay sends the merchant's secret in a header and signs nothing: whoever saw one delivery could
/// send any other. So every IPN only makes us ask for the order.
#[derive(Debug)]
pub(crate) struct Ipn {
    pub(crate) secret: Keys,
}

impl Ipn {
    pub(super) fn receive(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery<'_>,
    ) -> Result<Received, Untrusted> {
        let presented = delivery.one_header(X_SECRET_KEY)?;
        let proof = check::shared_token(&self.secret, presented.map(str::as_bytes))?;
        // A byte that is no UTF-8, as in a description that was cut, must not hide the payment.
        Ok(match read(String::from_utf8_lossy(delivery.body()).as_bytes()) {
            Ok(news) => Notification::new(endpoint, proof)
                .with_event(None, news, RESTS_ON)
                .with_raw(Raw::new(delivery.body().to_vec()))
                .into(),
            Err(unclear) => unclear.into_delivery(proof).into(),
        })
    }
}

fn read(body: &[u8]) -> Result<EventData, Unclear> {
    let head: wire::IpnHead<'_> = json(body)?;
    let word = head.notification_type.as_ref().map_or("", |word| word.as_str());
    let Some(kind) = map::kind(word) else {
        return Ok(EventData::Unrecognised { name: word.to_owned() });
    };
    Ok(EventData::Payment(map::claim(kind, &json(body)?)?))
}

fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unclear> {
    payments_core::json::read(body).map_err(|error| Unclear::json("the IPN", error))
}
