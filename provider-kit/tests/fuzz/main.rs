//! Parsing of untrusted text: nothing panics, and the result is the text that was written.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod configuration;
mod money;
mod texts;

use payments_core::Provider;
use proptest::{collection::vec, prelude::*, sample::select};
use provider_kit::{
    config::{ConfigProblem, PaymentsConfig, ProviderConfig, Reader},
    registry::{Context, Registration, Registry},
};

/// Generates text of any kind, or one of the seeds with parts of it replaced.
fn text(seeds: &'static [&'static str]) -> impl Strategy<Value = String> {
    let changes = vec((any::<usize>(), 0..4_usize, "[\\PC]{0,3}"), 0..5);
    let scribbled = (select(seeds), changes).prop_map(|(seed, changes)| {
        changes.into_iter().fold(seed.to_owned(), |text, (start, length, by)| {
            let letters: Vec<char> = text.chars().collect();
            let start = start % (letters.len() + 1);
            let end = (start + length).min(letters.len());
            letters[..start]
                .iter()
                .copied()
                .chain(by.chars())
                .chain(letters[end..].to_vec())
                .collect()
        })
    });
    prop_oneof![1 => any::<String>(), 4 => scribbled]
}

fn leaked(seeds: impl IntoIterator<Item = impl Into<String>>) -> &'static [&'static str] {
    let seeds = seeds.into_iter().map(|seed| &*Box::leak(seed.into().into_boxed_str()));
    Box::leak(seeds.collect::<Vec<_>>().into_boxed_slice())
}

#[test]
fn an_amount_in_any_spelling_is_read_as_it_was_written_or_refused() {
    proptest!(|(text in text(leaked(money::seeds())))| money::read(&text));
}

#[test]
fn queries_memos_times_numbers_names_and_formulas_of_any_text_are_read_or_refused() {
    proptest!(|(text in text(leaked(texts::seeds())))| texts::read(&text));
}

/// Reads a key of every kind.
const REGISTRATION: Registration =
    Registration::new("acme", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), build, "");

fn build(config: &ProviderConfig, context: &Context) -> Result<Provider, Vec<ConfigProblem>> {
    let mut read = Reader::new(config, &context.environ);
    read.text("merchant_id");
    read.optional_text("label");
    read.optional_keys("passcode");
    read.optional_secret("token");
    read.integer("calls", 1, 1..=10);
    read.flag("live", false);
    read.choice("body", &[("form", 1), ("json", 2)]);
    read.url("url", "https://acme.example");
    read.optional_web_address("return_url");
    let problems = read.finish();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Provider::new(config.id.clone(), config.kind.clone(), config.environment))
}

const CONFIGURATION: &str = r#"{"prefer":["a"],"providers":{"a":{"kind":"acme",
    "environment":"sandbox","merchant_id":5,"label":"x","passcode":[{"env":"HPAY_PASSCODE"},"b"],
    "token":{"env":"SEPAY_API_TOKEN"},"calls":3,"live":true,"body":"json",
    "url":"http://127.0.0.1:1","return_url":"https://shop.example/a?b=c"}}}"#;

#[test]
fn a_configuration_of_any_text_is_built_or_refused_and_shows_no_secret() {
    let registry = Registry::empty().add(REGISTRATION);
    let good: PaymentsConfig = serde_json::from_str(CONFIGURATION).unwrap();
    assert_eq!(good.names().collect::<Vec<_>>(), ["a"]);
    proptest!(|(text in text(&[CONFIGURATION]))| {
        if let Ok(config) = serde_json::from_str(&text) {
            configuration::build(&registry, &config);
        }
    });
}
