//! The role of statements.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Error, ErrorKind, Listed, Result, StatementProvider,
    money::Currency,
    statement::{Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter},
};

use super::{client::Client, map, response::Decoded};
use crate::{
    rules::PAGE,
    wire::{self, Operation},
};

/// The role of statements.
pub(super) struct Statements {
    client: Arc<Client>,
    capabilities: StatementCapabilities,
}

impl Statements {
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { client, capabilities: capabilities() }
    }

    async fn ask<A: serde::de::DeserializeOwned>(
        &self,
        operation: Operation,
        query: &str,
    ) -> Result<A> {
        match self.client.inquire(operation, &[], query).await? {
            Some(Decoded { content, .. }) => Ok(content),
            None => Err(Error::new(ErrorKind::Malformed, "the gateway knows no statement")
                .with_operation(operation.name())),
        }
    }
}

fn capabilities() -> StatementCapabilities {
    StatementCapabilities::new(vec![Currency::VND, Currency::USD], PAGE)
        .with_outgoing()
        .with_balances()
}

#[async_trait]
impl StatementProvider for Statements {
    fn capabilities(&self) -> &StatementCapabilities {
        &self.capabilities
    }

    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        let decoded: wire::Accounts = self.ask(Operation::Accounts, "").await?;
        Ok(decoded.accounts.into_iter().map(map::own_account).map(Listed::Read).collect())
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        let decoded = self.ask(Operation::Entries, &query(after, filter)).await?;
        Ok(map::page(&decoded, filter.account.as_ref()))
    }
}

fn query(after: &Cursor, filter: &StatementFilter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(place) = after.place() {
        query.append_pair("after", place);
    }
    if let Some(account) = &filter.account {
        query.append_pair("account", account.as_str());
    }
    for (name, at) in [("from", filter.from), ("until", filter.until)] {
        if let Some(at) = at {
            query.append_pair(name, &at.to_string());
        }
    }
    query.finish()
}
