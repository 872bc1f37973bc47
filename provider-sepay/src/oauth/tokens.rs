//! A merchant's tokens, and the store in which an app keeps them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{Result, Secret, Timestamp};

/// The time before its expiry at which an access token is renewed, so that it does not expire
/// during a call.
const EARLY: Duration = Duration::from_secs(60);

/// The tokens of one merchant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// The access token, valid for an hour.
    pub access_token: Secret,
    /// The refresh token, valid for a month.
    pub refresh_token: Option<Secret>,
    /// The time at which the access token expires.
    pub expires_at: Timestamp,
    /// The time at which a refresh began, if one is in progress. The refresh token may then already
    /// be used up.
    pub refreshing_since: Option<Timestamp>,
}

/// The store in which an app keeps the tokens of one merchant.
///
/// The tokens must be safe from a crash when [`save`](Self::save) returns; otherwise a merchant may
/// have to authorise the app again. Store every field of [`Tokens`], including `refreshing_since`:
/// after a crash it shows that a token may be lost, and it prevents two replicas of an app from
/// refreshing at the same time. Store the secrets encrypted.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the tokens that were saved last, or `None` if the merchant has not authorised the
    /// app.
    ///
    /// # Errors
    /// The tokens could not be read.
    async fn load(&self) -> Result<Option<Tokens>>;

    /// Saves tokens, which replace those saved before.
    ///
    /// # Errors
    /// The tokens could not be saved.
    async fn save(&self, tokens: &Tokens) -> Result<()>;

    /// Saves `tokens` if the saved ones are still `known` (see [`Tokens::is_same`]), in one atomic
    /// step. Returns whether they were saved. Otherwise two replicas that refresh at the same time
    /// would overwrite each other's new tokens. In SQL, use `UPDATE … WHERE` the access token and
    /// the mark are those of `known`.
    ///
    /// # Errors
    /// The tokens could not be saved.
    async fn replace(&self, known: &Tokens, tokens: &Tokens) -> Result<bool>;
}

/// A store that loses its tokens when the app ends. For tests and trials.
#[derive(Debug, Default)]
pub struct MemoryTokenStore(Mutex<Option<Tokens>>);

impl Tokens {
    /// Creates tokens of which the access token is valid until `expires_at`.
    pub fn new(access_token: Secret, refresh_token: Option<Secret>, expires_at: Timestamp) -> Self {
        Self { access_token, refresh_token, expires_at, refreshing_since: None }
    }

    /// Sets the time at which a refresh began. `None` means that no refresh is in progress.
    #[must_use]
    pub fn with_refreshing_since(mut self, since: Option<Timestamp>) -> Self {
        self.refreshing_since = since;
        self
    }

    /// Returns `true` if both have the same access token and the same mark of a refresh.
    pub fn is_same(&self, other: &Self) -> bool {
        self.access_token.matches(other.access_token.expose().as_bytes())
            && self.refreshing_since == other.refreshing_since
    }

    /// Returns `true` if the access token does not expire soon after `now`.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.plus(EARLY) < self.expires_at
    }
}

#[async_trait]
impl TokenStore for MemoryTokenStore {
    async fn load(&self) -> Result<Option<Tokens>> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn save(&self, tokens: &Tokens) -> Result<()> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokens.clone());
        Ok(())
    }

    async fn replace(&self, known: &Tokens, tokens: &Tokens) -> Result<bool> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = kept.as_ref().is_some_and(|kept| kept.is_same(known));
        if same {
            *kept = Some(tokens.clone());
        }
        Ok(same)
    }
}
