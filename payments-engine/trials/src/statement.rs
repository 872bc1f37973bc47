//! A statement that can be changed on its way: lines that are missing, repeated, altered or have
//! other keys, and pages that cannot be read.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use payments_core::{
    DedupeKey, Error, ErrorKind, Listed, Movement, Provider, Result, StatementProvider,
    UnreadableRow,
    money::Money,
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};

/// The scope of the statement's own keys.
pub const OWN_SCOPE: &str = "mock.line";

/// The changes of a statement. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Changes(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    left_out: Vec<String>,
    repeated: Vec<String>,
    amounts: Vec<(String, Money)>,
    garbled: Vec<String>,
    has_own_keys: bool,
    forgets_orders: bool,
    fails_at: Option<usize>,
    asked: usize,
}

impl Changes {
    /// Leaves out the line with this transaction.
    pub fn leave_out(&self, transaction: &str) {
        self.with(|content| content.left_out.push(transaction.to_owned()));
    }

    /// Lists the line with this transaction twice.
    pub fn repeat(&self, transaction: &str) {
        self.with(|content| content.repeated.push(transaction.to_owned()));
    }

    /// Lists the line with this transaction with another amount.
    pub fn alter(&self, transaction: &str, amount: Money) {
        self.with(|content| content.amounts.push((transaction.to_owned(), amount)));
    }

    /// Lists the line with this transaction so that it cannot be read.
    pub fn garble(&self, transaction: &str) {
        self.with(|content| content.garbled.push(transaction.to_owned()));
    }

    /// Gives lines keys that no other source has.
    pub fn use_own_keys(&self) {
        self.with(|content| content.has_own_keys = true);
    }

    /// Removes the orders from the lines.
    pub fn forget_orders(&self) {
        self.with(|content| content.forgets_orders = true);
    }

    /// Fails at the page of this number, counted from 1 over all pages that are requested from now
    /// on.
    pub fn fail_at(&self, page: Option<usize>) {
        self.with(|content| (content.fails_at, content.asked) = (page, 0));
    }

    /// Wraps a provider so that its statements are changed.
    pub fn around(&self, provider: &Provider) -> Provider {
        let inner = Arc::clone(provider.statements().unwrap());
        provider.clone().with_statements(Arc::new(Changed { inner, changes: self.clone() }))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Content) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn lines(&self, line: Listed<Movement>) -> Vec<Listed<Movement>> {
        let Listed::Read(mut line) = line else { return vec![line] };
        self.with(|content| {
            let is_it = |one: &&String| line.key.value() == one.as_str();
            if content.left_out.iter().any(|one| is_it(&one)) {
                return Vec::new();
            }
            if content.garbled.iter().any(|one| is_it(&one)) {
                let row = UnreadableRow::new("has no amount").with_id(line.key.value());
                return vec![Listed::Unreadable(row)];
            }
            let times = 1 + content.repeated.iter().filter(is_it).count();
            let altered = content.amounts.iter().find(|(one, _)| is_it(&one));
            line.amount = altered.map_or(line.amount, |(_, amount)| *amount);
            if content.has_own_keys {
                line.key = DedupeKey::new(OWN_SCOPE, line.key.value()).unwrap();
            }
            if content.forgets_orders {
                line.order = None;
            }
            vec![Listed::Read(line); times]
        })
    }
}

struct Changed {
    inner: Arc<dyn StatementProvider>,
    changes: Changes,
}

#[async_trait]
impl StatementProvider for Changed {
    fn capabilities(&self) -> &StatementCapabilities {
        self.inner.capabilities()
    }

    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        self.inner.accounts().await
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        let fails = self.changes.with(|content| {
            content.asked += 1;
            content.fails_at == Some(content.asked)
        });
        if fails {
            return Err(Error::new(ErrorKind::Unavailable, "the bank is closed"));
        }
        let mut page = self.inner.entries(after, filter).await?;
        page.entries = page.entries.into_iter().flat_map(|line| self.changes.lines(line)).collect();
        Ok(page)
    }
}
