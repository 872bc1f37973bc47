//! Two replicas of an app on one token store, each stopped between reading the tokens and writing
//! its own.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use futures_util::FutureExt;
use payments_core::{ErrorKind, ManualClock, Result};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::TransportErrorKind,
};
use provider_sepay::{
    SePay,
    oauth::{Connection, MemoryTokenStore, OAuthApp, TokenStore, Tokens},
};
use tokio::sync::Semaphore;

use super::{ME, bearer, given, tokens};
use crate::world::{OAUTH, Wire, now};

/// The store of every replica.
type Shared = Arc<MemoryTokenStore>;

/// One replica's view of the store, which can be stopped at one place.
struct View {
    shared: Shared,
    at: Place,
    stop: Stop,
}

/// Where a replica is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    BeforeLoad,
    AfterLoad,
    BeforeReplace,
}

/// Lets this many calls through, and stops the next.
struct Stop {
    free: AtomicUsize,
    gate: Semaphore,
}

impl Stop {
    fn after(calls: usize) -> Self {
        Self { free: AtomicUsize::new(calls), gate: Semaphore::new(0) }
    }

    async fn pass(&self) {
        let free =
            self.free.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
        if free.is_err() {
            self.gate.acquire().await.unwrap().forget();
        }
    }

    fn go_on(&self) {
        self.free.store(usize::MAX, Ordering::SeqCst);
        self.gate.add_permits(1);
    }
}

impl View {
    async fn pass(&self, place: Place) {
        if place == self.at {
            self.stop.pass().await;
        }
    }
}

#[async_trait::async_trait]
impl TokenStore for View {
    async fn load(&self) -> Result<Option<Tokens>> {
        self.pass(Place::BeforeLoad).await;
        let loaded = self.shared.load().await;
        self.pass(Place::AfterLoad).await;
        loaded
    }

    async fn save(&self, tokens: &Tokens) -> Result<()> {
        self.shared.save(tokens).await
    }

    async fn replace(&self, known: &Tokens, tokens: &Tokens) -> Result<bool> {
        self.pass(Place::BeforeReplace).await;
        self.shared.replace(known, tokens).await
    }
}

struct Replicas {
    wire: Arc<Wire>,
    clock: ManualClock,
    app: OAuthApp,
    shared: Shared,
}

impl Replicas {
    /// Replicas whose access token is valid for this many seconds.
    async fn with_tokens_for(seconds: u64) -> Self {
        let (wire, clock) = (Wire::new(), ManualClock::at(now()));
        let text =
            format!("[providers.main]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{OAUTH}");
        let config: PaymentsConfig = toml::from_str(&text).unwrap();
        let context = Context::new(Arc::clone(&wire) as _).with_clock(Arc::new(clock.clone()));
        let registry = Registry::empty().add(provider_sepay::REGISTRATION);
        let provider = registry.build(&config, &context).unwrap().remove(0);
        let app = provider.extension::<SePay>().unwrap().oauth().unwrap().clone();
        let shared = Shared::default();
        shared.save(&tokens("access-0", seconds)).await.unwrap();
        Self { wire, clock, app, shared }
    }

    fn replica(&self) -> Connection {
        self.app.connection(Arc::clone(&self.shared) as _)
    }

    /// One that is stopped at its call number `calls`, counted from 0, of this place.
    fn stopped(&self, at: Place, calls: usize) -> (Connection, Arc<View>) {
        let stop = Stop::after(calls);
        let view = Arc::new(View { shared: Arc::clone(&self.shared), at, stop });
        (self.app.connection(Arc::clone(&view) as _), view)
    }

    fn refreshes(&self) -> usize {
        self.wire.calls().iter().filter(|call| call.uri().path() == "/oauth/token").count()
    }

    async fn kept(&self) -> Tokens {
        self.shared.load().await.unwrap().unwrap()
    }
}

/// Lets every task run that can.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_replica_that_is_overtaken_before_its_mark_uses_the_tokens_of_the_faster_one() {
    for place in [Place::BeforeLoad, Place::AfterLoad, Place::BeforeReplace] {
        let replicas = Replicas::with_tokens_for(0).await;
        let (slow, view) = replicas.stopped(place, 0);
        let mut asking = Box::pin(slow.me());
        assert!((&mut asking).now_or_never().is_none());
        settle().await;
        replicas.wire.answer(200, given(1, true)).answer(200, ME).answer(200, ME);
        replicas.replica().me().await.unwrap();
        view.stop.go_on();
        asking.await.unwrap();
        assert_eq!(replicas.refreshes(), 1, "the refresh token is used once");
        assert_eq!(bearer(replicas.wire.calls().last().unwrap()), "Bearer access-1");
        let kept = replicas.kept().await;
        assert_eq!(kept.access_token.expose(), "access-1");
        assert_eq!(kept.refreshing_since, None);
    }
}

