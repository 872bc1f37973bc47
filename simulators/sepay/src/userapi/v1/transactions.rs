//! `/userapi/transactions/…`.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde::Serialize;

use super::{
    accounts, amount,
    response::{self, Problem},
};
use crate::{
    bank::BankTransaction,
    civil,
    gateway::Gateway,
    query::{InvalidParameter, Query},
};

const LARGEST: u64 = 5_000;

/// Lists the newest first, or with `since_id` in the order of arrival from that id on, which is how
/// SePay's pages read a long list.
pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    let filter = Filter::read(&query)?;
    let limit = match query.number("limit")?.unwrap_or(LARGEST) {
        limit @ 1..=LARGEST => usize::try_from(limit).unwrap_or(usize::MAX),
        _ => return Err(InvalidParameter("limit").into()),
    };
    let numbers = Numbers::of(&gateway);
    let books = gateway.books();
    let all = books.transactions();
    let row = |(place, row)| Row::new(&numbers, place, row);
    let rows: Vec<_> = match filter.since {
        Some(since) => {
            let start = usize::try_from(since.saturating_sub(FIRST)).unwrap_or(usize::MAX);
            let rest = all.iter().enumerate().skip(start);
            chosen(&gateway, rest.filter(|(_, row)| filter.admits(row)), limit).map(row).collect()
        }
        None => {
            let newest = all.iter().enumerate().rev();
            chosen(&gateway, newest.filter(|(_, row)| filter.admits(row)), limit).map(row).collect()
        }
    };
    Ok(response::under("transactions", rows))
}

/// The rows of a response; those of the same second are in any order if the settings say so.
fn chosen<'a>(
    gateway: &Gateway,
    rows: impl Iterator<Item = (usize, &'a BankTransaction)>,
    limit: usize,
) -> impl Iterator<Item = (usize, &'a BankTransaction)> {
    let mut rows: Vec<_> = match gateway.same_second.is_any() {
        true => rows.collect(),
        false => rows.take(limit).collect(),
    };
    gateway.same_second.arrange(&mut rows, |(_, row)| row.at);
    rows.into_iter().take(limit)
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let numbers = Numbers::of(&gateway);
    let books = gateway.books();
    let place = id.parse::<u64>().ok().and_then(|id| id.checked_sub(FIRST));
    let place = place.and_then(|place| usize::try_from(place).ok()).ok_or(Problem::NotFound)?;
    let row = books.transactions().get(place).ok_or(Problem::NotFound)?;
    Ok(response::under("transaction", Row::new(&numbers, place, row)))
}

pub(super) async fn count(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    let filter = Filter::read(&query)?;
    let books = gateway.books();
    let since = filter.since.unwrap_or(FIRST).saturating_sub(FIRST);
    let rest = books.transactions().iter().skip(usize::try_from(since).unwrap_or(usize::MAX));
    let count = rest.filter(|row| filter.admits(row)).count();
    Ok(response::under("count_transactions", count))
}

/// The id of the first transaction. It differs from the ids of webhooks, because no document says
/// that they are the same.
const FIRST: u64 = 1;

struct Filter<'a> {
    since: Option<u64>,
    account_number: Option<&'a str>,
    reference_number: Option<&'a str>,
    from: Option<i64>,
    to: Option<i64>,
    amount_in: Option<u64>,
    amount_out: Option<u64>,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Query) -> Result<Self, InvalidParameter> {
        Ok(Self {
            since: query.number("since_id")?,
            account_number: query.text("account_number"),
            reference_number: query.text("reference_number"),
            from: query.time("transaction_date_min")?,
            to: query.time("transaction_date_max")?,
            amount_in: exact(query, "amount_in")?,
            amount_out: exact(query, "amount_out")?,
        })
    }

    fn admits(&self, row: &BankTransaction) -> bool {
        self.account_number.is_none_or(|number| row.account_number == number)
            && self.reference_number.is_none_or(|reference| row.reference == reference)
            && self.from.is_none_or(|from| row.at >= from)
            && self.to.is_none_or(|to| row.at <= to)
            && self.amount_in.is_none_or(|amount| row.amount_in() == amount)
            && self.amount_out.is_none_or(|amount| row.amount_out() == amount)
    }
}

/// An amount with or without decimals.
fn exact(query: &Query, name: &'static str) -> Result<Option<u64>, InvalidParameter> {
    let Some(text) = query.text(name) else { return Ok(None) };
    let whole = text.strip_suffix(".00").unwrap_or(text);
    whole.parse().map(Some).map_err(|_| InvalidParameter(name))
}

/// The numbers of the bank accounts by their UUIDs.
struct Numbers(Vec<(u64, String)>);

impl Numbers {
    fn of(gateway: &Gateway) -> Self {
        Self(accounts(gateway).into_iter().map(|(number, account)| (number, account.id)).collect())
    }

    fn number(&self, uuid: &str) -> String {
        let found = self.0.iter().find(|(_, id)| id == uuid);
        found.map(|(number, _)| number.to_string()).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Row {
    id: String,
    bank_brand_name: &'static str,
    account_number: String,
    transaction_date: String,
    amount_out: String,
    amount_in: String,
    accumulated: String,
    transaction_content: String,
    reference_number: String,
    code: Option<String>,
    sub_account: String,
    bank_account_id: String,
}

impl Row {
    fn new(numbers: &Numbers, place: usize, row: &BankTransaction) -> Self {
        Self {
            id: FIRST.saturating_add(place as u64).to_string(),
            bank_brand_name: row.bank.short_name,
            account_number: row.account_number.clone(),
            transaction_date: civil::print(row.at),
            amount_out: amount(row.amount_out()),
            amount_in: amount(row.amount_in()),
            accumulated: amount(row.accumulated),
            transaction_content: row.content.clone(),
            reference_number: row.reference.clone(),
            code: row.code.clone(),
            sub_account: row.va_number().unwrap_or_default().to_owned(),
            bank_account_id: numbers.number(&row.account_id),
        }
    }
}
