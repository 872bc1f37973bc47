//! SePay as strangers meet it: its own deliveries, made from the vectors, and its own answers.
//!
//! The fuzz targets use this file too.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use conformance_fuzz::{Calls, Deliveries, Requests, StubTransport};
use http::{HeaderValue, Request, Response};
use payments_core::{
    EndpointName, ManualClock, OrderRef, Provider, Secret, Timestamp,
    money::Money,
    notification::{Delivery, Received},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::RetryPolicy,
};
use provider_sepay::testing;
use serde_json::{Value, json};

/// When the first webhook of the vectors was signed.
const NOW: i64 = 1_700_000_000;
const SECRET_KEY: &str = "spsk_test_client_0123456789abcdef";
const WEBHOOK_SECRET: &str = "whsec_test_1";
const WEBHOOK_KEY: &str = "apikey_test_client";

const CONFIGURATION: &str = r#"
    [providers.sepay]
    kind = "sepay"
    environment = "sandbox"
    merchant_id = "SP-TEST-AB12CD3"
    secret_key = "spsk_test_client_0123456789abcdef"
    api_token = "TOKEN0123456789TOKEN0123456789TOKEN0123456789TOKEN0123456789ABCD"
    account_bin = "970436"
    account_number = "0123499999"
    code_prefix = "DH"
    code_min = 5
    code_max = 8
"#;

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

