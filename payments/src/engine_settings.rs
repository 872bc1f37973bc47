//! The table `[engine]` of a configuration.

#[cfg(not(feature = "engine"))]
pub(crate) use absent::EngineSettings;
#[cfg(feature = "engine")]
pub(crate) use present::EngineSettings;

#[cfg(feature = "engine")]
mod present {
    use payments_core::{
        Error, ErrorKind, Result,
        config::{ConfigProblem, Environ, PaymentsConfig, Reader},
    };
    use payments_engine::{Engine, EngineBuilder, SealingKey, Store};

    use crate::Payments;

    /// Where the engine stores, and the keys that it seals with.
    #[derive(Clone, Debug)]
    pub(crate) struct EngineSettings {
        store: Store,
        keys: Vec<SealingKey>,
    }

    impl EngineSettings {
        /// Reads the table `[engine]`; `None` if there is none.
        pub(crate) fn read(
            config: &PaymentsConfig,
            environ: &Environ,
        ) -> Result<Option<Self>, Vec<ConfigProblem>> {
            let Some(config) = config.engine() else { return Ok(None) };
            let mut read = Reader::new(&config, environ);
            let store = read.bytes("store").and_then(|address| match store(&address) {
                Ok(store) => Some(store),
                Err(message) => {
                    read.problem("store", message);
                    None
                }
            });
            let mut keys = Vec::new();
            for secret in read.optional_keys("key").iter().flat_map(|keys| keys.iter()) {
                match SealingKey::new(secret) {
                    Ok(key) => keys.push(key),
                    Err(error) => read.problem("key", error.to_string()),
                }
            }
            match (store, read.finish()) {
                (Some(store), problems) if problems.is_empty() => Ok(Some(Self { store, keys })),
                (_, problems) => Err(problems),
            }
        }
    }

    /// The store at an address. An error does not repeat the address, which may hold a password.
    fn store(address: &[u8]) -> Result<Store, &'static str> {
        let address = std::str::from_utf8(address).map_err(|_| "is not UTF-8 text")?.trim_end();
        match address.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Store::sqlite(path)),
            Some(("postgres" | "postgresql", _)) => Ok(Store::postgres(address)),
            _ => Err("is neither sqlite: and the path of a file, such as \"sqlite:shop.db\", nor \
                 postgres:// and the address of a database"),
        }
    }

    impl Payments {
        /// Sets up the durable engine with every provider of this hub, the store and the keys of the
        /// table `[engine]`:
        ///
        /// ```toml
        /// [engine]
        /// store = "sqlite:shop.db"         # or { env = "DATABASE_URL" } with postgres://…
        /// key = { file = "engine.key" }   # seals names and accounts; newest first in a list
        /// ```
        ///
        /// # Errors
        /// `Configuration` if the configuration has no such table. [`Engine::builder`] sets an engine up
        /// without one.
        pub fn engine(&self) -> Result<EngineBuilder> {
            let settings = self.engine_settings().ok_or_else(|| {
                let message =
                    "the configuration has no [engine]; add it with store = \"sqlite:shop.db\"";
                Error::new(ErrorKind::Configuration, message)
            })?;
            let builder = Engine::builder()
                .with_store(settings.store.clone())
                .with_keys(settings.keys.clone())
                .with_clock(self.clock());
            Ok(self.providers().cloned().fold(builder, EngineBuilder::with_provider))
        }
    }
}

#[cfg(not(feature = "engine"))]
mod absent {
    use payments_core::config::{ConfigProblem, Environ, PaymentsConfig};

    /// Never made: the engine is not compiled in.
    #[derive(Clone, Debug)]
    pub(crate) enum EngineSettings {}

    impl EngineSettings {
        /// Refuses the table `[engine]`.
        pub(crate) fn read(
            config: &PaymentsConfig,
            _: &Environ,
        ) -> Result<Option<Self>, Vec<ConfigProblem>> {
            let message =
                "the engine is not compiled in; turn on the cargo feature \"engine\" of payments";
            match config.engine() {
                Some(_) => Err(vec![ConfigProblem::new("engine", message)]),
                None => Ok(None),
            }
        }
    }
}
