//! The User API v1 (source: developer.sepay.vn, SePay API v1). SePay no longer extends this
//! version.

use async_trait::async_trait;
use payments_core::{Listed, Result, Submission};

use super::{
    api,
    rows::Row,
    statement::v1_reading::Reading,
    user_api::{
        BankAccount, CreatedOrder, Listing, NewOrder, NewVa, OrderVa, Pairs, Transaction, VaOrder,
        count,
        listing::{Source, Sourced},
        v1::{BankAccountFilter, TransactionFilter},
    },
    v1_response,
    virtual_account::orders::{VaOrders, Version},
    wire,
};
use crate::{
    client::{ApiResponse, Client, Request},
    field::{Unclear, row, rows},
};

/// The User API v1 (source: developer.sepay.vn, SePay API v1). It uses a bearer token and JSON,
/// with numbers as ids and amounts as text, and allows two calls a second.
///
/// [`SePay::user_api_v1`](crate::SePay::user_api_v1) returns it. Every response has HTTP status
/// 200: an empty body means that the token was refused, and any other body contains the actual
/// status. The argument `account` is the number of a bank account. Only BIDV accounts have orders.
#[derive(Clone)]
pub struct UserApiV1 {
    client: Client,
    orders: VaOrders,
}

impl UserApiV1 {
    /// Creates the API. `orders` selects the version of the operations of orders.
    pub(crate) fn new(client: Client, orders: Version) -> Self {
        Self { orders: VaOrders::new(client.clone(), orders), client }
    }

    /// Returns the client with which the statement is read.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn va_orders(&self) -> &VaOrders {
        &self.orders
    }

    /// Lists transactions, at most `limit` of them. Without `since_id`, these are the newest.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn transactions(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Vec<Listed<Transaction>>> {
        let response = self.ask(Request::to(&api::V1_TRANSACTIONS), filter.pairs()).await?;
        let list: wire::V1Transactions<'_> = v1_response::read(&response)?;
        Ok(rows(&list.transactions, |row: &wire::Transaction<'_>| Transaction::read(row)))
    }

    /// Lists every transaction from `since_id` on, oldest first, with at most `limit` in memory.
    pub fn every_transaction(&self, filter: &TransactionFilter) -> Listing<Transaction> {
        Listing::new(Lines { client: self.client.clone(), reading: Reading::new(filter.pairs()) })
    }

    /// Returns one transaction, or `None` if none has this number.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn transaction(&self, id: &str) -> Result<Option<Transaction>> {
        let request = Request::of(&api::V1_TRANSACTION, &[id])?;
        let response = self.client.inquire(&request).await?;
        let found: Option<wire::V1Transaction<'_>> = v1_response::read_one(&response)?;
        one(&response, found.map(|found| Transaction::read(&found.transaction)))
    }

    /// Returns the number of transactions. Of the filter, SePay uses only `account_number`, the two
    /// times and `since_id`.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn count_transactions(&self, filter: &TransactionFilter) -> Result<u64> {
        v1_response::count_transactions(&self.client, filter.pairs()).await
    }

    /// Lists bank accounts, at most `limit` of them.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn bank_accounts(
        &self,
        filter: &BankAccountFilter,
    ) -> Result<Vec<Listed<BankAccount>>> {
        let response = self.ask(Request::to(&api::V1_BANK_ACCOUNTS), filter.pairs()).await?;
        let list: wire::V1BankAccounts<'_> = v1_response::read(&response)?;
        Ok(rows(&list.bankaccounts, |row: &wire::BankAccount<'_>| BankAccount::read(row)))
    }

    /// Returns one bank account, or `None` if none has this number.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn bank_account(&self, id: &str) -> Result<Option<BankAccount>> {
        let request = Request::of(&api::V1_BANK_ACCOUNT, &[id])?;
        let response = self.client.inquire(&request).await?;
        let found: Option<wire::V1BankAccount<'_>> = v1_response::read_one(&response)?;
        one(&response, found.map(|found| BankAccount::read(&found.bankaccount)))
    }

    /// Returns the number of bank accounts.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn count_bank_accounts(&self, filter: &BankAccountFilter) -> Result<u64> {
        let request = Request::to(&api::V1_BANK_ACCOUNT_COUNT);
        let response = self.ask(request, filter.pairs()).await?;
        let found: wire::V1BankAccountCount<'_> = v1_response::read(&response)?;
        count(found.count_bankaccounts.get()).map_err(|unclear| response.unclear(unclear))
    }

    /// Lists the orders of a BIDV account.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or SePay knows no such account
    /// at BIDV.
    pub async fn orders(&self, account: &str) -> Result<Vec<Listed<VaOrder>>> {
        Ok(self.orders.page(account, &[], 1).await?.rows)
    }

    /// Returns one order with its virtual accounts, or `None` if the account has no order with this
    /// id.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn order(&self, account: &str, id: &str) -> Result<Option<VaOrder>> {
        Ok(self.orders.order(account, id).await?.map(|(order, _)| order))
    }

    /// Creates an order with a virtual account. The request is sent once. If the future is dropped,
    /// the outcome is uncertain.
    ///
    /// # Errors
    /// Returns an error if the request is invalid or could not be sent. Nothing was created.
    pub async fn create_order(
        &self,
        account: &str,
        order: &NewOrder,
    ) -> Result<Submission<CreatedOrder>> {
        self.orders.create(account, order, None).await
    }

    /// Cancels an order for which no money has arrived. If the future is dropped, the outcome is
    /// uncertain.
    ///
    /// # Errors
    /// Returns an error if the request is invalid or could not be sent. Nothing was cancelled.
    pub async fn cancel_order(&self, account: &str, id: &str) -> Result<Submission<()>> {
        self.orders.cancel(account, id, None).await
    }

    /// Adds a virtual account to an order, so that it can be paid in parts. If the future is
    /// dropped, the outcome is uncertain.
    ///
    /// # Errors
    /// Returns an error if the request is invalid or could not be sent. Nothing was added.
    pub async fn add_va(
        &self,
        account: &str,
        order: &str,
        va: &NewVa,
    ) -> Result<Submission<OrderVa>> {
        self.orders.add_va(account, order, va).await
    }

    /// Cancels an unpaid virtual account of an order. If the future is dropped, the outcome is
    /// uncertain.
    ///
    /// # Errors
    /// Returns an error if the request is invalid or could not be sent. Nothing was cancelled.
    pub async fn cancel_va(
        &self,
        account: &str,
        order: &str,
        number: &str,
    ) -> Result<Submission<()>> {
        self.orders.cancel_va(account, order, number).await
    }

    async fn ask(&self, request: Request, query: Pairs) -> Result<ApiResponse> {
        self.client.inquire(&request.with_query(query)).await
    }
}

/// Returns the lines of a statement as rows.
struct Lines {
    client: Client,
    reading: Reading,
}

#[async_trait]
impl Source<Transaction> for Lines {
    async fn page(&mut self) -> Result<Sourced<Transaction>> {
        let turn = self
            .reading
            .turn(&self.client, |json, _| {
                row(json, |line: &wire::Transaction<'_>| Transaction::read(line).map(Some))
            })
            .await?;
        Ok(Sourced { rows: turn.rows, more: turn.more })
    }
}

fn one<T>(response: &ApiResponse, row: Option<Result<T, Unclear>>) -> Result<Option<T>> {
    row.transpose().map_err(|unclear| response.unclear(unclear))
}

impl std::fmt::Debug for UserApiV1 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UserApiV1").field(&self.client).finish()
    }
}
