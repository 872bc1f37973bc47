//! Webhooks in all four authentications, and OAuth2, against a SePay with books, which shares no
//! code with the client.

#![cfg(feature = "simulator")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, extract::Request, routing::any};
use bytes::Bytes;
use http::Response;
use payments_core::{
    Clock, EndpointName, ErrorKind, Movement, Provider, Secret, Submission, Timestamp,
    config::PaymentsConfig,
    money::Money,
    notification::{
        Confirmation, Delivery, Evidence, News, Notification, Outcome, Received, Scheme,
    },
    payment::CodeRules,
    registry::{Context, Registry},
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use provider_sepay::{
    SePay,
    oauth::{
        CodeCharacters, ConfigurationChanges, Connection, MemoryTokenStore, NewWebhook,
        NewWebhookAuth, PaymentCodeFormat, Scope, TransactionFilter, WebhookAuth as Registered,
        WebhookBody as Body, WebhookChanges, WebhookEvent, WebhookFilter,
    },
    simulator::{
        Bank, BankAccount, Host, Operation, SePaySimulator, Settings, Webhook, WebhookAuth,
        WebhookBody, When,
    },
};
use simulator_kit::{Clock as SimulatedClock, Server};

const ACCOUNT: &str = "0900000001";
const SUB_ACCOUNT: &str = "VQRQ0001";
const SECRET: &str = "whsec_test_only_for_this_test";

/// The simulator's clock, for the provider.
struct Shared(SimulatedClock);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.unix_seconds())
    }
}

/// A shop on a simulated SePay, which answers what it receives.
struct Shop {
    sepay: SePaySimulator,
    provider: Provider,
    received: Arc<Mutex<Vec<Notification>>>,
    /// With which outcome to answer.
    outcome: Arc<Mutex<Outcome>>,
    server: Server,
}

impl Shop {
    async fn open(keys: &str) -> Self {
        let account = BankAccount::new("0900000009", "CONG TY THU NGHIEM", Bank::MBBANK, 0)
            .with_sub_account(SUB_ACCOUNT);
        let settings = Settings::test()
            .with_clock(SimulatedClock::fixed(1_700_000_000))
            .with_bank_account(account);
        let sepay = SePaySimulator::start(settings).await.unwrap();
        let provider = provider(&sepay, keys);
        let received = Arc::<Mutex<Vec<Notification>>>::default();
        let outcome = Arc::new(Mutex::new(Outcome::Handled));
        let server = serve(
            provider.clone(),
            sepay.settings().clock().clone(),
            Arc::clone(&received),
            Arc::clone(&outcome),
        )
        .await;
        Self { sepay, provider, received, outcome, server }
    }

    fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.server.url())
    }

    fn add(&self, auth: WebhookAuth, body: WebhookBody) {
        let url = self.at("bank-webhook").parse().unwrap();
        self.sepay.add_webhook(Webhook::new(url, auth).with_body(body));
    }

    fn received(&self) -> Vec<Notification> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    /// What came of the only notification in the end.
    async fn believed(&self) -> (Scheme, Movement) {
        let [notification] = &self.received()[..] else { panic!("not one notification") };
        let scheme = notification.proof.scheme();
        let event = &notification.events()[0];
        let event = match event.evidence() {
            Evidence::Proven => event.clone(),
            Evidence::Unconfirmed { .. } => {
                let receiver = self.provider.notifications().unwrap();
                let confirmation = receiver.confirm(event).await.unwrap();
                let Confirmation::Confirmed(event) = confirmation else {
                    panic!("{confirmation:?}")
                };
                event
            }
            other => panic!("{other:?}"),
        };
        let News::Movement(movement) = event.into_news() else { panic!() };
        (scheme, movement)
    }

    /// A merchant allows these scopes.
    async fn connect(&self, scopes: &[Scope]) -> Connection {
        let app = self.provider.extension::<SePay>().unwrap().oauth().unwrap();
        let authorization = app.authorize(scopes).unwrap();
        let query = self.sepay.merchant_allows(&authorization.url).unwrap();
        let store = Arc::new(MemoryTokenStore::default());
        app.exchange(&authorization.state, &query, store).await.unwrap()
    }
}

