//! Seals stored rows with the first key.

use payments_core::{Error, ErrorKind, Result};

use super::Engine;
use crate::store::StoreError;

/// The maximum number of rows that one transaction seals. It limits how long other work waits.
const ROWS: usize = 200;

impl Engine {
    /// Seals with the first key every stored row that was sealed with another key or not at all,
    /// and returns the number of those rows. Afterwards this store no longer needs the other keys,
    /// but its backups do.
    ///
    /// It works beside running engines, and on a visitor, if all of them have the new key as their
    /// first one. An engine with another first key continues to seal with that key.
    ///
    /// # Errors
    /// Returns [`Configuration`](payments_core::ErrorKind::Configuration) if there is no key to
    /// seal with. A row was sealed with a missing key, or the journal cannot be used. Rows that
    /// were already sealed stay so, and a repeated call continues with the rest.
    pub async fn reseal(&self) -> Result<u64> {
        let shared = self.shared();
        if shared.journal.seal.key_id().is_none() {
            let message = "there is no key to seal with: give one with_keys";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let (mut changed, mut column) = (0, 0);
        let mut after = (String::new(), String::new());
        loop {
            let from = after.clone();
            let store = &shared.journal.store;
            let some = store.run(move |backend| backend.reseal(column, &from, ROWS, None));
            let Some(resealed) = some.await.map_err(StoreError::into_error)? else {
                return Ok(changed);
            };
            changed += resealed.changed;
            match resealed.last {
                Some(last) => after = last,
                None => (column, after) = (column + 1, (String::new(), String::new())),
            }
        }
    }
}
