//! The responses of the User API v1, all of which have HTTP status 200 (source: SePay API: upgrade
//! from v1).

use http::StatusCode;
use payments_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::{
    api,
    status::is_v1_success,
    user_api::{Pairs, count},
    virtual_account::wire as orders,
    wire::{self, V1Head},
};
use crate::{
    client::{ApiResponse, Client, Request, known, meaning, refused},
    field::{Text, Unclear, said},
};

/// A response of v1 with its own `status`.
pub(crate) trait V1Answer {
    fn status(&self) -> Option<&str>;
}

/// Reads a successful response.
///
/// # Errors
/// Returns `Authentication` for an empty response, by which v1 refuses the token. Otherwise returns
/// the error that the status in the body or the HTTP status means.
pub(crate) fn read<'a, T: Deserialize<'a> + V1Answer>(response: &'a ApiResponse) -> Result<T> {
    let (operation, http) = (response.operation(), response.http());
    if http.status() != StatusCode::OK {
        return Err(refused(operation, http));
    }
    if http.body().trim_ascii().is_empty() {
        return Err(Error::new(
            ErrorKind::Authentication,
            "SePay's response is empty, by which v1 refuses a token; check `api_token`",
        )
        .with_operation(operation)
        .with_status(http.status()));
    }
    match serde_json::from_slice::<T>(http.body()) {
        Ok(answer) if is_v1_success(answer.status()) => Ok(answer),
        Ok(_) => Err(failure(response, None)),
        Err(error) => Err(failure(response, Some(error))),
    }
}

/// Reads an object that may not exist.
///
/// # Errors
/// Returns the errors of [`read`].
pub(crate) fn read_one<'a, T: Deserialize<'a> + V1Answer>(
    response: &'a ApiResponse,
) -> Result<Option<T>> {
    known(read(response))
}

/// Returns the error for a response with HTTP status 200 that is not a success.
fn failure(response: &ApiResponse, cause: Option<serde_json::Error>) -> Error {
    let (operation, http) = (response.operation(), response.http());
    let head = serde_json::from_slice::<V1Head<'_>>(http.body()).ok();
    let word =
        head.as_ref().and_then(|head| said(&head.status)).filter(|s| !is_v1_success(Some(s)));
    let error = match word {
        Some(word) => {
            let status = word.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
            let (kind, message) = match status {
                Some(status) => meaning(status),
                None => (ErrorKind::InvalidRequest, "SePay finds the request wrong"),
            };
            Error::new(kind, message).with_code(word)
        }
        None => Unclear::new("it is not the JSON of this call").into_error(operation),
    };
    let error = error.with_operation(operation).with_status(http.status());
    let message = head.as_ref().and_then(words);
    let error = match message {
        Some(message) => error.with_provider_message(message),
        None => error,
    };
    match cause {
        Some(cause) if word.is_none() => error.with_source(cause),
        _ => error,
    }
}

/// Returns the message for people in a response, wherever it is.
pub(crate) fn words(head: &V1Head<'_>) -> Option<String> {
    let messages = head.messages.as_ref();
    let message = messages.and_then(|messages| said(&messages.error)).or(said(&head.message));
    message.map(str::to_owned).or_else(|| {
        let raw = head.error?.get();
        serde_json::from_str::<String>(raw).ok()
    })
}

/// Returns the number of transactions that match a query.
///
/// # Errors
/// The request to SePay failed, or its response could not be read.
pub(crate) async fn count_transactions(client: &Client, query: Pairs) -> Result<u64> {
    let request = Request::to(&api::V1_TRANSACTION_COUNT).with_query(query);
    let response = client.inquire(&request).await?;
    let found: wire::V1TransactionCount<'_> = read(&response)?;
    count(found.count_transactions.get()).map_err(|unclear| response.unclear(unclear))
}

macro_rules! answers {
    ($($name:ty),+ $(,)?) => {$(
        impl V1Answer for $name {
            fn status(&self) -> Option<&str> {
                self.status.as_ref().map(Text::as_str)
            }
        }
    )+};
}

answers!(
    wire::V1Transactions<'_>,
    wire::V1Transaction<'_>,
    wire::V1TransactionCount<'_>,
    wire::V1BankAccounts<'_>,
    wire::V1BankAccount<'_>,
    wire::V1BankAccountCount<'_>,
    orders::V1Orders<'_>,
    orders::V1Order<'_>,
);

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::Response;

    use crate::bank::wire::{V1Transaction, V1Transactions};

    fn answer(status: u16, body: &'static str) -> ApiResponse {
        let body = Bytes::from_static(body.as_bytes());
        let http = Response::builder().status(status).body(body).unwrap();
        ApiResponse::new(&api::V1_TRANSACTIONS, http)
    }

    fn kind(status: u16, body: &'static str) -> ErrorKind {
        read::<V1Transactions<'_>>(&answer(status, body)).err().unwrap().kind()
    }

    #[test]
    fn an_empty_answer_is_a_refused_token() {
        assert_eq!(kind(200, ""), ErrorKind::Authentication);
        assert_eq!(kind(200, "\n"), ErrorKind::Authentication);
    }

    #[test]
    fn a_refusal_under_http_200_is_read_from_the_body() {
        for (body, expected) in [
            (r#"{"status":404,"error":404,"messages":{"error":"x"}}"#, ErrorKind::NotFound),
            (r#"{"status":400,"error":"bad","messages":{}}"#, ErrorKind::InvalidRequest),
            (r#"{"status":"error","message":"x"}"#, ErrorKind::InvalidRequest),
            (r#"{"status":404,"error":404,"messages":[]}"#, ErrorKind::NotFound),
            (r#"{"status":401,"error":401,"messages":"x"}"#, ErrorKind::Authentication),
            (r#"{"status":404,"messages":{"error":["x"]},"message":{}}"#, ErrorKind::NotFound),
            (r#"{"status":404,"error_code":false,"message":[1]}"#, ErrorKind::NotFound),
            (r#"{"status":500,"error":null,"transactions":[]}"#, ErrorKind::Unavailable),
            (r#"{"status":200,"error":null,"messages":{"success":true}}"#, ErrorKind::Malformed),
            ("<html>", ErrorKind::Malformed),
            ("[]", ErrorKind::Malformed),
        ] {
            assert_eq!(kind(200, body), expected, "{body}");
        }
        assert_eq!(kind(502, "<html>"), ErrorKind::Unavailable);
    }

    #[test]
    fn what_is_not_there_is_none_and_words_are_kept() {
        let missing = answer(200, r#"{"status":404,"error":404,"messages":{"error":"not here"}}"#);
        assert!(read_one::<V1Transaction<'_>>(&missing).unwrap().is_none());
        let page = answer(404, "<html>404</html>");
        assert!(read_one::<V1Transaction<'_>>(&page).is_err());
        let error = read::<V1Transactions<'_>>(&missing).err().unwrap();
        assert_eq!(error.provider_message(), Some("not here"));
        let limited = answer(
            429,
            r#"{"status":429,"error":"rate_limit_exceeded","message":"Too many requests"}"#,
        );
        let error = read::<V1Transactions<'_>>(&limited).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.provider_message(), Some("Too many requests"));
    }
}
