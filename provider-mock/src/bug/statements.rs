//! Mistakes in statements.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Listed, Movement, Result, StatementProvider, Timestamp,
    money::Money,
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};

use super::{Bug, Build, VIETNAM};

pub(super) struct Careless {
    bug: Bug,
    inner: Arc<dyn StatementProvider>,
    build: Build,
}

impl Careless {
    pub(super) fn new(bug: Bug, inner: Arc<dyn StatementProvider>, build: Build) -> Self {
        Self { bug, inner, build }
    }

    /// Returns the role to call.
    fn role(&self) -> Arc<dyn StatementProvider> {
        match self.bug {
            Bug::MakesAClientForEachCall => {
                let fresh = (self.build)();
                fresh.statements().map_or_else(|_| Arc::clone(&self.inner), Arc::clone)
            }
            _ => Arc::clone(&self.inner),
        }
    }
}

impl Careless {
    async fn after_the_last_second(
        &self,
        after: &Cursor,
        mut filter: StatementFilter,
    ) -> Result<Page> {
        let last = after.place().and_then(|place| place.parse().ok()).map(Timestamp::from_unix);
        if let Some(last) = last {
            let next = last.plus(Duration::from_secs(1));
            filter.from = Some(filter.from.map_or(next, |from| from.max(next)));
        }
        let mut page = self.role().entries(&Cursor::start(), &filter).await?;
        let read = page.entries.iter().filter_map(|entry| entry.as_result().ok());
        let last = read.filter_map(|entry| entry.at).max().or(last);
        page.next =
            last.map_or_else(Cursor::start, |last| Cursor::at(last.unix_seconds().to_string()));
        Ok(page)
    }
}

#[async_trait]
impl StatementProvider for Careless {
    fn capabilities(&self) -> &StatementCapabilities {
        self.inner.capabilities()
    }

    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        self.role().accounts().await
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        let mut filter = filter.clone();
        if self.bug == Bug::ForgetsTheAccount {
            filter.account = None;
        }
        let next = |at: Timestamp, by: i64| Timestamp::from_unix(at.unix_seconds() + by);
        match self.bug {
            Bug::LeavesOutTheLastSecond => filter.until = filter.until.map(|at| next(at, -1)),
            Bug::LeavesOutTheFirstSecond => filter.from = filter.from.map(|at| next(at, 1)),
            _ => {}
        }
        if self.bug == Bug::GoesOnAfterTheLastSecond {
            return self.after_the_last_second(after, filter).await;
        }
        let mut page = self.role().entries(after, &filter).await?;
        page.entries = super::of_rows(self.bug, page.entries)?;
        match self.bug {
            Bug::TakesEveryRowForTheAccounts => {
                let first = read_rows(&mut page.entries).next().cloned();
                for row in &mut page.entries {
                    if let (Listed::Unreadable(other), Some(first)) = (&row, &first)
                        && other.detail == "it is of another account"
                    {
                        *row = Listed::Read(first.clone());
                    }
                }
            }
            Bug::EndsAtAnEmptyPage if page.entries.is_empty() => page.more = false,
            Bug::LosesTheLastOfAPage if page.more => drop(page.entries.pop()),
            Bug::ReadsTheWrongReference => {
                for entry in read_rows(&mut page.entries) {
                    entry.bank_reference = Some(entry.key.value().to_owned());
                }
            }
            Bug::ReadsLocalTimeAsUtc => {
                for entry in read_rows(&mut page.entries) {
                    entry.at = entry.at.map(|at| at.plus(VIETNAM));
                }
            }
            Bug::TakesEveryCurrencyForDong => {
                for entry in read_rows(&mut page.entries) {
                    entry.amount = Money::vnd(entry.amount.minor());
                }
            }
            _ => {}
        }
        Ok(page)
    }
}

fn read_rows(entries: &mut [Listed<Movement>]) -> impl Iterator<Item = &mut Movement> {
    entries.iter_mut().filter_map(|entry| match entry {
        Listed::Read(movement) => Some(movement),
        Listed::Unreadable(_) => None,
    })
}
