//! One operation of HPay's interface, as a value.

use provider_kit::signature::Formula;

use crate::{error_codes::ErrorCodes, hosts::Host};

/// One operation of HPay's interface: how its request is signed and sent, and how its response is
/// verified and read. [`HPay`](crate::HPay) carries out all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation<'a> {
    /// The name in errors, spans and metrics.
    pub(crate) name: &'static str,
    pub(crate) host: Host,
    /// The path, with a leading slash.
    pub(crate) path: &'a str,
    pub(crate) encoding: Encoding<'a>,
    pub(crate) class: Class,
    /// The fields that a request can have, which a formula of the configuration may sign.
    pub(crate) fields: &'static [&'static str],
    pub(crate) request: Signature,
    /// The signature of the response. `None` if HPay does not sign it.
    pub(crate) response: Option<Signature>,
    /// The error codes of the service.
    pub(crate) codes: &'static ErrorCodes,
}

/// A signature: the field that contains it, and its formula.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signature {
    pub(crate) field: &'static str,
    /// HPay's formula, which the configuration can replace.
    pub(crate) formula: &'static Formula,
}

/// The effect that a request can have.
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

/// The encoding of a request's fields, and the envelope of its response. The reference has JSON
/// with the `Content-Type` of a form.
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
    /// Returns the HTTP method.
    pub(crate) fn method(self) -> http::Method {
        match self {
            Self::Query => http::Method::GET,
            Self::Form | Self::Json | Self::JsonAsForm | Self::Envelope { .. } => {
                http::Method::POST
            }
        }
    }
}
