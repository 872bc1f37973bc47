//! Builds a provider from the example in its registration, with made-up secrets.

use payments::{
    Provider,
    config::{ConfigProblem, Environ},
    registry::{Registration, Registry},
};
use toml::{Table, Value};

use crate::offline;

/// Builds the providers of a registration's example.
pub(super) fn build(registration: &Registration) -> Result<Vec<Provider>, Vec<ConfigProblem>> {
    let unreadable = |error: toml::de::Error| {
        vec![ConfigProblem::new("example", format!("is not a configuration: {}", error.message()))]
    };
    let mut example: Table = toml::from_str(registration.example).map_err(unreadable)?;
    let mut secrets = Vec::new();
    for (key, value) in &mut example {
        make_up(key, value, &mut secrets);
    }
    let config = example.try_into().map_err(unreadable)?;
    Registry::empty()
        .add(*registration)
        .build(&config, &offline::context(Environ::of(secrets)))
        .map_err(|problems| problems.0)
}

/// Replaces every `{ env = … }` and `{ file = … }` by a variable with a made-up value.
fn make_up(key: &str, value: &mut Value, secrets: &mut Vec<(String, String)>) {
    match value {
        Value::Table(source) if is_source(source) => {
            let variable = format!("EXAMPLE_{}", secrets.len());
            secrets.push((variable.clone(), made_up(key)));
            *value = Value::Table(Table::from_iter([("env".to_owned(), Value::String(variable))]));
        }
        Value::Table(table) => {
            for (key, value) in table {
                make_up(key, value, secrets);
            }
        }
        Value::Array(values) => {
            for value in values {
                make_up(key, value, secrets);
            }
        }
        _ => {}
    }
}

fn is_source(table: &Table) -> bool {
    table.len() == 1 && (table.contains_key("env") || table.contains_key("file"))
}

/// A published RSA key, for examples and tests only, and its self-signed certificate.
const PRIVATE_KEY: &str = include_str!("../../../data/example.key.pem");
const CERTIFICATE: &str = include_str!("../../../data/example.cert.pem");

/// Returns a made-up value in the format of a key with this name. Tokens are as long as those of
/// real gateways.
fn made_up(key: &str) -> String {
    match key {
        key if key.contains("private_key") => PRIVATE_KEY.to_owned(),
        key if key.contains("certificate") || key.contains("public_key") => CERTIFICATE.to_owned(),
        _ => "EXAMPLE0".repeat(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_of_a_secret_is_replaced() {
        let mut example: Table = toml::from_str(
            "[providers.a]
            kind = 'a'
            keys = [{ env = 'NEW' }, { file = '/run/secrets/old' }]
            private_key = { file = '/run/secrets/key.pem' }
            limits = { most = 5 }",
        )
        .unwrap();
        let mut secrets = Vec::new();
        for (key, value) in &mut example {
            make_up(key, value, &mut secrets);
        }
        let provider = &example["providers"]["a"];
        assert_eq!(provider["kind"].as_str(), Some("a"));
        assert_eq!(provider["limits"]["most"].as_integer(), Some(5));
        assert_eq!(secrets.len(), 3);
        let variable = provider["private_key"]["env"].as_str().unwrap();
        let (_, key) = secrets.iter().find(|(name, _)| name == variable).unwrap();
        assert!(key.contains("PRIVATE KEY"));
    }
}
