//! While a passcode is changed: the newest signs, and every one checks.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, Provider, Secret, Timestamp,
    money::Money,
    notification::{Delivery, Received},
    payment::{CreatePayment, NextAction},
};
use provider_hpay::{
    HPay,
    endpoints::{NOTIFY, VA_CALLBACK},
    options::HPayOptions,
    testing::Deliveries,
    token::{CardToken, RevokeToken},
};
use provider_kit::config::Value;

use crate::{
    operations::{self, Outcome, accepted_payout},
    support::{self, NOW, Script},
};

const NEWEST: &str = "the passcode to come, which is long";
const OLDER: &str = support::PASSCODE;
const OLDEST: &str = "the passcode of last year, which is long";
const STRANGER: &str = "the passcode of somebody else";

/// A provider with these passcodes, the newest first.
fn with_passcodes(script: &Arc<Script>, passcodes: &[&str]) -> Provider {
    let mut table = support::table();
    let passcodes = passcodes.iter().map(|passcode| (*passcode).into()).collect();
    table.insert("passcode".into(), Value::List(passcodes));
    support::try_build(Arc::<Script>::clone(script), table).unwrap()
}

/// Everything that is signed and sent, or handed to a buyer.
async fn signed(passcodes: &[&str]) -> Vec<(&'static str, String)> {
    let mut signed = Vec::new();
    // Confirmations begin with a delivery, which a passcode has to check.
    for operation in operations::all().filter(|operation| !operation.name.starts_with("confirm")) {
        let script = Script::new();
        script.answer_with(503, "");
        let _ = (operation.call)(&with_passcodes(&script, passcodes)).await;
        let request = script.request();
        signed.push((operation.name, format!("{} {:?}", request.uri(), request.body())));
    }
    let provider = with_passcodes(&Script::new(), passcodes);
    let request = CreatePayment::new(support::order(), Money::vnd(200_000)).unwrap();
    let advanced = request.clone().with_options(&HPayOptions::new().with_installment()).unwrap();
    for (name, request) in [("link", request), ("advanced link", advanced)] {
        let opened = provider.payments().unwrap().create_payment(&request).await.unwrap();
        let next = opened.accepted().unwrap().next.into_iter().next();
        let Some(NextAction::Redirect { url }) = next else { panic!("{next:?}") };
        signed.push((name, url));
    }
    let token = CardToken::new("9704005990670018").unwrap();
    let revoke = RevokeToken::new(token, "ABB", "https://shop.example/back");
    let revoke = provider.extension::<HPay>().unwrap().revoke_token(&revoke).unwrap();
    let NextAction::Redirect { url } = revoke else { panic!() };
    signed.push(("revoke_token", url));
    signed
}

#[tokio::test]
async fn the_newest_passcode_signs_every_request_and_link() {
    let newest = signed(&[NEWEST]).await;
    let of_strangers = signed(&[OLDER]).await;
    for ((name, newest), (_, other)) in newest.iter().zip(&of_strangers) {
        assert_ne!(newest, other, "{name} is signed by the passcode");
    }
    for passcodes in [&[NEWEST, OLDER][..], &[NEWEST, OLDER, OLDEST], &[NEWEST, OLDEST, OLDER]] {
        assert_eq!(signed(passcodes).await, newest, "{}", passcodes.len());
    }
}

fn receive(provider: &Provider, endpoint: &str, request: &Request<Bytes>) -> Received {
    let endpoint = EndpointName::new(endpoint).unwrap();
    let now = Timestamp::from_unix(NOW);
    provider.notifications().unwrap().receive(&endpoint, &Delivery::of(request), now)
}

#[test]
fn every_passcode_checks_every_delivery_and_the_proof_names_which() {
    let passcodes = [NEWEST, OLDER, OLDEST];
    let provider = with_passcodes(&Script::new(), &passcodes);
    let hpay = provider.extension::<HPay>().unwrap();
    let notify = EndpointName::new(NOTIFY).unwrap();
    for (place, passcode) in passcodes.into_iter().map(Some).chain([None]).enumerate() {
        let secret = Secret::new(passcode.unwrap_or(STRANGER)).unwrap();
        let hpays = Deliveries::new("12345", secret);
        let payment = hpays.payment(&support::order(), Money::vnd(200_000));
        let payment = payment.with_domestic_token("9704005990670018").notify("/n").unwrap();
        let credit = hpays.credit("28275709", "9631241000000000178", Money::vnd(30_000));
        for (endpoint, delivery) in [
            (NOTIFY, &payment),
            (VA_CALLBACK, &credit.callback("/c").unwrap()),
            (VA_CALLBACK, &credit.openapi_callback("/c").unwrap()),
        ] {
            match (receive(&provider, endpoint, delivery), passcode) {
                (Received::Notification(notification), Some(_)) => {
                    assert_eq!(notification.proof.key(), place, "{endpoint}");
                }
                (Received::Untrusted(_), None) => {}
                (received, _) => panic!("{endpoint}, passcode {place}: {received:?}"),
            }
        }
        let cards = hpay.saved_cards(&notify, &Delivery::of(&payment));
        assert_eq!(cards.is_ok(), passcode.is_some(), "passcode {place}");
    }
}

#[tokio::test]
async fn every_passcode_is_accepted_inside_the_rsa_signature_over_a_payout() {
    let payout = operations::all().find(|it| it.name == "create_payout").unwrap();
    let passcodes = [NEWEST, OLDER, OLDEST];
    for (passcode, is_good) in
        [(NEWEST, true), (OLDER, true), (OLDEST, true), (STRANGER, false), ("", false)]
    {
        let script = Script::new();
        script.answer(accepted_payout(passcode).to_string());
        let outcome = (payout.call)(&with_passcodes(&script, &passcodes)).await;
        assert_eq!(outcome == Outcome::Accepted, is_good, "{passcode:?}: {outcome:?}");
    }
}
