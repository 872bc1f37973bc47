//! The payment gateway, client against simulator: checkouts as a browser goes them, lists of orders,
//! renewals.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http::{Response, StatusCode};
use payments_core::{
    EndpointName, OrderRef, Provider, Timestamp,
    money::Money,
    notification::{Confirmation, Delivery, EventData},
    payment::{Buyer, CreatePayment, NextAction, PaymentState, PostForm},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use provider_sepay::{
    Agreement, HostedMethod, IPN, IpnContent, Order, OrderQuery, OrderSort, SePay, SePayOptions,
    Verification,
};
use simulator_sepay::{Host, SePaySimulator, Settings};

const HOSTILE: &str = "</form><b>\"Tom & Jerry's\"</b> &amp;lt; ☕ 100% a=1,b=2 +\u{a0}";

/// `more` are further lines of the configuration.
fn provider(sepay: &SePaySimulator, more: &str) -> Provider {
    let text = format!(
        "[providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n\
         merchant_id = \"{}\"\nsecret_key = \"{}\"\npay_url = \"{}\"\n\
         pgapi_url = \"{}\"\n{more}",
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
    for formula in ["checkout", "checkout.allowlist"] {
        let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
        let payments = provider(&sepay, &format!("formulas.checkout = \"{formula}\""));
        let payments = payments.payments().unwrap();
        let order = OrderRef::new("DH-1").unwrap();
        let request = CreatePayment::new(order.clone(), Money::vnd(50_000))
            .unwrap()
            .with_description(HOSTILE)
            .with_buyer(Buyer::new().with_id(HOSTILE))
            .with_return_url("https://shop.example/paid?a=1&b=\"2'")
            .unwrap();
        let opened = payments.create_payment(&request).await.unwrap().accepted().unwrap();
        let Some(NextAction::PostForm(form)) = opened.next.first().cloned() else {
            panic!("{opened:?}")
        };

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
    for formula in ["checkout", "checkout.allowlist"] {
        let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
        let provider = provider(&sepay, &format!("formulas.checkout = \"{formula}\""));
        let client = provider.extension::<SePay>().unwrap();
        let request = Verification::new().with_order(OrderRef::new("CARD-1").unwrap());
        let page = load(&client.verification(&request).unwrap()).await;
        assert_eq!(page.status(), StatusCode::OK);
        let order = client.order("CARD-1").await.unwrap().unwrap();
        assert_eq!(order.amount, Some(Money::vnd(0)));
        assert!(sepay.bookings().is_empty());
    }
}

/// The form of a new checkout.
async fn opened(provider: &Provider, reference: &str, options: &SePayOptions) -> PostForm {
    let request = CreatePayment::new(OrderRef::new(reference).unwrap(), Money::vnd(50_000))
        .unwrap()
        .with_options(options)
        .unwrap();
    let payment = provider.payments().unwrap().create_payment(&request).await.unwrap();
    match payment.accepted().unwrap().next.into_iter().next() {
        Some(NextAction::PostForm(form)) => form,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_order_is_streamed_once_in_either_spelling_and_direction() {
    let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
    let tables = "compat.order_list_end = \"end_created_at\"\ncompat.order_list_sort = \"colon\"";
    let libraries = provider(&sepay, "");
    let mut expected = Vec::new();
    for number in 0..12 {
        let reference = format!("DH-{number}");
        let form = opened(&libraries, &reference, &SePayOptions::new()).await;
        assert_eq!(post(&form.action, &form.fields).await.status(), StatusCode::OK);
        expected.push(reference);
    }
    sepay.buyer_pays("DH-7").await.unwrap();
    for provider in [&libraries, &provider(&sepay, tables)] {
        let client = provider.extension::<SePay>().unwrap();
        let told = async |query: OrderQuery| -> Vec<String> {
            let orders = client.orders(&query.with_per_page(5)).unwrap();
            let name = |order: payments_core::Listed<Order>| {
                order.into_result().unwrap().invoice.unwrap().to_string()
            };
            orders.map_ok(name).try_collect().await.unwrap()
        };
        assert_eq!(told(OrderQuery::new()).await, expected);
        let newest = told(OrderQuery::new().with_sort(OrderSort::NewestFirst)).await;
        assert_eq!(newest, expected.iter().rev().cloned().collect::<Vec<_>>());
        assert_eq!(told(OrderQuery::new().with_status("CAPTURED")).await, ["DH-7"]);
        let now = Timestamp::from_unix(sepay.settings().clock().unix_seconds());
        let earlier = Timestamp::from_unix(now.unix_seconds() - 3_600);
        assert_eq!(told(OrderQuery::new().with_created_until(earlier)).await.len(), 0);
        let since = OrderQuery::new().with_created_from(earlier).with_created_until(now);
        assert_eq!(told(since).await.len(), 12);
    }
}

#[tokio::test]
async fn a_renewal_is_believed_once_its_own_order_says_so() {
    let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
    let provider = provider(&sepay, "");
    let monthly = Agreement::new("AGR-1").with_payment_frequency("MONTHLY");
    let options =
        SePayOptions::new().with_payment_method(HostedMethod::Card).with_agreement(monthly);
    let form = opened(&provider, "SUB-1", &options).await;
    assert_eq!(post(&form.action, &form.fields).await.status(), StatusCode::OK);
    sepay.buyer_pays("SUB-1").await.unwrap();
    // Nobody listens there; what was sent is kept.
    sepay.set_ipn_url(Some("http://127.0.0.1:9/ipn".parse().unwrap()));
    let sent = sepay.agreement_renews("SUB-1").await.unwrap().remove(0).receipt.request;

    let receiver = provider.notifications().unwrap();
    let endpoint = EndpointName::new(IPN).unwrap();
    let received = receiver.receive(&endpoint, &Delivery::of(&sent), Timestamp::from_unix(0));
    let notification = received.notification().unwrap();
    let event = &notification.events()[0];
    assert!(!event.is_trusted());
    let told = receiver.confirm(event).await.unwrap();
    let Confirmation::Confirmed(event) = told else { panic!("{told:?}") };
    let EventData::Payment(payment) = event.data() else { panic!("{event:?}") };
    assert_eq!(payment.order.as_str(), "SUB-1-R1");
    assert!(payment.settles(Money::vnd(50_000)));
    let content = IpnContent::read(sent.body()).unwrap();
    let agreement = String::from_utf8(content.agreement.unwrap().as_bytes().to_vec()).unwrap();
    assert!(agreement.contains("AGR-1"), "{agreement}");
}
