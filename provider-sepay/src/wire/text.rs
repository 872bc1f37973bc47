use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Text that SePay writes as a JSON string on one page and as a number on another, such as an id.
/// Borrowed unless it has to be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a whole number")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_from_strings_and_from_whole_numbers() {
        for (json, text) in [
            (r#""DH1""#, "DH1"),
            (r#""\u0110H\/1""#, "ĐH/1"),
            ("92704", "92704"),
            ("-1", "-1"),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(serde_json::from_str::<Text<'_>>(json).unwrap().as_str(), text);
        }
        for json in ["1.5", "true", "[]", "{}", "null"] {
            assert!(serde_json::from_str::<Text<'_>>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn text_without_escapes_is_not_copied() {
        let read: Option<Text<'_>> = serde_json::from_str(r#""DH1""#).unwrap();
        assert!(matches!(read, Some(Text(Cow::Borrowed("DH1")))));
    }
}
