//! The keys of a provider's table in a configuration file, for the simulated gateway of its kind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use crate::toml_text::inline;

/// The keys of a provider's table, which a simulated gateway uses instead of its test values. Empty
/// if the configuration does not have the table.
///
/// A key that the gateway neither reads nor [ignores](Self::check_rest) is an error that names it.
#[derive(Clone, Default)]
pub struct GivenKeys {
    /// The path of the table: `providers.NAME`.
    path: String,
    table: toml::Table,
    read: Arc<Mutex<BTreeSet<String>>>,
    /// The secrets that were read, by their keys.
    secrets: Arc<Mutex<BTreeMap<String, String>>>,
}

impl GivenKeys {
    pub(crate) fn new(path: impl Into<String>, table: toml::Table) -> Self {
        Self { path: path.into(), table, ..Self::default() }
    }

    /// Returns the text of a key, or `None` if the table does not have the key.
    ///
    /// # Errors
    /// The value is not a text.
    pub fn text(&self, key: &str) -> io::Result<Option<String>> {
        match self.value(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.problem(key, "is not a text")),
        }
    }

    /// Returns the whole number of a key, or `None` if the table does not have the key.
    ///
    /// # Errors
    /// The value is not a whole number, or is negative.
    pub fn number(&self, key: &str) -> io::Result<Option<usize>> {
        match self.value(key) {
            None => Ok(None),
            Some(toml::Value::Integer(number)) => {
                let number = usize::try_from(*number);
                number.map(Some).map_err(|_| self.problem(key, "is negative"))
            }
            Some(_) => Err(self.problem(key, "is not a whole number")),
        }
    }

    /// Returns the boolean of a key, or `None` if the table does not have the key.
    ///
    /// # Errors
    /// The value is neither `true` nor `false`.
    pub fn flag(&self, key: &str) -> io::Result<Option<bool>> {
        match self.value(key) {
            None => Ok(None),
            Some(toml::Value::Boolean(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.problem(key, "is neither true nor false")),
        }
    }

    /// Returns the texts of a key, which may be a list or one text. It is empty if the table does
    /// not have the key.
    ///
    /// # Errors
    /// The value is neither a text nor a list of texts.
    pub fn texts(&self, key: &str) -> io::Result<Vec<String>> {
        let no_texts = || self.problem(key, "is neither a text nor a list of texts");
        match self.value(key) {
            None => Ok(Vec::new()),
            Some(toml::Value::Array(several)) => {
                let text = |one: &toml::Value| one.as_str().map(str::to_owned);
                several.iter().map(|one| text(one).ok_or_else(no_texts)).collect()
            }
            Some(one) => Ok(vec![one.as_str().ok_or_else(no_texts)?.to_owned()]),
        }
    }

    /// Returns the keys of a table in the table, which are empty if it does not exist. Call
    /// [`check_rest`](Self::check_rest) for them separately.
    ///
    /// # Errors
    /// The value is not a table.
    pub fn table(&self, key: &str) -> io::Result<Self> {
        match self.value(key) {
            None => Ok(Self::new(format!("{}.{key}", self.path), toml::Table::new())),
            Some(toml::Value::Table(table)) => {
                Ok(Self::new(format!("{}.{key}", self.path), table.clone()))
            }
            Some(_) => Err(self.problem(key, "is not a table")),
        }
    }

    /// Returns whether the value of a key is a table.
    pub fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(toml::Value::is_table)
    }

    /// Returns every key of the table.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(String::as_str)
    }

    /// Returns the names and texts of the table `formulas`.
    ///
    /// # Errors
    /// The value is not a table of texts.
    pub fn formulas(&self) -> io::Result<Vec<(String, String)>> {
        let formulas = self.table("formulas")?;
        let text = |name: &String| Ok((name.clone(), formulas.text(name)?.unwrap_or_default()));
        formulas.table.keys().map(text).collect()
    }

    /// Returns the secret of a key: the value of `{ env = "…" }` or `{ file = "…" }`, or the text
    /// itself, and of several the newest. The sandbox does not print it. It is `None` if the table
    /// does not have the key.
    ///
    /// # Errors
    /// The secret cannot be read.
    pub fn secret(&self, key: &str) -> io::Result<Option<String>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let newest = match value {
            toml::Value::Array(several) => several.first(),
            one => Some(one),
        };
        let named = |table: &toml::Table, name: &str| {
            table.get(name).and_then(toml::Value::as_str).map(str::to_owned)
        };
        let secret = match newest {
            Some(toml::Value::String(secret)) => secret.clone(),
            Some(toml::Value::Table(table)) => match (named(table, "env"), named(table, "file")) {
                (Some(variable), None) => std::env::var(&variable).map_err(|_| {
                    self.problem(key, format_args!("the variable {variable} is not set"))
                })?,
                (None, Some(file)) => {
                    let content = std::fs::read_to_string(&file).map_err(|error| {
                        self.problem(key, format_args!("{file} cannot be read: {error}"))
                    })?;
                    content.trim_end_matches(['\r', '\n']).to_owned()
                }
                _ => return Err(self.problem(key, "is neither { env = … } nor { file = … }")),
            },
            _ => return Err(self.problem(key, "is not a secret")),
        };
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(key.to_owned(), secret.clone());
        Ok(Some(secret))
    }

    /// Checks that every key was read, except for those in `ignored`, which do not concern the
    /// gateway. Call it after all others were read.
    ///
    /// # Errors
    /// The table contains a key that was neither read nor ignored.
    pub fn check_rest(&self, ignored: &[&str]) -> io::Result<()> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for key in self.table.keys() {
            let is_general = ["kind", "environment"].contains(&key.as_str());
            if !is_general && !read.contains(key) && !ignored.contains(&key.as_str()) {
                return Err(
                    self.problem(key, "the simulated gateway does not have this key: leave it out")
                );
            }
        }
        Ok(())
    }

    /// Creates an error about a key.
    pub fn problem(&self, key: &str, why: impl fmt::Display) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidInput, format!("{}.{key}: {why}", self.path))
    }

    /// Returns the secrets that were read, by their keys.
    pub(crate) fn secrets(&self) -> BTreeMap<String, String> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns where the secret of a key is kept, in TOML, or `None` if it is in the table itself.
    pub(crate) fn reference(&self, key: &str) -> Option<String> {
        let value = self.table.get(key)?;
        let newest = value.as_array().and_then(|several| several.first()).unwrap_or(value);
        let table = newest.as_table()?;
        ["env", "file"]
            .into_iter()
            .find_map(|name| Some(format!("{{ {name} = {} }}", inline(table.get(name)?))))
    }

    /// Returns the keys of the table besides those of `printed`, as TOML, because the client also
    /// needs them. Keys with a secret are left out.
    pub(crate) fn rest(&self, printed: &[&str]) -> Vec<(String, String)> {
        let secrets = self.secrets();
        let is_left = |key: &str| {
            !["kind", "environment"].contains(&key)
                && !printed.contains(&key)
                && !secrets.contains_key(key)
        };
        let rows = self.table.iter().filter(|(key, _)| is_left(key));
        rows.map(|(key, value)| (key.clone(), inline(value))).collect()
    }

    fn value(&self, key: &str) -> Option<&toml::Value> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        self.table.get(key)
    }
}

