//! Where the gateway signs its response to a call.

use crate::SignedIn;

/// Where the signature of a response is, and what of the response it covers.
///
/// ```
/// use conformance_tests::{SignedIn, SignedResponse};
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
    /// The gateway does not sign it.
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
