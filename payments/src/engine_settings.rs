//! The table `[engine]` of a configuration.

#[cfg(not(feature = "engine"))]
pub(crate) use absent::EngineSettings;
#[cfg(feature = "engine")]
pub(crate) use present::EngineSettings;

#[cfg(feature = "engine")]
mod present {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use payments_core::{Error, ErrorKind, ProviderId, Result, rules::AbsenceRule};
    use payments_engine::{Engine, EngineBuilder, Limits, SealingKey, Store};
    use provider_kit::config::{ConfigProblem, Environ, PaymentsConfig, Reader};

    use crate::Payments;

    /// The engine's store, the keys that it seals with, and its limits.
    #[derive(Clone, Debug)]
    pub(crate) struct EngineSettings {
        store: Store,
        keys: Vec<SealingKey>,
        limits: Limits,
        /// How long after an instruction an absence becomes conclusive, by provider.
        absences: BTreeMap<String, Duration>,
        retired: Vec<ProviderId>,
        /// The old and the new name of each renamed provider.
        renamed: Vec<(ProviderId, ProviderId)>,
    }

    impl EngineSettings {
        /// Reads the table `[engine]`. Returns `None` if the configuration does not have it.
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
            let limits = limits(&mut read);
            let mut absences = BTreeMap::new();
            for (provider, text) in read.texts("absence_after").unwrap_or_default() {
                match duration(&text) {
                    Ok(time) => drop(absences.insert(provider, time)),
                    Err(message) => read.problem("absence_after", format!("{provider} {message}")),
                }
            }
            let retired = read.optional_list("retired", |text| {
                ProviderId::new(text).map_err(|error| error.to_string())
            });
            let retired = retired.unwrap_or_default();
            let mut renamed = Vec::new();
            for (old, new) in read.texts("renamed").unwrap_or_default() {
                match (ProviderId::new(old), ProviderId::new(new)) {
                    (Ok(old), Ok(new)) => renamed.push((old, new)),
                    (Err(error), _) | (_, Err(error)) => {
                        read.problem("renamed", error.to_string());
                    }
                }
            }
            match (store, read.finish()) {
                (Some(store), problems) if problems.is_empty() => {
                    Ok(Some(Self { store, keys, limits, absences, retired, renamed }))
                }
                (_, problems) => Err(problems),
            }
        }
    }

    /// Returns the limits that the table sets, for every provider.
    fn limits(read: &mut Reader<'_>) -> Limits {
        let mut limits = Limits::default();
        let usual = limits.clone();
        let mut time = |key, usual| read.optional_parsed(key, duration).unwrap_or(usual);
        limits.send_within = time("send_within", usual.send_within);
        limits.quiet = time("quiet", usual.quiet);
        limits.send_for = time("send_for", usual.send_for);
        limits.ask_for = time("ask_for", usual.ask_for);
        let mut number = |key, usual: i64| read.integer(key, usual, 1..=10_000).unwrap_or(usual);
        let at_once = number("at_once", i64::try_from(usual.at_once).unwrap_or(1));
        let hold_after = number("hold_after", i64::from(usual.hold_after));
        limits
            .with_at_once(usize::try_from(at_once).unwrap_or(usual.at_once))
            .with_hold_after(u32::try_from(hold_after).unwrap_or(usual.hold_after))
    }

    /// Parses a duration such as `90s`, `5m`, `24h` or `7d`.
    fn duration(text: &str) -> Result<Duration, String> {
        let wrong = || "is not a time such as \"90s\", \"5m\", \"24h\" or \"7d\"".to_owned();
        let (number, seconds) =
            match text.trim().split_at_checked(text.trim().len().saturating_sub(1)) {
                Some((number, "s")) => (number, 1),
                Some((number, "m")) => (number, 60),
                Some((number, "h")) => (number, 3_600),
                Some((number, "d")) => (number, 86_400),
                _ => return Err(wrong()),
            };
        let number: u32 = number.parse().map_err(|_| wrong())?;
        match u64::from(number).checked_mul(seconds) {
            Some(seconds) if number > 0 => Ok(Duration::from_secs(seconds)),
            _ => Err(wrong()),
        }
    }

    /// Opens the store at an address. An error does not repeat the address, which may contain a
    /// password.
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
        /// Returns a builder for the durable engine, with every provider of this hub and the
        /// settings of the table `[engine]`:
        ///
        /// ```toml
        /// [engine]
        /// store = "sqlite:shop.db"         # or { env = "DATABASE_URL" } with postgres://…
        /// key = { file = "engine.key" }   # seals names and accounts; newest first in a list
        /// quiet = "5m"                     # see Limits: send_within, quiet, send_for, ask_for,
        /// at_once = 8                      # at_once and hold_after, for every provider
        /// absence_after = { hpay = "24h" } # a payout unknown so long after it was sent has failed
        /// retired = ["old"]                # providers that were removed for good
        /// renamed = { shop1 = "shop-main" } # providers whose names changed: the old and the new one
        /// ```
        ///
        /// # Errors
        /// Returns [`Configuration`](crate::ErrorKind::Configuration) if the configuration does not
        /// have that table. Without one, use [`Engine::builder`].
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
            let builder = settings
                .retired
                .iter()
                .cloned()
                .fold(builder, EngineBuilder::with_retired_provider);
            let builder = settings
                .renamed
                .iter()
                .cloned()
                .fold(builder, |builder, (old, new)| builder.with_renamed_provider(old, new));
            for name in settings.absences.keys() {
                let mut providers = self.unjournaled().iter();
                if !providers.any(|provider| provider.id().as_str() == name) {
                    let message = format!(
                        "engine.absence_after names {name}, which is not one of the providers"
                    );
                    return Err(Error::new(ErrorKind::Configuration, message));
                }
            }
            Ok(self.unjournaled().iter().cloned().fold(builder, |builder, provider| {
                let id = provider.id().to_string();
                let has_limits = provider.payouts().is_ok()
                    || provider.payments().is_ok()
                    || provider.virtual_accounts().is_ok();
                let mut limits = settings.limits.clone();
                if let Some(time) = settings.absences.get(&id) {
                    limits = limits.with_absence(AbsenceRule::After(*time));
                }
                let builder = builder.with_provider(provider);
                if has_limits { builder.with_limits(id, limits) } else { builder }
            }))
        }
    }
}

#[cfg(not(feature = "engine"))]
mod absent {
    use provider_kit::config::{ConfigProblem, Environ, PaymentsConfig};

    /// Uninhabited, because the engine is not compiled in.
    #[derive(Clone, Debug)]
    pub(crate) enum EngineSettings {}

    impl EngineSettings {
        /// Rejects the table `[engine]`.
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
