//! `/api/v1/bank-accounts` and `/api/v1/transactions`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Allowed, account, accounts, response, response::Problem};
use crate::{
    bank::{BankAccount, BankTransaction},
    civil,
    gateway::Gateway,
    query::Query,
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    allowed.to("bank-account:read")?;
    let rows = accounts(&gateway).iter().map(|(id, account)| Row::of(*id, account)).collect();
    response::list(rows, &Query::parse(query.as_deref()))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    allowed.to("bank-account:read")?;
    Ok(response::one(Row::of(id, &account(&gateway, id)?)))
}

/// The sub-accounts. SePay documents none of their fields; these have the names of its other APIs.
pub(super) async fn sub_accounts(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    Path(id): Path<u64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    #[derive(Serialize)]
    struct Sub {
        id: u64,
        bank_account_id: u64,
        account_number: String,
        account_holder_name: String,
        label: &'static str,
        active: bool,
    }
    allowed.to("bank-account:read")?;
    let parent = account(&gateway, id)?;
    let numbered = (1..).zip(&parent.sub_accounts);
    let rows = numbered
        .map(|(sub, number)| Sub {
            id: sub,
            bank_account_id: id,
            account_number: number.clone(),
            account_holder_name: parent.holder.clone(),
            label: "",
            active: true,
        })
        .collect();
    response::list(rows, &Query::parse(query.as_deref()))
}

pub(super) async fn transactions(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    allowed.to("transaction:read")?;
    let query = Query::parse(query.as_deref());
    let accounts = accounts(&gateway);
    let number_of = |uuid: &str| {
        accounts.iter().find(|(_, account)| account.id == uuid).map_or(0, |(id, _)| *id)
    };
    let account_id = query.number("bank_account_id")?;
    let (amount_in, amount_out) = (query.number("amount_in")?, query.number("amount_out")?);
    // A day counts whole, whatever the time of the transaction.
    let day = |at: i64| civil::at(at).date();
    let (from, to) = (query.time("from_date")?.map(day), query.time("to_date")?.map(day));
    let admits = |transaction: &BankTransaction| {
        account_id.is_none_or(|id| number_of(&transaction.account_id) == id)
            && query.text("account_number").is_none_or(|it| it == transaction.account_number)
            && query.text("reference_number").is_none_or(|it| it == transaction.reference)
            && from.is_none_or(|from| day(transaction.at) >= from)
            && to.is_none_or(|to| day(transaction.at) <= to)
            && amount_in.is_none_or(|amount| transaction.amount_in() == amount)
            && amount_out.is_none_or(|amount| transaction.amount_out() == amount)
    };
    let books = gateway.books();
    let newest_first = books.transactions().iter().rev().filter(|it| admits(it));
    let rows = newest_first.map(|it| Line::of(number_of(&it.account_id), it)).collect();
    drop(books);
    response::list(rows, &query)
}

#[derive(Serialize)]
struct Row {
    id: u64,
    label: &'static str,
    account_holder_name: String,
    account_number: String,
    /// A number with two decimals.
    accumulated: Option<Box<RawValue>>,
    active: bool,
    created_at: &'static str,
    bank: Bank,
}

#[derive(Serialize)]
struct Bank {
    short_name: &'static str,
    full_name: &'static str,
    code: &'static str,
    bin: &'static str,
    icon_url: String,
    logo_url: String,
}

impl Row {
    fn of(id: u64, account: &BankAccount) -> Self {
        let bank = account.bank;
        let picture = |kind: &str| format!("https://my.sepay.vn/{kind}/{}.png", bank.code);
        Self {
            id,
            label: "",
            account_holder_name: account.holder.clone(),
            account_number: account.number.clone(),
            accumulated: RawValue::from_string(format!("{}.00", account.balance)).ok(),
            active: true,
            created_at: "2025-01-01 00:00:00",
            bank: Bank {
                short_name: bank.short_name,
                full_name: bank.full_name,
                code: bank.code,
                bin: bank.bin,
                icon_url: picture("icon"),
                logo_url: picture("logo"),
            },
        }
    }
}

#[derive(Serialize)]
struct Line {
    id: u64,
    bank_account_id: u64,
    bank_brand_name: &'static str,
    account_number: String,
    transaction_date: String,
    amount_out: String,
    amount_in: String,
    accumulated: String,
    transaction_content: String,
    reference_number: String,
    code: Option<String>,
    sub_account: Option<String>,
}

impl Line {
    fn of(account: u64, transaction: &BankTransaction) -> Self {
        let amount = |dong: u64| format!("{dong}.00");
        Self {
            id: transaction.webhook_id,
            bank_account_id: account,
            bank_brand_name: transaction.bank.short_name,
            account_number: transaction.account_number.clone(),
            transaction_date: civil::print(transaction.at),
            amount_out: amount(transaction.amount_out()),
            amount_in: amount(transaction.amount_in()),
            accumulated: amount(transaction.accumulated),
            transaction_content: transaction.content.clone(),
            reference_number: transaction.reference.clone(),
            code: transaction.code.clone(),
            sub_account: transaction.va_number().map(str::to_owned),
        }
    }
}
