//! Bank transactions: webhooks and the User API.

use std::num::NonZeroU32;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;
use simulator_kit::Schedule;
use simulator_sepay::{
    Acknowledgement, Bank, BankAccount, BookingKind, Host, Mangling, Notification, Refused,
    Transfer, Webhook, WebhookAuth, sign,
};

use crate::world::{NOW, Shop, json, send, settings, start, user_api};

fn by_hmac() -> WebhookAuth {
    WebhookAuth::HmacSha256 { secret: settings().webhook_secret().to_owned() }
}

#[tokio::test]
async fn the_webhook_of_a_credit_is_signed_over_its_raw_body() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_webhook(Webhook::new(shop.at("/bank"), by_hmac()))).await;
    let transfer = sepay.bank_transfer("0900000001", 50_000, "chuyển 1/2 SPT123456").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);

    let (headers, body) = shop.received().remove(0);
    let timestamp = headers["x-sepay-timestamp"].to_str().unwrap();
    assert_eq!(timestamp, NOW.to_string());
    let signature = sign::webhook(sepay.settings().webhook_secret(), timestamp, &body);
    assert_eq!(headers["x-sepay-signature"], signature);
    assert!(body.windows(6).any(|bytes| bytes == br"\u1ec3"), "PHP escapes what is not ASCII");
    assert!(body.windows(3).any(|bytes| bytes == br"1\/"), "PHP escapes slashes");

    let webhook = &shop.bodies()[0];
    assert_eq!(webhook["id"], transfer.webhook_id);
    assert_ne!(webhook["id"].to_string(), transfer.uuid);
    assert_eq!(webhook["code"], "SPT123456");
    assert_eq!(webhook["transferType"], "in");
    assert_eq!(webhook["transferAmount"], 50_000);
    assert_eq!(webhook["accumulated"], 10_050_000);
    assert_eq!(webhook["transactionDate"], "2023-11-15 05:13:20");
    assert_eq!(webhook["subAccount"], Value::Null);

    let booking = sepay.bookings().remove(0);
    assert_eq!(booking.kind, BookingKind::BankCredit);
    assert_eq!(booking.account.as_deref(), Some("0900000001"));
    assert_eq!(booking.code.as_deref(), Some("SPT123456"));
}

#[tokio::test]
async fn an_api_key_stands_in_the_authorization_header() {
    let shop = Shop::open().await;
    let auth = WebhookAuth::ApiKey { key: "key-for-tests".to_owned() };
    let sepay = start(settings()).await;
    sepay.add_webhook(Webhook::new(shop.at("/bank"), auth));
    let sent = sepay.bank_transfer_out("0900000001", 1, "phí").await.unwrap().deliveries;
    let (headers, _) = shop.received().remove(0);
    assert_eq!(headers["authorization"], "Apikey key-for-tests");
    assert!(!headers.contains_key("x-sepay-signature"));
    assert_eq!(shop.bodies()[0]["transferType"], "out");
    assert!(!format!("{sent:?}").contains("key-for-tests"));
}

#[tokio::test]
async fn a_strict_webhook_is_acknowledged_only_by_a_body_that_says_success() {
    let shop = Shop::answering("OK").await;
    let webhook = Webhook::new(shop.at("/"), by_hmac());
    let strict = settings().with_webhook(webhook).with_acknowledgement(Acknowledgement::Strict);
    let sepay = start(strict).await;
    let transfer = sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    assert!(!transfer.deliveries[0].acknowledged);
    assert_eq!(transfer.deliveries[0].receipt.status(), Some(StatusCode::OK));
    let row = json(&user_api(&sepay, &format!("/v2/transactions/{}", transfer.uuid)).await);
    assert_eq!(row["data"]["webhook_success"], 0);
}

#[tokio::test]
async fn a_repeated_webhook_has_the_same_body_and_a_new_time() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_webhook(Webhook::new(shop.at("/"), by_hmac()))).await;
    let transfer = sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    sepay.advance(Duration::from_secs(60));
    let again = sepay.redeliver(transfer.webhook_id).await.unwrap();
    assert_eq!(again[0].notification, Notification::Bank { id: transfer.webhook_id });
    let received = shop.received();
    assert_eq!(received[0].1, received[1].1);
    assert_ne!(received[0].0["x-sepay-signature"], received[1].0["x-sepay-signature"]);
    assert_eq!(sepay.redeliver(1).await.unwrap_err(), Refused::UnknownTransaction(1));
    assert_eq!(sepay.bookings().len(), 1, "a repeated webhook is no second booking");
}

