//! A ready curl line for calls of the mock.

use payments_core::Timestamp;
use serde_json::{Value, json};
use simulator_kit::control::{Browser, Sample, shell_quoted};

use super::World;
use crate::Operation;

/// Where a browser opens a new payment, as the merchant's server would.
pub(super) const NEW_ORDER: &str = "/new-order";

/// The lines, in an order in which each can be run after the one before.
pub(super) fn of(world: &World) -> Vec<Sample> {
    let shown = world.gateway.shown();
    let number = shown.payments.len().saturating_add(1);
    let order = format!("SANDBOX{number}");
    let account = format!("SANDBOXVA{}", shown.virtual_accounts.len().saturating_add(1));
    let payout = format!("SANDBOXP{}", shown.payouts.len().saturating_add(1));
    let line = |operation: Operation, about: &str, names: &[&str], body: Option<Value>| {
        let url = format!("{}{}", world.url(), operation.path(names));
        let key = format!("authorization: Bearer {}", world.gateway.settings().api_key);
        let body = body.map(|body| {
            let json = shell_quoted(&body.to_string());
            format!(" -H 'content-type: application/json' -d {json}")
        });
        // An instruction without a body is a POST too.
        let method = match (&body, operation.is_instruction()) {
            (None, true) => " -X POST",
            _ => "",
        };
        Sample {
            operation: operation.name().to_owned(),
            about: about.to_owned(),
            curl: format!(
                "curl -s{method} {url} -H {}{}",
                shell_quoted(&key),
                body.unwrap_or_default()
            ),
            answers: "{".to_owned(),
            browser: None,
        }
    };
    let last = |rows: Option<String>, new: &str| rows.unwrap_or_else(|| new.to_owned());
    let last_order = last(shown.payments.last().map(|it| it.payment.order.to_string()), &order);
    let last_payout = last(shown.payouts.last().map(|it| it.payout.to_string()), &payout);
    let last_account = last(shown.virtual_accounts.last().map(|it| it.order.to_string()), &account);
    let mut open = line(
        Operation::CreatePayment,
        "opens a payment; its page is where the buyer pays",
        &[],
        Some(new_payment(world, &order)),
    );
    open.browser =
        Some(Browser::Form { action: format!("{}{NEW_ORDER}", world.url()), fields: Vec::new() });
    open.answers = format!(r#""order":"{order}""#);
    let answered = |mut sample: Sample, part: &str| {
        part.clone_into(&mut sample.answers);
        sample
    };
    vec![
        open,
        answered(
            line(Operation::FindPayment, "finds a payment", &[&last_order], None),
            r#""status":"#,
        ),
        answered(
            line(
                Operation::OpenVirtualAccount,
                "opens a virtual account",
                &[],
                Some(json!({
                    "order": account, "holder": "CUA HANG THU", "amount": null, "uses": "many",
                })),
            ),
            r#""number":"#,
        ),
        answered(
            line(Operation::FindVirtualAccount, "finds a virtual account", &[&last_account], None),
            r#""number":"#,
        ),
        answered(
            line(Operation::Credits, "lists what arrived on it", &[&last_account], None),
            r#""credits":"#,
        ),
        answered(
            line(
                Operation::CreatePayout,
                "pays out to a bank account",
                &[],
                Some(json!({
                    "payout": payout, "amount": { "amount": "20000", "currency": "VND" },
                    "bank": "970436", "account": "0071001234567", "name": "NGUYEN VAN A",
                    "note": "hoan tien",
                })),
            ),
            r#""payout":"#,
        ),
        answered(
            line(Operation::FindPayout, "finds a payout", &[&last_payout], None),
            r#""payout":"#,
        ),
        answered(line(Operation::Balance, "says what can be paid out", &[], None), r#""amount":"#),
        answered(
            line(Operation::Accounts, "lists the merchant's bank accounts", &[], None),
            r#""accounts":"#,
        ),
        answered(line(Operation::Entries, "lists the statement", &[], None), r#""entries":"#),
    ]
}

/// The body that opens a payment, which ends in a day.
fn new_payment(world: &World, order: &str) -> Value {
    let end = Timestamp::from_unix(world.clock.unix_seconds().saturating_add(86_400));
    json!({
        "order": order,
        "amount": { "amount": "50000", "currency": "VND" },
        "method": null,
        "description": "Don hang thu",
        "expires_at": end,
        "return_url": format!("{}{}", world.url(), simulator_kit::RETURN_PAGE),
        "cancel_url": null,
        "notify_url": null,
    })
}

/// The request that opens a new payment.
pub(super) fn new_order(world: &World) -> Option<http::Request<bytes::Bytes>> {
    let number = world.gateway.shown().payments.len().saturating_add(1);
    let body = new_payment(world, &format!("SANDBOX{number}"));
    http::Request::post(Operation::CreatePayment.path(&[]))
        .header("authorization", format!("Bearer {}", world.gateway.settings().api_key))
        .header("content-type", "application/json")
        .body(body.to_string().into())
        .ok()
}
