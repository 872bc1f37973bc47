//! The replies to payOS's deliveries (source: payos.vn/docs, webhook). Any 2xx status acknowledges
//! a webhook. payOS does not publish how often and when it repeats a webhook that was not
//! acknowledged.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY},
};
use payments_core::{EndpointName, notification::Outcome};

use crate::endpoints;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// These headers are set because browsers make some of these requests, and their addresses contain
/// order references.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

pub(super) fn reply(endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
    let (success, later, refused, content_type) = match endpoint.as_str() {
        endpoints::WEBHOOK => {
            (r#"{"success":true}"#, r#"{"success":false}"#, r#"{"success":false}"#, JSON)
        }
        endpoints::RETURN => (
            "Your payment is being checked.",
            "Your payment is being checked.",
            "This page cannot be shown.",
            TEXT,
        ),
        endpoints::CANCEL => (
            "The payment was called off.",
            "The payment was called off.",
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
        Outcome::Untrusted => response(StatusCode::UNAUTHORIZED, refused, content_type),
    }
}

fn response(status: StatusCode, body: &'static str, content_type: HeaderValue) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response.headers_mut().extend(HEADERS);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stored_is_not_acknowledged_and_everything_else_is() {
        for (name, outcome, status) in [
            (endpoints::WEBHOOK, Outcome::Handled, 200),
            (endpoints::WEBHOOK, Outcome::Duplicate, 200),
            (endpoints::WEBHOOK, Outcome::Ignored, 200),
            (endpoints::WEBHOOK, Outcome::TryAgain, 503),
            (endpoints::WEBHOOK, Outcome::Untrusted, 401),
            (endpoints::RETURN, Outcome::Ignored, 200),
            (endpoints::CANCEL, Outcome::Ignored, 200),
            ("elsewhere", Outcome::Handled, 404),
        ] {
            let reply = reply(&EndpointName::new(name).unwrap(), outcome);
            assert_eq!(reply.status().as_u16(), status, "{name} {outcome:?}");
        }
    }
}
