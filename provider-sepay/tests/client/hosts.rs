//! Where every call and every form goes, in the sandbox and in production.

use std::sync::Arc;

use payments_core::{
    Provider,
    payment::{CreatePayment, NextAction},
};
use provider_sepay::{SePay, Verification, oauth::Scope};

use crate::{
    operations::{self, Needs, Service},
    world::{BANK, GATEWAY, OAUTH, OPEN_WEBHOOK, Wire, configured, request},
};

/// The addresses of the documents (developer.sepay.vn: payment gateway, sandbox; SePay API v2,
/// sandbox; SePay API v1; SePay OAuth2, quick start), by service.
const ADDRESSES: [(Service, &str, &str, &str); 4] = [
    (
        Service::Orders,
        "pgapi_url",
        "https://pgapi-sandbox.sepay.vn/v1/order",
        "https://pgapi.sepay.vn/v1/order",
    ),
    (
        Service::UserApi,
        "userapi_url",
        "https://userapi-sandbox.sepay.vn/v2/",
        "https://userapi.sepay.vn/v2/",
    ),
    (
        Service::UserApiV1,
        "userapi_v1_url",
        "https://my.dev.sepay.vn/userapi/",
        "https://my.sepay.vn/userapi/",
    ),
    // No sandbox is documented: it has to be named.
    (Service::OAuth, "oauth_url", "https://my.sepay.vn/", "https://my.sepay.vn/"),
];

const PAY: [&str; 2] = ["https://pay-sandbox.sepay.vn", "https://pay.sepay.vn"];

fn address(service: Service, production: bool) -> &'static str {
    let row = ADDRESSES.iter().find(|(known, ..)| *known == service).unwrap();
    if production { row.3 } else { row.2 }
}

/// A provider with what an operation needs. In production secrets come from the environment.
fn with(needs: Needs, production: bool, more: &str, wire: &Arc<Wire>) -> Provider {
    const RATES: &str = "userapi_rate = 0\nuserapi_v1_rate = 0";
    let mut keys = match needs {
        Needs::Gateway => GATEWAY.to_owned(),
        Needs::Bank => format!("{BANK}\n{OPEN_WEBHOOK}\n{RATES}\nva_account = \"acc-1\""),
        Needs::BankV1 => format!(
            "{BANK}\n{RATES}\nva_account = \"19\"\nva_api = \"v1\"\nstatements_api = \"v1\""
        ),
        Needs::OAuth => OAUTH.to_owned(),
    };
    if more.contains("oauth_url") || production {
        keys = keys.replace("oauth_url = \"https://my.sepay.vn\"", "");
    }
    if production {
        for (name, variable) in [
            ("secret_key", "SEPAY_SECRET_KEY"),
            ("api_token", "SEPAY_API_TOKEN"),
            ("oauth_client_secret", "SEPAY_OAUTH_SECRET"),
        ] {
            let lines = keys.lines().map(|line| match line.trim().starts_with(name) {
                true => format!("{name} = {{ env = \"{variable}\" }}"),
                false => line.to_owned(),
            });
            keys = lines.collect::<Vec<_>>().join("\n");
        }
    }
    let environment = if production { "production" } else { "sandbox" };
    let built = configured(environment, &format!("{keys}\n{more}"), wire);
    built.unwrap_or_else(|problems| panic!("{problems}"))
}

/// Where the last call of each operation went.
async fn sent(
    production: bool,
    more: impl Fn(Needs) -> String,
) -> Vec<(&'static str, Service, String)> {
    let mut sent = Vec::new();
    for operation in operations::all() {
        let wire = Wire::new();
        for answer in operation.before {
            wire.answer(200, *answer);
        }
        for _ in 0..2 {
            wire.answer(503, "");
        }
        let provider = with(operation.needs, production, &more(operation.needs), &wire);
        let outcome = (operation.call)(&provider).await;
        let calls = wire.calls();
        let expected = operation.before.len() + 1;
        assert_eq!(calls.len(), expected, "{}: {outcome:?}", operation.name);
        for call in calls {
            sent.push((operation.name, operation.service, call.uri().to_string()));
        }
    }
    sent
}

/// Every form that a buyer posts.
async fn forms(provider: &Provider) -> [String; 2] {
    let opening: CreatePayment = request("DH-1", 50_000);
    let opened = provider.payments().unwrap().create_payment(&opening).await.unwrap();
    let next = opened.accepted().unwrap().next.into_iter().next();
    let Some(NextAction::PostForm(form)) = next else { panic!("{next:?}") };
    let sepay = provider.extension::<SePay>().unwrap();
    let order = payments_core::OrderRef::new("DH-2").unwrap();
    let verification = sepay.verification(&Verification::new().with_order(order)).unwrap();
    [form.action, verification.action]
}

#[tokio::test]
async fn every_call_form_and_link_goes_to_the_address_of_its_service_and_environment() {
    for production in [false, true] {
        for (name, service, uri) in sent(production, |_| String::new()).await {
            let base = address(service, production);
            assert!(uri.starts_with(base), "{name}, production: {production}: {uri}");
        }
        let gateway = with(Needs::Gateway, production, "", &Wire::new());
        let page = format!("{}/v1/checkout/init", PAY[usize::from(production)]);
        assert_eq!(forms(&gateway).await, [page.clone(), page], "production: {production}");
        let oauth = with(Needs::OAuth, production, "", &Wire::new());
        let app = oauth.extension::<SePay>().unwrap().oauth().unwrap();
        let url = app.authorize(&[Scope::Company]).unwrap().url;
        assert!(url.starts_with("https://my.sepay.vn/oauth/authorize?"), "{url}");
    }
}

#[tokio::test]
async fn a_configured_address_replaces_that_of_its_service_alone() {
    for (changed, key, ..) in ADDRESSES {
        // A key means something only where its service is configured.
        let more = |needs: Needs| {
            let is_governed = match needs {
                Needs::Gateway => changed == Service::Orders,
                Needs::Bank | Needs::BankV1 => {
                    matches!(changed, Service::UserApi | Service::UserApiV1)
                }
                Needs::OAuth => changed == Service::OAuth,
            };
            if is_governed { format!("{key} = \"https://proxy.example\"") } else { String::new() }
        };
        for (name, service, uri) in sent(false, more).await {
            let base = match service == changed {
                true => "https://proxy.example/",
                false => address(service, false),
            };
            assert!(uri.starts_with(base), "{key}: {name}: {uri}");
        }
    }
    let more = "pay_url = \"https://proxy.example\"\ncompat.checkout_path = \"/v2/init\"";
    let gateway = with(Needs::Gateway, false, more, &Wire::new());
    let page = "https://proxy.example/v2/init".to_owned();
    assert_eq!(forms(&gateway).await, [page.clone(), page]);
}
