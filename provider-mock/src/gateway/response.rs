//! A response of the gateway, with its signature.

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use payments_core::money::Money;
use provider_kit::signature::{Keys, SigningKeys};
use serde::Serialize;
use serde_json::Value;

use super::{json, refused::Refused};
use crate::{
    formula::{ANSWER, BODY, CALL, STATUS},
    wire::{Refusal, RefusalCode, SIGNATURE, Undecided},
};

/// A response before it is signed.
#[derive(Debug)]
pub(super) struct UnsignedResponse {
    status: StatusCode,
    body: Bytes,
    code: Option<String>,
}

impl UnsignedResponse {
    pub(super) fn of<T: Serialize>(answer: &T) -> Self {
        Self { status: StatusCode::OK, body: json(answer), code: None }
    }

    /// Creates the response of a gateway that has not decided yet.
    pub(super) fn undecided(reference: Option<String>) -> Self {
        let message = "it is accepted, and not decided yet".to_owned();
        let body = json(&Undecided { reference, message });
        Self { status: StatusCode::ACCEPTED, body, code: None }
    }

    pub(super) fn refused(refused: Refused, reference: Option<String>) -> Self {
        let Refused { code, message, field } = refused;
        Self::refusal(Refusal { code: code.into(), message, reference, field })
    }

    /// Creates a refusal with any code, documented or not.
    pub(super) fn declined(code: String, reference: Option<String>) -> Self {
        let message = "refused, as it was scripted".to_owned();
        Self::refusal(Refusal { code, message, reference, field: None })
    }

    fn refusal(refusal: Refusal) -> Self {
        let known = RefusalCode::of(&refusal.code);
        Self {
            status: known.map_or(StatusCode::UNPROCESSABLE_ENTITY, RefusalCode::status),
            body: json(&refusal),
            code: Some(refusal.code),
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.code.is_none()
    }

    /// Changes the amount in the response, if it has one.
    pub(super) fn with_wrong_amount(mut self) -> Self {
        let Ok(mut body) = serde_json::from_slice::<Value>(&self.body) else { return self };
        let told = body.get("amount").cloned().unwrap_or_default();
        let Ok(amount) = serde_json::from_value::<Money>(told) else { return self };
        let wrong = Money::from_minor(amount.minor().saturating_add(1), amount.currency());
        if let (Some(told), Ok(wrong)) = (body.get_mut("amount"), serde_json::to_value(wrong)) {
            *told = wrong;
            self.body = json(&body);
        }
        self
    }

    /// Returns the response, signed as the response to `call`.
    pub(super) fn sign(self, call: &str, key: &Keys) -> Response<Bytes> {
        let signature = signature(call, self.status, &self.body, key);
        self.respond(Some(signature))
    }

    /// Returns the response with a signature that is well-formed but wrong.
    pub(super) fn sign_wrongly(self, call: &str, key: &Keys) -> Response<Bytes> {
        let signature = signature(call, self.status, b"something else", key);
        self.respond(Some(signature))
    }

    /// Returns the response without a signature.
    pub(super) fn unsigned(self) -> Response<Bytes> {
        self.respond(None)
    }

    fn respond(self, signature: Option<String>) -> Response<Bytes> {
        let asks_to_wait = self.code.as_deref() == Some(RefusalCode::RateLimited.as_str());
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if asks_to_wait {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(value) = signature.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(SIGNATURE, value);
        }
        response
    }
}

/// Returns a page that is not part of the protocol, such as that of a proxy in front of the
/// gateway.
pub(super) fn foreign_page(status: u16) -> Response<Bytes> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
    let mut response = Response::new(Bytes::from(page));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

fn signature(call: &str, status: StatusCode, body: &[u8], key: &Keys) -> String {
    let fields = [(CALL, call.as_bytes()), (STATUS, status.as_str().as_bytes()), (BODY, body)];
    // All fields are present and the formula is known, so that signing cannot fail; an empty
    // signature would be rejected.
    ANSWER.sign(&fields, SigningKeys { secret: Some(key), signer: None }).unwrap_or_default()
}
