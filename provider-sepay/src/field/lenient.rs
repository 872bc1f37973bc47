use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// A field that is for information only. Null, and any value that cannot be read as a `T`, count as
/// missing, so that a detail of an undocumented type does not hide the money in the same object.
///
/// A field of this type needs `#[serde(default)]`, so that it may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lenient<T>(Option<T>);

impl<T> Lenient<T> {
    pub(crate) fn get(self) -> Option<T> {
        self.0
    }

    pub(crate) fn as_ref(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json: &'de RawValue = Deserialize::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(json.get()).ok()))
    }
}

/// A value that is read only if it matters, such as the amount of one of two directions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deferred<'a, T> {
    json: &'a RawValue,
    of: PhantomData<T>,
}

impl<'a, T: Deserialize<'a>> Deferred<'a, T> {
    /// Reads the value. `None` for an empty text, which forms have instead of a missing value.
    pub(crate) fn read(&self) -> Result<Option<T>, serde_json::Error> {
        match self.json.get() {
            r#""""# => Ok(None),
            json => serde_json::from_str(json).map(Some),
        }
    }
}

impl<'de: 'a, 'a, T> Deserialize<'de> for Deferred<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json: &'de RawValue = Deserialize::deserialize(deserializer)?;
        Ok(Self { json, of: PhantomData })
    }
}

/// A boolean, which SePay writes as a boolean on one page, and as 0 or 1 in a number or a text on
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FlagVisitor;

        impl Visitor<'_> for FlagVisitor {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, 1 or 0")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Flag, E> {
                match number {
                    0 => Ok(Flag(false)),
                    1 => Ok(Flag(true)),
                    _ => Err(E::custom("not 0 or 1")),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                match text {
                    "0" | "false" => Ok(Flag(false)),
                    "1" | "true" => Ok(Flag(true)),
                    _ => Err(E::custom("not 0 or 1")),
                }
            }
        }

        deserializer.deserialize_any(FlagVisitor)
    }
}

/// A count, written as a number or as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor;

        impl Visitor<'_> for CountVisitor {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or text with its digits")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Count, E> {
                Ok(Count(number))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
                text.parse().map(Count).map_err(|_| E::custom("not a whole number"))
            }
        }

        deserializer.deserialize_any(CountVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_kit::wire::Number;

    /// JSON of every kind that is neither a plain number nor text.
    const ODD: [&str; 8] =
        ["null", "false", "true", "[]", "{}", r#"{"a":[1]}"#, r#""""#, "1.9077e7"];

    #[test]
    fn a_detail_of_another_kind_is_no_detail() {
        for json in ODD {
            assert!(
                serde_json::from_str::<Lenient<Number>>(json).unwrap().get().is_none(),
                "{json}"
            );
        }
        let read: Lenient<Number> = serde_json::from_str("\"19077000.00\"").unwrap();
        assert_eq!(read.get(), Some("19077000".parse().unwrap()));
    }

    #[test]
    fn a_deferred_value_is_read_when_it_is_asked_for() {
        for json in ODD {
            let deferred: Deferred<'_, Number> = serde_json::from_str(json).unwrap();
            assert_eq!(deferred.read().ok(), (json == r#""""#).then_some(None), "{json}");
        }
    }

    #[test]
    fn yes_and_no_and_numbers_are_read_in_every_spelling() {
        for (json, flag) in [
            ("true", Some(true)),
            ("0", Some(false)),
            ("\"1\"", Some(true)),
            ("\"false\"", Some(false)),
            ("8", None),
            ("null", None),
            ("\"yes\"", None),
        ] {
            let read: Lenient<Flag> = serde_json::from_str(json).unwrap();
            assert_eq!(read.get(), flag.map(Flag), "{json}");
        }
        for (json, count) in
            [("12", Some(12)), ("\"12\"", Some(12)), ("-1", None), ("1.5", None), ("true", None)]
        {
            let read: Lenient<Count> = serde_json::from_str(json).unwrap();
            assert_eq!(read.get(), count.map(Count), "{json}");
        }
    }
}
