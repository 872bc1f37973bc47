//! The guide on receiving money, run against the simulated SePay: a transfer that both a webhook and
//! the statement report counts once.

use std::sync::Arc;

use axum::{Router, extract::Request, routing::any};
use payments::{
    Payments,
    registry::{Context, Registry},
    sepay,
    simulators::sepay::{Host, SePaySimulator, Settings, Webhook, WebhookAuth},
    statement::Cursor,
    transport::{HttpClient, HttpClientSettings},
};
use simulator_kit::{Schedule, Server};
use tokio::sync::Mutex;

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
