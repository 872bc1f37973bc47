//! The hub, which contains every configured provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use payments_core::{Clock, Error, ErrorKind, Provider, ProviderId, Result, Role, Timestamp};
use provider_kit::{
    config::PaymentsConfig,
    registry::{ConfigProblems, Context, Registry},
};

use crate::engine_settings::EngineSettings;

/// The Cargo features of this crate that link the provider of the same kind.
const FEATURES: &[&str] = &["hpay", "mock", "payos", "sepay"];

/// The hub: every configured provider by name, each wrapped in its layers.
#[derive(Clone)]
pub struct Payments {
    providers: BTreeMap<ProviderId, Provider>,
    preference: Vec<ProviderId>,
    clock: Arc<dyn Clock>,
    #[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "always empty"))]
    engine: Option<EngineSettings>,
    /// The providers without the journal, for the engine of the table `[engine]`. The providers of
    /// the hub refuse instructions until it is behind the journal.
    #[cfg(feature = "engine")]
    unjournaled: Vec<Provider>,
    /// The engine that journals the calls to the providers, if there is one.
    #[cfg(feature = "engine")]
    journal: Option<payments_engine::Engine>,
}

impl Payments {
    /// Builds every provider of a configuration from the linked registrations, with the default
    /// HTTP client.
    ///
    /// # Errors
    /// Returns [`Configuration`](crate::ErrorKind::Configuration), listing every problem.
    #[cfg(all(feature = "reqwest", feature = "inventory"))]
    pub fn from_config(config: &PaymentsConfig) -> Result<Self> {
        use provider_kit::transport::{HttpClient, HttpClientSettings};

        let client = HttpClient::new(HttpClientSettings::default())?;
        Self::build(config, &Registry::linked(), &Context::new(Arc::new(client)))
    }

    /// Parses a configuration in TOML and builds its providers, like
    /// [`from_config`](Self::from_config).
    ///
    /// # Errors
    /// Returns [`Configuration`](crate::ErrorKind::Configuration), listing every problem by its
    /// place. Unlike the errors of `toml::from_str`, it does not quote the line, which may contain
    /// a secret.
    #[cfg(all(feature = "toml", feature = "reqwest", feature = "inventory"))]
    pub fn from_toml(text: &str) -> Result<Self> {
        let read = crate::read_toml(text, "line");
        if !read.problems.is_empty() {
            return Err(ConfigProblems(read.problems).into());
        }
        Self::from_config(&read.config)
    }

    /// Builds every provider of a configuration from `registry`, in `context`.
    ///
    /// If the configuration has a table `[engine]`, the hub sends no instructions and takes no
    /// deliveries before it is behind the journal: start the engine with `Payments::engine`, and use
    /// the hub that `Payments::through` returns.
    ///
    /// # Errors
    /// Returns [`Configuration`](crate::ErrorKind::Configuration), listing every problem.
    pub fn build(config: &PaymentsConfig, registry: &Registry, context: &Context) -> Result<Self> {
        let registry = registry.clone().with_features(FEATURES);
        let engine = EngineSettings::read(config, &context.environ);
        let (providers, engine) = match (registry.build(config, context), engine) {
            (Ok(providers), Ok(engine)) => (providers, engine),
            (built, engine) => {
                let problems =
                    built.err().map(|problems| problems.0).into_iter().chain(engine.err());
                return Err(ConfigProblems(problems.flatten().collect()).into());
            }
        };
        let hub = Self::new(providers, Arc::clone(&context.clock))?
            .with_preference(config.prefer.iter().map(String::as_str))?;
        #[cfg(feature = "engine")]
        if engine.is_some() {
            let unjournaled: Vec<_> = hub.providers().cloned().collect();
            let refusing = crate::without_journal::refusing;
            let providers =
                hub.providers.into_iter().map(|(id, provider)| (id, refusing(provider))).collect();
            return Ok(Self { engine, unjournaled, providers, ..hub });
        }
        Ok(Self { engine, ..hub })
    }

    /// Creates a hub from these providers.
    ///
    /// # Errors
    /// Returns [`Configuration`](crate::ErrorKind::Configuration), listing every problem, if two
    /// providers have the same name, or share a merchant account, a secret or an API token.
    pub fn new(
        providers: impl IntoIterator<Item = Provider>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let providers: Vec<Provider> = providers.into_iter().collect();
        let shared = ConfigProblems::of_shared_credentials(&providers);
        if !shared.0.is_empty() {
            return Err(shared.into());
        }
        let mut named = BTreeMap::new();
        let mut preference = Vec::new();
        for provider in providers {
            let id = provider.id().clone();
            preference.push(id.clone());
            if named.insert(id.clone(), provider).is_some() {
                return Err(Error::new(
                    ErrorKind::Configuration,
                    format!("two providers have the name {id}"),
                ));
            }
        }
        Ok(Self {
            providers: named,
            preference,
            clock,
            engine: None,
            #[cfg(feature = "engine")]
            unjournaled: Vec::new(),
            #[cfg(feature = "engine")]
            journal: None,
        })
    }

