//! HPay's newer OpenAPI as strangers meet it: its responses in their envelopes.

use std::sync::Arc;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use conformance_fuzz::{Calls, Operation, StubTransport};
use http::Response;
use provider_kit::{
    signature::rsa::{RsaSigner, Signer as _},
    transport::{Call, Transport, TransportError},
};
use serde_json::{Value, json};

use super::{HPAY_KEY, MERCHANT, PASSCODE, provider, requests};

const OPENAPI: &str = "api = 'openapi'\nopenapi_client_id = 'shop'\n\
                       openapi_client_secret = 'openapi-secret-of-the-fuzzing'\n";

/// The operations that are sent in an envelope, whose responses are signed.
const SEALED: [Operation; 9] = [
    Operation::OpenVirtualAccount,
    Operation::FindVirtualAccount,
    Operation::UpdateVirtualAccount,
    Operation::CloseVirtualAccount,
    Operation::Credits,
    Operation::CreatePayout,
    Operation::FindPayout,
    Operation::VerifyBeneficiary,
    Operation::Balance,
];

/// A line on which every request for a token is granted, and everything else gets the one answer.
struct WithTokens(Arc<StubTransport>);

#[async_trait]
impl Transport for WithTokens {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        if call.request.uri().path().ends_with("/oauth2/token") {
            let granted =
                json!({ "access_token": "t", "token_type": "Bearer", "expires_in": 3600 });
            return Ok(Response::new(granted.to_string().into()));
        }
        self.0.send(call).await
    }
}

/// Every role, with an answer of HPay's own to each call. `signer` is that of the configuration.
pub(crate) fn openapi_calls(signer: &str) -> Calls {
    let line = StubTransport::new();
    let client = Arc::new(WithTokens(Arc::clone(&line)));
    let calls = Calls::new(provider(client, signer, OPENAPI), line, requests());
    answers().into_iter().fold(calls.signed(SEALED).covering(covered), Calls::with_genuine)
}

/// What OPENAPI_RESPONSE covers: the code and the data.
fn covered(body: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let code = match &answer["errorCode"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(format!("{code}|{}", answer["data"].as_str()?))
}

fn answers() -> Vec<Response<Bytes>> {
    let account = json!({"requestId": "20260042", "vaAccount": "1000000000179",
        "vaName": "NGUYEN VAN A", "vaBank": "BIDV", "vaType": "1", "vaCondition": "1",
        "vaAmount": "50000", "vaStatus": 1, "expiredTime": "1731828461", "qrCode": "00020101021"});
    let transferred = json!({"requestId": "20260042", "merchantId": MERCHANT, "bankName": "BIDV",
        "bankAccountNumber": "1234567890912312", "bankAccountName": "NGUYEN VAN A",
        "amount": "50000", "cashoutId": "231423", "transactionId": "96061677",
        "transactionTime": "1731742061"});
    let mut found = transferred.clone();
    for (name, status) in [("transactionStatus", 4), ("cashoutStatus", 3), ("refundStatus", 1)] {
        found[name] = json!(status);
    }
    let data = [
        account.clone(),
        json!([account]),
        json!({"vaAccount": "1000000000179", "vaName": "NGUYEN VAN A", "vaStatus": "3"}),
        json!([{"transId": 96_119_097, "vaAccount": "1000000000179", "amount": 100_000,
            "timePaid": 1_731_742_000, "cashinId": 28_275_709, "remark": "bm8gY29udGVudA=="}]),
        transferred,
        found,
        json!({"bankName": "BIDV", "bankAccountNumber": "1234567890912312",
            "bankAccountName": "NGUYEN VAN A"}),
        json!({"merchantEmail": "merchant@example.com", "balance": "101,747,939"}),
    ];
    let sealed = data.iter().map(|data| sealed("00", &STANDARD.encode(data.to_string())));
    sealed.chain([sealed_refusal()]).collect()
}

fn sealed_refusal() -> Response<Bytes> {
    sealed("214404", "")
}

fn sealed(code: &str, data: &str) -> Response<Bytes> {
    let signer = RsaSigner::from_bytes(HPAY_KEY.as_bytes()).unwrap();
    let signature = signer.sign(format!("{code}|{data}|{PASSCODE}").as_bytes()).unwrap();
    let sealed = json!({"errorCode": code, "errorMessage": "words", "data": data,
        "signature": STANDARD.encode(signature)});
    Response::new(sealed.to_string().into())
}
