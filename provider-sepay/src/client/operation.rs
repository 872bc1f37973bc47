//! An operation of one of SePay's APIs, as a value.

use http::Method;
use payments_core::{Error, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use provider_kit::transport::CallClass;

/// One call of one of SePay's APIs: its name, its endpoint, and whether it may have an effect. A
/// test compares the table of docs/endpoints.md with these values.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The name in errors and spans.
    pub(crate) name: &'static str,
    /// The API whose address the path belongs to.
    pub(crate) api: Api,
    /// The method.
    pub(crate) method: Method,
    /// The path, in which a name in braces stands for an identifier.
    pub(crate) path: &'static str,
    /// Whether it is an instruction or an inquiry.
    pub(crate) class: CallClass,
}

/// One of SePay's APIs, each of which has its own address and rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    /// The order API of the payment gateway, with Basic authentication.
    PaymentGateway,
    /// The User API v1, with a bearer token. Its responses always have HTTP status 200.
    UserApiV1,
    /// The User API v2, with a bearer token.
    UserApiV2,
    /// The partner API, with a token of a merchant who authorised the app.
    #[cfg(feature = "oauth")]
    OAuth,
}

impl Operation {
    /// Creates an inquiry, which is a `GET`.
    pub(crate) const fn inquiry(api: Api, name: &'static str, path: &'static str) -> Self {
        Self { name, api, method: Method::GET, path, class: CallClass::Inquiry }
    }

    /// Creates an instruction, which is sent at most once.
    pub(crate) const fn instruction(
        api: Api,
        name: &'static str,
        method: Method,
        path: &'static str,
    ) -> Self {
        Self { name, api, method, path, class: CallClass::Instruction }
    }

    /// Returns the path with these identifiers in place of its names, escaped.
    ///
    /// # Errors
    /// Returns an error that names the place if an identifier cannot be a segment of a path.
    pub(crate) fn path(&self, ids: &[&str]) -> Result<String> {
        let mut ids = ids.iter();
        let mut path = String::with_capacity(self.path.len().saturating_add(48));
        for segment in self.path.split('/').skip(1) {
            path.push('/');
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                None => path.push_str(segment),
                Some(field) => match ids.next().copied().unwrap_or_default() {
                    "" | "." | ".." => {
                        return Err(Error::invalid(field, "cannot stand in an address"));
                    }
                    id => path.extend(utf8_percent_encode(id, SEGMENT)),
                },
            }
        }
        Ok(path)
    }
}

/// The characters to escape in a segment of a path (RFC 3986, section 2.3: all but the unreserved
/// ones).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_escaped_segments_of_the_path() {
        const DETAIL: Operation =
            Operation::inquiry(Api::UserApiV2, "detail", "/v2/a/{account}/orders/{order}");
        assert_eq!(DETAIL.path(&["0b7e", "a/b ế"]).unwrap(), "/v2/a/0b7e/orders/a%2Fb%20%E1%BA%BF");
        for (ids, field) in [
            (&["", "1"][..], "account"),
            (&["1", ".."], "order"),
            (&["1", "."], "order"),
            (&["1"], "order"),
        ] {
            assert_eq!(DETAIL.path(ids).unwrap_err().field(), Some(field), "{ids:?}");
        }
    }
}
