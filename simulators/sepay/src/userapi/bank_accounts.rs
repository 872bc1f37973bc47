//! `/v2/bank-accounts`.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde::Serialize;

use super::response::{self, Problem};
use crate::{
    bank::BankAccount,
    civil,
    gateway::Gateway,
    query::{InvalidParameter, Page, Query},
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    let filter = Filter::read(&query)?;
    let books = gateway.books();
    let mut rows: Vec<_> =
        books.accounts().iter().filter(|account| filter.admits(account)).collect();
    for (name, key) in SORTS {
        if let Some(descending) = query.descending(name)? {
            rows.sort_by_key(|account| key(account));
            if descending {
                rows.reverse();
            }
        }
    }
    Ok(response::page(Page::cut(rows, &query)?.map(Row::from)))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
) -> Result<Response, Problem> {
    let books = gateway.books();
    let found = books.accounts().iter().find(|account| account.id == uuid);
    found.map(|account| response::one(Row::from(account))).ok_or(Problem::NotFound)
}

type Key = fn(&BankAccount) -> i128;

/// All accounts here were linked at the same time, so that `created_at_sort` does not change their
/// order.
const SORTS: [(&str, Key); 3] = [
    ("created_at_sort", |_| 0),
    ("last_transaction_sort", |account| account.last_transaction.unwrap_or_default().into()),
    ("accumulated_sort", |account| account.balance.into()),
];

struct Filter<'a> {
    q: Option<String>,
    short_name: Option<&'a str>,
    active: Option<&'a str>,
    accumulated: (Option<u64>, Option<u64>),
    last_transaction: (Option<i64>, Option<i64>),
}

impl<'a> Filter<'a> {
    fn read(query: &'a Query) -> Result<Self, InvalidParameter> {
        Ok(Self {
            q: query.text("q").map(str::to_lowercase),
            short_name: query.text("bank_short_name"),
            active: query.text("active"),
            accumulated: (query.number("accumulated_min")?, query.number("accumulated_max")?),
            last_transaction: (
                query.time("last_transaction_from")?,
                query.time("last_transaction_to")?,
            ),
        })
    }

    fn admits(&self, account: &BankAccount) -> bool {
        let (least, most) = self.accumulated;
        let (from, to) = self.last_transaction;
        self.q
            .as_ref()
            .is_none_or(|q| account.number.contains(q) || account.holder.to_lowercase().contains(q))
            && self.short_name.is_none_or(|name| account.bank.short_name == name)
            && self.active.is_none_or(|active| active == "1")
            && least.is_none_or(|least| account.balance >= least)
            && most.is_none_or(|most| account.balance <= most)
            && from.is_none_or(|from| account.last_transaction.is_some_and(|last| last >= from))
            && to.is_none_or(|to| account.last_transaction.is_some_and(|last| last <= to))
    }
}

#[derive(Serialize)]
struct Row {
    id: String,
    account_holder_name: String,
    account_number: String,
    accumulated: u64,
    last_transaction: Option<String>,
    label: &'static str,
    account_type: &'static str,
    active: u8,
    created_at: &'static str,
    bank_short_name: &'static str,
    bank_full_name: &'static str,
    bank_bin: &'static str,
    bank_code: &'static str,
}

impl From<&BankAccount> for Row {
    fn from(account: &BankAccount) -> Self {
        Self {
            id: account.id.clone(),
            account_holder_name: account.holder.clone(),
            account_number: account.number.clone(),
            accumulated: account.balance,
            last_transaction: account.last_transaction.map(civil::print),
            label: "",
            account_type: "personal",
            active: 1,
            created_at: "2025-01-01 00:00:00",
            bank_short_name: account.bank.short_name,
            bank_full_name: account.bank.full_name,
            bank_bin: account.bank.bin,
            bank_code: account.bank.code,
        }
    }
}
