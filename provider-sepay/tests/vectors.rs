//! The formulas and the forms of this crate against signatures that SePay's own libraries made.
//!
//! `data/README.md` says where they come from.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::sync::Arc;

use bytes::Bytes;
use payments_core::{
    EndpointName, OrderRef, Provider, Secret, Timestamp,
    money::Money,
    notification::{Delivery, EventData, Received},
    payment::{Buyer, CreatePayment, NextAction},
};
use provider_kit::{
    config::{PaymentsConfig, Value as Setting},
    registry::{Context, Registry},
    signature::{self, CheckingKeys, Field, Formula, Keys, Part, SigningKeys, Window},
    transport::{Call, Transport, TransportError, TransportErrorKind},
};
use provider_sepay::{
    Agreement, HostedMethod, SePay, SePayOptions, Verification,
    formula::{CHECKOUT, CHECKOUT_ALLOWLIST, WEBHOOK},
};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("data/vectors.json")).unwrap()
}

fn checkouts() -> Vec<Value> {
    let mut vectors = vectors();
    let Value::Array(checkouts) = vectors["checkout"].take() else { panic!("no checkouts") };
    assert_eq!(checkouts.len(), 13);
    checkouts
}

fn webhooks() -> Vec<Value> {
    let mut vectors = vectors();
    let Value::Array(webhooks) = vectors["webhooks"].take() else { panic!("no webhooks") };
    assert_eq!(webhooks.len(), 5);
    webhooks
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}"))
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let pair = |field: &Value| {
        let word = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        (word(&field[0]), word(&field[1]))
    };
    value.as_array().unwrap().iter().map(pair).collect()
}

fn fields(pairs: &[(String, String)]) -> Vec<Field<'_>> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

fn keys(vector: &Value) -> Keys {
    Keys::one(Secret::new(text(vector, "secret")).unwrap())
}

/// That `formula` makes the signed string and the signature of `variant` out of `emitted`.
fn agrees(formula: &Formula, vector: &Value, variant: &Value, emitted: &[(String, String)]) {
    let keys = keys(vector);
    let fields = fields(emitted);
    let id = &vector["id"];
    assert_eq!(formula.signed_string(&fields).unwrap(), text(variant, "signed_string"), "{id}");
    let signing = SigningKeys { secret: Some(&keys), signer: None };
    assert_eq!(formula.sign(&fields, signing).unwrap(), text(variant, "signature"), "{id}");
}

#[test]
fn a_form_in_the_order_of_the_form_page_is_signed_as_the_libraries_sign_it() {
    for vector in checkouts() {
        let variant = &vector["recommended"];
        agrees(&CHECKOUT, &vector, variant, &pairs(&variant["emitted"]));
    }
}

#[test]
fn a_form_in_the_order_of_the_list_is_signed_the_same_by_both_formulas() {
    for vector in checkouts() {
        let variant = &vector["allowlist_order"];
        agrees(&CHECKOUT, &vector, variant, &pairs(&variant["emitted"]));
        agrees(&CHECKOUT_ALLOWLIST, &vector, variant, &pairs(&variant["emitted"]));
    }
}

#[test]
fn the_node_library_signs_in_the_order_in_which_it_posts() {
    for vector in checkouts() {
        let variant = &vector["node_sdk"];
        agrees(&CHECKOUT, &vector, variant, &pairs(&variant["emitted"]));
    }
}

#[test]
fn the_php_library_signs_in_the_order_in_which_it_posts() {
    for vector in checkouts() {
        let variant = &vector["php_sdk"];
        agrees(&CHECKOUT, &vector, variant, &pairs(&variant["emitted"]));
    }
}

/// It signs neither agreements nor in the order in which it posts, and it signs empty fields,
/// which no form of ours has.
#[test]
fn the_python_library_signs_in_the_order_of_the_list() {
    let mut agreeing = 0;
    for vector in checkouts() {
        let variant = &vector["python_sdk"];
        let mut emitted = pairs(&variant["emitted"]);
        emitted.retain(|(name, _)| !name.starts_with("agreement_"));
        if emitted.iter().all(|(_, value)| !value.is_empty()) {
            agrees(&CHECKOUT_ALLOWLIST, &vector, variant, &emitted);
            agreeing += 1;
        }
        let secret = Secret::new(text(&vector, "secret")).unwrap();
        let string = [Part::Literal(text(variant, "signed_string"))];
        let code = signature::sign_hmac_sha256(&secret, &string);
        use base64::{Engine, engine::general_purpose::STANDARD};
        assert_eq!(STANDARD.encode(code), text(variant, "signature"), "{}", vector["id"]);
    }
    assert!(agreeing > 0, "no vector without an empty field");
}

