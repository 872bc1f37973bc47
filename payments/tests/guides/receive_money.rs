//! The guide on receiving money, run against the simulated SePay: a transfer that both a webhook and
//! the statement report counts once.

use std::sync::Arc;

use axum::{Router, extract::Request, routing::any};
use payments::{
    OrderRef, Payments, Secret, hpay,
    money::Money,
    payment::CreatePayment,
    registry::{Context, Registry},
    sepay,
    simulators::sepay::{Host, SePaySimulator, Settings, Webhook, WebhookAuth},
    statement::Cursor,
    testing::Mock,
    transport::{HttpClient, HttpClientSettings},
};
use simulator_kit::{Schedule, Server};
use tokio::sync::Mutex;

use crate::gateways::at_hpay;
use crate::snippets::receive_money::{Books, reconcile, webhook};

const ACCOUNT: &str = "0900000001";

/// A shop whose only code about money is the guide's.
struct Shop {
    sepay: SePaySimulator,
    payments: Payments,
    books: Arc<Mutex<Books>>,
    _server: Server,
}

impl Shop {
    async fn open(authentication: &str, auth: fn(String) -> WebhookAuth) -> Self {
        let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
        let secret = sepay.settings().webhook_secret().to_owned();
        let config = format!(
            r#"
            [providers.sepay-main]
            kind = "sepay"
            environment = "sandbox"
            api_token = "{}"
            account_bin = "970436"
            account_number = "{ACCOUNT}"
            code_prefix = "SPT"
            code_min = 8
            userapi_url = "{}"
            {authentication} = "{secret}"
            "#,
            sepay.settings().api_token(),
            sepay.url(Host::UserApi),
        );
        let config = toml::from_str(&config).unwrap();
        let client = HttpClient::new(HttpClientSettings::default()).unwrap();
        let registry = Registry::empty().add(sepay::REGISTRATION);
        let payments =
            Payments::build(&config, &registry, &Context::new(Arc::new(client))).unwrap();
        let books = Arc::<Mutex<Books>>::default();
        let server = serve(payments.clone(), Arc::clone(&books)).await;
        let url = format!("{}/hooks/sepay-main/bank-webhook", server.url()).parse().unwrap();
        sepay.add_webhook(Webhook::new(url, auth(secret)));
        Self { sepay, payments, books, _server: server }
    }

    async fn reconcile(&self, cursor: Cursor) -> Cursor {
        let mut books = self.books.lock().await;
        reconcile(&self.payments, &mut books, "sepay-main", cursor).await.unwrap()
    }

    async fn counted(&self) -> Vec<i64> {
        self.books.lock().await.counted.iter().map(|credit| credit.amount.minor()).collect()
    }
}