fn provider(sepay: &SePaySimulator, keys: &str) -> Provider {
    let settings = sepay.settings();
    let text = format!(
        r#"
        [providers.sepay]
        kind = "sepay"
        environment = "sandbox"
        api_token = "{}"
        userapi_url = "{}"
        code_prefix = "SPT"
        code_min = 8
        oauth_client_id = "{}"
        oauth_client_secret = "{}"
        oauth_redirect_url = "{}"
        oauth_url = "{}"
        {keys}
        "#,
        settings.api_token(),
        sepay.url(Host::UserApi),
        settings.oauth_client_id(),
        settings.oauth_client_secret(),
        settings.oauth_redirect_url(),
        sepay.url(Host::My),
    );
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let context =
        Context::new(Arc::new(client)).with_clock(Arc::new(Shared(settings.clock().clone())));
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

async fn serve(
    provider: Provider,
    clock: SimulatedClock,
    received: Arc<Mutex<Vec<Notification>>>,
    outcome: Arc<Mutex<Outcome>>,
) -> Server {
    let take = any(move |request: Request| async move {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let request = http::Request::from_parts(head, body);
        let endpoint = EndpointName::new(request.uri().path().trim_start_matches('/')).unwrap();
        let receiver = provider.notifications().unwrap();
        let delivery = Delivery::of(&request).from_source(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let now = Timestamp::from_unix(clock.unix_seconds());
        let reply: Response<Bytes> = match receiver.receive(&endpoint, &delivery, now) {
            Received::Notification(notification) => {
                received.lock().unwrap().push(notification);
                receiver.reply(&endpoint, *outcome.lock().unwrap())
            }
            Received::Answer(answer) => answer,
            Received::Untrusted(_) => receiver.reply(&endpoint, Outcome::Untrusted),
        };
        reply.map(axum::body::Body::from)
    });
    let router = Router::new().fallback_service(take);
    Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

const BODIES: [WebhookBody; 3] = [WebhookBody::Json, WebhookBody::Form, WebhookBody::Multipart];

#[tokio::test]
async fn every_authentication_is_received_in_every_content_type_but_signed_multipart() {
    let client = format!("webhook_client_id = \"shop\"\nwebhook_client_secret = \"{SECRET}\"");
    let key = format!("webhook_api_key = \"{SECRET}\"\nsource_ips = \"127.0.0.1\"");
    for (keys, scheme) in [
        ("webhook_unauthenticated = true", Scheme::Unauthenticated),
        (&key, Scheme::SharedToken),
        (&format!("webhook_secret = \"{SECRET}\""), Scheme::HmacSha256),
        (&client, Scheme::SharedToken),
    ] {
        let shop = Shop::open(keys).await;
        for body in BODIES {
            let secret = SECRET.to_owned();
            shop.add(
                match (scheme, keys.contains("client_id")) {
                    (Scheme::Unauthenticated, _) => WebhookAuth::None,
                    (Scheme::HmacSha256, _) => WebhookAuth::HmacSha256 { secret },
                    (_, false) => WebhookAuth::ApiKey { key: secret },
                    (_, true) => WebhookAuth::OAuth2 {
                        token_url: shop.at("bank-token").parse().unwrap(),
                        client_id: "shop".to_owned(),
                        client_secret: secret,
                    },
                },
                body,
            );
            let memo = "Đơn SPT12345678 1/2";
            let transfer = shop.sepay.bank_transfer(ACCOUNT, 50_000, memo).await.unwrap();
            let [delivered] = &transfer.deliveries[..] else { panic!("{transfer:?}") };
            if (scheme, body) == (Scheme::HmacSha256, WebhookBody::Multipart) {
                assert!(!delivered.acknowledged && shop.received().is_empty());
                continue;
            }
            assert!(delivered.acknowledged, "{keys} {body:?}: {:?}", delivered.receipt.answer);
            let status = if keys.contains("client_id") { 201 } else { 200 };
            assert_eq!(delivered.receipt.status().unwrap(), status);
            let (proven_by, movement) = shop.believed().await;
            assert_eq!(proven_by, scheme);
            assert_eq!(movement.amount, Money::vnd(50_000));
            assert_eq!(movement.memo.as_deref(), Some(memo));
            assert_eq!(movement.order.unwrap().as_str(), "12345678");
            shop.sepay.remove_webhooks();
        }
    }
}

#[tokio::test]
async fn tokens_are_fetched_once_refreshed_before_their_end_and_fetched_anew_when_too_old() {
    let shop = Shop::open("webhook_client_id = \"shop\"\nwebhook_client_secret = \"s3cret\"").await;
    let token_url = shop.at("bank-token").parse().unwrap();
    let auth = WebhookAuth::OAuth2 {
        token_url,
        client_id: "shop".to_owned(),
        client_secret: "s3cret".to_owned(),
    };
    shop.add(auth, WebhookBody::Json);
    let grants = || -> Vec<String> {
        let asked = shop.sepay.token_requests();
        asked.iter().map(|it| String::from_utf8_lossy(it.request.body())[..16].to_owned()).collect()
    };
    let first = "grant_type=clien";
    let refresh = "grant_type=refre";
    for (seconds, asked) in [
        (0, vec![first]),
        (3_589, vec![first]),
        // Less than ten seconds are left.
        (1, vec![first, refresh]),
    ] {
        shop.sepay.advance(Duration::from_secs(seconds));
        let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
        assert!(transfer.deliveries[0].acknowledged);
        assert_eq!(grants(), asked);
    }
    // The refresh token has ended too: it is refused in both spellings.
    shop.sepay.advance(Duration::from_secs(31 * 24 * 3_600));
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);
    assert_eq!(grants()[2..], [refresh, r#"{"refreshToken":"#, first]);
}

#[tokio::test]
async fn a_wrong_client_gets_no_token_and_its_webhook_is_not_sent() {
    let shop = Shop::open("webhook_client_id = \"shop\"\nwebhook_client_secret = \"s3cret\"").await;
    let auth = WebhookAuth::OAuth2 {
        token_url: shop.at("bank-token").parse().unwrap(),
        client_id: "shop".to_owned(),
        client_secret: "another".to_owned(),
    };
    shop.add(auth, WebhookBody::Json);
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
    assert!(!transfer.deliveries[0].acknowledged && shop.received().is_empty());
    let answers = shop.sepay.token_requests();
    assert_eq!(answers.len(), 2, "the standard form, then SePay's own JSON");
    assert!(answers.iter().all(|it| it.status().unwrap() == 401));
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_on_the_schedule_under_the_same_key() {
    let shop = Shop::open(&format!("webhook_secret = \"{SECRET}\"")).await;
    shop.add(WebhookAuth::HmacSha256 { secret: SECRET.to_owned() }, WebhookBody::Json);
    *shop.outcome.lock().unwrap() = Outcome::TryAgain;
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT12345678").await.unwrap();
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let again = shop.sepay.pass(minutes(60)).await;
    assert_eq!(again.len(), 7);
    let received = shop.received();
    assert_eq!(received.len(), 8);
    assert!(received.iter().all(|it| it.key == received[0].key));

    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT12345678").await.unwrap();
    *shop.outcome.lock().unwrap() = Outcome::Duplicate;
    assert_eq!(shop.sepay.pass(minutes(60)).await.len(), 1);
}

#[tokio::test]
async fn a_merchant_authorises_and_everything_they_allowed_can_be_read() {
    let shop = Shop::open("").await;
    let sepay = &shop.sepay;
    let connection = shop.connect(&Scope::ALL).await;
    let accounts = connection.bank_accounts().await.unwrap();
    assert_eq!(accounts.len(), sepay.bank_accounts().len());
    let account = accounts.iter().find(|account| account.number.as_str() == ACCOUNT).unwrap();
    let now = Timestamp::from_unix(1_700_000_000);
    let balance = account.balance.as_ref().unwrap();
    assert_eq!((balance.amount, balance.at), (Money::vnd(10_000_000), now));
    assert_eq!(account.bank.bin.as_deref(), Some("970436"));

    sepay.bank_transfer(ACCOUNT, 50_000, "SPT12345678").await.unwrap();
    sepay.bank_transfer_out(ACCOUNT, 700, "phi").await.unwrap();
    sepay.bank_transfer(SUB_ACCOUNT, 900, "SPT87654321").await.unwrap();
    // The list is of a minute ago; one account is of now.
    assert_eq!(connection.bank_accounts().await.unwrap(), accounts);
    let fresh = connection.bank_account(account.id).await.unwrap().unwrap();
    assert_eq!(fresh.balance.unwrap().amount, Money::vnd(10_049_300));
    assert!(connection.bank_account(1).await.unwrap().is_none());

    let under = accounts.iter().find(|account| account.number.as_str() == "0900000009").unwrap();
    let subs = connection.sub_accounts(under.id, 1).await.unwrap();
    assert_eq!(subs.rows[0].number.as_ref().unwrap().as_str(), SUB_ACCOUNT);

    let all = connection.transactions(&TransactionFilter::new(), 1).await.unwrap();
    assert_eq!((all.rows.len(), all.total, all.more), (3, Some(3), false));
    assert_eq!(all.rows[0].virtual_account.as_ref().unwrap().as_str(), SUB_ACCOUNT);
    assert_eq!(all.rows[0].order.as_ref().unwrap().as_str(), "87654321");
    let filter =
        TransactionFilter::new().with_bank_account_id(account.id).with_amount_out(Money::vnd(700));
    let out = connection.transactions(&filter.with_from(now), 1).await.unwrap();
    assert_eq!(out.rows.len(), 1);
    assert!(!out.rows[0].is_credit());

    assert_eq!(connection.me().await.unwrap().id, 1);
    let company = connection.company().await.unwrap();
    assert_eq!(company.role.as_deref(), Some("Admin"));
    let ours = CodeRules::new("SPT", 8, 8).unwrap();
    assert!(company.configurations.recognises(&ours));
}

#[tokio::test]
async fn a_scope_that_was_not_allowed_is_refused_as_a_lack_of_permission() {
    let shop = Shop::open("").await;
    let connection = shop.connect(&[Scope::Profile]).await;
    connection.me().await.unwrap();
    for error in [
        connection.company().await.unwrap_err(),
        connection.bank_accounts().await.unwrap_err(),
        connection.webhooks(&WebhookFilter::new(), 1).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.code()), (ErrorKind::Permission, Some("forbidden")));
    }
    let submission = connection.delete_webhook(1).await.unwrap();
    assert!(matches!(submission, Submission::Declined(_)), "{submission:?}");
}

#[tokio::test]
async fn tokens_rotate_and_a_refresh_whose_answer_was_lost_has_to_be_authorised_again() {
    let shop = Shop::open("").await;
    let connection = shop.connect(&[Scope::Profile]).await;
    let asked =
        || shop.sepay.requests().iter().filter(|request| request.path == "/oauth/token").count();
    for refreshes in 1..=3 {
        shop.sepay.advance(Duration::from_secs(3_541));
        connection.me().await.unwrap();
        connection.me().await.unwrap();
        assert_eq!(asked(), 1 + refreshes);
    }
    // Ended before its time: asked again with another token.
    shop.sepay.revoke_access_tokens();
    connection.me().await.unwrap();
    assert_eq!(asked(), 5);

    shop.sepay.lose_next_answer(Operation::OAuthToken, When::AfterBooking);
    shop.sepay.advance(Duration::from_secs(3_541));
    let error = connection.me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    let error = connection.me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.to_string().contains("authorize"), "{error}");
}

#[tokio::test]
async fn a_code_is_good_once_for_five_minutes_and_for_one_app() {
    let shop = Shop::open("").await;
    let app = shop.provider.extension::<SePay>().unwrap().oauth().unwrap();
    let store = || Arc::new(MemoryTokenStore::default());
    let allowed = || {
        let authorization = app.authorize(&[Scope::Profile]).unwrap();
        let query = shop.sepay.merchant_allows(&authorization.url).unwrap();
        (authorization.state, query)
    };
    let (state, query) = allowed();
    app.exchange(&state, &query, store()).await.unwrap();
    let twice = app.exchange(&state, &query, store()).await.unwrap_err();
    assert_eq!(twice.code(), Some("invalid_grant"));

    let (state, query) = allowed();
    shop.sepay.advance(Duration::from_secs(300));
    let late = app.exchange(&state, &query, store()).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Authentication);
    let other = app.authorize(&[Scope::Profile]).unwrap().url.replace("app-for-tests", "other");
    assert!(shop.sepay.merchant_allows(&other).is_none());
}

#[tokio::test]
async fn a_browser_sees_what_is_asked_for_and_brings_back_the_merchants_decision() {
    let shop = Shop::open("").await;
    let app = shop.provider.extension::<SePay>().unwrap().oauth().unwrap();
    let authorization = app.authorize(&[Scope::Profile, Scope::WebhookRead]).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let send = async |request: http::Request<Bytes>| {
        client.send(Call::inquiry("browser", request)).await.unwrap()
    };
    let page = send(http::Request::get(&authorization.url).body(Bytes::new()).unwrap()).await;
    let page = String::from_utf8_lossy(page.body()).into_owned();
    assert!(page.contains("<li>webhook:read</li>") && page.contains("Cho phép"), "{page}");

    let (address, query) = authorization.url.split_once('?').unwrap();
    let press = |decision: &str| {
        http::Request::post(address)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(format!("{query}&decision={decision}")))
            .unwrap()
    };
    for (decision, code) in [("deny", Some("access_denied")), ("allow", None)] {
        let back = send(press(decision)).await;
        assert_eq!(back.status(), 303);
        let location = back.headers()["location"].to_str().unwrap();
        let (returned_to, query) = location.split_once('?').unwrap();
        assert_eq!(returned_to, shop.sepay.settings().oauth_redirect_url());
        let store = Arc::new(MemoryTokenStore::default());
        let connected = app.exchange(&authorization.state, query, store).await;
        assert_eq!(connected.as_ref().err().and_then(|error| error.code()), code);
    }
}

