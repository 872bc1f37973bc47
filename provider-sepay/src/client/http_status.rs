//! The meaning of an HTTP status of SePay for an inquiry, in all of its APIs.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{Error, ErrorKind};
use provider_kit::transport::retry_after;
use serde::Deserialize;

use super::operation::Api;
use crate::field::{Shown, said};

/// The headers by which the User API v2 reports how many seconds to wait (source: SePay API v2:
/// authentication).
const RETRY_AFTER_V2: &[&str] = &["retry-after", "x-ratelimit-reset"];

/// The headers by which the User API v1 reports how many seconds to wait (source: SePay API v1:
/// introduction).
const RETRY_AFTER_V1: &[&str] = &["x-sepay-userapi-retry-after"];

/// The headers by which SePay reports how many seconds to wait: those of the User API v2, then of
/// v1 (source: developer.sepay.vn, SePay API v2: authentication; SePay API v1: introduction). The
/// order API documents none.
pub(crate) const RETRY_AFTER: &[&str] =
    &["retry-after", "x-ratelimit-reset", "x-sepay-userapi-retry-after"];

/// Returns the headers by which an API reports how many seconds to wait. The order API and the
/// partner API document none.
pub(super) fn retry_after_headers(api: Api) -> &'static [&'static str] {
    match api {
        Api::UserApiV1 => RETRY_AFTER_V1,
        Api::UserApiV2 => RETRY_AFTER_V2,
        _ => RETRY_AFTER,
    }
}

/// The body of every response that is not a success. The order API documents no such body, but was
/// seen to send `message`.
#[derive(Deserialize)]
struct Failure<'a> {
    #[serde(borrow)]
    message: Option<Shown<'a>>,
    error_code: Option<Shown<'a>>,
}

/// Returns the error for a response that is not a success.
pub(crate) fn refused(operation: &'static str, response: &Response<Bytes>) -> Error {
    let status = response.status();
    let (kind, message) = meaning(status);
    let mut error = Error::new(kind, message).with_operation(operation).with_status(status);
    if let Ok(failure) = serde_json::from_slice::<Failure<'_>>(response.body()) {
        if let Some(code) = said(&failure.error_code) {
            error = error.with_code(code);
        }
        if let Some(message) = said(&failure.message) {
            error = error.with_provider_message(message);
        }
    }
    // Every response has the headers of the rate limit; only with these statuses do they mean a
    // wait.
    let passes = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    match retry_after(response.headers(), RETRY_AFTER).filter(|_| passes) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// Returns the meaning of an HTTP status for an inquiry: as documented by SePay (source:
/// developer.sepay.vn, payment gateway, API: overview; SePay API v2: authentication), or a default
/// for other statuses.
pub(crate) fn meaning(status: StatusCode) -> (ErrorKind, &'static str) {
    match status.as_u16() {
        400 | 422 => (ErrorKind::InvalidRequest, "SePay finds the request wrong"),
        401 => (
            ErrorKind::Authentication,
            "SePay does not accept the credentials; check that they belong to this environment",
        ),
        403 => (ErrorKind::Permission, "SePay does not allow this account to ask that"),
        404 => (ErrorKind::NotFound, "SePay does not know it"),
        429 => (ErrorKind::RateLimited, "SePay takes no more calls for now"),
        500..=599 => (ErrorKind::Unavailable, "SePay is temporarily unavailable; ask again later"),
        _ => (ErrorKind::Malformed, "SePay does not document this response"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answer(status: u16, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn every_documented_status_has_its_kind_of_error() {
        for (status, kind) in [
            (400, ErrorKind::InvalidRequest),
            (401, ErrorKind::Authentication),
            (403, ErrorKind::Permission),
            (404, ErrorKind::NotFound),
            (422, ErrorKind::InvalidRequest),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Unavailable),
            (502, ErrorKind::Unavailable),
            (503, ErrorKind::Unavailable),
            (204, ErrorKind::Malformed),
            (302, ErrorKind::Malformed),
            (418, ErrorKind::Malformed),
        ] {
            assert_eq!(refused("test", &answer(status, "")).kind(), kind, "{status}");
        }
    }

    #[test]
    fn the_providers_own_words_and_its_wait_are_kept() {
        let mut response = answer(
            429,
            r#"{"status":"error","message":"Quá nhiều yêu cầu","error_code":"rate_limited"}"#,
        );
        response.headers_mut().insert("retry-after", http::HeaderValue::from_static("2"));
        let error = refused("transactions", &response);
        assert_eq!(error.code(), Some("rate_limited"));
        assert_eq!(error.provider_message(), Some("Quá nhiều yêu cầu"));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
        assert_eq!(
            error.to_string(),
            "transactions: SePay takes no more calls for now (code rate_limited, HTTP 429); wait 2 s"
        );
    }
}
