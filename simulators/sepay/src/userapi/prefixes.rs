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
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let rows = prefix(&gateway, &account).into_iter().collect();
    Ok(response::page(Page::cut(rows, &Query::parse(query.as_deref()))?))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path((uuid, asked)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let found = prefix(&gateway, &account).filter(|prefix| prefix.va_prefix == asked);
    found.map(response::one).ok_or(Problem::NotFound)
}

pub(super) async fn terminals(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let terminal = (account.bank.code == "VCB").then(|| Terminal {
        xid: ids::uuid("terminal", gateway.settings.terminal()),
        tid: gateway.settings.terminal().to_owned(),
        name: "POS quay 1",
        created_at: CREATED_AT,
    });
    let rows = terminal.into_iter().collect();
    Ok(response::page(Page::cut(rows, &Query::parse(query.as_deref()))?))
}

fn prefix(gateway: &Gateway, account: &BankAccount) -> Option<Prefix> {
    (account.bank.code == "STB").then(|| Prefix {
        va_prefix: gateway.settings.va_prefix().to_owned(),
        store_id: "WEB",
        store_name: account.holder.clone(),
        status: "active",
        created_at: CREATED_AT,
    })
}

const CREATED_AT: &str = "2025-01-01 00:00:00";

#[derive(Serialize)]
struct Prefix {
    va_prefix: String,
    store_id: &'static str,
    store_name: String,
    status: &'static str,
    created_at: &'static str,
}

#[derive(Serialize)]
struct Terminal {
    xid: String,
    tid: String,
    name: &'static str,
    created_at: &'static str,
}
