//! Payouts: booked, lost, doubled, settled and asked about.

use serde_json::{Value, json};
use simulator_hpay::{
    AnswerQuirks, BookingKind, HPaySimulator, Host, Keys, Operation, PayoutStart, PayoutState,
    Settings, Verdict, When,
};

use super::merchant::{
    NOW, get_json, merchant_keys, payout_inquiry, payout_request, post, query, send, start,
    start_with, try_post,
};

fn create_url(hpay: &HPaySimulator) -> String {
    format!("{}/api/ibft/create", hpay.url(Host::Account))
}

/// Whether HPay signed this response over the account that it names.
fn is_signed(hpay: &HPaySimulator, answer: &Value) -> bool {
    let text = |name: &str| answer["data"][name].as_str().unwrap();
    let signed = hpay.codes().payout_answer_text(
        text("requestId"),
        text("bankAccountNumber"),
        text("omiCashoutId"),
    );
    // The gateway's certificate replaces the merchant's.
    let keys = Keys::read(hpay.merchant_private_key().unwrap(), hpay.hpay_certificate()).unwrap();
    keys.check(&signed, text("secureChain")) == Verdict::Good
}

#[tokio::test]
async fn one_payout_is_an_object_of_numbers() {
    let hpay = start().await;
    let answer = post(&create_url(&hpay), &payout_request(&hpay, "00001", "20000")).await;
    assert_eq!(answer["error_code"], "000");
    assert_eq!(answer["data"]["bankAccountNumber"], "1234567890912312");
    assert!(is_signed(&hpay, &answer));
    assert_eq!(
        payout_inquiry(&hpay, "00001").await["data"],
        json!({
            "time_tranfer": NOW,
            "note": "chuyen tien iBFT",
            "amount": 20_000,
            "transaction_status": 4,
            "cashout_status": 3,
            "refund_status": 3,
            "bankAccount_name": "NGUYEN VAN A",
            "merchant_id": "12345",
            "request_id": "00001",
            "bankAccount_number": "1234567890912312",
        })
    );
}

#[tokio::test]
async fn the_same_request_id_pays_again_and_is_an_array_of_text() {
    let hpay = start().await;
    let request = payout_request(&hpay, "00001", "20000");
    let special = format!("{}/v1/fb/create", hpay.url(Host::Openapi));
    let first = post(&create_url(&hpay), &request).await;
    let second = post(&special, &request).await;
    assert_eq!((&first["error_code"], &second["error_code"]), (&json!("000"), &json!("000")));

    let bookings = hpay.bookings();
    let kinds: Vec<_> = bookings.iter().map(|booking| booking.kind).collect();
    assert_eq!(kinds, [BookingKind::Payout, BookingKind::Payout]);
    assert_eq!(hpay.balance(), 101_747_939 - 40_000);
    let rows = payout_inquiry(&hpay, "00001").await;
    assert_eq!(rows["data"][0]["transaction_id"], first["data"]["omiTransactionId"]);
    assert_eq!(rows["data"][1]["transaction_id"], second["data"]["omiTransactionId"]);
    assert_eq!(rows["data"][1]["amount"], "20000");
    assert_eq!(rows["data"][1]["cashout_status"], "3");
    assert_eq!(rows["data"][1]["refund_status"], "");

    let transaction_id = second["data"]["omiTransactionId"].as_str().unwrap();
    let code = hpay.codes().payout_inquiry("00001", Some(transaction_id));
    let pairs = query(&[
        ("requestId", "00001"),
        ("merchantId", hpay.merchant_id()),
        ("transactionId", transaction_id),
        ("secureChain", &code),
    ]);
    let one = get_json(&format!("{}/api/ibft/inquiry?{pairs}", hpay.url(Host::Account))).await;
    assert_eq!(one["data"]["amount"], 20_000);
}

#[tokio::test]
async fn an_answer_lost_after_booking_leaves_one_booking_that_an_inquiry_finds() {
    let hpay = start().await;
    let request = payout_request(&hpay, "00001", "20000");
    hpay.lose_next_answer(Operation::CreatePayout, When::AfterBooking).unwrap();
    try_post(&create_url(&hpay), &request).await.unwrap_err();
    assert_eq!(hpay.bookings().len(), 1);
    assert_eq!(payout_inquiry(&hpay, "00001").await["data"]["transaction_status"], 4);
}

#[tokio::test]
async fn an_answer_lost_before_booking_leaves_nothing() {
    let hpay = start().await;
    let request = payout_request(&hpay, "00001", "20000");
    hpay.lose_next_answer(Operation::CreatePayout, When::BeforeBooking).unwrap();
    try_post(&create_url(&hpay), &request).await.unwrap_err();
    assert!(hpay.bookings().is_empty());
    let absent = json!({ "data": [], "secure_chain": "", "error_code": "217301" });
    assert_eq!(payout_inquiry(&hpay, "00001").await, absent);
    let arrived = hpay.requests();
    let paths: Vec<_> = arrived.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/api/ibft/create", "/api/ibft/inquiry"]);
}

