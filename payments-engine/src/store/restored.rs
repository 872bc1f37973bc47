//! The reason why a store seems to be an older copy of itself.

use std::sync::{Arc, Mutex, PoisonError};

/// Why a store seems to be an older copy of itself, if it does. Clones share it, so that it can
/// also be set for a store that is replaced while the engine runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Restored(Arc<Mutex<Option<String>>>);

impl Restored {
    pub(crate) fn new(why: Option<String>) -> Self {
        Self(Arc::new(Mutex::new(why)))
    }

    pub(crate) fn why(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "others find it at start"))]
    pub(super) fn set(&self, why: Option<String>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none()
            && let Some(why) = &why
        {
            tracing::error!("nothing is sent until a person accepts the store: {why}");
        }
        *known = why;
    }
}
