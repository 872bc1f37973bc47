//! What a person does to a store without starting an engine on it.

use payments_core::{Error, ErrorKind, Result};

use super::{EngineBuilder, running::on_a_thread};
use crate::{sealing::Seal, store::Store};

/// The numbers of a store's schema before and after its migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migrated {
    /// Before; 0 if the store had no tables of an engine.
    pub from: u64,
    /// Now: that of this version.
    pub to: u64,
}

impl EngineBuilder {
    /// Brings the tables of the store up to date, as [`start`](Self::start) does, and starts nothing: for
    /// a deployment that changes tables before its engines. Changes only add, and engines of an
    /// earlier version that can read the result go on.
    ///
    /// # Errors
    /// `Configuration` if there is no store, or if its tables are of a later version that this one
    /// cannot read; `Unavailable` if the store cannot be used.
    pub async fn migrate(self) -> Result<Migrated> {
        let (store, now) = (self.named_store()?, self.clock.now());
        let (from, to) = on_a_thread(move || store.migrate(now)).await?;
        Ok(Migrated { from, to })
    }

    /// Accepts a store that seems to be an older copy of itself, by a person's word, and returns why
    /// it seemed so; `None` if it did not. What the store does not know of may have been sent, and will
    /// be sent again if it is instructed again: compare with the gateway first.
    ///
    /// A file of SQLite is accepted while no engine runs on it. On PostgreSQL engines that run follow
    /// within seconds.
    ///
    /// # Errors
    /// `Configuration` if there is no store or if an engine sends from its file; `Unavailable` if the
    /// store cannot be used.
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

    /// The store that was named.
    pub(super) fn named_store(&self) -> Result<Store> {
        self.store.clone().ok_or_else(|| {
            Error::new(ErrorKind::Configuration, "the engine has no store: name one with_store")
        })
    }
}