#[tokio::test]
async fn an_error_code_can_hide_a_booking() {
    let hpay = start().await;
    let request = payout_request(&hpay, "00001", "20000");
    hpay.answer_next_with(Operation::CreatePayout, "99", When::AfterBooking).unwrap();
    let answer = post(&create_url(&hpay), &request).await;
    assert_eq!((&answer["error_code"], &answer["data"]), (&json!("99"), &json!([])));
    assert_eq!(hpay.bookings().len(), 1);
}

#[tokio::test]
async fn a_request_is_refused_by_the_code_of_what_is_wrong_and_books_nothing() {
    let hpay = start_with(Settings::test().with_opening_balance(20_000)).await;
    let signed = |request_id: &str, amount: &str, name: &str| {
        let text = hpay.codes().payout_request_text(request_id, amount, name);
        merchant_keys(&hpay).sign(&text).unwrap()
    };
    let good = payout_request(&hpay, "00001", "20000");
    let other_text = signed("00002", "20000", "NGUYEN VAN A");
    let by_stranger = hpay.passcode().repeat(8);
    for (changes, code) in [
        (json!({ "merchantEmail": "" }), "008"),
        (json!({ "merchantId": "54321" }), "20014"),
        (json!({ "secureChain": by_stranger }), "001"),
        (json!({ "secureChain": other_text }), "010"),
        (json!({ "bankName": "SHBVN" }), "116"),
        (json!({ "bankAccountNumber": "12-34" }), "124"),
        (json!({ "note": "chuyển tiền" }), "20017"),
        (json!({ "note": "a".repeat(101) }), "20017"),
    ] {
        assert_refused(&hpay, &good, &changes, code).await;
    }
    for (amount, name, code) in [
        ("1999", "NGUYEN VAN A", "4"),
        ("20001", "NGUYEN VAN A", "035"),
        ("20.000", "NGUYEN VAN A", "008"),
        ("20000", "TRAN THI B", "117"),
    ] {
        let changes = json!({
            "amount": amount,
            "bankAccountName": name,
            "secureChain": signed("00001", amount, name),
        });
        assert_refused(&hpay, &good, &changes, code).await;
    }
    assert!(hpay.bookings().is_empty());
}

async fn assert_refused(hpay: &HPaySimulator, good: &Value, changes: &Value, code: &str) {
    let mut request = good.clone();
    for (name, value) in changes.as_object().unwrap() {
        request[name] = value.clone();
    }
    let answer = post(&create_url(hpay), &request).await;
    assert_eq!((&answer["error_code"], &answer["data"]), (&json!(code), &json!([])), "{changes}");
}

#[tokio::test]
async fn a_wrong_account_is_echoed_under_a_good_signature_and_a_forged_one_is_not_good() {
    let hpay = start().await;
    let request = payout_request(&hpay, "00001", "20000");
    hpay.echo_wrong_account_next();
    hpay.forge_next_signature(Operation::CreatePayout).unwrap();

    let swapped = post(&create_url(&hpay), &request).await;
    assert_ne!(swapped["data"]["bankAccountNumber"], request["bankAccountNumber"]);
    assert!(is_signed(&hpay, &swapped));
    let forged = post(&create_url(&hpay), &request).await;
    assert_eq!(forged["data"]["bankAccountNumber"], request["bankAccountNumber"]);
    assert!(!is_signed(&hpay, &forged));
    let honest = post(&create_url(&hpay), &request).await;
    assert!(is_signed(&hpay, &honest));
}

#[tokio::test]
async fn a_payout_that_starts_processing_is_settled_and_reversed_by_hand() {
    let hpay = start_with(Settings::test().with_payout_start(PayoutStart::Processing)).await;
    let before = hpay.balance();
    let answer = post(&create_url(&hpay), &payout_request(&hpay, "00001", "20000")).await;
    assert_eq!(answer["error_code"], "050");
    assert_eq!(payout_inquiry(&hpay, "00001").await["data"]["cashout_status"], 2);

    hpay.settle_payout("00001", PayoutState::Succeeded).unwrap();
    assert_eq!(payout_inquiry(&hpay, "00001").await["data"]["cashout_status"], 3);
    hpay.settle_payout("00001", PayoutState::Reversed).unwrap();
    assert_eq!(payout_inquiry(&hpay, "00001").await["data"]["refund_status"], 2);
    assert_eq!(hpay.balance(), before);
    assert_eq!(hpay.bookings().len(), 2, "the payout and its return");
    hpay.settle_payout("00001", PayoutState::Succeeded).unwrap_err();
}

