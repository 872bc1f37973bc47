//! The description of a running simulator for a page or a terminal.

use simulator_kit::{Row, Section};

use crate::gateway::Gateway;

/// Every endpoint, and what it is for.
const ENDPOINTS: [(&str, &str, &str); 10] = [
    ("POST", "/v2/payment-requests", "open a link"),
    ("GET", "/v2/payment-requests/{id}", "find a link, by its number or its orderCode"),
    ("POST", "/v2/payment-requests/{id}/cancel", "cancel a link"),
    ("POST", "/confirm-webhook", "register the address of webhooks"),
    ("POST", "/v1/payouts", "pay out"),
    ("POST", "/v1/payouts/batch", "pay out to several"),
    ("POST", "/v1/payouts/estimate-credit", "what a batch would cost"),
    ("GET", "/v1/payouts", "list payouts"),
    ("GET", "/v1/payouts/{id}", "find a payout"),
    ("GET", "/v1/payouts-account/balance", "what can be paid out"),
];

pub(crate) fn of(gateway: &Gateway) -> Vec<Section> {
    let settings = &gateway.settings;
    let hosts = [
        row("api", gateway.api_url(), "stands for api-merchant.payos.vn"),
        row("pay", gateway.pay_url(), "stands for pay.payos.vn"),
    ];
    let credentials = [
        row("client id", &settings.payment.client_id, "payment channel, x-client-id"),
        row("api key", &settings.payment.api_key, "payment channel, x-api-key"),
        row("checksum key", &settings.payment.checksum_key, "payment channel"),
        row("payout client id", &settings.payout.client_id, "payout channel, x-client-id"),
        row("payout api key", &settings.payout.api_key, "payout channel, x-api-key"),
        row("payout checksum key", &settings.payout.checksum_key, "payout channel"),
    ];
    let endpoints = ENDPOINTS
        .iter()
        .map(|(verb, path, about)| row(*verb, format!("{}{path}", gateway.api_url()), *about));
    vec![
        Section::new("Hosts").with_rows(hosts),
        Section::new("Test credentials").with_rows(credentials),
        Section::new("Endpoints").with_rows(endpoints),
        Section::new("Try").with_rows(tries(gateway)),
    ]
}

fn tries(gateway: &Gateway) -> Vec<Row> {
    let control = format!("{}/_control", gateway.api_url());
    let post = |path: &str, body: &str| {
        format!("curl {control}/{path} -H 'content-type: application/json' -d '{body}'")
    };
    vec![
        row("see everything", format!("curl {control}/state"), "links, payouts and the ledger"),
        row(
            "pay a link",
            post("pay", r#"{"link":"20260042","amount":50000}"#),
            "any amount: short, over, repeated, late; or use the buttons of its page",
        ),
        row(
            "end a payout",
            post("settle", r#"{"reference":"P-1","state":"REVERSED"}"#),
            "SUCCEEDED, FAILED, REVERSED and payOS's other states",
        ),
        row(
            "lose a response",
            post(
                "faults",
                r#"{"operation":"create_payout","fault":"lose_answer","when":"after_booking"}"#,
            ),
            "the next payout is booked and its response is lost",
        ),
        row(
            "leave a signature out",
            post("faults", r#"{"operation":"find_link","fault":"leave_signature_out"}"#),
            "payOS's own Node library believes it",
        ),
        row(
            "move the clock",
            post("advance", r#"{"seconds":3600}"#),
            "links with an end expire; their QR codes can still be paid",
        ),
    ]
}

fn row(label: impl Into<String>, value: impl Into<String>, note: impl Into<String>) -> Row {
    Row::new(label, value).with_note(note)
}
