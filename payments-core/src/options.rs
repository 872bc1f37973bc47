//! Options that only one provider understands, on a request that any provider takes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Error, Result};

/// Typed options by provider kind. The provider reads its own and refuses unknown keys; a
/// request with options for one provider may be sent to another, which ignores them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeMap<String, String>);

/// A provider's own options for a request.
pub trait ProviderOptions: Serialize + DeserializeOwned {
    /// The kind of the provider that reads them.
    const KIND: &'static str;
}

impl Options {
    /// Puts options; earlier ones of the same provider are replaced.
    ///
    /// # Errors
    /// `InvalidRequest` if they cannot be written as JSON.
    pub fn set<T: ProviderOptions>(&mut self, options: &T) -> Result<()> {
        let text = serde_json::to_string(options).map_err(|error| {
            Error::invalid("options", "cannot be written as JSON").with_source(error)
        })?;
        self.0.insert(T::KIND.to_owned(), text);
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the options of one provider.
    ///
    /// # Errors
    /// `InvalidRequest` naming the key that the provider does not know.
    pub fn get<T: ProviderOptions>(&self) -> Result<Option<T>> {
        let Some(text) = self.0.get(T::KIND) else { return Ok(None) };
        serde_json::from_str(text).map(Some).map_err(|error| {
            // Unknown keys are named; what else serde says may quote a value.
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
    /// Only whose options they are: their values may be tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
