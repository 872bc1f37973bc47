//! What is signed of a response, altered.

use bytes::Bytes;
use http::{Request, Response};

use crate::{SignedIn, fields, signature};

/// Where the signature of a response is, and what of the response it covers.
///
/// ```
/// use http_tampering::{SignedIn, SignedResponse};
///
/// let whole = SignedResponse::over_the_body(SignedIn::Header("x-signature"));
/// let parts = SignedResponse::over(SignedIn::Body("data/signature"), &["requestId", "amount"]);
/// assert!(whole.covers.is_empty() && parts.covers.len() == 2);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SignedResponse {
    /// Where the signature is: in a header or in the body.
    pub signature: SignedIn,
    /// The signed fields of the body, by their names, or by the whole way to one whose name is
    /// there twice, such as `data/id`; empty if it covers every byte of the body.
    pub covers: &'static [&'static str],
}

impl SignedResponse {
    /// It is not signed.
    pub const fn nowhere() -> Self {
        Self { signature: SignedIn::Nowhere, covers: &[] }
    }

    /// Signed over every byte of the body.
    pub const fn over_the_body(signature: SignedIn) -> Self {
        Self { signature, covers: &[] }
    }

    /// Signed over these fields of the body.
    pub const fn over(signature: SignedIn, covers: &'static [&'static str]) -> Self {
        Self { signature, covers }
    }
}

/// The response with its signature and with each signed field of its body altered, and what is altered,
/// to follow "although".
pub fn each_altered(
    genuine: &Response<Bytes>,
    signed: SignedResponse,
) -> Vec<(String, Response<Bytes>)> {
    let mut message = Request::new(genuine.body().clone());
    genuine.headers().clone_into(message.headers_mut());
    let is_covered = |name: &str| signed.covers.is_empty() || signed.covers.contains(&name);
    let changed = fields::each_changed(&message).into_iter();
    let changed = changed
        .filter(|(name, altered)| is_covered(name) && altered.request.body() != message.body())
        .map(|(_, altered)| altered);
    let altered = signature::each_altered(&message, signed.signature).into_iter().chain(changed);
    let in_response = altered.map(|altered| {
        let mut response = genuine.clone();
        let (parts, body) = altered.request.into_parts();
        *response.headers_mut() = parts.headers;
        *response.body_mut() = body;
        (altered.what, response)
    });
    in_response.collect()
}
