//! A ready curl line for every call of payOS.

use serde_json::{Map, Value, json};
use simulator_kit::{
    RETURN_PAGE,
    control::{Browser, Sample, shell_quoted},
};

use crate::{
    books::Books,
    gateway::Gateway,
    settings::{Credentials, Holder},
};

/// The lines, in an order in which each can be run after the one before. Those that create
/// something have a reference that was not used before.
pub(super) fn of(gateway: &Gateway) -> Vec<Sample> {
    let now = gateway.now();
    let (link, last_link, open, payout, last_payout) = {
        let books = gateway.books();
        let link = free_order_code(&books);
        let last_link = books.links.last().map_or(link, |link| link.order_code);
        let open = books.links.iter().rev().find(|link| link.status(now) == "PENDING");
        let open = open.map_or(link, |link| link.order_code);
        let count = books.payouts.len().saturating_add(1);
        let payout = format!("SANDBOX-P{count}");
        let last_payout = books.payouts.last().map(|payout| payout.id.clone());
        (link, last_link, open, payout, last_payout)
    };
    let mut samples = links(gateway, link, last_link, open);
    samples.extend(payouts(gateway, &payout, last_payout));
    samples
}

/// The path on the host of pages where a browser's POST opens a link as the merchant's server would:
/// payOS itself has no link that a browser could open.
pub(crate) const NEW_ORDER: &str = "/_sandbox/order";

/// The first orderCode of the lines.
const FIRST_ORDER: u64 = 900_001;

