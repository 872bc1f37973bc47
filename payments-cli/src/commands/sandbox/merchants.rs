//! The flag `--config`: the merchants that the gateways use instead of the test merchants.

use std::path::Path;

use crate::{GivenKeys, exit::Failure};

/// The tables of a configuration file, each with the provider kind.
pub(super) struct Merchants(Vec<(String, GivenKeys)>);

impl Merchants {
    /// Reads the tables of all providers of a file.
    pub(super) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self(Vec::new())) };
        let unusable = |why: &dyn std::fmt::Display| {
            Failure::usage("--config", format!("{}: {why}", path.display()))
        };
        let text = std::fs::read_to_string(path).map_err(|error| unusable(&error))?;
        // The message of toml quotes the line, which may contain a secret.
        let file: toml::Table = toml::from_str(&text)
            .map_err(|_| unusable(&"it is not TOML; `payments doctor --config` shows where"))?;
        let providers = file.get("providers").and_then(toml::Value::as_table);
        let tables = providers.into_iter().flatten().filter_map(|(name, table)| {
            let table = table.as_table()?;
            let kind = table.get("kind")?.as_str()?.to_owned();
            Some((kind, GivenKeys::new(format!("providers.{name}"), table.clone())))
        });
        let merchants = Self(tables.collect());
        for (place, (kind, _)) in merchants.0.iter().enumerate() {
            if merchants.0.iter().skip(place.saturating_add(1)).any(|(other, _)| other == kind) {
                let why = format!("two providers are of the kind {kind}, and the sandbox has one");
                return Err(unusable(&why));
            }
        }
        Ok(merchants)
    }

    /// Returns the keys for the gateway of a kind, which are empty if the file has no such
    /// provider.
    pub(super) fn of(&self, kind: &str) -> GivenKeys {
        let found = self.0.iter().find(|(of, _)| of == kind);
        found.map(|(_, keys)| keys.clone()).unwrap_or_default()
    }
}
