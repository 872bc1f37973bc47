//! Reads the response to an inquiry, or returns an error with SePay's code and message.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{Error, ErrorKind, Raw, Result};
use serde::Deserialize;

use super::{http_status::refused, operation::Operation};
use crate::field::Unclear;

/// The response to an inquiry.
pub(crate) struct ApiResponse {
    operation: &'static Operation,
    http: Response<Bytes>,
}

impl ApiResponse {
    /// U+FFFD stands for every byte that is no UTF-8, as a memo has where a bank cut a letter in
    /// two: one row of that kind must not hide the others.
    pub(crate) fn new(operation: &'static Operation, http: Response<Bytes>) -> Self {
        let http = http.map(|body| match String::from_utf8_lossy(&body) {
            Cow::Borrowed(_) => body,
            Cow::Owned(text) => text.into(),
        });
        Self { operation, http }
    }

    /// Reads a success.
    ///
    /// # Errors
    /// What any other status means, or `Malformed`.
    pub(crate) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        if self.http.status() != StatusCode::OK {
            return Err(refused(self.operation.name, &self.http));
        }
        serde_json::from_slice(self.http.body()).map_err(|error| {
            self.unclear(Unclear::new("it is not the JSON of this call"))
                .with_status(self.http.status())
                .with_source(error)
        })
    }

    /// Reads one thing that may not be there.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(crate) fn read_one<'a, T: Deserialize<'a>>(&'a self) -> Result<Option<T>> {
        known(self.read())
    }

    /// The error about something in it that is not as documented.
    pub(crate) fn unclear(&self, unclear: Unclear) -> Error {
        unclear.into_error(self.operation.name)
    }

    /// The name of the operation.
    pub(crate) fn operation(&self) -> &'static str {
        self.operation.name
    }

    /// Status, headers and body.
    pub(crate) fn http(&self) -> &Response<Bytes> {
        &self.http
    }

    /// The body as SePay's own words.
    pub(crate) fn raw(&self) -> Raw {
        Raw::new(self.http.body().clone())
    }
}

/// Nothing, where SePay itself says that it does not know something. The page of a proxy that has
/// lost its way says 404 too, but has no words of SePay's.
pub(crate) fn known<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if error.kind() == ErrorKind::NotFound
                && (error.code().is_some() || error.provider_message().is_some()) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Api;

    static ORDER: Operation = Operation::inquiry(Api::PaymentGateway, "test", "/test");

    #[test]
    fn a_success_that_is_not_json_is_malformed() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only the kind of the field counts")]
        struct Message {
            message: String,
        }

        for body in ["", "<html>", "{}", r#"{"message":1}"#] {
            let http = Response::new(Bytes::from_static(body.as_bytes()));
            let response = ApiResponse::new(&ORDER, http);
            let error = response.read::<Message>().err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Malformed, "{body}");
        }
    }
}
