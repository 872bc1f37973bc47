//! The members of a JSON object as the texts that a formula signs.

use std::collections::HashSet;
use std::fmt;

use payments_core::json::{self, JsonError, JsonErrorKind};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Members, NestedKeys, members::by_name};

/// The greatest depth to which arrays and objects may be nested in a value.
const DEEPEST: usize = 32;

impl Members {
    /// Returns the members of a JSON object as names and texts, in the order in which they are
    /// sent.
    ///
    /// A string is used without its quotation marks, `null` becomes empty, and `true`, `false` and
    /// numbers are used as they are written. Arrays and objects become JSON without white space,
    /// with keys in the order of [`nested`](Self::nested). The texts do not preserve the type of a
    /// value: `1` and `"1"` are signed alike, and so are `null` and `""`.
    ///
    /// ```
    /// use provider_kit::signature::{Members, NestedKeys};
    ///
    /// let members = Members::joined_by("&").with_nested_keys(NestedKeys::Sorted);
    /// let texts = members.json_texts(br#"{"b": [{"z": 1, "a": null}], "a": 50000}"#)?;
    /// let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    /// assert_eq!(texts, [text("b", r#"[{"a":null,"z":1}]"#), text("a", "50000")]);
    /// # Ok::<(), payments_core::json::JsonError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the text is not a JSON object, if an object has the same name twice, or
    /// if values are nested deeper than 32 levels.
    pub fn json_texts(&self, object: &[u8]) -> Result<Vec<(String, String)>, JsonError> {
        let Object(members) = json::read(object)?;
        let texts = members.into_iter().map(|(name, value)| {
            let text = self.json_text(value).map_err(|error| error.in_member(&name))?;
            Ok((name, text))
        });
        texts.collect()
    }

    fn json_text(&self, value: &RawValue) -> Result<String, JsonError> {
        let written = value.get();
        match written.as_bytes().first() {
            Some(b'"') => {
                let text: String = json::read(written.as_bytes())?;
                let is_null_word = matches!(text.as_str(), "null" | "undefined");
                Ok(if self.null_words_are_empty && is_null_word { String::new() } else { text })
            }
            Some(b'n') => Ok(String::new()),
            Some(b'{' | b'[') => {
                let mut text = String::with_capacity(written.len());
                compact(value, self.nested, DEEPEST, &mut text)?;
                Ok(text)
            }
            _ => Ok(written.to_owned()),
        }
    }
}

/// Writes a value without white space between its tokens.
fn compact(
    value: &RawValue,
    keys: NestedKeys,
    depth: usize,
    text: &mut String,
) -> Result<(), JsonError> {
    let written = value.get();
    let inner = || depth.checked_sub(1).ok_or(JsonError::new(JsonErrorKind::Content));
    match written.as_bytes().first() {
        Some(b'{') => {
            let inner = inner()?;
            let Object(mut members) = json::read(written.as_bytes())?;
            if keys != NestedKeys::AsSent {
                members.sort_by(|one, other| by_name(&one.0, &other.0));
            }
            let inside = if keys == NestedKeys::Sorted { keys } else { NestedKeys::AsSent };
            text.push('{');
            for (index, (name, value)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&quoted(name));
                text.push(':');
                compact(value, inside, inner, text)?;
            }
            text.push('}');
        }
        Some(b'[') => {
            let inner = inner()?;
            let elements: Vec<&RawValue> = json::read(written.as_bytes())?;
            text.push('[');
            for (index, element) in elements.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                compact(element, keys, inner, text)?;
            }
            text.push(']');
        }
        Some(b'"') => {
            // The string is serialised anew, so that unnecessary escapes make no difference.
            let string: String = json::read(written.as_bytes())?;
            text.push_str(&quoted(string));
        }
        _ => text.push_str(written),
    }
    Ok(())
}

/// Returns a string as JSON.
fn quoted(text: String) -> String {
    serde_json::Value::String(text).to_string()
}

