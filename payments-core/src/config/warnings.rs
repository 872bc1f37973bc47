//! What in a configuration works and is unwise.

use std::sync::{Arc, Mutex, PoisonError};

/// What was found unwise while the configuration of one provider was read. Every copy of the
/// configuration has the same list, so that the registry finds what a provider's reader noted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    /// Notes a warning, once.
    pub(crate) fn add(&self, warning: String) {
        let mut warnings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    /// The warnings, which are not noted any more.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
