//! A gateway that the shop's source does not name, and a response that is lost.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use example_shop::{ITEMS, Settings, Shop, Way};
use payments::{
    OrderRef, Payments,
    config::PaymentsConfig,
    engine::{OpeningState, PaymentRecord},
    payment::NextAction,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};
use simulator_kit::{HangUp, Server};
use tempfile::TempDir;

use crate::world::eventually;

// This line links the plug-in; the configuration selects it.
use provider_template as _;

/// A gateway that loses the response to every payment that it opens, but finds it by an inquiry.
struct Forgetful {
    server: Server,
    opened: Arc<AtomicUsize>,
    paid: Arc<AtomicBool>,
    folder: TempDir,
}

impl Forgetful {
    async fn start() -> Self {
        let (opened, paid) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, is_paid) = (Arc::clone(&opened), Arc::clone(&paid));
        let open = post(move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            HangUp
        });
        let find = get(move |path: axum::extract::Path<String>| async move {
            payment(&path.0, is_paid.load(Ordering::SeqCst))
        });
        let router =
            Router::new().route("/v1/payments", open).route("/v1/payments/{reference}", find);
        let server = Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        Self { server, opened, paid, folder: tempfile::tempdir().unwrap() }
    }

    async fn shop(&self) -> Shop {
        let database = self.folder.path().join("shop.db");
        let config = format!(
            r#"
            [providers.template]
            kind = "template"
            environment = "sandbox"
            url = "{}"
            merchant_id = "T-1001"
            api_key = "for-tests"
            notify_secret = "for-tests"
            [engine]
            store = "sqlite:{}"
            "#,
            self.server.url(),
            database.display()
        );
        let payments = Payments::from_toml(&config).unwrap();
        let settings = Settings::at("127.0.0.1:8080".parse().unwrap()).with_database(database);
        Shop::start(&payments, &settings).await.unwrap()
    }
}

/// How many providers an app has that adds the plug-in by hand, in the lines of the guide.
fn added_by_hand(config: &str) -> Result<usize, Box<dyn std::error::Error>> {
    let config: PaymentsConfig = toml::from_str(config)?;
    let context = Context::new(Arc::new(HttpClient::new(HttpClientSettings::default())?));
    let registry = Registry::linked().add(provider_template::REGISTRATION); // or Registry::empty()
    let payments = Payments::build(&config, &registry, &context)?;
    Ok(payments.providers().count())
}

#[test]
fn a_plug_in_that_is_linked_can_be_added_by_hand_too() {
    let config = "[providers.main]\nkind = 'template'\nenvironment = 'sandbox'\n\
                  merchant_id = 'T-1001'\napi_key = 'for-tests'\nnotify_secret = 'for-tests'\n";
    assert_eq!(added_by_hand(config).unwrap(), 1);
}

async fn payment_of(shop: &Shop, reference: &OrderRef) -> PaymentRecord {
    shop.engine().payment(reference).await.unwrap().unwrap()
}

fn payment(reference: &str, paid: bool) -> Response {
    let (state, received) = if paid { ("paid", 50_000) } else { ("open", 0) };
    Json(serde_json::json!({
        "id": "tp_1",
        "reference": reference,
        "amount": 50_000,
        "received": received,
        "currency": "VND",
        "state": state,
        "pay_url": "https://pay.template.example/tp_1",
    }))
    .into_response()
}

#[tokio::test]
async fn a_lost_answer_keeps_the_order_and_asking_finds_the_payment() {
    let gateway = Forgetful::start().await;
    let shop = gateway.shop().await;
    let reference = shop.open(&ITEMS[0], Way::Page).await.unwrap();
    let opening = payment_of(&shop, &reference).await.openings.remove(0);
    assert_eq!(opening.state, OpeningState::Uncertain);
    assert_eq!(gateway.opened.load(Ordering::SeqCst), 1, "it is not sent again");

    gateway.paid.store(true, Ordering::SeqCst);
    shop.ask(&reference).await.unwrap();
    let is_packed = async || shop.order(&reference).await.unwrap().unwrap().0.packed_at.is_some();
    assert!(eventually(is_packed).await);
    assert_eq!(gateway.opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_payment_that_is_found_open_shows_the_buyer_the_way() {
    let gateway = Forgetful::start().await;
    let shop = gateway.shop().await;
    let reference = shop.open(&ITEMS[0], Way::Page).await.unwrap();
    shop.ask(&reference).await.unwrap();
    let opening = payment_of(&shop, &reference).await.openings.remove(0);
    assert_eq!(opening.state, OpeningState::Open);
    let next = opening.payment.unwrap().next;
    let url = "https://pay.template.example/tp_1".to_owned();
    assert_eq!(next, [NextAction::Redirect { url }]);
    assert!(shop.order(&reference).await.unwrap().unwrap().0.packed_at.is_none());
}

#[tokio::test]
async fn a_gateway_that_is_not_there_opens_nothing_and_the_order_says_so() {
    let gateway = Forgetful::start().await;
    let shop = gateway.shop().await;
    gateway.server.stop();
    // The listener closes in a task of its own.
    let state = loop {
        let reference = shop.open(&ITEMS[0], Way::Page).await.unwrap();
        match payment_of(&shop, &reference).await.openings.remove(0).state {
            OpeningState::Uncertain => tokio::task::yield_now().await,
            state => break state,
        }
    };
    assert_eq!(state, OpeningState::NotSent);
}
