//! The kinds of providers in a program, and how providers are built from configuration.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

mod builder;

pub use builder::{BuildTyped, Builder};
use payments_core::{Clock, Provider, SystemClock, shared_credentials};

use crate::{
    config::{ConfigProblem, Environ, PaymentsConfig, ProviderConfig},
    reading::{Question, Reading},
    signature::Formula,
    transport::{Rate, RetryPolicy, Stack, Transport},
};

/// The function of a provider crate that builds a provider.
pub type Build = fn(&ProviderConfig, &Context) -> Result<Provider, Vec<ConfigProblem>>;

/// The description of a provider crate, by which a configuration can select it. Each provider crate
/// has one as the constant `REGISTRATION`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Registration {
    /// The kind by which a configuration selects the crate, such as `acme`.
    pub kind: &'static str,
    /// The name of the crate.
    pub package: &'static str,
    /// The version of the crate.
    pub version: &'static str,
    /// The function that builds a provider.
    pub build: Build,
    /// A complete example of a configuration, in TOML.
    pub example: &'static str,
    /// The signature formulas of the provider.
    pub formulas: &'static [Formula],
    /// Whether the gateway has a test system. If `false`, a provider with `environment = "sandbox"`
    /// calls only a simulator on this machine, never the real gateway.
    pub has_sandbox: bool,
    /// The provider's [readings](crate::reading) of the documents that the gateway has not
    /// confirmed.
    pub readings: &'static [Reading],
    /// Harmless inquiries for `payments doctor`, in addition to those of the provider's roles.
    pub questions: &'static [Question],
}

#[cfg(feature = "inventory")]
inventory::collect!(Registration);

/// Registers a provider crate. Call it once with the crate's `REGISTRATION`.
///
/// With the core's feature `inventory`, [`Registry::linked`](crate::registry::Registry::linked)
/// then finds the crate in every program that links it. Without the feature it does nothing.
///
/// ```
/// use payments_core::Provider;
/// use provider_kit::{config::*, registry::{Context, Registration}};
///
/// pub const REGISTRATION: Registration =
///     Registration::new("toy", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), build, "");
///
/// provider_kit::register!(REGISTRATION);
///
/// fn build(config: &ProviderConfig, _: &Context) -> Result<Provider, Vec<ConfigProblem>> {
///     Ok(Provider::new(config.id.clone(), config.kind.clone(), config.environment))
/// }
/// ```
#[cfg(feature = "inventory")]
#[macro_export]
macro_rules! register {
    ($registration:path) => {
        $crate::inventory::submit! { $registration }
    };
}

/// Registers a provider crate. Call it once with the crate's `REGISTRATION`.
///
/// Without the core's feature `inventory` it does nothing.
#[cfg(not(feature = "inventory"))]
#[macro_export]
macro_rules! register {
    ($registration:path) => {
        const _: $crate::registry::Registration = $registration;
    };
}

impl Registration {
    /// Creates the registration of a crate. `example` is a complete configuration in TOML.
    pub const fn new(
        kind: &'static str,
        package: &'static str,
        version: &'static str,
        build: Build,
        example: &'static str,
    ) -> Self {
        Self {
            kind,
            package,
            version,
            build,
            example,
            formulas: &[],
            has_sandbox: true,
            readings: &[],
            questions: &[],
        }
    }

    /// Sets the signature formulas.
    #[must_use]
    pub const fn with_formulas(mut self, formulas: &'static [Formula]) -> Self {
        self.formulas = formulas;
        self
    }

    /// Sets the readings of documents that the gateway has not confirmed.
    #[must_use]
    pub const fn with_readings(mut self, readings: &'static [Reading]) -> Self {
        self.readings = readings;
        self
    }

    /// Sets the harmless inquiries for services beside the provider's roles.
    #[must_use]
    pub const fn with_questions(mut self, questions: &'static [Question]) -> Self {
        self.questions = questions;
        self
    }

    /// Declares that the gateway has no test system. In the sandbox, every address that the
    /// provider reads with [`Reader::url`](crate::config::Reader::url) must then be configured as a
    /// loopback address, such as a simulator's. Otherwise it is a configuration problem.
    #[must_use]
    pub const fn without_sandbox(mut self) -> Self {
        self.has_sandbox = false;
        self
    }

