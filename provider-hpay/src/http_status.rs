//! The meaning of a response's HTTP status. HPay documents only 200 and reports every error in the
//! body; other statuses come from servers between HPay and the merchant.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{Error, ErrorKind, Suspect};
use provider_kit::transport::{Unreadable, retry_after};

/// Refuses the response to an inquiry if its status is not 200.
///
/// # Errors
/// Returns `RateLimited` for 429, `Permission` for 401 and 403, `Unavailable` for 500 and above,
/// and `Malformed` otherwise.
pub(crate) fn check_inquiry(
    operation: &'static str,
    response: &Response<Bytes>,
) -> Result<(), Error> {
    let (kind, message) = match response.status() {
        StatusCode::OK => return Ok(()),
        StatusCode::TOO_MANY_REQUESTS => (ErrorKind::RateLimited, "HPay is asked too often"),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (
            ErrorKind::Permission,
            "refused before HPay's own checks; is this machine's address on its list?",
        ),
        status if status.is_server_error() => {
            (ErrorKind::Unavailable, "HPay is temporarily unavailable")
        }
        _ => (ErrorKind::Malformed, "HPay documents no response with this HTTP status"),
    };
    let error = Error::new(kind, message).with_operation(operation).with_status(response.status());
    let error = match kind {
        ErrorKind::Permission => error.with_suspects(&[Suspect::SourceAddress]),
        _ => error,
    };
    Err(match retry_after(response.headers(), &["retry-after"]) {
        Some(after) => error.with_retry_after(after),
        None => error,
    })
}

/// Refuses the response to an instruction if its status is not 200. No other status shows whether
/// the instruction was carried out.
pub(crate) fn check_instruction(response: &Response<Bytes>) -> Result<(), Unreadable> {
    if response.status() == StatusCode::OK {
        Ok(())
    } else {
        Err(Unreadable::new("HPay documents no response with this HTTP status"))
    }
}