#[tokio::test]
async fn webhooks_can_be_doubled_and_reordered() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_webhook(Webhook::new(shop.at("/"), by_hmac()))).await;
    sepay.set_schedule(Schedule::Twice);
    sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    sepay.set_schedule(Schedule::Held);
    for memo in ["first", "second"] {
        assert!(sepay.bank_transfer("0900000001", 1, memo).await.unwrap().deliveries.is_empty());
    }
    assert_eq!(sepay.release().await.len(), 2);
    let memos: Vec<_> = shop.bodies().iter().map(|body| body["content"].clone()).collect();
    assert_eq!(memos, ["x", "x", "second", "first"]);
    assert_eq!(sepay.deliveries().len(), 4);
}

#[tokio::test]
async fn the_user_api_finds_a_transaction_by_its_code() {
    let sepay = start(settings()).await;
    sepay.bank_transfer("0900000001", 50_000, "SPT111111").await.unwrap();
    let wanted = sepay.bank_transfer("0900000002", 60_000, "mua SPT222222").await.unwrap();

    let found = json(&user_api(&sepay, "/v2/transactions?q=SPT222222").await);
    let account = sepay.bank_accounts().remove(1);
    let expected = serde_json::json!({
        "status": "success",
        "data": [{
            "id": wanted.uuid,
            "transaction_date": "2023-11-15 05:13:20",
            "account_number": "0900000002",
            "va": "",
            "transfer_type": "in",
            "amount_in": 60_000,
            "amount_out": 0,
            "accumulated": 5_060_000,
            "transaction_content": "mua SPT222222",
            "reference_number": wanted.reference,
            "code": "SPT222222",
            "bank_brand_name": "MBBank",
            "bank_account_id": account.id,
            "va_id": null,
            "webhook_success": null,
        }],
        "meta": {
            "pagination": {
                "total": 1, "per_page": 20, "current_page": 1, "last_page": 1, "has_more": false
            }
        },
    });
    assert_eq!(found, expected);

    let account = json(&user_api(&sepay, &format!("/v2/bank-accounts/{}", account.id)).await);
    assert_eq!(account["data"]["bank_bin"], "970422");
    assert_eq!(account["data"]["accumulated"], 5_060_000);
    assert_eq!(account["data"]["last_transaction"], "2023-11-15 05:13:20");
}

#[tokio::test]
async fn bank_accounts_are_listed_and_filtered() {
    let sepay = start(settings()).await;
    sepay.bank_transfer("0900000002", 1, "x").await.unwrap();
    for (query, total) in [
        ("", 4),
        ("q=0900000002", 1),
        ("bank_short_name=MBBank", 1),
        ("active=1", 4),
        ("active=0", 0),
        ("accumulated_min=5000002", 1),
        ("accumulated_max=5000001", 3),
        ("last_transaction_from=2023-11-15", 1),
        ("last_transaction_to=2023-11-15", 0),
    ] {
        let accounts = json(&user_api(&sepay, &format!("/v2/bank-accounts?{query}")).await);
        assert_eq!(accounts["meta"]["pagination"]["total"], total, "{query}");
    }
}

#[tokio::test]
async fn banks_change_memos_before_sepay_looks_for_a_code() {
    let sepay = start(settings()).await;
    let memo = "don hang SPT_123456";
    for (mangling, content, code) in [
        (Mangling::NONE, "don hang SPT_123456", None),
        (Mangling::NONE.upper_case().drop_separators(), "DON HANG SPT123456", Some("SPT123456")),
        (Mangling::NONE.drop_separators().drop_spaces(), "donhangSPT123456", Some("SPT123456")),
    ] {
        let transfer = Transfer::into_account("0900000001", 1, memo).mangled(mangling);
        let transferred = sepay.transfer(transfer).await.unwrap();
        assert_eq!((transferred.content.as_str(), transferred.code.as_deref()), (content, code));
    }
}

