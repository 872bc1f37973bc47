//! The environment of a provider is given by one of two words and never guessed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::{Environment, Provider};
use provider_kit::{
    config::{ConfigProblem, PaymentsConfig, ProviderConfig, Value},
    registry::{Context, Registration, Registry},
    transport::{Call, Transport, TransportError, TransportErrorKind},
};

struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "nothing is sent"))
    }
}

fn build(config: &ProviderConfig, _: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    Ok(Provider::new(config.id.clone(), config.kind.clone(), config.environment))
}

/// Returns the environment for this value of the key `environment`, or the problems.
fn environment(value: Option<Value>) -> Result<Environment, Vec<String>> {
    let entries = [("kind", Some(Value::from("acme"))), ("environment", value)];
    let table = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let config = PaymentsConfig::single("main", table.collect());
    let registry = Registry::empty().add(Registration::new("acme", "acme", "1", build, ""));
    let built = registry.build(&config, &Context::new(Arc::new(Nowhere)));
    built
        .map(|providers| providers.first().unwrap().environment())
        .map_err(|problems| problems.0.iter().map(ToString::to_string).collect())
}

#[test]
fn an_environment_is_one_of_two_words_and_a_missing_one_is_neither() {
    assert_eq!(environment(Some("sandbox".into())), Ok(Environment::Sandbox));
    assert_eq!(environment(Some("production".into())), Ok(Environment::Production));
    let missing = environment(None).unwrap_err();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].starts_with("providers.main.environment: is missing"), "{missing:?}");
    for near in [
        "",
        "prod",
        "productio",
        "production1",
        "Production",
        "PRODUCTION",
        "production ",
        "live",
        "sandbo",
        "sandbox1",
        "Sandbox",
        " sandbox",
        "test",
    ] {
        let problems = environment(Some(near.into())).unwrap_err();
        assert_eq!(problems.len(), 1, "{near:?}: {problems:?}");
        assert!(problems[0].starts_with("providers.main.environment: is neither"), "{near:?}");
    }
}
