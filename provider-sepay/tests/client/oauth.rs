//! OAuth2 as a client: what is sent, and that no token gets lost or shown.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, future::join_all};
use http::{Method, Request, Response};
use payments_core::{
    Error, ErrorKind, ManualClock, Provider, Result, Secret, Submission, Timestamp,
    config::PaymentsConfig,
    money::Money,
    registry::{Context, Registry},
    transport::{Call, CallClass, RetryPolicy, Transport, TransportError, TransportErrorKind},
};
use provider_sepay::{
    SePay,
    oauth::{
        ConfigurationChanges, Connection, MemoryTokenStore, NewWebhook, NewWebhookAuth, OAuthApp,
        Scope, TokenStore, Tokens, TransactionFilter, WebhookBody, WebhookChanges, WebhookFilter,
    },
};
use serde_json::json;

use crate::world::{NOW, OAUTH, OAUTH_SECRET, Wire, from_text, now, provider, secret};

fn app(wire: &Arc<Wire>) -> OAuthApp {
    provider(&[OAUTH], wire).extension::<SePay>().unwrap().oauth().unwrap().clone()
}

fn tokens(access: &str, seconds: u64) -> Tokens {
    let until = now().plus(Duration::from_secs(seconds));
    Tokens::new(secret(access), Some(secret("refresh-0")), until)
}

async fn connected(app: &OAuthApp, seconds: u64) -> (Connection, Arc<Store>) {
    let store = Arc::new(Store::default());
    store.save(&tokens("access-0", seconds)).await.unwrap();
    store.steps.lock().unwrap().clear();
    (app.connection(Arc::clone(&store) as _), store)
}

/// A store that tells in which order it was used, and that can fail.
#[derive(Default)]
struct Store {
    inner: MemoryTokenStore,
    steps: Mutex<Vec<String>>,
    broken: AtomicBool,
    /// Another replica keeps new tokens just before the next replacement.
    overtaken: AtomicBool,
}

#[async_trait::async_trait]
impl TokenStore for Store {
    async fn load(&self) -> Result<Option<Tokens>> {
        self.inner.load().await
    }

    async fn save(&self, tokens: &Tokens) -> Result<()> {
        let mark = if tokens.refreshing_since.is_some() { " marked" } else { "" };
        self.steps.lock().unwrap().push(format!("{}{mark}", tokens.access_token.expose()));
        if self.broken.load(Ordering::SeqCst) && tokens.refreshing_since.is_none() {
            return Err(Error::new(ErrorKind::Unavailable, "the disk is full"));
        }
        self.inner.save(tokens).await
    }

    async fn replace(&self, known: &Tokens, tokens: &Tokens) -> Result<bool> {
        if self.overtaken.swap(false, Ordering::SeqCst) {
            self.inner.save(&crate::oauth::tokens("access-9", 3600)).await?;
        }
        let replaced = self.inner.replace(known, tokens).await?;
        let mark = if tokens.refreshing_since.is_some() { " marked" } else { "" };
        if replaced {
            self.steps.lock().unwrap().push(format!("{}{mark}", tokens.access_token.expose()));
        }
        Ok(replaced)
    }
}

impl Store {
    fn steps(&self) -> Vec<String> {
        std::mem::take(&mut self.steps.lock().unwrap())
    }
}

fn given(number: u32, refresh: bool) -> String {
    let mut body = json!({
        "access_token": format!("access-{number}"), "token_type": "Bearer", "expires_in": 3600,
    });
    if refresh {
        body["refresh_token"] = json!(format!("refresh-{number}"));
    }
    body.to_string()
}

const ME: &str = r#"{"status":"success","data":{"id":1,"first_name":"An"}}"#;

fn form(request: &Request<Bytes>) -> Vec<(String, String)> {
    form_urlencoded::parse(request.body()).into_owned().collect()
}

fn bearer(request: &Request<Bytes>) -> &str {
    request.headers()["authorization"].to_str().unwrap()
}

