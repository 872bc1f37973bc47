//! The simulator against the forms of SePay's own libraries.

use http::StatusCode;
use serde_json::Value;
use simulator_sepay::{Settings, sign};

use crate::world::{arrive, encode, start, text};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../provider-sepay/tests/data/vectors.json"))
        .unwrap()
}

fn emitted(variant: &Value) -> Vec<(&str, &str)> {
    let fields = variant["emitted"].as_array().unwrap().iter();
    fields.map(|field| (field[0].as_str().unwrap(), field[1].as_str().unwrap())).collect()
}

/// The simulator's response to the form of `variant`.
async fn posted(vector: &Value, variant: &Value) -> (StatusCode, String) {
    let settings = Settings::test()
        .with_merchant(vector["merchant"].as_str().unwrap(), vector["secret"].as_str().unwrap());
    let mut fields = emitted(variant);
    fields.push(("signature", variant["signature"].as_str().unwrap()));
    let response = arrive(&start(settings).await, encode(&fields)).await;
    (response.status(), text(&response).to_owned())
}

#[tokio::test]
async fn a_form_signed_in_the_order_in_which_it_is_posted_is_taken_in_any_order() {
    let vectors = vectors();
    for vector in vectors["checkout"].as_array().unwrap() {
        for variant in ["recommended", "allowlist_order", "node_sdk", "php_sdk"] {
            let (status, page) = posted(vector, &vector[variant]).await;
            assert_eq!(status, StatusCode::OK, "{} {variant}: {page}", vector["id"]);
        }
    }
}

#[tokio::test]
async fn a_form_signed_in_another_order_than_it_is_posted_is_refused() {
    let vectors = vectors();
    for vector in vectors["checkout"].as_array().unwrap() {
        let (status, page) = posted(vector, &vector["python_sdk"]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{}", vector["id"]);
        assert!(page.contains("Chữ ký không hợp lệ"), "{} {page}", vector["id"]);
    }
}

#[test]
fn the_python_library_agrees_once_its_own_order_of_signing_is_followed() {
    let vectors = vectors();
    for vector in vectors["checkout"].as_array().unwrap() {
        let python = &vector["python_sdk"];
        let fields = emitted(python);
        // That library signs no agreement fields, and signs in the order of the allow-list.
        let in_its_order = sign::SIGNED_FIELDS
            .iter()
            .filter(|name| !name.starts_with("agreement_"))
            .filter_map(|name| fields.iter().find(|(given, _)| given == name).copied());
        let signature = sign::checkout(vector["secret"].as_str().unwrap(), in_its_order);
        assert_eq!(signature, python["signature"], "{}", vector["id"]);
    }
}

#[test]
fn every_webhook_signature_agrees() {
    let vectors = vectors();
    for vector in vectors["webhooks"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap();
        let body = text("raw_body").as_bytes();
        let signature = sign::webhook(text("secret"), text("x_sepay_timestamp"), body);
        assert_eq!(signature, text("x_sepay_signature"), "{}", vector["id"]);
    }
}
