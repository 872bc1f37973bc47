//! The statement by the User API v1.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payments_core::{
    AccountId, Clock, Error, ErrorKind, Listed, Movement, Result,
    statement::{StatementAccount, StatementFilter},
};

use super::{
    account::account,
    v1_reading::{Reading, Turn},
};
use crate::{
    bank::{
        api,
        movement::moved_by,
        payment_code::Matching,
        user_api::v1::{BankAccountFilter, TransactionFilter},
        user_api_v1::UserApiV1,
        v1_response, wire,
    },
    client::Request,
    dedupe_scope,
    field::{row, rows},
};

/// Reads statements by the User API v1.
pub(crate) struct StatementV1 {
    api: UserApiV1,
    clock: Arc<dyn Clock>,
    matching: Option<Arc<Matching>>,
    /// The number of an account at its bank, by which v1 filters a statement. It never changes.
    numbers: Mutex<BTreeMap<AccountId, String>>,
}

impl StatementV1 {
    /// A limit that is higher than the number of any merchant's bank accounts.
    const MOST_ACCOUNTS: u64 = 1_000;

    pub(crate) fn new(
        api: UserApiV1,
        clock: Arc<dyn Clock>,
        matching: Option<Arc<Matching>>,
    ) -> Self {
        Self { api, clock, matching, numbers: Mutex::default() }
    }

    /// Returns every bank account.
    pub(crate) async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        let filter = BankAccountFilter::new().limit(Self::MOST_ACCOUNTS);
        let request = Request::to(&api::V1_BANK_ACCOUNTS).with_query(filter.pairs());
        let response = self.api.client().inquire(&request).await?;
        let list: wire::V1BankAccounts<'_> = v1_response::read(&response)?;
        let now = self.clock.now();
        Ok(rows(&list.bankaccounts, |row: &wire::BankAccount<'_>| account(row, now)))
    }

    /// Returns the lines after the line `last`, which was already reported, and the number of the
    /// line that is now the last one.
    pub(crate) async fn page(
        &self,
        last: Option<u64>,
        filter: &StatementFilter,
    ) -> Result<(Turn<Movement>, Option<u64>)> {
        let mut narrowed = TransactionFilter::new();
        if let Some(account) = &filter.account {
            narrowed = narrowed.account_number(self.number(account).await?);
        }
        if let Some(from) = filter.from {
            narrowed = narrowed.transaction_date_min(from);
        }
        if let Some(until) = filter.until {
            narrowed = narrowed.transaction_date_max(until);
        }
        let mut reading = Reading::after(narrowed.pairs(), last);
        let turn = reading
            .turn(self.api.client(), |json, heading| {
                let is_asked_for = filter.account.as_ref().is_none_or(|it| heading.is_of(it));
                let read = |line: &wire::Transaction<'_>| {
                    moved_by(dedupe_scope::TRANSACTION_V1, line, self.matching.as_deref())
                };
                row(json, read).filter(|_| is_asked_for)
            })
            .await?;
        Ok((turn, reading.last()))
    }

    /// Returns the number of a bank account at its bank.
    async fn number(&self, account: &AccountId) -> Result<String> {
        let known = self.numbers().get(account).cloned();
        if let Some(number) = known {
            return Ok(number);
        }
        let found = self.api.bank_account(account.as_str()).await?;
        let number = found.and_then(|found| found.account_number).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "is not a bank account that is linked to SePay")
                .with_field("account")
        })?;
        self.numbers().insert(account.clone(), number.clone());
        Ok(number)
    }

    fn numbers(&self) -> MutexGuard<'_, BTreeMap<AccountId, String>> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for StatementV1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("StatementV1").field(&self.api).finish()
    }
}