#[tokio::test]
async fn what_is_registered_is_really_sent_and_changed_and_deleted() {
    let shop = Shop::open(&format!("webhook_api_key = \"{SECRET}\"")).await;
    let connection = shop.connect(&Scope::ALL).await;
    let accounts = connection.bank_accounts().await.unwrap();
    let id_of = |number: &str| {
        accounts.iter().find(|account| account.number.as_str() == number).unwrap().id
    };
    let auth = || NewWebhookAuth::ApiKey { key: Secret::new(SECRET).unwrap(), body: Body::Json };
    let webhook = NewWebhook::new(id_of(ACCOUNT), "Shop", shop.at("bank-webhook"), auth())
        .with(|it| it.with_event(WebhookEvent::In).with_retry_on_error_status(true));
    let receipt = connection.create_webhook(&webhook).await.unwrap().accepted().unwrap();
    let id = receipt.id.unwrap();

    let known = connection.webhook(id).await.unwrap().unwrap();
    assert_eq!((known.event, known.auth), (Some(WebhookEvent::In), Some(Registered::ApiKey)));
    assert_eq!(known.api_key.unwrap().expose(), SECRET);
    assert_eq!((known.active, known.retry_on_error_status), (Some(true), Some(true)));
    assert_eq!(known.bank_account_id, Some(id_of(ACCOUNT)));
    let listed = connection.webhooks(&WebhookFilter::new().with_url("bank-webhook"), 1).await;
    assert_eq!(listed.unwrap().rows.len(), 1);

    let sent = async |number: &str, out: bool| {
        match out {
            false => shop.sepay.bank_transfer(number, 1_000, "SPT12345678").await.unwrap(),
            true => shop.sepay.bank_transfer_out(number, 1_000, "x").await.unwrap(),
        }
        .deliveries
        .len()
    };
    assert_eq!((sent(ACCOUNT, false).await, sent(ACCOUNT, true).await), (1, 0));
    assert_eq!(sent("0900000002", false).await, 0, "another account");
    assert_eq!(shop.believed().await.0, Scheme::SharedToken);

    // Sub-accounts only, and in multipart.
    let sub = connection.sub_accounts(id_of("0900000009"), 1).await.unwrap().rows.remove(0);
    let changes = WebhookChanges::new()
        .with_bank_account_id(id_of("0900000009"))
        .with_sub_accounts_only(vec![sub.id])
        .with_auth(NewWebhookAuth::ApiKey {
            key: Secret::new(SECRET).unwrap(),
            body: Body::Multipart,
        });
    connection.update_webhook(id, &changes).await.unwrap().accepted().unwrap();
    let known = connection.webhook(id).await.unwrap().unwrap();
    assert_eq!((known.only_va, known.bank_sub_account_ids), (Some(true), vec![sub.id]));
    assert_eq!((sent("0900000009", false).await, sent(SUB_ACCOUNT, false).await), (0, 1));
    let (_, movement) = shop.believed().await;
    assert_eq!(movement.virtual_account.unwrap().as_str(), SUB_ACCOUNT);

    let off = WebhookChanges::new().with_every_account().with_active(false);
    connection.update_webhook(id, &off).await.unwrap().accepted().unwrap();
    assert_eq!(sent("0900000009", false).await, 0);

    connection.delete_webhook(id).await.unwrap().accepted().unwrap();
    assert!(connection.webhook(id).await.unwrap().is_none());
    let again = connection.delete_webhook(id).await.unwrap();
    assert!(matches!(again, Submission::Declined(_)), "{again:?}");
}

