//! Answers on their way from HTTP to their envelope.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{
    Error, ErrorKind, Result,
    transport::{Unreadable, retry_after},
};
use serde::Deserialize;

use crate::wire::Envelope;

/// The answer to an instruction, if it is HPay's own.
pub(super) fn instructed(response: &Response<Bytes>) -> Result<Envelope<'_>, Unreadable> {
    if response.status() != StatusCode::OK {
        return Err(Unreadable::new("HPay documents no answer with this HTTP status"));
    }
    Ok(serde_json::from_slice(response.body())?)
}

/// The data of an answer to an instruction that worked.
pub(super) fn data<'a, T: Deserialize<'a>>(envelope: &Envelope<'a>) -> Result<T, Unreadable> {
    let data = envelope.data.ok_or_else(|| Unreadable::new("the answer has no data"))?;
    Ok(serde_json::from_str(data.get())?)
}

/// The answer to an inquiry, if it is HPay's own.
pub(crate) fn inquired<'a>(
    operation: &'static str,
    response: &'a Response<Bytes>,
) -> Result<Envelope<'a>> {
    let status = response.status();
    if status != StatusCode::OK {
        let (kind, message) = match status {
            StatusCode::TOO_MANY_REQUESTS => (ErrorKind::RateLimited, "HPay is asked too often"),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (
                ErrorKind::Permission,
                "refused before HPay's own checks; is this machine's address on its list?",
            ),
            status if status.is_server_error() => {
                (ErrorKind::Unavailable, "HPay cannot answer now")
            }
            _ => (ErrorKind::Malformed, "HPay documents no answer with this HTTP status"),
        };
        let error = Error::new(kind, message).with_operation(operation).with_status(status);
        return Err(match retry_after(response.headers(), &["retry-after"]) {
            Some(after) => error.with_retry_after(after),
            None => error,
        });
    }
    serde_json::from_slice(response.body()).map_err(|error| {
        Error::new(ErrorKind::Malformed, "the answer is not the JSON that HPay documents")
            .with_operation(operation)
            .with_status(status)
            .with_source(error)
    })
}
