//! The inputs of fuzzing: notifications that Template signs, and its responses.
//!
//! The fuzz targets use this file too.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use conformance_fuzz::{Calls, Deliveries, Requests, StubTransport};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderValue, Request, Response};
use payments_core::{EndpointName, ManualClock, Provider, Timestamp};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::RetryPolicy,
};
use serde_json::json;

const NOW: i64 = 1_767_243_600;
const NOTIFY_SECRET: &str = "notify-secret-of-the-tests";

const CONFIGURATION: &str = r#"
    [providers.template]
    kind = "template"
    environment = "sandbox"
    merchant_id = "T-1001"
    api_key = "api-key-of-the-tests"
    notify_secret = "notify-secret-of-the-tests"
"#;

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

fn provider(line: &Arc<StubTransport>) -> Provider {
    let config: PaymentsConfig = toml::from_str(CONFIGURATION).unwrap();
    let context = Context::new(Arc::<StubTransport>::clone(line))
        .with_clock(Arc::new(ManualClock::at(now())))
        .with_retry(RetryPolicy::new(0, Duration::ZERO, Duration::ZERO));
    let registry = Registry::empty().add(provider_template::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

fn payment(state: &str, received: i64) -> serde_json::Value {
    json!({"id": "tp_1", "reference": "20260042", "amount": 50_000, "received": received,
        "currency": "VND", "state": state, "pay_url": "https://pay.template.example/tp_1"})
}

/// Notifications of a payment that was paid, and of a kind that this crate does not know.
pub(crate) fn deliveries() -> Deliveries {
    let paid = json!({"id": "evt_1", "merchant": "T-1001", "type": "payment.updated",
        "payment": payment("paid", 50_000)});
    let other = json!({"id": "evt_2", "merchant": "T-1001", "type": "holiday"});
    let deliveries =
        Deliveries::new(&provider(&StubTransport::new()), now()).unwrap().signed_by(sign);
    [paid, other].iter().fold(deliveries, |deliveries, news| {
        let request = Request::post("/notify").body(news.to_string().into()).unwrap();
        let endpoint = EndpointName::new("notify").unwrap();
        deliveries.with_genuine("notify", &sign(&endpoint, request)).unwrap()
    })
}

/// Signs as the guide says: the timestamp, a full stop and the body.
fn sign(_: &EndpointName, mut request: Request<Bytes>) -> Request<Bytes> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(NOTIFY_SECRET.as_bytes()).unwrap();
    mac.update(format!("{NOW}.").as_bytes());
    mac.update(request.body());
    let signature = format!("v1={}", hex::encode(mac.finalize().into_bytes()));
    let headers = request.headers_mut();
    headers.insert("template-stamp", HeaderValue::from(NOW));
    headers.insert("template-signature", HeaderValue::try_from(signature).unwrap());
    request
}

/// The provider's role, with one of Template's responses to each call.
pub(crate) fn calls() -> Calls {
    let line = StubTransport::new();
    let mut requests = Requests::typical().unwrap();
    requests.payment = requests.payment.with_return_url("https://shop.example/back").unwrap();
    requests.events = deliveries().events().cloned().collect();
    let calls = Calls::new(provider(&line), line, requests);
    let refusal = json!({"error": "unknown_reference", "message": "see the guide"});
    [(200, payment("open", 0)), (200, payment("paid", 50_000)), (404, refusal)].into_iter().fold(
        calls,
        |calls, (status, body)| {
            let response = Response::builder().status(status).body(Bytes::from(body.to_string()));
            calls.with_genuine(response.unwrap())
        },
    )
}
