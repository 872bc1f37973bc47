//! Webhooks over TLS.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::ServerConfig;
use serde_json::{Value, json};

use super::{receiver::Receiver, world::Sandbox};
use crate::program::{file, payments};

/// A shop as `localhost` with a certificate that is signed by itself, and that certificate in PEM.
fn shop() -> (Receiver, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(made.cert.der())
    );
    (Receiver::over_tls(config), pem)
}

/// Pays an order of payOS and returns the delivery, once it has ended.
fn paid(sandbox: &Sandbox) -> Value {
    let samples = sandbox.read("payos", "samples");
    super::world::shell(samples[0]["curl"].as_str().unwrap());
    let order = sandbox.read("payos", "overview")["orders"][0]["order"].clone();
    let paid = sandbox.act("payos", &json!({ "action": "pay", "order": order }));
    assert!(paid.ends_with(" 200"), "{paid}");
    loop {
        let overview = sandbox.read("payos", "overview");
        let delivery = &overview["deliveries"][0];
        if !delivery.is_null() && delivery["status"] != "pending" {
            return delivery.clone();
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_webhook_is_sent_over_tls_to_a_shop_whose_certificate_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let (shop, certificate) = shop();
    let ca = file(&folder, "ca.pem", certificate);
    let webhook = format!("payos/webhook={}/payos?a=b", shop.url);
    let sandbox = Sandbox::start(["--webhook", &webhook, "--webhook-ca", ca.to_str().unwrap()]);
    let delivery = paid(&sandbox);
    assert_eq!(delivery["status"], "acknowledged", "{delivery}");
    let request = shop.next();
    assert_eq!(request.uri(), "/payos?a=b");
    let host = shop.url.strip_prefix("https://").unwrap();
    assert_eq!(request.headers()["host"], host);
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["data"]["amount"], 50_000);
}

#[test]
fn a_shop_that_nobody_vouches_for_receives_nothing_and_the_delivery_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (other, _) = shop();
    let (_, certificate) = shop();
    let ca = file(&folder, "ca.pem", certificate);
    let webhook = format!("payos/webhook={}/payos", other.url);
    for flags in [vec![], vec!["--webhook-ca", ca.to_str().unwrap()]] {
        let sandbox = Sandbox::start(["--webhook", &webhook].into_iter().chain(flags));
        let delivery = paid(&sandbox);
        assert_eq!(delivery["status"], "not_acknowledged", "{delivery}");
        assert!(delivery["error"].as_str().unwrap().contains("--webhook-ca"), "{delivery}");
    }
    assert_eq!(other.paths(), Vec::<String>::new());
}

#[test]
fn a_file_without_a_certificate_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let empty = file(&folder, "ca.pem", "no certificate");
    for path in [empty.to_str().unwrap(), "/no/such/file.pem"] {
        let ran = payments(["sandbox", "--port", "0", "--webhook-ca", path]).run();
        ran.refused("--webhook-ca");
    }
}
