//! Where every call and every link goes, in the sandbox and in production.

use std::collections::BTreeMap;
use std::sync::Arc;

use payments_core::{
    Provider,
    money::Money,
    payment::{CreatePayment, NextAction},
};
use provider_hpay::{
    HPay,
    options::HPayOptions,
    token::{CardToken, RevokeToken},
};
use provider_kit::config::Value;

use crate::{
    operations::{self, Service},
    support::{self, Script},
};

/// The hosts of the reference (HPay API reference 1.0.0, Environments), by service.
const HOSTS: [(Service, &str, &str, &str); 3] = [
    (
        Service::Checkout,
        "checkout_url",
        "https://checkout-sandbox.hpay.com.vn",
        "https://checkout.hpay.com.vn",
    ),
    (
        Service::Account,
        "account_url",
        "https://account-sandbox.hpay.com.vn",
        "https://account.hpay.com.vn",
    ),
    (
        Service::OpenApi,
        "openapi_url",
        "https://openapi-sandbox.htpgroup.com.vn",
        "https://openapi.htpgroup.com.vn",
    ),
];

fn host(service: Service, production: bool) -> &'static str {
    let row = HOSTS.iter().find(|(known, ..)| *known == service).unwrap();
    if production { row.3 } else { row.2 }
}

fn tables() -> [(bool, BTreeMap<String, Value>); 2] {
    [(false, support::table()), (true, support::production_table())]
}

/// Scheme and host of an address.
fn origin(address: &str) -> String {
    let address: http::Uri = address.parse().unwrap();
    format!("{}://{}", address.scheme_str().unwrap(), address.authority().unwrap())
}

fn link_of(next: Option<NextAction>) -> String {
    let Some(NextAction::Redirect { url }) = next else { panic!("{next:?}") };
    url
}

/// Every link that a buyer is sent to.
async fn links(provider: &Provider) -> [String; 3] {
    let request = CreatePayment::new(support::order(), Money::vnd(200_000)).unwrap();
    let advanced = request.clone().with_options(&HPayOptions::new().with_installment()).unwrap();
    let open = async |request: &CreatePayment| {
        let opened = provider.payments().unwrap().create_payment(request).await.unwrap();
        link_of(opened.accepted().unwrap().next.into_iter().next())
    };
    let token = CardToken::new("9704005990670018").unwrap();
    let revoke = RevokeToken::new(token, "ABB", "https://shop.example/back");
    let revoke = provider.extension::<HPay>().unwrap().revoke_token(&revoke).unwrap();
    [open(&request).await, open(&advanced).await, link_of(Some(revoke))]
}

#[tokio::test]
async fn every_call_and_link_goes_to_the_host_of_its_service_and_environment() {
    for (production, table) in tables() {
        let script = Script::new();
        let provider = support::try_build(Arc::<Script>::clone(&script), table).unwrap();
        for operation in operations::all() {
            script.answer_with(503, "");
            let before = script.calls().len();
            let outcome = (operation.call)(&provider).await;
            let calls = script.calls();
            assert_eq!(calls.len(), before + 1, "{}: {outcome:?}", operation.name);
            let sent = origin(&calls[before].request.uri().to_string());
            let case = format!("{}, production: {production}", operation.name);
            assert_eq!(sent, host(operation.service, production), "{case}");
        }
        for link in links(&provider).await {
            assert_eq!(origin(&link), host(Service::Checkout, production), "{production}");
        }
    }
}

#[tokio::test]
async fn a_configured_host_replaces_that_of_its_service_alone() {
    for (changed, key, ..) in HOSTS {
        let script = Script::new();
        let provider = support::provider_with(&script, &[(key, "https://proxy.example")]);
        let expected = |service| match service == changed {
            true => "https://proxy.example",
            false => host(service, false),
        };
        for operation in operations::all() {
            script.answer_with(503, "");
            let _ = (operation.call)(&provider).await;
            let sent = script.calls().pop().unwrap().request.uri().to_string();
            assert_eq!(origin(&sent), expected(operation.service), "{key}: {}", operation.name);
        }
        for link in links(&provider).await {
            assert_eq!(origin(&link), expected(Service::Checkout), "{key}");
        }
    }
}

#[tokio::test]
async fn every_form_of_the_payout_endpoint_has_the_host_and_the_environment_of_its_own() {
    let create_payout = operations::all().find(|it| it.name == "create_payout").unwrap();
    for (production, table) in tables() {
        for (endpoint, service, path, content_type) in [
            ("json", Service::Account, "/api/ibft/create", "application/json"),
            ("openapi", Service::OpenApi, "/v1/fb/create", "application/json"),
            ("form", Service::Account, "/api/ibft", "application/x-www-form-urlencoded"),
        ] {
            let mut table = table.clone();
            table.insert("payout_endpoint".into(), endpoint.into());
            let script = Script::new();
            script.answer_with(503, "");
            let provider = support::try_build(Arc::<Script>::clone(&script), table).unwrap();
            let _ = (create_payout.call)(&provider).await;
            let sent = script.request();
            let address = format!("{}{path}", host(service, production));
            assert_eq!(sent.uri(), address.as_str(), "{endpoint}");
            assert_eq!(sent.headers()["content-type"], content_type, "{endpoint}");
            // A form is no JSON under another header, and JSON no form.
            let is_json = serde_json::from_slice::<serde_json::Value>(sent.body()).is_ok();
            assert_eq!(is_json, content_type == "application/json", "{endpoint}");
        }
    }
}
