//! Payouts, from the request to the submission.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use payments_core::{
    Absence, DeclineReason, ErrorKind, GatewayRef, Lookup, PayoutRef, Submission, UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    payout::{Beneficiary, CreatePayout, Payout, PayoutState},
};
use provider_hpay::options::HPayOptions;
use provider_kit::{
    signature::rsa::SignerKind,
    transport::{CallClass, TransportErrorKind},
};
use serde_json::json;

use crate::support::{self, HPAY_KEY, NOW, PASSCODE, Script};

const NUMBER: &str = "1234567890912312";

fn account() -> BankAccount {
    BankAccount::new(Bin::new("970418").unwrap(), AccountNumber::new(NUMBER).unwrap())
}

fn request() -> CreatePayout {
    let beneficiary = Beneficiary::new(account(), "NGUYEN VAN A").unwrap();
    CreatePayout::new(PayoutRef::new("P-1").unwrap(), Money::vnd(1_000_000), beneficiary).unwrap()
}

/// HPay's answer to a payout that it took, under a good signature of these fields.
fn taken(reference: &str, number: &str) -> String {
    let signer = SignerKind::Rsa.read(HPAY_KEY.as_bytes()).unwrap();
    let text = format!("{reference}|{number}|231423|{PASSCODE}");
    let signature = STANDARD.encode(signer.sign(text.as_bytes()).unwrap());
    json!({
        "error_code": "000",
        "status": "Giao dịch thành công",
        "data": {
            "requestId": reference,
            "bankAccountNumber": number,
            "omiCashoutId": "231423",
            "omiTransactionId": 96061677,
            "secureChain": signature,
        },
    })
    .to_string()
}

async fn pay(script: &std::sync::Arc<Script>) -> Submission<Payout> {
    let provider = support::provider(script);
    let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
    assert_eq!(script.calls().len(), 1, "sent once, whatever the answer");
    assert_eq!(script.instructions(), 1);
    submission
}

async fn answered(body: impl Into<bytes::Bytes>) -> Submission<Payout> {
    let script = Script::new();
    script.answer(body);
    pay(&script).await
}

fn uncertain(submission: Submission<Payout>) -> payments_core::Uncertain {
    match submission {
        Submission::Uncertain(uncertain) => uncertain,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_payout_that_was_taken_is_pending_until_an_inquiry_says_more() {
    let payout = answered(taken("P-1", NUMBER)).await.accepted().unwrap();
    assert_eq!(payout.state, PayoutState::Pending);
    assert_eq!(payout.gateway_ref.unwrap().as_str(), "96061677");
    assert_eq!(payout.account.unwrap().as_str(), NUMBER);
}

#[tokio::test]
async fn the_request_holds_what_the_reference_lists_and_never_the_passcode() {
    let script = Script::new();
    script.answer(taken("P-1", NUMBER));
    let provider = support::provider(&script);
    let request = request().with_note("chuyen tien iBFT");
    let _ = provider.payouts().unwrap().create_payout(&request).await.unwrap();
    let sent = script.request();
    assert_eq!(sent.uri(), "https://account-sandbox.hpay.com.vn/api/ibft/create");
    let body = support::json_body(&sent);
    let names: Vec<&str> = body.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "amount",
            "bankAccountName",
            "bankAccountNumber",
            "bankName",
            "merchantEmail",
            "merchantId",
            "note",
            "requestId",
            "secureChain"
        ]
    );
    assert_eq!(body["bankName"], "BIDV");
    assert_eq!(body["bankAccountName"], "NGUYEN VAN A");
    let bytes = format!("{:?} {:?}", sent.uri(), sent.body());
    assert!(!bytes.contains(PASSCODE));
}

