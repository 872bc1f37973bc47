//! Converts TOML into a configuration, with a problem for each value that a configuration cannot
//! contain.

use provider_kit::config::{ConfigProblem, PaymentsConfig};
use toml::{
    Table, Value,
    de::{DeTable, DeValue},
};

use super::Configuration;

const KEYS: &str = "expect, prefer, providers, engine";

/// Converts a document, with a problem for each value that a configuration cannot contain. Such a
/// value is replaced by an empty list, so that it does not count as missing and the provider that
/// reads it rejects it.
pub(super) fn check(document: &DeTable<'_>) -> Configuration {
    let mut problems = Vec::new();
    let mut kept = Table::new();
    for (key, value) in document {
        match (key.get_ref().as_ref(), value.get_ref()) {
            (key @ ("expect" | "prefer"), value) => match texts(value) {
                Some(texts) => _ = kept.insert(key.to_owned(), texts),
                None => problems.push(ConfigProblem::new(key, "is not a list of texts")),
            },
            ("providers", DeValue::Table(providers)) => {
                let providers = self::providers(providers, &mut problems);
                kept.insert("providers".to_owned(), Value::Table(providers));
            }
            ("providers", _) => {
                problems.push(ConfigProblem::new("providers", "is not a table of providers"));
            }
            ("engine", DeValue::Table(keys)) => {
                let keys = self::keys("engine", keys, &mut problems);
                kept.insert("engine".to_owned(), Value::Table(keys));
            }
            ("engine", _) => {
                problems.push(ConfigProblem::new("engine", "is not a table; write [engine]"));
            }
            (key, _) => problems.push(ConfigProblem::new(
                key,
                format!("is not a key of a configuration; known keys: {KEYS}"),
            )),
        }
    }
    let config = kept.try_into::<PaymentsConfig>().unwrap_or_else(|error| {
        problems.push(ConfigProblem::new("providers", error.message()));
        PaymentsConfig::default()
    });
    Configuration { config, problems }
}

fn texts(value: &DeValue<'_>) -> Option<Value> {
    let texts = value.as_array()?.iter();
    let texts: Option<Vec<_>> =
        texts.map(|text| Some(Value::String(text.get_ref().as_str()?.to_owned()))).collect();
    texts.map(Value::Array)
}

fn providers(providers: &DeTable<'_>, problems: &mut Vec<ConfigProblem>) -> Table {
    let mut kept = Table::new();
    for (id, provider) in providers {
        let id = id.get_ref().as_ref();
        let DeValue::Table(keys) = provider.get_ref() else {
            problems.push(ConfigProblem::new(
                format!("providers.{id}"),
                "is not a table; write [providers.NAME] and its keys below",
            ));
            continue;
        };
        let keys = self::keys(&format!("providers.{id}"), keys, problems);
        kept.insert(id.to_owned(), Value::Table(keys));
    }
    kept
}

/// Converts the keys of the table at `place`.
fn keys(place: &str, keys: &DeTable<'_>, problems: &mut Vec<ConfigProblem>) -> Table {
    let keys = keys.iter().map(|(key, value)| {
        let key = key.get_ref().as_ref();
        let value = holdable(value.get_ref()).unwrap_or_else(|message| {
            problems.push(ConfigProblem::new(format!("{place}.{key}"), message));
            Value::Array(Vec::new())
        });
        (key.to_owned(), value)
    });
    keys.collect()
}

/// Converts a value, or returns the reason why a configuration cannot contain it.
fn holdable(value: &DeValue<'_>) -> Result<Value, &'static str> {
    Ok(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Integer(number) => Value::Integer(
            i64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| "contains a number that is too large")?,
        ),
        DeValue::Float(_) => return Err("contains a number with decimals; write it as text"),
        DeValue::Datetime(_) => return Err("contains a date or time; write it as text"),
        DeValue::Array(values) => {
            let values: Result<_, _> =
                values.iter().map(|value| holdable(value.get_ref())).collect();
            Value::Array(values?)
        }
        DeValue::Table(table) => {
            let mut kept = Table::new();
            for (key, value) in table {
                kept.insert(key.get_ref().to_string(), holdable(value.get_ref())?);
            }
            Value::Table(kept)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::read_toml;

    #[test]
    fn everything_that_no_configuration_holds_is_found_at_once() {
        let text = "
            provider = 1
            expect = 'hpay'
            prefer = [1]
            [providers]
            a = 'hunter2'
            b = { kind = 'hpay', fee = 1.5, since = 2026-11-21, numbers = [1, 2.5] }
        ";
        let problems = read_toml(text, "payments.toml").problems;
        let paths: Vec<_> = problems.iter().map(|problem| problem.path()).collect();
        assert_eq!(
            paths,
            [
                "expect",
                "prefer",
                "provider",
                "providers.a",
                "providers.b.fee",
                "providers.b.numbers",
                "providers.b.since",
            ]
        );
        assert!(!format!("{problems:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_right_is_kept() {
        let text = "expect = ['hpay']\nprefer = ['a']\n[providers.a]\nkind = 'hpay'\nhex = 0xff\n";
        let read = read_toml(text, "payments.toml");
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        assert_eq!(read.config.expect, ["hpay"]);
        assert_eq!(read.config.prefer, ["a"]);
    }
}
