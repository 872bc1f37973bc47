//! The description of a running simulator for a page or a terminal.

use simulator_kit::{Row, Section};

use super::{endpoints::ENDPOINTS, gateway::Gateway, request_log::Host};

pub(crate) fn of(gateway: &Gateway) -> Vec<Section> {
    vec![
        Section::new("Hosts").with_rows(hosts(gateway)),
        Section::new("Test credentials").with_rows(credentials(gateway)),
        Section::new("Endpoints").with_rows(endpoints(gateway)),
        Section::new("Try").with_rows(tries(gateway)),
    ]
}

fn hosts(gateway: &Gateway) -> Vec<Row> {
    let about = |host: Host| match host {
        Host::Checkout => "checkout-sandbox.hpay.com.vn",
        Host::Account => "account-sandbox.hpay.com.vn",
        Host::Openapi => "openapi-sandbox.htpgroup.com.vn",
    };
    Host::ALL
        .iter()
        .map(|host| row(host.name(), gateway.url(*host), format!("stands for {}", about(*host))))
        .collect()
}

fn credentials(gateway: &Gateway) -> Vec<Row> {
    let settings = &gateway.settings;
    let control = format!("{}/_control/credentials", gateway.url(Host::Checkout));
    vec![
        row("merchant id", &settings.merchant_id, "merchant_site_code, MID"),
        row("merchant e-mail", &settings.merchant_email, "receiver, merchantEmail"),
        row("passcode", &settings.passcode, "secure_pass, HPayKey"),
        row("client id", &settings.openapi_client_id, "of the newer OpenAPI"),
        row("client secret", &settings.openapi_client_secret, "of the newer OpenAPI"),
        row("keys", control, "the merchant's private key and HPay's certificate, as PEM"),
    ]
}

fn endpoints(gateway: &Gateway) -> Vec<Row> {
    ENDPOINTS
        .iter()
        .map(|endpoint| {
            let address = format!("{}{}", gateway.url(endpoint.host), endpoint.path);
            row(endpoint.verb.name(), address, endpoint.about)
        })
        .collect()
}

fn tries(gateway: &Gateway) -> Vec<Row> {
    let control = format!("{}/_control", gateway.url(Host::Checkout));
    let post = |path: &str, body: &str| {
        format!("curl {control}/{path} -H 'content-type: application/json' -d '{body}'")
    };
    vec![
        row(
            "see everything",
            format!("curl {control}/state"),
            "orders, accounts, payouts and the ledger",
        ),
        row(
            "pay an order",
            post("pay", r#"{"order_code":"ORDER-1","as":"now"}"#),
            "now, held or failed; open the checkout link first, or use its buttons",
        ),
        row(
            "remove a card's token",
            post("remove-card", r#"{"token":"…"}"#),
            "open the link that revokes it first; `state` lists the tokens",
        ),
        row(
            "transfer to a virtual account",
            post("transfer", r#"{"account":"1000000000032","amount":50000}"#),
            "any amount: short, over, repeated, late",
        ),
        row(
            "register the callback",
            post("va-callback", r#"{"base":"http://127.0.0.1:3000"}"#),
            "sent to /va/callback there",
        ),
        row(
            "reverse a payout",
            post("settle", r#"{"request_id":"00001","state":"reversed"}"#),
            "succeeded, failed, processing, stranded, refunded, reversed or contradictory",
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
            "let a request arrive late",
            post("faults", r#"{"operation":"create_payout","fault":"deliver_late"}"#),
            "the next payout is booked only once you POST {} to deliver-late",
        ),
        row(
            "pay an order by transfer",
            post("transfer-for-order", r#"{"order_code":"ORDER-1"}"#),
            "the order's notification, and a callback with its order_code",
        ),
        row(
            "move the clock",
            post("advance", r#"{"seconds":86400}"#),
            "an order can be asked about for seven days, a credit until the end of tomorrow",
        ),
    ]
}

fn row(label: impl Into<String>, value: impl Into<String>, note: impl Into<String>) -> Row {
    Row::new(label, value).with_note(note)
}
