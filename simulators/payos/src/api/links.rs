//! Payment links: `/v2/payment-requests`.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value, json};
use simulator_kit::failing::OrderFate;

use super::{
    answer::{Refusal, after, before, refused},
    credentials,
};
use crate::{faults::Operation, gateway::Gateway, link::Link, qr, sign};

/// The largest orderCode (the text of a refusal with code 20).
const LARGEST: u64 = 9_007_199_254_740_991;

pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/v2/payment-requests", post(create))
        .route("/v2/payment-requests/{id}", get(find))
        .route("/v2/payment-requests/{id}/cancel", post(cancel))
}

async fn create(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    let fault = gateway.faults.take(Operation::CreateLink);
    let opened = before(fault.as_ref())
        .and_then(|()| credentials::check(&headers, &gateway.settings.payment))
        .and_then(|()| open(&gateway, &body));
    match opened {
        Ok(data) if is_answer_lost(&gateway, &data) => Refusal::HungUp.into_response(),
        Ok(data) => after(fault.as_ref(), &data, sign_data(&gateway), false),
        Err(refusal) => refusal.into_response(),
    }
}

/// Whether the response about an opened link is lost, because of its amount.
fn is_answer_lost(gateway: &Gateway, data: &Value) -> bool {
    let amount = data.get("amount").and_then(Value::as_i64);
    amount.and_then(|amount| gateway.order_fate(amount)) == Some(OrderFate::AnswerLost)
}

fn sign_data(gateway: &Gateway) -> impl FnOnce(&Map<String, Value>) -> String {
    |data| gateway.settings.data_signature(data)
}

/// Checks the body and takes the link into the books.
pub(crate) fn open(gateway: &Gateway, body: &[u8]) -> Result<Value, Refusal> {
    let invalid = |desc: &str| refused("20", desc);
    let body: Map<String, Value> =
        serde_json::from_slice(body).map_err(|_| invalid("the body is no JSON object"))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let is_code = |code: &u64| (1..=LARGEST).contains(code);
    let order_code = body
        .get("orderCode")
        .and_then(Value::as_u64)
        .filter(is_code)
        .ok_or_else(|| {
            invalid("order_code: order_code must be a positive number not greater than 9007199254740991")
        })?;
    let amount = body
        .get("amount")
        .and_then(Value::as_i64)
        .filter(|amount| *amount > 0)
        .ok_or_else(|| invalid("amount: amount must be a positive number"))?;
    let description = text("description").ok_or_else(|| invalid("description: is required"))?;
    let longest = gateway.settings.longest_description;
    if description.chars().count() > longest {
        return Err(invalid(&format!("description: Mô tả tối đa {longest} kí tự")));
    }
    let address = |name: &str| {
        let url = text(name).filter(|url| url.starts_with("http"));
        url.ok_or_else(|| invalid(&format!("{name}: {name} must be a URL")))
    };
    let (return_url, cancel_url) = (address("returnUrl")?, address("cancelUrl")?);
    let expired_at = match body.get("expiredAt") {
        None | Some(Value::Null) => None,
        Some(end) => {
            let end = end.as_i64().filter(|end| i32::try_from(*end).is_ok());
            Some(end.ok_or_else(|| invalid("expiredAt: expiredAt must be an Int32"))?)
        }
    };
    let signature = gateway.settings.payment_link_signature(&body);
    if !text("signature").is_some_and(|given| sign::is_same(given, &signature)) {
        return Err(refused("201", "Mã kiểm tra(signature) không hợp lệ"));
    }
    let mut books = gateway.books();
    if books.links.iter().any(|link| link.order_code == order_code) {
        return Err(refused("231", "Đơn thanh toán đã tồn tại"));
    }
    let number = books.next_number();
    let link = Link {
        id: format!("{number:032x}"),
        order_code,
        amount,
        description: description.to_owned(),
        code: format!("CS{number:09}"),
        return_url: return_url.to_owned(),
        cancel_url: cancel_url.to_owned(),
        expired_at,
        created_at: gateway.now(),
        cancelled: None,
        transfers: Vec::new(),
    };
    let data = created(gateway, &link);
    books.links.push(link);
    Ok(data)
}

fn created(gateway: &Gateway, link: &Link) -> Value {
    let account = &gateway.settings.account;
    let number = &gateway.settings.virtual_account;
    json!({
        "bin": account.bin,
        "accountNumber": number,
        "accountName": account.holder,
        "amount": link.amount,
        "description": link.memo(),
        "orderCode": link.order_code,
        "currency": "VND",
        "paymentLinkId": link.id,
        "status": "PENDING",
        "expiredAt": link.expired_at,
        "checkoutUrl": format!("{}/web/{}", gateway.pay_url(), link.id),
        "qrCode": qr::of(&account.bin, number, link.amount, &link.memo()),
    })
}

async fn find(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let fault = gateway.faults.take(Operation::FindLink);
    let checked = before(fault.as_ref())
        .and_then(|()| credentials::check(&headers, &gateway.settings.payment));
    if let Err(refusal) = checked {
        return refusal.into_response();
    }
    let data = gateway.books().link(&id).map(|link| found(&gateway, link));
    match data {
        Some(data) => after(fault.as_ref(), &data, sign_data(&gateway), false),
        None => unknown(),
    }
}

/// `data` of a link as it is now.
fn found(gateway: &Gateway, link: &Link) -> Value {
    let settings = &gateway.settings;
    let virtual_account = (&*settings.account.holder, &*settings.virtual_account);
    link.found(&settings.account.number, virtual_account, gateway.now())
}

async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let fault = gateway.faults.take(Operation::CancelLink);
    let checked = before(fault.as_ref())
        .and_then(|()| credentials::check(&headers, &gateway.settings.payment));
    if let Err(refusal) = checked {
        return refusal.into_response();
    }
    // Node's library sends no body without a reason.
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let reason = body.get("cancellationReason").and_then(Value::as_str).map(str::to_owned);
    let now = gateway.now();
    let mut books = gateway.books();
    let Some(link) = books.link_mut(&id) else { return unknown() };
    match link.status(now) {
        "PENDING" | "UNDERPAID" => link.cancelled = Some((now, reason)),
        // No document has this code.
        _ => return refused("233", "the link is closed").into_response(),
    }
    let data = found(&gateway, link);
    drop(books);
    after(fault.as_ref(), &data, sign_data(&gateway), false)
}

fn unknown() -> Response {
    refused("101", "Mã thanh toán không tồn tại").into_response()
}
