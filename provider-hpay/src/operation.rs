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
    /// It is made here and sent by the buyer's browser.
    Link,
    /// It asks; it can be repeated.
    Inquiry,
    /// It asks for a fee; it is sent once.
    PaidInquiry,
    /// It moves money or changes something; it is sent once.
    Instruction,
}

/// How the fields of a request are written, and which envelope its response has. The reference shows
/// JSON under the header of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding<'a> {
    /// GET, with the fields in the query.
    Query,
    /// POST, as a form.
    Form,
    /// POST, as JSON.
    Json,
    /// POST, as JSON under the header of a form, as the reference's examples are.
    JsonAsForm,
    /// POST, as JSON in the signed envelope of the newer OpenAPI, under a token of this service.
    Envelope {
        /// The name in the path, which is the scope of the token.
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