/// The members of an object in the order in which they are sent, each name once.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut names = HashSet::new();
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    if !names.insert(name.clone()) {
                        return Err(de::Error::custom("a name occurs twice"));
                    }
                    members.push((name, value));
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Reader).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::json::JsonErrorKind;

    fn texts(members: &Members, json: &str) -> Vec<(String, String)> {
        members.json_texts(json.as_bytes()).unwrap()
    }

    fn text_of(members: &Members, json: &str) -> String {
        let object = format!("{{\"a\":{json}}}");
        texts(members, &object).remove(0).1
    }

    #[test]
    fn values_become_texts_by_their_kind() {
        let members = Members::joined_by("&");
        for (json, text) in [
            ("null", ""),
            ("\"\"", ""),
            ("\"null\"", "null"),
            ("true", "true"),
            ("0", "0"),
            ("-1", "-1"),
            ("1.50", "1.50"),
            ("9007199254740993", "9007199254740993"),
            (r#""\u0111\/\"""#, "đ/\""),
            ("[ ]", "[]"),
            (r#"[ 1.0 , null , "\u0111\/\u2028\u007f\n" ]"#, "[1.0,null,\"đ/\u{2028}\u{7f}\\n\"]"),
            (
                r#"{ "b" : 1 , "a" : [ { "d" : { } , "c" : false } ] }"#,
                r#"{"b":1,"a":[{"d":{},"c":false}]}"#,
            ),
        ] {
            assert_eq!(text_of(&members, json), text, "{json}");
        }
        let repaired = members.with_null_words_empty();
        for (json, text) in [("\"null\"", ""), ("\"undefined\"", ""), ("\"NULL\"", "NULL")] {
            assert_eq!(text_of(&repaired, json), text, "{json}");
        }
    }

    #[test]
    fn nested_keys_are_sorted_as_deep_as_the_layout_says() {
        let json = r#"[{"z":1,"b":{"y":1,"c":2}},{"10":0,"9":[{"k":1,"j":2}]}]"#;
        for (nested, text) in [
            (NestedKeys::AsSent, json),
            (NestedKeys::SortedOnce, r#"[{"b":{"y":1,"c":2},"z":1},{"10":0,"9":[{"k":1,"j":2}]}]"#),
            (NestedKeys::Sorted, r#"[{"b":{"c":2,"y":1},"z":1},{"10":0,"9":[{"j":2,"k":1}]}]"#),
        ] {
            let members = Members::joined_by("&").with_nested_keys(nested);
            assert_eq!(text_of(&members, json), text, "{nested:?}");
        }
    }

    #[test]
    fn every_name_is_a_member_like_any_other_and_is_there_once() {
        let members = Members::joined_by("&");
        let named = texts(&members, r#"{"__proto__":"x","constructor":1,"":2}"#);
        let names: Vec<_> = named.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["__proto__", "constructor", ""]);
        for doubled in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"o":{"a":1,"a":2}}"#,
            r#"{"l":[[{"a":1,"a":2}]]}"#,
        ] {
            let error = members.json_texts(doubled.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), JsonErrorKind::Content, "{doubled}");
        }
        let error = members.json_texts(br#"{"o":{"a":1,"a":2}}"#).unwrap_err();
        assert_eq!(error.member(), Some("o"));
    }

    #[test]
    fn what_is_no_object_or_nested_without_end_is_refused() {
        let members = Members::joined_by("&");
        let deep =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(texts(&members, &deep(DEEPEST)).len(), 1);
        let too_deep = [deep(DEEPEST + 1), deep(100_000)];
        for text in
            ["[]", "1", "", "{", "{\"a\":\"\\ud800\"}"].map(str::to_owned).iter().chain(&too_deep)
        {
            assert!(members.json_texts(text.as_bytes()).is_err(), "{:.40}", text);
        }
    }
}
