//! A merchant who authorised the app: accounts, transactions, company.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use payments_core::{
    DeclineReason, Error, ErrorKind, Listed, Movement, Result, Submission, transport::Call,
};

use super::{app::App, session::Session};
use crate::{
    client::{cache::Cached, request::Door},
    map,
    oauth::{
        Company, ConfigurationChanges, LinkedAccount, Page, Profile, SubAccount, TransactionFilter,
        WebhookReceipt,
    },
    wire,
};

/// How many rows to ask for; SePay names no limit of its own.
pub(super) const PER_PAGE: usize = 100;

/// Where a list of accounts is given up.
const LAST_PAGE: u32 = 50;

/// How long a list of accounts is kept.
const ACCOUNTS_KEPT: Duration = Duration::from_secs(60);

/// A merchant who authorised the app. Clones share tokens and accounts.
///
/// Every method asks for what its scope allows. One that changes something at SePay answers with a
/// [`Submission`]; dropping its future, or wrapping it in a timeout, leaves the outcome uncertain.
/// All of them fail with `Authentication` once the merchant has to authorise again.
#[derive(Clone)]
pub struct Connection {
    pub(super) app: Arc<App>,
    session: Session,
    accounts: Arc<Cached<Vec<Listed<LinkedAccount>>>>,
}

impl Connection {
    pub(super) fn new(app: Arc<App>, session: Session) -> Self {
        let accounts = Arc::new(Cached::new(Arc::clone(&app.clock), ACCOUNTS_KEPT));
        Self { app, session, accounts }
    }

