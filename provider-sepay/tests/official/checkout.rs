//! PyPI `sepay-pg`, SePay's library of the payment gateway for Python.

use std::path::Path;

use serde_json::{Value, json};
use simulator_sepay::{Host, SePaySimulator, Settings, sign};

use crate::frame::{asked_for, pip, python, ran, told};
use crate::node::form_of_ours;

const CLIENT: &str = "sepay-pg";
const VERSION: &str = "1.0.0";

/// What `.ci/run` looks for; npm has another library, whose name begins alike.
const NAME: &str = "sepay-pg (PyPI)";

#[tokio::test]
async fn the_python_library_of_the_payment_gateway_signs_as_the_simulator_does() {
    if !asked_for(NAME) {
        return;
    }
    let folder = pip(&[&format!("{CLIENT}=={VERSION}")], &["requests>=2.31.0,<3"]);
    let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
    let ours: serde_json::Map<_, _> = form_of_ours(&sepay, "checkout.allowlist")
        .await
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    let (timestamp, body) = ("1731741261", "{}");
    let input = json!({
        "merchant_id": sepay.settings().merchant_id(),
        "secret_key": sepay.settings().secret_key(),
        "pay": sepay.url(Host::Pay),
        "pgapi": sepay.url(Host::PgApi),
        "form_of_ours": ours,
        "webhook": {
            "body": body,
            "signature": sign::webhook(sepay.settings().secret_key(), timestamp, body.as_bytes()),
        },
    });
    let path = folder.path().to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/python/checkout.py");
    let saw = tokio::task::spawn_blocking(move || told(&python(&path), [script], &path, &input))
        .await
        .unwrap();

    assert_eq!(saw["in_order"]["status"], 200, "{saw}");
    assert!(saw["in_order"]["text"].as_str().unwrap().contains("DH-2"), "{saw}");
    assert_eq!(saw["changed"]["status"], 400, "{saw}");
    assert_eq!(saw["our_signature"], saw["their_signature"], "{saw}");

    // What does not fit: the library signs in another order than the one of the form that it
    // returns, asks for an order under a path that SePay does not document, and checks webhooks
    // without their timestamp.
    assert_eq!(saw["as_given"]["status"], 400, "{saw}");
    assert_eq!(saw["order"], "HTTPError: <Response [404]>", "{saw}");
    assert_eq!(saw["webhook"], false, "{saw}");
    ran(NAME);
}
