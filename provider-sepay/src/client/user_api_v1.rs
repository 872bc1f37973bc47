//! The User API v1 (developer.sepay.vn, SePay API v1). SePay adds nothing to it any more.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::{
    Listed, Result, Submission,
    transport::{Call, Transport},
};

use super::{
    request::{Door, as_text, segment},
    v1_reading::Reading,
    va_orders::{VaOrders, Version},
};
use crate::{
    map::{self, Unclear, user_api as read},
    user_api::{
        BankAccount, CreatedOrder, Listing, NewOrder, NewVa, OrderVa, Source, Sourced, Transaction,
        VaOrder,
        v1::{BankAccountFilter, TransactionFilter},
    },
    wire,
};

pub(super) const TRANSACTIONS: &str = "v1_transactions";
pub(super) const ACCOUNTS: &str = "v1_bank_accounts";

/// The User API v1 (developer.sepay.vn, SePay API v1): a bearer token, JSON, numbers for ids, amounts
/// as text, two calls a second.
///
/// Reached by [`SePay::user_api_v1`](crate::SePay::user_api_v1). It answers HTTP 200 whatever it
/// says: nothing at all is a refused token, and everything else has its status in the body.
/// `account` is the number of a bank account; orders are BIDV's alone.
#[derive(Clone)]
pub struct UserApiV1 {
    door: Door,
    transport: Arc<dyn Transport>,
    orders: VaOrders,
}

impl UserApiV1 {
    /// The most rows to an answer (SePay API v1: transactions).
    pub(crate) const LARGEST: usize = 5_000;

    /// `va` is the last segment of the path to an order's virtual accounts.
    pub(crate) fn new(door: Door, transport: Arc<dyn Transport>, va: &'static str) -> Self {
        let orders = VaOrders::new(door.clone(), Arc::clone(&transport), Version::V1 { va });
        Self { door, transport, orders }
    }

    pub(crate) fn va_orders(&self) -> &VaOrders {
        &self.orders
    }

    /// Transactions: without `since_id` the newest, at most `limit` of them.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn transactions(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Vec<Listed<Transaction>>> {
        let response = self.ask(TRANSACTIONS, "/transactions/list", filter.pairs()).await?;
        let list: wire::V1Transactions<'_> = map::v1::read(TRANSACTIONS, &response)?;
        Ok(map::rows(&list.transactions, |row: &wire::Transaction<'_>| read::transaction(row)))
    }

    /// Every transaction from `since_id` on, oldest first, `limit` in memory at a time.
    pub fn every_transaction(&self, filter: &TransactionFilter) -> Listing<Transaction> {
        Listing::new(Lines { api: self.clone(), reading: Reading::new(filter.pairs()) })
    }

    /// One transaction, `None` if there is none with this number.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn transaction(&self, id: &str) -> Result<Option<Transaction>> {
        let path = format!("/transactions/details/{}", segment("id", id)?);
        let response = self.ask(TRANSACTIONS, &path, Vec::new()).await?;
        let found: Option<wire::V1Transaction<'_>> = map::v1::read_one(TRANSACTIONS, &response)?;
        row(TRANSACTIONS, found.map(|found| read::transaction(&found.transaction)))
    }