/// What our own form is for a vector's input.
async fn form(vector: &Value, formula: &str) -> Vec<(String, String)> {
    let input = pairs(&vector["caller_input"]);
    let given =
        |name: &str| input.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let amount = |name: &str| given(name).map(|digits| Money::vnd(digits.parse().unwrap()));
    let mut options = SePayOptions::new();
    options.payment_method = given("payment_method").map(|word| match word {
        "CARD" => HostedMethod::Card,
        "BANK_TRANSFER" => HostedMethod::BankTransfer,
        "NAPAS_BANK_TRANSFER" => HostedMethod::NapasBankTransfer,
        other => panic!("{other}"),
    });
    options.error_url = given("error_url").map(str::to_owned);
    options.custom_data = given("custom_data").map(str::to_owned);
    options.agreement = given("agreement_id").map(|id| {
        let mut agreement = Agreement::new(id);
        agreement.name = given("agreement_name").map(str::to_owned);
        agreement.kind = given("agreement_type").map(str::to_owned);
        agreement.payment_frequency = given("agreement_payment_frequency").map(str::to_owned);
        agreement.amount_per_payment = amount("agreement_amount_per_payment");
        agreement
    });
    let provider = provider([
        ("merchant_id", text(vector, "merchant")),
        ("secret_key", text(vector, "secret")),
        ("formulas", formula),
    ]);
    let order = OrderRef::new(given("order_invoice_number").unwrap()).unwrap();
    let description = given("order_description").unwrap();
    if given("operation") == Some("VERIFY") {
        let mut request = Verification::new()
            .with_order(order)
            .with_description(description)
            .with_options(options);
        request.customer_id = given("customer_id").map(str::to_owned);
        return provider.extension::<SePay>().unwrap().verification(&request).unwrap().fields;
    }
    let mut request = CreatePayment::new(order, amount("order_amount").unwrap())
        .unwrap()
        .with_description(description)
        .with_options(&options)
        .unwrap();
    if let Some(customer) = given("customer_id") {
        request = request.with_buyer(Buyer::new().with_id(customer));
    }
    if let Some(url) = given("success_url") {
        request = request.with_return_url(url).unwrap();
    }
    if let Some(url) = given("cancel_url") {
        request = request.with_cancel_url(url).unwrap();
    }
    let opened = provider.payments().unwrap().create_payment(&request).await.unwrap();
    let Some(NextAction::PostForm(form)) = opened.accepted().unwrap().next.into_iter().next()
    else {
        panic!("no form for {vector}")
    };
    form.fields
}

#[tokio::test]
async fn our_own_forms_are_those_of_the_vectors() {
    for (formula, variant) in
        [("checkout", "recommended"), ("checkout.allowlist", "allowlist_order")]
    {
        for vector in checkouts() {
            let mut expected = pairs(&vector[variant]["emitted"]);
            expected.push(("signature".into(), text(&vector[variant], "signature").into()));
            assert_eq!(form(&vector, formula).await, expected, "{} {variant}", vector["id"]);
        }
    }
}

