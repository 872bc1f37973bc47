//! Reads responses: lists, single objects, refusals, and the outcome of an instruction.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{Decline, Error, ErrorKind, Result, Submission, json};
use provider_kit::transport::Unreadable;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    status::meaning,
    webhook::WebhookReceipt,
    wire::{Created, Envelope, Outcome},
};
use crate::{
    bank::user_api::Page,
    client::{ApiResponse, refused},
    field::{Count, Unclear, more, row, said},
};

/// Reads a single object.
///
/// # Errors
/// Returns the error that the response means if it is not a success, or `Malformed`.
pub(crate) fn one<'a, W: Deserialize<'a>, T>(
    response: &'a ApiResponse,
    read: impl Fn(&W) -> Result<T, Unclear>,
) -> Result<T> {
    let envelope: Envelope<W> = envelope(response)?;
    read(&envelope.data).map_err(|unclear| response.unclear(unclear))
}

/// Reads a page of a list, for which `per_page` rows were requested.
///
/// # Errors
/// Returns the error that the response means if it is not a success, or `Malformed`.
pub(crate) fn page<'a, W: Deserialize<'a>, T>(
    response: &'a ApiResponse,
    per_page: usize,
    read: impl Fn(&W) -> Result<Option<T>, Unclear>,
) -> Result<Page<T>> {
    let envelope: Envelope<Vec<&RawValue>> = envelope(response)?;
    let pagination = envelope.meta.get().and_then(|meta| meta.pagination.get());
    let has_more = pagination
        .and_then(|pagination| pagination.current_page.get().zip(pagination.last_page.get()))
        .map(|(Count(at), Count(last))| at < last);
    let rows = envelope.data.iter().filter_map(|json| row(json, &read)).collect();
    let total = pagination.and_then(|pagination| pagination.total.get());
    let total = total.map(|Count(total)| total);
    Ok(Page::new(rows, more(has_more, envelope.data.len(), per_page), total))
}

fn envelope<'a, T: Deserialize<'a>>(response: &'a ApiResponse) -> Result<T> {
    let http = response.http();
    let outcome = serde_json::from_slice::<Outcome<'_>>(http.body()).ok();
    let failed = outcome.as_ref().is_some_and(says_failure);
    if http.status() != StatusCode::OK || failed {
        return Err(refusal(response, outcome.as_ref()));
    }
    json::read(http.body()).map_err(|error| {
        // serde's message may quote personal data, so only the place of the problem is used.
        response.unclear(Unclear::json("the answer", error)).with_status(http.status())
    })
}

/// Returns `true` if the body reports a failure. SePay's own shop plug-in checks `error` whatever
/// the status is.
fn says_failure(outcome: &Outcome<'_>) -> bool {
    said(&outcome.status) == Some("error") || said(&outcome.error).is_some()
}

fn refusal(response: &ApiResponse, outcome: Option<&Outcome<'_>>) -> Error {
    let (operation, response) = (response.operation(), response.http());
    let by_status = refused(operation, response);
    let Some((code, meaning)) = outcome.and_then(code).map(|code| (code, meaning(code))) else {
        return by_status;
    };
    let error = match meaning {
        Some((kind, message, _)) if kind != by_status.kind() => {
            Error::new(kind, message).with_operation(operation).with_status(response.status())
        }
        _ => by_status,
    };
    let error = error.with_code(code);
    match outcome.and_then(words) {
        Some(message) => error.with_provider_message(message),
        None => error,
    }
}

fn code<'o>(outcome: &'o Outcome<'_>) -> Option<&'o str> {
    said(&outcome.error_code).or_else(|| said(&outcome.error)).or_else(|| said(&outcome.code))
}

fn words<'o>(outcome: &'o Outcome<'_>) -> Option<&'o str> {
    said(&outcome.message).or_else(|| said(&outcome.error_description))
}

/// Returns `true` if SePay no longer accepts the access token.
pub(crate) fn refuses_token(response: &ApiResponse) -> bool {
    let response = response.http();
    let outcome = serde_json::from_slice::<Outcome<'_>>(response.body()).ok();
    let code = outcome.as_ref().and_then(code).and_then(meaning);
    response.status() == StatusCode::UNAUTHORIZED
        || code.is_some_and(|(kind, ..)| kind == ErrorKind::Authentication)
}

/// Accepts the response to a request for tokens if RFC 6749 describes it: a success, or a refusal
/// with 400 or 401.
pub(crate) fn token_response(operation: &'static str, response: &Response<Bytes>) -> Result<()> {
    match response.status().as_u16() {
        200 | 400 | 401 => Ok(()),
        _ => Err(refused(operation, response)),
    }
}

