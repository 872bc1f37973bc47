//! The envelope of every response.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use simulator_kit::HangUp;

use crate::faults::{Fault, When};

/// Where a response is signed.
#[derive(Clone, Copy)]
pub(super) enum Signed<'a> {
    /// Nowhere.
    Not,
    /// Beside its data, with this signature.
    Beside(&'a str),
    /// In the header `x-signature`.
    Header(&'a str),
}

/// A success with these data.
pub(super) fn good(data: &Value, signed: Signed<'_>) -> Response {
    let mut body = json!({ "code": "00", "desc": "success", "data": data });
    if let (Signed::Beside(signature), Some(members)) = (signed, body.as_object_mut()) {
        members.insert("signature".to_owned(), json!(signature));
    }
    let mut response = Json(body).into_response();
    if let Signed::Header(signature) = signed
        && let Ok(value) = HeaderValue::try_from(signature)
    {
        response.headers_mut().insert("x-signature", value);
    }
    response
}

/// Why a request is not carried out.
pub(crate) enum Refusal {
    /// payOS says why.
    Said { status: StatusCode, code: String, desc: String },
    /// The connection closes without a response.
    HungUp,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Said { status, code, desc } => {
                let body = json!({ "code": code, "desc": desc, "data": null, "signature": null });
                (status, Json(body)).into_response()
            }
            Self::HungUp => HangUp.into_response(),
        }
    }
}

/// A refusal, with HTTP 200 as payOS does it.
pub(super) fn refused(code: &str, desc: &str) -> Refusal {
    refused_with(StatusCode::OK, code, desc)
}

/// A refusal with another status.
pub(super) fn refused_with(status: StatusCode, code: &str, desc: &str) -> Refusal {
    Refusal::Said { status, code: code.to_owned(), desc: desc.to_owned() }
}

/// What a fault makes of a request that the gateway has not carried out.
pub(super) fn before(fault: Option<&Fault>) -> Result<(), Refusal> {
    match fault {
        Some(Fault::LoseAnswer { when: When::BeforeBooking }) => Err(Refusal::HungUp),
        Some(Fault::RefuseWith { code }) => Err(refused(code, "scripted")),
        _ => Ok(()),
    }
}

/// What a fault makes of the response about something that was carried out.
pub(super) fn after(
    fault: Option<&Fault>,
    data: &Value,
    sign: impl FnOnce(&Map<String, Value>) -> String,
    in_header: bool,
) -> Response {
    let empty = Map::new();
    let signature = sign(data.as_object().unwrap_or(&empty));
    let forged: String = signature.chars().rev().collect();
    let signed = |signature| match in_header {
        true => Signed::Header(signature),
        false => Signed::Beside(signature),
    };
    match fault {
        Some(Fault::LoseAnswer { when: When::AfterBooking }) => HangUp.into_response(),
        Some(Fault::LeaveSignatureOut) => good(data, Signed::Not),
        Some(Fault::ForgeSignature) => good(data, signed(&forged)),
        _ => good(data, signed(&signature)),
    }
}
