//! One operation of payOS's interface, as a value.

use http::{HeaderName, Method};
use payments_core::{DeclineReason, Error, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// One operation of payOS's interface: how its request is signed and sent, where its response is
/// signed, and the meaning of the codes of its refusals. [`Channel`](crate::channel::Channel)
/// carries out all operations.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The name in errors, spans and metrics.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// The path, with an identifier in braces.
    pub(crate) path: &'static str,
    pub(crate) class: Class,
    pub(crate) request: RequestSignature,
    pub(crate) response: ResponseSignature,
    /// Returns the meaning of a documented code, or `None` for any other.
    pub(crate) codes: fn(&str) -> Option<DeclineReason>,
}

/// The effect that a request can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// An inquiry, which can be repeated.
    Inquiry,
    /// An instruction, which moves money or changes something, sent once.
    Instruction,
}

/// The place of a request's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestSignature {
    Unsigned,
    /// Signed by `payos.payment_link`, in the member `signature` of the body.
    Member,
    /// Signed by `payos.payout`, in the header `x-signature`.
    Header,
}

/// The place of a response's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseSignature {
    Unsigned,
    /// Signed by `payos.data`, in a member beside `data`.
    BesideData,
    /// Signed by `payos.payout`, in the header `x-signature`.
    Header,
}

/// The header with the signature of requests and responses of payouts.
pub(crate) const X_SIGNATURE: HeaderName = HeaderName::from_static("x-signature");

/// The characters that are encoded in a segment of a path: all but those of RFC 3986, section 2.3.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Operation {
    /// Returns the path for `id`.
    ///
    /// # Errors
    /// Returns `InvalidRequest`, naming `id`, if it cannot be a segment of a path, such as `..`,
    /// which would lead to another path.
    pub(crate) fn path_of(&self, id: &str) -> Result<String> {
        let Some((before, rest)) = self.path.split_once('{') else {
            return Ok(self.path.to_owned());
        };
        if matches!(id, "" | "." | "..") {
            return Err(
                Error::invalid("id", "is empty or names another path").with_operation(self.name)
            );
        }
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        Ok(format!("{before}{}{after}", utf8_percent_encode(id, SEGMENT)))
    }
}
