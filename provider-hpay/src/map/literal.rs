use std::borrow::Cow;

use payments_core::Timestamp;

use crate::wire::Literal;

impl Literal {
    /// The value as it stands on the wire, without the quotation marks.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Large(number) => Cow::Owned(number.to_string()),
        }
    }

    /// The value as Unix seconds; nothing if it is no number above zero.
    pub(super) fn time(&self) -> Option<Timestamp> {
        let seconds = self.text().trim().parse().ok().filter(|seconds: &i64| *seconds > 0)?;
        Some(Timestamp::from_unix(seconds))
    }
}
