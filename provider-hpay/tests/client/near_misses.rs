//! Answers and deliveries about nearly what was meant: one character more or less at either end,
//! another last character, other letters. Each is another order, payout, account or merchant.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, ErrorKind, GatewayRef, OrderRef, PayoutRef, Provider, Secret, Submission,
    Timestamp, UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::{Confirmation, Delivery, Received, UntrustedReason},
    payout::{Beneficiary, CreatePayout},
    virtual_account::{OpenVirtualAccount, UpdateVirtualAccount, VirtualAccountRef},
};
use provider_hpay::{
    HPay,
    endpoints::{NOTIFY, RETURN, VA_CALLBACK},
    testing::Deliveries,
};
use provider_kit::signature::rsa::SignerKind;
use serde_json::{Value, json};

use crate::support::{self, HPAY_KEY, NOW, PASSCODE, Script};

const ORDER: &str = "Dh-00042";
const PAYOUT: &str = "Luong-11";
const NUMBER: &str = "1234567890912312";
const FULL: &str = "9631241000000000178";
const MERCHANT: &str = "12345";
const TRANSACTION: &str = "96061677";
const CASHIN: &str = "28275709";

/// Texts that are nearly `text` and not it.
fn near(text: &str) -> Vec<String> {
    let mut near = longer_or_shorter_before(text);
    near.extend(other_ends(text));
    near
}

/// One character more or less in front.
fn longer_or_shorter_before(text: &str) -> Vec<String> {
    vec![format!("0{text}"), format!(" {text}"), text[1..].to_owned()]
}

/// One character more, less or other at the end, and the same letters in another case.
fn other_ends(text: &str) -> Vec<String> {
    let shorter = &text[..text.len() - 1];
    let other = if text.ends_with('1') { '2' } else { '1' };
    let mut ends = vec![
        format!("{text}0"),
        format!("{text} "),
        shorter.to_owned(),
        format!("{shorter}{other}"),
        String::new(),
    ];
    let cases = [text.to_lowercase(), text.to_uppercase()];
    ends.extend(cases.into_iter().filter(|other| other != text));
    ends
}

/// A provider whose gateway answers this once.
fn answering(answer: &Value) -> (Arc<Script>, Provider) {
    let script = Script::new();
    script.answer(answer.to_string());
    let provider = support::provider(&script);
    (script, provider)
}

/// `answer` with another value at `pointer`.
fn with(answer: &Value, pointer: &str, value: &str) -> Value {
    let mut answer = answer.clone();
    *answer.pointer_mut(pointer).unwrap() = value.into();
    answer
}

fn order() -> OrderRef {
    OrderRef::new(ORDER).unwrap()
}

