//! The envelope around every request and response: base64 of JSON, signed as a whole.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::json;
use simulator_kit::Algorithm;

use crate::{
    codes::openapi as code,
    faults::Fault,
    fields::Fields,
    formulas::{OPENAPI_REQUEST, OPENAPI_RESPONSE},
    gateway::Gateway,
    keys::Verdict,
    response::{HandlerResult, Refusal},
};

const AUTHORIZATION: &str = "authorization";
pub(super) const MERCHANT: &str = "x-api-mid";

/// The fields of a request, with those of its headers that say who sends it.
pub(crate) fn authorized(fields: Fields, headers: &HeaderMap) -> Fields {
    [AUTHORIZATION, MERCHANT].into_iter().fold(fields, |fields, name| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        fields.with(name, value.unwrap_or_default())
    })
}

/// Opens a request to a service: its token, its merchant, its signature, and then its data.
///
/// A token that opens nothing is refused with HTTP 401. Anything else has the only code of a refusal
/// that merchants have seen.
pub(super) fn open(gateway: &Gateway, fields: &Fields, service: &str) -> Result<Fields, Refusal> {
    let token = fields.text(AUTHORIZATION).strip_prefix("Bearer ").unwrap_or_default();
    if !gateway.tokens.opens(token, service, gateway.now()) {
        return Err(Refusal(code::UNAUTHORIZED));
    }
    if !gateway.is_merchant(fields.text(MERCHANT)) {
        return Err(Refusal(code::REFUSED));
    }
    let data = fields.text("data");
    let signed = gateway.codes.openapi_request_text(data);
    let signature = fields.text("signature");
    if gateway.verdict(OPENAPI_REQUEST, fields, signature, &signed) != Verdict::Good {
        return Err(Refusal(code::REFUSED));
    }
    let json = STANDARD.decode(data).map_err(|_| Refusal(code::REFUSED))?;
    let data = Fields::from_body(&json);
    if !data.has_all(&["requestId", "merchantId"]) || !gateway.is_merchant(data.text("merchantId"))
    {
        return Err(Refusal(code::REFUSED));
    }
    Ok(data)
}

/// A response that worked, with its data.
pub(super) fn sealed(
    gateway: &Gateway,
    data: &impl Serialize,
    fault: Option<&Fault>,
) -> HandlerResult {
    let json = serde_json::to_vec(data).map_err(|_| Refusal(code::REFUSED))?;
    let data = STANDARD.encode(json);
    let signature = match fault == Some(&Fault::ForgeSignature) {
        true => gateway.keys.sign("forged").ok(),
        false => signature(gateway, code::DONE, &data),
    };
    let signature = signature.ok_or(Refusal(code::REFUSED))?;
    let sealed = json!({
        "errorCode": code::DONE,
        "errorMessage": "Success",
        "data": data,
        "signature": signature,
    });
    Ok(Json(sealed).into_response())
}

/// The signature of a response with this code and these data.
fn signature(gateway: &Gateway, code: &str, data: &str) -> Option<String> {
    let fields = Fields::of(&[("errorCode", code), ("data", data)]);
    let replaced = gateway.signature(OPENAPI_RESPONSE, Algorithm::RsaSha256Base64, &fields);
    replaced.or_else(|| gateway.keys.sign(&gateway.codes.openapi_response_text(code, data)).ok())
}

/// The response that carries an error code, signed too: without data.
pub(crate) fn refusal(gateway: &Gateway, code: &str) -> Response {
    if code == code::UNAUTHORIZED {
        let body = json!({ "error": "invalid_token" });
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    }
    let signature = signature(gateway, code, "");
    let refused = json!({
        "errorCode": code,
        "errorMessage": "Giao dịch không thành công",
        "data": "",
        "signature": signature.unwrap_or_default(),
    });
    Json(refused).into_response()
}