#[tokio::test]
async fn a_bank_refuses_what_it_cannot_book() {
    let sepay = start(settings()).await;
    let unknown = sepay.bank_transfer("1", 1, "x").await.unwrap_err();
    assert_eq!(unknown, Refused::UnknownAccount("1".to_owned()));
    for amount in [0, u64::MAX] {
        let refused = sepay.bank_transfer("0900000001", amount, "x").await.unwrap_err();
        assert_eq!(refused, Refused::Amount(amount));
    }
    let poor = sepay.bank_transfer_out("0900000001", 10_000_001, "x").await.unwrap_err();
    assert_eq!(poor, Refused::InsufficientBalance("0900000001".to_owned()));
    assert!(sepay.bookings().is_empty());
}

#[tokio::test]
async fn the_user_api_says_what_is_wrong() {
    let sepay = start(settings()).await;
    for (path, status) in [
        ("/v2/transactions/1", 404),
        ("/v2/bank-accounts/x", 404),
        ("/v2/nothing", 404),
        ("/v2/transactions?per_page=500", 422),
    ] {
        let answer = user_api(&sepay, path).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_eq!(json(&answer)["status"], "error", "{path}");
    }
    let url = format!("{}/v2/transactions", sepay.url(Host::UserApi));
    let stranger = send(Method::GET, &url, &[("authorization", "Bearer x")], "").await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(json(&stranger)["error_code"], "unauthorized");
}

#[tokio::test]
async fn beyond_three_requests_a_second_the_user_api_says_when_to_return() {
    let sepay = start(settings().with_rate_limit(NonZeroU32::new(3).unwrap())).await;
    for left in ["2", "1", "0"] {
        let answer = user_api(&sepay, "/v2/bank-accounts").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["x-ratelimit-remaining"], left);
    }
    // The limit is checked before the token.
    let url = format!("{}/v2/bank-accounts", sepay.url(Host::UserApi));
    let refused = send(Method::GET, &url, &[], "").await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(json(&refused)["error_code"], "rate_limited");
    for (name, value) in [
        ("retry-after", "1"),
        ("x-ratelimit-limit", "3"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1"),
    ] {
        assert_eq!(refused.headers()[name], value, "{name}");
    }
    sepay.advance(Duration::from_secs(1));
    assert_eq!(user_api(&sepay, "/v2/bank-accounts").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn sepay_hears_of_no_transfer_to_vietinbank_without_its_word() {
    let shop = Shop::open().await;
    let account = BankAccount::new("0900000005", "CONG TY THU NGHIEM", Bank::VIETINBANK, 0);
    let account = account.with_sub_account("TKP001");
    let settings = settings().with_bank_account(account);
    let sepay = start(settings.with_webhook(Webhook::new(shop.at("/"), by_hmac()))).await;
    for memo in ["SPT123456", "chuyen tien SEVQR SPT123456", "SEVQ SPT123456", ""] {
        let refused = sepay.bank_transfer("0900000005", 50_000, memo).await.unwrap_err();
        assert!(matches!(refused, Refused::NotReported { .. }), "{memo}: {refused}");
    }
    assert!(shop.received().is_empty() && sepay.bookings().is_empty());

    for (memo, sub_account) in
        [("SEVQR SPT123456", Value::Null), ("sevqr TKP001 SPT123456", "TKP001".into())]
    {
        let transfer = sepay.bank_transfer("0900000005", 50_000, memo).await.unwrap();
        assert_eq!(transfer.code.as_deref(), Some("SPT123456"), "{memo}");
        assert_eq!(shop.bodies().pop().unwrap()["subAccount"], sub_account, "{memo}");
    }
    // A sub-account that is no account number cannot receive a transfer by itself.
    let refused = sepay.bank_transfer("TKP001", 50_000, "SEVQR SPT123456").await.unwrap_err();
    assert_eq!(refused, Refused::UnknownAccount("TKP001".to_owned()));
}

#[tokio::test]
async fn a_code_is_taken_out_of_a_longer_word() {
    let sepay = start(settings()).await;
    for (memo, code) in [
        ("SPT12345678901", "SPT1234567890"),
        ("donhangSPT123456", "SPT123456"),
        ("SPT123456 SPT123457", "SPT123456"),
    ] {
        let transfer = sepay.bank_transfer("0900000001", 1, memo).await.unwrap();
        assert_eq!(transfer.code.as_deref(), Some(code), "{memo}");
    }
}
