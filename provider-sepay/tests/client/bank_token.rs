//! The endpoint where SePay fetches tokens, and webhooks that carry one.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, Provider, Timestamp,
    notification::{Evidence, Outcome, Received, Scheme, UntrustedReason},
};
use provider_sepay::testing::{BankWebhook, TokenRequest};
use serde_json::{Value, json};

use crate::world::{
    BANK, CLIENT_SECRET, TOKEN_WEBHOOK, Wire, believed, now, only_event, provider, receive_at,
    refused, secret,
};

fn shop() -> Provider {
    provider(&[BANK, TOKEN_WEBHOOK], &Wire::new())
}

fn asked(provider: &Provider, request: &Request<Bytes>, now: Timestamp) -> (u16, Value) {
    match receive_at(provider, "bank-token", request, now) {
        Received::Reply(answer) => {
            assert_eq!(answer.headers()["cache-control"], "no-store");
            (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

fn credit() -> BankWebhook {
    BankWebhook::credit(7, payments_core::money::Money::vnd(50_000), "DH00042")
}

#[test]
fn both_spellings_of_a_request_get_a_token_in_their_own() {
    let (shop, secret) = (shop(), secret(CLIENT_SECRET));
    let client = TokenRequest::new("shop", &secret);
    for request in [client.standard(), client.basic()] {
        let (status, token) = asked(&shop, &request, now());
        assert_eq!((status, &token["token_type"]), (200, &json!("Bearer")));
        assert_eq!(token["expires_in"], 3_600);
        assert!(token["access_token"].is_string() && token["refresh_token"].is_string());
    }
    let (status, tokens) = asked(&shop, &client.legacy(), now());
    assert_eq!((status, &tokens["data"]["expiredIn"]), (200, &json!(3_600)));
    assert!(
        tokens["data"]["accessToken"].is_string() && tokens["data"]["refreshToken"].is_string()
    );
}

#[test]
fn a_refresh_token_gets_a_new_token_for_thirty_days_and_an_access_token_gets_none() {
    let (shop, secret) = (shop(), secret(CLIENT_SECRET));
    let (_, first) = asked(&shop, &TokenRequest::new("shop", &secret).standard(), now());
    let refresh = first["refresh_token"].as_str().unwrap();
    let days = |days: u64| now().plus(Duration::from_secs(days * 24 * 3_600));

    let (status, second) = asked(&shop, &TokenRequest::refresh(refresh), days(29));
    assert_eq!(status, 200);
    assert_ne!(second["access_token"], first["access_token"]);
    let (status, second) = asked(&shop, &TokenRequest::legacy_refresh(refresh), days(29));
    assert!(status == 200 && second["data"]["accessToken"].is_string());

    let late = asked(&shop, &TokenRequest::refresh(refresh), days(30));
    assert_eq!(late, (400, json!({ "error": "invalid_grant" })));
    let access = first["access_token"].as_str().unwrap();
    let untrusted = refused(&shop, "bank-token", &TokenRequest::refresh(access));
    assert_eq!(untrusted.reason, UntrustedReason::WrongSignature);
}

#[test]
fn whoever_is_not_the_client_gets_no_token() {
    let (shop, right, wrong) = (shop(), secret(CLIENT_SECRET), secret("client_secret_test"));
    let form = |body: &str| {
        Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body.to_owned()))
            .unwrap()
    };
    let mut doubled = TokenRequest::new("shop", &right).standard();
    doubled.headers_mut().extend(TokenRequest::new("shop", &wrong).basic().headers().clone());
    for request in [
        TokenRequest::new("shop", &wrong).standard(),
        TokenRequest::new("shop", &wrong).basic(),
        TokenRequest::new("shop", &wrong).legacy(),
        TokenRequest::new("other", &right).standard(),
        doubled,
        form("grant_type=client_credentials"),
        form("grant_type=client_credentials&client_id=shop"),
        form("grant_type=client_credentials&client_id=shop&client_secret="),
        form("grant_type=password"),
        TokenRequest::refresh("9999999999.00"),
        Request::post("/").body(Bytes::from_static(b"{}")).unwrap(),
        Request::post("/").body(Bytes::new()).unwrap(),
    ] {
        let untrusted = refused(&shop, "bank-token", &request);
        assert!(!untrusted.to_string().contains(CLIENT_SECRET), "{untrusted}");
    }
    let endpoint = EndpointName::new("bank-token").unwrap();
    let reply = shop.notifications().unwrap().reply(&endpoint, Outcome::Untrusted);
    assert_eq!(
        (reply.status().as_u16(), reply.body().as_ref()),
        (401, &br#"{"error":"invalid_client"}"#[..])
    );
}

#[test]
fn the_client_is_told_what_is_wrong_with_its_request() {
    let shop = shop();
    for (grant, error) in [
        ("grant_type=password", "unsupported_grant_type"),
        ("grant_type=refresh_token", "invalid_request"),
        ("scope=all", "invalid_request"),
    ] {
        let body = format!("{grant}&client_id=shop&client_secret={CLIENT_SECRET}");
        let request = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .unwrap();
        assert_eq!(asked(&shop, &request, now()), (400, json!({ "error": error })), "{grant}");
    }
}

#[test]
fn a_webhook_with_our_token_is_sepays_and_its_content_is_still_to_be_confirmed() {
    let (shop, secret) = (shop(), secret(CLIENT_SECRET));
    let (_, token) = asked(&shop, &TokenRequest::new("shop", &secret).standard(), now());
    let token = token["access_token"].as_str().unwrap();
    let notification = believed(&shop, "bank-webhook", &credit().with_token(token));
    assert_eq!(notification.proof.scheme(), Scheme::SharedToken);
    assert!(matches!(only_event(&notification).evidence(), Evidence::Unconfirmed { .. }));

    let hour = now().plus(Duration::from_secs(3_600));
    let late = receive_at(&shop, "bank-webhook", &credit().with_token(token), hour);
    assert!(
        matches!(late, Received::Untrusted(why) if why.reason == UntrustedReason::StaleTimestamp)
    );
}

#[test]
fn a_token_is_good_while_its_secret_is_configured() {
    let (shop, secret) = (shop(), secret(CLIENT_SECRET));
    let (_, token) = asked(&shop, &TokenRequest::new("shop", &secret).standard(), now());
    let webhook = credit().with_token(token["access_token"].as_str().unwrap());
    let with = |keys: &str| provider(&[BANK, keys], &Wire::new());

    let rotated = with(
        "webhook_client_id = \"shop\"\nwebhook_client_secret = [\"new\", \"client_secret_test_client\"]",
    );
    assert_eq!(believed(&rotated, "bank-webhook", &webhook).proof.key(), 1);
    for other in [
        "webhook_client_id = \"shop\"\nwebhook_client_secret = \"new\"",
        "webhook_client_id = \"shop2\"\nwebhook_client_secret = \"client_secret_test_client\"",
    ] {
        let untrusted = refused(&with(other), "bank-webhook", &webhook);
        assert_eq!(untrusted.reason, UntrustedReason::WrongSignature, "{other}");
    }
}

#[test]
fn a_webhook_without_our_token_may_be_anybodys() {
    let shop = shop();
    use UntrustedReason::{MalformedSignature, MissingSignature, WrongSignature};
    for (authorization, reason) in [
        (None, MissingSignature),
        (Some("Bearer "), MissingSignature),
        (Some("Bearer token"), MalformedSignature),
        (Some("Apikey client_secret_test_client"), MalformedSignature),
        (
            Some(concat!(
                "Bearer 9999999999.",
                "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
            )),
            WrongSignature,
        ),
    ] {
        let mut request = credit().unauthenticated();
        if let Some(value) = authorization {
            request.headers_mut().insert("authorization", value.parse().unwrap());
        }
        assert_eq!(refused(&shop, "bank-webhook", &request).reason, reason, "{authorization:?}");
    }
}

#[test]
fn success_is_told_with_201() {
    let shop = shop();
    let endpoint = EndpointName::new("bank-webhook").unwrap();
    for (outcome, status) in [
        (Outcome::Handled, 201),
        (Outcome::Duplicate, 201),
        (Outcome::Ignored, 201),
        (Outcome::TryAgain, 503),
        (Outcome::Untrusted, 401),
    ] {
        let reply = shop.notifications().unwrap().reply(&endpoint, outcome);
        assert_eq!(reply.status().as_u16(), status, "{outcome:?}");
    }
}

#[test]
fn the_endpoint_is_there_only_where_it_is_needed() {
    let names = |provider: &Provider| -> Vec<String> {
        let endpoints = provider.notifications().unwrap().endpoints();
        endpoints.iter().map(|endpoint| endpoint.name.to_string()).collect()
    };
    assert_eq!(names(&shop()), ["bank-webhook", "bank-token"]);
    let signed = provider(&[crate::world::SIGNED_WEBHOOK], &Wire::new());
    assert_eq!(names(&signed), ["bank-webhook"]);
    let secret = secret(CLIENT_SECRET);
    let request = TokenRequest::new("shop", &secret).standard();
    let untrusted = refused(&signed, "bank-token", &request);
    assert_eq!(untrusted.reason, UntrustedReason::WrongEndpoint);
}
