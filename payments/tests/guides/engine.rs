//! The guides on the engine, run against simulated gateways: deliveries at a plain hyper server,
//! reconciliations, and a list of salaries.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use payments::{
    Clock as _, OrderRef, Payments, SystemClock, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    engine::{AppDatabase as _, CaseKind, Engine, PaymentRecord, SqliteDatabase, Store},
    money::Money,
    payment::{CreatePayment, NextAction, PaymentMethod},
    payout::Beneficiary,
    simulators::sepay::{Operation, SePaySimulator, Settings, Webhook, WebhookAuth},
};
use simulator_kit::Clock;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::gateways::{at_hpay, at_sepay};
use crate::snippets::{
    handler, hyper_server,
    reconcile::reconcile,
    salaries::{self, Salary},
    webhook_sink,
};

const ACCOUNT: &str = "0900000001";

async fn engine(payments: &Payments) -> Engine {
    let provider = payments.provider("main").unwrap().clone();
    Engine::builder().with_store(Store::memory()).with_provider(provider).start().await.unwrap()
}

/// The server of the guide, registered at SePay's dashboard.
async fn serve(engine: &Engine, sepay: &SePaySimulator) -> (JoinHandle<()>, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let engine = engine.clone();
    let server = tokio::spawn(async move {
        let _ = hyper_server::serve(listener, engine).await;
    });
    let auth = WebhookAuth::HmacSha256 { secret: sepay.settings().webhook_secret().to_owned() };
    let url = format!("http://{address}/hooks/main/bank-webhook").parse().unwrap();
    sepay.add_webhook(Webhook::new(url, auth));
    (server, address)
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
    let (server, address) = serve(&engine, &sepay).await;
    let hook = |path: &str| format!("http://{address}{path}");

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

#[tokio::test]
async fn an_interrupted_reconciliation_is_completed_by_the_next_one() {
    let an_hour_ago = SystemClock.now().unix_seconds() - 3600;
    let settings = Settings::test().with_clock(Clock::fixed(an_hour_ago));
    let (sepay, payments) = at_sepay(ACCOUNT, settings).await;
    let engine = engine(&payments).await;
    sepay.bank_transfer(ACCOUNT, 70_000, "khong co ma").await.unwrap();
    let now = payments.now().unix_seconds();
    let [before, from, until] = [now - 172_800, now - 86_400, now].map(Timestamp::from_unix);

    for _ in 0..2 {
        sepay.fail_next(Operation::TransactionList, StatusCode::FORBIDDEN);
        reconcile(&engine, "main", from, until).await.unwrap_err();
    }
    assert_eq!(engine.reconciliations().await.unwrap().len(), 1, "a repeated call begins no other");
    // The job of another day completes it.
    assert_eq!(reconcile(&engine, "main", before, from).await.unwrap(), 1);
    let runs = engine.reconciliations().await.unwrap();
    assert_eq!((runs.len(), runs.iter().all(|run| run.is_done())), (2, true), "{runs:?}");
    engine.stop().await;
}

/// Runs one statement in the app's database, and returns how many rows it touched.
async fn execute(database: &Path, statement: &str) -> usize {
    let database = SqliteDatabase::new(database);
    let transaction = database.begin().await.unwrap();
    let rows = transaction.execute(statement, ()).unwrap();
    database.commit(transaction).await.unwrap();
    rows
}

#[tokio::test]
async fn a_change_is_handled_in_the_database_and_sent_to_another_service() {
    let (sepay, payments) = at_sepay(ACCOUNT, Settings::test()).await;
    let (sent, mut received) = tokio::sync::mpsc::unbounded_channel();
    let receive = move |headers: HeaderMap, body: String| async move {
        sent.send((headers, body)).unwrap();
    };
    let stock = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/payments", stock.local_addr().unwrap());
    let receiver = axum::Router::new().route("/payments", axum::routing::post(receive));
    let receiver = tokio::spawn(async move { axum::serve(stock, receiver).await });

    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("shop.db");
    execute(&database, "CREATE TABLE orders (reference TEXT, ship INTEGER)").await;
    execute(&database, "INSERT INTO orders VALUES ('20260042', 0)").await;
    let sink = webhook_sink::sink(&url, "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz").unwrap();
    let provider = payments.provider("main").unwrap().clone();
    let engine = handler::start(provider, &database, sink).await.unwrap();
    let (server, _) = serve(&engine, &sepay).await;

    let order = OrderRef::new("20260042").unwrap();
    let memo = open(&payments, &engine, &order).await;
    sepay.bank_transfer(ACCOUNT, 50_000, &memo).await.unwrap();
    let told = async {
        loop {
            let (headers, body) = received.recv().await.unwrap();
            assert!(headers.contains_key("webhook-signature"), "{headers:?}");
            if body.contains(r#""subject":"payment:20260042""#) && body.contains("50000") {
                break;
            }
        }
        // Ordered by the engine: the handler is called again until it has done its work.
        while execute(&database, "UPDATE orders SET ship = 2 WHERE ship = 1").await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Another change of the same order, which was shipped.
        sepay.bank_transfer(ACCOUNT, 10_000, &memo).await.unwrap();
        while !engine.health().await.unwrap().cases.contains_key(&CaseKind::Over) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        engine.tick().await.unwrap();
    };
    tokio::time::timeout(Duration::from_secs(10), told).await.unwrap();
    let shipped_again = execute(&database, "UPDATE orders SET ship = 3 WHERE ship = 1").await;
    assert_eq!(shipped_again, 0, "a later change ships the order again");
    server.abort();
    receiver.abort();
    engine.stop().await;
}

#[tokio::test]
async fn a_repeated_job_pays_each_salary_once() {
    let (hpay, payments) = at_hpay().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    execute(&path, "CREATE TABLE salaries (id INTEGER PRIMARY KEY, payout TEXT)").await;
    execute(&path, "INSERT INTO salaries VALUES (1, NULL), (2, NULL)").await;
    let provider = payments.provider("main").unwrap().clone();
    let engine = Engine::builder()
        .with_store(Store::sqlite(&path))
        .with_provider(provider)
        .start()
        .await
        .unwrap();
    let account = BankAccount::new(
        Bin::new("970418").unwrap(),
        AccountNumber::new("1234567890912312").unwrap(),
    );
    let salary = |id, name| Salary {
        id,
        beneficiary: Beneficiary::new(account.clone(), name).unwrap(),
        amount: Money::vnd(150_000),
    };
    let database = SqliteDatabase::new(&path);
    // HPay accepts no small letters: the second one is not handed over, and gets no reference.
    let wrong = [salary(1, "NGUYEN VAN A"), salary(2, "Nguyen Van A")];
    salaries::pay(&engine, &database, "main", &wrong).await.unwrap_err();
    let without_reference = "UPDATE salaries SET payout = NULL WHERE payout IS NULL";
    assert_eq!(execute(&path, without_reference).await, 1);
    let right = [salary(1, "NGUYEN VAN A"), salary(2, "NGUYEN VAN A")];
    for _ in 0..2 {
        salaries::pay(&engine, &database, "main", &right).await.unwrap();
        let sent = async {
            while hpay.payouts().len() < 2 {
                engine.tick().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(10), sent).await.unwrap();
        engine.tick().await.unwrap();
    }
    assert_eq!(hpay.payouts().len(), 2);
    assert_eq!(execute(&path, without_reference).await, 0);
    engine.stop().await;
}