    fn is_same_crate(&self, other: &Self) -> bool {
        (self.kind, self.package, self.version) == (other.kind, other.package, other.version)
    }
}

/// The parts of the program that a provider is built with: the HTTP client, the clock and the
/// environment.
#[derive(Clone)]
#[non_exhaustive]
pub struct Context {
    /// The HTTP client.
    pub client: Arc<dyn Transport>,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The environment variables from which secrets are read.
    pub environ: Environ,
    /// How often and how soon failed inquiries are sent again.
    pub retry: RetryPolicy,
    /// The longest time of one call, including waits and retries. If `None`, the client's
    /// [`Transport::call_time`] applies, or 60 s if the client has none.
    pub call_time: Option<Duration>,
}

impl Context {
    /// Creates a context with the system's clock and environment.
    pub fn new(client: Arc<dyn Transport>) -> Self {
        Self {
            client,
            clock: Arc::new(SystemClock),
            environ: Environ::system(),
            retry: RetryPolicy::default(),
            call_time: None,
        }
    }

    /// Sets the clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the environment variables.
    #[must_use]
    pub fn with_environ(mut self, environ: Environ) -> Self {
        self.environ = environ;
        self
    }

    /// Sets how often and how soon failed inquiries are sent again.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the longest time of one call: waits for the rate limit, retries and sends together.
    #[must_use]
    pub fn with_call_time(mut self, call_time: Duration) -> Self {
        self.call_time = Some(call_time);
        self
    }

    /// Returns the client with its layers, for one credential with this rate limit.
    pub fn transport(&self, rate: Option<Rate>) -> Arc<dyn Transport> {
        let mut stack = Stack::new(Arc::clone(&self.client)).with_retry(self.retry);
        if let Some(call_time) = self.call_time {
            stack = stack.with_call_time(call_time);
        }
        match rate {
            Some(rate) => stack.with_rate(rate).build(),
            None => stack.build(),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("retry", &self.retry).finish_non_exhaustive()
    }
}

/// The kinds of providers that a program can build.
///
/// Adding each crate with [`add`](Registry::add) to [`Registry::empty`] works everywhere.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    registrations: Vec<Registration>,
    features: &'static [&'static str],
}

impl Registry {
    /// Creates a registry without kinds.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Creates a registry of all provider crates that are linked into the program and register
    /// themselves.
    ///
    /// A dependency that no source file names is not linked. The facade's features name theirs; for
    /// another crate write `use its_crate as _;`. Static libraries and wasm lose registrations; use
    /// [`Registry::empty`] for them.
    #[cfg(feature = "inventory")]
    pub fn linked() -> Self {
        let mut registrations: Vec<_> = inventory::iter::<Registration>().copied().collect();
        registrations.sort_by_key(|registration| (registration.kind, registration.package));
        Self { registrations, features: &[] }
    }

    /// Adds a kind. Adding the same crate twice is allowed. Two crates of the same kind are
    /// reported as a problem by [`build`](Self::build).
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it adds to a list; nothing is summed")]
    pub fn add(mut self, registration: Registration) -> Self {
        if !self.registrations.iter().any(|known| known.is_same_crate(&registration)) {
            self.registrations.push(registration);
        }
        self
    }

    /// Returns every registration.
    pub fn registrations(&self) -> &[Registration] {
        &self.registrations
    }

