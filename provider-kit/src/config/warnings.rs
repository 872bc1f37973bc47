//! Warnings about a configuration that works but is unwise.

use std::sync::{Arc, Mutex, PoisonError};

/// The warnings found while the configuration of one provider was read. Every copy of the
/// configuration shares the list, so that the registry receives the warnings of a provider's
/// reader.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    /// Adds a warning, unless it is in the list already.
    pub(crate) fn add(&self, warning: String) {
        let mut warnings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// Removes and returns the warnings.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