#[test]
fn the_authorisation_address_holds_what_sepay_asks_for_and_a_fresh_state() {
    let wire = Wire::new();
    let app = app(&wire);
    let authorization = app.authorize(&[Scope::BankAccountRead, Scope::Company]).unwrap();
    let url = url::Url::parse(&authorization.url).unwrap();
    assert_eq!(url.host_str(), Some("my.sepay.vn"));
    assert_eq!(url.path(), "/oauth/authorize");
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["response_type"], "code");
    assert_eq!(query["client_id"], "app-1");
    assert_eq!(query["redirect_uri"], "https://shop.example/return");
    assert_eq!(query["scope"], "bank-account:read company");
    assert_eq!(query["state"], authorization.state.expose());
    assert!(authorization.state.expose().len() >= 20);
    assert_ne!(app.authorize(&[Scope::Company]).unwrap().url, authorization.url);
    assert_eq!(app.authorize(&[]).unwrap_err().field(), Some("scopes"));
    assert!(!format!("{authorization:?}").contains(authorization.state.expose()));
    assert!(wire.is_untouched());
    assert_eq!(Scope::ALL.len(), 7);
}

#[tokio::test]
async fn a_code_is_traded_once_by_a_form_with_the_redirect_address() {
    let wire = Wire::new();
    wire.answer(200, given(1, true)).answer(200, ME);
    let app = app(&wire);
    let store = Arc::new(Store::default());
    let connection =
        app.exchange(&secret("s"), "code=c-1&state=s", Arc::clone(&store) as _).await.unwrap();
    assert_eq!(store.steps(), ["access-1"]);

    let request = wire.calls().remove(0);
    assert_eq!((request.method(), request.uri().path()), (&Method::POST, "/oauth/token"));
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert!(request.headers().get("authorization").is_none());
    let fields = form(&request);
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "c-1"),
        ("redirect_uri", "https://shop.example/return"),
        ("client_id", "app-1"),
        ("client_secret", OAUTH_SECRET),
    ] {
        assert!(fields.contains(&(name.to_owned(), value.to_owned())), "{name}: {fields:?}");
    }

    assert_eq!(connection.me().await.unwrap().first_name.as_deref(), Some("An"));
    assert_eq!(bearer(&wire.calls()[1]), "Bearer access-1");
    assert_eq!(wire.asked()[1], "GET https://my.sepay.vn/api/v1/me");
}

#[tokio::test]
async fn another_session_s_return_and_a_refusal_send_nothing() {
    let wire = Wire::new();
    let app = app(&wire);
    for query in ["code=c&state=other", "code=c", "error=access_denied&state=s"] {
        let store = Arc::new(Store::default());
        let error = app.exchange(&secret("s"), query, store as _).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{query}");
    }
    assert!(wire.is_untouched());
}

