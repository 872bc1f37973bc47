//! Which reading of the documents the gateway follows where they leave several.

use axum::http::{HeaderMap, header::CONTENT_TYPE};

use crate::{faults::Operation, fields::Fields};

/// Which reading of the documents the gateway follows. The default is the usual one, and takes every
/// form of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readings {
    /// The body of an order inquiry.
    pub order_inquiry_body: RequestBody,
    /// The bodies of opening, closing and reopening a virtual account.
    pub va_body: RequestBody,
    /// What joins the fields of the code of a callback.
    pub va_callback: Joint,
    /// Whether the code of a callback under the names of the newer OpenAPI has the merchant's number
    /// before the number of the request.
    pub openapi_va_callback_swapped: bool,
    /// Whether the response to a payout is signed with the account's name in the place of its number.
    pub payout_response_by_name: bool,
}

/// The form of a body that the gateway takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestBody {
    /// Any of those below.
    #[default]
    Any,
    /// A form.
    Form,
    /// JSON, whatever the header says.
    AnyJson,
    /// JSON under its own header.
    Json,
    /// JSON under the header of a form.
    JsonAsForm,
}

/// What joins signed fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joint {
    /// `|`.
    #[default]
    Pipe,
    /// A space.
    Space,
    /// Nothing.
    Nothing,
}

impl Readings {
    /// The body of an order inquiry.
    pub fn with_order_inquiry_body(mut self, body: RequestBody) -> Self {
        self.order_inquiry_body = body;
        self
    }

    /// The bodies of opening, closing and reopening a virtual account.
    pub fn with_va_body(mut self, body: RequestBody) -> Self {
        self.va_body = body;
        self
    }

    /// What joins the fields of the code of a callback.
    pub fn with_va_callback(mut self, joint: Joint) -> Self {
        self.va_callback = joint;
        self
    }

    /// The last two fields of the code under the names of the newer OpenAPI the other way round.
    pub fn with_openapi_va_callback_swapped(mut self) -> Self {
        self.openapi_va_callback_swapped = true;
        self
    }

    /// The response to a payout signed with the account's name.
    pub fn with_payout_response_by_name(mut self) -> Self {
        self.payout_response_by_name = true;
        self
    }

    /// The form of the body of an operation.
    pub(crate) fn body_of(&self, operation: Operation) -> RequestBody {
        match operation {
            Operation::OrderInquiry => self.order_inquiry_body,
            Operation::CreateAccount | Operation::RevokeAccount => self.va_body,
            _ => RequestBody::Any,
        }
    }

    /// The fields of a body; none if this gateway does not read such a body.
    pub(crate) fn fields(&self, operation: Operation, headers: &HeaderMap, body: &[u8]) -> Fields {
        let form = self.body_of(operation);
        let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes()).unwrap_or_default();
        let says_json = kind.starts_with(b"application/json");
        let is_json = body.trim_ascii_start().first() == Some(&b'{');
        let is_read = match form {
            RequestBody::Any => true,
            RequestBody::Form => !is_json,
            RequestBody::AnyJson => is_json,
            RequestBody::Json => is_json && says_json,
            RequestBody::JsonAsForm => is_json && !says_json,
        };
        Fields::from_body(if is_read { body } else { b"" })
    }
}

impl Joint {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Pipe => "|",
            Self::Space => " ",
            Self::Nothing => "",
        }
    }
}
