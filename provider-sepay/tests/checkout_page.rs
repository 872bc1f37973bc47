//! A checkout from the shop's page to the paid order, as a browser goes it.

#![cfg(feature = "simulator")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{
    OrderRef, Provider,
    config::PaymentsConfig,
    money::Money,
    payment::{Buyer, CreatePayment, NextAction, PaymentState, PostForm},
    registry::{Context, Registry},
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use provider_sepay::{
    SePay, Verification,
    simulator::{Host, SePaySimulator, Settings},
};

const HOSTILE: &str = "</form><b>\"Tom & Jerry's\"</b> &amp;lt; ☕ 100% a=1,b=2 +\u{a0}";

fn provider(sepay: &SePaySimulator, field_order: &str) -> Provider {
    let text = format!(
        "[providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n\
         merchant_id = \"{}\"\nsecret_key = \"{}\"\nfield_order = \"{field_order}\"\n\
         pay_url = \"{}\"\npgapi_url = \"{}\"",
        sepay.settings().merchant_id(),
        sepay.settings().secret_key(),
        sepay.url(Host::Pay),
        sepay.url(Host::PgApi),
    );
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let client = Arc::new(HttpClient::new(HttpClientSettings::default()).unwrap());
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &Context::new(client)).unwrap().remove(0)
}

/// What stands between `start` and the next quote.
fn attributes<'a>(html: &'a str, start: &str) -> Vec<&'a str> {
    html.split(start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// As a browser reads an attribute.
fn unescape(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, char)| text.replace(entity, char))
}

async fn post(action: &str, fields: &[(String, String)]) -> Response<Bytes> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    let request = http::Request::post(action)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body.extend_pairs(fields).finish()))
        .unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    client.send(Call::instruction("browser", request)).await.unwrap()
}

/// Loads the page, whose script submits its one form.
async fn load(form: &PostForm) -> Response<Bytes> {
    let page = form.to_page("Thanh toán", "bm9uY2Ugb2YgdGhpcyB0ZXN0").unwrap().html;
    let names = attributes(&page, "name=\"");
    let values = attributes(&page, "value=\"");
    let fields: Vec<(String, String)> = names
        .into_iter()
        .zip(values)
        .map(|(name, value)| (unescape(name), unescape(value)))
        .collect();
    assert_eq!(fields, form.fields);
    post(&unescape(attributes(&page, "action=\"")[0]), &fields).await
}

#[tokio::test]
async fn what_a_browser_posts_is_what_was_signed_whatever_the_text() {
    for field_order in ["docs", "allowlist"] {
        let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
        let payments = provider(&sepay, field_order);
        let payments = payments.payments().unwrap();
        let order = OrderRef::new("DH-1").unwrap();
        let request = CreatePayment::new(order.clone(), Money::vnd(50_000))
            .unwrap()
            .with_description(HOSTILE)
            .with_buyer(Buyer::new().with_id(HOSTILE))
            .with_return_url("https://shop.example/paid?a=1&b=\"2'")
            .unwrap();
        let opened = payments.create_payment(&request).await.unwrap().accepted().unwrap();
        let Some(NextAction::PostForm(form)) = opened.next else { panic!("{opened:?}") };

        let page = load(&form).await;
        let shown = std::str::from_utf8(page.body()).unwrap();
        assert_eq!(page.status(), StatusCode::OK, "{shown}");
        let actions = attributes(shown, "action=\"");
        let pay = actions.iter().find(|action| action.ends_with("/pay")).unwrap();
        let chosen = [("payment_method".to_owned(), "NAPAS_BANK_TRANSFER".to_owned())];
        let back = post(&format!("{}{pay}", sepay.url(Host::Pay)), &chosen).await;
        assert!(back.headers()["location"].to_str().unwrap().starts_with("https://shop.example/"));

        let found = payments.find_payment(&order).await.unwrap().found().unwrap();
        assert_eq!(found.state, PaymentState::Settled);
        assert!(found.settles(Money::vnd(50_000)));
    }
}

#[tokio::test]
async fn a_verification_is_taken_and_books_nothing() {
    for field_order in ["docs", "allowlist"] {
        let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
        let provider = provider(&sepay, field_order);
        let client = provider.extension::<SePay>().unwrap();
        let request = Verification::new().with_order(OrderRef::new("CARD-1").unwrap());
        let page = load(&client.verification(&request).unwrap()).await;
        assert_eq!(page.status(), StatusCode::OK);
        let order = client.order("CARD-1").await.unwrap().unwrap();
        assert_eq!(order.amount, Some(Money::vnd(0)));
        assert!(sepay.bookings().is_empty());
    }
}
