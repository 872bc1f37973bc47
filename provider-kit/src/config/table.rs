//! Tables in which no key occurs twice.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

use super::Value;

/// The keys of one provider.
#[derive(Deserialize)]
struct Keys(#[serde(deserialize_with = "table")] BTreeMap<String, Value>);

/// Reads the table of providers.
pub(super) fn providers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, BTreeMap<String, Value>>, D::Error> {
    let providers: BTreeMap<String, Keys> = table(deserializer)?;
    Ok(providers.into_iter().map(|(id, Keys(keys))| (id, keys)).collect())
}

/// Reads a table, and refuses a key that occurs twice.
///
/// TOML forbids such a key, but JSON does not: most readers silently keep the last value, so that a
/// person and the program would see two different configurations.
fn table<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    struct Table<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for Table<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            entries(map)
        }
    }

    deserializer.deserialize_map(Table(PhantomData))
}

/// Returns the entries of a table, and refuses a key that occurs twice.
pub(super) fn entries<'de, A: MapAccess<'de>, V: Deserialize<'de>>(
    mut map: A,
) -> Result<BTreeMap<String, V>, A::Error> {
    let mut table = BTreeMap::new();
    while let Some(key) = map.next_key::<String>()? {
        if table.contains_key(&key) {
            return Err(A::Error::custom(format_args!("the key {key:?} occurs twice")));
        }
        table.insert(key, map.next_value()?);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use crate::config::PaymentsConfig;

    #[test]
    fn a_key_that_is_there_twice_is_refused_at_every_level() {
        for json in [
            r#"{"providers":{},"providers":{}}"#,
            r#"{"prefer":["a"],"prefer":["b"]}"#,
            r#"{"providers":{"a":{"kind":"x"},"a":{"kind":"y"}}}"#,
            r#"{"providers":{"a":{"kind":"x","passcode":"1","passcode":"2"}}}"#,
            r#"{"providers":{"a":{"kind":"x","passcode":{"env":"A","env":"B"}}}}"#,
            r#"{"providers":{"a":{"kind":"x","list":[{"env":"A","env":"B"}]}}}"#,
        ] {
            let error = serde_json::from_str::<PaymentsConfig>(json).unwrap_err().to_string();
            assert!(error.contains("twice") || error.contains("duplicate"), "{error}: {json}");
        }
        let once = r#"{"providers":{"a":{"kind":"x"},"b":{"kind":"x"}}}"#;
        assert_eq!(serde_json::from_str::<PaymentsConfig>(once).unwrap().names().count(), 2);
    }
}
