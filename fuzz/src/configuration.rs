//! Configurations in TOML and in JSON, and the providers that are built from them.

use std::sync::LazyLock;

use provider_kit::registry::{Registration, Registry};

#[path = "../../provider-kit/tests/fuzz/configuration.rs"]
mod built;

const REGISTRATIONS: [Registration; 5] = [
    provider_hpay::REGISTRATION,
    provider_payos::REGISTRATION,
    provider_sepay::REGISTRATION,
    provider_mock::REGISTRATION,
    provider_template::REGISTRATION,
];

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| REGISTRATIONS.into_iter().fold(Registry::empty(), Registry::add));

/// The example of every provider, with its optional keys and without, as TOML and as JSON.
pub(crate) fn seeds() -> Vec<String> {
    let mut seeds = Vec::new();
    for registration in REGISTRATIONS {
        let all = registration.example.replace("\n# ", "\n");
        for text in [registration.example.to_owned(), all] {
            if let Ok(value) = toml::from_str::<serde_json::Value>(&text) {
                seeds.push(value.to_string());
            }
            seeds.push(text);
        }
    }
    seeds
}

/// Builds what the text configures.
pub(crate) fn read(text: &str) {
    // A configuration may name files. Some of those that every machine has never end.
    if ["/dev", "/proc", "/sys"].iter().any(|folder| text.contains(folder)) {
        return;
    }
    if let Ok(config) = toml::from_str(text) {
        built::build(&REGISTRY, &config);
    }
    if let Ok(config) = serde_json::from_str(text) {
        built::build(&REGISTRY, &config);
    }
}
