//! The provider against a tiny Template on loopback.
//!
//! Nothing sleeps and nothing leaves the machine; what the provider says is held against the
//! gateway's own books.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod configuration;
mod gateway;
mod notifications;
mod payments;
mod shop;

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    OrderRef, Provider,
    money::Money,
    payment::CreatePayment,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings, RetryPolicy},
};

use gateway::{API_KEY, Gateway, MERCHANT, NOTIFY_SECRET};

/// The provider as an app holds it: built from configuration, with its layers around it.
fn provider(gateway: &Gateway) -> Provider {
    provider_at(&gateway.url())
}

fn provider_at(url: &str) -> Provider {
    let config = format!(
        r#"
        [providers.template]
        kind = "template"
        environment = "sandbox"
        url = "{url}"
        merchant_id = "{MERCHANT}"
        api_key = "{API_KEY}"
        notify_secret = "{NOTIFY_SECRET}"
        "#
    );
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let context = Context::new(Arc::new(client)).with_retry(RetryPolicy::new(
        2,
        Duration::from_millis(1),
        Duration::from_secs(1),
    ));
    let registry = Registry::empty().add(provider_template::REGISTRATION);
    registry.build(&toml::from_str(&config).unwrap(), &context).unwrap().remove(0).layered()
}

fn order(name: &str) -> OrderRef {
    OrderRef::new(name).unwrap()
}

fn request(name: &str, dong: i64) -> CreatePayment {
    CreatePayment::new(order(name), Money::vnd(dong)).unwrap().with_description("Two coffees")
}