/// Shows no values, because any of them may be a secret.
impl fmt::Debug for GivenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenKeys").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(toml: &str) -> GivenKeys {
        GivenKeys::new("providers.acme", toml::from_str(toml).unwrap())
    }

    #[test]
    fn what_is_not_read_is_refused_by_its_name() {
        let keys =
            given("kind = 'acme'\nid = 'x'\nurl = 'u'\nodd = 1\nformulas.a = 'b'\nmore.c = 1");
        assert_eq!(keys.text("id").unwrap().as_deref(), Some("x"));
        let error =
            |keys: &GivenKeys, ignored: &[&str]| keys.check_rest(ignored).unwrap_err().to_string();
        assert!(error(&keys, &["url", "odd", "more"]).starts_with("providers.acme.formulas: "));
        assert_eq!(keys.formulas().unwrap(), [("a".to_owned(), "b".to_owned())]);
        assert!(error(&keys, &["url", "more"]).starts_with("providers.acme.odd: "));
        let more = keys.table("more").unwrap();
        assert!(error(&more, &[]).starts_with("providers.acme.more.c: "));
        assert!(keys.check_rest(&["url", "odd"]).is_ok());
        assert!(keys.text("odd").unwrap_err().to_string().contains("providers.acme.odd"));
    }

    #[test]
    fn a_secret_is_the_newest_and_printed_as_its_reference() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "s3cret\n").unwrap();
        let keys = given(&format!(
            "one = {{ file = '{0}' }}\nall = [{{ file = '{0}' }}, 'old']\nplain = 'p'\n\
             missing = {{ file = '/nowhere' }}",
            file.display()
        ));
        for key in ["one", "all"] {
            assert_eq!(keys.secret(key).unwrap().as_deref(), Some("s3cret"));
            let reference = format!("{{ file = \"{}\" }}", file.display());
            assert_eq!(keys.reference(key), Some(reference));
        }
        assert_eq!(keys.secret("plain").unwrap().as_deref(), Some("p"));
        assert_eq!((keys.reference("plain"), keys.secret("none").unwrap()), (None, None));
        assert!(keys.secret("missing").unwrap_err().to_string().contains("/nowhere"));
        assert!(!format!("{keys:?}").contains("s3cret"));
    }
}
