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
    /// Creates a response in which U+FFFD replaces every byte that is not UTF-8. Memos contain such
    /// bytes if a bank cut a letter in two, and such a row must not hide the others.
    pub(crate) fn new(operation: &'static Operation, http: Response<Bytes>) -> Self {
        let http = http.map(|body| match String::from_utf8_lossy(&body) {
            Cow::Borrowed(_) => body,
            Cow::Owned(text) => text.into(),
        });
        Self { operation, http }
    }

    /// Reads a successful response.
    ///
    /// # Errors
    /// Returns the error that any other status means, or `Malformed`.
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

    /// Reads an object that may not exist.
    ///
    /// # Errors
    /// Returns the errors of [`read`](Self::read).
    pub(crate) fn read_one<'a, T: Deserialize<'a>>(&'a self) -> Result<Option<T>> {
        known(self.read())
    }

    /// Returns the error for a part of the response that is not as documented.
    pub(crate) fn unclear(&self, unclear: Unclear) -> Error {
        unclear.into_error(self.operation.name)
    }

    /// Returns the name of the operation.
    pub(crate) fn operation(&self) -> &'static str {
        self.operation.name
    }

    /// Returns the HTTP response.
    pub(crate) fn http(&self) -> &Response<Bytes> {
        &self.http
    }

    /// Returns the body as SePay sent it.
    pub(crate) fn raw(&self) -> Raw {
        Raw::new(self.http.body().clone())
    }
}

/// Converts the error by which SePay itself reports an unknown object to `None`. A misrouted proxy
/// also returns 404, but without SePay's own code.
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