    /// How many transactions there are. SePay counts by `account_number`, the two times and
    /// `since_id`.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn count_transactions(&self, filter: &TransactionFilter) -> Result<u64> {
        self.count_of_transactions(filter.pairs()).await
    }

    pub(super) async fn count_of_transactions(
        &self,
        query: Vec<(&'static str, String)>,
    ) -> Result<u64> {
        let response = self.ask(TRANSACTIONS, "/transactions/count", query).await?;
        let count: wire::V1TransactionCount<'_> = map::v1::read(TRANSACTIONS, &response)?;
        read::count(count.count_transactions.get())
            .map_err(|unclear| unclear.into_error(TRANSACTIONS))
    }

    /// Bank accounts, at most `limit` of them.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn bank_accounts(
        &self,
        filter: &BankAccountFilter,
    ) -> Result<Vec<Listed<BankAccount>>> {
        let response = self.ask(ACCOUNTS, "/bankaccounts/list", filter.pairs()).await?;
        let list: wire::V1BankAccounts<'_> = map::v1::read(ACCOUNTS, &response)?;
        Ok(map::rows(&list.bankaccounts, |row: &wire::BankAccount<'_>| read::bank_account(row)))
    }

    /// One bank account, `None` if there is none with this number.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn bank_account(&self, id: &str) -> Result<Option<BankAccount>> {
        let path = format!("/bankaccounts/details/{}", segment("id", id)?);
        let response = self.ask(ACCOUNTS, &path, Vec::new()).await?;
        let found: Option<wire::V1BankAccount<'_>> = map::v1::read_one(ACCOUNTS, &response)?;
        row(ACCOUNTS, found.map(|found| read::bank_account(&found.bankaccount)))
    }

    /// How many bank accounts there are.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn count_bank_accounts(&self, filter: &BankAccountFilter) -> Result<u64> {
        let response = self.ask(ACCOUNTS, "/bankaccounts/count", filter.pairs()).await?;
        let count: wire::V1BankAccountCount<'_> = map::v1::read(ACCOUNTS, &response)?;
        read::count(count.count_bankaccounts.get()).map_err(|unclear| unclear.into_error(ACCOUNTS))
    }

    /// The orders of a BIDV account.
    ///
    /// # Errors
    /// SePay could not be asked, or knows no such account at BIDV.
    pub async fn orders(&self, account: &str) -> Result<Vec<Listed<VaOrder>>> {
        Ok(self.orders.page(account, &[], 1).await?.rows)
    }

    /// One order with its virtual accounts, `None` if the account has none with this id.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn order(&self, account: &str, id: &str) -> Result<Option<VaOrder>> {
        Ok(self.orders.order(account, id).await?.map(|(order, _)| order))
    }

    /// Creates an order with a virtual account. Sent once; dropping the future leaves the outcome
    /// uncertain.
    ///
    /// # Errors
    /// Nothing was created.
    pub async fn create_order(
        &self,
        account: &str,
        order: &NewOrder,
    ) -> Result<Submission<CreatedOrder>> {
        self.orders.create(account, order, None).await
    }

    /// Cancels an order that nothing arrived for. Dropping the future leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was cancelled.
    pub async fn cancel_order(&self, account: &str, id: &str) -> Result<Submission<()>> {
        self.orders.cancel(account, id, None).await
    }

    /// Adds a virtual account to an order, so that it can be paid in parts. Dropping the future
    /// leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was added.
    pub async fn add_va(
        &self,
        account: &str,
        order: &str,
        va: &NewVa,
    ) -> Result<Submission<OrderVa>> {
        self.orders.add_va(account, order, va).await
    }

    /// Cancels an unpaid virtual account of an order. Dropping the future leaves the outcome
    /// uncertain.
    ///
    /// # Errors
    /// Nothing was cancelled.
    pub async fn cancel_va(
        &self,
        account: &str,
        order: &str,
        number: &str,
    ) -> Result<Submission<()>> {
        self.orders.cancel_va(account, order, number).await
    }

    pub(super) async fn ask(
        &self,
        operation: &'static str,
        path: &str,
        query: Vec<(&'static str, String)>,
    ) -> Result<Response<Bytes>> {
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let call = Call::inquiry(operation, self.door.get(path, &query)?)
            .with_retry_after(map::RETRY_AFTER_V1);
        self.transport.inquire(call).await.map(as_text)
    }
}

/// The lines of a statement as rows.
struct Lines {
    api: UserApiV1,
    reading: Reading,
}

#[async_trait]
impl Source<Transaction> for Lines {
    async fn page(&mut self) -> Result<Sourced<Transaction>> {
        let turn = self
            .reading
            .turn(&self.api, |json, _| {
                map::row(json, |line: &wire::Transaction<'_>| read::transaction(line).map(Some))
            })
            .await?;
        Ok(Sourced { rows: turn.rows, more: turn.more })
    }
}

fn row<T>(operation: &'static str, row: Option<Result<T, Unclear>>) -> Result<Option<T>> {
    row.transpose().map_err(|unclear| unclear.into_error(operation))
}

impl std::fmt::Debug for UserApiV1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UserApiV1").field(&self.door).finish()
    }
}
