//! The hub, which holds every configured provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use payments_core::{
    Clock, Error, ErrorKind, Provider, ProviderId, Result, Role, Timestamp,
    config::PaymentsConfig,
    registry::{ConfigProblems, Context, Registry, shared_credentials},
};

use crate::engine_settings::EngineSettings;

/// The features of this crate that link a provider of the same kind.
const FEATURES: &[&str] = &["hpay", "mock", "sepay"];

/// The hub: every configured provider by name, each with its layers around it.
#[derive(Clone)]
pub struct Payments {
    providers: BTreeMap<ProviderId, Provider>,
    preference: Vec<ProviderId>,
    clock: Arc<dyn Clock>,
    #[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "always empty"))]
    engine: Option<EngineSettings>,
    /// The engine whose journal its providers are behind.
    #[cfg(feature = "engine")]
    journal: Option<payments_engine::Engine>,
}

impl Payments {
    /// Builds every provider of a configuration from the linked registrations, with the default
    /// HTTP client.
    ///
    /// # Errors
    /// `Configuration`: every problem at once.
    #[cfg(all(feature = "reqwest", feature = "inventory"))]
    pub fn from_config(config: &PaymentsConfig) -> Result<Self> {
        use payments_core::transport::{HttpClient, HttpClientSettings};

        let client = HttpClient::new(HttpClientSettings::default())?;
        Self::build(config, &Registry::linked(), &Context::new(Arc::new(client)))
    }

    /// Builds every provider of a configuration in TOML, as [`from_config`](Self::from_config)
    /// does.
    ///
    /// # Errors
    /// `Configuration`: every problem at once, by its place and without its text. The errors of
    /// `toml::from_str` quote the line, in which a secret may be written.
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
    /// # Errors
    /// `Configuration`: every problem at once.
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
        Ok(Self { engine, ..hub })
    }

    /// A hub of these providers.
    ///
    /// # Errors
    /// `Configuration` if two have the same name, or share a merchant account, a secret or an API
    /// token: every problem at once.
    pub fn new(
        providers: impl IntoIterator<Item = Provider>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let providers: Vec<Provider> = providers.into_iter().collect();
        let shared = shared_credentials(&providers);
        if !shared.is_empty() {
            return Err(ConfigProblems(shared).into());
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
            journal: None,
        })
    }

    /// The same hub with its providers behind the journal of an engine: what is routed and
    /// instructed through it is stored before it is sent, and sent at most once.
    ///
    /// ```
    /// # async fn start(payments: payments::Payments) -> payments::Result<()> {
    /// let engine = payments.engine()?.start().await?;
    /// let payments = payments.through(&engine)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Deliveries go to [`Engine::accept`](payments_engine::Engine::accept); `receive` and `check`
    /// store nothing.
    ///
    /// # Errors
    /// `NotFound` if the engine has not all of its providers.
    #[cfg(feature = "engine")]
    pub fn through(&self, engine: &payments_engine::Engine) -> Result<Self> {
        let journaled = |id: &ProviderId| Ok((id.clone(), engine.provider(id.as_str())?));
        let providers = self.providers.keys().map(journaled).collect::<Result<_>>()?;
        Ok(Self { providers, journal: Some(engine.clone()), ..self.clone() })
    }

    /// The engine whose journal its providers are behind.
    #[cfg(feature = "engine")]
    pub(crate) fn journal(&self) -> Option<&payments_engine::Engine> {
        self.journal.as_ref()
    }

    /// Sets the order in which providers are preferred when several can do something; the others
    /// follow.
    ///
    /// # Errors
    /// `Configuration` if there is no provider of such a name, or a name appears twice.
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

    /// The provider of this name.
    ///
    /// # Errors
    /// `Configuration`, listing the existing names.
    pub fn provider(&self, id: impl AsRef<str>) -> Result<&Provider> {
        let id = id.as_ref();
        self.providers.values().find(|provider| provider.id().as_str() == id).ok_or_else(|| {
            let names: Vec<_> = self.providers.keys().map(ProviderId::as_str).collect();
            Error::new(
                ErrorKind::Configuration,
                format!("there is no provider {id:?}; there are: {}", names.join(", ")),
            )
        })
    }

    /// The clock of this hub.
    #[cfg(feature = "engine")]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The table `[engine]` of its configuration, if it has one.
    #[cfg(feature = "engine")]
    pub(crate) fn engine_settings(&self) -> Option<&EngineSettings> {
        self.engine.as_ref()
    }

    /// The current time, by the hub's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Every provider, the preferred ones first.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.preference.iter().filter_map(|id| self.providers.get(id))
    }

    /// Every provider with this role, the preferred ones first.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Provider> {
        self.providers().filter(move |provider| provider.roles().contains(&role))
    }
}

impl std::fmt::Debug for Payments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.providers()).finish()
    }
}
