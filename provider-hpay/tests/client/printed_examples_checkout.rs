//! The examples that the reference prints for checkout and the balance, as it prints them (HPay
//! API reference 1.0.0): what the client makes of each.

use http::Request;
use payments_core::{
    EndpointName, ErrorKind, OrderRef, Timestamp,
    money::Money,
    notification::{Delivery, Received, UntrustedReason},
    payment::{Payment, PaymentState},
};

use crate::support::{self, Script};

/// What the client finds of an order of this name in an answer.
async fn find(order: &str, answer: &str) -> payments_core::Result<Payment> {
    let script = Script::new();
    script.answer(answer.to_owned());
    let provider = support::provider_with(&script, &[("merchant_id", "12345")]);
    let order = OrderRef::new(order).unwrap();
    Ok(provider.payments()?.find_payment(&order).await?.found().unwrap())
}

#[tokio::test]
async fn order_inquiry() {
    let answer = r#"{
"error_code": "00",
"data": {
"token": "12353",
"transaction_status": "00",
"receiver_email": "abc@gmail.com",
"order_code": "xyz",
"total_amount": "1000",
"bank_code": "123",
"order_description": "Thanhtoan",
"tax_amount": 0,
"discount_amount": 0,
"fee_shipping": 0,
"return_url": "https://abc.com/",
"cancel_url": "https://abc.com/",
"buyer_fullname": "Nguyen Van A",
"buyer_email": "abc@gmail.com",
"buyer_mobile": "0123456789",
"buyer_address": "HN",
"affiliate_code": "0",
"transaction_id": "1234"
},
"checksum": "123"
}"#;
    let payment = find("xyz", answer).await.unwrap();
    assert!(payment.settles(Money::vnd(1_000)));
    assert_eq!(payment.gateway_ref.unwrap().as_str(), "1234");
    assert!(!payment.raw.is_verified());
    let other = find("abc", answer).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Malformed, "HPay answered about another order");
}

#[test]
fn return_url_and_notify_url() {
    // Its code is filler: the reference does not print the passcode.
    let query = "transaction_info=tichhopthanhtoan&order_code=OM_1768202539&price=200000\
&payment_id=96138500&payment_type=1&error_text=&secure_code=0cf45d9a9deb4ce20188fd074bb6ef61\
&token_omipay=51279022-9cdeb8a3498ee9a6fb7869be513601d2&bank_code=VISA\
&card_number=400000xxxxxx1091&tokenization=&token_cyber=482CB2C6EBC19A41E063AF598d0ADCD8\
&card_type=VISA";
    let provider = support::provider(&Script::new());
    let request = Request::get(format!("/success?{query}")).body("").unwrap();
    for endpoint in ["notify", "return"] {
        let received = provider.notifications().unwrap().receive(
            &EndpointName::new(endpoint).unwrap(),
            &Delivery::of(&request),
            Timestamp::from_unix(support::NOW),
        );
        let Received::Untrusted(untrusted) = received else { panic!("{received:?}") };
        assert_eq!(untrusted.reason, UntrustedReason::WrongSignature);
    }
}

#[tokio::test]
async fn account_balance_inquiry() {
    let ask = async |answer: &str| {
        let script = Script::new();
        script.answer(answer.to_owned());
        support::provider(&script).payouts().unwrap().balance().await
    };
    let balance = ask(r#"{
"data": {
"balance": "101,747,939",
"signature":"<signBase64>",
"respone_time": 1664182633
},
"requestId": "7C370C60A3C04DDC9B5F24368D31F343",
"error_code": 0,
"client_ip": "10.0.9.1"
}"#)
    .await
    .unwrap();
    assert_eq!(balance.amount, Money::vnd(101_747_939));
    assert_eq!(balance.at, Timestamp::from_unix(1_664_182_633));
    let error = ask(r#"{
"requestId": "176EECA9AE72120EB50F9E03FCF4F189",
"error_code": 215303,
"client_ip": "123.24.142.154",
"message": "Website tích hợp thanh toán không tồn tại"
}"#)
    .await
    .unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("215303")));
    assert_eq!(error.provider_message(), Some("Website tích hợp thanh toán không tồn tại"));
}

#[tokio::test]
async fn checkout_service_codes_of_states() {
    for (code, state) in [
        ("81", PaymentState::Open),
        ("82", PaymentState::Processing),
        ("83", PaymentState::Failed),
        ("114", PaymentState::Processing),
        ("115", PaymentState::Cancelled),
    ] {
        let answer = format!(r#"{{"error_code":"{code}","data":[],"checksum":""}}"#);
        assert_eq!(find("xyz", &answer).await.unwrap().state, state, "{code}");
    }
}