#[tokio::test]
async fn a_replica_that_is_overtaken_while_the_faster_one_still_asks_sends_nothing() {
    let replicas = Replicas::with_tokens_for(0).await;
    let (slow, view) = replicas.stopped(Place::AfterLoad, 0);
    let mut asking = Box::pin(slow.me());
    assert!((&mut asking).now_or_never().is_none());
    settle().await;
    // The faster one has made its mark, and its answer is lost.
    replicas.wire.fail(TransportErrorKind::ConnectionLost);
    assert!(replicas.replica().me().await.is_err());
    view.stop.go_on();
    let error = asking.await.unwrap_err();
    assert_eq!((error.kind(), replicas.refreshes()), (ErrorKind::Unavailable, 1));
    assert!(error.retry_after().is_some(), "{error}");
    // A third one sees the mark, and waits for a minute: not a second less.
    let third = replicas.replica();
    replicas.clock.advance(Duration::from_secs(59));
    let error = third.me().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)), "{error}");
    assert_eq!(replicas.refreshes(), 1);
    replicas.clock.advance(Duration::from_secs(1));
    replicas.wire.answer(200, given(2, true)).answer(200, ME);
    third.me().await.unwrap();
    assert_eq!(replicas.kept().await.access_token.expose(), "access-2");
}

#[tokio::test]
async fn a_token_that_sepay_refuses_ends_no_newer_one_of_another_replica() {
    let refusal = r#"{"error":"access_denied"}"#;
    // The first load is the access token's own; the second looks whether it is still kept.
    for (place, calls) in [(Place::BeforeLoad, 1), (Place::AfterLoad, 1), (Place::BeforeReplace, 0)]
    {
        let replicas = Replicas::with_tokens_for(3600).await;
        let (slow, view) = replicas.stopped(place, calls);
        replicas.wire.answer(401, refusal);
        let mut asking = Box::pin(slow.me());
        assert!((&mut asking).now_or_never().is_none());
        settle().await;
        assert!((&mut asking).now_or_never().is_none());
        let newer = tokens("access-9", 3600);
        replicas.shared.save(&newer).await.unwrap();
        view.stop.go_on();
        replicas.wire.answer(200, ME);
        asking.await.unwrap();
        assert_eq!(bearer(replicas.wire.calls().last().unwrap()), "Bearer access-9");
        let kept = replicas.kept().await;
        assert!(kept.is_same(&newer) && kept.expires_at == newer.expires_at, "{kept:?}");
        assert_eq!(replicas.refreshes(), 0);
    }
}

#[tokio::test]
async fn a_refresh_that_sepay_refused_takes_its_mark_back_and_the_next_replica_asks_at_once() {
    for refusal in [
        r#"{"error":"invalid_client"}"#,
        r#"{"error":"invalid_request"}"#,
        r#"{"error":"invalid_grant"}"#,
    ] {
        let replicas = Replicas::with_tokens_for(0).await;
        replicas.wire.answer(400, refusal);
        assert!(replicas.replica().me().await.is_err(), "{refusal}");
        let kept = replicas.kept().await;
        assert_eq!(kept.refreshing_since, None, "{refusal}");
        assert_eq!(kept.refresh_token.unwrap().expose(), "refresh-0", "{refusal}");
        replicas.wire.answer(200, given(1, true)).answer(200, ME);
        replicas.replica().me().await.unwrap();
        assert_eq!((replicas.refreshes(), replicas.kept().await.refreshing_since), (2, None));
    }
}

#[tokio::test]
async fn a_refresh_token_that_another_replica_used_up_loses_no_tokens_of_that_replica() {
    // The second load and the second replacement come after the refusal.
    for (place, is_seen) in
        [(Place::BeforeLoad, true), (Place::AfterLoad, false), (Place::BeforeReplace, false)]
    {
        let replicas = Replicas::with_tokens_for(0).await;
        // Another replica began, and seems to be gone after a minute.
        let mark = tokens("access-0", 0).with_refreshing_since(Some(now()));
        replicas.shared.save(&mark).await.unwrap();
        replicas.clock.advance(Duration::from_secs(60));
        let (late, view) = replicas.stopped(place, 1);
        replicas.wire.answer(400, r#"{"error":"invalid_grant"}"#);
        let mut asking = Box::pin(late.me());
        assert!((&mut asking).now_or_never().is_none());
        settle().await;
        assert!((&mut asking).now_or_never().is_none(), "{place:?}");
        // It was only late: its new tokens come now.
        replicas.shared.save(&tokens("access-9", 7200)).await.unwrap();
        view.stop.go_on();
        if is_seen {
            replicas.wire.answer(200, ME);
        }
        let answer = asking.await;
        let failed = answer.err().map(|error| error.kind());
        assert_eq!(failed, (!is_seen).then_some(ErrorKind::Authentication), "{place:?}");
        let kept = replicas.kept().await;
        assert_eq!((kept.access_token.expose(), kept.refreshing_since), ("access-9", None));
        // The next call uses them.
        replicas.wire.answer(200, ME);
        late.me().await.unwrap();
        assert_eq!(bearer(replicas.wire.calls().last().unwrap()), "Bearer access-9");
        assert_eq!(replicas.refreshes(), 1, "{place:?}");
    }
}
