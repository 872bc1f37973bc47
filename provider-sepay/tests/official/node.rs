//! npm `sepay-pg-node`, the library of the payment gateway.

use std::path::Path;
use std::sync::Arc;

use payments_core::{
    OrderRef,
    money::Money,
    payment::{Buyer, CreatePayment, NextAction},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};
use serde_json::{Value, json};
use simulator_sepay::{BookingKind, Host, SePaySimulator, Settings};

use crate::frame::{asked_for, npm, ran, told};

const CLIENT: &str = "sepay-pg-node";
const VERSION: &str = "1.0.0";

fn script(name: &str, folder: &Path, input: &Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/node").join(name);
    // It is run from the folder of the library, where it is found.
    std::fs::copy(script, folder.join(name)).unwrap();
    told("node", [name], folder, input)
}

#[tokio::test]
async fn the_node_library_takes_the_simulator_for_sepay() {
    if !asked_for(CLIENT) {
        return;
    }
    let folder = npm(&format!("{CLIENT}@{VERSION}"));
    let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
    let input = json!({
        "merchant_id": sepay.settings().merchant_id(),
        "secret_key": sepay.settings().secret_key(),
        "pay": sepay.url(Host::Pay),
        "pgapi": sepay.url(Host::PgApi),
        "form_of_ours": form_of_ours(&sepay, "checkout").await,
    });
    let path = folder.path().to_owned();
    let saw =
        tokio::task::spawn_blocking(move || script("orders.mjs", &path, &input)).await.unwrap();

    assert_eq!(saw["page"]["status"], 200, "{saw}");
    assert!(saw["page"]["text"].as_str().unwrap().contains("DH-TRANSFER"), "{saw}");
    assert_eq!(saw["changed"]["status"], 400, "{saw}");
    assert_eq!(saw["listed"]["data"][0]["order_invoice_number"], "DH-CARD", "{saw}");
    assert_eq!(saw["listed"]["meta"]["total"], 2, "{saw}");
    assert_eq!(saw["retrieved"]["data"]["order_status"], "CAPTURED", "{saw}");
    assert_eq!(saw["retrieved"]["data"]["transactions"][0]["transaction_status"], "APPROVED");
    assert!(saw["voided"]["message"].is_string(), "{saw}");
    assert!(saw["cancelled"]["message"].is_string(), "{saw}");
    assert_eq!(saw["refused"], 422, "{saw}");
    let kinds: Vec<_> = sepay.bookings().iter().map(|booking| booking.kind).collect();
    assert_eq!(kinds, [BookingKind::CheckoutPayment, BookingKind::Void]);
    assert_eq!(saw["our_signature"], saw["their_signature"], "{saw}");
    ran(CLIENT);
}

/// The fields of a form that this crate makes by a formula, for the library to sign again.
pub(crate) async fn form_of_ours(sepay: &SePaySimulator, formula: &str) -> Vec<(String, String)> {
    let text = format!(
        "[providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n\
         merchant_id = \"{}\"\nsecret_key = \"{}\"\nformulas.checkout = \"{formula}\"",
        sepay.settings().merchant_id(),
        sepay.settings().secret_key()
    );
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let client = Arc::new(HttpClient::new(HttpClientSettings::default()).unwrap());
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    let provider = registry.build(&config, &Context::new(client)).unwrap().remove(0);
    let request = CreatePayment::new(OrderRef::new("DH-OURS").unwrap(), Money::vnd(50_000))
        .unwrap()
        .with_description("Cà phê ☕, \"nóng\" = 100%")
        .with_buyer(Buyer::new().with_id("KH,1=2"))
        .with_return_url("https://shop.example/paid?o=1&r=ok")
        .unwrap();
    let payment = provider.payments().unwrap().create_payment(&request).await.unwrap();
    match payment.accepted().unwrap().next.into_iter().next() {
        Some(NextAction::PostForm(form)) => form.fields,
        other => panic!("{other:?}"),
    }
}
