//! A merchant's tokens, and where an app keeps them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{Result, Secret, Timestamp};

/// How long before its end an access token is renewed, so that none ends on its way.
const EARLY: Duration = Duration::from_secs(60);

/// The tokens of one merchant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// What opens the API, for an hour.
    pub access_token: Secret,
    /// What gets the next access token, for a month.
    pub refresh_token: Option<Secret>,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// Since when a refresh is under way, if one is: the refresh token may be used up.
    pub refreshing_since: Option<Timestamp>,
}

/// Where an app keeps the tokens of one merchant.
///
/// What is saved has to survive a crash before [`save`](Self::save) returns, or a merchant has to
/// authorise again. Every field of [`Tokens`] has to be kept, `refreshing_since` included: it
/// tells after a crash what may be lost, and it keeps two replicas of an app from refreshing at
/// once. Keep the secrets encrypted.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// The tokens that were saved last; `None` if the merchant has not authorised the app.
    ///
    /// # Errors
    /// They could not be read.
    async fn load(&self) -> Result<Option<Tokens>>;

    /// Keeps tokens in place of what was kept before.
    ///
    /// # Errors
    /// They could not be kept.
    async fn save(&self, tokens: &Tokens) -> Result<()>;

    /// Keeps `tokens` if what is kept is still `known` (see [`Tokens::is_same`]), in one step; says
    /// whether it was. Two replicas that refresh at once would otherwise overwrite each other's new
    /// tokens: in SQL, `UPDATE … WHERE` the access token and the mark are those of `known`.
    ///
    /// # Errors
    /// They could not be kept.
    async fn replace(&self, known: &Tokens, tokens: &Tokens) -> Result<bool>;
}

/// Tokens that are gone when the app ends: for tests and trials.
#[derive(Debug, Default)]
pub struct MemoryTokenStore(Mutex<Option<Tokens>>);

impl Tokens {
    /// Tokens that are good until `expires_at`.
    pub fn new(access_token: Secret, refresh_token: Option<Secret>, expires_at: Timestamp) -> Self {
        Self { access_token, refresh_token, expires_at, refreshing_since: None }
    }

    /// Marks a refresh as under way since a moment, or as over.
    #[must_use]
    pub fn with_refreshing_since(mut self, since: Option<Timestamp>) -> Self {
        self.refreshing_since = since;
        self
    }

    /// Whether these are the same tokens, under the same refresh.
    pub fn is_same(&self, other: &Self) -> bool {
        self.access_token.matches(other.access_token.expose().as_bytes())
            && self.refreshing_since == other.refreshing_since
    }

    /// Whether the access token is good for a while.
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
