//! The User API over HTTP: v1, and the orders of v2.

use std::num::NonZeroU32;

use http::{Method, StatusCode};
use serde_json::{Value, json as value};
use simulator_sepay::{Host, SePaySimulator, VaStatus};

use crate::world::{json, send, settings, start, user_api};

/// Calls the User API v1 as the merchant.
async fn v1(sepay: &SePaySimulator, path: &str) -> http::Response<bytes::Bytes> {
    let authorization = format!("Bearer {}", sepay.settings().api_token());
    let url = format!("{}/userapi{path}", sepay.url(Host::My));
    send(Method::GET, &url, &[("authorization", authorization.as_str())], "").await.unwrap()
}

async fn instruct(
    sepay: &SePaySimulator,
    method: Method,
    path: &str,
    content_type: &str,
    body: &str,
) -> http::Response<bytes::Bytes> {
    let authorization = format!("Bearer {}", sepay.settings().api_token());
    let headers = [("authorization", authorization.as_str()), ("content-type", content_type)];
    let url = format!("{}{path}", sepay.url(Host::UserApi));
    send(method, &url, &headers, body.to_owned()).await.unwrap()
}

#[tokio::test]
async fn v1_writes_every_value_as_text_under_a_key_of_its_own() {
    let sepay = start(settings()).await;
    let paid = sepay.bank_transfer("0900000002", 60_000, "mua SPT222222").await.unwrap();
    let row = value!({
        "id": "1",
        "bank_brand_name": "MBBank",
        "account_number": "0900000002",
        "transaction_date": "2023-11-15 05:13:20",
        "amount_out": "0.00",
        "amount_in": "60000.00",
        "accumulated": "5060000.00",
        "transaction_content": "mua SPT222222",
        "reference_number": paid.reference,
        "code": "SPT222222",
        "sub_account": "",
        "bank_account_id": "20",
    });
    let envelope = |key: &str, content: &Value| value!({ "status": 200, "error": null, "messages": { "success": true }, key: content });
    let list = json(&v1(&sepay, "/transactions/list").await);
    assert_eq!(list, envelope("transactions", &value!([row])));
    let detail = json(&v1(&sepay, "/transactions/details/1").await);
    assert_eq!(detail, envelope("transaction", &row));
    let count = json(&v1(&sepay, "/transactions/count").await);
    assert_eq!(count, envelope("count_transactions", &value!(1)));
    let account = json(&v1(&sepay, "/bankaccounts/details/20").await);
    assert_eq!(account["bankaccount"]["accumulated"], "5060000.00");
    assert_eq!(account["bankaccount"]["active"], "1");
}

