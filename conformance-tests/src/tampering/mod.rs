//! Requests and responses altered in one place, as they can be altered without the secret: the
//! one library of tampering for the laws and for [`fuzz`](crate::fuzz).
//!
//! - [`fields`]: where named values are in a message, and messages with some of them altered.
//! - [`signature`]: signatures cut, lengthened, doubled, written otherwise.
//! - [`smuggling`]: fields that are added to a message, beside and inside what is signed.
//! - [`resplit`]: signed text divided between its fields in another way.
//! - [`bits`]: turned bits, shortened bodies, and text with random changes.

use bytes::Bytes;
use http::{Method, Request, Response};

pub(crate) mod bits;
pub(crate) mod fields;
pub(crate) mod resplit;
pub(crate) mod signature;
pub(crate) mod smuggling;

/// A message with one alteration.
pub(crate) struct Tampered {
    /// What is altered, to follow "although".
    pub(crate) what: String,
    pub(crate) request: Request<Bytes>,
}

impl Tampered {
    pub(crate) fn new(what: impl Into<String>, request: Request<Bytes>) -> Self {
        Self { what: what.into(), request }
    }
}

/// The same delivery by another method.
pub(crate) fn by_another_method(request: &Request<Bytes>) -> Tampered {
    let mut request = request.clone();
    let method = if request.method() == Method::GET { Method::POST } else { Method::GET };
    let what = format!("it comes by {method}");
    *request.method_mut() = method;
    Tampered::new(what, request)
}

/// A response as the message that is altered: its headers and its body, without a query.
pub(crate) fn of_response(response: &Response<Bytes>) -> Request<Bytes> {
    let mut request = Request::new(response.body().clone());
    response.headers().clone_into(request.headers_mut());
    request
}

/// The response with the headers and the body of an altered message.
pub(crate) fn to_response(response: &Response<Bytes>, altered: Request<Bytes>) -> Response<Bytes> {
    let mut changed = response.clone();
    let (parts, body) = altered.into_parts();
    *changed.headers_mut() = parts.headers;
    *changed.body_mut() = body;
    changed
}