    /// Every bank account, with its balance of when SePay was asked. The list is kept for a minute;
    /// [`forget_accounts`](Self::forget_accounts) ends that.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn bank_accounts(&self) -> Result<Arc<Vec<Listed<LinkedAccount>>>> {
        self.accounts.get(self.every_account()).await
    }

    /// Asks for the accounts again the next time.
    pub fn forget_accounts(&self) {
        self.accounts.clear();
    }

    /// Waits until no refresh of the tokens is under way. A refresh ends although its caller left, but
    /// not although the runtime ends: await this before the app does, so that no token that SePay
    /// rotated is lost.
    pub async fn idle(&self) {
        self.session.idle().await;
    }

    async fn every_account(&self) -> Result<Vec<Listed<LinkedAccount>>> {
        const OPERATION: &str = "oauth_bank_accounts";
        let mut accounts = Vec::new();
        for page in 1..=LAST_PAGE {
            let response = self.list(OPERATION, "/bank-accounts", Vec::new(), page).await?;
            let now = self.app.clock.now();
            let read =
                |row: &wire::oauth::Account<'_>| map::oauth::linked_account(row, now).map(Some);
            let page = map::oauth::page(OPERATION, &response, PER_PAGE, read)?;
            accounts.extend(page.rows);
            if !page.more {
                return Ok(accounts);
            }
        }
        Err(map::Unclear::new("the list has no end").into_error(OPERATION))
    }

    /// One bank account, with its balance of now; `None` if SePay does not know it.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn bank_account(&self, id: u64) -> Result<Option<LinkedAccount>> {
        const OPERATION: &str = "oauth_bank_account";
        let now = self.app.clock.now();
        let read = |row: &wire::oauth::Account<'_>| map::oauth::linked_account(row, now);
        let answer = self.ask(OPERATION, &format!("/bank-accounts/{id}"), &[]).await;
        map::known(answer.and_then(|response| map::oauth::one(OPERATION, &response, read)))
    }

    /// A page of the sub-accounts of a bank account, from 1.
    ///
    /// # Errors
    /// SePay could not be asked, or does not know the account.
    pub async fn sub_accounts(&self, bank_account_id: u64, page: u32) -> Result<Page<SubAccount>> {
        const OPERATION: &str = "oauth_sub_accounts";
        let path = format!("/bank-accounts/{bank_account_id}/sub-accounts");
        let response = self.list(OPERATION, &path, Vec::new(), page).await?;
        let read = |row: &wire::oauth::SubAccount<'_>| map::oauth::sub_account(row).map(Some);
        map::oauth::page(OPERATION, &response, PER_PAGE, read)
    }

    /// A page of transactions, from 1. Their payment codes are found as in webhooks and statements,
    /// by the `code_…` keys of the configuration.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn transactions(
        &self,
        filter: &TransactionFilter,
        page: u32,
    ) -> Result<Page<Movement>> {
        const OPERATION: &str = "oauth_transactions";
        let query = query(filter)?;
        let response = self.list(OPERATION, "/transactions", query, page).await?;
        let matching = self.app.matching.as_deref();
        let read = |row: &wire::oauth::Transaction<'_>| map::oauth::transaction(row, matching);
        map::oauth::page(OPERATION, &response, PER_PAGE, read)
    }

    /// The user who authorised the app.
    ///
    /// # Errors
    /// SePay could not be asked.
    pub async fn me(&self) -> Result<Profile> {
        const OPERATION: &str = "oauth_me";
        let response = self.ask(OPERATION, "/me", &[]).await?;
        map::oauth::one(OPERATION, &response, |row: &wire::oauth::Profile<'_>| {
            map::oauth::profile(row)
        })
    }

    /// The merchant's company, with the forms of its payment codes.
    ///
    /// # Errors
    /// SePay could not be asked, or the user is neither `Admin` nor `SuperAdmin`.
    pub async fn company(&self) -> Result<Company> {
        const OPERATION: &str = "oauth_company";
        let response = self.ask(OPERATION, "/company", &[]).await?;
        map::oauth::one(OPERATION, &response, |row: &wire::oauth::Company<'_>| {
            map::oauth::company(row)
        })
    }

    /// Changes how SePay treats the company's transactions.
    ///
    /// # Errors
    /// Nothing was changed: a form of payment codes cannot be one, or nothing left this machine.
    pub async fn configure_company(
        &self,
        changes: &ConfigurationChanges,
    ) -> Result<Submission<()>> {
        for format in changes.payment_code_formats.iter().flatten() {
            format.rules()?;
        }
        if *changes == ConfigurationChanges::default() {
            return Err(Error::invalid("changes", "says nothing to change"));
        }
        const OPERATION: &str = "oauth_configure_company";
        let (path, body) = ("/company/configurations", json(changes)?);
        Ok(self.instruct(OPERATION, http::Method::PATCH, path, body).await?.map(|_| ()))
    }

    /// Asks; if SePay takes the access token no more, once again with another.
    pub(super) async fn ask(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Response<Bytes>> {
        let token = self.session.access_token().await?;
        let response = self.ask_with(&token, operation, path, query).await?;
        if !map::oauth::refuses_token(&response) {
            return Ok(response);
        }
        self.session.refused(&token).await?;
        let token = self.session.access_token().await?;
        self.ask_with(&token, operation, path, query).await
    }

    async fn ask_with(
        &self,
        token: &payments_core::Secret,
        operation: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Response<Bytes>> {
        let request = self.door(token)?.get(&format!("/api/v1{path}"), query)?;
        let call = Call::inquiry(operation, request).with_retry_after(map::RETRY_AFTER);
        self.app.transport.inquire(call).await
    }

    pub(super) async fn list(
        &self,
        operation: &'static str,
        path: &str,
        mut query: Vec<(&'static str, String)>,
        page: u32,
    ) -> Result<Response<Bytes>> {
        query.extend([("page", page.to_string()), ("limit", PER_PAGE.to_string())]);
        let query: Vec<(&str, &str)> =
            query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.ask(operation, path, &query).await
    }

    /// Instructs, once.
    pub(super) async fn instruct(
        &self,
        operation: &'static str,
        method: http::Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Submission<WebhookReceipt>> {
        let token = self.session.access_token().await?;
        let request = self.door(&token)?.send(method, &format!("/api/v1{path}"), body)?;
        let sent = self.app.transport.instruct(Call::instruction(operation, request)).await?;
        let answer = sent.read(map::oauth::receipt);
        if let Submission::Declined(decline) = &answer
            && decline.reason == DeclineReason::Authentication
        {
            // For the next one. A store that fails now is told of then: this one was sent.
            let _ = self.session.refused(&token).await;
        }
        Ok(answer)
    }

    fn door(&self, token: &payments_core::Secret) -> Result<Door> {
        let header = HeaderValue::try_from(format!("Bearer {}", token.expose()));
        let header = header.map_err(|_| {
            Error::new(ErrorKind::Authentication, "the access token holds characters that none has")
        })?;
        Ok(Door::new(self.app.base.clone(), header))
    }
}

pub(super) fn json(body: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body)
        .map_err(|error| Error::invalid("body", "cannot be written").with_source(error))
}

fn query(filter: &TransactionFilter) -> Result<Vec<(&'static str, String)>> {
    let amount = |name, money: Option<payments_core::money::Money>| match money {
        None => Ok(None),
        Some(money) if money.currency() == payments_core::money::Currency::VND => {
            Ok(Some((name, money.minor().to_string())))
        }
        Some(_) => Err(Error::invalid(name, "is not in VND, which is all that SePay counts")),
    };
    Ok([
        filter.bank_account_id.map(|id| ("bank_account_id", id.to_string())),
        filter.account_number.as_ref().map(|number| ("account_number", number.to_string())),
        filter.reference_number.clone().map(|reference| ("reference_number", reference)),
        filter.from.map(|at| ("from_date", wire::day(at))),
        filter.until.map(|at| ("to_date", wire::day(at))),
        amount("amount_in", filter.amount_in)?,
        amount("amount_out", filter.amount_out)?,
    ]
    .into_iter()
    .flatten()
    .collect())
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.app).finish()
    }
}
