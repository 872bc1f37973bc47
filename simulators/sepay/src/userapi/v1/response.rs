//! The responses of v1. Refusals also have HTTP 200, with their status in the body (source: SePay
//! API: upgrade from v1); their texts are invented.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::json;

use crate::{query::InvalidParameter, userapi::response, virtual_account::VaRefused};

/// `{status: 200, error: null, messages: {success: true}, …}`, with `value` under `key`.
pub(super) fn under(key: &'static str, value: impl Serialize) -> Response {
    Json(Under { key, value }).into_response()
}

struct Under<T> {
    key: &'static str,
    value: T,
}

impl<T: Serialize> Serialize for Under<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("status", &200)?;
        map.serialize_entry("error", &())?;
        map.serialize_entry("messages", &json!({ "success": true }))?;
        map.serialize_entry(self.key, &self.value)?;
        map.end()
    }
}

/// `{status: "success", data}`, the envelope of orders.
pub(super) fn order(message: Option<&'static str>, data: impl Serialize) -> Response {
    #[derive(Serialize)]
    struct Success<T> {
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<&'static str>,
        data: T,
    }
    Json(Success { status: "success", message, data }).into_response()
}

/// The response to a call beyond the rate limit.
pub(in crate::userapi) fn rate_limited() -> Response {
    let body = json!({
        "status": 429,
        "error": "rate_limit_exceeded",
        "message": "Too many requests",
    });
    (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response()
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Problem {
    NotFound,
    Invalid(InvalidParameter),
    Order(VaRefused),
}

impl From<InvalidParameter> for Problem {
    fn from(parameter: InvalidParameter) -> Self {
        Self::Invalid(parameter)
    }
}

impl From<VaRefused> for Problem {
    fn from(refused: VaRefused) -> Self {
        Self::Order(refused)
    }
}

impl From<response::Problem> for Problem {
    fn from(problem: response::Problem) -> Self {
        match problem {
            response::Problem::Invalid(parameter) => Self::Invalid(parameter),
            response::Problem::Order(refused) => Self::Order(refused),
            _ => Self::NotFound,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::NotFound => response::Problem::NotFound,
            Self::Invalid(parameter) => response::Problem::Invalid(parameter),
            Self::Order(refused) => refused.into(),
        };
        let (status, _, message) = problem.words();
        Json(json!({
            "status": status.as_u16(),
            "error": status.as_u16(),
            "messages": { "error": message },
        }))
        .into_response()
    }
}
