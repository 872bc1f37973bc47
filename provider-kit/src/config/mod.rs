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

use payments_core::{Environment, ProviderId, ProviderKind, printable_message};

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
    /// The kinds that must be linked, so that a missing cargo feature is reported at start.
    #[serde(default)]
    pub expect: Vec<String>,
    /// The names of the providers to prefer if several can serve a request, in order.
    #[serde(default)]
    pub prefer: Vec<String>,
    /// The providers by name.
    #[serde(default, deserialize_with = "table::providers")]
    providers: BTreeMap<String, BTreeMap<String, Value>>,
    /// The configuration of the durable engine, if the app uses it.
    #[serde(default)]
    engine: Option<BTreeMap<String, Value>>,
}

/// The configuration of one provider, or of the engine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProviderConfig {
    /// The name of the provider.
    pub id: ProviderId,
    /// The kind of the provider.
    pub kind: ProviderKind,
    /// The environment of the provider.
    pub environment: Environment,
    table: BTreeMap<String, Value>,
    /// The path of its table, such as `providers.acme-main`.
    place: String,
    /// Whether the gateway has a test system. The registry sets it.
    pub(crate) has_sandbox: bool,
    /// The warnings found while it was read.
    pub(crate) warnings: Warnings,
}

/// One problem of a configuration: its path, and what to do. It never contains the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    path: String,
    message: String,
}

/// Environment variables, passed as a parameter.
#[derive(Clone)]
pub struct Environ(Arc<Lookup>);

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl PaymentsConfig {
    /// Creates a configuration of one provider, mostly for tests.
    pub fn single(id: impl Into<String>, table: BTreeMap<String, Value>) -> Self {
        Self {
            expect: Vec::new(),
            prefer: Vec::new(),
            providers: BTreeMap::from([(id.into(), table)]),
            engine: None,
        }
    }

    /// Returns the names of the configured providers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.providers.keys().map(String::as_str)
    }

    /// Returns a configuration with this provider only, or `None` if there is no provider of this
    /// name.
    pub fn only(&self, provider: &str) -> Option<Self> {
        let table = self.providers.get(provider)?.clone();
        Some(Self::single(provider, table))
    }

    /// Returns the value of a provider's key. A key in a table is written with the table, as in
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

    /// Sets a provider's key, written as for [`value`](Self::value). `None` removes it. It does
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

    /// Returns the table `[engine]`, if there is one. Its environment is production if that of any
    /// provider is.
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

    /// Returns the providers, and the problems of those that are left out.
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
            None => {
                Err(ConfigProblem::new(path("kind"), "is missing; set the kind of the provider"))
            }
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
                "is missing; set \"sandbox\" or \"production\"",
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

    /// Creates the configuration of a provider that is built in code, without keys.
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

    /// Returns the warnings found while it was read. The [registry](crate::registry::Registry) adds
    /// them to the provider; code that builds a provider itself has to do the same.
    pub fn take_warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// Returns the path of a key, such as `providers.acme-main.passcode`.
    pub fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.place)
    }
}

impl ConfigProblem {
    /// Creates a problem at `path`. `message` must not contain the value.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        // A key or an identifier may be any text of a file.
        let one_line = |text: String| printable_message(text).into_owned();
        Self { path: one_line(path.into()), message: one_line(message.into()) }
    }

    /// Returns the path of the problem.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the problem and what to do.
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
    /// Returns the environment variables of this process.
    pub fn system() -> Self {
        Self(Arc::new(|name| std::env::var(name).ok()))
    }

    /// Creates an environment with these variables only.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        Self(Arc::new(move |name| variables.get(name).cloned()))
    }

    /// Returns the value of a variable, or `None` if it is not set.
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
