//! The place where a value of a configuration is stored.

use std::fmt;
use std::path::Path;

use payments_core::Secret;
use serde::Deserialize;

use super::Value;

/// The place where a value is stored: an environment variable, `{ env = "…" }`, a file, `{ file =
/// "…" }`, or the configuration itself. A secret in the configuration itself is accepted in the
/// sandbox and refused in production.
///
/// ```
/// use provider_kit::config::Source;
///
/// let passcode = Source::env("ACME_PASSCODE");
/// // During a change at the gateway, give both, the newest first.
/// let passcodes = Source::newest_first([passcode, Source::file("/run/secrets/old-passcode")]);
/// assert!(!format!("{passcodes:?}").contains("PASSCODE"));
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Source(Value);

impl Source {
    /// Uses the value of an environment variable.
    pub fn env(variable: impl Into<String>) -> Self {
        Self::table("env", variable.into())
    }

    /// Uses the content of a file.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self::table("file", path.as_ref().to_string_lossy().into_owned())
    }

    /// Creates a source that is the value itself. For a secret, such a source is accepted in the
    /// sandbox and refused in production; see [`secret`](Self::secret).
    pub fn text(value: impl Into<String>) -> Self {
        Self(Value::Text(value.into()))
    }

    /// Uses a secret that the program has already, for tests and simulators. With `environment =
    /// "production"` building the provider fails with a [`ConfigProblem`](super::ConfigProblem), as
    /// for every secret in plain text: name a variable or a file in production.
    pub fn secret(secret: &Secret) -> Self {
        Self::text(secret.expose())
    }

    /// Uses several values, newest first, for a key that accepts a list, so that secrets can be
    /// rotated.
    pub fn newest_first(sources: impl IntoIterator<Item = Self>) -> Self {
        Self(Value::List(sources.into_iter().map(|source| source.0).collect()))
    }

    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    fn table(key: &str, value: String) -> Self {
        Self(Value::Table([(key.to_owned(), Value::Text(value))].into()))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.0).finish()
    }
}
