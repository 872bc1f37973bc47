//! HPay as strangers meet it: its own deliveries, made from the vectors, and its own answers.
//!
//! The fuzz targets use this file too.

#[path = "openapi.rs"]
mod openapi;

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use conformance_fuzz::{Calls, Deliveries, Operation, Requests, StubTransport};
use http::{Request, Response};
pub(crate) use openapi::openapi_calls;
use payments_core::{
    EndpointName, ManualClock, Provider, Secret, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    notification::Delivery,
    payout::{Beneficiary, CreatePayout},
};
use provider_hpay::formulas::{PAYMENT_NOTIFICATION, VA_CALLBACK};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    signature::{
        Field, Formula, Keys, SigningKeys,
        rsa::{RsaSigner, Signer as _},
    },
    transport::{RetryPolicy, Transport},
};
use serde_json::{Value, json};

const NOW: i64 = 1_731_742_061;
const MERCHANT: &str = "64916";
const PASSCODE: &str = "123456";

/// The passcodes are those of the vectors.
const CONFIGURATION: &str = r#"
    [providers.hpay]
    kind = "hpay"
    environment = "sandbox"
    merchant_id = "64916"
    receiver = "merchant@example.com"
    passcode = ["123456", "abcdef"]
"#;

const MERCHANT_KEY: &str = include_str!("../../../simulators/hpay/data/test-only/merchant.key.pem");
const HPAY_KEY: &str = include_str!("../../../simulators/hpay/data/test-only/hpay.key.pem");
const HPAY_CERTIFICATE: &str =
    include_str!("../../../simulators/hpay/data/test-only/hpay.cert.pem");

/// The operations whose answers HPay signs in a way that can be checked.
const SIGNED: [Operation; 1] = [Operation::CreatePayout];

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

/// The provider with these lines of configuration too.
fn provider(client: Arc<dyn Transport>, signer: &str, more: &str) -> Provider {
    let mut config = format!("{CONFIGURATION}signer = {signer:?}\n{more}");
    for (key, pem) in [("private_key", MERCHANT_KEY), ("hpay_certificate", HPAY_CERTIFICATE)] {
        config.push_str(&format!("{key} = '''{pem}'''\n"));
    }
    let config: PaymentsConfig = toml::from_str(&config).unwrap();
    let context = Context::new(client)
        .with_clock(Arc::new(ManualClock::at(now())))
        .with_retry(RetryPolicy::new(0, Duration::ZERO, Duration::ZERO));
    let registry = Registry::empty().add(provider_hpay::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

/// Every notification, return and callback of the vectors that is to be believed.
pub(crate) fn deliveries() -> Deliveries {
    let vectors: Value = serde_json::from_str(include_str!("../data/vectors.json")).unwrap();
    let cases = |set: &str| vectors[set]["cases"].as_array().unwrap().clone();
    let mut deliveries =
        Deliveries::new(&provider(StubTransport::new(), "rsa", ""), now()).unwrap().signed_by(sign);
    let cases_of = |kind: &str| -> Vec<Value> {
        let id = |case: &Value| case["id"].as_str().unwrap().to_owned();
        cases("ipn").into_iter().filter(|case| id(case).ends_with(kind)).collect()
    };
    for case in &cases_of("/good") {
        assert_eq!(case["merchant_site_code"], MERCHANT);
        deliveries = deliveries.with_genuine("notify", &get("notify", case)).unwrap();
    }
    let back = get("return", &cases_of("plain/good")[0]);
    deliveries = deliveries.with_genuine("return", &back).unwrap();
    for case in &cases("va_callback") {
        deliveries = deliveries.with_genuine("va-callback", &get("va-callback", case)).unwrap();
    }
    deliveries
}

fn get(endpoint: &str, case: &Value) -> Request<Bytes> {
    let target = format!("/{endpoint}?{}", case["query"].as_str().unwrap());
    Request::get(target).body(Bytes::new()).unwrap()
}

/// Puts a good code in the place of whatever code is there.
fn sign(endpoint: &EndpointName, request: Request<Bytes>) -> Request<Bytes> {
    let formula: &Formula =
        if endpoint.as_str() == "va-callback" { &VA_CALLBACK } else { &PAYMENT_NOTIFICATION };
    let keys = Keys::one(Secret::new(PASSCODE).unwrap());
    let pairs = Delivery::of(&request).query_pairs();
    let query = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_bytes()));
    let fields: Vec<Field<'_>> =
        [("merchant_site_code", MERCHANT.as_bytes())].into_iter().chain(query).collect();
    let signing = SigningKeys { secret: Some(&keys), signer: None };
    // What cannot be signed is not sent.
    let Ok(code) = formula.sign(&fields, signing) else { return request };
    let query = request.uri().query().unwrap_or_default();
    let others = query.split('&').filter(|pair| !pair.starts_with("secure_code="));
    let code = format!("secure_code={code}");
    let query: Vec<_> = others.chain([code.as_str()]).collect();
    let target = format!("{}?{}", request.uri().path(), query.join("&"));
    let mut signed = request.clone();
    *signed.uri_mut() = target.parse().unwrap();
    signed
}

