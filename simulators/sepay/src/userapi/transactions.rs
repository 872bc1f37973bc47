//! `/v2/transactions`.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde::Serialize;

use super::response::{self, Problem};
use crate::{
    bank::{BankTransaction, Direction},
    books::Books,
    civil,
    gateway::Gateway,
    query::{InvalidParameter, Page, Query},
    same_second::SameSecondOrder,
};

pub(super) async fn list(
    State(gateway): State<Arc<Gateway>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(query.as_deref());
    let page = select(&gateway.books(), &query, &gateway.same_second)?;
    Ok(response::page(page))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Path(uuid): Path<String>,
) -> Result<Response, Problem> {
    let books = gateway.books();
    let found = books.transactions().iter().find(|transaction| transaction.uuid == uuid);
    found.map(|transaction| response::one(Row::from(transaction))).ok_or(Problem::NotFound)
}

/// The page that `query` asks for: newest first, unless it says otherwise.
fn select(
    books: &Books,
    query: &Query,
    seconds: &SameSecondOrder,
) -> Result<Page<Row>, InvalidParameter> {
    let all = books.transactions();
    let filter = Filter::read(query)?;
    let Some(order) = Order::read(books, query)? else {
        // Without filters or sorting the page is taken from the books as they are.
        let newest_first = |place: usize| all.len().checked_sub(place + 1);
        if filter.is_empty && filter.from.is_none() && !seconds.is_any() {
            return Page::of(all.len(), query, |rows| {
                rows.filter_map(|place| all.get(newest_first(place)?)).map(Row::from).collect()
            });
        }
        let mut chosen: Vec<_> = all.iter().rev().filter(|row| filter.admits(row)).collect();
        seconds.arrange(&mut chosen, |row| row.at);
        return Page::cut(chosen, query).map(rows);
    };
    let rest = all.get(order.after..).unwrap_or_default();
    let is_arranged = seconds.is_any() && order.by_date;
    if filter.is_empty
        && order.by.is_none()
        && (order.from || filter.from.is_none())
        && !is_arranged
    {
        return Page::of(rest.len(), query, |rows| {
            rest.get(rows).unwrap_or_default().iter().map(Row::from).collect()
        });
    }
    let mut chosen: Vec<_> = rest.iter().filter(|row| filter.admits(row)).collect();
    if let Some((key, descending)) = order.by {
        // Equal entries are in the order of arrival; the descending order is the reverse of the
        // ascending one.
        chosen.sort_by_key(|row| key(row));
        if descending {
            chosen.reverse();
        }
    }
    if order.by_date {
        seconds.arrange(&mut chosen, |row| row.at);
    }
    Page::cut(chosen, query).map(rows)
}

fn rows(page: Page<&BankTransaction>) -> Page<Row> {
    page.map(Row::from)
}

type Key = fn(&BankTransaction) -> i128;

/// Where a list begins and what it is sorted by; without one, the order of arrival.
struct Order {
    after: usize,
    /// Whether it begins at the start of the filter.
    from: bool,
    /// Whether it is by dates.
    by_date: bool,
    by: Option<(Key, bool)>,
}

const DATES: &str = "transaction_date_sort";

