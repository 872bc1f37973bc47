//! What a configuration may say, and what is found wrong with it.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use payments_core::Role;
use provider_kit::{
    config::{Environ, PaymentsConfig},
    registry::{Context, Registry},
    transport::{Call, Transport, TransportError, TransportErrorKind},
};

struct Offline;

#[async_trait::async_trait]
impl Transport for Offline {
    async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "nobody listens"))
    }
}

/// A secret under each name that these tests and the example use.
fn environ() -> Environ {
    let names = ["A", "B", "C", "D"].into_iter().chain([
        "PAYOS_API_KEY",
        "PAYOS_CHECKSUM_KEY",
        "PAYOS_PAYOUT_API_KEY",
        "PAYOS_PAYOUT_CHECKSUM_KEY",
    ]);
    Environ::of(names.map(|name| (name.to_owned(), format!("secret-of-the-tests-{name}"))))
}

/// The roles of a provider of these lines, or the problems with them.
fn built(lines: &str) -> Result<Vec<Role>, String> {
    let text = format!("[providers.main]\nkind = 'payos'\n{lines}");
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let context = Context::new(Arc::new(Offline)).with_environ(environ());
    let registry = Registry::empty().add(provider_payos::REGISTRATION);
    let built = registry.build(&config, &context).map_err(|problems| problems.to_string())?;
    Ok(built.iter().flat_map(payments_core::Provider::roles).collect())
}

const PRODUCTION: &str = "environment = 'production'\n";
const LINKS: &str = "client_id = 'c'\napi_key = { env = 'A' }\nchecksum_key = { env = 'B' }\n";
const PAYOUTS: &str = "payout_client_id = 'p'\npayout_api_key = { env = 'C' }\n\
                       payout_checksum_key = { env = 'D' }\n";

#[test]
fn each_channel_brings_its_roles() {
    let roles = |lines: &str| built(&format!("{PRODUCTION}{lines}")).unwrap();
    assert_eq!(roles(LINKS), [Role::Payments, Role::Notifications]);
    assert_eq!(roles(PAYOUTS), [Role::Payouts]);
    let both = roles(&format!("{LINKS}{PAYOUTS}"));
    assert_eq!(both, [Role::Payments, Role::Payouts, Role::Notifications]);
}

#[test]
fn the_example_is_complete() {
    let config: PaymentsConfig = toml::from_str(provider_payos::REGISTRATION.example).unwrap();
    let context = Context::new(Arc::new(Offline)).with_environ(environ());
    let registry = Registry::empty().add(provider_payos::REGISTRATION);
    let provider = registry.build(&config, &context).unwrap().remove(0);
    assert_eq!(provider.roles().len(), 3);
}

#[test]
fn every_problem_is_named_and_no_value() {
    for (lines, named) in [
        (format!("{PRODUCTION}client_id = 'c'\n"), "api_key"),
        (format!("{PRODUCTION}client_id = 'c'\n"), "checksum_key"),
        (format!("{PRODUCTION}{LINKS}payout_client_id = 'p'\n"), "payout_api_key"),
        (PRODUCTION.to_owned(), "client_id"),
        (format!("{PRODUCTION}{LINKS}longest_description = 26\n"), "longest_description"),
        (format!("{PRODUCTION}{LINKS}return_url = 'shop'\n"), "return_url"),
        (format!("{PRODUCTION}{LINKS}partner_code = 'a b'\n"), "partner_code"),
        (format!("{PRODUCTION}{LINKS}checksum_keys = 'x'\n"), "checksum_key"),
        (format!("{PRODUCTION}{LINKS}formulas = {{ data = '{{orderCode}}' }}\n"), "formulas.data"),
        (format!("{PRODUCTION}{LINKS}formulas = {{ other = '{{*}}' }}\n"), "formulas.other"),
        (format!("{PRODUCTION}{LINKS}api_url = 'http://127.0.0.1:1'\n"), "api_url"),
        // payOS has no sandbox: only a simulator is one.
        (format!("environment = 'sandbox'\n{LINKS}"), "api_url"),
        (format!("environment = 'sandbox'\n{LINKS}api_url = 'https://api.example'\n"), "api_url"),
    ] {
        let problems = built(&lines).unwrap_err();
        assert!(problems.contains(named), "{lines}\n{problems}");
        assert!(!problems.contains("secret-of-the-tests"), "{problems}");
    }
}
