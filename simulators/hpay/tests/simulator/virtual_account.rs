//! Virtual accounts: opened, credited, reported, changed and asked about.

use std::time::Duration;

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use simulator_hpay::{
    AccountStatus, BookingKind, CallbackForm, CallbackQuirks, HPaySimulator, Host, Settings,
};

use super::merchant::{
    DAY, NOW, NotificationServer, checkout_link, fields, get, post, start, start_with,
};

fn create_request(hpay: &HPaySimulator, va_type: &str, condition: &str, amount: &str) -> Value {
    json!({
        "merchantId": hpay.merchant_id(),
        "accountVaType": va_type,
        "accountVaName": "NGUYEN VAN A",
        "amount": amount,
        "remark": "DH 001",
        "condition": condition,
        "secure_code": hpay.codes().account_create(condition),
    })
}

async fn create(hpay: &HPaySimulator, request: &Value) -> Value {
    post(&format!("{}/api/va/create", hpay.url(Host::Account)), request).await
}

async fn open(hpay: &HPaySimulator, va_type: &str, condition: &str, amount: &str) -> String {
    let answer = create(hpay, &create_request(hpay, va_type, condition, amount)).await;
    answer["data"]["va_account"].as_str().unwrap().to_owned()
}

async fn inquiry(hpay: &HPaySimulator, account: &str) -> Value {
    let body = json!({
        "merchant_id": hpay.merchant_id(),
        "va_account": account,
        "secure_code": hpay.codes().account_inquiry(account),
    });
    post(&format!("{}/v1/account/inquiry", hpay.url(Host::Openapi)), &body).await
}

async fn revoke(hpay: &HPaySimulator, account: &str, flag: &str) -> Value {
    let body = json!({
        "merchant_id": hpay.merchant_id(),
        "account_va": account,
        "flag": flag,
        "secure_code": hpay.codes().account_revoke(account, flag),
    });
    post(&format!("{}/api/va/revoke", hpay.url(Host::Account)), &body).await
}

#[tokio::test]
async fn a_short_credit_arrives_is_reported_and_leaves_the_account_open() {
    let hpay = start().await;
    let notifications = NotificationServer::open(StatusCode::OK).await;
    hpay.register_va_callback(notifications.url());
    let created = create(&hpay, &create_request(&hpay, "1", "1", "100000")).await;
    assert_eq!(created["error_code"], "0");
    assert_eq!(created["data"]["va_status"], "1");
    assert_eq!(created["data"]["va_timelimit"], (NOW + 24 * 3600).to_string());
    let short = created["data"]["va_account"].as_str().unwrap();
    let full = format!("963124{short}");

    let announcement = hpay.transfer_to_va(&full, 40_000).await.unwrap();
    let [received] = notifications.received().try_into().unwrap();
    assert!(received.starts_with("/va/callback?"), "{received}");
    let received = fields(&received);
    assert_eq!(received["va_account"], short);
    assert_eq!(received["fullAccountNumber"], full);
    assert_eq!(received["amount"], "40000");
    assert_eq!(received["remark"], STANDARD.encode("DH 001"));
    assert_eq!(received["transactionId"], announcement.transaction_id.to_string());
    let code = hpay.codes().account_callback(&received["cashin"], &received["order_id"]);
    assert_eq!(received["secure_code"], code);

    let [booking] = hpay.bookings().try_into().unwrap();
    assert_eq!((booking.kind, booking.amount), (BookingKind::AccountCredit, 40_000));
    assert_eq!((booking.reference.as_str(), booking.account), (short, full.clone()));
    assert_eq!(hpay.virtual_accounts()[0].status, AccountStatus::Active);
    let found = inquiry(&hpay, short).await;
    assert_eq!(
        found["data"],
        json!([{
            "transaction_id": announcement.transaction_id,
            "full_account_number": full,
            "amount": 40_000,
            "time_paid": NOW,
            "cashin": received["cashin"].parse::<u64>().unwrap(),
            "remark": STANDARD.encode("DH 001"),
            "va_bank_name": "BIDV",
        }])
    );
}