#[tokio::test]
async fn a_payout_goes_where_the_configuration_says_and_says_the_same_everywhere() {
    let mut bodies = Vec::new();
    for (endpoint, address) in [
        ("json", "https://account-sandbox.hpay.com.vn/api/ibft/create"),
        ("openapi", "https://openapi-sandbox.htpgroup.com.vn/v1/fb/create"),
        ("form", "https://account-sandbox.hpay.com.vn/api/ibft"),
    ] {
        let script = Script::new();
        script.answer(taken("P-1", NUMBER));
        let provider = support::provider_with(&script, &[("payout_endpoint", endpoint)]);
        let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
        assert!(submission.accepted().is_ok(), "{endpoint}");
        let sent = script.request();
        assert_eq!(sent.uri(), address);
        bodies.push(match sent.headers()["content-type"].to_str().unwrap() {
            "application/json" => support::json_body(&sent),
            "application/x-www-form-urlencoded" => support::form_body(&sent),
            other => panic!("{other}"),
        });
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn the_other_layout_of_the_answer_is_believed_only_if_it_is_configured() {
    let signer = SignerKind::Rsa.read(HPAY_KEY.as_bytes()).unwrap();
    let text = format!("P-1|NGUYEN VAN A|231423|{PASSCODE}");
    let by_name = STANDARD.encode(signer.sign(text.as_bytes()).unwrap());
    let mut answer: serde_json::Value = serde_json::from_str(&taken("P-1", NUMBER)).unwrap();
    answer["data"]["secureChain"] = by_name.into();
    for (configured, believed) in [("payout_response", false), ("payout_response_by_name", true)] {
        let script = Script::new();
        script.answer(answer.to_string());
        let provider = support::provider_with(&script, &[("formulas.payout_response", configured)]);
        let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
        assert_eq!(submission.accepted().is_ok(), believed, "{configured}");
    }
    // The name that it signs is ours, whatever the answer says.
    let other = format!("P-1|TRAN THI B|231423|{PASSCODE}");
    let mut renamed = answer.clone();
    renamed["data"]["bankAccountName"] = "TRAN THI B".into();
    renamed["data"]["secureChain"] = STANDARD.encode(signer.sign(other.as_bytes()).unwrap()).into();
    let script = Script::new();
    script.answer(renamed.to_string());
    let provider =
        support::provider_with(&script, &[("formulas.payout_response", "payout_response_by_name")]);
    let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
    assert_eq!(uncertain(submission).cause, UncertainCause::BadSignature);
    // It does not sign the account, which is compared all the same.
    answer["data"]["bankAccountNumber"] = "9991234567890912".into();
    let script = Script::new();
    script.answer(answer.to_string());
    let provider =
        support::provider_with(&script, &[("formulas.payout_response", "payout_response_by_name")]);
    let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
    assert_eq!(uncertain(submission).cause, UncertainCause::Mismatch);
}

#[tokio::test]
async fn a_refused_signature_names_its_formula_and_confirms_nothing() {
    for code in ["001", "010", "014"] {
        let refused = format!(r#"{{"error_code":"{code}","status":"x","data":[]}}"#);
        let Submission::Declined(decline) = answered(refused).await else { panic!("{code}") };
        assert_eq!(decline.reason, DeclineReason::Authentication, "{code}");
        assert!(!decline.is_confirmed(), "{code}");
        let words = decline.message.unwrap();
        let hint = "signature formula or passcode wrong: hpay.payout_request";
        assert_eq!(words.contains(hint), code != "014", "{words}");
    }
    let script = Script::new();
    script.answer(r#"{"error_code":"20015","data":[],"checksum":""}"#);
    let provider = support::provider(&script);
    let error = provider.payouts().unwrap().verify_beneficiary(&account()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let hint = "signature formula or passcode wrong: hpay.name_check_request";
    assert!(error.to_string().contains(hint), "{error}");
}

#[tokio::test]
async fn a_bank_s_code_is_the_table_s_or_the_configured_one() {
    let mut table = support::table();
    let codes = [("970418".to_owned(), "BIDVX".into()), ("970499".to_owned(), "NEW".into())];
    table.insert("bank_codes".into(), provider_kit::config::Value::Table(codes.into()));
    for (bin, code) in [("970418", "BIDVX"), ("970499", "NEW"), ("970442", "HONLEONGBANK")] {
        let script = Script::new();
        script.answer(taken("P-1", NUMBER));
        let provider =
            support::try_build(std::sync::Arc::<Script>::clone(&script), table.clone()).unwrap();
        let mut request = request();
        request.beneficiary.account.bin = Bin::new(bin).unwrap();
        let _ = provider.payouts().unwrap().create_payout(&request).await.unwrap();
        assert_eq!(support::json_body(&script.request())["bankName"], code);
    }
}

#[tokio::test]
async fn an_echo_of_another_account_or_reference_calls_for_a_person() {
    for body in [taken("P-1", "9991234567890912"), taken("P-2", NUMBER)] {
        let uncertain = uncertain(answered(body).await);
        assert_eq!(uncertain.cause, UncertainCause::Mismatch);
        assert!(uncertain.needs_attention);
    }
}

#[tokio::test]
async fn a_success_without_a_good_signature_is_uncertain() {
    let good = taken("P-1", NUMBER);
    let another_cashout = good.replace("231423", "231424");
    let unsigned = good.replace("secureChain", "secure_chain");
    for body in [another_cashout, unsigned] {
        assert_eq!(uncertain(answered(body).await).cause, UncertainCause::BadSignature);
    }
}

#[tokio::test]
async fn a_refusal_with_a_number_of_hpay_s_own_is_uncertain() {
    let refused = |data: &str| format!(r#"{{"error_code":"035","status":"x","data":{data}}}"#);
    let booked = taken("P-1", NUMBER).replace(r#""error_code":"000""#, r#""error_code":"035""#);
    let with_number = refused(r#"{"omiTransactionId":96061677}"#);
    let unreadable = refused(r#"{"omiCashoutId":["231423"]}"#);
    for body in [booked, with_number, unreadable] {
        let uncertain = uncertain(answered(body).await);
        assert_eq!(uncertain.cause, UncertainCause::ProviderUndecided);
        assert_eq!(uncertain.code.as_deref(), Some("035"));
    }
    for data in ["[]", "null", "{}", r#"{"omiCashoutId":"","omiTransactionId":0}"#] {
        let Submission::Declined(decline) = answered(refused(data)).await else { panic!("{data}") };
        assert_eq!(decline.reason, DeclineReason::InsufficientFunds, "{data}");
        assert_eq!(decline.message.as_deref(), Some("x"));
        assert!(!decline.is_confirmed());
    }
}

#[tokio::test]
async fn a_formula_that_hpay_told_may_cover_whatever_its_answer_holds() {
    let signer = SignerKind::Rsa.read(HPAY_KEY.as_bytes()).unwrap();
    let text = format!("000|P-1|{NUMBER}|231423|96061677|{PASSCODE}");
    let mut answer: serde_json::Value = serde_json::from_str(&taken("P-1", NUMBER)).unwrap();
    answer["data"]["secureChain"] = STANDARD.encode(signer.sign(text.as_bytes()).unwrap()).into();
    let told = "{error_code}|{requestId}|{bankAccountNumber}|{omiCashoutId}|{omiTransactionId}|\
                {passcode}";
    for (id, is_good) in [("96061677", true), ("96061678", false)] {
        answer["data"]["omiTransactionId"] = id.into();
        let script = Script::new();
        script.answer(answer.to_string());
        let provider = support::provider_with(&script, &[("formulas.payout_response", told)]);
        let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
        assert_eq!(submission.accepted().is_ok(), is_good, "{id}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_hpay_s_own_is_uncertain_and_never_an_error() {
    let truncated = taken("P-1", NUMBER)[..60].to_owned();
    let nested = format!("{{\"error_code\":{}", "[".repeat(100_000));
    let bodies = [
        (200, String::new()),
        (200, "<html>".to_owned()),
        (200, truncated),
        (200, nested),
        (200, r#"{"error_code":"000"}"#.to_owned()),
        (200, r#"{"error_code":"000","data":[]}"#.to_owned()),
        (200, r#"{"error_code":null,"data":{}}"#.to_owned()),
        (200, r#"{"status":"ok"}"#.to_owned()),
        (200, "\u{0}\u{1}".to_owned()),
        // Even HPay's words, under a status that it documents nowhere.
        (201, taken("P-1", NUMBER)),
        (401, r#"{"error_code":"001","data":[]}"#.to_owned()),
        (429, "slow down".to_owned()),
        (500, r#"{"error_code":"035","data":[]}"#.to_owned()),
        (502, "<html>".to_owned()),
    ];
    for (status, body) in bodies {
        let script = Script::new();
        script.answer_with(status, body.clone());
        let uncertain = uncertain(pay(&script).await);
        assert_eq!(uncertain.cause, UncertainCause::UnreadableAnswer, "HTTP {status}");
        assert_eq!(uncertain.status, Some(status));
    }
}

#[tokio::test]
async fn only_a_connection_that_was_never_made_is_an_error() {
    for (failure, cause) in [
        (TransportErrorKind::ConnectionLost, UncertainCause::ConnectionLost),
        (TransportErrorKind::TimedOut, UncertainCause::TimedOut),
        (TransportErrorKind::TooLarge, UncertainCause::UnreadableAnswer),
    ] {
        let script = Script::new();
        script.fail(failure);
        assert_eq!(uncertain(pay(&script).await).cause, cause);
    }
    let script = Script::new();
    script.fail(TransportErrorKind::NotSent);
    let provider = support::provider(&script);
    let error = provider.payouts().unwrap().create_payout(&request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn what_hpay_cannot_honour_is_refused_with_nothing_sent() {
    let script = Script::new();
    let provider = support::provider(&script);
    let with_name = |name: &str| {
        let mut request = request();
        request.beneficiary.name = name.to_owned();
        request
    };
    let with_amount = |amount: Money| {
        let beneficiary = request().beneficiary;
        CreatePayout::new(PayoutRef::new("P-1").unwrap(), amount, beneficiary).unwrap()
    };
    let with_reference = |reference: &str| {
        let mut request = request();
        request.payout = PayoutRef::new(reference).unwrap();
        request
    };
    let mut elsewhere = request();
    elsewhere.beneficiary.account.bin = Bin::new("000001").unwrap();
    let cases = [
        (with_name("NGUYỄN VĂN A"), "beneficiary.name"),
        (with_name("Nguyen Van A"), "beneficiary.name"),
        (with_name("NGUYEN  VAN A"), "beneficiary.name"),
        (with_name("NGUYEN VAN A "), "beneficiary.name"),
        (with_name("A|B"), "beneficiary.name"),
        (with_name(&"A".repeat(101)), "beneficiary.name"),
        (with_amount(Money::from_minor(100, Currency::USD)), "amount"),
        (with_reference("P|1"), "payout"),
        (with_reference("P 1"), "payout"),
        (request().with_note("chuyển tiền"), "note"),
        (request().with_note("x".repeat(101)), "note"),
        (request().with_options(&HPayOptions::new()).unwrap(), "options"),
        (elsewhere, "beneficiary.account.bin"),
    ];
    for (request, field) in cases {
        let error = provider.payouts().unwrap().create_payout(&request).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
    }
    assert!(script.calls().is_empty());
}

fn found(account: &str, amount: &str, states: [u8; 3]) -> String {
    json!({
        "data": {
            "time_tranfer": 1_661_834_533,
            "note": "chuyen tien iBFT",
            "amount": amount,
            "transaction_status": states[0],
            "cashout_status": states[1],
            "refund_status": states[2],
            "bankAccount_name": "NGUYEN VAN A",
            "merchant_id": "12345",
            "request_id": "P-1",
            "bankAccount_number": account,
        },
        "secure_chain": "bac7f6b16079a0ffc3984c35535c78aa",
        "error_code": "000",
    })
    .to_string()
}

#[tokio::test]
async fn a_payout_is_asked_after_with_an_md5_and_no_signature_of_ours() {
    let script = Script::new();
    script.answer(found(NUMBER, "1000000", [4, 3, 1]));
    let provider = support::provider(&script);
    let payout = PayoutRef::new("P-1").unwrap();
    let found = provider.payouts().unwrap().find_payout(&payout).await.unwrap().found().unwrap();
    assert_eq!(found.state, PayoutState::Succeeded);
    let sent = script.request();
    assert_eq!((sent.method().as_str(), sent.uri().path()), ("GET", "/api/ibft/inquiry"));
    let query = support::query(&sent);
    assert_eq!((&*query["requestId"], &*query["merchantId"]), ("P-1", "12345"));
    assert_eq!(query["secureChain"].len(), 32);
    assert_eq!(script.calls()[0].class, CallClass::Inquiry);
}

#[tokio::test]
async fn one_payout_of_several_is_asked_after_by_hpay_s_number() {
    let script = Script::new();
    script.answer(found(NUMBER, "1000000", [4, 3, 1]));
    let provider = support::provider(&script);
    let hpay = provider.extension::<provider_hpay::HPay>().unwrap();
    let (payout, id) = (PayoutRef::new("P-1").unwrap(), GatewayRef::new("96061677").unwrap());
    let one = hpay.find_payout_transaction(&payout, &id).await.unwrap().found().unwrap();
    assert_eq!(one.state, PayoutState::Succeeded);
    assert_eq!(support::query(&script.request())["transactionId"], "96061677");

    let mut other: serde_json::Value =
        serde_json::from_str(&self::found(NUMBER, "1000000", [4, 3, 1])).unwrap();
    other["data"]["transaction_id"] = "96061678".into();
    script.answer(other.to_string());
    let error = hpay.find_payout_transaction(&payout, &id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "that is another payout");
}

#[tokio::test]
async fn a_payout_that_is_not_there_may_still_come() {
    let script = Script::new();
    script.answer(r#"{"error_code":"217301","data":[],"secure_chain":""}"#);
    let provider = support::provider(&script);
    let payout = PayoutRef::new("P-1").unwrap();
    let found = provider.payouts().unwrap().find_payout(&payout).await.unwrap();
    assert!(matches!(found, Lookup::Absent(Absence::Inconclusive { .. })), "{found:?}");
}

#[tokio::test]
async fn a_payout_of_another_amount_or_account_than_ordered_calls_for_a_person() {
    for (answer, attention) in [
        (found(NUMBER, "1000000", [4, 3, 1]), false),
        (found(NUMBER, "100000", [4, 3, 1]), true),
        (found("1234567890912313", "1000000", [4, 3, 1]), true),
    ] {
        let script = Script::new();
        script.answer(answer);
        let provider = support::provider(&script);
        let hpay = provider.extension::<provider_hpay::HPay>().unwrap();
        let found = hpay.find_payout_like(&request()).await.unwrap().found().unwrap();
        assert_eq!(found.needs_attention, attention, "{found:?}");
    }
}

#[tokio::test]
async fn the_balance_is_asked_for_under_our_signature() {
    let script = Script::new();
    script.answer(
        r#"{"data":{"balance":"101,747,939","signature":"s","respone_time":1664182633},
            "requestId":"7C37","error_code":0,"client_ip":"10.0.9.1"}"#,
    );
    let provider = support::provider(&script);
    let balance = provider.payouts().unwrap().balance().await.unwrap();
    assert_eq!(balance.amount, Money::vnd(101_747_939));
    assert_eq!(balance.at.unix_seconds(), 1_664_182_633);
    let body = support::json_body(&script.request());
    assert_eq!(body["requestId"], NOW.to_string());
    assert_eq!(body["requestTime"], "2024-11-16");
    assert!(STANDARD.decode(&body["signature"]).is_ok_and(|bytes| bytes.len() == 256));
}

#[tokio::test]
async fn no_secret_is_printed() {
    let script = Script::new();
    script.answer(taken("P-1", NUMBER).replace("231423", "231424"));
    let provider = support::provider(&script);
    let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
    let hpay = provider.extension::<provider_hpay::HPay>().unwrap();
    let error = {
        let script = Script::new();
        script.answer_with(500, PASSCODE);
        let provider = support::provider(&script);
        provider.payouts().unwrap().balance().await.unwrap_err()
    };
    let printed =
        format!("{provider:?} {hpay:?} {submission:?} {error:?} {error} {:?}", script.calls());
    let key = support::MERCHANT_KEY.lines().nth(1).unwrap();
    for secret in [PASSCODE, key] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[tokio::test]
async fn the_check_refuses_what_a_payout_would_be_refused_for_and_signs_nothing() {
    let script = Script::new();
    let provider = support::provider(&script);
    let payouts = provider.payouts().unwrap();
    assert!(payouts.check(&request()).is_ok());
    let number = account().number;
    let mut unlisted = request();
    unlisted.beneficiary.account = BankAccount::new(Bin::new("999999").unwrap(), number);
    let mut spaced = request();
    spaced.beneficiary.name = "NGUYEN  VAN A".to_owned();
    for (request, field) in [
        (unlisted, "beneficiary.account.bin"),
        (spaced, "beneficiary.name"),
        (request().with_note("ghi chú"), "note"),
    ] {
        let error = payouts.check(&request).unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
        let error = payouts.create_payout(&request).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
    }
    assert!(script.calls().is_empty());
}

#[tokio::test]
async fn what_the_check_of_a_payout_allows_the_formula_in_use_can_sign() {
    for (template, field) in [
        ("{requestId}|{amount}|{bankAccountName}|{passcode}", None),
        ("{bankAccountName} {requestId} {note} {amount} {passcode}", Some("note")),
        ("{requestId}{amount}{bankAccountName}{passcode}", Some("payout")),
    ] {
        let script = Script::new();
        let provider = support::provider_with(&script, &[("formulas.payout_request", template)]);
        let payouts = provider.payouts().unwrap();
        let checked = payouts.check(&request());
        let checked = checked.as_ref().map_err(|error| error.field().unwrap_or_default());
        assert_eq!(checked.err(), field, "{template}");
        if let Some(field) = field {
            let error = payouts.create_payout(&request()).await.unwrap_err();
            assert_eq!(error.field(), Some(field), "{template}");
            assert_eq!(script.calls().len(), 0, "{template}");
        }
    }
}