    /// Returns this hub with its providers behind the journal of an engine. Every instruction
    /// through the returned hub is stored before it is sent, and is sent at most once.
    ///
    /// ```
    /// # async fn start(payments: payments::Payments) -> payments::Result<()> {
    /// let engine = payments.engine()?.start().await?;
    /// let payments = payments.through(&engine)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Pass deliveries to [`Engine::accept`](payments_engine::Engine::accept), which books them.
    /// [`receive`](Self::receive) and [`check`](Self::check) of the returned hub refuse them.
    ///
    /// # Errors
    /// Returns [`NotFound`](crate::ErrorKind::NotFound) if the engine lacks one of the hub's
    /// providers.
    #[cfg(feature = "engine")]
    pub fn through(&self, engine: &payments_engine::Engine) -> Result<Self> {
        let journaled = |id: &ProviderId| Ok((id.clone(), engine.provider(id.as_str())?));
        let providers = self.providers.keys().map(journaled).collect::<Result<_>>()?;
        Ok(Self { providers, journal: Some(engine.clone()), ..self.clone() })
    }

    /// Rejects a delivery that the engine has to book.
    ///
    /// # Errors
    /// Returns `Configuration`, naming the call to use, if the hub has an engine or its
    /// configuration has the table `[engine]`.
    pub(crate) fn check_books_itself(&self) -> Result<()> {
        #[cfg(feature = "engine")]
        if self.journal.is_some() || self.engine.is_some() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the hub would acknowledge this delivery, and the engine would not book it: pass \
                 deliveries to Engine::accept, for example by payments::axum::webhooks",
            ));
        }
        Ok(())
    }

    /// Returns the providers without the journal, the preferred ones first.
    #[cfg(feature = "engine")]
    pub(crate) fn unjournaled(&self) -> &[Provider] {
        &self.unjournaled
    }

    /// Returns the engine that journals the calls to the providers, if there is one.
    #[cfg(feature = "engine")]
    pub(crate) fn journal(&self) -> Option<&payments_engine::Engine> {
        self.journal.as_ref()
    }

    /// Sets the order in which providers are preferred when several can carry out a request. The
    /// providers that are not named come after those that are.
    ///
    /// # Errors
    /// Returns [`Configuration`](crate::ErrorKind::Configuration) if no provider has one of the
    /// names, or a name appears twice.
    pub fn with_preference<'a>(mut self, first: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut preference = Vec::new();
        for id in first {
            let id = self.provider(id)?.id().clone();
            if preference.contains(&id) {
                let message = format!("the preference names {id} twice");
                return Err(Error::new(ErrorKind::Configuration, message));
            }
            preference.push(id);
        }
        let rest: Vec<_> =
            self.preference.into_iter().filter(|id| !preference.contains(id)).collect();
        preference.extend(rest);
        self.preference = preference;
        Ok(self)
    }

    /// Returns the provider with this name.
    ///
    /// # Errors
    /// Returns [`Configuration`](crate::ErrorKind::Configuration), listing the names that exist, if
    /// no provider has this name.
    pub fn provider(&self, id: impl AsRef<str>) -> Result<&Provider> {
        let id = id.as_ref();
        self.providers.values().find(|provider| provider.id().as_str() == id).ok_or_else(|| {
            let names: Vec<_> = self.providers.keys().map(ProviderId::as_str).collect();
            Error::new(
                ErrorKind::Configuration,
                format!("there is no provider {id:?}; known providers: {}", names.join(", ")),
            )
        })
    }

    /// Returns the clock of this hub.
    #[cfg(feature = "engine")]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Returns the table `[engine]` of the configuration, or `None` if it does not have one.
    #[cfg(feature = "engine")]
    pub(crate) fn engine_settings(&self) -> Option<&EngineSettings> {
        self.engine.as_ref()
    }

    /// Returns the current time of the hub's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns every provider, the preferred ones first.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.preference.iter().filter_map(|id| self.providers.get(id))
    }

    /// Returns every provider with this role, the preferred ones first.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Provider> {
        self.providers().filter(move |provider| provider.roles().contains(&role))
    }
}

impl std::fmt::Debug for Payments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.providers()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::FEATURES;

    #[test]
    fn the_features_that_link_a_provider_are_those_of_the_manifest() {
        let manifest = include_str!("../Cargo.toml");
        let mut linking: Vec<_> = manifest
            .lines()
            .filter(|line| line.contains("[\"dep:provider-"))
            .filter_map(|line| line.split_once(" = ").map(|(feature, _)| feature))
            .collect();
        linking.sort_unstable();
        assert_eq!(linking, FEATURES);
    }
}
