//! The guides on the engine, run against the simulated SePay: deliveries at a plain hyper server,
//! and a reconciliation.

use payments::{
    Clock as _, OrderRef, Payments, SystemClock, Timestamp,
    engine::{Engine, PaymentRecord, Store},
    money::Money,
    payment::{CreatePayment, NextAction, PaymentMethod},
    simulators::sepay::{Settings, Webhook, WebhookAuth},
};
use simulator_kit::Clock;
use tokio::net::TcpListener;

use crate::gateways::at_sepay;
use crate::snippets::{hyper_server, reconcile::reconcile};

const ACCOUNT: &str = "0900000001";

async fn engine(payments: &Payments) -> Engine {
    let provider = payments.provider("main").unwrap().clone();
    Engine::builder().with_store(Store::memory()).with_provider(provider).start().await.unwrap()
}

/// Opens a payment of 50,000 đồng by transfer, and returns the memo to write.
async fn open(payments: &Payments, engine: &Engine, order: &OrderRef) -> String {
    let request = CreatePayment::new(order.clone(), Money::vnd(50_000))
        .unwrap()
        .with_method(PaymentMethod::BankTransfer);
    let opened = payments.through(engine).unwrap().open_payment(&request).await.unwrap();
    let next = opened.submission.accepted().unwrap().next;
    let [NextAction::Transfer(transfer)] = &next[..] else { panic!("{next:?}") };
    transfer.memo.clone().unwrap()
}

async fn record(engine: &Engine, order: &OrderRef) -> PaymentRecord {
    engine.payment(order).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_plain_hyper_server_passes_deliveries_to_the_engine() {
    let (sepay, payments) = at_sepay(ACCOUNT, Settings::test()).await;
    let engine = engine(&payments).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(hyper_server::serve(listener, engine.clone()));
    let hook = |path: &str| format!("http://{address}{path}");
    let auth = WebhookAuth::HmacSha256 { secret: sepay.settings().webhook_secret().to_owned() };
    sepay.add_webhook(Webhook::new(hook("/hooks/main/bank-webhook").parse().unwrap(), auth));

    let order = OrderRef::new("20260042").unwrap();
    let memo = open(&payments, &engine, &order).await;
    assert!(!record(&engine, &order).await.may_ship());
    sepay.bank_transfer(ACCOUNT, 50_000, &memo).await.unwrap();
    assert!(record(&engine, &order).await.may_ship());

    let client = reqwest::Client::new();
    let post = |path, body: Vec<u8>| client.post(hook(path)).body(body).send();
    assert_eq!(post("/elsewhere", vec![]).await.unwrap().status(), 404);
    assert_eq!(post("/hooks/main/bank-webhook", vec![0; 300_000]).await.unwrap().status(), 413);
    let forged = post("/hooks/main/bank-webhook", b"{}".to_vec()).await.unwrap();
    assert!(forged.status().is_client_error(), "{}", forged.status());
    server.abort();
    engine.stop().await;
}

#[tokio::test]
async fn a_reconciliation_books_what_no_delivery_reported_and_names_what_a_person_decides() {
    let an_hour_ago = SystemClock.now().unix_seconds() - 3600;
    let settings = Settings::test().with_clock(Clock::fixed(an_hour_ago));
    let (sepay, payments) = at_sepay(ACCOUNT, settings).await;
    let engine = engine(&payments).await;
    let order = OrderRef::new("20260042").unwrap();
    let memo = open(&payments, &engine, &order).await;
    sepay.bank_transfer(ACCOUNT, 50_000, &memo).await.unwrap();
    sepay.bank_transfer(ACCOUNT, 70_000, "khong co ma").await.unwrap();

    let now = payments.now().unix_seconds();
    let [from, until] = [now - 86_400, now].map(Timestamp::from_unix);
    assert_eq!(reconcile(&engine, "main", from, until).await.unwrap(), 1);
    assert!(record(&engine, &order).await.may_ship());
    engine.stop().await;
}
