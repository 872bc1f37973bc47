//! The fields that surround the data in every response of HPay.

use std::borrow::Cow;

use payments_core::{Error, ErrorKind, Result, Timestamp};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The fields that surround the data of every response.
///
/// `data` is an object if the call succeeded, and otherwise an empty list. The signatures
/// (`checksum`, `secure_code`, `secure_chain`) are verified over the whole response before any
/// field is used.
#[derive(Deserialize)]
pub(crate) struct Envelope<'a> {
    pub(crate) error_code: Literal,
    #[serde(borrow, default, deserialize_with = "borrowed")]
    pub(crate) data: Option<Cow<'a, RawValue>>,
    /// HPay's message, in responses about payouts.
    pub(crate) status: Option<Literal>,
    /// HPay's message, in all other responses.
    pub(crate) message: Option<Literal>,
}

/// A value that HPay writes sometimes as text and sometimes as a number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Literal {
    Text(String),
    Number(i64),
    /// A number too large for the other variants, such as a full account number.
    Large(u64),
}

impl Envelope<'_> {
    /// Creates an envelope from the contents of an envelope of the newer OpenAPI.
    pub(crate) fn unsealed(
        error_code: Literal,
        data: Option<Box<RawValue>>,
        message: Option<Literal>,
    ) -> Self {
        Self { error_code, data: data.map(Cow::Owned), status: None, message }
    }

    /// Returns the data of a response to a successful inquiry. `what` names their subject for
    /// errors.
    ///
    /// # Errors
    /// Returns an error if there are no data, or if they are not as HPay documents them.
    pub(crate) fn data<'s, T: Deserialize<'s>>(
        &'s self,
        operation: &'static str,
        what: &'static str,
    ) -> Result<T> {
        let malformed =
            |message: String| Error::new(ErrorKind::Malformed, message).with_operation(operation);
        let data =
            self.data.as_ref().ok_or_else(|| malformed("the response has no data".to_owned()))?;
        serde_json::from_str(data.get()).map_err(|error| {
            malformed(format!("the response is not what HPay documents about {what}"))
                .with_source(error)
        })
    }
}

fn borrowed<'de: 'a, 'a, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Cow<'a, RawValue>>, D::Error> {
    Ok(<Option<&'de RawValue>>::deserialize(deserializer)?.map(Cow::Borrowed))
}

impl Literal {
    /// Returns the value as written on the wire, without quotation marks.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Large(number) => Cow::Owned(number.to_string()),
        }
    }

    /// Returns the value as a time in Unix seconds. `None` if it is not a number above zero.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        let seconds = self.text().trim().parse().ok().filter(|seconds: &i64| *seconds > 0)?;
        Some(Timestamp::from_unix(seconds))
    }
}
