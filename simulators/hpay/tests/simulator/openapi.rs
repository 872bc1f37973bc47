//! The newer OpenAPI: tokens, envelopes, and the same books as the reference's API.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use simulator_hpay::{HPaySimulator, Host, Keys, Operation, Settings, Verdict, When};

use super::merchant::{merchant_keys, payout_inquiry, query, send, start, start_with};

/// Asks for a token of a service; the body of the response.
async fn ask_token(hpay: &HPaySimulator, service: &str, secret: &str) -> String {
    let url = format!("{}/service/{service}/v1/oauth2/token", hpay.url(Host::Openapi));
    let form = query(&[
        ("client_id", &hpay.settings().openapi_client_id),
        ("client_secret", secret),
        ("grant_type", "client_credentials"),
        ("scope", service),
    ]);
    send(Request::post(url).body(Bytes::from(form)).unwrap()).await.unwrap()
}

async fn token(hpay: &HPaySimulator, service: &str) -> String {
    let granted = ask_token(hpay, service, &hpay.settings().openapi_client_secret).await;
    let granted: Value = serde_json::from_str(&granted).unwrap();
    assert_eq!((&granted["token_type"], &granted["expires_in"]), (&json!("Bearer"), &json!(3_600)));
    granted["access_token"].as_str().unwrap().to_owned()
}

/// Calls the newer OpenAPI with signed data under a token; the body of the response.
async fn call(hpay: &HPaySimulator, path: &str, token: &str, data: &Value) -> String {
    let data = STANDARD.encode(data.to_string());
    let text = hpay.codes().openapi_request_text(&data);
    let signature = merchant_keys(hpay).sign(&text).unwrap();
    sent(hpay, path, token, &json!({ "data": data, "signature": signature })).await
}

async fn sent(hpay: &HPaySimulator, path: &str, token: &str, body: &Value) -> String {
    let request = Request::post(format!("{}{path}", hpay.url(Host::Openapi)))
        .header("authorization", format!("Bearer {token}"))
        .header("x-api-mid", hpay.merchant_id())
        .body(Bytes::from(body.to_string()))
        .unwrap();
    send(request).await.unwrap()
}

/// The code and the data of a response, whose signature is good.
fn opened(hpay: &HPaySimulator, body: &str) -> (String, Value) {
    let envelope: Value = serde_json::from_str(body).unwrap();
    let text = |name: &str| envelope[name].as_str().unwrap();
    let signed = hpay.codes().openapi_response_text(text("errorCode"), text("data"));
    // The gateway's certificate replaces the merchant's.
    let keys = Keys::read(hpay.merchant_private_key().unwrap(), hpay.hpay_certificate()).unwrap();
    assert_eq!(keys.check(&signed, text("signature")), Verdict::Good, "{body}");
    let data = STANDARD.decode(text("data")).unwrap();
    (text("errorCode").to_owned(), serde_json::from_slice(&data).unwrap_or_default())
}

fn transfer(request_id: &str) -> Value {
    json!({
        "requestId": request_id,
        "merchantId": "12345",
        "bankName": "BIDV",
        "bankAccountNumber": "1234567890912312",
        "bankAccountName": "NGUYEN VAN A",
        "amount": "20000",
        "note": "chuyen tien",
    })
}

const TRANSFER: &str = "/service/ibft/v1/transfer";

#[tokio::test]
async fn a_transfer_is_booked_like_a_payout_of_the_reference() {
    let hpay = start().await;
    let token = token(&hpay, "ibft").await;
    let (code, data) = opened(&hpay, &call(&hpay, TRANSFER, &token, &transfer("P-1")).await);
    assert_eq!((code.as_str(), &data["amount"]), ("00", &json!("20000")));
    assert_eq!(data["transactionId"], json!(hpay.payouts()[0].transaction_id.to_string()));
    let found = payout_inquiry(&hpay, "P-1").await;
    assert_eq!(found["data"]["amount"], 20_000, "by the reference's inquiry too");
    let asked = json!({ "requestId": "P-1", "merchantId": "12345" });
    let inquiry = call(&hpay, "/service/ibft/v1/inquiry", &token, &asked).await;
    let (code, data) = opened(&hpay, &inquiry);
    let columns = ["transactionStatus", "cashoutStatus", "refundStatus"].map(|name| &data[name]);
    assert_eq!((code.as_str(), columns), ("00", [&json!(4), &json!(3), &json!("")]));
}

#[tokio::test]
async fn a_token_opens_its_own_service_until_it_ends_or_is_revoked() {
    let hpay = start().await;
    let of_accounts = token(&hpay, "va").await;
    let of_payouts = token(&hpay, "ibft").await;
    let refused = r#"{"error":"invalid_token"}"#;
    for wrong in ["", "x", &of_accounts] {
        assert_eq!(call(&hpay, TRANSFER, wrong, &transfer("P-1")).await, refused, "{wrong}");
    }
    let (code, _) = opened(&hpay, &call(&hpay, TRANSFER, &of_payouts, &transfer("P-1")).await);
    assert_eq!(code, "00");
    hpay.advance(Duration::from_secs(3_600));
    assert_eq!(call(&hpay, TRANSFER, &of_payouts, &transfer("P-2")).await, refused);
    let newer = token(&hpay, "ibft").await;
    assert_ne!(newer, of_payouts);
    hpay.revoke_tokens();
    assert_eq!(call(&hpay, TRANSFER, &newer, &transfer("P-3")).await, refused);
    assert_eq!(hpay.payouts().len(), 1);
}