#[tokio::test]
async fn v1_says_what_is_wrong_under_http_200() {
    let sepay = start(settings()).await;
    for (path, status) in [
        ("/transactions/details/9", 404),
        ("/transactions/list?limit=5001", 422),
        ("/bankaccounts/details/x", 404),
        ("/bidv/19/orders", 404),
    ] {
        let answer = v1(&sepay, path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(json(&answer)["status"], status, "{path}");
    }
    let url = format!("{}/userapi/transactions/list", sepay.url(Host::My));
    let stranger = send(Method::GET, &url, &[("authorization", "Bearer x")], "").await.unwrap();
    assert_eq!((stranger.status(), stranger.body().len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn v1_has_a_limit_of_its_own_and_a_header_of_its_own() {
    let sepay = start(settings().with_v1_rate_limit(NonZeroU32::new(1).unwrap())).await;
    assert_eq!(v1(&sepay, "/transactions/count").await.status(), StatusCode::OK);
    let refused = v1(&sepay, "/transactions/count").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["x-sepay-userapi-retry-after"], "1");
    assert_eq!(json(&refused)["error"], "rate_limit_exceeded");
    assert_eq!(user_api(&sepay, "/v2/transactions").await.status(), StatusCode::OK);
    assert_eq!(sepay.rate_limited(), 1);
}

#[tokio::test]
async fn from_since_id_on_lines_come_in_the_order_of_arrival() {
    let sepay = start(settings()).await;
    sepay.fill_statement("0900000001", 5).unwrap();
    let ids = |list: Value| -> Vec<String> {
        let rows = list["transactions"].as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected) in [
        ("limit=2", ["5", "4"]),
        ("since_id=2&limit=2", ["2", "3"]),
        ("since_id=4&limit=100", ["4", "5"]),
    ] {
        let list = json(&v1(&sepay, &format!("/transactions/list?{query}")).await);
        assert_eq!(ids(list), expected, "{query}");
    }
    let count = json(&v1(&sepay, "/transactions/count?since_id=4").await);
    assert_eq!(count["count_transactions"], 2);
}

#[tokio::test]
async fn an_order_is_created_from_json_or_a_form_and_paid_like_an_account() {
    let sepay = start(settings()).await;
    let account = sepay.bank_accounts().remove(2);
    let orders = format!("/v2/bank-accounts/{}/orders", account.id);
    let form = "order_code=DH20250001&amount=500000&duration=900&with_qrcode=1";
    let created =
        instruct(&sepay, Method::POST, &orders, "application/x-www-form-urlencoded", form).await;
    assert_eq!(created.status(), StatusCode::CREATED);
    let order = json(&created)["data"].take();
    assert_eq!((&order["status"], &order["amount"]), (&value!("Pending"), &value!(500_000)));
    assert_eq!(order["expired_at"], "2023-11-15 05:28:20");
    assert_eq!(order["account_number"], account.number.as_str());

    let number = order["va_number"].as_str().unwrap();
    let transfer = sepay.bank_transfer(number, 500_000, "gi cung duoc").await.unwrap();
    assert_eq!(transfer.code.as_deref(), Some("DH20250001"), "the order's code, not the memo's");
    let path = format!("{orders}/{}", order["id"].as_str().unwrap());
    let paid = json(&user_api(&sepay, &path).await)["data"].take();
    assert_eq!((&paid["status"], &paid["paid_amount"]), (&value!("Paid"), &value!(500_000)));
    assert_eq!(paid["va"][0]["paid_at"], "2023-11-15 05:13:20");
    let line = json(&user_api(&sepay, &format!("/v2/transactions/{}", transfer.uuid)).await);
    assert_eq!(line["data"]["va"], number);
    assert_eq!(sepay.bank_accounts()[2].balance, 500_000, "the money is on the account");

    let without = instruct(&sepay, Method::POST, &orders, "application/json", "{}").await;
    let without = json(&without)["data"].take();
    assert_eq!(without["amount"], Value::Null);
    assert!(without.get("qr_code").is_none(), "no picture unless asked for");
    assert!(without["order_code"].as_str().unwrap().len() >= 6, "a code is made");
    let path = format!("{orders}/{}", without["id"].as_str().unwrap());
    let gone = instruct(&sepay, Method::DELETE, &path, "application/json", "").await;
    assert_eq!((gone.status(), gone.body().len()), (StatusCode::NO_CONTENT, 0));
    assert_eq!(sepay.va_orders()[1].va[0].status, VaStatus::Cancelled);
}

#[tokio::test]
async fn the_control_api_fills_a_statement_and_shows_orders_and_refusals() {
    let sepay = start(settings()).await;
    let url = |path: &str| format!("{}/_control/{path}", sepay.url(Host::My));
    let headers = [("content-type", "application/json")];
    let order = r#"{"account":"0900000001","count":250}"#;
    let filled = send(Method::POST, &url("statement"), &headers, order).await.unwrap();
    assert_eq!(filled.status(), StatusCode::NO_CONTENT);
    let state = json(&send(Method::GET, &url("state"), &[], "").await.unwrap());
    assert_eq!(state["bookings"].as_array().unwrap().len(), 250);
    assert_eq!((&state["rate_limited"], &state["virtual_accounts"]), (&value!(0), &value!([])));
    let nobody = r#"{"account":"1","count":1}"#;
    let refused = send(Method::POST, &url("statement"), &headers, nobody).await.unwrap();
    assert_eq!(refused.status(), StatusCode::CONFLICT);
}
