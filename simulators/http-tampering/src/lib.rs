//! Requests and responses altered in one place, as they can be altered without the secret.
//!
//! - [`signature`]: signatures cut, lengthened, doubled, written otherwise.
//! - [`fields`]: named values changed, left out, emptied and doubled.
//! - [`smuggling`]: fields that are added to a message, beside and inside what is signed.
//! - [`resplit`]: signed text divided between its fields in another way.
//! - [`bits`]: turned bits, shortened bodies, and text with random changes.
//! - [`response`]: what is signed of a response, altered.
//! - [`rows`]: lists of which one row is malformed, or with one row more.
//!
//! All of it works on whole messages of `http`, with the body in memory:
//!
//! ```
//! use bytes::Bytes;
//! use http::Request;
//! use http_tampering::{SignedIn, fields, signature};
//!
//! let genuine = Request::post("/webhook")
//!     .header("x-signature", "9f86d081884c7d65")
//!     .body(Bytes::from(r#"{"order":"T1","amount":50000}"#))?;
//! let mut forged = signature::each_altered(&genuine, SignedIn::Header("x-signature"));
//! forged.extend(fields::each_changed(&genuine).into_iter().map(|(_, forged)| forged));
//! for forged in forged {
//!     // Whoever verifies signatures believes none of them.
//!     assert_ne!((forged.request.headers(), forged.request.body()), (genuine.headers(), genuine.body()));
//! }
//! # Ok::<(), http::Error>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

use bytes::Bytes;
use http::{Method, Request};

pub mod bits;
pub mod fields;
pub mod resplit;
pub mod response;
pub mod rows;
pub mod signature;
pub mod smuggling;

pub use response::SignedResponse;
pub use signature::SignedIn;

/// A message with one alteration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tampered {
    /// What is altered, to follow "although".
    pub what: String,
    /// The altered message.
    pub request: Request<Bytes>,
}

impl Tampered {
    /// A message of which `what` is altered.
    pub fn new(what: impl Into<String>, request: Request<Bytes>) -> Self {
        Self { what: what.into(), request }
    }
}

/// The same message by another method.
pub fn by_another_method(request: &Request<Bytes>) -> Tampered {
    let mut request = request.clone();
    let method = if request.method() == Method::GET { Method::POST } else { Method::GET };
    let what = format!("it comes by {method}");
    *request.method_mut() = method;
    Tampered::new(what, request)
}
