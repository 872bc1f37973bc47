//! Changes that a person makes to a store without starting an engine on it.

use payments_core::{Error, ErrorKind, Result};

use super::{EngineBuilder, running::on_a_thread};
use crate::{sealing::Seal, store::Store};

/// The versions of a store's schema before and after its migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migrated {
    /// The version before; 0 if the store had no tables of an engine.
    pub from: u64,
    /// The version now, which is that of this crate.
    pub to: u64,
}

impl EngineBuilder {
    /// Updates the tables of the store, as [`start`](Self::start) does, without starting an engine.
    /// Use it for a deployment that changes tables before it replaces engines.
    ///
    /// Changes only add to the tables. Running engines of an earlier version that can read the
    /// result continue.
    ///
    /// # Errors
    /// Returns [`Configuration`](payments_core::ErrorKind::Configuration) if no store was set, or
    /// if its tables are of a later version that this one cannot read. Returns
    /// [`Unavailable`](payments_core::ErrorKind::Unavailable) if the store cannot be used.
    pub async fn migrate(self) -> Result<Migrated> {
        let (store, now) = (self.named_store()?, self.clock.now());
        let (from, to) = on_a_thread(move || store.migrate(now)).await?;
        Ok(Migrated { from, to })
    }

    /// Accepts a store that seems to be an older copy of itself, by a person's decision. Returns
    /// why it seemed so, or `None` if it did not.
    ///
    /// Compare the store with the gateway first: instructions that the store has lost may have been
    /// sent, and are sent again if they are instructed again.
    ///
    /// A SQLite file can be accepted only while no engine runs on it. On PostgreSQL, running
    /// engines continue within seconds.
    ///
    /// # Errors
    /// Returns [`Configuration`](payments_core::ErrorKind::Configuration) if no store was set or if
    /// an engine sends from its file. Returns
    /// [`Unavailable`](payments_core::ErrorKind::Unavailable) if the store cannot be used.
    pub async fn accept_store(self) -> Result<Option<String>> {
        let (store, now) = (self.named_store()?, self.clock.now());
        let seal = Seal::new(self.keys);
        let accept = move || {
            let open = |accepts| {
                let (mut backend, opened) = store.open(now, accepts, &seal)?;
                backend.close();
                Ok::<_, Error>(opened.restored.why())
            };
            let why = open(false)?;
            if why.is_some() {
                open(true)?;
            }
            Ok(why)
        };
        on_a_thread(accept).await
    }

    /// Returns the store that was set.
    pub(super) fn named_store(&self) -> Result<Store> {
        self.store.clone().ok_or_else(|| {
            Error::new(ErrorKind::Configuration, "the engine has no store: name one with_store")
        })
    }
}