#[tokio::test]
async fn wrong_credentials_and_unknown_services_get_no_token() {
    let hpay = start().await;
    let secret = hpay.settings().openapi_client_secret.clone();
    for (service, secret) in [("ibft", "another"), ("firm", secret.as_str())] {
        let answer = ask_token(&hpay, service, secret).await;
        assert!(!answer.contains("access_token"), "{service}: {answer}");
    }
}

#[tokio::test]
async fn what_is_not_signed_over_all_of_its_data_is_refused() {
    let hpay = start().await;
    let token = token(&hpay, "ibft").await;
    let data = STANDARD.encode(transfer("P-1").to_string());
    let keys = merchant_keys(&hpay);
    let signature = keys.sign(&hpay.codes().openapi_request_text(&data)).unwrap();
    let other = STANDARD.encode(transfer("P-2").to_string());
    let elsewhere = transfer("P-1").to_string().replace("12345\"", "12346\"");
    let elsewhere = STANDARD.encode(elsewhere);
    let signed_elsewhere = keys.sign(&hpay.codes().openapi_request_text(&elsewhere)).unwrap();
    for body in [
        json!({ "data": other, "signature": signature }),
        json!({ "data": data }),
        json!({ "data": data, "signature": "" }),
        json!({ "data": elsewhere, "signature": signed_elsewhere }),
    ] {
        let (code, _) = opened(&hpay, &sent(&hpay, TRANSFER, &token, &body).await);
        assert_eq!(code, "214404", "{body}");
    }
    assert!(hpay.payouts().is_empty());
}

#[tokio::test]
async fn what_the_reference_refuses_is_refused_under_the_one_code() {
    let hpay = start_with(Settings::test().with_opening_balance(10_000)).await;
    let token = token(&hpay, "ibft").await;
    for (name, value) in [
        ("amount", "20000"),
        ("amount", "1"),
        ("bankName", "SHBVN"),
        ("bankAccountName", "NGUYEN VAN B"),
    ] {
        let mut data = transfer("P-1");
        data["amount"] = json!("5000");
        data[name] = json!(value);
        let (code, data) = opened(&hpay, &call(&hpay, TRANSFER, &token, &data).await);
        assert_eq!((code.as_str(), data), ("214404", Value::Null), "{name}: {value}");
    }
    let unknown = json!({ "requestId": "P-9", "merchantId": "12345" });
    let inquiry = call(&hpay, "/service/ibft/v1/inquiry", &token, &unknown).await;
    assert_eq!(opened(&hpay, &inquiry).0, "214404");
}

#[tokio::test]
async fn an_account_is_opened_under_the_merchant_s_number_and_reported_with_it() {
    let settings = Settings::test().with_callback_form(simulator_hpay::CallbackForm::Openapi);
    let hpay = start_with(settings.with_va_callback_base("http://127.0.0.1:9")).await;
    hpay.delay_notifications();
    let token = token(&hpay, "va").await;
    let data = json!({ "requestId": "DH-1", "merchantId": "12345", "vaType": "2",
        "vaName": "NGUYEN VAN A", "vaCondition": "2" });
    let (code, opened_account) =
        opened(&hpay, &call(&hpay, "/service/va/v1/create", &token, &data).await);
    assert_eq!((code.as_str(), &opened_account["vaStatus"]), ("00", &json!("1")));
    let number = opened_account["vaAccount"].as_str().unwrap().to_owned();
    let credit = hpay.transfer_to_va(&number, 30_000).await.unwrap();
    let callback = super::merchant::fields(&credit.request.unwrap().uri().to_string());
    assert_eq!(
        (callback["client_request_id"].as_str(), &callback["va_account"]),
        ("DH-1", &number)
    );

    let about = json!({ "requestId": "1", "merchantId": "12345", "vaAccount": number });
    let (_, rows) = opened(&hpay, &call(&hpay, "/service/va/v1/inquiry", &token, &about).await);
    assert_eq!(rows[0]["cashinId"].to_string(), callback["cashin_id"]);
    let (_, closed) = opened(&hpay, &call(&hpay, "/service/va/v1/revoke", &token, &about).await);
    assert_eq!(closed["vaStatus"], "3");
    let (_, all) = opened(&hpay, &call(&hpay, "/service/va/v1/get-list", &token, &about).await);
    assert_eq!((all.as_array().unwrap().len(), &all[0]["vaStatus"]), (1, &json!("3")));

    let mut long = data;
    long["requestId"] = json!("123456789012345678901");
    let refused = call(&hpay, "/service/va/v1/create", &token, &long).await;
    assert_eq!(opened(&hpay, &refused).0, "214404", "at most 20 characters");
}

#[tokio::test]
async fn a_token_and_an_envelope_can_be_lost_and_a_code_invented() {
    let hpay = start().await;
    hpay.lose_next_answer(Operation::Token, When::AfterBooking).unwrap();
    let form = Request::post(format!("{}/service/ibft/v1/oauth2/token", hpay.url(Host::Openapi)));
    assert!(send(form.body(Bytes::new()).unwrap()).await.is_err());
    let token = token(&hpay, "ibft").await;
    hpay.answer_next_with(Operation::CreatePayout, "777", When::AfterBooking).unwrap();
    let answer = call(&hpay, TRANSFER, &token, &transfer("P-1")).await;
    assert_eq!(opened(&hpay, &answer).0, "777");
    assert_eq!(hpay.payouts().len(), 1);
}
