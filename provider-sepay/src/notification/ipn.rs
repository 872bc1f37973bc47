//! IPNs of the payment gateway (developer.sepay.vn, payment gateway, IPN).

use payments_core::{
    DedupeKey, Raw,
    notification::{
        Delivery, Endpoint, News, Notification, Untrusted,
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
    ) -> Result<Notification, Untrusted> {
        let presented = delivery.one_header(X_SECRET_KEY)?;
        let proof = check::shared_token(&self.secret, presented.map(str::as_bytes))?;
        let (key, news) = read(delivery.body())?;
        Ok(Notification::new(endpoint, proof, key)
            .with_event(news, RESTS_ON)
            .with_raw(Raw::new(delivery.body().to_vec())))
    }
}

fn read(body: &[u8]) -> Result<(DedupeKey, News), Unclear> {
    let head: wire::IpnHead<'_> = json(body)?;
    let word = head.notification_type.as_ref().map_or("", |word| word.as_str());
    let Some(kind) = map::kind(word) else {
        let sent = head.timestamp.as_ref().map_or("", |stamp| stamp.as_str());
        // Two may be sent in one second; what each is about tells them apart, where it can be read.
        let claim = serde_json::from_slice::<wire::Ipn<'_>>(body).ok();
        let about =
            claim.as_ref().map_or_else(String::new, |ipn| format!(":{}", map::ipn_subject(ipn)));
        let key = DedupeKey::new(format!("ipn:{word}:{sent}{about}"))
            .map_err(|_| Unclear::new("notification_type cannot be one"))?;
        return Ok((key, News::Unrecognised { name: word.to_owned() }));
    };
    let (key, payment) = map::claim(kind, &json(body)?)?;
    Ok((key, News::Payment(payment)))
}

fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unclear> {
    serde_json::from_slice(body).map_err(|error| Unclear::json("the IPN", &error))
}
