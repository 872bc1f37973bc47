//! Where a value of a configuration is kept.

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use super::Value;
use crate::Secret;

/// Where a value is kept: in an environment variable, `{ env = "…" }`, in a file, `{ file = "…" }`, or
/// in the configuration itself, which for a secret is allowed in the sandbox only.
///
/// ```
/// use payments_core::config::Source;
///
/// let passcode = Source::env("ACME_PASSCODE");
/// // While the gateway changes it: newest first.
/// let passcodes = Source::newest_first([passcode, Source::file("/run/secrets/old-passcode")]);
/// assert!(!format!("{passcodes:?}").contains("PASSCODE"));
/// ```
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Source(Value);

impl Source {
    /// The value of an environment variable.
    pub fn env(variable: impl Into<String>) -> Self {
        Self::table("env", variable.into())
    }

    /// The content of a file.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self::table("file", path.as_ref().to_string_lossy().into_owned())
    }

    /// The value itself. As a secret it is accepted in the sandbox only, see
    /// [`secret`](Self::secret).
    pub fn text(value: impl Into<String>) -> Self {
        Self(Value::Text(value.into()))
    }

    /// A secret that the program holds already, for tests and simulators. With `environment =
    /// "production"` building the provider fails with a [`ConfigProblem`](super::ConfigProblem), as
    /// it does for every secret in plain text: name a variable or a file there.
    pub fn secret(secret: &Secret) -> Self {
        Self::text(secret.expose())
    }

    /// Several values, newest first, where a key accepts them, so that secrets can be rotated.
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