impl Order {
    /// `None` if the query asks for no order: the newest first.
    fn read(books: &Books, query: &Query) -> Result<Option<Self>, InvalidParameter> {
        let all = books.transactions();
        // Entries newer than a known one are listed from there on.
        if let Some(uuid) = query.text("since_id") {
            let known = all.iter().position(|transaction| transaction.uuid == uuid);
            let after = known.ok_or(InvalidParameter("since_id"))? + 1;
            return Ok(Some(Self { after, from: false, by_date: false, by: None }));
        }
        let keys: [(&'static str, Key); 3] = [
            (DATES, |row| row.at.into()),
            ("amount_in_sort", |row| row.amount_in().into()),
            ("amount_out_sort", |row| row.amount_out().into()),
        ];
        for (name, key) in keys {
            if let Some(descending) = query.descending(name)? {
                if !descending && name == DATES && books.dated_in_order() {
                    let from = query.time("transaction_date_from")?.unwrap_or(i64::MIN);
                    let after = all.partition_point(|row| row.at < from);
                    return Ok(Some(Self { after, from: true, by_date: true, by: None }));
                }
                let by = Some((key, descending));
                return Ok(Some(Self { after: 0, from: false, by_date: name == DATES, by }));
            }
        }
        Ok(None)
    }
}

struct Filter<'a> {
    /// Whether the query has no filter, except a start.
    is_empty: bool,
    q: Option<String>,
    transaction_content: Option<String>,
    bank_account_id: Option<&'a str>,
    va_id: Option<&'a str>,
    bank_brand_name: Option<&'a str>,
    reference_number: Option<&'a str>,
    direction: Option<Direction>,
    from: Option<i64>,
    to: Option<i64>,
    amount_in: (Option<u64>, Option<u64>),
    amount_out: (Option<u64>, Option<u64>),
    taken_by_a_webhook: Option<bool>,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Query) -> Result<Self, InvalidParameter> {
        const NAMES: &[&str] = &[
            "q",
            "transaction_content",
            "bank_account_id",
            "va_id",
            "bank_brand_name",
            "reference_number",
            "transfer_type",
            "transaction_date_to",
            "amount_in_min",
            "amount_in_max",
            "amount_out_min",
            "amount_out_max",
            "webhook_success",
        ];
        Ok(Self {
            is_empty: NAMES.iter().all(|name| query.text(name).is_none()),
            q: query.text("q").map(str::to_lowercase),
            transaction_content: query.text("transaction_content").map(str::to_lowercase),
            bank_account_id: query.text("bank_account_id"),
            va_id: query.text("va_id"),
            bank_brand_name: query.text("bank_brand_name"),
            reference_number: query.text("reference_number"),
            direction: match query.text("transfer_type") {
                None => None,
                Some("in") => Some(Direction::In),
                Some("out") => Some(Direction::Out),
                Some(_) => return Err(InvalidParameter("transfer_type")),
            },
            from: query.time("transaction_date_from")?,
            to: query.time("transaction_date_to")?,
            amount_in: (query.number("amount_in_min")?, query.number("amount_in_max")?),
            amount_out: (query.number("amount_out_min")?, query.number("amount_out_max")?),
            taken_by_a_webhook: match query.text("webhook_success") {
                None => None,
                Some("0") => Some(false),
                Some("1") => Some(true),
                Some(_) => return Err(InvalidParameter("webhook_success")),
            },
        })
    }

    fn admits(&self, row: &BankTransaction) -> bool {
        let contains = |text: &str, part: &String| text.to_lowercase().contains(part);
        self.q.as_ref().is_none_or(|q| {
            contains(&row.reference, q)
                || contains(&row.content, q)
                || row.code.as_ref().is_some_and(|code| contains(code, q))
        }) && self.transaction_content.as_ref().is_none_or(|part| contains(&row.content, part))
            && self.bank_account_id.is_none_or(|id| row.account_id == id)
            && self.va_id.is_none_or(|id| {
                row.virtual_account.as_ref().is_some_and(|arrival| arrival.id == id)
            })
            && self.bank_brand_name.is_none_or(|name| row.bank.short_name == name)
            && self.reference_number.is_none_or(|reference| row.reference == reference)
            && self.direction.is_none_or(|direction| row.direction == direction)
            && self.from.is_none_or(|from| row.at >= from)
            && self.to.is_none_or(|to| row.at <= to)
            && within(row.amount_in(), self.amount_in)
            && within(row.amount_out(), self.amount_out)
            && self.taken_by_a_webhook.is_none_or(|taken| (row.webhook_success > Some(0)) == taken)
    }
}

fn within(amount: u64, (least, most): (Option<u64>, Option<u64>)) -> bool {
    least.is_none_or(|least| amount >= least) && most.is_none_or(|most| amount <= most)
}

#[derive(Serialize)]
struct Row {
    id: String,
    transaction_date: String,
    account_number: String,
    va: String,
    transfer_type: Direction,
    amount_in: u64,
    amount_out: u64,
    accumulated: u64,
    transaction_content: String,
    reference_number: String,
    code: Option<String>,
    bank_brand_name: &'static str,
    bank_account_id: String,
    va_id: Option<String>,
    webhook_success: Option<u64>,
}