/// `/hooks/{provider}/{endpoint}`, as the guide says.
async fn serve(payments: Payments, books: Arc<Mutex<Books>>) -> Server {
    let hooks = any(move |request: Request| async move {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec();
        let path = head.uri.path().to_owned();
        let mut names = path.trim_start_matches("/hooks/").split('/');
        let (provider, endpoint) = (names.next().unwrap(), names.next().unwrap());
        let request = http::Request::from_parts(head, body);
        let mut books = books.lock().await;
        let reply = webhook(&payments, &mut books, provider, endpoint, request).await.unwrap();
        reply.map(axum::body::Body::from)
    });
    let router = Router::new().fallback_service(hooks);
    Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

fn signed(secret: String) -> WebhookAuth {
    WebhookAuth::HmacSha256 { secret }
}

fn keyed(key: String) -> WebhookAuth {
    WebhookAuth::ApiKey { key }
}

#[tokio::test]
async fn a_transfer_that_webhook_and_statement_report_counts_once() {
    type Auth = fn(String) -> WebhookAuth;
    for (authentication, auth) in
        [("webhook_secret", signed as Auth), ("webhook_api_key", keyed as Auth)]
    {
        let shop = Shop::open(authentication, auth).await;
        shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
        assert_eq!(shop.counted().await, [50_000], "{authentication}: by the webhook");
        let cursor = shop.reconcile(Cursor::start()).await;
        assert_eq!(shop.counted().await, [50_000], "{authentication}: and by the statement");
        assert!(shop.books.lock().await.reported.len() <= 2);
        shop.reconcile(cursor).await;
        shop.reconcile(Cursor::start()).await;
        assert_eq!(shop.counted().await, [50_000], "{authentication}: read again");
    }
}

#[tokio::test]
async fn a_webhook_after_the_statement_or_twice_counts_nothing_more() {
    let shop = Shop::open("webhook_secret", signed).await;
    let sent = shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    shop.reconcile(Cursor::start()).await;
    shop.sepay.redeliver(sent.webhook_id).await.unwrap();
    assert_eq!(shop.counted().await, [50_000]);

    let late = Shop::open("webhook_secret", signed).await;
    late.sepay.set_schedule(Schedule::Twice);
    late.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    late.reconcile(Cursor::start()).await;
    assert_eq!(late.counted().await, [50_000]);
}

#[tokio::test]
async fn two_transfers_count_twice_and_one_whose_webhook_was_lost_counts_by_the_statement() {
    let shop = Shop::open("webhook_secret", signed).await;
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    shop.sepay.remove_webhooks();
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT20260042").await.unwrap();
    assert_eq!(shop.counted().await, [50_000; 2]);
    shop.reconcile(Cursor::start()).await;
    assert_eq!(shop.counted().await, [50_000; 3]);
}

/// Books in which one order costs 50,000 đồng.
fn books(order: &OrderRef) -> Books {
    let mut books = Books::default();
    books.prices.insert(order.clone(), Money::vnd(50_000));
    books
}

async fn deliver(
    payments: &Payments,
    books: &mut Books,
    endpoint: (&str, &str),
    request: http::Request<bytes::Bytes>,
) {
    let request = request.map(|body| body.to_vec());
    let reply = webhook(payments, books, endpoint.0, endpoint.1, request).await.unwrap();
    assert!(reply.status().is_success(), "{reply:?}, {:?}", books.for_a_person);
}

#[tokio::test]
async fn an_order_is_paid_once_and_a_person_looks_at_money_that_is_short_over_or_unknown() {
    for (amounts, is_paid, for_a_person) in [
        (&[][..], false, 0),
        (&[50_000], true, 0),
        (&[30_000], false, 1),
        (&[60_000], true, 1),
        (&[30_000, 20_000], true, 1),
        (&[50_000, 50_000], true, 1),
    ] {
        let mock = Mock::new().unwrap();
        let order = OrderRef::new("20260042").unwrap();
        let request = CreatePayment::new(order.clone(), Money::vnd(50_000)).unwrap();
        let _ = mock.payments().open_payment(&request).await.unwrap();
        let mut books = books(&order);
        if amounts.is_empty() {
            mock.gateway().fail(&order).unwrap();
        }
        for amount in amounts {
            mock.gateway().pay(&order, Money::vnd(*amount)).unwrap();
        }
        for request in mock.gateway().take_notifications() {
            for _ in 0..2 {
                deliver(mock.payments(), &mut books, ("mock", "events"), request.clone()).await;
            }
        }
        assert_eq!(books.paid.contains(&order), is_paid, "{amounts:?}");
        assert_eq!(books.for_a_person.len(), for_a_person, "{amounts:?}: {:?}", books.for_a_person);
    }

    let mock = Mock::new().unwrap();
    mock.gateway().deposit(Money::vnd(50_000), "no code").unwrap();
    let mut books = Books::default();
    let request = mock.gateway().take_notifications().remove(0);
    deliver(mock.payments(), &mut books, ("mock", "events"), request).await;
    assert_eq!((books.counted.len(), books.for_a_person.len()), (1, 1));
}

#[tokio::test]
async fn a_person_looks_at_a_payment_that_is_held_or_paid_again() {
    let (simulator, payments) = at_hpay().await;
    let passcode = Secret::new(simulator.passcode()).unwrap();
    let deliveries = hpay::testing::Deliveries::new(simulator.merchant_id(), passcode);
    let order = OrderRef::new("20260042").unwrap();
    let payment = || deliveries.payment(&order, Money::vnd(50_000));
    let mut books = books(&order);
    for (notice, is_paid, for_a_person) in [
        (payment().with_payment_id("1").held(), false, 1),
        (payment().with_payment_id("2"), true, 1),
        (payment().with_payment_id("2"), true, 1),
        (payment().with_payment_id("3"), true, 2),
    ] {
        let request = notice.notify("/hooks/main/notify").unwrap();
        deliver(&payments, &mut books, ("main", "notify"), request).await;
        assert_eq!(books.paid.contains(&order), is_paid, "{:?}", books.for_a_person);
        assert_eq!(books.for_a_person.len(), for_a_person, "{:?}", books.for_a_person);
    }
}
