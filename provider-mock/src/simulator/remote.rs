//! The control API over HTTP under `/_control`, for other languages and the command line.
//!
//! Every change is a POST with a JSON body, because a page in a browser cannot send such a request
//! to another origin without a preflight request.

use std::sync::Arc;
use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::StatusCode;
use payments_core::money::{Currency, Money, MoneyError};
use serde::Deserialize;
use serde_json::{Value, json};
use simulator_kit::{Receipt, Schedule};

use super::{World, description};
use crate::{Booking, ControlError, Operation, PayoutOutcome, PayoutStart, Scripted};

type Shared = State<Arc<World>>;
type Answer = Result<Json<Value>, Objection>;

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/state", get(state))
        .route("/requests", get(requests))
        .route("/receipts", get(receipts))
        .route("/description", get(describe))
        .route("/credentials", get(credentials))
        .route("/pay", post(pay))
        .route("/credit", post(credit))
        .route("/deposit", post(deposit))
        .route("/process", post(process))
        .route("/fail", post(fail))
        .route("/cancel", post(cancel))
        .route("/settle", post(settle))
        .route("/payout-start", post(payout_start))
        .route("/script", post(script))
        .route("/notify-url", post(notify_url))
        .route("/notifications", post(schedule))
        .route("/release-notifications", post(release_notifications))
        .route("/redeliver", post(redeliver))
        .route("/advance", post(advance))
}

async fn state(State(world): Shared) -> Json<Value> {
    Json(world.gateway.snapshot())
}

async fn requests(State(world): Shared) -> Json<Value> {
    Json(json!(world.gateway.requests()))
}

async fn receipts(State(world): Shared) -> Json<Value> {
    Json(world.notifier.receipts().iter().map(receipt).collect())
}

async fn describe(State(world): Shared) -> Json<Value> {
    Json(json!(description::of(&world)))
}

/// Returns the credentials that a client needs: test values, unless the settings have others.
async fn credentials(State(world): Shared) -> Json<Value> {
    let settings = world.gateway.settings();
    Json(json!({ "api_key": settings.api_key, "webhook_secret": settings.webhook_secret }))
}

#[derive(Deserialize)]
struct Pay {
    order: String,
    amount: String,
    currency: Option<Currency>,
}

async fn pay(State(world): Shared, Json(asked): Json<Pay>) -> Answer {
    let amount = money(&asked.amount, asked.currency)?;
    let booking = world.gateway.pay(asked.order, amount)?;
    announced(&world, Some(booking)).await
}

#[derive(Deserialize)]
struct Credit {
    number: String,
    amount: String,
    currency: Option<Currency>,
}

async fn credit(State(world): Shared, Json(asked): Json<Credit>) -> Answer {
    let amount = money(&asked.amount, asked.currency)?;
    let booking = world.gateway.credit(asked.number, amount)?;
    announced(&world, Some(booking)).await
}

#[derive(Deserialize)]
struct Deposit {
    amount: String,
    currency: Option<Currency>,
    memo: String,
}

async fn deposit(State(world): Shared, Json(asked): Json<Deposit>) -> Answer {
    let amount = money(&asked.amount, asked.currency)?;
    let booking = world.gateway.deposit(amount, asked.memo)?;
    announced(&world, Some(booking)).await
}

#[derive(Deserialize)]
struct OfOrder {
    order: String,
}

async fn process(State(world): Shared, Json(asked): Json<OfOrder>) -> Answer {
    world.gateway.process(asked.order)?;
    announced(&world, None).await
}

async fn fail(State(world): Shared, Json(asked): Json<OfOrder>) -> Answer {
    world.gateway.fail(asked.order)?;
    announced(&world, None).await
}

async fn cancel(State(world): Shared, Json(asked): Json<OfOrder>) -> Answer {
    world.gateway.cancel(asked.order)?;
    announced(&world, None).await
}

#[derive(Deserialize)]
struct Settle {
    payout: String,
    outcome: PayoutOutcome,
}

async fn settle(State(world): Shared, Json(asked): Json<Settle>) -> Answer {
    world.gateway.settle_payout(asked.payout, asked.outcome)?;
    announced(&world, None).await
}

#[derive(Deserialize)]
struct Start {
    start: PayoutStart,
}

async fn payout_start(State(world): Shared, Json(asked): Json<Start>) -> Answer {
    world.gateway.start_payouts(asked.start);
    done()
}

#[derive(Deserialize)]
struct Script {
    operation: Operation,
    #[serde(flatten)]
    outcome: Scripted,
}

async fn script(State(world): Shared, Json(asked): Json<Script>) -> Answer {
    world.gateway.script(asked.operation, asked.outcome)?;
    done()
}

#[derive(Deserialize)]
struct NotifyUrl {
    url: Option<String>,
}

async fn notify_url(State(world): Shared, Json(asked): Json<NotifyUrl>) -> Answer {
    world.gateway.send_notifications_to(asked.url.as_deref())?;
    done()
}

#[derive(Deserialize)]
struct Sending {
    schedule: ScheduleName,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScheduleName {
    Once,
    Twice,
    Held,
}

async fn schedule(State(world): Shared, Json(asked): Json<Sending>) -> Answer {
    *world.notifier.schedule() = match asked.schedule {
        ScheduleName::Once => Schedule::Once,
        ScheduleName::Twice => Schedule::Twice,
        ScheduleName::Held => Schedule::Held,
    };
    done()
}

#[derive(Deserialize)]
struct Nothing {}

async fn release_notifications(State(world): Shared, Json(_): Json<Nothing>) -> Answer {
    Ok(Json(world.notifier.release().await.iter().map(receipt).collect()))
}

#[derive(Deserialize)]
struct Redeliver {
    id: String,
}

async fn redeliver(State(world): Shared, Json(asked): Json<Redeliver>) -> Answer {
    let request = world.gateway.redeliver(asked.id)?;
    Ok(Json(world.notifier.send(request).await.iter().map(receipt).collect()))
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(State(world): Shared, Json(asked): Json<Advance>) -> Answer {
    world.clock.advance(Duration::from_secs(asked.seconds));
    Ok(Json(json!({ "now": world.gateway.now() })))
}

/// Parses an amount of major units, in đồng unless a currency is given.
fn money(text: &str, currency: Option<Currency>) -> Result<Money, Objection> {
    Ok(Money::parse(text, currency.unwrap_or(Currency::VND))?)
}

fn done() -> Answer {
    Ok(Json(json!({ "done": true })))
}

async fn announced(world: &World, booking: Option<Booking>) -> Answer {
    let receipts = world.notifier.deliver().await;
    Ok(Json(json!({
        "booking": booking,
        "receipts": receipts.iter().map(receipt).collect::<Value>(),
    })))
}

fn receipt(receipt: &Receipt) -> Value {
    json!({
        "url": receipt.request.uri().to_string(),
        "status": receipt.status().map(|status| status.as_u16()),
        "error": receipt.answer.as_ref().err(),
    })
}

/// The error response to a control request.
enum Objection {
    Impossible(ControlError),
    NotMoney(MoneyError),
}

impl From<ControlError> for Objection {
    fn from(error: ControlError) -> Self {
        Self::Impossible(error)
    }
}

impl From<MoneyError> for Objection {
    fn from(error: MoneyError) -> Self {
        Self::NotMoney(error)
    }
}

impl IntoResponse for Objection {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Impossible(error) => (StatusCode::CONFLICT, error.to_string()),
            Self::NotMoney(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