/// Every role, with an answer of HPay's own to each call. `signer` is that of the configuration.
pub(crate) fn calls(signer: &str) -> Calls {
    let line = StubTransport::new();
    let provider = provider(Arc::<StubTransport>::clone(&line), signer, "");
    let calls = Calls::new(provider, line, requests()).signed(SIGNED).covering(covered_by_f20);
    answers().into_iter().fold(calls, Calls::with_genuine)
}

/// What every call is made with.
fn requests() -> Requests {
    let mut requests = Requests::typical().unwrap();
    let bidv = Bin::new("970418").unwrap();
    let account = BankAccount::new(bidv, AccountNumber::new("1234567890912312").unwrap());
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    let (payout, amount) = (requests.payout.payout.clone(), requests.payout.amount);
    requests.payout = CreatePayout::new(payout, amount, beneficiary).unwrap();
    requests.events = deliveries().events().take(20).cloned().collect();
    requests
}

/// What PAYOUT_RESPONSE covers of the answer to a payout: neither its code nor its status.
fn covered_by_f20(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| match &answer["data"][name] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some([text("requestId")?, text("bankAccountNumber")?, text("omiCashoutId")?].join("|"))
}

fn answers() -> Vec<Response<Bytes>> {
    let text = format!("20260042|1234567890912312|231423|{PASSCODE}");
    let signer = RsaSigner::from_bytes(HPAY_KEY.as_bytes()).unwrap();
    let signature = STANDARD.encode(signer.sign(text.as_bytes()).unwrap());
    let answers = [
        json!({"error_code": "000", "status": "ok", "data": {"requestId": "20260042",
            "bankAccountNumber": "1234567890912312", "omiCashoutId": "231423",
            "omiTransactionId": 96_061_677, "secureChain": signature}}),
        json!({"error_code": "000", "data": {"transaction_id": 96_061_677,
            "time_tranfer": 1_664_182_633, "amount": "50000", "transaction_status": 4,
            "cashout_status": 3, "refund_status": 1, "merchant_id": MERCHANT,
            "request_id": "20260042", "bankAccount_number": "1234567890912312"}}),
        json!({"error_code": "000", "data": {"request_id": "20220912052918",
            "merchant_id": MERCHANT, "bank_account_number": "1234567890912312",
            "bank_name": "BIDV", "bank_account_name": "NGUYEN VAN A"}, "checksum": "c2b8"}),
        json!({"data": {"balance": "101,747,939", "signature": "s", "respone_time": 1_664_182_633},
            "requestId": "7C37", "error_code": 0, "client_ip": "10.0.9.1"}),
        json!({"error_code": "0", "data": {"merchant_id": MERCHANT,
            "va_account": "1000000000179", "va_name": "NGUYEN VAN A", "va_method": "2",
            "va_type": "1", "va_condition": "1", "va_bank": "BIDV", "va_status": "1",
            "va_amount": "50000", "va_timelimit": "1731828461"}, "checksum": "22810dca"}),
        json!({"error_code": "00", "data": {"merchant_id": MERCHANT,
            "account_va": "1000000000179", "va_status": "3"}, "checksum": "4"}),
        json!({"error_code": "00", "message": "success", "data": [{"transaction_id": 96_119_097,
            "full_account_number": "1000000000179", "amount": 100_000, "time_paid": 1_731_742_000,
            "cashin": 28_275_709, "remark": "bm8gY29udGVudA==", "va_bank_name": "BIDV"}]}),
        json!({"error_code": "00", "data": {"token": "12353", "transaction_status": "00",
            "order_code": "20260042", "total_amount": "50000", "transaction_id": "1234"},
            "checksum": "123"}),
        json!({"error_code": "035", "status": "", "data": []}),
    ];
    answers.iter().map(|answer| Response::new(answer.to_string().into())).collect()
}