#[tokio::test]
async fn over_repeated_and_late_credits_arrive_too() {
    let hpay = start().await;
    let account = open(&hpay, "1", "1", "100000").await;
    hpay.transfer_to_va(&account, 150_000).await.unwrap();
    assert_eq!(hpay.virtual_accounts()[0].status, AccountStatus::Paid);
    hpay.transfer_to_va(&account, 100_000).await.unwrap();
    hpay.advance(8 * DAY);
    hpay.transfer_to_va(&account, 1).await.unwrap();
    let amounts: Vec<_> = hpay.bookings().iter().map(|booking| booking.amount).collect();
    assert_eq!(amounts, [150_000, 100_000, 1]);
}

#[tokio::test]
async fn an_inquiry_shows_yesterday_and_today() {
    let hpay = start().await;
    let account = open(&hpay, "2", "2", "0").await;
    hpay.transfer_to_va(&account, 1_000).await.unwrap();
    hpay.advance(DAY);
    hpay.transfer_to_va(&account, 2_000).await.unwrap();
    assert_eq!(inquiry(&hpay, &account).await["data"].as_array().unwrap().len(), 2);
    hpay.advance(DAY);
    let rows = inquiry(&hpay, &account).await;
    assert_eq!(rows["data"].as_array().unwrap().len(), 1);
    assert_eq!(rows["data"][0]["amount"], 2_000);
}

#[tokio::test]
async fn a_create_is_refused_by_the_code_of_what_is_wrong() {
    let hpay = start().await;
    let week = NOW + 7 * 24 * 3600;
    for (name, value, code) in [
        ("merchantId", json!(""), "03"),
        ("merchantId", json!("54321"), "06"),
        ("secure_code", json!("0"), "03"),
        ("accountVaType", json!("3"), "03"),
        ("amount", json!("0"), "03"),
        ("accountVaName", json!("<b>"), "045"),
        ("remark", json!("DH#001"), "046"),
        ("remark", json!("a".repeat(51)), "047"),
        ("remark", json!(" "), "048"),
        ("timeLimit", json!(week + 1), "049"),
    ] {
        let mut request = create_request(&hpay, "1", "1", "100000");
        request[name] = value;
        let expected = json!({ "error_code": code, "data": [], "checksum": "" });
        assert_eq!(create(&hpay, &request).await, expected, "{name}: {request}");
    }
    assert!(hpay.virtual_accounts().is_empty());
}

#[tokio::test]
async fn an_account_closes_and_opens_again_unless_it_was_paid_or_expired() {
    let hpay = start().await;
    let account = open(&hpay, "1", "1", "100000").await;
    assert_eq!(revoke(&hpay, &account, "2").await["error_code"], "040");
    assert_eq!(revoke(&hpay, &account, "1").await["error_code"], "041");
    assert_eq!(revoke(&hpay, &account, "0").await["data"]["va_status"], "3");
    assert_eq!(revoke(&hpay, &account, "0").await["error_code"], "041");
    assert_eq!(revoke(&hpay, &account, "1").await["data"]["va_status"], "1");
    hpay.transfer_to_va(&account, 100_000).await.unwrap();
    assert_eq!(revoke(&hpay, &account, "1").await["error_code"], "043");
    assert_eq!(revoke(&hpay, "1", "0").await["error_code"], "07");

    let expired = open(&hpay, "2", "2", "0").await;
    hpay.advance(DAY + Duration::from_secs(1));
    assert_eq!(revoke(&hpay, &expired, "1").await["error_code"], "041");
}

#[tokio::test]
async fn an_open_account_can_be_renamed() {
    let hpay = start().await;
    let account = format!("963124{}", open(&hpay, "1", "1", "100000").await);
    let name = "TRAN THI B";
    let url = format!("{}/api/va/updateVaName", hpay.url(Host::Account));
    let body = json!({
        "merchant_id": hpay.merchant_id(),
        "va_account": account,
        "va_name": name,
        "secure_code": hpay.codes().account_rename(&account, name),
    });
    let answer = post(&url, &body).await;
    let data = json!({ "merchant_id": "12345", "va_account": account, "va_name": name });
    assert_eq!((&answer["error_code"], &answer["data"]), (&json!("00"), &data));
    assert_eq!(hpay.virtual_accounts()[0].name, name);
}

