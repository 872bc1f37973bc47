//! Mistakes in listing what arrived and left.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Result, StatementProvider,
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};

use super::{Bug, Build};

pub(super) struct Careless {
    bug: Bug,
    inner: Arc<dyn StatementProvider>,
    build: Build,
}

impl Careless {
    pub(super) fn new(bug: Bug, inner: Arc<dyn StatementProvider>, build: Build) -> Self {
        Self { bug, inner, build }
    }

    /// The role to call.
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

#[async_trait]
impl StatementProvider for Careless {
    fn capabilities(&self) -> &StatementCapabilities {
        self.inner.capabilities()
    }

    async fn accounts(&self) -> Result<Vec<StatementAccount>> {
        self.role().accounts().await
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        let mut filter = filter.clone();
        if self.bug == Bug::ForgetsTheAccount {
            filter.account = None;
        }
        let mut page = self.role().entries(after, &filter).await?;
        match self.bug {
            Bug::LosesTheLastOfAPage if page.more => drop(page.entries.pop()),
            Bug::ReadsTheWrongReference => {
                for entry in &mut page.entries {
                    entry.bank_reference = Some(entry.key.value().to_owned());
                }
            }
            Bug::ReadsLocalTimeAsUtc => {
                for entry in &mut page.entries {
                    entry.at = entry.at.map(|at| at.plus(Duration::from_secs(7 * 3_600)));
                }
            }
            _ => {}
        }
        Ok(page)
    }
}