#[test]
fn every_webhook_signature_agrees_and_is_accepted() {
    for vector in webhooks() {
        let (stamp, body) = (text(&vector, "x_sepay_timestamp"), text(&vector, "raw_body"));
        let fields: [Field<'_>; 2] = [("timestamp", stamp.as_bytes()), ("body", body.as_bytes())];
        let (id, keys) = (&vector["id"], keys(&vector));
        assert_eq!(WEBHOOK.signed_string(&fields).unwrap(), text(&vector, "signed_string"), "{id}");
        let signing = SigningKeys { secret: Some(&keys), signer: None };
        let signature = text(&vector, "x_sepay_signature");
        assert_eq!(WEBHOOK.sign(&fields, signing).unwrap(), signature, "{id}");
        let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
        let window = Window {
            now: Timestamp::from_unix(stamp.parse().unwrap()),
            tolerance: std::time::Duration::ZERO,
        };
        let proof = WEBHOOK.check(&fields, signature, checking, Some(window)).unwrap();
        assert!(proof.covers("transferAmount"), "{id}");
        // A library of SePay's has this code, over the body alone; no page does.
        let other = text(&vector, "undocumented_python_sdk_variant_hex_body_only");
        for undocumented in [other.to_owned(), format!("sha256={other}")] {
            assert!(WEBHOOK.check(&fields, &undocumented, checking, Some(window)).is_err(), "{id}");
        }
    }
}

#[test]
fn every_webhook_of_the_vectors_is_received() {
    for vector in webhooks() {
        let provider = provider([("webhook_secret", text(&vector, "secret"))]);
        let stamp = text(&vector, "x_sepay_timestamp");
        let request = http::Request::post("/hook")
            .header("content-type", text(&vector, "content_type"))
            .header("x-sepay-timestamp", stamp)
            .header("x-sepay-signature", text(&vector, "x_sepay_signature"))
            .body(text(&vector, "raw_body"))
            .unwrap();
        let endpoint = EndpointName::new("bank-webhook").unwrap();
        let now = Timestamp::from_unix(stamp.parse().unwrap());
        let received =
            provider.notifications().unwrap().receive(&endpoint, &Delivery::of(&request), now);
        match (text(&vector, "raw_body"), received) {
            // Signed and empty: SePay's, and without a transaction.
            ("", Received::Notification(notification)) => {
                assert!(notification.events().iter().all(|event| event.key().is_none()));
            }
            (_, Received::Notification(notification)) => {
                assert!(notification.events().iter().all(|event| event.is_trusted()));
                let keys = notification.events().iter().map(|event| event.key().unwrap());
                assert!(keys.into_iter().all(|key| key.scope() == "sepay.webhook"));
            }
            (_, other) => panic!("{}: {other:?}", vector["id"]),
        }
    }
}

#[test]
fn every_ipn_of_the_samples_claims_what_it_says_and_proves_nothing() {
    let samples: Value = serde_json::from_str(include_str!("data/ipn.json")).unwrap();
    let secret = text(&samples, "secret");
    let provider = provider([("merchant_id", "SP-TEST-AB12CD3"), ("secret_key", secret)]);
    let receiver = provider.notifications().unwrap();
    let samples = samples["ipn"].as_array().unwrap();
    assert_eq!(samples.len(), 7);
    for sample in samples {
        let (id, expected) = (&sample["id"], &sample["expected"]);
        let request = http::Request::post("/ipn")
            .header("content-type", "application/json")
            .header("x-secret-key", secret)
            .body(text(sample, "raw_body"))
            .unwrap();
        let endpoint = EndpointName::new("ipn").unwrap();
        let received =
            receiver.receive(&endpoint, &Delivery::of(&request), Timestamp::from_unix(0));
        let Received::Notification(notification) = received else { panic!("{id}: {received:?}") };
        let [event] = notification.events() else { panic!("{id}: {notification:?}") };
        assert_eq!(event.key(), None, "{id}: the order's inquiry gives the key");
        let EventData::Payment(payment) = event.data() else {
            assert!(expected["order"].is_null(), "{id}: {event:?}");
            continue;
        };
        assert!(!event.is_trusted(), "{id}");
        assert_eq!(payment.order.as_str(), text(expected, "order"), "{id}");
        assert_eq!(serde_json::to_value(payment.state).unwrap(), expected["state"], "{id}");
        let received = payment.received.map(|received| received.minor().to_string());
        assert_eq!(received.as_deref(), expected["received"].as_str(), "{id}");
    }
}

struct Nowhere;

#[async_trait::async_trait]
impl Transport for Nowhere {
    async fn send(&self, _: Call) -> Result<http::Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "nothing is sent here"))
    }
}

fn provider<const N: usize>(settings: [(&str, &str); N]) -> Provider {
    let mut table: std::collections::BTreeMap<String, Setting> =
        [("kind", "sepay"), ("environment", "sandbox")]
            .into_iter()
            .chain(settings)
            .map(|(key, value)| match key {
                "formulas" => {
                    let formulas = [("checkout".to_owned(), value.into())];
                    (key.to_owned(), Setting::Table(formulas.into_iter().collect()))
                }
                _ => (key.to_owned(), value.into()),
            })
            .collect();
    let config = PaymentsConfig::single("main", std::mem::take(&mut table));
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &Context::new(Arc::new(Nowhere))).unwrap().remove(0)
}
