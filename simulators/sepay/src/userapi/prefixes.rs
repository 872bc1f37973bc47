//! `/v2/bank-accounts/{uuid}/prefixes` of Sacombank, and `…/terminals` of Vietcombank.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde::Serialize;

use super::{
    account,
    response::{self, Problem},
};
use crate::{
    BankAccount,
    gateway::Gateway,
    ids,
    query::{Page, Query},
    virtual_account::{TERMINAL, VA_PREFIX},
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let rows = prefix(&account).into_iter().collect();
    Ok(response::page(Page::cut(rows, &Query::parse(query.as_deref()))?))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path((uuid, asked)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let found = prefix(&account).filter(|prefix| prefix.va_prefix == asked);
    found.map(response::one).ok_or(Problem::NotFound)
}

pub(super) async fn terminals(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let terminal = (account.bank.code == "VCB").then(|| Terminal {
        xid: ids::uuid("terminal", TERMINAL),
        tid: TERMINAL,
        name: "POS quay 1",
        created_at: CREATED_AT,
    });
    let rows = terminal.into_iter().collect();
    Ok(response::page(Page::cut(rows, &Query::parse(query.as_deref()))?))
}

fn prefix(account: &BankAccount) -> Option<Prefix> {
    (account.bank.code == "STB").then(|| Prefix {
        va_prefix: VA_PREFIX,
        store_id: "WEB",
        store_name: account.holder.clone(),
        status: "active",
        created_at: CREATED_AT,
    })
}

const CREATED_AT: &str = "2025-01-01 00:00:00";

#[derive(Serialize)]
struct Prefix {
    va_prefix: &'static str,
    store_id: &'static str,
    store_name: String,
    status: &'static str,
    created_at: &'static str,
}

#[derive(Serialize)]
struct Terminal {
    xid: String,
    tid: &'static str,
    name: &'static str,
    created_at: &'static str,
}
