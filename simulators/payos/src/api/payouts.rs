//! Payouts: `/v1/payouts` and `/v1/payouts-account`.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use simulator_kit::failing::PayoutFate;

use super::{
    answer::{Refusal, Signed, after, before, good, refused},
    credentials,
};
use crate::{
    faults::Operation,
    gateway::Gateway,
    payout::{Payout, PayoutTransaction, TransactionState},
    sign,
};

/// No document has this code.
const TOO_LITTLE: &str = "601";

pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/v1/payouts", post(create).get(list))
        // Node, Go and .NET post to this path.
        .route("/v1/payouts/", post(create).get(list))
        .route("/v1/payouts/batch", post(create_batch))
        .route("/v1/payouts/estimate-credit", post(estimate))
        .route("/v1/payouts/{id}", get(find))
        .route("/v1/payouts-account/balance", get(balance))
}

async fn create(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    made(&gateway, Operation::CreatePayout, &headers, &body, |gateway, body| {
        Ok(vec![transaction(gateway, body)?])
    })
}

async fn create_batch(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    made(&gateway, Operation::CreateBatch, &headers, &body, |gateway, body| {
        let all = body.get("payouts").and_then(Value::as_array).filter(|all| !all.is_empty());
        let all = all.ok_or_else(|| refused("20", "payouts: payouts should not be empty"))?;
        all.iter()
            .map(|one| {
                let one = one.as_object().ok_or_else(|| refused("20", "payouts: no object"))?;
                transaction(gateway, one)
            })
            .collect()
    })
}

/// Checks a request and takes its payout into the books; a repeated key gets the first one.
fn made(
    gateway: &Gateway,
    operation: Operation,
    headers: &HeaderMap,
    body: &[u8],
    read: impl FnOnce(&Gateway, &Map<String, Value>) -> Result<Vec<PayoutTransaction>, Refusal>,
) -> Response {
    let fault = gateway.faults.take(operation);
    let begun = before(fault.as_ref()).and_then(|()| {
        let body = signed(gateway, headers, body)?;
        let key = credentials::header(headers, "x-idempotency-key")
            .ok_or_else(|| refused("20", "x-idempotency-key: is required"))?;
        let reference = text(&body, "referenceId")?;
        let category = body
            .get("category")
            .and_then(Value::as_array)
            .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
        let transactions = read(gateway, &body)?;
        let fates: Vec<_> = transactions
            .iter()
            .filter_map(|transaction| gateway.payout_fate(&transaction.to_account_number))
            .collect();
        if fates.contains(&PayoutFate::RequestLost) {
            return Err(Refusal::HungUp);
        }
        let data = begin(gateway, key, reference, category, transactions)?;
        match fates.contains(&PayoutFate::AnswerLost) {
            true => Err(Refusal::HungUp),
            false => Ok(data),
        }
    });
    match begun {
        Ok(data) => after(fault.as_ref(), &data, sign_data(gateway), true),
        Err(refusal) => refusal.into_response(),
    }
}

fn begin(
    gateway: &Gateway,
    key: &str,
    reference: &str,
    category: Option<Vec<String>>,
    transactions: Vec<PayoutTransaction>,
) -> Result<Value, Refusal> {
    let now = gateway.now();
    let mut books = gateway.books();
    if let Some(known) = books.payouts.iter().find(|payout| payout.idempotency_key == key) {
        let same = |one: &PayoutTransaction, other: &PayoutTransaction| {
            (&one.reference_id, one.amount, &one.to_bin, &one.to_account_number)
                == (&other.reference_id, other.amount, &other.to_bin, &other.to_account_number)
        };
        let is_same = known.reference_id == reference
            && known.transactions.len() == transactions.len()
            && known.transactions.iter().zip(&transactions).all(|(one, other)| same(one, other));
        return match is_same {
            true => Ok(known.data()),
            false => Err(refused("20", "x-idempotency-key: was used for another request")),
        };
    }
    let amount: i64 = transactions.iter().map(|transaction| transaction.amount).sum();
    if amount > books.balance {
        return Err(refused(TOO_LITTLE, "the balance is too low"));
    }
    let number = books.next_number();
    let payout = Payout {
        id: format!("batch_{number:032x}"),
        reference_id: reference.to_owned(),
        idempotency_key: key.to_owned(),
        category,
        created_at: now,
        transactions,
    };
    let id = payout.id.clone();
    books.begin(payout, now, |account| gateway.payout_fate(account));
    let data = books.payouts.iter().find(|payout| payout.id == id).map(Payout::data);
    Ok(data.unwrap_or_default())
}

