//! The User API v2, with methods for all of its lists and single rows (source: developer.sepay.vn,
//! SePay API v2).

use std::sync::Arc;

use payments_core::{Clock, Listed, Result, Submission};

use super::{
    api,
    payment_code::Matching,
    rows::Rows,
    statement::{DatedListing, StatementV2},
    user_api::{
        BankAccount, CreatedOrder, Listing, NewOrder, NewVa, OrderVa, Page, Prefix, Terminal,
        Transaction, VaOrder, VirtualAccount,
        v2::{BankAccountFilter, TransactionFilter, VaOrderFilter, VirtualAccountFilter},
    },
    virtual_account::orders::{VaOrders, Version},
};
use crate::client::{Client, Request};

/// The User API v2 (source: developer.sepay.vn, SePay API v2). It uses a bearer token and JSON,
/// with UUIDs as ids and amounts as whole numbers, and allows three calls a second.
///
/// [`SePay::user_api_v2`](crate::SePay::user_api_v2) returns it. Lists are read in pages of 100
/// rows, the most that SePay returns; pages are numbered from 1. The error of a refusal has SePay's
/// `error_code` as its [`code`](payments_core::Error::code). The argument `account` is the UUID of
/// a bank account.
#[derive(Clone, Debug)]
pub struct UserApiV2 {
    orders: VaOrders,
    rows: Rows,
}

impl UserApiV2 {
    pub(crate) fn new(client: Client) -> Self {
        let orders = VaOrders::new(client.clone(), Version::V2);
        Self { orders, rows: Rows::new(client) }
    }

    /// Returns the same data as accounts and movements of the core.
    pub(crate) fn statement(
        &self,
        clock: Arc<dyn Clock>,
        matching: Option<Arc<Matching>>,
    ) -> StatementV2 {
        StatementV2::new(self.rows.clone(), clock, matching)
    }

    pub(crate) fn va_orders(&self) -> &VaOrders {
        &self.orders
    }

