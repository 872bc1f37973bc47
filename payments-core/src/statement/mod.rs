//! Money that arrived or left, as the bank reports it, for reconciliation.

mod reader;

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use reader::StatementReader;

use crate::{
    AccountId, Listed, Movement, Result, Timestamp, bank::BankAccount, money::Currency,
    payout::Balance,
};

/// Reads the statements of our bank accounts.
#[async_trait]
pub trait StatementProvider: Send + Sync + 'static {
    /// What this provider can tell. Never changes while it lives.
    fn capabilities(&self) -> &StatementCapabilities;

    /// Returns our bank accounts, with their balances where known. An account that cannot be read is
    /// [`Listed::Unreadable`] in its place.
    ///
    /// # Errors
    /// The request to the provider failed, or its response could not be read.
    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>>;

    /// Returns the entries after a cursor, oldest first, a page at a time. Nothing is left out
    /// between pages; the last page's cursor is where to go on later. An entry that cannot be read
    /// is [`Listed::Unreadable`] in its place: the other entries are returned all the same, and the
    /// cursor goes past it.
    ///
    /// # Errors
    /// The request to the provider failed, its response could not be read, or it does not know the
    /// cursor.
    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page>;
}

/// What a provider can tell about our accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementCapabilities {
    /// The currencies of the accounts.
    pub currencies: Vec<Currency>,
    /// Whether outgoing money is listed too.
    pub outgoing: bool,
    /// Whether balances are known.
    pub balances: bool,
    /// The most entries of a page.
    pub page: usize,
}

/// One of our bank accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementAccount {
    /// The provider's name for it.
    pub id: AccountId,
    /// The account, where the bank is known.
    pub account: Option<BankAccount>,
    /// How much there is, and as of when.
    pub balance: Option<Balance>,
    /// What the merchant calls it.
    pub label: Option<String>,
}

/// Where to go on in a statement. Opaque: keep it as it is.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(Option<String>);

/// Which entries to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementFilter {
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Only booked at or after this.
    pub from: Option<Timestamp>,
    /// Only booked at or before this.
    pub until: Option<Timestamp>,
}

/// Some entries and where to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Page {
    /// The entries, oldest first, including those that could not be read.
    pub entries: Vec<Listed<Movement>>,
    /// Where to go on; after the last page too, for what comes later.
    pub next: Cursor,
    /// Whether there are more entries now.
    pub more: bool,
}

impl StatementCapabilities {
    /// Lists entries of these currencies, at most `page` at a time.
    pub fn new(currencies: Vec<Currency>, page: usize) -> Self {
        Self { currencies, outgoing: false, balances: false, page }
    }

    /// Lists outgoing money too.
    #[must_use]
    pub fn with_outgoing(mut self) -> Self {
        self.outgoing = true;
        self
    }

    /// Knows balances.
    #[must_use]
    pub fn with_balances(mut self) -> Self {
        self.balances = true;
        self
    }
}

impl StatementAccount {
    /// An account of which only the provider's name is known.
    pub fn new(id: AccountId) -> Self {
        Self { id, account: None, balance: None, label: None }
    }

    /// Says which account it is.
    #[must_use]
    pub fn with_account(mut self, account: BankAccount) -> Self {
        self.account = Some(account);
        self
    }

    /// Says how much there is.
    #[must_use]
    pub fn with_balance(mut self, balance: Balance) -> Self {
        self.balance = Some(balance);
        self
    }

    /// Says what the merchant calls it.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

impl Cursor {
    /// The beginning.
    pub fn start() -> Self {
        Self(None)
    }

    /// A place that the provider names.
    pub fn at(place: impl Into<String>) -> Self {
        Self(Some(place.into()))
    }

    /// The place; `None` at the beginning.
    pub fn place(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({})", self.0.as_deref().unwrap_or("start"))
    }
}

impl StatementFilter {
    /// Everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only of this account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Only booked at or after this.
    #[must_use]
    pub fn with_from(mut self, from: Timestamp) -> Self {
        self.from = Some(from);
        self
    }

    /// Only booked at or before this.
    #[must_use]
    pub fn with_until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }
}

impl Page {
    /// Some entries; `more` says whether there are others now.
    pub fn new(entries: Vec<Listed<Movement>>, next: Cursor, more: bool) -> Self {
        Self { entries, next, more }
    }
}
