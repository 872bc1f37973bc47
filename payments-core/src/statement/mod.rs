//! Bank statements: the movements of the merchant's bank accounts, for reconciliation.

mod reader;

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use reader::StatementReader;

use crate::{
    AccountId, Listed, Movement, Result, Timestamp, bank::BankAccount, money::Currency,
    payout::Balance,
};

/// Reads the statements of the merchant's bank accounts.
#[async_trait]
pub trait StatementProvider: Send + Sync + 'static {
    /// Returns the data that this provider can report. They do not change during its lifetime.
    fn capabilities(&self) -> &StatementCapabilities;

    /// Returns the merchant's bank accounts, with their balances if the provider reports them. An
    /// account that cannot be read is returned in its place as [`Listed::Unreadable`].
    ///
    /// # Errors
    /// The request to the gateway failed, or its response could not be read as a list.
    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>>;

    /// Returns one page of the entries after a cursor, oldest first.
    ///
    /// No entry is missed between pages. To continue, pass [`Page::next`]; the cursor of the last
    /// page continues with the entries that are booked later. An entry that cannot be read is
    /// returned in its place as [`Listed::Unreadable`], and the cursor moves past it.
    ///
    /// # Errors
    /// The request to the gateway failed, its response could not be read as a list, or the provider
    /// does not know the cursor.
    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page>;
}

/// The data that a provider can report about the merchant's bank accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementCapabilities {
    /// The currencies of the accounts.
    pub currencies: Vec<Currency>,
    /// Whether outgoing movements are listed as well.
    pub outgoing: bool,
    /// Whether balances are reported.
    pub balances: bool,
    /// The maximum number of entries on a page.
    pub page: usize,
}

/// One of the merchant's bank accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementAccount {
    /// The gateway's identifier of the account.
    pub id: AccountId,
    /// The bank and the account number, if they are known.
    pub account: Option<BankAccount>,
    /// The balance, if it is reported.
    pub balance: Option<Balance>,
    /// The merchant's own label for the account.
    pub label: Option<String>,
}

/// A position in a statement. It is opaque: store it unchanged.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(Option<String>);

/// The conditions that listed entries must meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementFilter {
    /// Only entries of this account.
    pub account: Option<AccountId>,
    /// Only entries booked at or after this time.
    pub from: Option<Timestamp>,
    /// Only entries booked at or before this time.
    pub until: Option<Timestamp>,
}

/// A page of entries and the position after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Page {
    /// The entries, oldest first, including those that cannot be read.
    pub entries: Vec<Listed<Movement>>,
    /// The position from which to continue. After the last page it continues with later entries.
    pub next: Cursor,
    /// Whether there are more entries now.
    pub more: bool,
}

impl StatementCapabilities {
    /// Creates capabilities for accounts in these currencies, with at most `page` entries on a
    /// page.
    pub fn new(currencies: Vec<Currency>, page: usize) -> Self {
        Self { currencies, outgoing: false, balances: false, page }
    }

    /// Declares that outgoing movements are listed as well.
    #[must_use]
    pub fn with_outgoing(mut self) -> Self {
        self.outgoing = true;
        self
    }

    /// Declares that balances are reported.
    #[must_use]
    pub fn with_balances(mut self) -> Self {
        self.balances = true;
        self
    }
}

impl StatementAccount {
    /// Creates an account with the gateway's identifier only.
    pub fn new(id: AccountId) -> Self {
        Self { id, account: None, balance: None, label: None }
    }

    /// Sets the bank and the account number.
    #[must_use]
    pub fn with_account(mut self, account: BankAccount) -> Self {
        self.account = Some(account);
        self
    }

    /// Sets the balance.
    #[must_use]
    pub fn with_balance(mut self, balance: Balance) -> Self {
        self.balance = Some(balance);
        self
    }

    /// Sets the merchant's own label.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }
}

impl Cursor {
    /// Returns the position before the first entry.
    pub fn start() -> Self {
        Self(None)
    }

    /// Creates a position from the gateway's own representation of it.
    pub fn at(place: impl Into<String>) -> Self {
        Self(Some(place.into()))
    }

    /// Returns the gateway's own representation of the position. `None` at the beginning.
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
    /// Creates a filter that accepts every entry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts only entries of this account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Accepts only entries booked at or after this time.
    #[must_use]
    pub fn with_from(mut self, from: Timestamp) -> Self {
        self.from = Some(from);
        self
    }

    /// Accepts only entries booked at or before this time.
    #[must_use]
    pub fn with_until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }
}

impl Page {
    /// Creates a page. `more` is whether there are further entries now.
    pub fn new(entries: Vec<Listed<Movement>>, next: Cursor, more: bool) -> Self {
        Self { entries, next, more }
    }
}
