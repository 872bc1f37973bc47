//! The control API over HTTP, on every host under `/_control`, for other languages and the command
//! line.
//!
//! Every change is a POST with a JSON body: a page in a browser cannot send one across origins
//! without a preflight request.

use std::sync::Arc;
use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use simulator_kit::{Receipt, Schedule};

use super::{Announcement, ControlError};
use crate::{
    Fault, Operation, PayAs, PayoutStart, PayoutState,
    checkout::{self, By},
    delayed_requests, description,
    gateway::Gateway,
    payout, virtual_account,
};

type Shared = State<Arc<Gateway>>;

pub(crate) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/state", get(state))
        .route("/requests", get(requests))
        .route("/receipts", get(receipts))
        .route("/description", get(describe))
        .route("/credentials", get(credentials))
        .route("/pay", post(pay))
        .route("/release-payment", post(release_payment))
        .route("/remove-card", post(remove_card))
        .route("/transfer", post(transfer))
        .route("/transfer-for-order", post(transfer_for_order))
        .route("/settle", post(settle))
        .route("/payout-start", post(payout_start))
        .route("/faults", post(add_fault))
        .route("/deliver-late", post(deliver_late))
        .route("/notifications", post(schedule))
        .route("/release-notifications", post(release_notifications))
        .route("/va-callback", post(register_va_callback))
        .route("/advance", post(advance))
}

async fn state(State(gateway): Shared) -> Json<Value> {
    let now = gateway.now();
    let books = gateway.books();
    Json(json!({
        "now": now,
        "balance": books.balance(),
        "bookings": books.ledger.bookings(),
        "orders": books.orders,
        "cards": books.cards,
        "virtual_accounts": books.accounts,
        "payouts": books.payouts,
    }))
}

async fn requests(State(gateway): Shared) -> Json<Value> {
    Json(json!(gateway.log.all()))
}

async fn receipts(State(gateway): Shared) -> Json<Value> {
    Json(gateway.outbox.receipts().iter().map(receipt).collect())
}

async fn describe(State(gateway): Shared) -> Json<Value> {
    Json(json!(description::of(&gateway)))
}

/// The credentials that a client needs: test values, unless the settings have others.
async fn credentials(State(gateway): Shared) -> Json<Value> {
    let settings = &gateway.settings;
    Json(json!({
        "merchant_id": settings.merchant_id,
        "merchant_email": settings.merchant_email,
        "passcode": settings.passcode,
        "merchant_private_key": settings.merchant_private_key,
        "hpay_certificate": settings.hpay_certificate,
        "openapi_client_id": settings.openapi_client_id,
        "openapi_client_secret": settings.openapi_client_secret,
    }))
}

#[derive(Deserialize)]
struct Pay {
    order_code: String,
    #[serde(rename = "as")]
    outcome: PayAs,
}

async fn pay(State(gateway): Shared, Json(asked): Json<Pay>) -> Response {
    announced(checkout::pay(&gateway, By::OrderCode(&asked.order_code), asked.outcome).await)
}

#[derive(Deserialize)]
struct OfOrder {
    order_code: String,
}

async fn release_payment(State(gateway): Shared, Json(asked): Json<OfOrder>) -> Response {
    done(checkout::release_held(&gateway, &asked.order_code))
}

#[derive(Deserialize)]
struct RemoveCard {
    token: String,
}

async fn remove_card(State(gateway): Shared, Json(asked): Json<RemoveCard>) -> Response {
    announced(checkout::remove(&gateway, &asked.token).await)
}

#[derive(Deserialize)]
struct Transfer {
    account: String,
    amount: i64,
}

async fn transfer(State(gateway): Shared, Json(asked): Json<Transfer>) -> Response {
    announced(virtual_account::transfer(&gateway, &asked.account, asked.amount).await)
}

