//! The replies to HPay's deliveries.
//!
//! The reference documents no replies. The reply to payment notifications is taken from a
//! merchant's code that has commits by the provider's staff. The reply to callbacks is taken from
//! notes of merchants who use the newer API: HTTP 200 with this body, otherwise HPay tries up to
//! three times.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY},
};
use payments_core::{EndpointName, notification::Outcome};

use crate::endpoints;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// These headers are set because the queries of these requests contain signatures and personal
/// data, and browsers make some of them.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

pub(super) fn reply(endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
    let (success, later, refused, content_type) = match endpoint.as_str() {
        endpoints::NOTIFY => (
            r#"{"error_code":"000","message":"Success"}"#,
            r#"{"error_code":"99","message":"Try again later"}"#,
            r#"{"error_code":"001","message":"Refused"}"#,
            JSON,
        ),
        endpoints::VA_CALLBACK => (
            r#"{"error":"00","message":"Success"}"#,
            r#"{"error":"99","message":"Try again later"}"#,
            r#"{"error":"03","message":"Refused"}"#,
            JSON,
        ),
        endpoints::RETURN => (
            "Your payment is being checked.",
            "Your payment is being checked.",
            "This page cannot be shown.",
            TEXT,
        ),
        _ => return response(StatusCode::NOT_FOUND, "There is nothing here.", TEXT),
    };
    match outcome {
        Outcome::Handled | Outcome::Duplicate | Outcome::Ignored => {
            response(StatusCode::OK, success, content_type)
        }
        Outcome::TryAgain => response(StatusCode::SERVICE_UNAVAILABLE, later, content_type),
        Outcome::Untrusted => response(StatusCode::FORBIDDEN, refused, content_type),
    }
}

fn response(status: StatusCode, body: &'static str, content_type: HeaderValue) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().extend(HEADERS);
    response
}
