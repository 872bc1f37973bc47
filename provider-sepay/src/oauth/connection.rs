//! The connection to a merchant who authorised the app: accounts, transactions, company.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use payments_core::{
    DeclineReason, Error, ErrorKind, Listed, Movement, Result, Secret, Submission,
};

use super::{
    account::{self, LinkedAccount, SubAccount, TransactionFilter},
    api,
    company::{self, Company, ConfigurationChanges, Profile},
    response::{one, page, receipt, refuses_token},
    session::Session,
    token_request::App,
    webhook::WebhookReceipt,
    wire,
};
use crate::{
    bank::user_api::{Page, Pairs},
    client::{ApiResponse, Client, Kept, Request, known},
    field::{Unclear, day},
    limits::ACCOUNTS_KEPT,
};

/// The number of rows to request on a page. SePay documents no limit.
pub(crate) const PER_PAGE: usize = 100;

/// The number of the page at which reading a list of accounts is abandoned.
const LAST_PAGE: u32 = 50;

/// The connection to a merchant who authorised the app. Clones share tokens and accounts.
///
/// Each method needs the scope of its data. A method that changes something at SePay returns a
/// [`Submission`]; if its future is dropped or wrapped in a timeout, the outcome is uncertain. All
/// of them fail with [`Authentication`](payments_core::ErrorKind::Authentication) if the merchant
/// must authorise the app again.
#[derive(Clone)]
pub struct Connection {
    pub(crate) app: Arc<App>,
    session: Session,
    accounts: Arc<Kept<Vec<Listed<LinkedAccount>>>>,
}

impl Connection {
    pub(crate) fn new(app: Arc<App>, session: Session) -> Self {
        let accounts = Arc::new(Kept::new(Arc::clone(&app.clock), ACCOUNTS_KEPT));
        Self { app, session, accounts }
    }

    /// Returns every bank account, with its balance at the time of the request to SePay. The list
    /// is cached for a minute, or until [`forget_accounts`](Self::forget_accounts) is called.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn bank_accounts(&self) -> Result<Arc<Vec<Listed<LinkedAccount>>>> {
        self.accounts.get(self.every_account()).await
    }

    /// Clears the cached accounts, so that the next call requests them from SePay.
    pub fn forget_accounts(&self) {
        self.accounts.clear();
    }

    /// Waits until no refresh of the tokens is in progress. A refresh continues if its caller drops
    /// the call, but not if the runtime ends. Await this method before the app ends, so that no
    /// token that SePay has replaced is lost.
    pub async fn idle(&self) {
        self.session.idle().await;
    }

    async fn every_account(&self) -> Result<Vec<Listed<LinkedAccount>>> {
        let mut accounts = Vec::new();
        for number in 1..=LAST_PAGE {
            let response = self.list(Request::to(&api::BANK_ACCOUNTS), number).await?;
            let now = self.app.clock.now();
            let read = |row: &wire::Account<'_>| account::linked_account(row, now).map(Some);
            let found = page(&response, PER_PAGE, read)?;
            accounts.extend(found.rows);
            if !found.more {
                return Ok(accounts);
            }
        }
        Err(Unclear::new("the list has no end").into_error(api::BANK_ACCOUNTS.name))
    }

    /// Returns one bank account with its current balance, or `None` if SePay does not know it.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn bank_account(&self, id: u64) -> Result<Option<LinkedAccount>> {
        let now = self.app.clock.now();
        let read = |row: &wire::Account<'_>| account::linked_account(row, now);
        let response = self.ask(&Request::of(&api::BANK_ACCOUNT, &[&id.to_string()])?).await?;
        known(one(&response, read))
    }

    /// Returns a page of the sub-accounts of a bank account. Pages are numbered from 1.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or SePay does not know the
    /// account.
    pub async fn sub_accounts(
        &self,
        bank_account_id: u64,
        number: u32,
    ) -> Result<Page<SubAccount>> {
        let request = Request::of(&api::SUB_ACCOUNTS, &[&bank_account_id.to_string()])?;
        let response = self.list(request, number).await?;
        let read = |row: &wire::SubAccount<'_>| account::sub_account(row).map(Some);
        page(&response, PER_PAGE, read)
    }

    /// Returns a page of transactions. Pages are numbered from 1. Their payment codes are found by
    /// the `code_…` keys of the configuration, like in webhooks and statements.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn transactions(
        &self,
        filter: &TransactionFilter,
        number: u32,
    ) -> Result<Page<Movement>> {
        let request = Request::to(&api::TRANSACTIONS).with_query(query(filter)?);
        let response = self.list(request, number).await?;
        let matching = self.app.matching.as_deref();
        let read = |row: &wire::Transaction<'_>| account::transaction(row, matching);
        page(&response, PER_PAGE, read)
    }

    /// Returns the user who authorised the app.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn me(&self) -> Result<Profile> {
        let response = self.ask(&Request::to(&api::ME)).await?;
        one(&response, |row: &wire::Profile<'_>| company::profile(row))
    }

    /// Returns the merchant's company, with the formats of its payment codes.
    ///
    /// # Errors
    /// The request to SePay failed, its response could not be read, or the user is neither `Admin`
    /// nor `SuperAdmin`.
    pub async fn company(&self) -> Result<Company> {
        let response = self.ask(&Request::to(&api::COMPANY)).await?;
        one(&response, |row: &wire::Company<'_>| company::company(row))
    }

    /// Changes how SePay processes the company's transactions.
    ///
    /// # Errors
    /// Returns an error if a format of payment codes is invalid, or if the request could not be
    /// sent. Nothing was changed.
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
        let request = Request::to(&api::CONFIGURE_COMPANY).with_json("body", changes)?;
        Ok(self.instruct(&request).await?.map(|_| ()))
    }

    /// Makes an inquiry. If SePay no longer accepts the access token, it is repeated once with a
    /// new one.
    pub(crate) async fn ask(&self, request: &Request) -> Result<ApiResponse> {
        let token = self.session.access_token().await?;
        let response = self.client(&token)?.inquire(request).await?;
        if !refuses_token(&response) {
            return Ok(response);
        }
        self.session.refused(&token).await?;
        let token = self.session.access_token().await?;
        self.client(&token)?.inquire(request).await
    }

    /// Requests a page. Pages are numbered from 1.
    pub(crate) async fn list(&self, request: Request, page: u32) -> Result<ApiResponse> {
        let page = [("page", page.to_string()), ("limit", PER_PAGE.to_string())];
        self.ask(&request.with_query(page)).await
    }

    /// Sends an instruction once.
    pub(crate) async fn instruct(&self, request: &Request) -> Result<Submission<WebhookReceipt>> {
        let token = self.session.access_token().await?;
        let submission = self.client(&token)?.instruct(request, receipt).await?;
        if let Submission::Declined(decline) = &submission
            && decline.reason == DeclineReason::Authentication
        {
            // This prepares the next call. If the store fails now, the next call reports that,
            // because this instruction was already sent.
            let _ = self.session.refused(&token).await;
        }
        Ok(submission)
    }

    fn client(&self, token: &Secret) -> Result<Client> {
        let header = HeaderValue::try_from(format!("Bearer {}", token.expose()));
        let header = header.map_err(|_| {
            Error::new(
                ErrorKind::Authentication,
                "the access token contains characters that are not allowed",
            )
        })?;
        Ok(Client::new(self.app.base.clone(), header, Arc::clone(&self.app.transport)))
    }
}

fn query(filter: &TransactionFilter) -> Result<Pairs> {
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
        filter.from.map(|at| ("from_date", day(at))),
        filter.until.map(|at| ("to_date", day(at))),
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