/// The body of a request whose credentials and signature are good.
fn signed(
    gateway: &Gateway,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Map<String, Value>, Refusal> {
    credentials::check(headers, &gateway.settings.payout)?;
    let body: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| refused("20", "the body is no JSON object"))?;
    let signature = gateway.settings.payout_signature(&body);
    let given = credentials::header(headers, "x-signature");
    match given.is_some_and(|given| sign::is_same(given, &signature)) {
        true => Ok(body),
        false => Err(refused("201", "Mã kiểm tra(signature) không hợp lệ")),
    }
}

fn sign_data(gateway: &Gateway) -> impl FnOnce(&Map<String, Value>) -> String {
    |data| gateway.settings.payout_signature(data)
}

fn transaction(gateway: &Gateway, body: &Map<String, Value>) -> Result<PayoutTransaction, Refusal> {
    const KNOWN: [&str; 6] =
        ["referenceId", "amount", "description", "toBin", "toAccountNumber", "category"];
    if let Some(unknown) = body.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(refused("20", &format!("{unknown}: property {unknown} should not exist")));
    }
    let amount = body.get("amount").and_then(Value::as_i64).filter(|amount| *amount > 0);
    let amount = amount.ok_or_else(|| refused("20", "amount: amount must be a positive number"))?;
    let (bin, number) = (text(body, "toBin")?, text(body, "toAccountNumber")?);
    let holders = &gateway.settings.holders;
    let holder = holders.iter().find(|holder| (&*holder.bin, &*holder.number) == (bin, number));
    let id = gateway.books().next_number();
    Ok(PayoutTransaction {
        id: format!("batch_txn_{id:032x}"),
        reference_id: text(body, "referenceId")?.to_owned(),
        amount,
        description: text(body, "description")?.to_owned(),
        to_bin: bin.to_owned(),
        to_account_number: number.to_owned(),
        to_account_name: holder.map(|holder| holder.name.clone()),
        state: TransactionState::Received,
        at: gateway.now(),
    })
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    let text = body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or_else(|| refused("20", &format!("{name}: {name} should not be empty")))
}

async fn estimate(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match signed(&gateway, &headers, &body) {
        Ok(body) => {
            let count = body.get("payouts").and_then(Value::as_array).map_or(1, Vec::len);
            good(&json!({ "estimateCredit": count }), Signed::Not)
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn find(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let fault = gateway.faults.take(Operation::FindPayouts);
    let checked = before(fault.as_ref())
        .and_then(|()| credentials::check(&headers, &gateway.settings.payout));
    if let Err(refusal) = checked {
        return refusal.into_response();
    }
    let data = gateway.books().payouts.iter().find(|payout| payout.id == id).map(Payout::data);
    match data {
        Some(data) => after(fault.as_ref(), &data, sign_data(&gateway), true),
        // No document has this code for payouts.
        None => refused("404", "the payout does not exist").into_response(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    limit: Option<usize>,
    offset: Option<usize>,
    reference_id: Option<String>,
    approval_state: Option<String>,
}

async fn list(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Response {
    let fault = gateway.faults.take(Operation::FindPayouts);
    let checked = before(fault.as_ref())
        .and_then(|()| credentials::check(&headers, &gateway.settings.payout));
    if let Err(refusal) = checked {
        return refusal.into_response();
    }
    let (limit, offset) = (wanted.limit.unwrap_or(10), wanted.offset.unwrap_or(0));
    let data = {
        let books = gateway.books();
        let is_wanted = |payout: &&Payout| {
            wanted.reference_id.as_ref().is_none_or(|of| *of == payout.reference_id)
                && wanted.approval_state.as_ref().is_none_or(|of| *of == payout.approval_state())
        };
        let all: Vec<&Payout> = books.payouts.iter().filter(is_wanted).collect();
        let page: Vec<Value> =
            all.iter().skip(offset).take(limit).map(|payout| payout.data()).collect();
        json!({
            "pagination": {
                "total": all.len(),
                "limit": limit,
                "offset": offset,
                "count": page.len(),
                "hasMore": offset.saturating_add(page.len()) < all.len(),
            },
            "payouts": page,
        })
    };
    after(fault.as_ref(), &data, sign_data(&gateway), true)
}

async fn balance(State(gateway): State<Arc<Gateway>>, headers: HeaderMap) -> Response {
    if let Err(refusal) = credentials::check(&headers, &gateway.settings.payout) {
        return refusal.into_response();
    }
    let account = &gateway.settings.account;
    let data = json!({
        "accountNumber": account.number,
        "accountName": account.holder,
        "currency": "VND",
        "balance": gateway.books().balance.to_string(),
    });
    after(None, &data, sign_data(&gateway), true)
}