#[tokio::test]
async fn a_name_check_knows_the_holder_and_names_what_is_missing() {
    let hpay = start().await;
    let check = async |bank: &str, number: &str, secure_code: &str| {
        let pairs = query(&[
            ("merchant_id", hpay.merchant_id()),
            ("bank_name", bank),
            ("bank_account_number", number),
            ("secure_code", secure_code),
        ]);
        get_json(&format!("{}/api/ibft/CheckUserBank?{pairs}", hpay.url(Host::Account))).await
    };
    let code = |bank: &str| hpay.codes().name_check(bank, "1234567890912312");
    let known = check("BIDV", "1234567890912312", &code("BIDV")).await;
    assert_eq!(known["data"]["bank_account_name"], "NGUYEN VAN A");
    assert_eq!(known["data"]["request_id"], "20241116142741");
    assert_eq!(check("", "1", "x").await["error_code"], "20011");
    assert_eq!(check("BIDV", "1", "").await["error_code"], "20013");
    assert_eq!(check("BIDV", "1", "x").await["error_code"], "20015");
    assert_eq!(check("X", "1234567890912312", &code("X")).await["error_code"], "116");
}

#[tokio::test]
async fn the_balance_has_commas() {
    let hpay = start().await;
    let url = format!("{}/api/user/GetBalance", hpay.url(Host::Account));
    let text = hpay.codes().balance_request_text("12345", "2022-09-22");
    let mut body = json!({
        "requestId": "12345",
        "merchantId": hpay.merchant_id(),
        "requestTime": "2022-09-22",
        "signature": merchant_keys(&hpay).sign(&text).unwrap(),
    });
    let answer = post(&url, &body).await;
    assert_eq!(answer["error_code"], 0);
    assert_eq!(answer["data"]["balance"], "101,747,939");
    body["merchantId"] = json!("54321");
    assert_eq!(post(&url, &body).await["error_code"], 215_303);
}

#[tokio::test]
async fn a_request_that_is_late_is_booked_when_it_is_delivered_and_not_before() {
    let hpay = start().await;
    let request = payout_request(&hpay, "00001", "20000");
    hpay.delay_next(Operation::CreatePayout).unwrap();
    try_post(&create_url(&hpay), &request).await.unwrap_err();
    assert!(hpay.bookings().is_empty());
    assert_eq!(payout_inquiry(&hpay, "00001").await["error_code"], "217301");

    let control = format!("{}/_control/deliver-late", hpay.url(Host::Account));
    assert_eq!(post(&control, &json!({})).await, json!({ "accepted": 1 }));
    assert_eq!(hpay.bookings().len(), 1);
    assert_eq!(payout_inquiry(&hpay, "00001").await["data"]["cashout_status"], 3);
    assert_eq!(hpay.deliver_late(), 0, "once");
    hpay.delay_next(Operation::PayoutInquiry).unwrap_err();
}

#[tokio::test]
async fn a_late_request_that_is_refused_by_then_books_nothing() {
    let hpay = start_with(Settings::test().with_opening_balance(20_000)).await;
    hpay.delay_next(Operation::CreatePayout).unwrap();
    let late = payout_request(&hpay, "00001", "20000");
    try_post(&create_url(&hpay), &late).await.unwrap_err();
    post(&create_url(&hpay), &payout_request(&hpay, "00002", "20000")).await;
    assert_eq!(hpay.deliver_late(), 0, "the balance is gone");
    assert_eq!(hpay.bookings().len(), 1);
}

#[tokio::test]
async fn the_deprecated_form_books_like_the_json() {
    let hpay = start().await;
    let request = payout_request(&hpay, "00001", "20000");
    let fields: Vec<(&str, &str)> = request
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let form = http::Request::post(format!("{}/api/ibft", hpay.url(Host::Account)))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(query(&fields).into())
        .unwrap();
    let answer: Value = serde_json::from_str(&send(form).await.unwrap()).unwrap();
    assert_eq!(answer["error_code"], "000");
    assert!(is_signed(&hpay, &answer));
    assert_eq!(hpay.bookings().len(), 1);
}

#[tokio::test]
async fn answers_can_be_written_with_numbers_or_with_text() {
    let quirks = AnswerQuirks::default().with_success_as_number().with_text_as_numbers();
    let hpay = start_with(Settings::test().with_answer_quirks(quirks)).await;
    let answer = post(&create_url(&hpay), &payout_request(&hpay, "00001", "20000")).await;
    assert_eq!(answer["error_code"], 0);
    assert_eq!(answer["data"]["omiCashoutId"], 231_423);
    assert_eq!(answer["data"]["requestId"], "00001", "the zeros would be lost");

    let quirks = AnswerQuirks::default().with_numbers_as_text();
    let hpay = start_with(Settings::test().with_answer_quirks(quirks)).await;
    post(&create_url(&hpay), &payout_request(&hpay, "00001", "20000")).await;
    let found = payout_inquiry(&hpay, "00001").await;
    assert_eq!((&found["error_code"], &found["data"]["amount"]), (&json!("000"), &json!("20000")));
}
