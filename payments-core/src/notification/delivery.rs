//! An HTTP request that a gateway sent to the app, as received.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use http::{HeaderMap, Method, Request, header::AsHeaderName};

use super::{Untrusted, UntrustedReason};

/// An HTTP request as received, neither decoded nor re-serialised.
///
/// It can be created from any request whose body is bytes:
///
/// ```
/// use payments_core::notification::Delivery;
///
/// let request = http::Request::post("/ipn?a=1").body(br#"{"id":1}"#)?;
/// let delivery = Delivery::of(&request);
/// assert_eq!((delivery.path(), delivery.query()), ("/ipn", Some("a=1")));
/// # Ok::<(), http::Error>(())
/// ```
#[doc(alias("webhook", "IPN", "callback"))]
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    method: &'a Method,
    path: &'a str,
    query: Option<&'a str>,
    headers: &'a HeaderMap,
    body: &'a [u8],
    source: Option<IpAddr>,
}

impl<'a> Delivery<'a> {
    /// Creates a delivery that borrows from `request`.
    pub fn of<B: AsRef<[u8]>>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            path: request.uri().path(),
            query: request.uri().query(),
            headers: request.headers(),
            body: request.body().as_ref(),
            source: None,
        }
    }

    /// Sets the address that the request came from, as far as the app's proxies can be trusted.
    #[must_use]
    pub fn from_source(mut self, source: IpAddr) -> Self {
        self.source = Some(source);
        self
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// Returns the path, not decoded.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// Returns the query, not decoded. It may contain signatures and personal data: do not log it.
    pub fn query(&self) -> Option<&'a str> {
        self.query
    }

    /// Returns the headers.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// Returns the body, byte for byte.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Returns the address that the request came from, or `None` if the app has not set it.
    pub fn source(&self) -> Option<IpAddr> {
        self.source
    }

    /// Returns the value of a header that may occur once, or `None` if the header is absent.
    ///
    /// # Errors
    /// Returns [`Untrusted`] if the header occurs twice or its value is not text.
    pub fn one_header(
        &self,
        name: impl AsHeaderName + fmt::Display + Copy,
    ) -> Result<Option<&'a str>, Untrusted> {
        let mut values = self.headers.get_all(name).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(Untrusted::new(
                UntrustedReason::MalformedSignature,
                format!("the header {name} occurs twice"),
            ));
        }
        value.to_str().map(Some).map_err(|_| {
            Untrusted::new(
                UntrustedReason::MalformedSignature,
                format!("the header {name} is not text"),
            )
        })
    }

    /// Returns the parameters of the query, decoded once. Keys are trimmed and empty pairs are
    /// skipped.
    pub fn query_pairs(&self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        form_urlencoded::parse(self.query.unwrap_or_default().as_bytes())
            .map(|(name, value)| match name.trim() {
                trimmed if trimmed.len() == name.len() => (name, value),
                trimmed => (Cow::Owned(trimmed.to_owned()), value),
            })
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }
}

impl fmt::Debug for Delivery<'_> {
    /// Shows the method, the path and the length of the body only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({} {}, {} bytes)", self.method, self.path, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_and_the_body_are_not_printed() {
        let request = Request::get("/ipn?secure_code=abc").body("secret").unwrap();
        assert_eq!(format!("{:?}", Delivery::of(&request)), "Delivery(GET /ipn, 6 bytes)");
    }

    #[test]
    fn empty_pairs_and_spaces_around_keys_are_skipped() {
        let request = Request::get("/cb?a=1&&%20b=2&c=").body("").unwrap();
        let pairs = Delivery::of(&request).query_pairs();
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_ref(), v.as_ref())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "2"), ("c", "")]);
    }

    #[test]
    fn a_doubled_header_is_untrusted() {
        let request =
            Request::post("/").header("x-key", "a").header("x-key", "b").body("").unwrap();
        let untrusted = Delivery::of(&request).one_header("x-key").unwrap_err();
        assert_eq!(untrusted.reason, UntrustedReason::MalformedSignature);
    }
}
