//! Building the provider from configuration.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at any surprise")]

use std::sync::Arc;

use payments_core::Role;
use provider_kit::{
    config::{Environ, PaymentsConfig},
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};
use provider_template::REGISTRATION;

fn context(variables: &[(&str, &str)]) -> Context {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    Context::new(Arc::new(client)).with_environ(Environ::of(variables))
}

#[test]
fn the_example_configuration_builds() {
    let config: PaymentsConfig = toml::from_str(REGISTRATION.example).unwrap();
    let context = context(&[("TEMPLATE_API_KEY", "k"), ("TEMPLATE_NOTIFY_SECRET", "s")]);
    let providers = Registry::empty().add(REGISTRATION).build(&config, &context).unwrap();
    assert_eq!(providers[0].roles(), [Role::Payments, Role::Notifications]);
}

#[test]
fn every_problem_is_reported_at_once_and_no_value_is_repeated() {
    let config: PaymentsConfig = toml::from_str(
        r#"
        [providers.template]
        kind = "template"
        environment = "production"
        url = "http://127.0.0.1:1"
        api_key = "a-literal-secret"
        notify_sceret = { env = "X" }
        "#,
    )
    .unwrap();
    let built = Registry::empty().add(REGISTRATION).build(&config, &context(&[]));
    let problems = built.unwrap_err();
    let paths: Vec<_> = problems.0.iter().map(|problem| problem.path()).collect();
    for key in ["url", "merchant_id", "api_key", "notify_secret", "notify_sceret"] {
        let path = format!("providers.template.{key}");
        assert!(paths.contains(&path.as_str()), "{path} is not in {paths:?}");
    }
    assert!(!problems.to_string().contains("a-literal-secret"), "{problems}");
}
