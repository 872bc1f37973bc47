//! How an app gets a merchant's tokens.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Method, Response};
use payments_core::{ErrorKind, ManualClock, Provider, Result, Secret, Timestamp};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{Call, CallClass, RetryPolicy, Transport, TransportError, TransportErrorKind},
};
use provider_sepay::{
    SePay,
    oauth::{MemoryTokenStore, OAuthApp, Scope},
};

use super::{ME, Store, app, bearer, form, given};
use crate::world::{NOW, OAUTH, OAUTH_SECRET, Wire, from_text, provider, secret};

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
        .with_environ(provider_kit::config::Environ::of([(
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

#[tokio::test]
async fn tokens_that_the_store_does_not_take_are_used_by_nobody() {
    let wire = Wire::new();
    wire.answer(200, given(1, true));
    let store = Arc::new(Store::default());
    store.broken.store(true, std::sync::atomic::Ordering::SeqCst);
    let (app, state) = (app(&wire), secret("s"));
    let exchanged = app.exchange(&state, "code=c&state=s", Arc::clone(&store) as _);
    let error = exchanged.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(wire.calls().len(), 1, "a code is sent once");
}