impl From<&BankTransaction> for Row {
    fn from(transaction: &BankTransaction) -> Self {
        Self {
            id: transaction.uuid.clone(),
            transaction_date: civil::print(transaction.at),
            account_number: transaction.account_number.clone(),
            va: transaction.va_number().unwrap_or_default().to_owned(),
            transfer_type: transaction.direction,
            amount_in: transaction.amount_in(),
            amount_out: transaction.amount_out(),
            accumulated: transaction.accumulated,
            transaction_content: transaction.content.clone(),
            reference_number: transaction.reference.clone(),
            code: transaction.code.clone(),
            bank_brand_name: transaction.bank.short_name,
            bank_account_id: transaction.account_id.clone(),
            va_id: transaction.virtual_account.as_ref().map(|arrival| arrival.id.clone()),
            webhook_success: transaction.webhook_success,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BankAccount, CodeRule, Transfer, bank::Bank, virtual_account::VaBooks};

    const NOVEMBER_15TH: i64 = 1_700_000_000; // 05:13:20 at UTC+7

    /// Three transactions, a minute apart.
    fn books() -> Books {
        let accounts = vec![
            BankAccount::new("111", "A", Bank::VIETCOMBANK, 1_000),
            BankAccount::new("222", "A", Bank::MBBANK, 1_000),
        ];
        let rule = CodeRule::new("DH", 3..=5).unwrap();
        let mut books = Books::new(accounts, rule, VaBooks::new("", ""));
        for (minute, transfer) in [
            (0, Transfer::into_account("111", 50_000, "DH123 thanh toan")),
            (1, Transfer::out_of_account("111", 700, "hoan tien")),
            (2, Transfer::into_account("222", 60_000, "DH12345")),
        ] {
            books.transfer(&transfer, NOVEMBER_15TH + minute * 60).unwrap();
        }
        books
    }

    /// The memos of the rows that `query` finds.
    fn found(query: &str) -> Vec<String> {
        let rows =
            select(&books(), &Query::parse(Some(query)), &SameSecondOrder::default()).unwrap();
        rows.items.into_iter().map(|row| row.transaction_content).collect()
    }

    #[test]
    fn each_filter_narrows_the_list() {
        let books = books();
        let [first, ..] = books.transactions() else { panic!("three transactions") };
        let account = format!("bank_account_id={}", first.account_id);
        let reference = format!("reference_number={}", first.reference);
        for (query, memos) in [
            ("", vec!["DH12345", "hoan tien", "DH123 thanh toan"]),
            ("q=dh123", vec!["DH12345", "DH123 thanh toan"]),
            ("transaction_content=TIEN", vec!["hoan tien"]),
            ("transfer_type=in&amount_in_max=50000", vec!["DH123 thanh toan"]),
            ("amount_in_min=50001", vec!["DH12345"]),
            ("amount_out_min=1", vec!["hoan tien"]),
            ("bank_brand_name=MBBank", vec!["DH12345"]),
            ("va_id=x", vec![]),
            ("transaction_date_to=2023-11-15+05:13:20", vec!["DH123 thanh toan"]),
            ("transaction_date_from=2023-11-15+05:15:20", vec!["DH12345"]),
            ("transaction_date_sort=asc", vec!["DH123 thanh toan", "hoan tien", "DH12345"]),
            (
                "transaction_date_sort=asc&transaction_date_from=2023-11-15+05:14:20",
                vec!["hoan tien", "DH12345"],
            ),
            (
                "transaction_date_sort=asc&transaction_date_from=2023-11-15+05:14:20&transfer_type=in",
                vec!["DH12345"],
            ),
            ("webhook_success=1", vec![]),
            (&account, vec!["hoan tien", "DH123 thanh toan"]),
            (&reference, vec!["DH123 thanh toan"]),
        ] {
            assert_eq!(found(query), memos, "{query}");
        }
    }

    #[test]
    fn since_id_reads_on_in_the_order_of_arrival() {
        let first = books().transactions()[0].uuid.clone();
        assert_eq!(found(&format!("since_id={first}")), ["hoan tien", "DH12345"]);
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_refused() {
        for parameter in ["since_id", "transfer_type", "amount_in_min", "transaction_date_from"] {
            let query = Query::parse(Some(&format!("{parameter}=x")));
            let refused = select(&books(), &query, &SameSecondOrder::default()).err();
            assert_eq!(refused, Some(InvalidParameter(parameter)));
        }
    }
}
