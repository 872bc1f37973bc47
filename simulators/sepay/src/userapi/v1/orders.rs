//! `/userapi/bidv/{bank_account_id}/orders`: v1 has orders for BIDV alone.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use simulator_kit::{HangUp, failing::OrderFate};

use super::{
    account,
    response::{self, Problem},
};
use crate::{
    bank::BankAccount,
    gateway::Gateway,
    userapi::{
        body::Body,
        orders::{Created, OrderRow, VaRow, new_order, new_va},
    },
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Orders {
        orders: Vec<OrderRow>,
    }
    let account = bidv(&gateway, &id)?;
    let books = gateway.books();
    let orders = books.virtual_accounts().orders().iter().rev();
    let orders = orders.filter(|order| order.bank_account_id == account.id);
    let orders = orders.map(|order| OrderRow::new(&account, order)).collect();
    Ok(response::order(None, Orders { orders }))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path((id, order)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let account = bidv(&gateway, &id)?;
    let books = gateway.books();
    let order = books.virtual_accounts().order(&account.id, &order).ok_or(Problem::NotFound)?;
    Ok(response::order(None, OrderRow::new(&account, order)))
}

pub(super) async fn create(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let account = bidv(&gateway, &id)?;
    let (asked, picture) = new_order(&read(&headers, &body)?)?;
    let now = gateway.now();
    let order = gateway.books().virtual_accounts_mut().create(&account, &asked, now)?;
    if order.amount.and_then(|amount| gateway.order_fate(amount)) == Some(OrderFate::AnswerLost) {
        return Ok(HangUp.into_response());
    }
    let created = Created::new(&account, &order, picture);
    let answer = response::order(Some("Order created successfully"), created);
    Ok((StatusCode::CREATED, answer).into_response())
}

pub(super) async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    Path((id, order)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let account = bidv(&gateway, &id)?;
    let now = gateway.now();
    gateway.books().virtual_accounts_mut().cancel(&account, &order, now)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn add_va(
    State(gateway): State<Arc<Gateway>>,
    Path((id, order)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let account = bidv(&gateway, &id)?;
    let va = new_va(&read(&headers, &body)?)?;
    let now = gateway.now();
    let va = gateway.books().virtual_accounts_mut().add_va(&account, &order, &va, now)?;
    Ok((StatusCode::CREATED, response::order(None, VaRow::from(&va))).into_response())
}

pub(super) async fn cancel_va(
    State(gateway): State<Arc<Gateway>>,
    Path((id, order, number)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let account = bidv(&gateway, &id)?;
    let now = gateway.now();
    gateway.books().virtual_accounts_mut().cancel_va(&account, &order, &number, now)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account with this id, if it is at BIDV.
fn bidv(gateway: &Gateway, id: &str) -> Result<BankAccount, Problem> {
    let (_, account) = account(gateway, id)?;
    if account.bank.code == "BIDV" { Ok(account) } else { Err(Problem::NotFound) }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Body, Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Body::read(content_type.unwrap_or_default(), body).map_err(Problem::from)
}
