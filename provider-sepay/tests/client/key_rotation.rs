//! While a secret is changed: the newest signs, and every one checks.

use bytes::Bytes;
use http::Request;
use payments_core::{Provider, money::Money, notification::Received};
use provider_sepay::testing::{BankWebhook, Ipn, TokenRequest};

use crate::world::{BANK, GATEWAY, Wire, now, order, provider, receive, receive_at, secret};

const SECRETS: [&str; 3] = [
    "secret_of_next_year_0123456789abcdef",
    "secret_of_now_0123456789abcdef",
    "secret_of_then_0123456789",
];
const STRANGER: &str = "secret_of_somebody_else_0123456789";

/// A provider with these secrets under `key`, the newest first.
fn with(key: &str, secrets: &[&str]) -> Provider {
    let id = match key {
        "webhook_client_secret" => "webhook_client_id = \"shop\"",
        _ => "",
    };
    provider(&[GATEWAY, BANK, id, &format!("{key} = {secrets:?}")], &Wire::new())
}

fn credit() -> BankWebhook {
    BankWebhook::credit(7, Money::vnd(50_000), "DH00042")
}

/// What SePay sends under each key of the configuration that takes several secrets.
type Delivery = fn(&str) -> Request<Bytes>;

const DELIVERIES: [(&str, &str, Delivery); 4] = [
    ("webhook_secret", "bank-webhook", |text| credit().signed(&secret(text), now())),
    ("webhook_secret", "bank-webhook", |text| credit().signed_form(&secret(text), now())),
    ("webhook_api_key", "bank-webhook", |text| credit().with_api_key(&secret(text))),
    ("ipn_secret", "ipn", |text| {
        Ipn::order_paid(&order("DH-1"), Money::vnd(50_000)).with_secret(&secret(text))
    }),
];

#[test]
fn every_secret_checks_every_delivery_and_the_proof_names_which() {
    for (key, endpoint, delivery) in DELIVERIES {
        for count in 1..=SECRETS.len() {
            let provider = with(key, &SECRETS[..count]);
            for (place, text) in SECRETS.into_iter().chain([STRANGER]).enumerate() {
                match receive(&provider, endpoint, &delivery(text)) {
                    Received::Notification(notification) => {
                        assert!(place < count, "{key}: {text} of {count}");
                        assert_eq!(notification.proof.key(), place, "{key}");
                    }
                    Received::Untrusted(_) => assert!(place >= count, "{key}: {text} of {count}"),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

/// The access and the refresh token that the client gets with this secret.
fn tokens(provider: &Provider, with: &str) -> Option<[String; 2]> {
    let request = TokenRequest::new("shop", &secret(with)).standard();
    match receive(provider, "bank-token", &request) {
        Received::Reply(reply) => {
            let reply: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
            Some(["access_token", "refresh_token"].map(|it| reply[it].as_str().unwrap().to_owned()))
        }
        Received::Untrusted(_) => None,
        other => panic!("{other:?}"),
    }
}

fn takes(provider: &Provider, access: &str) -> bool {
    let delivery = credit().with_token(access);
    matches!(receive_at(provider, "bank-webhook", &delivery, now()), Received::Notification(_))
}

fn refreshes(provider: &Provider, refresh: &str) -> bool {
    let request = TokenRequest::refresh(refresh);
    matches!(receive(provider, "bank-token", &request), Received::Reply(reply)
        if reply.status() == 200)
}

#[test]
fn the_newest_secret_signs_tokens_and_every_one_lets_the_client_in_and_checks_them() {
    const KEY: &str = "webhook_client_secret";
    let rotated = with(KEY, &SECRETS);
    let alone = SECRETS.map(|text| with(KEY, &[text]));
    for text in SECRETS {
        // Whichever secret the client presents, its token is signed by the newest.
        let [access, refresh] = tokens(&rotated, text).expect(text);
        for (place, provider) in alone.iter().enumerate() {
            assert_eq!(takes(provider, &access), place == 0, "{text}, checked by {place}");
            assert_eq!(refreshes(provider, &refresh), place == 0, "{text}, checked by {place}");
        }
    }
    assert_eq!(tokens(&rotated, STRANGER), None);
    // A token from before the change is good until it ends.
    for (provider, text) in alone.iter().zip(SECRETS) {
        let [access, refresh] = tokens(provider, text).unwrap();
        assert!(takes(&rotated, &access) && refreshes(&rotated, &refresh), "{text}");
    }
    let [access, refresh] = tokens(&with(KEY, &[STRANGER]), STRANGER).unwrap();
    assert!(!takes(&rotated, &access) && !refreshes(&rotated, &refresh));
}
