//! A provider of a typed configuration, made in code or by serde, is the one of the same text.

use std::sync::Arc;

use payments_core::{
    EndpointName, Environment, ManualClock, Provider, ProviderId,
    bank::{AccountNumber, Bin},
    money::Money,
    notification::{Delivery, Received},
    payment::{NextAction, PostForm},
};
use provider_kit::config::{Environ, Source};
use provider_sepay::{
    CodeAlphabet, Config, OrderListEnd, SePay, UserApiVersion, testing::BankWebhook,
};

use crate::world::{
    MERCHANT, SECRET_KEY, WEBHOOK_SECRET, Wire, from_text, now, problems, request, secret,
};

fn gateway(environment: Environment) -> Config {
    let mut config = Config::new(environment);
    config.merchant_id = Some(MERCHANT.to_owned());
    config.secret_key = Some(Source::env("SEPAY_SECRET_KEY"));
    config
}

fn built(config: Config) -> Result<Provider, Vec<String>> {
    let builder =
        SePay::builder(config).id(ProviderId::new("main").unwrap()).transport(Wire::new());
    let builder = builder.clock(Arc::new(ManualClock::at(now())));
    let environ = [("SEPAY_SECRET_KEY".to_owned(), SECRET_KEY.to_owned())];
    let builder = builder.environ(Environ::of(environ));
    builder.build().map_err(|found| found.0.iter().map(ToString::to_string).collect())
}

async fn form(provider: &Provider) -> PostForm {
    let payments = provider.payments().unwrap();
    let opened = payments.create_payment(&request("A", 1)).await.unwrap().accepted().unwrap();
    match opened.next.into_iter().next() {
        Some(NextAction::PostForm(form)) => form,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_configuration_in_code_makes_the_forms_of_the_same_one_in_text() {
    for formula in
        ["checkout", "checkout.allowlist", "order_amount={order_amount},merchant={merchant}"]
    {
        let mut config = gateway(Environment::Production);
        config.formulas.insert("checkout".to_owned(), formula.to_owned());
        let in_code = built(config).unwrap();
        let text = format!(
            "[providers.main]\nkind = \"sepay\"\nenvironment = \"production\"\n\
             merchant_id = \"{MERCHANT}\"\nsecret_key = {{ env = \"SEPAY_SECRET_KEY\" }}\n\
             formulas.checkout = \"{formula}\"\n"
        );
        let in_text = from_text(&text, &Wire::new()).unwrap();
        assert_eq!(in_code.id(), in_text.id());
        assert_eq!(in_code.roles(), in_text.roles());
        assert_eq!(form(&in_code).await, form(&in_text).await, "{formula}");
    }
}

#[test]
fn every_problem_of_a_configuration_in_code_names_its_path_and_no_value() {
    let mut config = gateway(Environment::Production);
    config.merchant_id = Some("SP:canary".to_owned());
    config.success_url = Some("/canary".to_owned());
    config.pgapi_url = Some("http://canary.example".to_owned());
    config.code_min = Some(5);
    config.formulas.insert("checkouts".to_owned(), "canary".to_owned());
    let problems = built(config).unwrap_err();
    for (key, found) in
        ["formulas.checkouts", "merchant_id", "success_url", "pgapi_url", "code_min"]
            .iter()
            .zip(&problems)
    {
        assert!(found.starts_with(&format!("providers.main.{key}: ")), "{found}");
        assert!(!found.contains("canary"), "{found}");
    }
    assert_eq!(problems.len(), 5, "{problems:?}");
    assert!(!format!("{:?}", gateway(Environment::Sandbox)).contains(SECRET_KEY));
}

#[test]
fn a_builder_without_a_transport_says_what_is_missing() {
    let problems = SePay::builder(gateway(Environment::Sandbox)).build().unwrap_err();
    assert!(problems.to_string().contains("transport"), "{problems}");
}

#[test]
fn serde_reads_every_key() {
    let config: Config = toml::from_str(
        r#"
        environment = "sandbox"
        api_token = "t"
        account_bin = "970436"
        account_number = "0123499999"
        code_prefix = "DH"
        code_min = 8
        code_characters = "digits"
        statements_api = "v1"
        webhook_secret = ["new", "old"]
        compat.order_list_end = "end_created_at"
        "#,
    )
    .unwrap();
    assert_eq!(config.account_bin, Some(Bin::new("970436").unwrap()));
    assert_eq!(config.account_number, Some(AccountNumber::new("0123499999").unwrap()));
    assert_eq!((config.code_min, config.code_max), (Some(8), None));
    assert_eq!(config.code_characters, Some(CodeAlphabet::Digits));
    assert_eq!(config.statements_api, Some(UserApiVersion::V1));
    assert_eq!(config.webhook_secret, Some(Source::newest_first(["new", "old"].map(Source::text))));
    assert_eq!(config.compat.order_list_end, Some(OrderListEnd::EndCreatedAt));
}

#[test]
fn every_key_that_cannot_be_read_is_told_at_once() {
    let found = problems(&[
        r#"statements_api = "v3""#,
        r#"merchand_id = "x""#,
        r#"compat.order_list_ends = "to_created_at""#,
        "sub_accounts = []",
        "code_min = 300",
    ]);
    for part in [
        r#"statements_api: is not one of "v2", "v1""#,
        r#"merchand_id: is not a known key; did you mean "merchant_id"?"#,
        r#"compat.order_list_ends: is not a known key; did you mean "order_list_end"?"#,
        "sub_accounts: is an empty list",
        "code_min: is not",
    ] {
        let whole = format!("providers.main.{part}");
        assert!(
            found.iter().any(|problem| problem.starts_with(&whole)),
            "{part} is not in {found:?}"
        );
    }
}

#[test]
fn a_formula_for_webhooks_goes_before_sepays() {
    let webhook = secret(WEBHOOK_SECRET);
    let delivery = BankWebhook::credit(7, Money::vnd(5), "DH00042").signed(&webhook, now());
    for (template, is_taken) in
        [(None, true), (Some("{timestamp}.{body}"), true), (Some("{timestamp}|{body}"), false)]
    {
        let mut config = Config::new(Environment::Sandbox);
        config.webhook_secret = Some(Source::text(webhook.expose()));
        if let Some(template) = template {
            config.formulas.insert("webhook".to_owned(), template.to_owned());
        }
        let provider = built(config).unwrap();
        let name = EndpointName::new(provider_sepay::BANK_WEBHOOK).unwrap();
        let receiver = provider.notifications().unwrap();
        let received = receiver.receive(&name, &Delivery::of(&delivery), now());
        let taken = !matches!(received, Received::Untrusted(_));
        assert_eq!(taken, is_taken, "{template:?}: {received:?}");
    }
    let mut config = Config::new(Environment::Sandbox);
    config.webhook_secret = Some(Source::text("s"));
    config.formulas.insert("webhook".to_owned(), "{timestamp}".to_owned());
    assert!(built(config).unwrap_err()[0].starts_with("providers.main.formulas.webhook: "));
}
