//! What payOS's own libraries compute and accept, and what this client makes of it. The sources stand
//! in `tests/data/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use payments_core::{
    EndpointName, ErrorKind, Provider, Secret, Timestamp,
    notification::{Delivery, EventData, Evidence, Received},
};
use provider_kit::{
    config::{PaymentsConfig, Value as Setting},
    registry::{Context, Registry},
    signature::{
        CheckingKeys, Coverage, Field, Formula, Keys, Layout, Members, SigningKeys, TemplateError,
    },
    transport::{Call, Transport, TransportError, TransportErrorKind},
};
use provider_payos::{
    endpoints::WEBHOOK,
    formulas::{DATA, PAYMENT_LINK, PAYOUT},
};
use serde_json::Value;

fn cases(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("data/vectors.json")).unwrap();
    all[kind].as_array().unwrap().clone()
}

/// The cases on which payOS's libraries agree.
fn agreed(kind: &str) -> impl Iterator<Item = Value> {
    cases(kind).into_iter().filter(|case| case["agreed"] == true)
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} of {}", case["id"]))
}

fn keys(case: &Value) -> Keys {
    Keys::one(Secret::new(text(case, "key")).unwrap())
}

/// The members of the input as the formula takes them; `None` if it has a name twice.
fn members(formula: &Formula, case: &Value) -> Option<Vec<(String, String)>> {
    let usual = Members::joined_by("&");
    let layout = match &formula.layout {
        Layout::Members(members) => members,
        _ => &usual,
    };
    layout.json_texts(text(case, "input_json").as_bytes()).ok()
}

fn fields(members: &[(String, String)]) -> Vec<Field<'_>> {
    members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect()
}

/// Checks the signed string and the signature of a case, and that a changed one is not good.
fn agrees(formula: &Formula, case: &Value, members: &[(String, String)]) {
    let (keys, id, fields) = (keys(case), &case["id"], fields(members));
    assert_eq!(formula.signed_string(&fields).unwrap(), text(case, "signed_string"), "{id}");
    let signature = text(case, "signature");
    let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
    formula.check(&fields, signature, checking, None).unwrap();
    let other: String = signature.chars().rev().collect();
    assert!(formula.check(&fields, &other, checking, None).is_err(), "{id}");
}

fn signed(
    formula: &Formula,
    case: &Value,
    members: &[(String, String)],
) -> Result<String, ErrorKind> {
    let keys = keys(case);
    let signing = SigningKeys { secret: Some(&keys), signer: None };
    formula.sign(&fields(members), signing).map_err(|error| error.kind())
}

#[test]
fn a_link_is_signed_as_payos_s_libraries_sign_it() {
    let mut count = 0;
    for case in agreed("payment_link") {
        let members = members(&PAYMENT_LINK, &case).unwrap();
        agrees(&PAYMENT_LINK, &case, &members);
        let signature = text(&case, "signature").to_owned();
        // An amount below zero is none; payOS refuses it.
        let is_signable = case["id"] != "p18";
        match signed(&PAYMENT_LINK, &case, &members) {
            Ok(made) => assert_eq!(made, signature, "{}", case["id"]),
            Err(kind) => {
                // Two requests have this signed text: whoever carries it could choose.
                assert_eq!(kind, ErrorKind::InvalidRequest, "{}", case["id"]);
                let divides = text(&case, "note").contains("not injective");
                assert!(divides || !is_signable, "{}", case["id"]);
            }
        }
        count += 1;
    }
    assert_eq!(count, 11);
}

#[test]
fn data_are_checked_as_payos_s_libraries_sign_them() {
    let mut count = 0;
    for case in agreed("data") {
        match members(&DATA, &case) {
            Some(members) => agrees(&DATA, &case, &members),
            // Which of two values is signed, payOS's libraries decide by the last one.
            None => assert_eq!(case["id"], "d31"),
        }
        count += 1;
    }
    assert_eq!(count, 20);
}

#[test]
fn payouts_are_signed_as_payos_s_libraries_sign_them() {
    let mut count = 0;
    for case in agreed("payout") {
        let members = members(&PAYOUT, &case).unwrap();
        agrees(&PAYOUT, &case, &members);
        assert_eq!(signed(&PAYOUT, &case, &members).unwrap(), text(&case, "signature"));
        count += 1;
    }
    assert_eq!(count, 16);
}

