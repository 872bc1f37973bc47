//! Builds one provider in code, without a configuration file.

use std::fmt;
use std::sync::Arc;

use payments_core::{Clock, Environment, Provider, ProviderId, ProviderKind};

use super::{ConfigProblems, Context, Registration};
use crate::{
    config::{ConfigProblem, Environ, ProviderConfig, Reader},
    transport::{RetryPolicy, Transport},
};

/// A function that builds a provider from a typed configuration. The [`Reader`] collects its
/// problems.
pub type BuildTyped<C> =
    fn(&C, &ProviderConfig, Reader<'_>, &Context) -> Result<Provider, Vec<ConfigProblem>>;

/// Builds one provider from a typed configuration in code, without a configuration file.
///
/// A provider crate returns one from a function of its client, such as `Acme::builder(config)`:
///
/// ```
/// use payments_core::{Environment, Provider};
/// use provider_kit::{
///     config::{ConfigProblem, ProviderConfig, Reader},
///     registry::{Builder, Context, Registration},
/// };
///
/// #[derive(Debug)]
/// pub struct Config {
///     pub environment: Environment,
///     pub merchant_id: String,
/// }
/// # fn build(_: &ProviderConfig, _: &Context) -> Result<Provider, Vec<ConfigProblem>> {
/// #     Err(Vec::new())
/// # }
/// # const REGISTRATION: Registration = Registration::new("acme", "acme", "1.0.0", build, "");
///
/// pub fn builder(config: Config) -> Builder<Config> {
///     Builder::new(REGISTRATION, config.environment, config, provider)
/// }
///
/// fn provider(
///     config: &Config,
///     identity: &ProviderConfig,
///     mut read: Reader<'_>,
///     context: &Context,
/// ) -> Result<Provider, Vec<ConfigProblem>> {
///     if config.merchant_id.is_empty() {
///         read.problem("merchant_id", "is empty");
///     }
///     let problems = read.finish();
///     let _transport = context.transport(None);
///     match problems.is_empty() {
///         true => Ok(Provider::new(identity.id.clone(), identity.kind.clone(), config.environment)),
///         false => Err(problems),
///     }
/// }
/// ```
#[must_use]
pub struct Builder<C> {
    registration: Registration,
    environment: Environment,
    config: C,
    build: BuildTyped<C>,
    id: Option<ProviderId>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    environ: Option<Environ>,
    retry: Option<RetryPolicy>,
}

impl<C> Builder<C> {
    /// Creates a builder for a provider of this kind in this environment.
    pub fn new(
        registration: Registration,
        environment: Environment,
        config: C,
        build: BuildTyped<C>,
    ) -> Self {
        Self {
            registration,
            environment,
            config,
            build,
            id: None,
            transport: None,
            clock: None,
            environ: None,
            retry: None,
        }
    }

    /// Sets the HTTP client, around which the provider puts its layers. It is required.
    pub fn transport(mut self, client: Arc<dyn Transport>) -> Self {
        self.transport = Some(client);
        self
    }

    /// Sets the clock. The default is the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets the name of the provider in errors, spans and stored events. The default is its kind.
    pub fn id(mut self, id: ProviderId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the environment variables from which secrets are read. The default is those of the
    /// process.
    pub fn environ(mut self, environ: Environ) -> Self {
        self.environ = Some(environ);
        self
    }

    /// Sets how often and how soon failed inquiries are sent again. The default is
    /// [`RetryPolicy::default`].
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Builds the provider.
    ///
    /// # Errors
    /// Returns every problem of the configuration together, each with its path below `providers.`
    /// and the provider's name, and never with its value.
    pub fn build(self) -> Result<Provider, ConfigProblems> {
        let one =
            |path: &str, message: String| ConfigProblems(vec![ConfigProblem::new(path, message)]);
        let Some(transport) = self.transport else {
            return Err(one("transport", "is missing; give an HTTP client".to_owned()));
        };
        let kind = self.registration.kind;
        let id = match self.id {
            Some(id) => id,
            None => ProviderId::new(kind).map_err(|error| one("id", error.to_string()))?,
        };
        let kind = ProviderKind::new(kind).map_err(|error| one("kind", error.to_string()))?;
        let mut context = Context::new(transport);
        if let Some(clock) = self.clock {
            context = context.with_clock(clock);
        }
        if let Some(environ) = self.environ {
            context = context.with_environ(environ);
        }
        if let Some(retry) = self.retry {
            context = context.with_retry(retry);
        }
        let mut identity = ProviderConfig::new(id, kind, self.environment);
        identity.has_sandbox = self.registration.has_sandbox;
        let read = Reader::new(&identity, &context.environ);
        let built =
            (self.build)(&self.config, &identity, read, &context).map_err(ConfigProblems)?;
        Ok(identity.take_warnings().into_iter().fold(built, Provider::with_warning))
    }
}

impl<C: fmt::Debug> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("id", &self.id)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Call, TransportError};

    struct Nobody;

    #[async_trait::async_trait]
    impl Transport for Nobody {
        async fn send(&self, _: Call) -> Result<http::Response<bytes::Bytes>, TransportError> {
            unreachable!("nothing is sent while a provider is built")
        }
    }

    fn never(_: &ProviderConfig, _: &Context) -> Result<Provider, Vec<ConfigProblem>> {
        Err(Vec::new())
    }

    fn provider(
        url: &Option<&'static str>,
        identity: &ProviderConfig,
        mut read: Reader<'_>,
        _: &Context,
    ) -> Result<Provider, Vec<ConfigProblem>> {
        let address = read.given_url("url", *url, "https://gateway.example");
        match (address, read.finish()) {
            (Some(_), problems) if problems.is_empty() => {
                Ok(Provider::new(identity.id.clone(), identity.kind.clone(), identity.environment))
            }
            (_, problems) => Err(problems),
        }
    }

    fn builder(url: Option<&'static str>) -> Builder<Option<&'static str>> {
        let registration = Registration::new("acme", "acme", "1.0.0", never, "").without_sandbox();
        Builder::new(registration, Environment::Sandbox, url, provider)
    }

    #[test]
    fn a_gateway_without_a_sandbox_is_not_reached_from_one_by_code_either() {
        let client: Arc<dyn Transport> = Arc::new(Nobody);
        let problems = |url| builder(url).transport(Arc::clone(&client)).build().err();
        assert!(problems(None).unwrap().to_string().contains("no sandbox"));
        assert!(problems(Some("https://gateway.example")).is_some());
        assert!(problems(Some("http://127.0.0.1:1")).is_none());
    }

    #[test]
    fn a_provider_is_named_after_its_kind_and_needs_a_client() {
        let built = builder(Some("http://127.0.0.1:1")).transport(Arc::new(Nobody)).build();
        assert_eq!(built.unwrap().id().as_str(), "acme");
        let problems = builder(Some("http://127.0.0.1:1")).build().unwrap_err();
        assert!(problems.to_string().contains("transport"));
    }
}