#[tokio::test]
async fn a_callback_is_tried_three_times_until_it_is_accepted() {
    let hpay = start().await;
    let notifications = NotificationServer::open(StatusCode::INTERNAL_SERVER_ERROR).await;
    hpay.register_va_callback(notifications.url());
    let account = open(&hpay, "2", "2", "0").await;
    let announcement = hpay.transfer_to_va(&account, 1_000).await.unwrap();
    assert_eq!(announcement.receipts.len(), 3);
    assert_eq!(notifications.received().len(), 3);
    assert_eq!(hpay.bookings().len(), 1);
}

#[tokio::test]
async fn a_callback_can_have_every_oddity_of_the_example() {
    let quirks = CallbackQuirks::as_printed();
    let hpay = start_with(Settings::test().with_callback_quirks(quirks)).await;
    let notifications = NotificationServer::open(StatusCode::OK).await;
    hpay.register_va_callback(notifications.url());
    let account = open(&hpay, "2", "2", "0").await;
    hpay.transfer_to_va(&account, 1_000).await.unwrap();
    let [received] = notifications.received().try_into().unwrap();
    assert!(received.contains("&&time_paid="), "{received}");
    assert!(received.contains("&%20va_bankName=BIDV"), "{received}");
}

#[tokio::test]
async fn the_picture_behind_an_answer_is_a_code() {
    let hpay = start().await;
    let created = create(&hpay, &create_request(&hpay, "1", "1", "100000")).await;
    let text = created["data"]["qrCode"].as_str().unwrap();
    assert!(text.starts_with("00020101021238630010A000000727"), "{text}");
    let picture = get(created["data"]["qrImage"].as_str().unwrap()).await.unwrap();
    assert!(picture.contains("<svg"), "{picture}");
}

#[tokio::test]
async fn an_order_paid_by_transfer_is_booked_once_and_told_of_twice() {
    let hpay = start().await;
    let notifications = NotificationServer::open(StatusCode::OK).await;
    hpay.register_va_callback(notifications.url());
    let notify = format!("{}/notify", notifications.url());
    get(&checkout_link(&hpay, "DH-1", "200000", &[("notify_url", &notify)])).await.unwrap();
    let announcement = hpay.buyer_transfers("DH-1").await.unwrap();

    let [notified, called_back] = notifications.received().try_into().unwrap();
    assert!(notified.starts_with("/notify?"), "{notified}");
    let (notified, called_back) = (fields(&notified), fields(&called_back));
    assert_eq!(called_back["order_code"], "DH-1");
    assert_eq!(called_back["amount"], "200000");
    assert_eq!(called_back["transactionId"], notified["payment_id"]);
    assert_eq!(announcement.callback.transaction_id, announcement.notification.transaction_id);
    let kinds: Vec<_> = hpay.bookings().iter().map(|booking| booking.kind).collect();
    assert_eq!(kinds, [BookingKind::Payment]);
    hpay.buyer_transfers("DH-2").await.unwrap_err();
}

#[tokio::test]
async fn a_callback_of_the_newer_openapi_has_other_names_and_a_code_over_the_amount() {
    let settings = Settings::test().with_callback_form(CallbackForm::Openapi);
    let hpay = start_with(settings).await;
    let notifications = NotificationServer::open(StatusCode::OK).await;
    hpay.register_va_callback(notifications.url());
    let created = create(&hpay, &create_request(&hpay, "1", "1", "100000")).await;
    let full = format!("963124{}", created["data"]["va_account"].as_str().unwrap());
    hpay.transfer_to_va(&full, 40_000).await.unwrap();
    let [received] = notifications.received().try_into().unwrap();
    assert!(received.starts_with("/va/callback?"), "{received}");
    let received = fields(&received);
    for name in ["cashin", "fullAccountNumber", "remark", "transactionId", "error_code"] {
        assert!(!received.contains_key(name), "{name} belongs to the older names");
    }
    assert_eq!((received["va_account"].as_str(), received["amount"].as_str()), (&*full, "40000"));
    assert_eq!(received["transfer_content"], STANDARD.encode("DH 001"));
    assert_eq!(received["merchant_id"], hpay.merchant_id());
    let code = hpay.codes().openapi_account_callback(
        &full,
        "40000",
        &received["cashin_id"],
        &received["transaction_id"],
        &received["client_request_id"],
    );
    assert_eq!(received["secure_code"], code);
}