#[tokio::test]
async fn requests_for_tokens_are_never_repeated_and_their_refusals_are_told() {
    for (status, body, kind) in [
        (400, r#"{"error":"invalid_grant","error_description":"old"}"#, ErrorKind::Authentication),
        (401, r#"{"error":"invalid_client"}"#, ErrorKind::Authentication),
        (400, r#"{"error":"unauthorized_client"}"#, ErrorKind::Permission),
        (400, r#"{"error":"invalid_request"}"#, ErrorKind::InvalidRequest),
        (429, "", ErrorKind::RateLimited),
        (503, "<html>", ErrorKind::Unavailable),
        (302, "", ErrorKind::Malformed),
        (200, "<html>", ErrorKind::Malformed),
        (200, r#"{"access_token":"canary-token"}"#, ErrorKind::Malformed),
        (200, r#"{"access_token":"","token_type":"bearer"}"#, ErrorKind::Malformed),
    ] {
        let wire = Wire::new();
        wire.answer(status, body);
        let app = retrying(&wire);
        let store = Arc::new(Store::default());
        let answer = app.exchange(&secret("s"), "code=c&state=s", Arc::clone(&store) as _).await;
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert_eq!(wire.calls().len(), 1, "{status} {body}");
        assert!(store.steps().is_empty());
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("canary") && !shown.contains(OAUTH_SECRET), "{shown}");
            cause = error.source();
        }
    }
}

/// An app whose inquiries would be repeated.
fn retrying(wire: &Arc<Wire>) -> OAuthApp {
    let text =
        format!("[providers.main]\nkind = \"sepay\"\nenvironment = \"production\"\n{OAUTH_ENV}");
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let client: Arc<dyn Transport> = Arc::clone(wire) as _;
    let context = Context::new(client)
        .with_clock(Arc::new(ManualClock::at(Timestamp::from_unix(NOW))))
        .with_environ(payments_core::config::Environ::of([(
            "SECRET".to_owned(),
            OAUTH_SECRET.to_owned(),
        )]))
        .with_retry(RetryPolicy::new(2, Duration::ZERO, Duration::from_secs(1)));
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    let provider: Provider = registry.build(&config, &context).unwrap().remove(0);
    provider.extension::<SePay>().unwrap().oauth().unwrap().clone()
}

const OAUTH_ENV: &str = r#"
    oauth_client_id = "app-1"
    oauth_client_secret = { env = "SECRET" }
    oauth_redirect_url = "https://shop.example/return"
"#;

#[tokio::test]
async fn a_token_is_renewed_before_its_end_and_the_store_comes_before_its_use() {
    let wire = Wire::new();
    wire.answer(200, ME).answer(200, given(1, true)).answer(200, ME);
    let app = app(&wire);
    let (good, store) = connected(&app, 61).await;
    good.me().await.unwrap();
    assert!(store.steps().is_empty());

    let (ending, store) = connected(&app, 60).await;
    ending.me().await.unwrap();
    assert_eq!(store.steps(), ["access-0 marked", "access-1"]);
    let calls = wire.calls();
    let fields = form(&calls[1]);
    assert!(fields.contains(&("grant_type".to_owned(), "refresh_token".to_owned())), "{fields:?}");
    assert!(fields.contains(&("refresh_token".to_owned(), "refresh-0".to_owned())), "{fields:?}");
    assert_eq!(bearer(&calls[2]), "Bearer access-1");
    let kept = store.load().await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.unwrap().expose(), "refresh-1");
    assert_eq!(kept.expires_at, now().plus(Duration::from_secs(3600)));
}

#[tokio::test]
async fn a_refresh_token_that_is_not_rotated_is_kept() {
    let wire = Wire::new();
    wire.answer(200, given(1, false)).answer(200, ME);
    let (connection, store) = connected(&app(&wire), 0).await;
    connection.me().await.unwrap();
    let kept = store.load().await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.unwrap().expose(), "refresh-0");
}

#[tokio::test]
async fn calls_that_come_together_refresh_once() {
    let wire = Wire::new();
    wire.answer(200, given(1, true));
    for _ in 0..64 {
        wire.answer(200, ME);
    }
    let (connection, _) = connected(&app(&wire), 0).await;
    let all = join_all((0..64).map(|_| connection.me())).await;
    assert!(all.iter().all(Result::is_ok));
    let refreshed = wire.calls().iter().filter(|call| call.uri().path() == "/oauth/token").count();
    assert_eq!((refreshed, wire.calls().len()), (1, 65));
}

/// A transport whose first answer waits until it is let go.
struct Gate {
    wire: Arc<Wire>,
    open: tokio::sync::Semaphore,
}

#[async_trait::async_trait]
impl Transport for Gate {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let answer = self.wire.send(call).await;
        let _permit = self.open.acquire().await;
        answer
    }
}

#[tokio::test]
async fn a_caller_who_gives_up_does_not_lose_the_token_that_was_on_its_way() {
    let wire = Wire::new();
    wire.answer(200, given(1, true)).answer(200, ME);
    let gate = Arc::new(Gate { wire: Arc::clone(&wire), open: tokio::sync::Semaphore::new(0) });
    let text = format!("[providers.main]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{OAUTH}\n");
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let context = Context::new(Arc::clone(&gate) as _)
        .with_clock(Arc::new(ManualClock::at(Timestamp::from_unix(NOW))));
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    let provider = registry.build(&config, &context).unwrap().remove(0);
    let app = provider.extension::<SePay>().unwrap().oauth().unwrap();
    let (connection, store) = connected(app, 0).await;

    // SePay has answered; the caller is gone before it is read.
    assert!(connection.me().now_or_never().is_none());
    assert_eq!(store.steps(), ["access-0 marked"]);
    gate.open.add_permits(1);
    connection.me().await.unwrap();
    assert_eq!(store.steps(), ["access-1"]);
    assert_eq!(wire.calls().len(), 2, "{:?}", wire.asked());
}

#[tokio::test]
async fn tokens_that_the_store_did_not_take_are_kept_in_memory_and_written_first() {
    let wire = Wire::new();
    wire.answer(200, given(1, true)).answer(200, ME);
    let (connection, store) = connected(&app(&wire), 0).await;
    store.broken.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let error = connection.me().await.unwrap_err();
        assert_eq!((error.kind(), wire.calls().len()), (ErrorKind::Unavailable, 1));
    }
    store.broken.store(false, Ordering::SeqCst);
    connection.me().await.unwrap();
    let kept = store.load().await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.unwrap().expose(), "refresh-1");
    assert_eq!(wire.calls().len(), 2);
}

