//! Behaviour of the simulator that other receivers and clients depend on.

use std::time::Duration;

use http::{Method, StatusCode, header::HOST};
use serde_json::Value;
use simulator_sepay::{Acknowledgement, Host, Settings, Webhook, WebhookAuth};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{Shop, json, send, settings, start, user_api};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn by_hmac() -> WebhookAuth {
    WebhookAuth::HmacSha256 { secret: settings().webhook_secret().to_owned() }
}

#[tokio::test]
async fn sepays_own_receivers_are_sent_each_webhook_once_unless_the_setting_is_strict() {
    // laravel-sepay, the WooCommerce plug-in, moodle-sepay.
    for (status, body) in [(204, ""), (200, r#"{"success":"true"}"#), (200, r#"{"message":"x"}"#)] {
        for (needed, times) in [(Acknowledgement::Documented, 1), (Acknowledgement::Strict, 8)] {
            let shop = Shop::answering(body).await;
            shop.set_status(StatusCode::from_u16(status).unwrap());
            let webhook = Webhook::new(shop.at("/"), by_hmac());
            let sepay = start(settings().with_webhook(webhook).with_acknowledgement(needed)).await;
            let transfer = sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
            assert_eq!(transfer.deliveries[0].acknowledged, times == 1, "{status} {body}");
            sepay.pass(DAY).await;
            assert_eq!(shop.received().len(), times, "{status} {body} {needed:?}");
        }
    }
}

#[tokio::test]
async fn a_webhook_that_is_sent_again_by_hand_is_sent_once() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_webhook(Webhook::new(shop.at("/"), by_hmac()))).await;
    let transfer = sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    shop.set_status(StatusCode::INTERNAL_SERVER_ERROR);
    let again = sepay.redeliver(transfer.webhook_id).await.unwrap();
    assert!(!again[0].acknowledged);
    assert!(sepay.pass(DAY).await.is_empty());
    assert_eq!(shop.received().len(), 2);
}

#[tokio::test]
async fn a_webhook_is_fresh_for_a_receiver_with_the_systems_clock_however_far_time_was_advanced() {
    let shop = Shop::open().await;
    let webhook = Webhook::new(shop.at("/"), by_hmac());
    let sepay = start(Settings::test().with_webhook(webhook)).await;
    let system = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let before = i64::try_from(system().as_secs()).unwrap();
    sepay.advance(DAY);
    sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    sepay.pass(DAY).await;
    sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    let after = i64::try_from(system().as_secs()).unwrap();
    let received = shop.received();
    assert_eq!(received.len(), 2);
    for (headers, _) in received {
        let stamp: i64 = headers["x-sepay-timestamp"].to_str().unwrap().parse().unwrap();
        assert!((before..=after).contains(&stamp), "{before} to {after}: {stamp}");
    }
}

#[tokio::test]
async fn every_value_of_v1s_bank_accounts_is_text_from_the_start() {
    let sepay = start(settings()).await;
    let authorization = format!("Bearer {}", sepay.settings().api_token());
    let url = format!("{}/userapi/bankaccounts/list", sepay.url(Host::My));
    let headers = [("authorization", authorization.as_str())];
    let list = json(&send(Method::GET, &url, &headers, "").await.unwrap());
    let accounts = list["bankaccounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 4);
    for account in accounts {
        for (name, value) in account.as_object().unwrap() {
            assert!(value.is_string(), "{name}: {value}");
        }
        let last = account["last_transaction"].as_str().unwrap();
        assert_eq!(last.len(), "2025-01-01 00:00:00".len(), "{last}");
    }
}

#[tokio::test]
async fn v2_writes_the_fields_and_times_that_are_asked_for_and_refuses_what_it_does_not_know() {
    let sepay = start(settings()).await;
    let transfer = sepay.bank_transfer("0900000001", 50_000, "x").await.unwrap();
    let list = "/v2/transactions?fields=id,transaction_date&timestamp_format=iso8601";
    let rows = json(&user_api(&sepay, list).await)["data"].take();
    let row = serde_json::json!({
        "id": transfer.uuid, "transaction_date": "2023-11-15T05:13:20+07:00"
    });
    assert_eq!(rows, serde_json::json!([row]));
    let one = format!("/v2/transactions/{}?fields=id", transfer.uuid);
    let one = json(&user_api(&sepay, &one).await)["data"].take();
    assert_eq!(one, serde_json::json!({ "id": transfer.uuid }));
    for (query, field) in
        [("fields=id,amount", "fields"), ("timestamp_format=unix", "timestamp_format")]
    {
        for path in ["/v2/transactions", "/v2/bank-accounts"] {
            let refused = user_api(&sepay, &format!("{path}?{query}")).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}?{query}");
            assert!(json(&refused).to_string().contains(field), "{refused:?}");
        }
    }
    let usual = json(&user_api(&sepay, "/v2/transactions").await)["data"].take();
    assert_eq!(usual[0]["transaction_date"], Value::from("2023-11-15 05:13:20"));
}

#[tokio::test]
async fn no_host_answers_a_page_that_rebinds_its_name() {
    let sepay = start(settings().with_host_name("sepay-sandbox")).await;
    for host in [Host::Pay, Host::PgApi, Host::UserApi, Host::My] {
        let url = sepay.url(host);
        let address = url.strip_prefix("http://").unwrap().to_owned();
        for (name, is_answered) in [
            (address.as_str(), true),
            ("localhost:1", true),
            ("sepay-sandbox", true),
            ("evil.example", false),
            ("localhost.evil.example", false),
        ] {
            let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
            let request = format!(
                "GET /_control/state HTTP/1.1\r\n{HOST}: {name}\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer.starts_with("HTTP/1.1 200"), is_answered, "{name}: {answer}");
            assert_eq!(answer.starts_with("HTTP/1.1 421"), !is_answered, "{name}: {answer}");
        }
    }
}
