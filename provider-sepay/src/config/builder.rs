//! A provider made in code, without text.

use std::fmt;
use std::sync::Arc;

use payments_core::{
    Clock, Provider, ProviderId, ProviderKind,
    config::{ConfigProblem, Environ, ProviderConfig, Reader},
    registry::{ConfigProblems, Context},
    transport::{RetryPolicy, Transport},
};

use super::{Config, REGISTRATION, provider_of};
use crate::sepay::SePay;

/// Makes a provider of a [`Config`]: from [`SePay::builder`](crate::SePay::builder).
///
/// ```
/// use std::sync::Arc;
///
/// use payments_core::{Environment, Role, config::Source, transport::HttpClient};
/// use provider_sepay::{Config, SePay};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut config = Config::new(Environment::Sandbox);
/// config.merchant_id = Some("SP-TEST-XXXXXXX".to_owned());
/// config.secret_key = Some(Source::text("spsk_test_xxxxxxxxxxxxx")); // in the sandbox only
///
/// let client = Arc::new(HttpClient::new(Default::default())?);
/// let provider = SePay::builder(config).transport(client).build()?;
/// assert_eq!(provider.roles(), [Role::Payments, Role::Notifications]);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Builder {
    config: Config,
    id: Option<ProviderId>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    environ: Option<Environ>,
    retry: Option<RetryPolicy>,
}

impl SePay {
    /// Makes a provider of a typed configuration, without text.
    pub fn builder(config: Config) -> Builder {
        Builder { config, id: None, transport: None, clock: None, environ: None, retry: None }
    }
}

impl Builder {
    /// The name of the provider in errors, spans and stored events. Default: `sepay`.
    pub fn id(mut self, id: ProviderId) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the HTTP client. Has to be given.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets the clock. Default: the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Sets the environment variables that secrets are read from. Default: those of the process.
    pub fn environ(mut self, environ: Environ) -> Self {
        self.environ = Some(environ);
        self
    }

    /// Sets how inquiries are repeated. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Makes the provider.
    ///
    /// # Errors
    /// Every problem of the configuration.
    pub fn build(self) -> Result<Provider, ConfigProblems> {
        let one =
            |path: &str, message: String| ConfigProblems(vec![ConfigProblem::new(path, message)]);
        let Some(transport) = self.transport else {
            return Err(one("transport", "is missing; give an HTTP client".to_owned()));
        };
        let kind = REGISTRATION.kind;
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
        let identity = ProviderConfig::new(id, kind, self.config.environment);
        let read = Reader::new(&identity, &context.environ);
        let built = provider_of(&self.config, &identity, read, &context).map_err(ConfigProblems)?;
        Ok(identity.take_warnings().into_iter().fold(built, Provider::with_warning))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("id", &self.id)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