async fn transfer_for_order(State(gateway): Shared, Json(asked): Json<OfOrder>) -> Response {
    match virtual_account::transfer_for_order(&gateway, &asked.order_code).await {
        Ok(sent) => Json(json!({
            "notification": announcement(&sent.notification),
            "callback": announcement(&sent.callback),
        }))
        .into_response(),
        Err(error) => impossible(&error),
    }
}

#[derive(Deserialize)]
struct Settle {
    request_id: String,
    state: PayoutState,
}

async fn settle(State(gateway): Shared, Json(asked): Json<Settle>) -> Response {
    done(payout::settle(&gateway, &asked.request_id, asked.state))
}

#[derive(Deserialize)]
struct Start {
    start: PayoutStart,
}

async fn payout_start(State(gateway): Shared, Json(asked): Json<Start>) -> Response {
    gateway.books().payout_start = asked.start;
    done(Ok(()))
}

#[derive(Deserialize)]
struct AddFault {
    operation: Operation,
    #[serde(flatten)]
    fault: Fault,
}

async fn add_fault(State(gateway): Shared, Json(asked): Json<AddFault>) -> Response {
    done(gateway.add_fault(asked.operation, asked.fault))
}

async fn deliver_late(State(gateway): Shared, Json(_): Json<Nothing>) -> Json<Value> {
    Json(json!({ "accepted": delayed_requests::deliver(&gateway) }))
}

#[derive(Deserialize)]
struct SetSchedule {
    schedule: ScheduleName,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScheduleName {
    Once,
    Twice,
    Held,
}

async fn schedule(State(gateway): Shared, Json(asked): Json<SetSchedule>) -> Response {
    gateway.schedule_notifications(match asked.schedule {
        ScheduleName::Once => Schedule::Once,
        ScheduleName::Twice => Schedule::Twice,
        ScheduleName::Held => Schedule::Held,
    });
    done(Ok(()))
}

#[derive(Deserialize)]
struct Nothing {}

async fn release_notifications(State(gateway): Shared, Json(_): Json<Nothing>) -> Json<Value> {
    Json(gateway.outbox.release().await.iter().map(receipt).collect())
}

#[derive(Deserialize)]
struct VaCallback {
    base: Option<String>,
}

async fn register_va_callback(State(gateway): Shared, Json(asked): Json<VaCallback>) -> Response {
    let usable = asked.base.as_deref().map(|base| gateway.settings.destinations.check(base));
    if let Some(Err(unusable)) = usable {
        let error = json!({ "error": unusable.to_string() });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response();
    }
    gateway.register_va_callback(asked.base);
    done(Ok(()))
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(State(gateway): Shared, Json(asked): Json<Advance>) -> Json<Value> {
    gateway.settings.clock.advance(Duration::from_secs(asked.seconds));
    Json(json!({ "now": gateway.now() }))
}

fn done(result: Result<(), ControlError>) -> Response {
    match result {
        Ok(()) => Json(json!({ "done": true })).into_response(),
        Err(error) => impossible(&error),
    }
}

fn announced(result: Result<Announcement, ControlError>) -> Response {
    match result {
        Ok(sent) => Json(announcement(&sent)).into_response(),
        Err(error) => impossible(&error),
    }
}

fn announcement(sent: &Announcement) -> Value {
    json!({
        "transaction_id": sent.transaction_id,
        "notification": sent.request.as_ref().map(|request| request.uri().to_string()),
        "receipts": sent.receipts.iter().map(receipt).collect::<Value>(),
        "return_link": sent.return_link,
    })
}

fn impossible(error: &ControlError) -> Response {
    (StatusCode::CONFLICT, Json(json!({ "error": error.to_string() }))).into_response()
}

fn receipt(receipt: &Receipt) -> Value {
    let sent = receipt.request.uri().to_string();
    match &receipt.answer {
        Ok(answer) => json!({
            "sent": sent,
            "status": answer.status().as_u16(),
            "answer": String::from_utf8_lossy(answer.body()),
        }),
        Err(error) => json!({ "sent": sent, "error": error }),
    }
}
