//! payOS as strangers meet it: its own deliveries, made from the vectors, and its own responses.
//!
//! The fuzz targets use this file too.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use conformance_fuzz::{Calls, Deliveries, Requests, StubTransport};
use http::{Request, Response};
use payments_core::{
    EndpointName, ManualClock, OrderRef, PayoutRef, Provider, Secret, Timestamp, money::Money,
    payment::CreatePayment,
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    signature::{Keys, Layout, SigningKeys},
    transport::RetryPolicy,
};
use provider_payos::{
    formulas::{DATA, PAYOUT},
    testing,
};
use serde_json::{Value, json};

const NOW: i64 = 1_796_000_000;

const CONFIGURATION: &str = r#"
    [providers.payos]
    kind = "payos"
    environment = "sandbox"
    client_id = "c"
    api_key = "api-key-of-the-tests"
    checksum_key = "checksum-key-of-the-tests"
    payout_client_id = "p"
    payout_api_key = "payout-api-key-of-the-tests"
    payout_checksum_key = "checksum-key-of-the-tests"
    api_url = "http://127.0.0.1:1"
    pay_url = "http://127.0.0.1:1"
"#;

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

fn checksum_key() -> Secret {
    Secret::new("checksum-key-of-the-tests").unwrap()
}

fn provider(line: &Arc<StubTransport>) -> Provider {
    let config: PaymentsConfig = toml::from_str(CONFIGURATION).unwrap();
    let context = Context::new(Arc::<StubTransport>::clone(line))
        .with_clock(Arc::new(ManualClock::at(now())))
        .with_retry(RetryPolicy::new(0, Duration::ZERO, Duration::ZERO));
    let registry = Registry::empty().add(provider_payos::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

/// Webhooks: of a transfer, of one whose memo holds `&`, and the sample; and a buyer's return.
pub(crate) fn deliveries() -> Deliveries {
    let payos = testing::Deliveries::new(checksum_key());
    let order = OrderRef::new("1029").unwrap();
    let transfer = || payos.transfer(&order, Money::vnd(50_000));
    let back = "/return?code=00&id=db1b43524ae44985a85d80f85a8dd852&cancel=false&status=PAID\
                &orderCode=1029";
    let deliveries =
        Deliveries::new(&provider(&StubTransport::new()), now()).unwrap().signed_by(sign);
    [
        ("webhook", transfer().webhook("/webhook").unwrap()),
        ("webhook", transfer().with_memo("Tom & Jerry").webhook("/webhook").unwrap()),
        ("webhook", payos.sample("/webhook").unwrap()),
        ("return", Request::get(back).body(Bytes::new()).unwrap()),
    ]
    .into_iter()
    .fold(deliveries, |deliveries, (name, request)| {
        deliveries.with_genuine(name, &request).unwrap()
    })
}

/// Signs the members of `data`, if there are any.
fn sign(_: &EndpointName, request: Request<Bytes>) -> Request<Bytes> {
    let Ok(mut body) = serde_json::from_slice::<Value>(request.body()) else { return request };
    let Some(signature) = body.get("data").and_then(|data| signature_of(&DATA, data)) else {
        return request;
    };
    let Some(members) = body.as_object_mut() else { return request };
    members.insert("signature".to_owned(), json!(signature));
    request.map(|_| body.to_string().into())
}

fn signature_of(formula: &provider_kit::signature::Formula, data: &Value) -> Option<String> {
    let Layout::Members(members) = &formula.layout else { return None };
    let texts = members.json_texts(data.to_string().as_bytes()).ok()?;
    let fields: Vec<_> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let keys = Keys::one(checksum_key());
    formula.sign(&fields, SigningKeys { secret: Some(&keys), signer: None }).ok()
}

/// Every role, with a response of payOS's own to each call.
pub(crate) fn calls() -> Calls {
    let line = StubTransport::new();
    let mut requests = Requests::typical().unwrap();
    requests.payment = CreatePayment::new(OrderRef::new("1029").unwrap(), Money::vnd(50_000))
        .and_then(|request| {
            request
                .with_description("Hai ly ca phe")
                .with_return_url("https://shop.example/back")?
                .with_cancel_url("https://shop.example/cancelled")
        })
        .unwrap();
    requests.payout = requests.payout.with_note("Hoan tien");
    requests.payout.payout = PayoutRef::new("P-1").unwrap();
    requests.events = deliveries().events().cloned().collect();
    answers(&requests)
        .into_iter()
        .fold(Calls::new(provider(&line), line, requests), Calls::with_genuine)
}

fn answers(requests: &Requests) -> Vec<Response<Bytes>> {
    let link = "db1b43524ae44985a85d80f85a8dd852";
    let created = json!({"bin": "970418", "accountNumber": "V3CAS0000000001",
        "accountName": "CONG TY", "amount": 50_000, "description": "CS62H9BJD45 Hai ly ca phe",
        "orderCode": 1029, "currency": "VND", "paymentLinkId": link, "status": "PENDING",
        "expiredAt": null, "checkoutUrl": format!("https://pay.payos.vn/web/{link}"),
        "qrCode": "000201"});
    let transfer = json!({"reference": "FT26333000000001", "amount": 50_000,
        "accountNumber": "0123456789", "description": "CS62H9BJD45 1029",
        "transactionDateTime": "2026-11-29T21:30:05+07:00", "virtualAccountName": null,
        "virtualAccountNumber": null});
    let found = |status: &str, paid: i64, transfers: Value| {
        json!({"id": link, "orderCode": 1029, "amount": 50_000, "amountPaid": paid,
            "amountRemaining": 50_000 - paid, "status": status,
            "createdAt": "2026-11-29T21:00:00+07:00", "transactions": transfers,
            "cancellationReason": null, "canceledAt": null})
    };
    let beneficiary = &requests.payout.beneficiary.account;
    let payout = json!({"id": "batch_1", "referenceId": "P-1", "transactions": [{
        "id": "batch_txn_1", "referenceId": "P-1", "amount": requests.payout.amount.minor(),
        "description": "Hoan tien", "toBin": beneficiary.bin.as_str(),
        "toAccountNumber": beneficiary.number.as_str(), "toAccountName": null, "reference": null,
        "transactionDatetime": null, "errorMessage": null, "errorCode": null,
        "state": "SUCCEEDED"}], "category": null, "approvalState": "COMPLETED",
        "createdAt": "2026-11-29T21:00:00+07:00"});
    let list = json!({"payouts": [payout], "pagination": {"total": 1, "limit": 10, "offset": 0,
        "count": 1, "hasMore": false}});
    let balance = json!({"accountNumber": "tester", "accountName": "CONG TY", "currency": "VND",
        "balance": "100000"});
    let good = |data: &Value| {
        let body = json!({"code": "00", "desc": "success", "data": data,
            "signature": signature_of(&DATA, data)});
        Response::builder()
            .header("x-signature", signature_of(&PAYOUT, data).unwrap_or_default())
            .body(Bytes::from(body.to_string()))
            .unwrap()
    };
    let refused = json!({"code": "101", "desc": "no", "data": null, "signature": null});
    [
        good(&created),
        good(&found("PAID", 50_000, json!([transfer]))),
        good(&found("CANCELLED", 0, json!([]))),
        good(&payout),
        good(&list),
        good(&balance),
        Response::new(refused.to_string().into()),
    ]
    .into()
}
