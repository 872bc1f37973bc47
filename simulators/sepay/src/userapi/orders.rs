//! `/v2/bank-accounts/{uuid}/orders`: orders with virtual accounts of their own.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use simulator_kit::{HangUp, failing::OrderFate};

use super::{
    account,
    body::Body,
    response::{self, Problem},
};
use crate::{
    BankAccount, civil,
    gateway::Gateway,
    query::{Page, Query},
    virtual_account::{NewOrder, NewVa, OrderStatus, VaOrder, VaStatus, VirtualAccount},
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let query = Query::parse(query.as_deref());
    let books = gateway.books();
    let orders = books.virtual_accounts().orders().iter();
    let mut orders: Vec<_> = orders.filter(|order| order.bank_account_id == uuid).collect();
    match query.descending("amount_sort")? {
        Some(true) => orders.sort_by_key(|order| std::cmp::Reverse(order.amount)),
        Some(false) => orders.sort_by_key(|order| order.amount),
        None => {
            if query.descending("created_at_sort")?.unwrap_or(true) {
                orders.reverse();
            }
            gateway.same_second.arrange(&mut orders, |order| order.created_at);
        }
    }
    Ok(response::page(Page::cut(orders, &query)?.map(|order| OrderRow::new(&account, order))))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path((uuid, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let books = gateway.books();
    let order = books.virtual_accounts().order(&uuid, &id).ok_or(Problem::NotFound)?;
    Ok(response::one(OrderRow::new(&account, order)))
}

pub(super) async fn create(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let body = read(&headers, &body)?;
    let (asked, picture) = new_order(&body)?;
    let now = gateway.now();
    let order = gateway.books().virtual_accounts_mut().create(&account, &asked, now)?;
    if order.amount.and_then(|amount| gateway.order_fate(amount)) == Some(OrderFate::AnswerLost) {
        return Ok(HangUp.into_response());
    }
    let created = Created::new(&account, &order, picture);
    Ok((StatusCode::CREATED, response::one(created)).into_response())
}

pub(super) async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    Path((uuid, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let account = account(&gateway, &uuid)?;
    let now = gateway.now();
    gateway.books().virtual_accounts_mut().cancel(&account, &id, now)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn add_va(
    State(gateway): State<Arc<Gateway>>,
    Path((uuid, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let account = account(&gateway, &uuid)?;
    let body = read(&headers, &body)?;
    let now = gateway.now();
    let va = new_va(&body)?;
    let va = gateway.books().virtual_accounts_mut().add_va(&account, &id, &va, now)?;
    Ok((StatusCode::CREATED, response::one(VaRow::from(&va))).into_response())
}

pub(super) async fn cancel_va(
    State(gateway): State<Arc<Gateway>>,
    Path((uuid, id, number)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let account = account(&gateway, &uuid)?;
    let now = gateway.now();
    gateway.books().virtual_accounts_mut().cancel_va(&account, &id, &number, now)?;
    Ok(StatusCode::NO_CONTENT)
}

/// JSON or a form (source: SePay API v2: create order).
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Body, Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Body::read(content_type.unwrap_or_default(), body).map_err(Problem::from)
}

/// The QR picture in a response, if one is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    template: &'static str,
}

pub(super) fn new_order(body: &Body) -> Result<(NewOrder, Option<Picture>), Problem> {
    let template = match body.text("qrcode_template") {
        None | Some("compact") => "compact",
        Some("qronly") => "qronly",
        Some(_) => return Err(Problem::invalid("qrcode_template")),
    };
    let picture = match body.text("with_qrcode") {
        None | Some("0") => None,
        Some("1") => Some(Picture { template }),
        Some(_) => return Err(Problem::invalid("with_qrcode")),
    };
    let order = NewOrder {
        order_code: body.text("order_code").map(str::to_owned),
        amount: body.number("amount")?,
        va_holder_name: body.text("va_holder_name").map(str::to_owned),
        duration: body.number("duration")?,
        va_prefix: body.text("va_prefix").map(str::to_owned),
        tid: body.text("tid").map(str::to_owned),
    };
    Ok((order, picture))
}

pub(super) fn new_va(body: &Body) -> Result<NewVa, Problem> {
    Ok(NewVa {
        amount: body.number("amount")?,
        va_holder_name: body.text("va_holder_name").map(str::to_owned),
        duration: body.number("duration")?,
    })
}

#[derive(Serialize)]
pub(super) struct Created {
    id: String,
    order_code: String,
    va_number: String,
    va_holder_name: String,
    amount: Option<u64>,
    status: OrderStatus,
    bank_name: &'static str,
    account_holder_name: String,
    account_number: String,
    expired_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code_url: Option<String>,
}

/// One transparent pixel.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

impl Created {
    pub(super) fn new(account: &BankAccount, order: &VaOrder, picture: Option<Picture>) -> Self {
        // An order is made with one virtual account.
        let va = order.va.first();
        let va_number = va.map(|va| va.va_number.clone()).unwrap_or_default();
        let qr_code_url = picture.map(|picture| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("acc", &va_number).append_pair("bank", account.bank.short_name);
            if let Some(amount) = order.amount {
                query.append_pair("amount", &amount.to_string());
            }
            query.append_pair("template", picture.template);
            format!("https://vietqr.app/img?{}", query.finish())
        });
        Self {
            id: order.id.clone(),
            order_code: order.order_code.clone(),
            va_number,
            va_holder_name: va.map(|va| va.va_holder_name.clone()).unwrap_or_default(),
            amount: order.amount,
            status: order.status,
            bank_name: account.bank.short_name,
            account_holder_name: account.holder.clone(),
            account_number: account.number.clone(),
            expired_at: va.and_then(|va| va.expired_at).map(civil::print),
            qr_code: picture.map(|_| PICTURE),
            qr_code_url,
        }
    }
}

#[derive(Serialize)]
pub(super) struct OrderRow {
    id: String,
    order_code: String,
    amount: Option<u64>,
    paid_amount: u64,
    status: OrderStatus,
    bank_name: &'static str,
    account_number: String,
    account_holder_name: String,
    created_at: String,
    updated_at: String,
    va: Vec<VaRow>,
}

#[derive(Serialize)]
pub(super) struct VaRow {
    va_number: String,
    va_holder_name: String,
    amount: Option<u64>,
    paid_at: Option<String>,
    status: VaStatus,
    expired_at: Option<String>,
}

impl OrderRow {
    pub(super) fn new(account: &BankAccount, order: &VaOrder) -> Self {
        Self {
            id: order.id.clone(),
            order_code: order.order_code.clone(),
            amount: order.amount,
            paid_amount: order.paid_amount,
            status: order.status,
            bank_name: account.bank.short_name,
            account_number: account.number.clone(),
            account_holder_name: account.holder.clone(),
            created_at: civil::print(order.created_at),
            updated_at: civil::print(order.updated_at),
            va: order.va.iter().map(VaRow::from).collect(),
        }
    }
}

impl From<&VirtualAccount> for VaRow {
    fn from(va: &VirtualAccount) -> Self {
        Self {
            va_number: va.va_number.clone(),
            va_holder_name: va.va_holder_name.clone(),
            amount: va.amount,
            paid_at: va.paid_at.map(civil::print),
            status: va.status,
            expired_at: va.expired_at.map(civil::print),
        }
    }
}
