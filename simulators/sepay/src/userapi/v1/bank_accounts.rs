//! `/userapi/bankaccounts/…`.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde::Serialize;

use super::{
    account, accounts, amount,
    response::{self, Problem},
};
use crate::{
    bank::BankAccount,
    civil,
    gateway::Gateway,
    query::{InvalidParameter, Query},
};

const DEFAULT_LIMIT: u64 = 100;

/// When every account was linked.
const LINKED: &str = "2025-01-01 00:00:00";

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    let limit = query.number("limit")?.unwrap_or(DEFAULT_LIMIT);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let rows = chosen(&gateway, &query)?;
    let rows: Vec<_> =
        rows.iter().take(limit).map(|(number, account)| Row::new(*number, account)).collect();
    Ok(response::under("bankaccounts", rows))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (number, account) = account(&gateway, &id)?;
    Ok(response::under("bankaccount", Row::new(number, &account)))
}

pub(super) async fn count(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    Ok(response::under("count_bankaccounts", chosen(&gateway, &query)?.len()))
}

fn chosen(gateway: &Gateway, query: &Query) -> Result<Vec<(u64, BankAccount)>, InvalidParameter> {
    let since = query.number("since_id")?;
    let (least, most) = (query.number("accumulated_min")?, query.number("accumulated_max")?);
    let from = query.time("last_transaction_date_min")?;
    let to = query.time("last_transaction_date_max")?;
    let short_name = query.text("short_name");
    let mut chosen = accounts(gateway);
    chosen.retain(|(number, account)| {
        let last = account.last_transaction;
        since.is_none_or(|since| *number >= since)
            && short_name.is_none_or(|name| account.bank.short_name == name)
            && least.is_none_or(|least| account.balance >= least)
            && most.is_none_or(|most| account.balance <= most)
            && from.is_none_or(|from| last.is_some_and(|last| last >= from))
            && to.is_none_or(|to| last.is_some_and(|last| last <= to))
    });
    Ok(chosen)
}

#[derive(Serialize)]
struct Row {
    id: String,
    account_holder_name: String,
    account_number: String,
    accumulated: String,
    last_transaction: String,
    label: &'static str,
    active: &'static str,
    created_at: &'static str,
    bank_short_name: &'static str,
    bank_full_name: &'static str,
    bank_bin: &'static str,
    bank_code: &'static str,
}

impl Row {
    fn new(number: u64, account: &BankAccount) -> Self {
        Self {
            id: number.to_string(),
            account_holder_name: account.holder.clone(),
            account_number: account.number.clone(),
            accumulated: amount(account.balance),
            // All of v1's fields are text in its documents, and public libraries of v1 fail on a
            // null here: an account without a transaction has the time at which it was linked.
            last_transaction: match account.last_transaction {
                Some(at) => civil::print(at),
                None => LINKED.to_owned(),
            },
            label: "",
            active: "1",
            created_at: LINKED,
            bank_short_name: account.bank.short_name,
            bank_full_name: account.bank.full_name,
            bank_bin: account.bank.bin,
            bank_code: account.bank.code,
        }
    }
}
