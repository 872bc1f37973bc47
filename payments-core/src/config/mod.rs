//! Configuration of providers, from any serde source.

mod reader;
mod source;
mod table;
mod typed;
mod value;
mod warnings;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

pub use reader::Reader;
pub use source::Source;
pub use value::Value;
pub(crate) use warnings::Warnings;

use crate::{Environment, ProviderId, ProviderKind, printable};

/// The whole configuration: a table of providers by name.
///
/// ```toml
/// expect = ["acme"]            # kinds that have to be linked
/// prefer = ["acme-main"]       # who comes first when several can
///
/// [providers.acme-main]
/// kind = "acme"
/// environment = "sandbox"
/// passcode = { env = "ACME_PASSCODE" }
///
/// [engine]                     # read by the crate `payments`, with its feature `engine`
/// store = "sqlite:shop.db"
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PaymentsConfig {
    /// The kinds that have to be linked, so that a forgotten feature is found at start.
    #[serde(default)]
    pub expect: Vec<String>,
    /// The names of the providers that come first when several can do something.
    #[serde(default)]
    pub prefer: Vec<String>,
    /// The providers by name.
    #[serde(default, deserialize_with = "table::providers")]
    providers: BTreeMap<String, BTreeMap<String, Value>>,
    /// The durable engine, if the app has one.
    #[serde(default)]
    engine: Option<BTreeMap<String, Value>>,
}

/// The configuration of one provider, or of the engine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProviderConfig {
    /// Its name.
    pub id: ProviderId,
    /// Its kind.
    pub kind: ProviderKind,
    /// Where it runs.
    pub environment: Environment,
    table: BTreeMap<String, Value>,
    /// Where its table is, such as `providers.acme-main`.
    place: String,
    /// Whether the gateway has a test system; the registry says so.
    pub(crate) has_sandbox: bool,
    /// What was found unwise while it was read.
    pub(crate) warnings: Warnings,
}

/// One thing wrong with a configuration: where, and what to do. Never holds the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    path: String,
    message: String,
}

/// Environment variables, handed in.
#[derive(Clone)]
pub struct Environ(Arc<Lookup>);

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl PaymentsConfig {
    /// A configuration of one provider, mostly for tests.
    pub fn single(id: impl Into<String>, table: BTreeMap<String, Value>) -> Self {
        Self {
            expect: Vec::new(),
            prefer: Vec::new(),
            providers: BTreeMap::from([(id.into(), table)]),
            engine: None,
        }
    }

    /// The names of the configured providers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.providers.keys().map(String::as_str)
    }

    /// The configuration of one provider alone; `None` if there is none of this name.
    pub fn only(&self, provider: &str) -> Option<Self> {
        let table = self.providers.get(provider)?.clone();
        Some(Self::single(provider, table))
    }

    /// The value of a key of a provider; a key in a table is written with the table, as in
    /// `compat.body`.
    pub fn value(&self, provider: &str, key: &str) -> Option<&Value> {
        let table = self.providers.get(provider)?;
        match key.split_once('.') {
            None => table.get(key),
            Some((name, key)) => match table.get(name)? {
                Value::Table(table) => table.get(key),
                _ => None,
            },
        }
    }

    /// Sets a key of a provider, written as for [`value`](Self::value), or leaves it out. It does
    /// nothing if there is no provider of this name.
    pub fn set_value(&mut self, provider: &str, key: &str, value: Option<Value>) {
        let Some(mut table) = self.providers.get_mut(provider) else { return };
        let mut key = key;
        if let Some((name, rest)) = key.split_once('.') {
            if value.is_none() && !table.contains_key(name) {
                return;
            }
            let inner = table.entry(name.to_owned()).or_insert_with(|| Value::Table([].into()));
            if !matches!(inner, Value::Table(_)) {
                *inner = Value::Table([].into());
            }
            let Value::Table(inner) = inner else { return };
            (table, key) = (inner, rest);
        }
        match value {
            Some(value) => table.insert(key.to_owned(), value),
            None => table.remove(key),
        };
    }

    /// The table `[engine]`, if there is one. Its environment is production if that of any provider
    /// is.
    pub fn engine(&self) -> Option<ProviderConfig> {
        let table = self.engine.as_ref()?;
        let is_production = |provider: &BTreeMap<String, Value>| matches!(provider.get("environment"), Some(Value::Text(text)) if text == "production");
        let environment = match self.providers.values().any(is_production) {
            true => Environment::Production,
            false => Environment::Sandbox,
        };
        let (id, kind) = (ProviderId::new("engine").ok()?, ProviderKind::new("engine").ok()?);
        let config = ProviderConfig::new(id, kind, environment);
        Some(ProviderConfig { table: table.clone(), place: "engine".to_owned(), ..config })
    }

    /// The providers, and what is wrong with those that are left out.
    pub(crate) fn providers(&self) -> (Vec<ProviderConfig>, Vec<ConfigProblem>) {
        let mut configs = Vec::new();
        let mut problems = Vec::new();
        for (id, table) in &self.providers {
            match ProviderConfig::read(id, table) {
                Ok(config) => configs.push(config),
                Err(found) => problems.extend(found),
            }
        }
        (configs, problems)
    }
}