#[tokio::test]
async fn what_a_crash_may_have_lost_is_said() {
    let wire = Wire::new();
    let app = app(&wire);
    // The answer is lost, and then the process.
    wire.fail(TransportErrorKind::ConnectionLost);
    let (connection, store) = connected(&app, 0).await;
    let error = connection.me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(store.load().await.unwrap().unwrap().refreshing_since.is_some());

    // Another replica waits a while for it.
    let other = app.connection(Arc::clone(&store) as _);
    let error = other.me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));

    // The same process asks again with the old token, and SePay had rotated it.
    wire.answer(400, r#"{"error":"invalid_grant"}"#);
    let error = connection.me().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("invalid_grant")));
    assert!(error.to_string().contains("was interrupted"), "{error}");
    assert_eq!(wire.calls().len(), 2);
}

#[tokio::test]
async fn the_tokens_of_a_faster_replica_are_taken() {
    let wire = Wire::new();
    let app = app(&wire);
    let (connection, store) = connected(&app, 0).await;
    store.save(&tokens("access-9", 3600)).await.unwrap();
    wire.answer(200, ME);
    connection.me().await.unwrap();
    assert_eq!(bearer(&wire.calls()[0]), "Bearer access-9");

    // Faster by so little that it is seen only where this replica would begin.
    let (connection, store) = connected(&app, 0).await;
    store.overtaken.store(true, Ordering::SeqCst);
    wire.answer(200, ME);
    connection.me().await.unwrap();
    assert_eq!(bearer(&wire.calls()[1]), "Bearer access-9");
    assert!(store.steps().is_empty());
    assert_eq!(store.load().await.unwrap().unwrap().access_token.expose(), "access-9");
}

#[tokio::test]
async fn without_tokens_the_merchant_has_to_authorise() {
    let wire = Wire::new();
    let connection = app(&wire).connection(Arc::new(MemoryTokenStore::default()));
    let error = connection.me().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);

    let store = Arc::new(MemoryTokenStore::default());
    store.save(&Tokens::new(secret("a"), None, now())).await.unwrap();
    let error = app(&wire).connection(store).me().await.unwrap_err();
    assert!(error.to_string().contains("no refresh token"), "{error}");
    assert!(wire.is_untouched());
}

#[tokio::test]
async fn an_inquiry_that_the_token_does_not_open_is_asked_again_with_another_and_an_instruction_not()
 {
    let refusal = r#"{"error":"access_denied"}"#;
    let wire = Wire::new();
    wire.answer(401, refusal).answer(200, given(1, true)).answer(200, ME);
    let (connection, _) = connected(&app(&wire), 3600).await;
    connection.me().await.unwrap();
    assert_eq!(bearer(&wire.calls()[2]), "Bearer access-1");

    // Twice in a row is an answer.
    wire.answer(200, refusal).answer(200, given(2, true)).answer(200, refusal);
    let error = connection.me().await.unwrap_err();
    assert_eq!((error.kind(), wire.calls().len()), (ErrorKind::Authentication, 6));

    wire.answer(401, refusal);
    let submission = connection.delete_webhook(7).await.unwrap();
    let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
    assert!(!decline.confirmed);
    assert_eq!(wire.calls().len(), 7);

    // The next one comes with another token.
    wire.answer(200, given(3, true)).answer(204, "");
    assert!(matches!(connection.delete_webhook(7).await.unwrap(), Submission::Accepted(_)));
    assert_eq!(bearer(&wire.calls()[8]), "Bearer access-3");
}

