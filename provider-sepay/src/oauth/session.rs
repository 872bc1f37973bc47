//! A merchant's tokens, refreshed when needed: one refresh at a time, without losing tokens.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oauth2::RefreshToken;
use payments_core::{Error, ErrorKind, Result, Secret, SingleFlight};

use super::{
    token_request::{App, is_invalid_grant},
    tokens::{TokenStore, Tokens},
};

/// How long to wait for a refresh that another replica began.
const OTHERS: Duration = Duration::from_secs(60);

/// The tokens of one merchant. Clones share one session.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    store: Arc<dyn TokenStore>,
    state: Mutex<State>,
    /// The refresh in progress, shared by all callers that wait for it. It saves its tokens even if
    /// all of them drop their calls, because SePay may have replaced the refresh token by then.
    refreshes: SingleFlight<(), Tokens>,
}

#[derive(Default)]
struct State {
    /// The tokens that are also in the store.
    tokens: Option<Tokens>,
    /// Tokens that SePay issued and that could not be saved.
    unsaved: Option<Tokens>,
    /// The mark of a refresh that this session saved in the store.
    began: Option<payments_core::Timestamp>,
}

impl Session {
    pub(crate) fn new(app: Arc<App>, store: Arc<dyn TokenStore>) -> Self {
        let refreshes = SingleFlight::default();
        Self(Arc::new(Inner { app, store, state: Mutex::default(), refreshes }))
    }

    /// Returns an access token that does not expire soon.
    pub(crate) async fn access_token(&self) -> Result<Secret> {
        if let Some(tokens) = &self.0.state().tokens
            && tokens.is_fresh(self.0.app.clock.now())
        {
            return Ok(tokens.access_token.clone());
        }
        let refresh = || Arc::clone(&self.0).refreshed();
        Ok(self.0.refreshes.run((), refresh).await?.access_token)
    }

    /// Waits until no refresh is in progress.
    pub(crate) async fn idle(&self) {
        self.0.refreshes.idle().await;
    }

    /// Drops an access token that SePay no longer accepts, so that the next call uses another.
    pub(crate) async fn refused(&self, token: &Secret) -> Result<()> {
        let stale = |tokens: &Tokens| tokens.access_token.matches(token.expose().as_bytes());
        if self.0.state().tokens.take_if(|tokens| stale(tokens)).is_none() {
            // Another caller noticed this first.
            return Ok(());
        }
        if let Some(mut stored) = self.0.store.load().await?.filter(|tokens| stale(tokens)) {
            let known = stored.clone();
            stored.expires_at = self.0.app.clock.now();
            self.0.store.replace(&known, &stored).await?;
        }
        Ok(())
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn refreshed(self: Arc<Self>) -> Result<Tokens> {
        let tokens = self.renewed().await?;
        self.state().tokens = Some(tokens.clone());
        Ok(tokens)
    }

    async fn renewed(&self) -> Result<Tokens> {
        let unsaved = self.state().unsaved.clone();
        if let Some(tokens) = unsaved {
            self.keep(&tokens).await?;
            if tokens.is_fresh(self.app.clock.now()) {
                return Ok(tokens);
            }
        }
        let Some(stored) = self.store.load().await? else {
            return Err(authorise("the merchant has not authorised the app"));
        };
        let now = self.app.clock.now();
        if stored.is_fresh(now) {
            // Another replica refreshed the tokens, or this process has just started.
            return Ok(stored);
        }
        let mine = self.state().began;
        if let Some(since) = stored.refreshing_since
            && Some(since) != mine
            && now.distance(since) < OTHERS
        {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "another refresh of these tokens is under way, or was interrupted",
            )
            .with_retry_after(OTHERS.saturating_sub(now.since(since))));
        }
        let Some(refresh_token) = stored.refresh_token.clone() else {
            return Err(authorise("the access token has expired and there is no refresh token"));
        };
        let marked = stored.clone().with_refreshing_since(Some(now));
        if !self.store.replace(&stored, &marked).await? {
            // Another replica was slightly faster, and its tokens will soon be in the store.
            let theirs = self.store.load().await?;
            return theirs.filter(|tokens| tokens.is_fresh(now)).ok_or_else(|| {
                Error::new(ErrorKind::Unavailable, "another refresh of these tokens has begun")
                    .with_retry_after(Duration::from_secs(1))
            });
        }
        self.state().began = Some(now);
        match self.app.refresh(RefreshToken::new(refresh_token.expose().to_owned())).await {
            Ok(mut tokens) => {
                // SePay may keep the refresh token unchanged.
                tokens.refresh_token.get_or_insert(refresh_token);
                self.state().unsaved = Some(tokens.clone());
                self.keep(&tokens).await?;
                Ok(tokens)
            }
            Err(error) if is_invalid_grant(&error) => self.overtaken(&stored, error).await,
            Err(error) => {
                if error.code().is_some() {
                    // SePay responded without tokens, so no refresh is in progress any more.
                    self.store.replace(&marked, &stored).await?;
                }
                Err(error)
            }
        }
    }

    /// Saves tokens in the store. They are not used before they are saved.
    async fn keep(&self, tokens: &Tokens) -> Result<()> {
        self.store.save(tokens).await?;
        let mut state = self.state();
        (state.unsaved, state.began) = (None, None);
        Ok(())
    }

    /// Handles a refresh token that SePay does not accept: either another replica was faster, or
    /// the token is lost.
    async fn overtaken(&self, stored: &Tokens, error: Error) -> Result<Tokens> {
        let fresh = |tokens: &Tokens| tokens.is_fresh(self.app.clock.now());
        if let Some(theirs) = self.store.load().await?.filter(fresh) {
            return Ok(theirs);
        }
        let marked = stored.clone().with_refreshing_since(self.state().began.take());
        self.store.replace(&marked, &stored.clone().with_refreshing_since(None)).await?;
        let lost = match stored.refreshing_since {
            None => authorise("SePay does not take the refresh token any more"),
            Some(since) => authorise(format!(
                "a refresh that began at {since} was interrupted, and SePay does not take the \
                 token from before any more"
            )),
        };
        Err(lost.with_code(error.code().unwrap_or_default().to_owned()).with_source(error))
    }
}

fn authorise(why: impl fmt::Display) -> Error {
    Error::new(
        ErrorKind::Authentication,
        format!("{why}; send the merchant to SePay's page with `authorize`"),
    )
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(…)")
    }
}
