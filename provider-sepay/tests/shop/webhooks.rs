//! Webhooks in all four authentications, and again.

use std::time::Duration;

use payments_core::{
    money::Money,
    notification::{Outcome, Scheme},
};
use simulator_sepay::{WebhookAuth, WebhookBody};

use crate::world::{ACCOUNT, SECRET, Shop};

const BODIES: [WebhookBody; 3] = [WebhookBody::Json, WebhookBody::Form, WebhookBody::Multipart];

#[tokio::test]
async fn every_authentication_is_received_in_every_content_type_but_signed_multipart() {
    let client = format!("webhook_client_id = \"shop\"\nwebhook_client_secret = \"{SECRET}\"");
    let key = format!("webhook_api_key = \"{SECRET}\"\nsource_ips = \"127.0.0.1\"");
    for (keys, scheme) in [
        ("webhook_unauthenticated = true", Scheme::Unauthenticated),
        (&key, Scheme::SharedToken),
        (&format!("webhook_secret = \"{SECRET}\""), Scheme::HmacSha256),
        (&client, Scheme::SharedToken),
    ] {
        let shop = Shop::open(keys).await;
        for body in BODIES {
            let secret = SECRET.to_owned();
            shop.add(
                match (scheme, keys.contains("client_id")) {
                    (Scheme::Unauthenticated, _) => WebhookAuth::None,
                    (Scheme::HmacSha256, _) => WebhookAuth::HmacSha256 { secret },
                    (_, false) => WebhookAuth::ApiKey { key: secret },
                    (_, true) => WebhookAuth::OAuth2 {
                        token_url: shop.at("bank-token").parse().unwrap(),
                        client_id: "shop".to_owned(),
                        client_secret: secret,
                    },
                },
                body,
            );
            let memo = "Đơn SPT12345678 1/2";
            let transfer = shop.sepay.bank_transfer(ACCOUNT, 50_000, memo).await.unwrap();
            let [delivered] = &transfer.deliveries[..] else { panic!("{transfer:?}") };
            if (scheme, body) == (Scheme::HmacSha256, WebhookBody::Multipart) {
                assert!(!delivered.acknowledged && shop.received().is_empty());
                continue;
            }
            assert!(delivered.acknowledged, "{keys} {body:?}: {:?}", delivered.receipt.answer);
            let status = if keys.contains("client_id") { 201 } else { 200 };
            assert_eq!(delivered.receipt.status().unwrap(), status);
            let (proven_by, movement) = shop.believed().await;
            assert_eq!(proven_by, scheme);
            assert_eq!(movement.amount, Money::vnd(50_000));
            assert_eq!(movement.memo.as_deref(), Some(memo));
            assert_eq!(movement.order.unwrap().as_str(), "12345678");
            shop.sepay.remove_webhooks();
        }
    }
}

#[tokio::test]
async fn tokens_are_fetched_once_refreshed_before_their_end_and_fetched_anew_when_too_old() {
    let shop = Shop::open("webhook_client_id = \"shop\"\nwebhook_client_secret = \"s3cret\"").await;
    let token_url = shop.at("bank-token").parse().unwrap();
    let auth = WebhookAuth::OAuth2 {
        token_url,
        client_id: "shop".to_owned(),
        client_secret: "s3cret".to_owned(),
    };
    shop.add(auth, WebhookBody::Json);
    let grants = || -> Vec<String> {
        let asked = shop.sepay.token_requests();
        asked.iter().map(|it| String::from_utf8_lossy(it.request.body())[..16].to_owned()).collect()
    };
    let first = "grant_type=clien";
    let refresh = "grant_type=refre";
    for (seconds, asked) in [
        (0, vec![first]),
        (3_589, vec![first]),
        // Less than ten seconds are left.
        (1, vec![first, refresh]),
    ] {
        shop.sepay.advance(Duration::from_secs(seconds));
        let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
        assert!(transfer.deliveries[0].acknowledged);
        assert_eq!(grants(), asked);
    }
    // The refresh token has ended too: it is refused in both spellings.
    shop.sepay.advance(Duration::from_secs(31 * 24 * 3_600));
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);
    assert_eq!(grants()[2..], [refresh, r#"{"refreshToken":"#, first]);
}

#[tokio::test]
async fn a_wrong_client_gets_no_token_and_its_webhook_is_not_sent() {
    let shop = Shop::open("webhook_client_id = \"shop\"\nwebhook_client_secret = \"s3cret\"").await;
    let auth = WebhookAuth::OAuth2 {
        token_url: shop.at("bank-token").parse().unwrap(),
        client_id: "shop".to_owned(),
        client_secret: "another".to_owned(),
    };
    shop.add(auth, WebhookBody::Json);
    let transfer = shop.sepay.bank_transfer(ACCOUNT, 1, "x").await.unwrap();
    assert!(!transfer.deliveries[0].acknowledged && shop.received().is_empty());
    let answers = shop.sepay.token_requests();
    assert_eq!(answers.len(), 2, "the standard form, then SePay's own JSON");
    assert!(answers.iter().all(|it| it.status().unwrap() == 401));
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_on_the_schedule_under_the_same_key() {
    let shop = Shop::open(&format!("webhook_secret = \"{SECRET}\"")).await;
    shop.add(WebhookAuth::HmacSha256 { secret: SECRET.to_owned() }, WebhookBody::Json);
    *shop.outcome.lock().unwrap() = Outcome::TryAgain;
    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT12345678").await.unwrap();
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let again = shop.sepay.pass(minutes(60)).await;
    assert_eq!(again.len(), 7);
    let received = shop.received();
    assert_eq!(received.len(), 8);
    let key = |at: usize| received[at].events()[0].key();
    assert!(key(0).is_some());
    assert!((1..received.len()).all(|at| key(at) == key(0)));

    shop.sepay.bank_transfer(ACCOUNT, 50_000, "SPT12345678").await.unwrap();
    *shop.outcome.lock().unwrap() = Outcome::Duplicate;
    assert_eq!(shop.sepay.pass(minutes(60)).await.len(), 1);
}
