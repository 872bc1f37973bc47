//! The control methods over HTTP with JSON.

use std::sync::Arc;
use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use simulator_kit::Schedule;

use super::GatewayControl;
use crate::{
    BankAccount, Booking, Delivered, LoggedRequest, Mangling, Notification, Operation,
    PaymentMethod, Refused, Transfer, Transferred, VaOrder, Webhook, WebhookAuth, WebhookBody,
    When, faults::Fault, gateway::Gateway,
};

/// The paths of the control API and the members of each request, for people.
pub(crate) const PATHS: [(&str, &str); 13] = [
    ("GET /_control/state", "bookings, orders, virtual accounts, accounts, requests, deliveries"),
    ("POST /_control/pay", r#"{"invoice": "…", "method": "CARD"?}"#),
    ("POST /_control/fail", r#"{"invoice": "…", "method": "CARD"?}"#),
    ("POST /_control/renew", r#"{"invoice": "…"}: the next payment of its agreement"#),
    (
        "POST /_control/transfer",
        r#"{"account": "…", "amount": 50000, "memo": "…", "out"?, "upper_case"?, "drop_separators"?, "drop_spaces"?, "bank_text"?}"#,
    ),
    ("POST /_control/statement", r#"{"account": "…", "count": 100000}: credits without notice"#),
    ("POST /_control/redeliver", r#"{"id": 5000000001}"#),
    ("POST /_control/schedule", r#"{"schedule": "once" | "twice" | "held"}"#),
    ("POST /_control/release", "{}"),
    (
        "POST /_control/faults",
        r#"{"operation": "order.cancel", "fault": "lose_answer_before" | "lose_answer_after" | 502}"#,
    ),
    ("POST /_control/advance", r#"{"seconds": 60}"#),
    ("POST /_control/ipn", r#"{"url": "http://127.0.0.1:8080/ipn" | null}"#),
    (
        "POST /_control/webhooks",
        r#"{"url": "http://127.0.0.1:8080/bank", "api_key"?: "…", "hmac_secret"?: "…", "oauth2"?: {"token_url", "client_id", "client_secret"}, "body"?: "json" | "form" | "multipart"}"#,
    ),
];

/// The routes, the same on every host.
pub(crate) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let control = simulator_kit::control::router(Arc::new(GatewayControl(Arc::clone(gateway))));
    Router::new()
        .nest("/_control", control)
        .route("/_control/state", get(state))
        .route("/_control/pay", post(pay))
        .route("/_control/fail", post(fail))
        .route("/_control/renew", post(renew))
        .route("/_control/transfer", post(transfer))
        .route("/_control/statement", post(statement))
        .route("/_control/redeliver", post(redeliver))
        .route("/_control/schedule", post(schedule))
        .route("/_control/release", post(release))
        .route("/_control/faults", post(faults))
        .route("/_control/advance", post(advance))
        .route("/_control/ipn", post(ipn))
        .route("/_control/webhooks", post(webhooks))
}

type World = State<Arc<Gateway>>;

#[derive(Serialize)]
struct Snapshot {
    now: i64,
    bookings: Vec<Booking>,
    orders: Vec<OrderSummary>,
    virtual_accounts: Vec<VaOrder>,
    bank_accounts: Vec<BankAccount>,
    rate_limited: u64,
    requests: Vec<LoggedRequest>,
    deliveries: Vec<DeliverySummary>,
}

#[derive(Serialize)]
struct OrderSummary {
    order_id: String,
    invoice: Option<String>,
    status: &'static str,
    amount: u64,
}

async fn state(State(gateway): World) -> Json<Snapshot> {
    let deliveries = summarise(gateway.deliveries());
    let books = gateway.books();
    let orders = books.orders().iter().map(|order| OrderSummary {
        order_id: order.order_id.clone(),
        invoice: order.purchase.invoice.clone(),
        status: order.status.name(),
        amount: order.purchase.amount,
    });
    Json(Snapshot {
        now: gateway.now(),
        bookings: books.bookings().to_vec(),
        orders: orders.collect(),
        virtual_accounts: books.virtual_accounts().orders().to_vec(),
        bank_accounts: books.accounts().to_vec(),
        rate_limited: gateway.v1_limit.refused().saturating_add(gateway.v2_limit.refused()),
        requests: gateway.requests.all(),
        deliveries,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Buyer {
    invoice: String,
    method: Option<String>,
}

impl Buyer {
    fn method(&self) -> Result<Option<PaymentMethod>, Unclear> {
        let named = |name: &String| PaymentMethod::named(name).ok_or(Unclear("method"));
        self.method.as_ref().map(named).transpose()
    }
}

async fn pay(State(gateway): World, Json(buyer): Json<Buyer>) -> Result<Response, Objection> {
    let deliveries = gateway.pay(&buyer.invoice, buyer.method()?).await?;
    Ok(sent(deliveries))
}

async fn fail(State(gateway): World, Json(buyer): Json<Buyer>) -> Result<Response, Objection> {
    gateway.fail(&buyer.invoice, buyer.method()?)?;
    Ok(sent(Vec::new()))
}

async fn renew(State(gateway): World, Json(buyer): Json<Buyer>) -> Result<Response, Objection> {
    Ok(sent(gateway.renew(&buyer.invoice).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransferOrder {
    account: String,
    amount: u64,
    memo: String,
    #[serde(default)]
    out: bool,
    #[serde(default)]
    upper_case: bool,
    #[serde(default)]
    drop_separators: bool,
    #[serde(default)]
    drop_spaces: bool,
    #[serde(default)]
    bank_text: bool,
}

impl From<TransferOrder> for Transfer {
    fn from(order: TransferOrder) -> Self {
        let make = if order.out { Self::out_of_account } else { Self::into_account };
        let mangling = [
            (order.upper_case, Mangling::upper_case as fn(Mangling) -> Mangling),
            (order.drop_separators, Mangling::drop_separators),
            (order.drop_spaces, Mangling::drop_spaces),
            (order.bank_text, Mangling::bank_text),
        ]
        .into_iter()
        .filter(|(asked, _)| *asked)
        .fold(Mangling::NONE, |mangling, (_, more)| more(mangling));
        make(&order.account, order.amount, &order.memo).mangled(mangling)
    }
}

#[derive(Serialize)]
struct TransferSummary {
    id: u64,
    uuid: String,
    reference: String,
    content: String,
    code: Option<String>,
    deliveries: Vec<DeliverySummary>,
}

async fn transfer(
    State(gateway): World,
    Json(order): Json<TransferOrder>,
) -> Result<Json<TransferSummary>, Objection> {
    let transferred = Transferred::new(gateway.transfer(&order.into()).await?);
    Ok(Json(TransferSummary {
        id: transferred.webhook_id,
        uuid: transferred.uuid,
        reference: transferred.reference,
        content: transferred.content,
        code: transferred.code,
        deliveries: summarise(transferred.deliveries),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    account: String,
    count: u64,
}

async fn statement(
    State(gateway): World,
    Json(order): Json<Statement>,
) -> Result<StatusCode, Objection> {
    gateway.fill_statement(&order.account, order.count)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Redelivery {
    id: u64,
}

async fn redeliver(
    State(gateway): World,
    Json(order): Json<Redelivery>,
) -> Result<Response, Objection> {
    Ok(sent(gateway.redeliver(order.id).await?))
}

#[derive(Deserialize)]
struct Sending {
    schedule: ScheduleName,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ScheduleName {
    Once,
    Twice,
    Held,
}

async fn schedule(State(gateway): World, Json(sending): Json<Sending>) -> StatusCode {
    gateway.dashboard().schedule = match sending.schedule {
        ScheduleName::Once => Schedule::Once,
        ScheduleName::Twice => Schedule::Twice,
        ScheduleName::Held => Schedule::Held,
    };
    StatusCode::NO_CONTENT
}

async fn release(State(gateway): World) -> Response {
    sent(gateway.release().await)
}

#[derive(Deserialize)]
struct Script {
    operation: String,
    fault: FaultName,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FaultName {
    Status(u16),
    Loss(Loss),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Loss {
    LoseAnswerBefore,
    LoseAnswerAfter,
}

async fn faults(
    State(gateway): World,
    Json(script): Json<Script>,
) -> Result<StatusCode, Objection> {
    let operation = Operation::named(&script.operation).ok_or(Unclear("operation"))?;
    let fault = match script.fault {
        FaultName::Loss(Loss::LoseAnswerBefore) => Fault::LoseAnswer(When::BeforeBooking),
        FaultName::Loss(Loss::LoseAnswerAfter) => Fault::LoseAnswer(When::AfterBooking),
        FaultName::Status(status) => {
            Fault::Answer(StatusCode::from_u16(status).map_err(|_| Unclear("fault"))?)
        }
    };
    gateway.faults.script(operation, fault);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

async fn advance(State(gateway): World, Json(advance): Json<Advance>) -> Response {
    sent(gateway.pass(Duration::from_secs(advance.seconds)).await)
}

#[derive(Deserialize)]
struct IpnAddress {
    url: Option<String>,
}

async fn ipn(
    State(gateway): World,
    Json(address): Json<IpnAddress>,
) -> Result<StatusCode, Objection> {
    gateway.dashboard().ipn_url =
        address.url.as_deref().map(|url| read_url(&gateway, url)).transpose()?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookOrder {
    url: String,
    api_key: Option<String>,
    hmac_secret: Option<String>,
    oauth2: Option<TokenClient>,
    body: Option<BodyName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenClient {
    token_url: String,
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum BodyName {
    Json,
    Form,
    Multipart,
}

async fn webhooks(
    State(gateway): World,
    Json(order): Json<WebhookOrder>,
) -> Result<StatusCode, Objection> {
    let auth = match (order.api_key, order.hmac_secret, order.oauth2) {
        (None, None, None) => WebhookAuth::None,
        (Some(key), None, None) => WebhookAuth::ApiKey { key },
        (None, Some(secret), None) => WebhookAuth::HmacSha256 { secret },
        (None, None, Some(client)) => WebhookAuth::OAuth2 {
            token_url: read_url(&gateway, &client.token_url)?,
            client_id: client.client_id,
            client_secret: client.client_secret,
        },
        _ => return Err(Unclear("authentication").into()),
    };
    let body = match order.body {
        None | Some(BodyName::Json) => WebhookBody::Json,
        Some(BodyName::Form) => WebhookBody::Form,
        Some(BodyName::Multipart) => WebhookBody::Multipart,
    };
    let webhook = Webhook::new(read_url(&gateway, &order.url)?, auth).with_body(body);
    let now = gateway.now();
    gateway.dashboard().add(webhook, now);
    Ok(StatusCode::NO_CONTENT)
}

fn read_url(gateway: &Gateway, text: &str) -> Result<Uri, Unclear> {
    gateway.settings.destinations().check(text).map_err(|_| Unclear("url"))
}

#[derive(Serialize)]
struct DeliverySummary {
    notification: &'static str,
    id: Option<u64>,
    url: String,
    status: Option<u16>,
    acknowledged: bool,
    error: Option<String>,
}

fn summarise(deliveries: Vec<Delivered>) -> Vec<DeliverySummary> {
    let summary = |delivered: Delivered| {
        let (notification, id) = match delivered.notification {
            Notification::Ipn => ("ipn", None),
            Notification::Bank { id } => ("bank", Some(id)),
        };
        DeliverySummary {
            notification,
            id,
            url: delivered.receipt.request.uri().to_string(),
            status: delivered.receipt.status().map(|status| status.as_u16()),
            acknowledged: delivered.acknowledged,
            error: delivered.receipt.answer.err(),
        }
    };
    deliveries.into_iter().map(summary).collect()
}

fn sent(deliveries: Vec<Delivered>) -> Response {
    #[derive(Serialize)]
    struct Sent {
        deliveries: Vec<DeliverySummary>,
    }
    Json(Sent { deliveries: summarise(deliveries) }).into_response()
}

/// A member of the request that cannot be read.
struct Unclear(&'static str);

/// The error response to a control request.
enum Objection {
    Unclear(Unclear),
    Refused(Refused),
}

impl From<Unclear> for Objection {
    fn from(unclear: Unclear) -> Self {
        Self::Unclear(unclear)
    }
}

impl From<Refused> for Objection {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl IntoResponse for Objection {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Error {
            error: String,
        }
        let (status, error) = match self {
            Self::Unclear(Unclear(member)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, format!("{member} cannot be read"))
            }
            Self::Refused(refused) => (StatusCode::CONFLICT, refused.to_string()),
        };
        (status, Json(Error { error })).into_response()
    }
}
