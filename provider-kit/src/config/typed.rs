//! Reads the table of one provider into a type of the provider.

use std::collections::BTreeMap;
use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        Expected, IntoDeserializer, Unexpected, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_path_to_error::Segment;

use super::{Value, reader::did_you_mean};

/// The problem of one value.
pub(super) struct TypeProblem {
    /// The keys that lead to the value.
    pub(super) path: Vec<String>,
    /// The description, without the value.
    pub(super) message: String,
    /// Whether the key is missing.
    pub(super) is_missing: bool,
}

/// Reads a table. It stops at the first problem.
pub(super) fn read<'de, T: Deserialize<'de>>(
    table: &'de BTreeMap<String, Value>,
) -> Result<T, TypeProblem> {
    let entries = table.iter().map(|(key, value)| (key.as_str(), Typed(value)));
    serde_path_to_error::deserialize(MapDeserializer::new(entries)).map_err(|error| {
        let mut path: Vec<String> = error
            .path()
            .iter()
            .map_while(|segment| match segment {
                Segment::Map { key } => Some(key.clone()),
                _ => None,
            })
            .collect();
        let (message, is_missing) = match error.into_inner() {
            TypeError::Message(message) => (message, false),
            TypeError::Unknown { known } => {
                let hint = path.last().map(|key| did_you_mean(key, known.iter().copied()));
                (format!("is not a known key{}", hint.unwrap_or_default()), false)
            }
            TypeError::Missing { field } => {
                path.push(field.to_owned());
                ("is missing".to_owned(), true)
            }
        };
        TypeProblem { path, message, is_missing }
    })
}

/// A value as a deserializer. A whole number can be read as text, because merchant numbers are
/// often written without quotes.
#[derive(Clone, Copy)]
struct Typed<'de>(&'de Value);

/// An error that never contains a value of the configuration.
#[derive(Debug)]
enum TypeError {
    Message(String),
    Unknown { known: &'static [&'static str] },
    Missing { field: &'static str },
}

impl<'de> Deserializer<'de> for Typed<'de> {
    type Error = TypeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.0 {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Flag(flag) => visitor.visit_bool(*flag),
            Value::List(values) => {
                visitor.visit_seq(SeqDeserializer::new(values.iter().map(Typed)))
            }
            Value::Table(table) => {
                let entries = table.iter().map(|(key, value)| (key.as_str(), Typed(value)));
                visitor.visit_map(MapDeserializer::new(entries))
            }
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        match self.0 {
            Value::Text(text) if text.trim().is_empty() => {
                Err(TypeError::Message("is empty".to_owned()))
            }
            Value::Integer(number) => visitor.visit_string(number.to_string()),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TypeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TypeError> {
        match self.0 {
            Value::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => Err(TypeError::Message(one_of(variants))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, TypeError> for Typed<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl serde::de::Error for TypeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = expected.to_string();
        let plain = match expected.as_str() {
            "a string" => "text",
            "a boolean" => "true or false",
            "a map" => "a table",
            "a sequence" => "a list",
            struct_name if struct_name.starts_with("struct ") => "a table",
            other => other,
        };
        Self::Message(format!("is not {plain}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Message(format!("is not {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::Message(one_of(expected))
    }

    fn unknown_field(_: &str, known: &'static [&'static str]) -> Self {
        Self::Unknown { known }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing { field }
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message) => f.write_str(message),
            Self::Unknown { .. } => f.write_str("is not a key"),
            Self::Missing { .. } => f.write_str("is missing"),
        }
    }
}

impl std::error::Error for TypeError {}

fn one_of(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
    format!("is not one of {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environ, PaymentsConfig, Reader, Source};
    use payments_core::Environment;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Config {
        environment: Environment,
        merchant_id: String,
        passcode: Source,
        #[serde(default)]
        mode: Mode,
        #[serde(default)]
        compat: Compat,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Mode {
        #[default]
        Plain,
        JsonAsForm,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Compat {
        path: String,
        late: bool,
    }

    fn read(json: &str) -> (Option<Config>, Vec<String>) {
        let json = format!(r#"{{"providers":{{"main":{{"kind":"acme",{json}}}}}}}"#);
        let config: PaymentsConfig = serde_json::from_str(&json).unwrap();
        let config = config.providers().0.remove(0);
        let environ = Environ::of([]);
        let mut read = Reader::new(&config, &environ);
        let typed = read.typed();
        (typed, read.finish().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_table_is_read_into_a_type_and_a_number_may_be_text() {
        let (config, problems) = read(
            r#""environment":"production","merchant_id":12345,"passcode":{"env":"PASSCODE"},
               "mode":"json-as-form","compat":{"path":"/a"}"#,
        );
        assert_eq!(problems, [""; 0]);
        let config = config.unwrap();
        assert_eq!(config.environment, Environment::Production);
        assert_eq!((config.merchant_id.as_str(), config.mode), ("12345", Mode::JsonAsForm));
        assert_eq!(config.passcode, Source::env("PASSCODE"));
        assert_eq!((config.compat.path.as_str(), config.compat.late), ("/a", false));
    }

    #[test]
    fn every_missing_key_is_reported() {
        let (config, problems) = read(r#""environment":"sandbox""#);
        assert!(config.is_some());
        assert_eq!(
            problems,
            ["providers.main.merchant_id: is missing", "providers.main.passcode: is missing"]
        );
    }

    #[test]
    fn every_problem_names_its_path_and_never_its_value() {
        let (_, problems) = read(
            r#""environment":"sandbox","passcode":"canary","mode":"canary","merchnat_id":"canary",
               "compat":{"path":true,"lat":"canary","late":"canary"}"#,
        );
        assert_eq!(
            problems,
            [
                "providers.main.compat.lat: is not a known key; did you mean \"late\"?",
                "providers.main.compat.late: is not true or false",
                "providers.main.compat.path: is not text",
                "providers.main.merchnat_id: is not a known key; did you mean \
                 \"merchant_id\"?",
                "providers.main.mode: is not one of \"plain\", \"json-as-form\"",
                "providers.main.merchant_id: is missing",
            ]
        );
    }
}
