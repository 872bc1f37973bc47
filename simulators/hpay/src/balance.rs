//! The merchant's balance (reference, "Account balance Inquiry").

use axum::{Json, response::IntoResponse};
use serde::Serialize;

use super::{
    amount::with_commas,
    codes::balance as code,
    faults::Fault,
    fields::Fields,
    formulas::BALANCE_REQUEST,
    gateway::Gateway,
    keys::Verdict,
    response::{CLIENT_IP, HandlerResult, Refusal},
    sign,
};

#[derive(Serialize)]
struct Answered {
    data: Data,
    #[serde(rename = "requestId")]
    request_id: String,
    error_code: i64,
    client_ip: &'static str,
}

#[derive(Serialize)]
struct Data {
    balance: String,
    signature: String,
    respone_time: i64,
}

/// `POST /api/user/GetBalance`. The response names a request id of HPay's own.
///
/// HPay does not publish what it signs in the response; here it is the balance and the time.
pub(crate) fn inquire(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    if !fields.has_all(&["requestId", "merchantId", "requestTime", "signature"]) {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    if !gateway.is_merchant(fields.text("merchantId")) {
        return Err(Refusal(code::UNKNOWN_MERCHANT));
    }
    let request_id = fields.text("requestId");
    let signed = gateway.codes.balance_request_text(request_id, fields.text("requestTime"));
    let signature = fields.text("signature");
    if gateway.verdict(BALANCE_REQUEST, fields, signature, &signed) != Verdict::Good {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    let balance = with_commas(gateway.books().balance());
    let respone_time = gateway.now();
    let signature = gateway
        .keys
        .sign(&format!("{balance}|{respone_time}"))
        .map_err(|_| Refusal(code::WRONG_PARAMETERS))?;
    Ok(Json(Answered {
        data: Data { balance, signature, respone_time },
        request_id: sign::filler(&["balance", request_id]).to_uppercase(),
        error_code: 0,
        client_ip: CLIENT_IP,
    })
    .into_response())
}
