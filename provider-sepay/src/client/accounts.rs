//! The merchant's bank accounts, kept for a while.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use payments_core::{Clock, Listed, Result, statement::StatementAccount};

use super::{SePay, UserApi, cache::Cached, no_token};

/// How long the list is kept.
const KEPT: Duration = Duration::from_secs(60);

/// The accounts behind an API token.
pub(crate) struct Accounts {
    api: UserApi,
    kept: Cached<Vec<Listed<StatementAccount>>>,
}

impl Accounts {
    pub(crate) fn new(api: UserApi, clock: Arc<dyn Clock>) -> Self {
        Self { api, kept: Cached::new(clock, KEPT) }
    }
}

/// Bank accounts.
impl SePay {
    /// Our bank accounts, for a page or a check: asked for once a minute by the injected clock, each
    /// balance with the time that it is of. The role's own
    /// [`accounts`](payments_core::StatementProvider::accounts) asks every time.
    ///
    /// # Errors
    /// SePay could not be asked, or no `api_token` is configured.
    pub async fn kept_accounts(&self) -> Result<Arc<Vec<Listed<StatementAccount>>>> {
        let accounts = self.accounts.as_ref().ok_or_else(no_token)?;
        accounts.kept.get(accounts.api.accounts()).await
    }

    /// Asks for the accounts again the next time.
    pub fn forget_accounts(&self) {
        if let Some(accounts) = &self.accounts {
            accounts.kept.clear();
        }
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Accounts").field(&self.api).finish()
    }
}
