//! Requests, with their credentials.

use std::borrow::Cow;

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{
    HeaderValue, Method, Request, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use payments_core::{Error, ErrorKind, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The answer to an inquiry with U+FFFD for every byte that is no UTF-8, as a memo has where a bank
/// cut a letter in two: one row of that kind must not hide the others.
pub(super) fn as_text(answer: Response<Bytes>) -> Response<Bytes> {
    answer.map(|body| match String::from_utf8_lossy(&body) {
        Cow::Borrowed(_) => body,
        Cow::Owned(text) => text.into(),
    })
}

/// Where an API is and as whom it is asked.
#[derive(Clone)]
pub(crate) struct Door {
    base: String,
    authorization: HeaderValue,
}

impl Door {
    /// `authorization` is marked as sensitive, so that nothing prints it.
    pub(crate) fn new(base: String, mut authorization: HeaderValue) -> Self {
        authorization.set_sensitive(true);
        Self { base, authorization }
    }

    pub(super) fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Request<Bytes>> {
        let mut address = format!("{}{path}", self.base);
        if !query.is_empty() {
            address.push('?');
            let start = address.len();
            address = Serializer::for_suffix(address, start).extend_pairs(query).finish();
        }
        self.request(Method::GET, &address, Bytes::new())
    }

    pub(super) fn post(&self, path: &str, body: Vec<u8>) -> Result<Request<Bytes>> {
        let mut request =
            self.request(Method::POST, &format!("{}{path}", self.base), body.into())?;
        request.headers_mut().insert(CONTENT_TYPE, JSON);
        Ok(request)
    }

    pub(super) fn delete(&self, path: &str) -> Result<Request<Bytes>> {
        self.request(Method::DELETE, &format!("{}{path}", self.base), Bytes::new())
    }

    /// Any other method; nothing in the body is no JSON.
    pub(super) fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Request<Bytes>> {
        let has_body = !body.is_empty();
        let mut request = self.request(method, &format!("{}{path}", self.base), body.into())?;
        if has_body {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        Ok(request)
    }

    fn request(&self, method: Method, address: &str, body: Bytes) -> Result<Request<Bytes>> {
        Request::builder()
            .method(method)
            .uri(address)
            .header(AUTHORIZATION, &self.authorization)
            .header(ACCEPT, JSON)
            .body(body)
            .map_err(|error| {
                Error::new(ErrorKind::InvalidRequest, "no address can be made of this")
                    .with_source(error)
            })
    }
}

/// What has to be escaped in a segment of a path (RFC 3986, section 2.3: all but the unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An id as one segment of a path.
pub(super) fn segment<'a>(field: &'static str, id: &'a str) -> Result<PercentEncode<'a>> {
    match id {
        "" | "." | ".." => Err(Error::invalid(field, "cannot stand in an address")),
        id => Ok(utf8_percent_encode(id, SEGMENT)),
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("base", &self.base).finish_non_exhaustive()
    }
}
