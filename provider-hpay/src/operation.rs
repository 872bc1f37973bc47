//! One operation of HPay's interface, as a value.

use payments_core::signature::Formula;

use crate::{error_codes::ErrorCodes, hosts::Host};

/// One operation of HPay's interface: how its request is signed, sent, and its response verified
/// and read. [`HPay`](crate::HPay) carries all of them out alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation<'a> {
    /// The name in errors, spans and metrics.
    pub(crate) name: &'static str,
    pub(crate) host: Host,
    /// The path, with a slash in front.
    pub(crate) path: &'a str,
    pub(crate) encoding: Encoding<'a>,
    pub(crate) class: Class,
    /// The fields that a request can have: those that a formula of the configuration may sign.
    pub(crate) fields: &'static [&'static str],
    pub(crate) request: Signature,
    /// `None` where HPay signs no response.
    pub(crate) response: Option<Signature>,
    /// The error codes of its service.
    pub(crate) codes: &'static ErrorCodes,
}

/// A signature: the field that carries it, and what is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    pub(crate) field: &'static str,
    /// HPay's formula; the configuration can replace it.
    pub(crate) formula: &'static Formula,
}

/// What a request can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// A link that is made here and opened by the buyer's browser.
    Link,
    /// An inquiry, which can be repeated.
    Inquiry,
    /// An inquiry that costs a fee, sent once.
    PaidInquiry,
    /// An instruction, which moves money or changes something, sent once.
    Instruction,
}

/// How the fields of a request are written, and which envelope its response has. The reference
/// shows JSON under the header of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding<'a> {
    /// GET, with the fields in the query.
    Query,
    /// POST, with a form as the body.
    Form,
    /// POST, with JSON as the body.
    Json,
    /// POST, with a body of JSON under the `Content-Type` of a form, as in the reference's
    /// examples.
    JsonAsForm,
    /// POST, with JSON in the signed envelope of the newer OpenAPI and an access token of this
    /// service.
    Envelope {
        /// The service's name in the path, which is also the scope of the token.
        service: &'a str,
    },
}

impl Encoding<'_> {
    /// The HTTP method.
    pub(crate) fn method(self) -> http::Method {
        match self {
            Self::Query => http::Method::GET,
            Self::Form | Self::Json | Self::JsonAsForm | Self::Envelope { .. } => {
                http::Method::POST
            }
        }
    }
}