    /// Lists one page of transactions, the newest first unless the filter sorts them.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn transactions(
        &self,
        filter: &TransactionFilter,
        page: u32,
    ) -> Result<Page<Transaction>> {
        self.rows.page(&Request::to(&api::TRANSACTIONS).with_query(filter.pairs()), page).await
    }

    /// Lists every transaction, with at most one page in memory. Unless the filter sorts them or
    /// has a `since_id`, the oldest come first; transactions that arrive meanwhile are then
    /// appended and no line is missed. A filter that sorts is read by page number: lines with equal
    /// sort keys, and lines that arrive meanwhile, may then be missed between two pages.
    pub fn every_transaction(&self, filter: &TransactionFilter) -> Listing<Transaction> {
        let query = filter.pairs();
        let ordered = |name: &str| name.ends_with("_sort") || name == "since_id";
        match query.iter().any(|(name, _)| ordered(name)) {
            true => self.rows.listing(Request::to(&api::TRANSACTIONS).with_query(query)),
            false => Listing::new(DatedListing::new(self.rows.clone(), query)),
        }
    }

    /// Returns one transaction, or `None` if none has this UUID.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn transaction(&self, id: &str) -> Result<Option<Transaction>> {
        Ok(self.rows.one(&Request::of(&api::TRANSACTION, &[id])?).await?.map(|(row, _)| row))
    }

    /// Lists one page of bank accounts.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn bank_accounts(
        &self,
        filter: &BankAccountFilter,
        page: u32,
    ) -> Result<Page<BankAccount>> {
        self.rows.page(&Request::to(&api::BANK_ACCOUNTS).with_query(filter.pairs()), page).await
    }

    /// Lists every bank account, with at most one page in memory.
    pub fn every_bank_account(&self, filter: &BankAccountFilter) -> Listing<BankAccount> {
        self.rows.listing(Request::to(&api::BANK_ACCOUNTS).with_query(filter.pairs()))
    }

    /// Returns one bank account, or `None` if none has this UUID.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn bank_account(&self, id: &str) -> Result<Option<BankAccount>> {
        Ok(self.rows.one(&Request::of(&api::BANK_ACCOUNT, &[id])?).await?.map(|(row, _)| row))
    }

    /// Lists one page of the virtual accounts of a bank account.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or SePay knows no such bank
    /// account.
    pub async fn virtual_accounts(
        &self,
        account: &str,
        filter: &VirtualAccountFilter,
        page: u32,
    ) -> Result<Page<VirtualAccount>> {
        self.rows
            .page(
                &Request::of(&api::VIRTUAL_ACCOUNTS, &[account])?.with_query(filter.pairs()),
                page,
            )
            .await
    }

    /// Lists every virtual account of a bank account, with at most one page in memory.
    ///
    /// # Errors
    /// Returns an error if `account` cannot be part of a URL path.
    pub fn every_virtual_account(
        &self,
        account: &str,
        filter: &VirtualAccountFilter,
    ) -> Result<Listing<VirtualAccount>> {
        let request = Request::of(&api::VIRTUAL_ACCOUNTS, &[account])?;
        Ok(self.rows.listing(request.with_query(filter.pairs())))
    }

    /// Returns one virtual account of a bank account, or `None` if none has this UUID.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn virtual_account(&self, account: &str, id: &str) -> Result<Option<VirtualAccount>> {
        Ok(self
            .rows
            .one(&Request::of(&api::VIRTUAL_ACCOUNT, &[account, id])?)
            .await?
            .map(|(row, _)| row))
    }

    /// Lists one page of the orders of a bank account.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or SePay knows no such bank
    /// account.
    pub async fn orders(
        &self,
        account: &str,
        filter: &VaOrderFilter,
        page: u32,
    ) -> Result<Page<VaOrder>> {
        self.orders.page(account, &filter.pairs(), page).await
    }

    /// Lists every order of a bank account, with at most one page in memory.
    ///
    /// # Errors
    /// Returns an error if `account` cannot be part of a URL path.
    pub fn every_order(&self, account: &str, filter: &VaOrderFilter) -> Result<Listing<VaOrder>> {
        self.orders.listing(account, &filter.pairs())
    }

    /// Returns one order with its virtual accounts, or `None` if the bank account has no order with
    /// this UUID.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn order(&self, account: &str, id: &str) -> Result<Option<VaOrder>> {
        Ok(self.orders.order(account, id).await?.map(|(order, _)| order))
    }

    /// Creates an order with a virtual account. The request is sent once, because SePay documents
    /// no idempotency key. If the outcome is uncertain, search [`orders`](Self::orders) for the
    /// order's code before creating another one. If the future is dropped, the outcome is
    /// uncertain.
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

    /// Cancels an order for which no money has arrived, with its unpaid virtual accounts. If the
    /// future is dropped, the outcome is uncertain.
    ///
    /// # Errors
    /// Returns an error if the request is invalid or could not be sent. Nothing was cancelled.
    pub async fn cancel_order(&self, account: &str, id: &str) -> Result<Submission<()>> {
        self.orders.cancel(account, id, None).await
    }

    /// Adds a virtual account to an order that is not paid, so that it can be paid in parts. BIDV
    /// only. If the future is dropped, the outcome is uncertain.
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

    /// Cancels an unpaid virtual account of an order. The order itself does not change. If the
    /// future is dropped, the outcome is uncertain.
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

    /// Lists the prefixes of virtual account numbers of a Sacombank account.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or SePay knows no such bank
    /// account.
    pub async fn prefixes(&self, account: &str) -> Result<Vec<Listed<Prefix>>> {
        self.rows.all(Request::of(&api::PREFIXES, &[account])?).await
    }

    /// Returns one prefix, or `None` if the bank account does not have it.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn prefix(&self, account: &str, prefix: &str) -> Result<Option<Prefix>> {
        Ok(self
            .rows
            .one(&Request::of(&api::PREFIX, &[account, prefix])?)
            .await?
            .map(|(row, _)| row))
    }

    /// Lists the terminals of a Vietcombank account.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or SePay knows no such bank
    /// account.
    pub async fn terminals(&self, account: &str) -> Result<Vec<Listed<Terminal>>> {
        self.rows.all(Request::of(&api::TERMINALS, &[account])?).await
    }
}
