use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A text that SePay writes as a JSON string on one page and as a number on another, such as an id.
/// It is borrowed if possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
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

/// A text that is for information only. A value that is neither text nor a whole number counts as
/// missing, so that a detail of an undocumented type does not hide the money in the same object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown<'a>(Option<Cow<'a, str>>);

impl Shown<'_> {
    /// Returns the text. `None` if the field has an undocumented type.
    pub(crate) fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl AsRef<str> for Shown<'_> {
    fn as_ref(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Shown<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&'de RawValue>::deserialize(deserializer)?.get();
        // Most texts contain no escape and can be used as they are.
        let quoted = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(text) = quoted.filter(|text| !text.contains('\\')) {
            return Ok(Shown(Some(Cow::Borrowed(text))));
        }
        let read = serde_json::from_str(json).map(|Scalar(text)| text);
        // If a letter of two escapes was cut in two, the JSON is invalid for every reader.
        let text = read.or_else(|_| {
            serde_json::from_str(&without_lone_surrogates(json))
                .map(|Scalar(text)| text.map(|text| Cow::Owned(text.into_owned())))
        });
        Ok(Shown(text.unwrap_or_default()))
    }
}

/// Returns the JSON with U+FFFD in place of every escaped half of a surrogate pair.
fn without_lone_surrogates(json: &str) -> String {
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let (kept, length) = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (escape.get(..12), 12),
            (Some(_), _) => (Some("\\ufffd"), 6),
            // Two characters, which may be an escaped backslash.
            (None, _) => (escape.get(..2), 2),
        };
        whole.push_str(kept.unwrap_or_default());
        rest = escape.get(length..).unwrap_or_default();
    }
    whole.push_str(rest);
    whole
}

/// Returns the half of a surrogate pair that an escape represents.
fn surrogate(escape: &str) -> Option<u32> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..=0xdfff).contains(unit))
}

/// The text of a string or a whole number. `None` for any other type.
struct Scalar<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(number.to_string()))))
            }

            // A float may differ from the number as written.
            fn visit_f64<E: Error>(self, _: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(None))
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar(None))
            }

            fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar<'de>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Scalar<'de>, A::Error> {
                while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar(None))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_only_shown_never_keeps_an_answer_from_being_read() {
        for (json, text) in [
            (r#""a\/b""#, "a/b"),
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ude00b \ud83d\ude00""#, "\u{fffd}b \u{1f600}"),
            (r#""\\ud83d \ud83d\n""#, "\\ud83d \u{fffd}\n"),
            ("7", "7"),
            ("-7", "-7"),
            ("true", ""),
            ("1.5", ""),
            ("1e3", ""),
            ("123456789012345678901234567890", ""),
            ("{\"a\":[]}", ""),
            ("[1]", ""),
        ] {
            assert_eq!(serde_json::from_str::<Shown<'_>>(json).unwrap().as_ref(), text, "{json}");
        }
        assert_eq!(serde_json::from_str::<Option<Shown<'_>>>("null").unwrap(), None);
    }

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
