//! What a landing page or a terminal shows of a running simulator.

use serde::Serialize;

use super::{HOST, World};
use crate::{Operation, RefusalCode};

/// A titled list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Section {
    /// What the rows have in common.
    pub title: &'static str,
    /// What to show, in order.
    pub rows: Vec<Row>,
}

/// One line: a word, its value, and a remark that may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// What it is.
    pub label: String,
    /// What to copy.
    pub value: String,
    /// Why, or what happens.
    pub note: String,
}

pub(super) fn of(world: &World) -> Vec<Section> {
    vec![
        Section { title: "Hosts", rows: vec![row(HOST, world.url(), "stands for nobody")] },
        Section { title: "Test credentials", rows: credentials(world) },
        Section { title: "Endpoints", rows: endpoints(world) },
        Section { title: "Refusals", rows: refusals() },
        Section { title: "Try", rows: tries(world) },
    ]
}

fn credentials(world: &World) -> Vec<Row> {
    let settings = world.gateway.settings();
    vec![
        row("API key", &settings.api_key, "authorization: Bearer …; signs the answers"),
        row("webhook secret", &settings.webhook_secret, "signs notifications"),
    ]
}

fn endpoints(world: &World) -> Vec<Row> {
    let endpoint = |operation: Operation| {
        let address = format!("{}{}", world.url(), operation.pattern());
        row(operation.method().as_str(), address, operation.name())
    };
    Operation::ALL.into_iter().map(endpoint).collect()
}

fn refusals() -> Vec<Row> {
    let refusal = |code: RefusalCode| row(code.as_str(), code.status().as_str(), "");
    RefusalCode::ALL.into_iter().map(refusal).collect()
}

fn tries(world: &World) -> Vec<Row> {
    let control = format!("{}/_control", world.url());
    let post = |path: &str, body: &str| {
        format!("curl {control}/{path} -H 'content-type: application/json' -d '{body}'")
    };
    vec![
        row("see everything", format!("curl {control}/state"), "payments, accounts, the ledger"),
        row(
            "pay an order",
            post("pay", r#"{"order":"ORDER-1","amount":"50000"}"#),
            "any amount: short, over, repeated, late; or use its page",
        ),
        row(
            "transfer to a virtual account",
            post("credit", r#"{"number":"96300000000001","amount":"50000"}"#),
            "any amount; the number is in the state",
        ),
        row(
            "transfer with a memo",
            post("deposit", r#"{"amount":"50000","memo":"MOCK00000002 cam on"}"#),
            "without the payment code of an order it belongs to nobody",
        ),
        row(
            "settle a payout",
            post("settle", r#"{"payout":"PAYOUT-1","outcome":"succeeded"}"#),
            "succeeded, failed, or reversed after it succeeded",
        ),
        row(
            "lose an answer",
            post(
                "script",
                r#"{"operation":"create_payout","outcome":"lose_answer","when":"after_booking"}"#,
            ),
            "the next payout is booked and its answer is lost",
        ),
        row(
            "hear of it",
            post("notify-url", r#"{"url":"http://127.0.0.1:3000/events"}"#),
            "where notifications go; loopback only",
        ),
        row("move the clock", post("advance", r#"{"seconds":86400}"#), "payments expire"),
    ]
}

fn row(label: impl Into<String>, value: impl Into<String>, note: impl Into<String>) -> Row {
    Row { label: label.into(), value: value.into(), note: note.into() }
}