#[tokio::test]
async fn a_lost_answer_to_a_registration_is_uncertain_and_the_webhook_is_found() {
    let shop = Shop::open("webhook_client_id = \"shop\"\nwebhook_client_secret = \"s\"").await;
    let connection = shop.connect(&Scope::ALL).await;
    let account = connection.bank_accounts().await.unwrap()[0].id;
    let auth = NewWebhookAuth::OAuth2 {
        access_token_url: shop.at("bank-token"),
        client_id: "shop".to_owned(),
        client_secret: Secret::new("s").unwrap(),
    };
    let webhook = NewWebhook::new(account, "Shop", shop.at("bank-webhook"), auth);
    shop.sepay.lose_next_answer(Operation::WebhookCreate, When::AfterBooking);
    let submission = connection.create_webhook(&webhook).await.unwrap();
    assert!(matches!(submission, Submission::Uncertain(_)), "{submission:?}");
    let found = connection.webhooks(&WebhookFilter::new(), 1).await.unwrap();
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].auth, Some(Registered::OAuth2));
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);

    let elsewhere = NewWebhook::new(
        account,
        "Shop",
        "https://shop.example/bank",
        NewWebhookAuth::None { body: Body::Json },
    );
    let submission = connection.create_webhook(&elsewhere).await.unwrap();
    let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
    assert_eq!(decline.code.as_deref(), Some("validation_error"));
}

#[tokio::test]
async fn the_form_of_payment_codes_can_be_read_and_changed() {
    let shop = Shop::open("").await;
    let connection = shop.connect(&[Scope::Company]).await;
    let digits = PaymentCodeFormat::new("DH", 6, 6, CodeCharacters::NumberOnly);
    let changes = ConfigurationChanges::new().with_payment_code_formats(vec![digits.clone()]);
    connection.configure_company(&changes).await.unwrap().accepted().unwrap();
    let company = connection.company().await.unwrap();
    assert_eq!(company.configurations.payment_code_formats, [digits]);
    assert!(!company.configurations.recognises(&CodeRules::new("SPT", 8, 8).unwrap()));
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "SPT12345678 DH123456").await.unwrap();
    assert_eq!(transfer.code.as_deref(), Some("DH123456"));

    let off = ConfigurationChanges::new().with_paycode(false);
    connection.configure_company(&off).await.unwrap().accepted().unwrap();
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "DH123456").await.unwrap();
    assert_eq!(transfer.code, None);
}
