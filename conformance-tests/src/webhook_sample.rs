//! A delivery that a gateway sends to the merchant.

use bytes::Bytes;
use http::Request;
use payments_core::EndpointName;

use crate::{Flaw, SignedIn};

/// A delivery as it leaves the gateway.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebhookSample {
    /// The endpoint that it is meant for.
    pub endpoint: EndpointName,
    /// The request itself.
    pub request: Request<Bytes>,
    /// Where its signature or token is.
    pub signature: SignedIn,
    /// Whether a time is signed with it.
    pub timestamped: bool,
    /// Whether a buyer's browser carries it.
    pub by_browser: bool,
}

impl WebhookSample {
    /// A delivery from server to server, with its signature in a header, the query or the body.
    pub fn new(endpoint: EndpointName, request: Request<Bytes>, signature: SignedIn) -> Self {
        Self { endpoint, request, signature, timestamped: false, by_browser: false }
    }

    /// A time is signed with it.
    #[must_use]
    pub fn timestamped(mut self) -> Self {
        self.timestamped = true;
        self
    }

    /// A buyer's browser carries it.
    #[must_use]
    pub fn by_browser(mut self) -> Self {
        self.by_browser = true;
        self
    }

    /// The same but for the request.
    #[must_use]
    pub fn with_request(&self, request: Request<Bytes>) -> Self {
        Self { request, ..self.clone() }
    }

    /// A flaw in what is made of it.
    pub(crate) fn flaw(&self, expected: &str, found: impl std::fmt::Display) -> Flaw {
        Flaw::new(format!("{expected}, of a delivery to `{}`", self.endpoint), found)
    }

    /// Nothing if it is so, or else a flaw in what is made of it.
    pub(crate) fn unless(
        &self,
        is_so: bool,
        expected: &str,
        found: impl std::fmt::Display,
    ) -> Result<(), Flaw> {
        if is_so { Ok(()) } else { Err(self.flaw(expected, found)) }
    }
}
