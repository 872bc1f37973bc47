//! Seals what is stored with the first key.

use payments_core::{Error, ErrorKind, Result};

use super::Engine;
use crate::store::StoreError;

/// How many rows one transaction seals anew: other work waits no longer than that.
const ROWS: usize = 200;

impl Engine {
    /// Seals every stored row with the first key that was not sealed with it, and returns how many
    /// there were. After it the other keys open nothing in this store any more; backups still need
    /// them.
    ///
    /// Works beside engines that run and as a visitor, if every one of them has the new key as its
    /// first: an engine with another first key goes on sealing with that one.
    ///
    /// # Errors
    /// `Configuration` if there is no key to seal with; a row was sealed with a key that is missing;
    /// the journal cannot be used. What was sealed anew before stays so, and the same call goes on.
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
            let some = store.run(move |backend| backend.reseal(column, &from, ROWS));
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
