//! Request options that only one provider understands.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Error, Result};

/// Request options by provider kind. Each provider reads the options of its own kind, refusing
/// unknown keys, and ignores those of other providers.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeMap<String, String>);

/// A provider's own options for a request.
pub trait ProviderOptions: Serialize + DeserializeOwned {
    /// The kind of the provider that reads the options.
    const KIND: &'static str;
}

impl Options {
    /// Sets the options of one provider and replaces its earlier ones.
    ///
    /// # Errors
    /// Returns `InvalidRequest` if the options cannot be serialised as JSON.
    pub fn set<T: ProviderOptions>(&mut self, options: &T) -> Result<()> {
        let text = serde_json::to_string(options).map_err(|error| {
            Error::invalid("options", "cannot be written as JSON").with_source(error)
        })?;
        self.0.insert(T::KIND.to_owned(), text);
        Ok(())
    }

    /// Returns whether there are no options.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the options of one provider, or `None` if there are none.
    ///
    /// # Errors
    /// Returns `InvalidRequest` if the options have a key that the provider does not know, naming
    /// the key, or a value that it cannot read.
    pub fn get<T: ProviderOptions>(&self) -> Result<Option<T>> {
        let Some(text) = self.0.get(T::KIND) else { return Ok(None) };
        serde_json::from_str(text).map(Some).map_err(|error| {
            // The error names an unknown key; other errors of serde may quote a value.
            let said = error.to_string();
            let what = if said.starts_with("unknown field") {
                said
            } else {
                format!("wrong at column {}", error.column())
            };
            Error::invalid("options", format!("{}: {what}", T::KIND))
        })
    }
}

impl fmt::Debug for Options {
    /// Shows the provider kinds only, because the values may be tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