fn provider(line: &Arc<StubTransport>, webhook: &str) -> Provider {
    let config: PaymentsConfig = toml::from_str(&format!("{CONFIGURATION}{webhook}\n")).unwrap();
    let context = Context::new(Arc::<StubTransport>::clone(line))
        .with_clock(Arc::new(ManualClock::at(now())))
        .with_retry(RetryPolicy::new(0, Duration::ZERO, Duration::ZERO));
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

fn signing(line: &Arc<StubTransport>) -> Provider {
    provider(line, &format!("webhook_secret = \"{WEBHOOK_SECRET}\""))
}

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

/// IPNs, and webhooks under a signature: among them those of the vectors that tell of something.
fn signed_deliveries() -> Deliveries {
    let vectors: Value = serde_json::from_str(include_str!("../data/vectors.json")).unwrap();
    let webhooks = vectors["webhooks"].as_array().unwrap();
    let mut deliveries =
        Deliveries::new(&signing(&StubTransport::new()), now()).unwrap().signed_by(sign);
    let order = OrderRef::new("00042").unwrap();
    let paid = testing::Ipn::order_paid(&order, Money::vnd(50_000));
    deliveries = deliveries.with_genuine("ipn", &paid.with_secret(&secret(SECRET_KEY))).unwrap();
    for webhook in webhooks {
        let text = |name: &str| webhook[name].as_str().unwrap().to_owned();
        assert_eq!(text("secret"), WEBHOOK_SECRET);
        let sent = Request::post("/bank-webhook")
            .header("content-type", text("content_type"))
            .header("x-sepay-timestamp", text("x_sepay_timestamp"))
            .header("x-sepay-signature", text("x_sepay_signature"))
            .body(Bytes::from(text("raw_body")))
            .unwrap();
        // All but the first were signed at another time, and the last has no body.
        let now = testing::sign(sent.clone(), &secret(WEBHOOK_SECRET), now());
        let is_now = text("x_sepay_timestamp") == NOW.to_string();
        assert!(!is_now || sent.headers() == now.headers());
        if !now.body().is_empty() {
            deliveries = deliveries.with_genuine("bank-webhook", &now).unwrap();
        }
    }
    let debit = testing::BankWebhook::debit(92_705, Money::vnd(700), "phi");
    for webhook in [credit(), debit] {
        let signed = webhook.signed(&secret(WEBHOOK_SECRET), now());
        deliveries = deliveries.with_genuine("bank-webhook", &signed).unwrap();
    }
    deliveries
}

/// Deliveries in every authentication, one after another.
pub(crate) fn deliveries() -> Vec<Deliveries> {
    vec![signed_deliveries(), keyed_deliveries(), token_deliveries(), open_deliveries()]
}

fn credit() -> testing::BankWebhook {
    testing::BankWebhook::credit(92_704, Money::vnd(50_000), "DH00042 tra tien")
}

/// Webhooks that carry a key.
fn keyed_deliveries() -> Deliveries {
    let provider = provider(&StubTransport::new(), &format!("webhook_api_key = {WEBHOOK_KEY:?}"));
    Deliveries::new(&provider, now())
        .unwrap()
        .signed_by(sign)
        .with_genuine("bank-webhook", &credit().with_api_key(&secret(WEBHOOK_KEY)))
        .unwrap()
}

/// Requests for a token, and webhooks that carry one.
fn token_deliveries() -> Deliveries {
    let keys = format!("webhook_client_id = \"shop\"\nwebhook_client_secret = {WEBHOOK_SECRET:?}");
    let provider = provider(&StubTransport::new(), &keys);
    let client_secret = secret(WEBHOOK_SECRET);
    let requests = testing::TokenRequest::new("shop", &client_secret);
    let (standard, legacy) = (requests.standard(), requests.legacy());
    let endpoint = EndpointName::new("bank-token").unwrap();
    let receiver = provider.notifications().unwrap();
    let Received::Reply(answer) = receiver.receive(&endpoint, &Delivery::of(&standard), now())
    else {
        panic!("SePay gets no token")
    };
    let tokens: Value = serde_json::from_slice(answer.body()).unwrap();
    let webhook = credit().with_token(tokens["access_token"].as_str().unwrap());
    let refresh = testing::TokenRequest::refresh(tokens["refresh_token"].as_str().unwrap());
    let deliveries = Deliveries::new(&provider, now()).unwrap();
    [standard, legacy, refresh]
        .iter()
        .fold(deliveries, |deliveries, request| {
            deliveries.with_genuine("bank-token", request).unwrap()
        })
        .with_genuine("bank-webhook", &webhook)
        .unwrap()
}

/// Webhooks that carry nothing, in two content types.
fn open_deliveries() -> Deliveries {
    let provider = provider(&StubTransport::new(), "webhook_unauthenticated = true");
    [credit().unauthenticated(), credit().unauthenticated_multipart()]
        .iter()
        .fold(Deliveries::new(&provider, now()).unwrap(), |deliveries, webhook| {
            deliveries.with_genuine("bank-webhook", webhook).unwrap()
        })
}

/// Puts the good signature and both keys in the place of whatever is there.
fn sign(_: &EndpointName, request: Request<Bytes>) -> Request<Bytes> {
    let mut signed = testing::sign(request, &secret(WEBHOOK_SECRET), now());
    let key = HeaderValue::try_from(format!("Apikey {WEBHOOK_KEY}")).unwrap();
    signed.headers_mut().insert("authorization", key);
    signed.headers_mut().insert("x-secret-key", HeaderValue::from_static(SECRET_KEY));
    signed
}

/// Every role, with an answer of SePay's own to each call.
pub(crate) fn calls() -> Calls {
    let line = StubTransport::new();
    let mut requests = Requests::typical().unwrap();
    requests.events = deliveries().iter().flat_map(Deliveries::events).cloned().collect();
    answers().into_iter().fold(Calls::new(signing(&line), line, requests), Calls::with_genuine)
}

fn answers() -> Vec<Response<Bytes>> {
    let pagination = json!({"pagination": {"has_more": false}});
    let transaction = json!({"id": "1", "payment_method": "CARD", "transaction_type": "PAYMENT",
        "transaction_amount": "50000", "transaction_currency": "VND",
        "transaction_status": "APPROVED"});
    let answers = [
        json!({"message": "Đã hủy đơn hàng thành công"}),
        json!({"data": {"id": "1", "customer_id": null, "order_id": "SEPAY-68BA83CE637C1",
            "order_invoice_number": "20260042", "order_status": "CAPTURED",
            "order_amount": "50000.00", "order_currency": "VND", "order_description": "x",
            "created_at": "2025-09-05 13:31:10", "transactions": [transaction]}}),
        json!({"data": [{"id": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
            "transaction_date": "2023-03-25 14:02:37", "account_number": "0123499999", "va": "",
            "transfer_type": "in", "amount_in": 50_000, "amount_out": 0,
            "accumulated": 19_077_000, "transaction_content": "DH20260042 mua iphone",
            "reference_number": "MBVCB.3278907687", "code": null, "bank_account_id": "0b7e"}],
            "meta": pagination}),
        json!({"data": [{"id": "a", "account_holder_name": "CONG TY",
            "account_number": "0123499999", "accumulated": 50_000_000,
            "last_transaction": "2023-03-25 14:02:37", "label": "Quầy 1",
            "account_type": "personal", "active": 1, "bank_bin": "970436"}], "meta": pagination}),
        json!({"status": "error", "message": "Quá nhiều yêu cầu", "error_code": "rate_limited"}),
    ];
    answers.iter().map(|answer| Response::new(answer.to_string().into())).collect()
}
