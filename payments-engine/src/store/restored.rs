//! The reason why a store seems to be an older copy of itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why a store seems to be an older copy of itself, if it does, and whether a person accepted such
/// a store. Clones share it, so that it can also be set for a store that is replaced while the
/// engine runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Restored(Arc<Mutex<Found>>);

/// What a store says about its age.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Why it seems to be an older copy, or `None` if it does not.
    pub(super) why: Option<String>,
    /// How often engines had started on the store when a person last accepted it as an older copy;
    /// 0 if nobody accepted it.
    pub(super) accepted: u64,
}

impl Restored {
    pub(crate) fn new(why: Option<String>) -> Self {
        Self(Arc::new(Mutex::new(Found { why, accepted: 0 })))
    }

    pub(crate) fn why(&self) -> Option<String> {
        self.found().why.clone()
    }

    /// Returns whether a record of this start may be older than what was sent for it, because a
    /// person accepted an older copy of the store since.
    pub(crate) fn is_accepted_since(&self, start: u64) -> bool {
        let accepted = self.found().accepted;
        accepted > 0 && start <= accepted
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "others find it at start"))]
    pub(super) fn set(&self, found: Found) {
        let mut known = self.found();
        if known.why.is_none()
            && let Some(why) = &found.why
        {
            tracing::error!("nothing is sent until a person accepts the store: {why}");
        }
        *known = found;
    }
}
