//! A delivery that a gateway sends to the merchant.

use bytes::Bytes;
use http::Request;
use payments_core::EndpointName;

use crate::{Flaw, SignedIn};

/// A delivery as the gateway sends it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebhookSample {
    /// The endpoint that the delivery is for.
    pub endpoint: EndpointName,
    /// The request itself.
    pub request: Request<Bytes>,
    /// The place of its signature or token.
    pub signature: SignedIn,
    /// Whether the signature includes a time.
    pub timestamped: bool,
    /// Whether a buyer's browser brings the delivery.
    pub by_browser: bool,
}

impl WebhookSample {
    /// Creates a delivery from server to server, with its signature in a header, the query or the
    /// body.
    pub fn new(endpoint: EndpointName, request: Request<Bytes>, signature: SignedIn) -> Self {
        Self { endpoint, request, signature, timestamped: false, by_browser: false }
    }

    /// Marks the signature as including a time.
    #[must_use]
    pub fn timestamped(mut self) -> Self {
        self.timestamped = true;
        self
    }

    /// Marks the delivery as brought by a buyer's browser.
    #[must_use]
    pub fn by_browser(mut self) -> Self {
        self.by_browser = true;
        self
    }

    /// Returns a copy with another request.
    #[must_use]
    pub fn with_request(&self, request: Request<Bytes>) -> Self {
        Self { request, ..self.clone() }
    }

    /// Creates a flaw in the provider's handling of the delivery.
    pub(crate) fn flaw(&self, expected: &str, found: impl std::fmt::Display) -> Flaw {
        Flaw::new(format!("{expected}, of a delivery to `{}`", self.endpoint), found)
    }

    /// Returns `Ok` if `is_so` is `true`, and otherwise a flaw in the provider's handling of the
    /// delivery.
    pub(crate) fn unless(
        &self,
        is_so: bool,
        expected: &str,
        found: impl std::fmt::Display,
    ) -> Result<(), Flaw> {
        if is_so { Ok(()) } else { Err(self.flaw(expected, found)) }
    }
}