#[tokio::test]
async fn an_inquiry_about_nearly_the_order_or_the_attempt_is_not_its_answer() {
    let answer = json!({"error_code": "00", "checksum": "", "data": {
        "transaction_status": "00", "order_code": ORDER, "total_amount": "200000",
        "transaction_id": TRANSACTION,
    }});
    let attempt = GatewayRef::new(TRANSACTION).unwrap();
    let ask = async |answer: &Value| {
        let (_, provider) = answering(answer);
        let hpay = provider.extension::<HPay>().unwrap();
        hpay.find_transaction(&order(), &attempt).await.map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(ask(&answer).await, Ok(()));
    for (field, value) in [("/data/order_code", ORDER), ("/data/transaction_id", TRANSACTION)] {
        for near in near(value) {
            let asked = ask(&with(&answer, field, &near)).await;
            assert_eq!(asked, Err(ErrorKind::Malformed), "{field}: {near:?}");
        }
    }
    // The role asks about the order alone.
    for near in near(ORDER) {
        let (_, provider) = answering(&with(&answer, "/data/order_code", &near));
        let found = provider.payments().unwrap().find_payment(&order()).await;
        assert_eq!(found.unwrap_err().kind(), ErrorKind::Malformed, "{near:?}");
    }
}

fn payout() -> PayoutRef {
    PayoutRef::new(PAYOUT).unwrap()
}

fn account() -> BankAccount {
    BankAccount::new(Bin::new("970418").unwrap(), AccountNumber::new(NUMBER).unwrap())
}

fn ordered() -> CreatePayout {
    let beneficiary = Beneficiary::new(account(), "NGUYEN VAN A").unwrap();
    CreatePayout::new(payout(), Money::vnd(1_000_000), beneficiary).unwrap()
}

#[tokio::test]
async fn an_echo_of_nearly_the_payout_or_the_account_is_a_mismatch_though_it_is_signed() {
    let echo = |reference: &str, number: &str| {
        let signer = SignerKind::Rsa.read(HPAY_KEY.as_bytes()).unwrap();
        let text = format!("{reference}|{number}|231423|{PASSCODE}");
        json!({"error_code": "000", "data": {
            "requestId": reference, "bankAccountNumber": number, "omiCashoutId": "231423",
            "omiTransactionId": 96061677,
            "secureChain": STANDARD.encode(signer.sign(text.as_bytes()).unwrap()),
        }})
    };
    let pay = async |answer: &Value| {
        let (_, provider) = answering(answer);
        provider.payouts().unwrap().create_payout(&ordered()).await.unwrap()
    };
    assert!(pay(&echo(PAYOUT, NUMBER)).await.accepted().is_ok());
    let references = near(PAYOUT).into_iter().map(|near| (near, NUMBER.to_owned()));
    let accounts = near(NUMBER).into_iter().map(|near| (PAYOUT.to_owned(), near));
    for (reference, number) in references.chain(accounts) {
        let submission = pay(&echo(&reference, &number)).await;
        let Submission::Uncertain(uncertain) = submission else {
            panic!("{reference:?} {number:?}")
        };
        assert_eq!(uncertain.cause, UncertainCause::Mismatch, "{reference:?} {number:?}");
        assert!(uncertain.needs_attention, "{reference:?} {number:?}");
    }
}

#[tokio::test]
async fn an_inquiry_about_nearly_the_payout_is_not_its_answer() {
    let row = json!({
        "request_id": PAYOUT, "merchant_id": MERCHANT, "transaction_id": TRANSACTION,
        "amount": "1000000", "bankAccount_number": NUMBER, "transaction_status": 4,
        "cashout_status": 3, "refund_status": 1,
    });
    let stranger = |field: &str, value: &str| {
        let mut row = row.clone();
        row[field] = value.into();
        row
    };
    let transaction = GatewayRef::new(TRANSACTION).unwrap();
    let ask = async |data: Value| {
        let (_, provider) = answering(&json!({"error_code": "000", "data": data}));
        let hpay = provider.extension::<HPay>().unwrap();
        let found = hpay.find_payout_transaction(&payout(), &transaction).await;
        found.map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(ask(row.clone()).await, Ok(()));
    for (field, value) in
        [("request_id", PAYOUT), ("merchant_id", MERCHANT), ("transaction_id", TRANSACTION)]
    {
        for near in near(value) {
            let stranger = stranger(field, &near);
            for data in [
                stranger.clone(),
                json!([stranger, row, row]),
                json!([row, stranger, row]),
                json!([row, row, stranger]),
            ] {
                assert_eq!(ask(data).await, Err(ErrorKind::Malformed), "{field}: {near:?}");
            }
        }
    }
    // Compared with the order: the account and the amount.
    let accounts = near(NUMBER).into_iter().map(|near| ("bankAccount_number", near));
    let amounts = ["10000000", "100000", "1000001"].map(|near| ("amount", near.to_owned()));
    for (field, near) in accounts.chain(amounts) {
        let row = stranger(field, &near);
        let (_, provider) = answering(&json!({"error_code": "000", "data": row}));
        let hpay = provider.extension::<HPay>().unwrap();
        let found = hpay.find_payout_like(&ordered()).await.unwrap().found().unwrap();
        assert!(found.needs_attention, "{field}: {near:?}");
    }
}

#[tokio::test]
async fn a_name_of_nearly_the_account_is_not_the_beneficiarys() {
    let answer = json!({"error_code": "000", "checksum": "c", "data": {
        "bank_account_number": NUMBER, "bank_name": "BIDV", "bank_account_name": "NGUYEN VAN A",
    }});
    let ask = async |answer: &Value| {
        let (_, provider) = answering(answer);
        let name = provider.payouts().unwrap().verify_beneficiary(&account()).await;
        name.map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(ask(&answer).await, Ok(()));
    for (field, value) in [("/data/bank_account_number", NUMBER), ("/data/bank_name", "BIDV")] {
        for near in near(value) {
            let asked = ask(&with(&answer, field, &near)).await;
            assert_eq!(asked, Err(ErrorKind::Malformed), "{field}: {near:?}");
        }
    }
}

fn virtual_account() -> VirtualAccountRef {
    VirtualAccountRef::new(order()).with_number(AccountNumber::new(FULL).unwrap())
}

/// Numbers that are nearly a full one, and none of its ends, by which HPay names it too.
fn near_full() -> Vec<String> {
    let mut near = other_ends(FULL);
    near.extend([FULL[FULL.len() - 9..].to_owned(), FULL[4..18].to_owned()]);
    near
}

#[tokio::test]
async fn an_account_opened_for_nearly_the_merchant_or_the_amount_is_a_mismatch() {
    let answer = json!({"error_code": "0", "checksum": "c", "data": {
        "merchant_id": MERCHANT, "va_account": FULL, "va_status": "1", "va_amount": "100000",
    }});
    let request = OpenVirtualAccount::new(order(), "NGUYEN VAN A").unwrap();
    let request = request.with_amount(Money::vnd(100_000)).unwrap();
    let open = async |answer: &Value| {
        let (_, provider) = answering(answer);
        match provider.virtual_accounts().unwrap().open(&request).await.unwrap() {
            Submission::Uncertain(uncertain) => Some(uncertain.cause),
            Submission::Accepted(_) => None,
            Submission::Declined(decline) => panic!("{decline:?}"),
        }
    };
    assert_eq!(open(&answer).await, None);
    let merchants = near(MERCHANT).into_iter().map(|near| ("/data/merchant_id", near));
    let amounts = ["1000000", "10000", "100001"].map(|near| ("/data/va_amount", near.to_owned()));
    for (field, near) in merchants.chain(amounts) {
        let cause = open(&with(&answer, field, &near)).await;
        assert_eq!(cause, Some(UncertainCause::Mismatch), "{field}: {near:?}");
    }
}

#[tokio::test]
async fn an_answer_about_nearly_the_virtual_account_is_a_mismatch_or_no_answer() {
    let account = virtual_account();
    let rename = UpdateVirtualAccount::new(account.clone(), "TRAN THI B").unwrap();
    for near in near_full() {
        let answer = json!({"error_code": "00", "checksum": "c", "data": {
            "account_va": near, "va_account": near, "va_status": "3", "va_name": "TRAN THI B",
        }});
        let (script, provider) = answering(&answer);
        script.answer(answer.to_string());
        script.answer(with(&answer, "/data/va_status", "1").to_string());
        let role = provider.virtual_accounts().unwrap();
        for submission in [
            role.update(&rename).await.unwrap(),
            role.close(&account).await.unwrap(),
            role.reopen(&account, None).await.unwrap(),
        ] {
            let Submission::Uncertain(uncertain) = submission else { panic!("{near:?}") };
            assert_eq!(uncertain.cause, UncertainCause::Mismatch, "{near:?}");
            assert!(uncertain.needs_attention, "{near:?}");
        }
        let credit = |number: &str, cashin: u32| json!({"full_account_number": number, "amount": 100_000, "cashin": cashin});
        for place in 0..3 {
            let mut rows = vec![credit(FULL, 1), credit(FULL, 2)];
            rows.insert(place, credit(&near, 3));
            let (_, provider) = answering(&json!({"error_code": "00", "data": rows}));
            let credits = provider.virtual_accounts().unwrap().credits(&account).await;
            let is_unreadable = AccountNumber::new(near.as_str()).is_err();
            match credits {
                Err(error) => assert_eq!(error.kind(), ErrorKind::Malformed, "{near:?}"),
                Ok(credits) => assert!(
                    is_unreadable && credits[place].as_result().is_err(),
                    "{near:?} at {place}: {credits:?}"
                ),
            }
        }
    }
}

fn deliveries() -> Deliveries {
    Deliveries::new(MERCHANT, Secret::new(PASSCODE).unwrap())
}

fn receive(provider: &Provider, endpoint: &str, request: &Request<Bytes>) -> Received {
    let now = Timestamp::from_unix(NOW);
    let endpoint = EndpointName::new(endpoint).unwrap();
    provider.notifications().unwrap().receive(&endpoint, &Delivery::of(request), now)
}

#[tokio::test]
async fn a_credit_of_nearly_the_number_or_the_account_confirms_none() {
    let callback = deliveries().credit(CASHIN, FULL, Money::vnd(30_000)).callback("/c").unwrap();
    let provider = support::provider(&Script::new());
    let received = receive(&provider, VA_CALLBACK, &callback);
    let Received::Notification(notification) = received else { panic!("{received:?}") };
    let event = &notification.events()[0];
    let confirm = async |cashin: &str, number: &str| {
        let row = json!({"full_account_number": number, "amount": 30_000, "cashin": cashin});
        let (_, provider) = answering(&json!({"error_code": "00", "data": [row]}));
        provider.notifications().unwrap().confirm(event).await.unwrap()
    };
    assert!(matches!(confirm(CASHIN, FULL).await, Confirmation::Confirmed(_)));
    for near in near(CASHIN) {
        let confirmation = confirm(&near, FULL).await;
        assert!(matches!(confirmation, Confirmation::NotYet { .. }), "{near:?}: {confirmation:?}");
    }
    for near in near_full() {
        let confirmation = confirm(CASHIN, &near).await;
        assert!(!matches!(confirmation, Confirmation::Confirmed(_)), "{near:?}: {confirmation:?}");
    }
}

#[test]
fn a_delivery_to_nearly_the_endpoint_or_under_nearly_the_fields_is_not_trusted() {
    let provider = support::provider(&Script::new());
    let receive = |endpoint: &str, request: &Request<Bytes>| receive(&provider, endpoint, request);
    let paid = deliveries().payment(&order(), Money::vnd(200_000)).notify("/n").unwrap();
    let credit = deliveries().credit(CASHIN, FULL, Money::vnd(30_000)).callback("/c").unwrap();
    for (endpoint, request) in [(NOTIFY, &paid), (RETURN, &paid), (VA_CALLBACK, &credit)] {
        assert!(matches!(receive(endpoint, request), Received::Notification(_)), "{endpoint}");
        for near in near(endpoint) {
            let Ok(_) = EndpointName::new(near.as_str()) else { continue };
            let Received::Untrusted(untrusted) = receive(&near, request) else { panic!("{near}") };
            assert_eq!(untrusted.reason, UntrustedReason::WrongEndpoint, "{near}");
        }
    }
    for (endpoint, request, names) in [
        (NOTIFY, &paid, &["order_code", "price", "payment_id", "payment_type", "secure_code"][..]),
        (VA_CALLBACK, &credit, &["cashin", "order_id", "secure_code"]),
    ] {
        let query = request.uri().query().unwrap();
        for name in names {
            for near in near(name) {
                // Spaces around a name are HPay's own slips.
                if near.trim() == *name {
                    continue;
                }
                let near = near.replace(' ', "+");
                let renamed =
                    format!("&{query}").replace(&format!("&{name}="), &format!("&{near}="));
                let request = Request::get(format!("/n?{}", &renamed[1..])).body(Bytes::new());
                let received = receive(endpoint, &request.unwrap());
                assert!(matches!(received, Received::Untrusted(_)), "{near}: {received:?}");
            }
        }
    }
}

#[test]
fn a_report_to_nearly_the_merchant_is_somebody_elses() {
    let provider = support::provider(&Script::new());
    let hpay = provider.extension::<HPay>().unwrap();
    let report = |merchant: &str| {
        let query = format!("merchant_id={merchant}&bank_token=9704&status=00&secure_code=c");
        let request = Request::get(format!("/r?{query}")).body(Bytes::new()).unwrap();
        hpay.token_revocation(&Delivery::of(&request)).map(|_| ()).map_err(|error| error.reason)
    };
    assert_eq!(report(MERCHANT), Ok(()));
    for near in near(MERCHANT) {
        // Spaces and quotation marks around a value are in HPay's own example.
        if near.trim() != MERCHANT {
            assert_eq!(report(&near), Err(UntrustedReason::WrongRecipient), "{near:?}");
        }
    }
}

#[tokio::test]
async fn nearly_the_code_of_success_is_not_success() {
    let codes = ["00 ", " 00", "0000", "0O", "00.0", "-0", "+0", "00,", "0x0", "", "OK"];
    for code in codes {
        let answer = json!({"error_code": code, "checksum": "", "data": {
            "transaction_status": "00", "order_code": ORDER, "total_amount": "200000",
            "account_va": FULL, "va_account": FULL, "va_status": "3", "request_id": PAYOUT,
            "bank_account_number": NUMBER, "bank_account_name": "A", "balance": "1",
            "bankAccountNumber": NUMBER, "requestId": PAYOUT,
        }});
        let (script, provider) = answering(&answer);
        for _ in 0..5 {
            script.answer(answer.to_string());
        }
        assert!(provider.payments().unwrap().find_payment(&order()).await.is_err(), "{code:?}");
        let role = provider.virtual_accounts().unwrap();
        let closed = role.close(&virtual_account()).await.unwrap();
        assert!(closed.is_uncertain(), "{code:?}: {closed:?}");
        let payouts = provider.payouts().unwrap();
        assert!(payouts.create_payout(&ordered()).await.unwrap().is_uncertain(), "{code:?}");
        assert!(payouts.find_payout(&payout()).await.is_err(), "{code:?}");
        assert!(payouts.verify_beneficiary(&account()).await.is_err(), "{code:?}");
        assert!(payouts.balance().await.is_err(), "{code:?}");
    }
}
