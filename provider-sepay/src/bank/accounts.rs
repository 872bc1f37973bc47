//! A cache of the merchant's bank accounts.

use std::fmt;
use std::sync::Arc;

use payments_core::{Clock, Listed, Result, statement::StatementAccount};

use super::statement::StatementV2;
use crate::{client::Kept, limits::ACCOUNTS_KEPT};

/// The accounts that an API token can see, requested at most once a minute.
pub(crate) struct Accounts {
    statement: StatementV2,
    kept: Kept<Vec<Listed<StatementAccount>>>,
}

impl Accounts {
    pub(crate) fn new(statement: StatementV2, clock: Arc<dyn Clock>) -> Self {
        Self { statement, kept: Kept::new(clock, ACCOUNTS_KEPT) }
    }

    pub(crate) async fn get(&self) -> Result<Arc<Vec<Listed<StatementAccount>>>> {
        self.kept.get(self.statement.accounts()).await
    }

    /// Clears the cache, so that the next call requests the accounts from SePay.
    pub(crate) fn forget(&self) {
        self.kept.clear();
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Accounts").field(&self.statement).finish()
    }
}