fn links(gateway: &Gateway, order: u64, last: u64, open: u64) -> Vec<Sample> {
    let channel = &gateway.settings.payment;
    let url = format!("{}/v2/payment-requests", gateway.api_url());
    let body = new_link(gateway, order);
    let call = |operation: &str, about: &str, curl: String, answers: &str| Sample {
        operation: operation.to_owned(),
        about: about.to_owned(),
        curl,
        answers: answers.to_owned(),
        browser: None,
    };
    let webhook = gateway
        .webhook_url()
        .clone()
        .unwrap_or_else(|| "http://127.0.0.1:3000/webhooks/payos/webhook".to_owned());
    let create = Sample {
        operation: "create_link".to_owned(),
        about: "opens a payment link; its checkoutUrl is the page that a buyer pays on".to_owned(),
        curl: post(&url, channel, &[], &Value::Object(body)),
        answers: r#""status":"PENDING""#.to_owned(),
        browser: Some(Browser::Form {
            action: format!("{}{NEW_ORDER}", gateway.pay_url()),
            fields: Vec::new(),
        }),
    };
    vec![
        create,
        call(
            "find_link",
            "finds a link by its orderCode, or by payOS's id of it",
            format!("curl -s {url}/{last}{}", headers(channel)),
            &format!(r#""orderCode":{last}"#),
        ),
        call(
            "cancel_link",
            "cancels a link",
            post(
                &format!("{url}/{open}/cancel"),
                channel,
                &[],
                &json!({ "cancellationReason": "Khach doi y" }),
            ),
            r#""status":"CANCELLED""#,
        ),
        call(
            "confirm_webhook",
            "registers the address of webhooks, which must reply to a sample with 2xx",
            post(
                &format!("{}/confirm-webhook", gateway.api_url()),
                channel,
                &[],
                &json!({ "webhookUrl": webhook }),
            ),
            r#""code":"#,
        ),
    ]
}

fn payouts(gateway: &Gateway, reference: &str, last: Option<String>) -> Vec<Sample> {
    let channel = &gateway.settings.payout;
    let api = gateway.api_url();
    let url = format!("{api}/v1/payouts");
    let somebody = Holder {
        bin: "970422".to_owned(),
        number: "0123456789".to_owned(),
        name: "NGUYEN VAN A".to_owned(),
    };
    let to = gateway.settings.holders.first().unwrap_or(&somebody);
    let transfer = |reference: &str| transfer(reference, &to.bin, &to.number);
    let batch = json!({
        "referenceId": format!("{reference}-B"),
        "payouts": [transfer(&format!("{reference}-B1")), transfer(&format!("{reference}-B2"))],
    });
    let signed = |url: &str, key: Option<&str>, body: Value| signed(gateway, url, key, &body);
    let call = |operation: &str, about: &str, curl: String, answers: &str| Sample {
        operation: operation.to_owned(),
        about: about.to_owned(),
        curl,
        answers: answers.to_owned(),
        browser: None,
    };
    let mut samples = vec![
        call(
            "create_payout",
            "pays out to a bank account",
            signed(&url, Some(reference), transfer(reference)),
            &format!(r#""referenceId":"{reference}""#),
        ),
        call(
            "create_batch",
            "pays out to several bank accounts",
            signed(&format!("{url}/batch"), Some(&format!("{reference}-B")), batch.clone()),
            r#""approvalState":"#,
        ),
        call(
            "estimate_credit",
            "says what a batch would cost, in payOS's credits",
            signed(&format!("{url}/estimate-credit"), None, batch),
            r#""estimateCredit":2"#,
        ),
        call(
            "find_payouts",
            "lists payouts, by their reference",
            format!("curl -s '{url}?referenceId={reference}'{}", headers(channel)),
            r#""pagination":"#,
        ),
        call(
            "balance",
            "says what can be paid out",
            format!("curl -s {api}/v1/payouts-account/balance{}", headers(channel)),
            r#""balance":"#,
        ),
    ];
    // payOS finds a single payout by its own id only.
    if let Some(id) = last {
        samples.push(call(
            "find_payouts",
            "finds a payout by payOS's id of it",
            format!("curl -s {url}/{id}{}", headers(channel)),
            &format!(r#""id":"{id}""#),
        ));
    }
    samples
}

/// A line that pays out to an account.
pub(super) fn payout_line(gateway: &Gateway, account: &str) -> String {
    let count = gateway.books().payouts.len().saturating_add(1);
    let reference = format!("SANDBOX-F{count}");
    let url = format!("{}/v1/payouts", gateway.api_url());
    let body = transfer(&reference, "970422", account);
    signed(gateway, &url, Some(&reference), &body)
}

fn transfer(reference: &str, bin: &str, account: &str) -> Value {
    json!({
        "referenceId": reference,
        "amount": 20_000,
        "description": "Hoan tien",
        "toBin": bin,
        "toAccountNumber": account,
    })
}

/// A signed call of the payout channel.
fn signed(gateway: &Gateway, url: &str, key: Option<&str>, body: &Value) -> String {
    let signature = gateway.settings.payout_signature(&object(body.clone()));
    let mut more = vec![("x-signature", signature)];
    more.extend(key.map(|key| ("x-idempotency-key", key.to_owned())));
    post(url, &gateway.settings.payout, &more, body)
}

/// The signed request for a link, as the merchant's server would send it.
pub(crate) fn new_link(gateway: &Gateway, order: u64) -> Map<String, Value> {
    let back = format!("{}{RETURN_PAGE}", gateway.pay_url());
    let mut body = object(json!({
        "orderCode": order,
        "amount": 50_000,
        "description": "Don hang thu",
        "returnUrl": back,
        "cancelUrl": back,
    }));
    let signature = gateway.settings.payment_link_signature(&body);
    body.insert("signature".to_owned(), json!(signature));
    body
}

/// An orderCode that no link has.
pub(crate) fn free_order_code(books: &Books) -> u64 {
    let is_free = |code: &u64| books.link(&code.to_string()).is_none();
    (FIRST_ORDER..).find(is_free).unwrap_or(FIRST_ORDER)
}

fn headers(channel: &Credentials) -> String {
    let header =
        |name: &str, value: &str| format!(" -H {}", shell_quoted(&format!("{name}: {value}")));
    header("x-client-id", &channel.client_id) + &header("x-api-key", &channel.api_key)
}

fn post(url: &str, channel: &Credentials, more: &[(&str, String)], body: &Value) -> String {
    let more: String = more
        .iter()
        .map(|(name, value)| format!(" -H {}", shell_quoted(&format!("{name}: {value}"))))
        .collect();
    format!(
        "curl -s {url}{}{more} -H 'content-type: application/json' -d {}",
        headers(channel),
        shell_quoted(&body.to_string())
    )
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