    /// Sets the kinds that a facade can link by a cargo feature of the same name, so that the error
    /// for a kind that is not linked can suggest the feature.
    #[must_use]
    pub fn with_features(mut self, features: &'static [&'static str]) -> Self {
        self.features = features;
        self
    }

    /// Builds every provider of the configuration.
    ///
    /// # Errors
    /// Returns every problem of the whole configuration together.
    pub fn build(
        &self,
        config: &PaymentsConfig,
        context: &Context,
    ) -> Result<Vec<Provider>, ConfigProblems> {
        let mut problems = self.duplicates();
        for kind in &config.expect {
            if self.find(kind).is_none() {
                problems.push(ConfigProblem::new("expect", self.unknown(kind)));
            }
        }
        for (index, id) in config.prefer.iter().enumerate() {
            if config.prefer.iter().take(index).any(|earlier| earlier == id) {
                problems.push(ConfigProblem::new("prefer", format!("contains {id:?} twice")));
            }
            if !config.names().any(|name| name == id) {
                let message = format!("there is no provider {id:?} in this configuration");
                problems.push(ConfigProblem::new("prefer", message));
            }
        }
        let (configs, unreadable) = config.providers();
        problems.extend(unreadable);
        let mut providers = Vec::new();
        for mut provider in configs {
            match self.find(provider.kind.as_str()) {
                None => problems.push(ConfigProblem::new(
                    provider.path("kind"),
                    self.unknown(provider.kind.as_str()),
                )),
                Some(registration) => {
                    provider.has_sandbox = registration.has_sandbox;
                    match (registration.build)(&provider, context) {
                        Ok(built) => {
                            let warnings = provider.warnings.take().into_iter();
                            providers.push(warnings.fold(built, Provider::with_warning));
                        }
                        // An empty list would leave the provider out silently.
                        Err(found) if found.is_empty() => {
                            let message =
                                format!("{} refuses it without a reason", registration.package);
                            problems.push(ConfigProblem::new(provider.path("kind"), message));
                        }
                        Err(found) => problems.extend(found),
                    }
                }
            }
        }
        problems.extend(ConfigProblems::of_shared_credentials(&providers).0);
        if !problems.is_empty() {
            return Err(ConfigProblems(problems));
        }
        for provider in &providers {
            for warning in provider.warnings() {
                tracing::warn!(provider = %provider.id(), "{warning}");
            }
        }
        Ok(providers)
    }

    fn find(&self, kind: &str) -> Option<&Registration> {
        self.registrations.iter().find(|registration| registration.kind == kind)
    }

    fn duplicates(&self) -> Vec<ConfigProblem> {
        let mut problems = Vec::new();
        for (index, one) in self.registrations.iter().enumerate() {
            for other in
                self.registrations.iter().skip(index + 1).filter(|other| other.kind == one.kind)
            {
                problems.push(ConfigProblem::new(
                    "registry",
                    format!(
                        "two crates provide the kind {:?}: {} {} and {} {}; link only one",
                        one.kind, one.package, one.version, other.package, other.version
                    ),
                ));
            }
        }
        problems
    }

    fn unknown(&self, kind: &str) -> String {
        let linked: Vec<_> = self
            .registrations
            .iter()
            .map(|known| format!("{} ({} {})", known.kind, known.package, known.version))
            .collect();
        let linked = if linked.is_empty() { "nothing".to_owned() } else { linked.join(", ") };
        let remedy = if self.features.contains(&kind) {
            format!("Turn on the cargo feature {kind:?} of the crate `payments`")
        } else {
            format!(
                "Add its crate to Cargo.toml and name it in the source, as in \
                 `use provider_{} as _;`",
                kind.replace('-', "_")
            )
        };
        format!("no provider of kind {kind:?} is linked; linked: {linked}. {remedy}")
    }
}

/// All problems of a configuration.
#[derive(Debug, thiserror::Error)]
pub struct ConfigProblems(pub Vec<ConfigProblem>);

impl ConfigProblems {
    /// One problem for each merchant account, secret or API token that two providers share, see
    /// [`shared_credentials`].
    pub fn of_shared_credentials(providers: &[Provider]) -> Self {
        let shared = shared_credentials(providers).into_iter();
        Self(shared.map(|(key, problem)| ConfigProblem::new(key, problem)).collect())
    }

