//! The description of a running simulator for a page or a terminal.

use simulator_kit::{Row, Section};

use super::{HOST, World};
use crate::{Operation, RefusalCode};

pub(super) fn of(world: &World) -> Vec<Section> {
    vec![
        Section::new("Hosts").with_row(row(HOST, world.url(), "the imaginary gateway")),
        Section::new("Test credentials").with_rows(credentials(world)),
        Section::new("Endpoints").with_rows(endpoints(world)),
        Section::new("Refusals").with_rows(refusals()),
        Section::new("Try").with_rows(tries(world)),
    ]
}

fn credentials(world: &World) -> Vec<Row> {
    let settings = world.gateway.settings();
    vec![
        row("API key", &settings.api_key, "authorization: Bearer …; signs the responses"),
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
            "without the payment code of an order it is an unmatched credit",
        ),
        row(
            "settle a payout",
            post("settle", r#"{"payout":"PAYOUT-1","outcome":"succeeded"}"#),
            "succeeded, failed, or reversed after it succeeded",
        ),
        row(
            "lose a response",
            post(
                "script",
                r#"{"operation":"create_payout","outcome":"lose_answer","when":"after_booking"}"#,
            ),
            "the next payout is booked and its response is lost",
        ),
        row(
            "set where notifications go",
            post("notify-url", r#"{"url":"http://127.0.0.1:3000/events"}"#),
            "loopback addresses only",
        ),
        row("move the clock", post("advance", r#"{"seconds":86400}"#), "payments expire"),
    ]
}

fn row(label: impl Into<String>, value: impl Into<String>, note: impl Into<String>) -> Row {
    Row::new(label, value).with_note(note)
}