/// Nobody listens.
struct Offline;

#[async_trait::async_trait]
impl Transport for Offline {
    async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "nobody listens"))
    }
}

fn provider(checksum_key: &str) -> Provider {
    let table = [
        ("kind", "payos"),
        ("environment", "sandbox"),
        ("client_id", "c"),
        ("api_key", "k"),
        ("checksum_key", checksum_key),
        ("api_url", "http://127.0.0.1:1"),
        ("pay_url", "http://127.0.0.1:1"),
    ];
    let table: BTreeMap<String, Setting> =
        table.map(|(key, value)| (key.to_owned(), Setting::Text(value.to_owned()))).into();
    let registry = Registry::empty().add(provider_payos::REGISTRATION);
    let config = PaymentsConfig::single("payos-main", table);
    registry.build(&config, &Context::new(Arc::new(Offline))).unwrap().remove(0)
}

fn received(checksum_key: &str, body: &str) -> Received {
    let provider = provider(checksum_key);
    let request = Request::post("/webhook").body(Bytes::from(body.to_owned())).unwrap();
    let endpoint = EndpointName::new(WEBHOOK).unwrap();
    let receiver = provider.notifications().unwrap();
    receiver.receive(&endpoint, &Delivery::of(&request), Timestamp::from_unix(1_796_000_000))
}

#[test]
fn a_webhook_is_judged_as_the_vectors_say() {
    let mut count = 0;
    for case in cases("webhook_verify") {
        let id = &case["id"];
        let received = received(text(&case, "key"), text(&case, "body_json"));
        let should_accept = text(&case, "a_client_should").starts_with("accept")
            || text(&case, "a_client_should").starts_with("may accept");
        match received {
            Received::Notification(notification) => {
                let [event] = notification.events() else { panic!("{id}") };
                let EventData::Movement(credit) = event.data() else { panic!("{id}: {event:?}") };
                if should_accept {
                    assert_eq!(*event.evidence(), Evidence::Proven, "{id}");
                    assert_eq!(credit.amount.minor(), 50_000, "{id}");
                    assert_eq!(credit.order.as_ref().unwrap().as_str(), "1029", "{id}");
                    let key = event.key().unwrap().as_str();
                    let link = "db1b43524ae44985a85d80f85a8dd852";
                    assert_eq!(key, format!("payos.transfer:{link}:FT26333000000001"), "{id}");
                } else {
                    // Where the members end is not certain: nothing is proven.
                    assert!(!event.is_trusted() && event.key().is_none(), "{id}");
                    assert_eq!(*notification.proof.coverage(), Coverage::Nothing, "{id}");
                }
            }
            // A member is missing where the signed text was divided in another way.
            Received::Unreadable(unreadable) => {
                assert!(!should_accept, "{id}");
                assert_eq!(*unreadable.proof.coverage(), Coverage::Nothing, "{id}");
            }
            Received::Untrusted(_) => assert!(!should_accept, "{id}"),
            Received::Reply(_) => panic!("{id}"),
        }
        count += 1;
    }
    assert_eq!(count, 10);
}

#[test]
fn the_documented_example_is_the_sample_and_no_money() {
    let case = cases("data").into_iter().find(|case| case["id"] == "d01").unwrap();
    let (data, signature) = (text(&case, "input_json"), text(&case, "documented_signature"));
    let body = format!(
        r#"{{"code":"00","desc":"success","success":true,"data":{data},"signature":"{signature}"}}"#
    );
    let Received::Notification(notification) = received(text(&case, "key"), &body) else {
        panic!("not received")
    };
    assert!(matches!(notification.events()[0].data(), EventData::Test));
}

#[test]
fn a_formula_over_every_member_stays_one() {
    let replaced = DATA.replaced("{*}|{*}").unwrap();
    assert!(matches!(replaced.layout, Layout::Members(_)));
    let lost = TemplateError::Uncovered("*".to_owned());
    assert_eq!(DATA.replaced("{orderCode}&{amount}"), Err(lost));
}
