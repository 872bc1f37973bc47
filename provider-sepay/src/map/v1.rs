//! The answers of the User API v1, which come under HTTP 200 whatever they say (SePay API: upgrade
//! from v1).

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::{
    Unclear,
    answer::{known, meaning, refused},
    said,
};
use crate::wire::{Text, V1Head};

/// An answer of v1 with its own `status`.
pub(crate) trait V1Answer {
    fn status(&self) -> Option<&str>;
}

/// Reads a success.
///
/// # Errors
/// `Authentication` for an empty answer, which is how v1 says so; otherwise what the status in the
/// body means, or that of HTTP.
pub(crate) fn read<'a, T: Deserialize<'a> + V1Answer>(
    operation: &'static str,
    response: &'a Response<Bytes>,
) -> Result<T> {
    if response.status() != StatusCode::OK {
        return Err(refused(operation, response));
    }
    if response.body().trim_ascii().is_empty() {
        return Err(Error::new(
            ErrorKind::Authentication,
            "SePay answers nothing, which is how v1 refuses a token; check `api_token`",
        )
        .with_operation(operation)
        .with_status(response.status()));
    }
    match serde_json::from_slice::<T>(response.body()) {
        Ok(answer) if is_success(answer.status()) => Ok(answer),
        Ok(_) => Err(failure(operation, response, None)),
        Err(error) => Err(failure(operation, response, Some(error))),
    }
}

/// Reads one thing that may not be there.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_one<'a, T: Deserialize<'a> + V1Answer>(
    operation: &'static str,
    response: &'a Response<Bytes>,
) -> Result<Option<T>> {
    known(read(operation, response))
}

/// `200` in most places, `"success"` in orders. Seed samples of single rows have none.
pub(super) fn is_success(status: Option<&str>) -> bool {
    matches!(status, None | Some("200" | "success"))
}

/// What an answer under HTTP 200 says that is no success.
fn failure(
    operation: &'static str,
    response: &Response<Bytes>,
    cause: Option<serde_json::Error>,
) -> Error {
    let head = serde_json::from_slice::<V1Head<'_>>(response.body()).ok();
    let word = head.as_ref().and_then(|head| said(&head.status)).filter(|s| !is_success(Some(s)));
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
    let error = error.with_operation(operation).with_status(response.status());
    let said = head.as_ref().and_then(V1Head::words);
    let error = match said {
        Some(words) => error.with_provider_message(words),
        None => error,
    };
    match cause {
        Some(cause) if word.is_none() => error.with_source(cause),
        _ => error,
    }
}

impl V1Head<'_> {
    /// What the answer says to people, wherever it says it.
    pub(super) fn words(&self) -> Option<String> {
        let messages = self.messages.as_ref();
        let message = messages.and_then(|messages| said(&messages.error)).or(said(&self.message));
        message.map(str::to_owned).or_else(|| {
            let raw = self.error?.get();
            serde_json::from_str::<String>(raw).ok()
        })
    }
}

macro_rules! answers {
    ($($name:ident),+ $(,)?) => {$(
        impl V1Answer for crate::wire::$name<'_> {
            fn status(&self) -> Option<&str> {
                self.status.as_ref().map(Text::as_str)
            }
        }
    )+};
}

answers!(
    V1Transactions,
    V1Transaction,
    V1TransactionCount,
    V1BankAccounts,
    V1BankAccount,
    V1BankAccountCount,
    V1Orders,
    V1Order,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{V1Transaction, V1Transactions};

    fn answer(status: u16, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    fn kind(status: u16, body: &'static str) -> ErrorKind {
        read::<V1Transactions<'_>>("test", &answer(status, body)).err().unwrap().kind()
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
        assert!(read_one::<V1Transaction<'_>>("test", &missing).unwrap().is_none());
        let page = answer(404, "<html>404</html>");
        assert!(read_one::<V1Transaction<'_>>("test", &page).is_err());
        let error = read::<V1Transactions<'_>>("test", &missing).err().unwrap();
        assert_eq!(error.provider_message(), Some("not here"));
        let limited = answer(
            429,
            r#"{"status":429,"error":"rate_limit_exceeded","message":"Too many requests"}"#,
        );
        let error = read::<V1Transactions<'_>>("test", &limited).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.provider_message(), Some("Too many requests"));
    }
}
