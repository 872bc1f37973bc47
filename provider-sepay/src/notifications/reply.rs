//! The replies that SePay expects (source: developer.sepay.vn, webhook authentication, IPN).

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use payments_core::notification::Outcome;

use crate::bank::webhook::token_endpoint;

/// Returns the reply for an outcome. `200` with `{"success": true}` acknowledges the delivery, also
/// if it was handled before or is ignored; after any other reply it is sent again. Bank webhooks
/// are repeated seven times within 33 minutes after a status outside 200–299 if the webhook is set
/// up for that. SePay does not document whether it sends an IPN again.
pub(crate) fn to(outcome: Outcome) -> Response<Bytes> {
    with(StatusCode::OK, outcome)
}

/// Returns the reply to a webhook that is authenticated by OAuth 2.0. `201` acknowledges it: older
/// pages accept no other status there (docs.sepay.vn/tich-hop-webhooks.html), newer ones accept
/// both.
pub(crate) fn to_oauth2(outcome: Outcome) -> Response<Bytes> {
    with(StatusCode::CREATED, outcome)
}

/// Returns the reply of the token endpoint if no token was issued. A success has a reply of its
/// own.
pub(crate) fn without_a_token(outcome: Outcome) -> Response<Bytes> {
    match outcome {
        Outcome::Untrusted => token_endpoint::not_the_client(),
        _ => token_endpoint::error("invalid_request"),
    }
}

fn with(success: StatusCode, outcome: Outcome) -> Response<Bytes> {
    let (status, body) = match outcome {
        Outcome::Handled | Outcome::Duplicate | Outcome::Ignored => {
            (success, r#"{"success": true}"#)
        }
        Outcome::TryAgain => (StatusCode::SERVICE_UNAVAILABLE, r#"{"success": false}"#),
        Outcome::Untrusted => (StatusCode::UNAUTHORIZED, r#"{"success": false}"#),
    };
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_the_documented_reply() {
        for (outcome, status, body) in [
            (Outcome::Handled, 200, r#"{"success": true}"#),
            (Outcome::Duplicate, 200, r#"{"success": true}"#),
            (Outcome::Ignored, 200, r#"{"success": true}"#),
            (Outcome::TryAgain, 503, r#"{"success": false}"#),
            (Outcome::Untrusted, 401, r#"{"success": false}"#),
        ] {
            let reply = to(outcome);
            assert_eq!((reply.status().as_u16(), reply.body().as_ref()), (status, body.as_bytes()));
            assert_eq!(reply.headers()[CONTENT_TYPE], "application/json");
            let created = to_oauth2(outcome);
            let status = if status == 200 { 201 } else { status };
            assert_eq!(created.status().as_u16(), status);
            assert_eq!(created.body(), reply.body());
            assert!(without_a_token(outcome).status().is_client_error());
        }
    }
}
