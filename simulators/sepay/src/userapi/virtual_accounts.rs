//! `/v2/bank-accounts/{uuid}/va`: every virtual account of a bank account. All of them here belong
//! to orders.

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
    civil,
    gateway::Gateway,
    query::{Page, Query},
    virtual_account::{VaOrder, VaStatus, VirtualAccount},
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    account(&gateway, &uuid)?;
    let query = Query::parse(query.as_deref());
    let descending = query.descending("created_at_sort")?.unwrap_or(true);
    let mut rows = rows(&gateway, &uuid);
    rows.retain(|row| {
        let flag = |name, flag: u8| query.text(name).is_none_or(|asked| asked == flag.to_string());
        let named = |q: &str| row.va.contains(q) || row.label.contains(q);
        query.text("q").is_none_or(named)
            && flag("active", row.active)
            && flag("official", row.official)
            && flag("static", row.is_static)
    });
    if descending {
        rows.reverse();
    }
    Ok(response::page(Page::cut(rows, &query)?))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path((uuid, va)): Path<(String, String)>,
) -> Result<Response, Problem> {
    account(&gateway, &uuid)?;
    let found = rows(&gateway, &uuid).into_iter().find(|row| row.id == va);
    found.map(response::one).ok_or(Problem::NotFound)
}

/// Returns all of them, oldest first.
fn rows(gateway: &Gateway, account: &str) -> Vec<Row> {
    let books = gateway.books();
    let orders = books.virtual_accounts().orders().iter();
    orders
        .filter(|order| order.bank_account_id == account)
        .flat_map(|order| order.va.iter().map(|va| Row::new(order, va)))
        .collect()
}

#[derive(Serialize)]
struct Row {
    id: String,
    va: String,
    sub_holder_name: String,
    label: String,
    active: u8,
    official: u8,
    #[serde(rename = "static")]
    is_static: u8,
    bank_account_id: String,
    created_at: String,
    updated_at: String,
}

impl Row {
    fn new(order: &VaOrder, va: &VirtualAccount) -> Self {
        Self {
            id: va.id.clone(),
            va: va.va_number.clone(),
            sub_holder_name: va.va_holder_name.clone(),
            label: order.order_code.clone(),
            active: (va.status == VaStatus::Unpaid).into(),
            official: 1,
            is_static: 0,
            bank_account_id: order.bank_account_id.clone(),
            created_at: civil::print(va.created_at),
            updated_at: civil::print(order.updated_at),
        }
    }
}