/// Reads the response to an instruction. SePay documents no example: a success is assumed to be its
/// usual envelope with `success`, or 204 with an empty body, and a refusal one of its codes with
/// its usual body.
pub(crate) fn receipt(
    response: &Response<Bytes>,
) -> Result<Submission<WebhookReceipt>, Unreadable> {
    let status = response.status();
    if status == StatusCode::NO_CONTENT && response.body().is_empty() {
        return Ok(Submission::Accepted(WebhookReceipt { id: None }));
    }
    let outcome: Outcome<'_> = serde_json::from_slice(response.body())?;
    let succeeded = matches!(status, StatusCode::OK | StatusCode::CREATED);
    if succeeded && said(&outcome.status) == Some("success") {
        let created = outcome
            .data
            .and_then(|data| serde_json::from_str::<Created>(data.get()).ok())
            .and_then(|created| created.id);
        return Ok(Submission::Accepted(WebhookReceipt { id: created }));
    }
    let refused = succeeded || matches!(status.as_u16(), 400 | 401 | 403 | 404 | 422);
    match code(&outcome).map(|code| (code, meaning(code))) {
        Some((code, Some((_, _, reason)))) if refused => {
            let decline = Decline::new(reason).with_code(code);
            Ok(Submission::Declined(match words(&outcome) {
                Some(message) => decline.with_message(message),
                None => decline,
            }))
        }
        _ => Err(Unreadable::new(format!(
            "HTTP {} with this body is not a response that SePay documents",
            status.as_u16()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use payments_core::Listed;

    use super::*;
    use crate::oauth::{api, wire::Account};

    fn answer(status: u16, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn every_documented_error_has_its_kind_whatever_the_status() {
        for (status, body, kind) in [
            (
                400,
                r#"{"status":"error","error_code":"validation_error"}"#,
                ErrorKind::InvalidRequest,
            ),
            (401, r#"{"error":"unauthorized","message":"x"}"#, ErrorKind::Authentication),
            (200, r#"{"error":"access_denied"}"#, ErrorKind::Authentication),
            (401, "", ErrorKind::Authentication),
            (403, r#"{"error":"forbidden"}"#, ErrorKind::Permission),
            (404, r#"{"error":"not_found"}"#, ErrorKind::NotFound),
            (429, "", ErrorKind::RateLimited),
            (500, r#"{"error":"oops"}"#, ErrorKind::Unavailable),
            (200, r#"{"status":"error","message":"x"}"#, ErrorKind::Malformed),
            (200, r#"{"status":"success"}"#, ErrorKind::Malformed),
            (200, "<html>", ErrorKind::Malformed),
        ] {
            let answer = ApiResponse::new(&api::ME, answer(status, body));
            let error = one(&answer, |_: &Account<'_>| Ok(())).unwrap_err();
            assert_eq!(error.kind(), kind, "{status} {body}");
        }
    }

    #[test]
    fn a_refusal_repeats_what_sepay_says() {
        for body in [
            r#"{"error":"forbidden","message":"Không có quyền"}"#,
            r#"{"error":"forbidden","error_description":"Không có quyền"}"#,
        ] {
            let answer = answer(403, body);
            let Ok(Submission::Declined(decline)) = receipt(&answer) else { panic!("{body}") };
            assert_eq!(decline.message.as_deref(), Some("Không có quyền"), "{body}");
            let answer = ApiResponse::new(&api::ME, answer);
            let error = one(&answer, |_: &Account<'_>| Ok(())).unwrap_err();
            assert_eq!(error.provider_message(), Some("Không có quyền"), "{body}");
            assert_eq!(error.operation(), Some(api::ME.name), "{body}");
        }
    }

    #[test]
    fn a_list_ends_where_sepay_says_and_always() {
        for (pagination, more) in [
            (r#"{"total":3,"current_page":1,"last_page":2}"#, true),
            (r#"{"total":3,"current_page":2,"last_page":2}"#, false),
            (r#"{"total":3}"#, false),
        ] {
            let body = format!(
                r#"{{"status":"success","data":[1],"meta":{{"pagination":{pagination}}}}}"#
            );
            let response = ApiResponse::new(&api::ME, Response::new(Bytes::from(body)));
            let page = page(&response, 100, |row: &u64| Ok(Some(*row))).unwrap();
            let rows = Listed::all(page.rows).unwrap();
            assert_eq!((rows, page.more, page.total), (vec![1], more, Some(3)));
        }
        // If SePay does not report which page is the last, a full page is not the last one.
        let full = answer(200, r#"{"status":"success","data":[1,2]}"#);
        let full = ApiResponse::new(&api::ME, full);
        assert!(page(&full, 2, |row: &u64| Ok(Some(*row))).unwrap().more);
        let empty =
            answer(200, r#"{"data":[],"meta":{"pagination":{"current_page":1,"last_page":9}}}"#);
        let empty = ApiResponse::new(&api::ME, empty);
        assert!(!page(&empty, 100, |row: &u64| Ok(Some(*row))).unwrap().more);
    }

    #[test]
    fn only_sepays_own_words_decide_about_an_instruction() {
        for (status, body, verdict) in [
            (200, r#"{"status":"success","data":{"id":7}}"#, "accepted"),
            (201, r#"{"status":"success","message":"x"}"#, "accepted"),
            (204, "", "accepted"),
            (400, r#"{"error":"validation_error"}"#, "declined"),
            (401, r#"{"error":"unauthorized"}"#, "declined"),
            (403, r#"{"status":"error","code":"forbidden"}"#, "declined"),
            (404, r#"{"error_code":"not_found"}"#, "declined"),
            (200, r#"{"error":"access_denied"}"#, "declined"),
            (200, "", "uncertain"),
            (200, r#"{"data":{"id":7}}"#, "uncertain"),
            (401, "<html>", "uncertain"),
            (404, r#"{"message":"no Route matched"}"#, "uncertain"),
            (429, r#"{"error":"validation_error"}"#, "uncertain"),
            (500, r#"{"error":"unauthorized"}"#, "uncertain"),
            (502, r#"{"status":"success"}"#, "uncertain"),
        ] {
            let word = match receipt(&answer(status, body)) {
                Ok(Submission::Accepted(_)) => "accepted",
                Ok(Submission::Declined(decline)) => {
                    assert!(!decline.is_confirmed() && decline.code.is_some());
                    "declined"
                }
                Ok(Submission::Uncertain(_)) | Err(_) => "uncertain",
            };
            assert_eq!(word, verdict, "{status} {body}");
        }
    }
}
