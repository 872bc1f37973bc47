//! The kind `mock` in a configuration, and what never gets out of it.

use std::time::Duration;

use payments_core::Role;
use provider_kit::{config::PaymentsConfig, registry::Registry};
use provider_mock::{MockGateway, REGISTRATION, Settings};

use crate::world::{World, build, context};

fn problems(config: &str) -> Vec<String> {
    let config: PaymentsConfig = toml::from_str(config).unwrap();
    let registry = Registry::empty().add(REGISTRATION);
    let error = registry.build(&config, &context(Duration::from_secs(1))).unwrap_err();
    error.0.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn the_example_builds_a_provider_with_every_role_and_its_gateway() {
    let provider = build(REGISTRATION.example, &context(Duration::from_secs(1)));
    assert_eq!(
        provider.roles(),
        [
            Role::Payments,
            Role::VirtualAccounts,
            Role::Payouts,
            Role::Statements,
            Role::Notifications
        ]
    );
    assert!(provider.extension::<MockGateway>().unwrap().bookings().is_empty());
}

#[test]
fn a_gateway_elsewhere_has_no_handle_here() {
    let config = r#"
        [providers.mock]
        kind = "mock"
        environment = "sandbox"
        api_key = "k"
        webhook_secret = "s"
        url = "http://127.0.0.1:8430/"
        calls_per_second = 20
    "#;
    let provider = build(config, &context(Duration::from_secs(1)));
    assert!(provider.extension::<MockGateway>().is_err());
}

#[test]
fn every_problem_is_reported_at_once() {
    let config = r#"
        [providers.mock]
        kind = "mock"
        environment = "production"
        api_key = "literal"
        url = "http://gateway.example"
        seed = 7
        sed = 8
    "#;
    assert_eq!(
        problems(config),
        [
            "providers.mock.environment: is \"production\"; the mock moves no money: say \
             \"sandbox\"",
            "providers.mock.url: is not https; http is for loopback addresses in the sandbox only",
            "providers.mock.api_key: is in plain text; outside the sandbox give { env = \"…\" } or \
             { file = \"…\" }",
            "providers.mock.webhook_secret: is missing; give { env = \"…\" } or { file = \"…\" }",
            "providers.mock.seed: has no effect with a url: the gateway there has its own",
            "providers.mock.sed: is not a known key; did you mean \"seed\"?",
        ]
    );
}

#[test]
fn a_key_that_no_header_can_carry_is_a_problem() {
    let config = r#"
        [providers.mock]
        kind = "mock"
        environment = "sandbox"
        api_key = "two\nlines"
        webhook_secret = "s"
    "#;
    let problems = problems(config);
    assert!(problems[0].starts_with("providers.mock.api_key: "), "{problems:?}");
    assert!(!problems[0].contains("lines"), "{problems:?}");
}

#[test]
fn an_empty_secret_opens_no_gateway() {
    for settings in [Settings::test().with_api_key(""), Settings::test().with_webhook_secret(" ")] {
        assert!(MockGateway::new(settings).is_err());
    }
}

#[tokio::test]
async fn no_secret_is_printed() {
    let world = World::in_memory();
    world.opened("A1").await;
    world.gateway.pay("A1", payments_core::money::Money::vnd(50_000)).unwrap();
    let request = world.gateway.requests();
    let printed = format!(
        "{:?} {:?} {:?} {request:?} {:?}",
        world.provider,
        world.gateway,
        world.gateway.settings(),
        world.gateway.bookings()
    );
    for secret in world.gateway.secrets() {
        assert!(secret.starts_with("canary-"));
        assert!(!printed.contains(&secret), "{printed}");
    }
    assert!(!printed.contains("canary"), "{printed}");
}

#[cfg(feature = "inventory")]
#[test]
fn what_is_linked_is_registered() {
    assert!(Registry::linked().registrations().iter().any(|known| known.kind == "mock"));
}
