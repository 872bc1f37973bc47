//! Instant payment notifications of the payment gateway.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, Request, Uri};
use serde::{Deserialize, Serialize};

use super::{Notification, php_json, post_json, secret_header};
use crate::{books::Attempted, civil, ids};

const X_SECRET_KEY: HeaderName = HeaderName::from_static("x-secret-key");

/// The event that an IPN reports.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Happening {
    OrderPaid,
    RenewalOrderPaid,
    TransactionVoid,
}

/// The notification of `happening`; `secret` is sent if the dashboard says so.
pub(crate) fn request(
    to: Uri,
    secret: Option<&str>,
    happening: Happening,
    subject: &Attempted,
    now: i64,
) -> Request<Bytes> {
    let body = php_json::encode(&Ipn::about(happening, subject, now));
    let mut request = post_json(to, body, Notification::Ipn);
    if let Some(secret) = secret {
        request.headers_mut().insert(X_SECRET_KEY, secret_header(secret));
    }
    request
}

#[derive(Serialize)]
struct Ipn<'a> {
    timestamp: i64,
    notification_type: Happening,
    order: OrderPart<'a>,
    transaction: TransactionPart<'a>,
    customer: Option<CustomerPart<'a>>,
    /// Null in the samples; the shape of one that exists is invented here.
    agreement: Option<&'a BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct OrderPart<'a> {
    id: &'a str,
    order_id: &'a str,
    order_status: &'static str,
    order_currency: &'static str,
    order_amount: String,
    order_invoice_number: Option<&'a str>,
    /// Only the empty array is documented.
    custom_data: [(); 0],
    user_agent: &'a str,
    ip_address: &'static str,
    order_description: &'a str,
}

#[derive(Serialize)]
struct TransactionPart<'a> {
    id: &'a str,
    payment_method: &'static str,
    transaction_id: &'a str,
    transaction_type: &'static str,
    transaction_date: String,
    transaction_status: &'static str,
    transaction_amount: String,
    transaction_currency: &'static str,
    authentication_status: Option<&'static str>,
    card_number: Option<&'static str>,
    card_holder_name: Option<&'static str>,
    card_expiry: Option<String>,
    card_funding_method: Option<&'static str>,
    card_brand: Option<&'static str>,
}

#[derive(Serialize)]
struct CustomerPart<'a> {
    id: String,
    customer_id: &'a str,
}

impl<'a> Ipn<'a> {
    fn about(happening: Happening, subject: &'a Attempted, now: i64) -> Self {
        let Attempted { order, attempt } = subject;
        let card = attempt.card();
        Self {
            timestamp: now,
            notification_type: happening,
            order: OrderPart {
                id: &order.uuid,
                order_id: &order.order_id,
                order_status: order.status.name(),
                order_currency: "VND",
                order_amount: format!("{}.00", order.purchase.amount),
                order_invoice_number: order.purchase.invoice.as_deref(),
                custom_data: [],
                user_agent: &order.user_agent,
                ip_address: "127.0.0.1",
                order_description: &order.purchase.description,
            },
            transaction: TransactionPart {
                id: &attempt.uuid,
                payment_method: attempt.method.name(),
                transaction_id: &attempt.transaction_id,
                transaction_type: "PAYMENT",
                transaction_date: civil::print(attempt.at),
                transaction_status: attempt.status(),
                transaction_amount: attempt.amount.to_string(),
                transaction_currency: "VND",
                authentication_status: attempt.authentication_status(),
                card_number: card.map(|card| card.number),
                card_holder_name: card.map(|card| card.holder),
                card_expiry: card.map(|card| format!("{}/{}", card.month, card.year)),
                card_funding_method: card.map(|card| card.funding),
                card_brand: card.map(|card| card.brand),
            },
            customer: order.purchase.customer_id.as_deref().map(|customer_id| CustomerPart {
                id: ids::uuid("customer", customer_id),
                customer_id,
            }),
            agreement: Some(&order.purchase.agreement).filter(|it| !it.is_empty()),
        }
    }
}
