//! The flags of `payments sandbox`.

use serde_json::Value;

use super::world::{Sandbox, get, shell};
use crate::program::payments;

fn webhooks(sandbox: &Sandbox, provider: &str) -> Vec<(String, String)> {
    let overview = sandbox.read(provider, "overview");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = overview["webhooks"].as_array().unwrap();
    rows.iter().map(|row| (text(row, "endpoint"), text(row, "url"))).collect()
}

#[test]
fn webhooks_are_registered_by_flags_and_deleted_by_the_control() {
    let sandbox = Sandbox::start([
        "--webhook",
        "payos/webhook=http://127.0.0.1:9/payos",
        "--webhook",
        "hpay/va-callback=http://localhost:9/hpay/va/callback",
        "--webhook",
        "sepay/bank-webhook=http://127.0.0.1:9/one",
        "--webhook",
        "sepay/bank-webhook=http://127.0.0.1:9/two",
    ]);
    let row = |endpoint: &str, url: &str| (endpoint.to_owned(), url.to_owned());
    assert_eq!(webhooks(&sandbox, "payos"), [row("webhook", "http://127.0.0.1:9/payos")]);
    assert_eq!(webhooks(&sandbox, "hpay"), [row("va-callback", "http://localhost:9/hpay")]);
    assert_eq!(webhooks(&sandbox, "sepay").len(), 2);

    let delete = serde_json::json!({ "action": "delete_webhook", "webhook": "1" });
    assert!(sandbox.act("sepay", &delete).ends_with("200"));
    let left = [row("bank-webhook", "http://127.0.0.1:9/two")];
    assert_eq!(webhooks(&sandbox, "sepay"), left);
    assert!(sandbox.act("sepay", &delete).ends_with("404"));
}

#[test]
fn a_webhook_of_an_unknown_provider_or_endpoint_says_what_there_is() {
    for (webhook, named) in [
        ("acme/webhook=http://127.0.0.1:9/", "hpay, payos, sepay"),
        ("sepay/notify=http://127.0.0.1:9/", "bank-webhook"),
        ("hpay/ipn=http://127.0.0.1:9/", "va-callback"),
        ("payos/webhook=http://shop.example/", "--allow-remote-webhooks"),
        ("payos/webhook=https://shop.example/", "--allow-remote-webhooks"),
        ("payos/webhook=ftp://127.0.0.1:9/", "https://"),
        ("payos", "PROVIDER/ENDPOINT=URL"),
    ] {
        payments(["sandbox", "--port", "0", "--webhook", webhook]).run().refused(named);
    }
}

#[test]
fn another_machine_is_registered_nowhere_unless_that_is_allowed() {
    let register = |endpoint: &str| {
        serde_json::json!({
            "action": "register_webhook", "endpoint": endpoint, "url": "http://shop.example/hook",
        })
    };
    let all = [
        ("sepay", "ipn"),
        ("sepay", "bank-webhook"),
        ("hpay", "notify"),
        ("hpay", "va-callback"),
        ("payos", "webhook"),
    ];
    let closed = Sandbox::start([]);
    for (provider, endpoint) in all {
        let answer = closed.act(provider, &register(endpoint));
        assert!(answer.ends_with("422") && answer.contains("shop.example"), "{answer}");
    }
    let open = Sandbox::start(["--allow-remote-webhooks"]);
    for (provider, endpoint) in all {
        let answer = open.act(provider, &register(endpoint));
        assert!(answer.ends_with("200"), "{answer}");
    }
}

#[test]
fn the_documented_rates_are_kept_if_that_is_asked_for() {
    let statuses = |sandbox: &Sandbox| {
        let samples = sandbox.read("sepay", "samples");
        let list = samples
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["curl"].as_str().unwrap().contains("/v2/transactions "));
        let curl = list.unwrap()["curl"].as_str().unwrap();
        let one = format!("{curl} -o /dev/null -w '%{{http_code}} '");
        shell(&vec![one; 30].join("; "))
    };
    assert!(!statuses(&Sandbox::start([])).contains("429"));
    assert!(statuses(&Sandbox::start(["--rate-limits"])).contains("429"));
}

#[test]
fn another_address_can_be_listened_on() {
    let sandbox = Sandbox::start(["--host", "0.0.0.0", "--host-name", "localhost"]);
    assert!(sandbox.page.starts_with("http://localhost:"), "{}", sandbox.page);
    assert!(get(&sandbox.page).starts_with("HTTP/1.1 200"));
    let sandbox = Sandbox::start(["--host", "127.0.0.2"]);
    assert!(sandbox.page.starts_with("http://127.0.0.2:"), "{}", sandbox.page);
    assert!(sandbox.config.contains("api_url = \"http://127.0.0.2:"), "{}", sandbox.config);
}