    fn count(&self) -> String {
        let n = self.0.len();
        format!("the configuration has {n} problem{}", if n == 1 { "" } else { "s" })
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.count())?;
        for problem in &self.0 {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl From<ConfigProblems> for payments_core::Error {
    fn from(problems: ConfigProblems) -> Self {
        let list: Vec<_> = problems.0.iter().map(ToString::to_string).collect();
        let message = format!("{}: {}", problems.count(), list.join("; "));
        Self::new(payments_core::ErrorKind::Configuration, message).with_source(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Value;

    fn build(_: &ProviderConfig, _: &Context) -> Result<Provider, Vec<ConfigProblem>> {
        Err(vec![])
    }

    #[test]
    fn two_crates_of_one_kind_are_an_error_naming_both() {
        let registry = Registry::empty()
            .add(Registration::new("acme", "provider-acme", "0.1.0", build, ""))
            .add(Registration::new("acme", "their-acme", "2.0.0", build, ""))
            .add(Registration::new("acme", "provider-acme", "0.1.0", build, ""));
        let problems = registry.duplicates();
        assert_eq!(
            problems[0].to_string(),
            "registry: two crates provide the kind \"acme\": provider-acme 0.1.0 and their-acme \
             2.0.0; link only one"
        );
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_feature_is_suggested_only_for_a_kind_that_has_one() {
        let registry = Registry::empty().with_features(&["acme"]);
        let known = registry.unknown("acme");
        assert!(known.contains("Turn on the cargo feature \"acme\""), "{known}");
        let unknown = registry.unknown("their-pay");
        assert!(!unknown.contains("feature"), "{unknown}");
        assert!(unknown.contains("`use provider_their_pay as _;`"), "{unknown}");
    }

    struct Nowhere;

    #[async_trait::async_trait]
    impl Transport for Nowhere {
        async fn send(
            &self,
            _: crate::transport::Call,
        ) -> Result<http::Response<bytes::Bytes>, crate::transport::TransportError> {
            unreachable!()
        }
    }

    #[test]
    fn without_a_sandbox_only_a_simulator_on_this_machine_is_reached_in_the_sandbox() {
        fn build(
            config: &ProviderConfig,
            context: &Context,
        ) -> Result<Provider, Vec<ConfigProblem>> {
            let mut read = crate::config::Reader::new(config, &context.environ);
            let key = read.secret("key");
            let url = read.url("url", "https://api.acme.example");
            let problems = read.finish();
            if key.is_none() || url.is_none() || !problems.is_empty() {
                return Err(problems);
            }
            Ok(Provider::new(config.id.clone(), config.kind.clone(), config.environment))
        }
        let acme = Registration::new("acme", "provider-acme", "0.1.0", build, "");
        let literal = || ("key", "TEST-ONLY-literal-key-0001".into());
        let env = || ("key", Value::Table([("env".to_owned(), "KEY".into())].into()));
        let built = |acme: Registration, environment: &str, keys: Vec<(&str, Value)>| {
            let table = [("kind", "acme".into()), ("environment", environment.into())];
            let table = table.into_iter().chain(keys);
            let table = table.map(|(key, value)| (key.to_owned(), value)).collect();
            let environ = Environ::of([("KEY".into(), "TEST-ONLY-key-0000001".into())]);
            Registry::empty()
                .add(acme)
                .build(
                    &PaymentsConfig::single("main", table),
                    &Context::new(Arc::new(Nowhere)).with_environ(environ),
                )
                .map_err(|problems| problems.to_string())
        };
        let real = || ("url", "https://api.acme.example".into());
        let simulator = || ("url", "http://127.0.0.1:8430".into());
        for keys in [vec![literal()], vec![env()], vec![literal(), real()], vec![env(), real()]] {
            let problem = built(acme.without_sandbox(), "sandbox", keys).unwrap_err();
            assert!(problem.contains("providers.main.url: is "), "{problem}");
            assert!(problem.contains("the gateway has no sandbox"), "{problem}");
            assert!(problem.contains("environment = \"production\""), "{problem}");
        }
        built(acme.without_sandbox(), "sandbox", vec![literal(), simulator()]).unwrap();
        built(acme.without_sandbox(), "production", vec![env()]).unwrap();
        built(acme.without_sandbox(), "production", vec![literal()]).unwrap_err();
        built(acme, "sandbox", vec![literal()]).unwrap();
    }

    #[test]
    fn a_provider_that_is_refused_without_a_reason_is_not_left_out() {
        let table = [("kind", "acme"), ("environment", "sandbox")];
        let table = table.map(|(key, value)| (key.to_owned(), value.into()));
        let config = PaymentsConfig::single("main", table.into());
        let registry =
            Registry::empty().add(Registration::new("acme", "provider-acme", "0.1.0", build, ""));
        let problems = registry.build(&config, &Context::new(Arc::new(Nowhere))).unwrap_err();
        assert_eq!(
            problems.0[0].to_string(),
            "providers.main.kind: provider-acme refuses it without a reason"
        );
    }

    #[test]
    fn an_unknown_kind_lists_what_is_linked_and_the_line_to_add() {
        let registry =
            Registry::empty().add(Registration::new("acme", "provider-acme", "0.1.0", build, ""));
        let message = registry.unknown("momo");
        assert!(message.contains("linked: acme (provider-acme 0.1.0)"), "{message}");
        assert!(message.contains("`use provider_momo as _;`"), "{message}");
    }
}
