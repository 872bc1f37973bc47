//! Whole response bodies, up to a limit.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Body;

use super::{TransportError, TransportErrorKind};

/// The reason why a body was not read to its end.
pub(super) enum BodyError<E> {
    /// The body is larger than the limit.
    TooLarge,
    /// The body ended early.
    Broken(E),
}

/// Reads a whole body of at most `largest` bytes.
pub(super) async fn read<B: Body<Data = Bytes>>(
    body: B,
    largest: usize,
) -> Result<Bytes, BodyError<B::Error>> {
    let mut body = pin!(body);
    // Most responses arrive in one piece, which is returned without copying.
    let mut whole = Bytes::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(BodyError::Broken)?.into_data() else { continue };
        if data.len() > largest.saturating_sub(whole.len()) {
            return Err(BodyError::TooLarge);
        }
        if whole.is_empty() {
            whole = data;
            continue;
        }
        let mut longer = whole.try_into_mut().unwrap_or_else(|whole| BytesMut::from(&whole[..]));
        longer.extend_from_slice(&data);
        whole = longer.freeze();
    }
    Ok(whole)
}

/// Returns the error for a response that is larger than `largest` bytes.
pub(super) fn too_large(largest: usize) -> TransportError {
    TransportError::new(
        TransportErrorKind::TooLarge,
        format!("the response is larger than {largest} bytes"),
    )
}