#[tokio::test]
async fn a_strangers_404_is_not_an_absence() {
    let wire = Wire::new();
    let (connection, _) = connected(&app(&wire), 3600).await;
    wire.answer(404, r#"{"error":"not_found","message":"x"}"#);
    assert!(connection.webhook(7).await.unwrap().is_none());
    wire.answer(404, "<html>Not Found</html>").answer(404, "<html>Not Found</html>");
    assert_eq!(connection.webhook(7).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(connection.bank_account(19).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn accounts_are_asked_for_once_a_minute() {
    let wire = Wire::new();
    let page = |id: u64, at: u32| {
        json!({
            "status": "success",
            "data": [{ "id": id, "account_number": format!("00{id}"), "accumulated": 5 }],
            "meta": { "pagination": { "total": 2, "current_page": at, "last_page": 2 } },
        })
        .to_string()
    };
    wire.answer(200, page(1, 1)).answer(200, page(2, 2));
    let (connection, _) = connected(&app(&wire), 3600).await;
    for _ in 0..3 {
        let accounts = connection.bank_accounts().await.unwrap();
        assert_eq!(accounts.iter().map(|account| account.id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(accounts[0].balance.as_ref().unwrap().at, now());
    }
    assert_eq!(
        wire.asked(),
        [
            "GET https://my.sepay.vn/api/v1/bank-accounts?page=1&limit=100",
            "GET https://my.sepay.vn/api/v1/bank-accounts?page=2&limit=100",
        ]
    );
    connection.forget_accounts();
    wire.answer(200, page(1, 2));
    assert_eq!(connection.bank_accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn filters_go_out_under_their_documented_names() {
    let empty = r#"{"status":"success","data":[]}"#;
    let wire = Wire::new();
    wire.answer(200, empty).answer(200, empty).answer(404, r#"{"error":"not_found"}"#);
    let (connection, _) = connected(&app(&wire), 3600).await;
    let filter = TransactionFilter::new()
        .with_bank_account_id(19)
        .with_reference_number("FT 1")
        .with_from(now())
        .with_amount_in(Money::vnd(50_000));
    let page = connection.transactions(&filter, 2).await.unwrap();
    assert!(page.rows.is_empty() && !page.more);

    let webhooks = WebhookFilter::new()
        .with_url("https://shop.example/")
        .with_api_key(secret("k"))
        .with_active(false);
    connection.webhooks(&webhooks, 1).await.unwrap();
    assert!(connection.webhook(7).await.unwrap().is_none());
    assert_eq!(
        wire.asked(),
        [
            "GET https://my.sepay.vn/api/v1/transactions?bank_account_id=19&reference_number=FT+1\
             &from_date=2023-03-25&amount_in=50000&page=2&limit=100",
            "GET https://my.sepay.vn/api/v1/webhooks?webhook_url=https%3A%2F%2Fshop.example%2F\
             &api_key=k&active=0&page=1&limit=100",
            "GET https://my.sepay.vn/api/v1/webhooks/7",
        ]
    );
    let dollars = Money::from_minor(5, payments_core::money::Currency::USD);
    let filter = filter.with_amount_in(dollars);
    let error = connection.transactions(&filter, 1).await.unwrap_err();
    assert_eq!(error.field(), Some("amount_in"));
}

fn keyed() -> NewWebhookAuth {
    NewWebhookAuth::ApiKey { key: secret("k"), body: WebhookBody::Json }
}

#[tokio::test]
async fn an_instruction_is_one_call_and_a_lost_answer_is_uncertain() {
    let wire = Wire::new();
    let (connection, _) = connected(&app(&wire), 3600).await;
    let webhook = NewWebhook::new(19, "Shop", "https://shop.example/bank", keyed());

    wire.answer(201, r#"{"status":"success","message":"x","data":{"id":7}}"#);
    let made = connection.create_webhook(&webhook).await.unwrap().accepted().unwrap();
    assert_eq!(made.id, Some(7));
    let call = &wire.calls()[0];
    assert_eq!(
        (call.method(), call.headers()["content-type"].to_str().unwrap()),
        (&Method::POST, "application/json")
    );

    wire.answer(200, r#"{"status":"success"}"#);
    let changes = WebhookChanges::new().with_active(false);
    connection.update_webhook(7, &changes).await.unwrap().accepted().unwrap();
    assert_eq!(wire.calls()[1].body(), r#"{"active":0}"#);

    wire.answer(204, "");
    connection.delete_webhook(7).await.unwrap().accepted().unwrap();
    assert!(wire.calls()[2].headers().get("content-type").is_none());

    wire.answer(200, r#"{"status":"success","data":{"paycode":true}}"#);
    let changes = ConfigurationChanges::new().with_paycode(true);
    connection.configure_company(&changes).await.unwrap().accepted().unwrap();
    assert_eq!(wire.calls()[3].body(), r#"{"paycode":true}"#);
    assert_eq!(
        wire.asked(),
        [
            "POST https://my.sepay.vn/api/v1/webhooks",
            "PATCH https://my.sepay.vn/api/v1/webhooks/7",
            "DELETE https://my.sepay.vn/api/v1/webhooks/7",
            "PATCH https://my.sepay.vn/api/v1/company/configurations",
        ]
    );
    for failure in [TransportErrorKind::ConnectionLost, TransportErrorKind::TimedOut] {
        wire.fail(failure);
        let submission = connection.create_webhook(&webhook).await.unwrap();
        assert!(matches!(submission, Submission::Uncertain(_)), "{submission:?}");
    }
    wire.fail(TransportErrorKind::NotSent);
    assert!(connection.create_webhook(&webhook).await.is_err());
}

#[tokio::test]
async fn what_sepay_would_refuse_is_refused_before_anything_is_sent() {
    let wire = Wire::new();
    let (connection, _) = connected(&app(&wire), 3600).await;
    let new = |url: &str| NewWebhook::new(19, "Shop", url, keyed());
    for (webhook, field) in [
        (new("shop.example/bank"), "webhook_url"),
        (new("ftp://shop.example/bank"), "webhook_url"),
        (NewWebhook::new(19, " ", "https://shop.example", keyed()), "name"),
        (
            new("https://shop.example").with(|it| it.with_sub_accounts_only(vec![])),
            "bank_sub_account_ids",
        ),
        (
            new("https://shop.example").with(|it| {
                it.with_auth(NewWebhookAuth::OAuth2 {
                    access_token_url: "token".to_owned(),
                    client_id: "c".to_owned(),
                    client_secret: secret("s"),
                })
            }),
            "oauth2_access_token_url",
        ),
    ] {
        let error = connection.create_webhook(&webhook).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some(field)));
    }
    let nothing = connection.update_webhook(7, &WebhookChanges::new()).await.unwrap_err();
    assert_eq!(nothing.field(), Some("changes"));
    let nothing = connection.configure_company(&ConfigurationChanges::new()).await.unwrap_err();
    assert_eq!(nothing.field(), Some("changes"));
    assert!(wire.is_untouched());
}

#[test]
fn the_configuration_of_the_app_has_to_be_whole() {
    let problems = |keys: &str| -> Vec<String> {
        let text = format!("[providers.main]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{keys}");
        let problems = from_text(&text, &Wire::new()).unwrap_err();
        problems.0.iter().map(ToString::to_string).collect()
    };
    let told = problems(r#"oauth_client_id = "app-1""#);
    for key in [
        "oauth_url: is missing",
        "oauth_client_secret: is missing",
        "oauth_redirect_url: is missing",
    ] {
        assert!(told.iter().any(|problem| problem.contains(key)), "{key}: {told:?}");
    }
    let none = provider(&[crate::world::GATEWAY], &Wire::new());
    let error = none.extension::<SePay>().unwrap().oauth().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn no_token_is_ever_printed() {
    let wire = Wire::new();
    let app = app(&wire);
    let (connection, store) = connected(&app, 3600).await;
    let stored = store.load().await.unwrap();
    let webhook = NewWebhook::new(19, "Shop", "https://shop.example", keyed());
    let shown = format!("{app:?} {connection:?} {stored:?} {webhook:?} {:?}", store.inner);
    for secret in ["access-0", "refresh-0", OAUTH_SECRET, "\"k\""] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[test]
fn requests_for_tokens_are_of_the_class_that_is_sent_once() {
    struct Class(Mutex<Vec<CallClass>>);

    #[async_trait::async_trait]
    impl Transport for Class {
        async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
            self.0.lock().unwrap().push(call.class);
            Err(TransportError::new(TransportErrorKind::NotSent, "nothing is sent here"))
        }
    }
    let class = Arc::new(Class(Mutex::default()));
    let text = format!("[providers.main]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{OAUTH}\n");
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    let context = Context::new(Arc::clone(&class) as _);
    let provider = registry.build(&config, &context).unwrap().remove(0);
    let app = provider.extension::<SePay>().unwrap().oauth().unwrap();
    let store = Arc::new(MemoryTokenStore::default());
    let answer = app.exchange(&Secret::new("s").unwrap(), "code=c&state=s", store).now_or_never();
    assert!(answer.unwrap().is_err());
    assert_eq!(*class.0.lock().unwrap(), [CallClass::PaidInquiry]);
}
