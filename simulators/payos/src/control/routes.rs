//! The control API over HTTP, on both hosts under `/_control`, for other languages and the command
//! line.
//!
//! Every change is a POST with a JSON body: a page in a browser cannot send one across origins
//! without a preflight request.

use std::sync::Arc;
use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use simulator_kit::Receipt;

use super::ControlError;
use crate::{Fault, Operation, TransactionState, description, gateway::Gateway};

type Shared = State<Arc<Gateway>>;

pub(crate) fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/state", get(state))
        .route("/requests", get(requests))
        .route("/receipts", get(receipts))
        .route("/description", get(describe))
        .route("/pay", post(pay))
        .route("/settle", post(settle))
        .route("/faults", post(add_fault))
        .route("/advance", post(advance))
}

async fn state(State(gateway): Shared) -> Json<Value> {
    let now = gateway.now();
    let webhook_url = gateway.webhook_url().clone();
    let books = gateway.books();
    Json(json!({
        "now": now,
        "webhook_url": webhook_url,
        "balance": books.balance,
        "bookings": books.bookings,
        "links": books.links,
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

#[derive(Deserialize)]
struct Pay {
    link: String,
    amount: i64,
}

async fn pay(State(gateway): Shared, Json(asked): Json<Pay>) -> Response {
    match gateway.transfer(&asked.link, asked.amount).await {
        Ok(transferred) => Json(json!({
            "reference": transferred.reference,
            "deliveries": transferred.deliveries.iter().map(receipt).collect::<Vec<_>>(),
        }))
        .into_response(),
        Err(error) => refused(error),
    }
}

#[derive(Deserialize)]
struct Settle {
    reference: String,
    state: TransactionState,
}

async fn settle(State(gateway): Shared, Json(asked): Json<Settle>) -> Response {
    let now = gateway.now();
    match gateway.books().settle(&asked.reference, asked.state, now) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(error),
    }
}

#[derive(Deserialize)]
struct AddFault {
    operation: Operation,
    #[serde(flatten)]
    fault: Fault,
}

async fn add_fault(State(gateway): Shared, Json(asked): Json<AddFault>) -> StatusCode {
    gateway.faults.add(asked.operation, asked.fault);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(State(gateway): Shared, Json(asked): Json<Advance>) -> StatusCode {
    gateway.settings.clock.advance(Duration::from_secs(asked.seconds));
    StatusCode::NO_CONTENT
}

fn receipt(receipt: &Receipt) -> Value {
    json!({
        "to": receipt.request.uri().to_string(),
        "status": receipt.answer.as_ref().map(|answer| answer.status().as_u16()).ok(),
        "error": receipt.answer.as_ref().err(),
    })
}

fn refused(error: ControlError) -> Response {
    let status = match error {
        ControlError::UnknownLink | ControlError::UnknownPayout => StatusCode::NOT_FOUND,
        ControlError::NoAmount => StatusCode::BAD_REQUEST,
        ControlError::Impossible => StatusCode::CONFLICT,
    };
    (status, Json(json!({ "error": error.to_string() }))).into_response()
}