impl ProviderConfig {
    fn read(id: &str, table: &BTreeMap<String, Value>) -> Result<Self, Vec<ConfigProblem>> {
        let path = |key: &str| format!("providers.{id}.{key}");
        let mut problems = Vec::new();
        let name = ProviderId::new(id)
            .map_err(|error| ConfigProblem::new(format!("providers.{id:?}"), error.to_string()));
        let kind = match table.get("kind") {
            Some(Value::Text(kind)) => ProviderKind::new(kind.as_str())
                .map_err(|error| ConfigProblem::new(path("kind"), error.to_string())),
            Some(_) => Err(ConfigProblem::new(path("kind"), "is not text")),
            None => Err(ConfigProblem::new(path("kind"), "is missing; say which provider it is")),
        };
        let environment = match table.get("environment") {
            Some(Value::Text(text)) if text == "sandbox" => Ok(Environment::Sandbox),
            Some(Value::Text(text)) if text == "production" => Ok(Environment::Production),
            Some(_) => Err(ConfigProblem::new(
                path("environment"),
                "is neither \"sandbox\" nor \"production\"",
            )),
            None => Err(ConfigProblem::new(
                path("environment"),
                "is missing; say \"sandbox\" or \"production\"",
            )),
        };
        match (name, kind, environment) {
            (Ok(id), Ok(kind), Ok(environment)) => {
                Ok(Self { table: table.clone(), ..Self::new(id, kind, environment) })
            }
            (name, kind, environment) => {
                problems.extend(name.err());
                problems.extend(kind.err());
                problems.extend(environment.err());
                Err(problems)
            }
        }
    }

    /// A provider that is configured by code: without keys of its own.
    pub fn new(id: ProviderId, kind: ProviderKind, environment: Environment) -> Self {
        let place = format!("providers.{id}");
        Self {
            id,
            kind,
            environment,
            table: BTreeMap::new(),
            place,
            has_sandbox: true,
            warnings: Warnings::default(),
        }
    }

    /// What was found unwise while it was read; the [registry](crate::registry::Registry) puts it on
    /// the provider, as does whoever builds a provider by code.
    pub fn take_warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// Where a key is, such as `providers.acme-main.passcode`.
    pub fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.place)
    }
}

impl ConfigProblem {
    /// What is wrong at `path`. `message` must not hold the value.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        // A key or an identifier may be anything that a file can hold.
        let one_line = |text: String| printable::message(text).into_owned();
        Self { path: one_line(path.into()), message: one_line(message.into()) }
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl Environ {
    /// The variables of this process.
    pub fn system() -> Self {
        Self(Arc::new(|name| std::env::var(name).ok()))
    }

    /// These variables and no others.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        Self(Arc::new(move |name| variables.get(name).cloned()))
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }
}

impl fmt::Debug for Environ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environ(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_of_one_provider_is_changed() {
        let mut config = PaymentsConfig::single("main", [("kind".into(), "acme".into())].into());
        config.set_value("main", "compat.body", Some("json".into()));
        assert_eq!(config.value("main", "compat.body"), Some(&Value::from("json")));
        config.set_value("main", "compat.body", None);
        assert_eq!(config.value("main", "compat.body"), None);
        config.set_value("main", "kind", Some("other".into()));
        assert_eq!(config.value("main", "kind"), Some(&Value::from("other")));
        config.set_value("other", "kind", Some("acme".into()));
        assert_eq!(config.names().collect::<Vec<_>>(), ["main"]);
        assert!(config.only("other").is_none());
        assert_eq!(config.only("main").map(|one| one.names().count()), Some(1));
    }
}
