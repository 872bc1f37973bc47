//! The weaknesses of HPay's own design that concern checkout, one test for each: what a safe
//! client has to do about it, done.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, OrderRef, Secret, Timestamp,
    money::Money,
    notification::{
        Delivery, EventData, Evidence, Notification, Outcome, Received, UntrustedReason,
    },
    payment::{CreatePayment, NextAction, PaymentState},
    rules::AbsenceRule,
};
use provider_hpay::{
    HPay,
    endpoints::{NOTIFY, RETURN},
    options::{AtmToken, HPayOptions},
    testing::{Deliveries, PaymentDelivery},
    token::{CardToken, RevokeToken},
};
use provider_kit::config::Value;

use crate::support::{self, NOW, PASSCODE, Script};

/// The notification of a payment of 200,000 đồng for DH-1, made into this.
fn told(shape: impl FnOnce(PaymentDelivery<'_>) -> PaymentDelivery<'_>) -> Request<Bytes> {
    let deliveries = Deliveries::new("12345", Secret::new(PASSCODE).unwrap());
    let order = OrderRef::new("DH-1").unwrap();
    shape(deliveries.payment(&order, Money::vnd(200_000))).notify("/hooks").unwrap()
}

fn paid() -> Request<Bytes> {
    told(|payment| payment)
}

fn receive(endpoint: &str, request: &Request<Bytes>) -> Received {
    let provider = support::provider(&Script::new());
    let endpoint = EndpointName::new(endpoint).unwrap();
    let now = Timestamp::from_unix(NOW);
    provider.notifications().unwrap().receive(&endpoint, &Delivery::of(request), now)
}

fn trusted(endpoint: &str, request: &Request<Bytes>) -> Notification {
    receive(endpoint, request).notification().expect("its code is good")
}

/// The request with a part of its query replaced.
fn changed(request: &Request<Bytes>, from: &str, to: &str) -> Request<Bytes> {
    let uri = request.uri().to_string();
    assert!(uri.contains(from), "{from} is not in {uri}");
    Request::get(uri.replace(from, to)).body(Bytes::new()).unwrap()
}

/// The links of every page and formula.
async fn links() -> Vec<String> {
    let mut links = Vec::new();
    let token = AtmToken::Pay(CardToken::new("9704005990670018").unwrap());
    for options in [HPayOptions::new(), HPayOptions::new().with_atm_token(token)] {
        for formula in ["checkout_v1_link", "checkout_link", "checkout_link_short"] {
            let changes =
                [("formulas.checkout_v1_link", formula), ("formulas.checkout_link", formula)];
            let provider = support::provider_with(&Script::new(), &changes);
            let request = CreatePayment::new(support::order(), Money::vnd(200_000))
                .unwrap()
                .with_options(&options)
                .unwrap();
            let made = provider.payments().unwrap().create_payment(&request).await.unwrap();
            let next = made.accepted().unwrap().next.into_iter().next().unwrap();
            // What would be logged holds no code and no token.
            let printed = format!("{next:?}");
            assert!(!printed.contains("secure_code") && !printed.contains("9704"), "{printed}");
            let NextAction::Redirect { url } = next else { panic!("no link") };
            links.push(url);
        }
    }
    links
}

#[test]
fn md5_with_a_suffix_can_be_guessed_so_a_short_passcode_is_warned_of() {
    for (passcode, warned) in [("short", true), ("19-characters-of-it", true), (PASSCODE, false)] {
        let provider = support::provider_with(&Script::new(), &[("passcode", passcode)]);
        let warnings = provider.warnings();
        assert_eq!(warnings.len(), usize::from(warned), "{warnings:?}");
        assert!(!warnings.iter().any(|warning| warning.contains(passcode)), "{warnings:?}");
    }
    // What counts is the one to sign with; an old one goes anyway.
    let mut table = support::table();
    table.insert("passcode".into(), Value::List(vec![PASSCODE.into(), "short".into()]));
    assert!(support::try_build(Script::new(), table).unwrap().warnings().is_empty());
}

#[test]
fn md5_with_a_suffix_can_be_guessed_so_no_code_is_printed() {
    let request = paid();
    let uri = request.uri().to_string();
    let code = uri.split("secure_code=").nth(1).unwrap().split('&').next().unwrap();
    let notification = trusted(NOTIFY, &request);
    let forged = receive(NOTIFY, &changed(&request, "200000", "200001"));
    for printed in [format!("{notification:?}"), format!("{forged:?}")] {
        assert!(!printed.contains(code) && !printed.contains(PASSCODE), "{printed}");
    }
}

#[tokio::test]
async fn space_joined_strings_can_be_cut_elsewhere_so_no_signed_value_takes_a_space() {
    let script = Script::new();
    let provider = support::provider(&script);
    for order in ["DH 1", "DH\u{a0}1", "DH|1"] {
        let request =
            CreatePayment::new(OrderRef::new(order).unwrap(), Money::vnd(200_000)).unwrap();
        let error = provider.payments().unwrap().create_payment(&request).await.unwrap_err();
        assert_eq!(error.field(), Some("order"), "{order:?}");
    }
    // The same code, with a word moved from the text into the order code.
    let told = told(|payment| payment.with_transaction_info("don hang"));
    assert_eq!(trusted(NOTIFY, &told).events().len(), 1);
    let moved = changed(&told, "transaction_info=don+hang", "transaction_info=don");
    let moved = changed(&moved, "order_code=DH-1", "order_code=hang+DH-1");
    assert!(matches!(receive(NOTIFY, &moved), Received::Untrusted(_)));
}

#[test]
fn space_joined_strings_can_be_cut_elsewhere_so_no_card_is_moved_to_another_order() {
    let told = told(|payment| {
        payment.with_transaction_info("for DH-7").with_domestic_token("9704005990670018")
    });
    let moved = changed(&told, "transaction_info=for+DH-7", "transaction_info=for");
    let moved = changed(&moved, "order_code=DH-1", "order_code=DH-7");
    let moved = changed(&moved, "price=200000", "price=DH-1+200000");
    let provider = support::provider(&Script::new());
    let hpay = provider.extension::<HPay>().unwrap();
    let cards = |request: &Request<Bytes>| {
        hpay.saved_cards(&EndpointName::new(NOTIFY).unwrap(), &Delivery::of(request))
    };
    assert_eq!(cards(&told).unwrap()[0].order.as_str(), "DH-1");
    assert_eq!(cards(&moved).unwrap_err().reason, UntrustedReason::Unreadable);
}

#[test]
fn space_joined_strings_can_be_cut_elsewhere_so_a_failure_is_confirmed_first() {
    let failed = trusted(NOTIFY, &told(|payment| payment.failed("Het han")));
    assert!(matches!(failed.events()[0].evidence(), Evidence::Unconfirmed { .. }));
}

#[test]
fn pipe_joined_without_escaping_so_neither_number_nor_receiver_takes_a_pipe() {
    for (key, value) in [("merchant_id", "12|45"), ("receiver", "a|b@shop.example")] {
        let mut table = support::table();
        table.insert(key.into(), value.into());
        let problems = support::try_build(Script::new(), table).unwrap_err();
        assert!(problems[0].to_string().contains(key), "{problems:?}");
    }
    assert!(CardToken::new("a|b").is_err());
    let provider = support::provider(&Script::new());
    let token = CardToken::new("9704005990670018").unwrap();
    let revoke = RevokeToken::new(token, "A|B", "https://shop.example");
    let error = provider.extension::<HPay>().unwrap().revoke_token(&revoke).unwrap_err();
    assert_eq!(error.field(), Some("bank_code"));
}

#[test]
fn v1_signs_five_fields_only_so_an_order_is_asked_after_and_never_given_up() {
    let provider = support::provider(&Script::new());
    let capabilities = provider.payments().unwrap().capabilities();
    // The buyer can take notify_url and time_limit out of the link.
    assert!(capabilities.find);
    assert_eq!(capabilities.absence, AbsenceRule::Never);
}

#[test]
fn v1_signs_five_fields_only_so_an_echo_of_the_others_is_not_believed() {
    let request = paid();
    let proof = trusted(NOTIFY, &request).proof;
    let signed =
        ["transaction_info", "order_code", "price", "payment_id", "payment_type", "error_text"];
    assert!(signed.iter().all(|field| proof.covers(field)));
    for unsigned in
        ["token_omipay", "bank_code", "card_number", "tokenization", "token_cyber", "card_type"]
    {
        assert!(!proof.covers(unsigned), "{unsigned}");
    }
    // Changed on the way, they change nothing that is told.
    let other = changed(&request, "bank_code=VISA", "bank_code=JCB");
    let (one, two) = (trusted(NOTIFY, &request), trusted(NOTIFY, &other));
    assert_eq!(one.events()[0].key(), two.events()[0].key());
    let news = |told: &Notification| serde_json::to_value(told.events()).unwrap();
    assert_eq!(news(&one), news(&two));
}

#[test]
fn get_callbacks_leak_so_replies_are_not_stored_and_no_query_is_printed() {
    let provider = support::provider(&Script::new());
    let receiver = provider.notifications().unwrap();
    for endpoint in [NOTIFY, RETURN] {
        let endpoint = EndpointName::new(endpoint).unwrap();
        let reply = receiver.reply(&endpoint, Outcome::Handled);
        assert_eq!(reply.headers()["cache-control"], "no-store");
        assert_eq!(reply.headers()["referrer-policy"], "no-referrer");
    }
    let request = paid();
    let printed = format!("{:?} {:?}", Delivery::of(&request), trusted(NOTIFY, &request).raw);
    assert!(!printed.contains("secure_code") && !printed.contains("400000"), "{printed}");
}

#[test]
fn get_callbacks_are_prefetched_so_a_return_changes_nothing() {
    let back = trusted(RETURN, &paid());
    assert_eq!(back.events()[0].evidence(), &Evidence::DisplayOnly);
    assert!(!back.events()[0].is_trusted());
}

#[test]
fn no_timestamp_or_nonce_so_a_replayed_payment_has_the_key_of_the_first() {
    let first = trusted(NOTIFY, &paid());
    let again = trusted(NOTIFY, &paid());
    let returned = trusted(RETURN, &paid());
    let key = |told: &Notification| told.events()[0].key().cloned();
    assert!(key(&first).is_some());
    assert_eq!((key(&first), None), (key(&again), key(&returned)));
    let second = trusted(NOTIFY, &told(|payment| payment.with_payment_id("96138501")));
    assert_ne!(key(&first), key(&second), "a second payment of one order is another happening");
}

#[test]
fn tokens_are_not_signed_so_a_browser_s_is_never_taken() {
    let told = told(|payment| payment.with_domestic_token("9704"));
    let provider = support::provider(&Script::new());
    let hpay = provider.extension::<HPay>().unwrap();
    let cards = |endpoint: &str| {
        hpay.saved_cards(&EndpointName::new(endpoint).unwrap(), &Delivery::of(&told))
    };
    assert_eq!(cards(NOTIFY).unwrap().len(), 1);
    assert!(cards(RETURN).is_err());
}

#[tokio::test]
async fn secrets_stand_in_links_so_none_is_printed() {
    assert_eq!(links().await.len(), 6);
    let provider = support::provider(&Script::new());
    let token = CardToken::new("9704005990670018").unwrap();
    let revoke = RevokeToken::new(token, "ABB", "https://shop.example");
    let next = provider.extension::<HPay>().unwrap().revoke_token(&revoke).unwrap();
    let printed = format!("{next:?} {revoke:?}");
    assert!(!printed.contains("9704") && !printed.contains("secure_code"), "{printed}");
}

#[tokio::test]
async fn the_provider_s_samples_put_the_passcode_into_links_so_none_holds_it() {
    for link in links().await {
        assert!(!link.contains(PASSCODE) && !link.contains("secure_pass"), "{link}");
        assert!(link.starts_with("https://"), "{link}");
    }
}

#[tokio::test]
async fn an_inquiry_sees_seven_days_so_the_window_is_declared_and_a_miss_is_not_a_no() {
    let script = Script::new();
    script.answer(r#"{"error_code":"30015","data":[],"checksum":""}"#);
    let provider = support::provider(&script);
    let payments = provider.payments().unwrap();
    let week = Duration::from_secs(7 * 24 * 3600);
    assert_eq!(payments.capabilities().inquiry_window, Some(week));
    let found = payments.find_payment(&support::order()).await.unwrap();
    assert!(matches!(
        found,
        payments_core::Lookup::Absent(payments_core::Absence::Inconclusive { .. })
    ));
}

#[test]
fn sandbox_and_production_are_told_apart_by_the_passcode_only() {
    let provider =
        support::provider_with(&Script::new(), &[("passcode", "of-production-0123456789")]);
    let endpoint = EndpointName::new(NOTIFY).unwrap();
    let request = paid();
    let now = Timestamp::from_unix(NOW);
    let received =
        provider.notifications().unwrap().receive(&endpoint, &Delivery::of(&request), now);
    assert!(matches!(received, Received::Untrusted(_)), "signed for the other environment");
}

#[test]
fn the_same_number_means_other_things_so_paid_later_is_held_and_an_error_is_no_payment() {
    let cases = [
        (paid(), PaymentState::Settled),
        (told(|payment| payment.held()), PaymentState::Held),
        (told(|payment| payment.failed("x")), PaymentState::Failed),
        (told(|payment| payment.held().failed("x")), PaymentState::Failed),
    ];
    for (request, state) in cases {
        let told = trusted(NOTIFY, &request);
        let EventData::Payment(payment) = told.events()[0].data() else { panic!("no payment") };
        assert_eq!(payment.state, state);
    }
}
