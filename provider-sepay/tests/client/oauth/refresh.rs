//! How tokens are kept fresh, and that none gets lost or shown.

use std::sync::{Arc, atomic::Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, future::join_all};
use http::Response;
use payments_core::{ErrorKind, ManualClock, Result, Timestamp};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{Call, Transport, TransportError, TransportErrorKind},
};
use provider_sepay::{
    SePay,
    oauth::{MemoryTokenStore, NewWebhook, OAuthApp, TokenStore, Tokens},
};

use super::{ME, Store, app, bearer, connected, form, given, keyed, tokens};
use crate::world::{NOW, OAUTH, OAUTH_SECRET, Wire, now, secret};

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

/// A transport whose every answer waits until it is let go.
struct Gate {
    wire: Arc<Wire>,
    open: tokio::sync::Semaphore,
}

impl Gate {
    fn new(wire: &Arc<Wire>, open: usize) -> Arc<Self> {
        Arc::new(Self { wire: Arc::clone(wire), open: tokio::sync::Semaphore::new(open) })
    }

    fn app(self: &Arc<Self>) -> OAuthApp {
        let text =
            format!("[providers.main]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{OAUTH}\n");
        let config: PaymentsConfig = toml::from_str(&text).unwrap();
        let context = Context::new(Arc::clone(self) as _)
            .with_clock(Arc::new(ManualClock::at(Timestamp::from_unix(NOW))));
        let registry = Registry::empty().add(provider_sepay::REGISTRATION);
        let provider = registry.build(&config, &context).unwrap().remove(0);
        provider.extension::<SePay>().unwrap().oauth().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Transport for Gate {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let answer = self.wire.send(call).await;
        tokio::task::yield_now().await;
        let _permit = self.open.acquire().await;
        answer
    }
}

/// Drops `call` once it was polled so often; whether it was ended by then.
async fn dropped_after<F: Future>(polls: usize, call: F) -> bool {
    let mut call = Box::pin(call);
    for _ in 0..polls {
        if call.as_mut().now_or_never().is_some() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

#[tokio::test]
async fn a_refresh_ends_in_the_store_at_whichever_moment_its_caller_leaves() {
    let mut polls = 1;
    loop {
        let wire = Wire::new();
        wire.answer(200, given(1, true)).answer(200, ME);
        let (connection, store) = connected(&Gate::new(&wire, 1).app(), 0).await;
        let has_ended = dropped_after(polls, connection.me()).await;
        connection.idle().await;
        assert_eq!(store.steps(), ["access-0 marked", "access-1"], "{polls} polls");
        let kept = store.load().await.unwrap().unwrap();
        assert_eq!(kept.refresh_token.unwrap().expose(), "refresh-1");
        if has_ended {
            assert!(polls > 2, "it was not dropped on its way");
            break;
        }
        polls += 1;
    }
}

#[tokio::test]
async fn a_code_that_was_sent_becomes_tokens_in_the_store_although_its_caller_leaves() {
    let wire = Wire::new();
    wire.answer(200, given(1, true));
    let gate = Gate::new(&wire, 0);
    let store = Arc::new(Store::default());
    let app = gate.app();
    let (state, query) = (secret("s"), "code=c&state=s");
    assert!(!dropped_after(3, app.exchange(&state, query, Arc::clone(&store) as _)).await);
    assert_eq!((wire.calls().len(), store.steps().len()), (1, 0));
    gate.open.add_permits(1);
    while store.load().await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(store.steps(), ["access-1"]);
}

#[test]
fn a_refresh_whose_runtime_ended_is_told_and_holds_nobody_up() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let wire = Wire::new();
    wire.answer(200, given(1, true)).answer(200, given(2, true)).answer(200, ME);
    let gate = Gate::new(&wire, 0);
    let app = gate.app();
    let (connection, store) = runtime().block_on(async {
        let (connection, store) = connected(&app, 0).await;
        assert!(!dropped_after(3, connection.me()).await);
        (connection, store)
    });
    assert_eq!((store.steps(), wire.calls().len()), (vec!["access-0 marked".to_owned()], 1));
    gate.open.add_permits(1);
    // This session made the mark itself, so it does not wait for another replica.
    runtime().block_on(connection.me()).unwrap();
    assert_eq!(store.steps().last().unwrap(), "access-2");
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
