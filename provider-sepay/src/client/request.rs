//! Requests, with their credentials.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{
    HeaderValue, Method, Request,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use payments_core::{Error, ErrorKind, Result};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Where an API is and as whom it is asked.
#[derive(Clone)]
pub(super) struct Door {
    base: String,
    authorization: HeaderValue,
}

impl Door {
    /// `authorization` is marked as sensitive, so that nothing prints it.
    pub(super) fn new(base: String, mut authorization: HeaderValue) -> Self {
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

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("base", &self.base).finish_non_exhaustive()
    }
}
