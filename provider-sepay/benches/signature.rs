//! Signing a checkout of eleven fields, and checking and reading a bank webhook, each beside the
//! bare HMAC (and serde_json) over the same bytes.
//!
//! The last lines are the ratios, taken in turns in this very run. The budgets are 2 for signing
//! and 1.9 for a webhook.

#[path = "../../payments-core/benches/turns/mod.rs"]
mod turns;

use std::hint::black_box;
use std::process::ExitCode;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use payments_core::{
    EndpointName, Provider, Secret, Timestamp,
    notification::{Delivery, Received},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    signature::{Field, Formula, Keys, SigningKeys},
    transport::{Call, Transport, TransportError, TransportErrorKind},
};
use serde::Deserialize;
use sha2::Sha256;
use turns::{in_turns, ratio};

const SECRET: &str = "spsk_test_bench_0123456789abcdef";
const NOW: i64 = 1_700_000_000;

const FIELDS: [Field<'static>; 11] = [
    ("order_amount", b"100000"),
    ("merchant", b"SP-TEST-AB12CD3"),
    ("currency", b"VND"),
    ("operation", b"PURCHASE"),
    ("order_description", b"Payment for order 12345"),
    ("order_invoice_number", b"INV_20250101_001"),
    ("customer_id", b"CUST_001"),
    ("payment_method", b"BANK_TRANSFER"),
    ("success_url", b"https://shop.example/success"),
    ("error_url", b"https://shop.example/error"),
    ("cancel_url", b"https://shop.example/cancel"),
];

/// A webhook as SePay sends it, 420 bytes.
const BODY: &str = concat!(
    r#"{"id":92704,"gateway":"Vietcombank","transactionDate":"2023-03-25 14:02:37","#,
    r#""accountNumber":"0123499999","code":"DH20260042","content":"DH20260042 chuyen tien mua "#,
    r#"iphone","transferType":"in","transferAmount":2277000,"accumulated":19077000,"#,
    r#""subAccount":null,"referenceCode":"MBVCB.3278907687","description":"BankAPINotify MBVCB."#,
    r#"3278907687.DH20260042 chuyen tien mua iphone.CT tu 0001 NGUYEN VAN A toi 0123499999"}"#,
);

/// How often each is called in one turn.
const CALLS: u32 = 1_000;

/// The least that reading a webhook can be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read to be measured")]
struct Plain {
    id: u64,
    gateway: String,
    transaction_date: String,
    account_number: String,
    code: Option<String>,
    content: String,
    transfer_type: String,
    transfer_amount: u64,
    accumulated: u64,
    sub_account: Option<String>,
    reference_code: String,
    description: String,
}

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("what is measured does not work: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let keyed = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    let hmac = |bytes: &[u8]| {
        let mut hmac = keyed.clone();
        hmac.update(bytes);
        hmac.finalize().into_bytes()
    };

    let formula = formula("sepay.checkout")?;
    let keys = Keys::one(Secret::new(SECRET)?);
    let signing = SigningKeys { secret: Some(&keys), signer: None };
    let joined = formula.signed_string(&FIELDS)?;
    let sign = || formula.sign(black_box(&FIELDS), signing).map_or(0, |signature| signature.len());
    let bare_sign = || STANDARD.encode(hmac(black_box(joined.as_bytes()))).len();

    let stamped = format!("{NOW}.{BODY}");
    let request = http::Request::post("/bank-webhook")
        .header("content-type", "application/json")
        .header("x-sepay-timestamp", NOW.to_string())
        .header("x-sepay-signature", format!("sha256={}", hex::encode(hmac(stamped.as_bytes()))))
        .body(BODY)?;
    let provider = provider()?;
    let receiver = provider.notifications()?;
    let endpoint = EndpointName::new("bank-webhook")?;
    let receive = || {
        let delivery = Delivery::of(black_box(&request));
        match receiver.receive(&endpoint, &delivery, Timestamp::from_unix(NOW)) {
            Received::Notification(notification) => notification.events().len(),
            Received::Reply(_) | Received::Unreadable(_) | Received::Untrusted(_) => 0,
        }
    };
    let bare_receive = || {
        let code = hmac(black_box(stamped.as_bytes()));
        let plain: Option<Plain> = serde_json::from_str(black_box(BODY)).ok();
        usize::from(code.len() == 32 && black_box(plain).is_some())
    };
    if (sign(), bare_sign(), receive(), bare_receive()) != (44, 44, 1, 1) {
        return Err("a signature or a webhook is wrong".into());
    }

    let [sign, bare_sign, receive, bare_receive] =
        in_turns(CALLS, [&sign, &bare_sign, &receive, &bare_receive]);
    println!("sepay: a bare HMAC of a checkout takes {} ns", (bare_sign / CALLS).as_nanos());
    println!("sepay: signing takes {} times as long (budget 2.00)", ratio(sign, bare_sign));
    println!(
        "sepay: bare HMAC and JSON of a webhook take {} ns",
        (bare_receive / CALLS).as_nanos()
    );
    println!("sepay: receiving takes {} times as long (budget 1.90)", ratio(receive, bare_receive));
    Ok(())
}

fn formula(id: &str) -> Result<&'static Formula, String> {
    provider_sepay::REGISTRATION
        .formulas
        .iter()
        .find(|formula| formula.id == id)
        .ok_or_else(|| format!("no formula {id}"))
}

struct Nowhere;

#[async_trait::async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: Call) -> Result<http::Response<bytes::Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "nothing is sent here"))
    }
}

fn provider() -> Result<Provider, Box<dyn std::error::Error>> {
    let config: PaymentsConfig = serde_json::from_value(serde_json::json!({
        "providers": { "sepay": {
            "kind": "sepay",
            "environment": "sandbox",
            "account_bin": "970436",
            "account_number": "0123499999",
            "account_holder": "NGUYEN VAN A",
            "code_prefix": "DH",
            "code_min": 8,
            "code_max": 8,
            "api_token": "token",
            "webhook_secret": SECRET,
        }}
    }))?;
    let context = Context::new(std::sync::Arc::new(Nowhere));
    let mut providers =
        Registry::empty().add(provider_sepay::REGISTRATION).build(&config, &context)?;
    providers.pop().ok_or_else(|| "no provider".into())
}
