//! The newer OpenAPI against a gateway that is a script.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use payments_core::{
    Authenticity, ErrorKind, GatewayRef, Listed, Lookup, OrderRef, PayoutRef, Provider, Submission,
    UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Beneficiary, CreatePayout, Payout, PayoutState},
    virtual_account::VirtualAccountRef,
};
use provider_hpay::{HPay, options::HPayOptions};
use provider_kit::{
    signature::rsa::SignerKind,
    transport::{CallClass, TransportErrorKind},
};
use serde_json::{Value, json};

use crate::support::{self, HPAY_KEY, PASSCODE, Script};

const NUMBER: &str = "1234567890912312";
const TOKEN: &str = r#"{"access_token":"canary-token","token_type":"Bearer","expires_in":3600}"#;

fn provider_with(script: &Arc<Script>, changes: &[(&str, &str)]) -> Provider {
    let mut all = vec![
        ("api", "openapi"),
        ("openapi_client_id", "shop"),
        ("openapi_client_secret", "canary-openapi-secret"),
    ];
    all.extend_from_slice(changes);
    support::provider_with(script, &all)
}

fn request() -> CreatePayout {
    let account =
        BankAccount::new(Bin::new("970418").unwrap(), AccountNumber::new(NUMBER).unwrap());
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    let payout = PayoutRef::new("P-1").unwrap();
    CreatePayout::new(payout, Money::vnd(1_000_000), beneficiary).unwrap().with_note("luong")
}

fn transferred() -> Value {
    json!({ "requestId": "P-1", "merchantId": "12345", "bankAccountNumber": NUMBER,
        "bankName": "BIDV", "bankAccountName": "NGUYEN VAN A", "amount": "1000000",
        "cashoutId": "231423", "transactionId": "96061677", "transactionTime": "1731742061" })
}

fn row(transaction: &str, cashout: &str) -> Value {
    let mut row = transferred();
    row["transactionStatus"] = json!(transaction);
    row["cashoutStatus"] = json!(cashout);
    row
}

/// A response of HPay's, signed over its code and its data.
fn sealed(code: &str, data: &str) -> String {
    let signer = SignerKind::Rsa.read(HPAY_KEY.as_bytes()).unwrap();
    let signature = signer.sign(format!("{code}|{data}|{PASSCODE}").as_bytes()).unwrap();
    json!({ "errorCode": code, "errorMessage": "words of HPay", "data": data,
        "signature": STANDARD.encode(signature) })
    .to_string()
}

fn good(data: &Value) -> String {
    sealed("00", &STANDARD.encode(data.to_string()))
}

async fn pay(body: impl Into<bytes::Bytes>) -> Submission<Payout> {
    let script = Script::new();
    script.answer(TOKEN);
    script.answer(body);
    let provider = provider_with(&script, &[]);
    let submission = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
    assert_eq!(script.instructions(), 1, "sent once, whatever the answer");
    submission
}

/// What was sent in an envelope by the call of this number.
fn sent(script: &Script, number: usize) -> Value {
    let envelope: Value = serde_json::from_slice(script.calls()[number].request.body()).unwrap();
    let data = STANDARD.decode(envelope["data"].as_str().unwrap()).unwrap();
    serde_json::from_slice(&data).unwrap()
}

#[tokio::test]
async fn a_token_is_asked_for_by_its_service_and_never_printed() {
    let script = Script::new();
    script.answer(TOKEN);
    script.answer(good(&transferred()));
    let provider = provider_with(&script, &[]);
    provider.payouts().unwrap().create_payout(&request()).await.unwrap().accepted().unwrap();
    let calls = script.calls();
    let asked = support::form_body(&calls[0].request);
    assert_eq!(calls[0].request.uri().path(), "/service/ibft/v1/oauth2/token");
    assert_eq!((asked["scope"].as_str(), asked["client_id"].as_str()), ("ibft", "shop"));
    assert_eq!(asked["grant_type"], "client_credentials");
    assert_eq!(calls[0].class, CallClass::Inquiry);
    assert_eq!(calls[0].request.headers()["x-api-mid"], "12345");
    let printed = format!("{provider:?} {calls:?} {:?}", calls[1].request.headers());
    assert!(!printed.contains("canary"), "{printed}");
}

#[tokio::test]
async fn an_accepted_payout_is_verified_in_full_and_pending() {
    let payout = pay(good(&transferred())).await.accepted().unwrap();
    assert_eq!(payout.state, PayoutState::Pending);
    assert!(matches!(payout.raw.authenticity(), Authenticity::Verified(_)));
    assert_eq!(payout.differs_from(&request()), None);
}

#[tokio::test]
async fn what_does_not_repeat_the_request_is_uncertain_whatever_it_leaves_out_or_changes() {
    for (name, value) in [
        ("requestId", "P-2"),
        ("merchantId", "12346"),
        ("bankAccountNumber", "1234567890912313"),
        ("bankName", "VCB"),
        ("bankAccountName", "NGUYEN VAN B"),
        ("amount", "100000"),
    ] {
        let mut data = transferred();
        data[name] = json!(value);
        let Submission::Uncertain(uncertain) = pay(good(&data)).await else { panic!("{name}") };
        assert_eq!(uncertain.cause, UncertainCause::Mismatch, "{name}");
        assert!(uncertain.needs_attention, "{name}");
    }
    // In HPay's own words, or left out.
    for (name, value) in [("bankName", "Ngan hang"), ("bankAccountName", "nguyen van a")] {
        let mut data = transferred();
        data[name] = json!(value);
        assert!(pay(good(&data)).await.accepted().is_ok(), "{name}: {value}");
        data.as_object_mut().unwrap().remove(name);
        assert!(pay(good(&data)).await.accepted().is_ok(), "no {name}");
    }
    for name in ["requestId", "bankAccountNumber", "amount"] {
        let mut data = transferred();
        data.as_object_mut().unwrap().remove(name);
        let Submission::Uncertain(uncertain) = pay(good(&data)).await else { panic!("{name}") };
        assert_eq!(uncertain.cause, UncertainCause::UnreadableAnswer, "{name}");
    }
}

#[tokio::test]
async fn every_code_but_two_leaves_a_payout_uncertain_and_no_refusal_is_confirmed() {
    let Submission::Declined(decline) = pay(sealed("214404", "")).await else { panic!("accepted") };
    assert!(!decline.is_confirmed());
    assert_eq!(decline.message.as_deref(), Some("words of HPay"));
    let unsigned = r#"{"errorCode":"214404","errorMessage":"x","data":[]}"#;
    assert!(matches!(pay(unsigned).await, Submission::Declined(one) if !one.is_confirmed()));
    for code in ["0", "01", "000", "035", "99", "214405", ""] {
        assert!(pay(sealed(code, "")).await.is_uncertain(), "{code}");
    }
    // HPay has a number for what it refuses; a signature of another code.
    let booked = STANDARD.encode(transferred().to_string());
    assert!(pay(sealed("214404", &booked)).await.is_uncertain());
    let forged = sealed("00", "").replace(r#""errorCode":"00""#, r#""errorCode":"214404""#);
    let Submission::Uncertain(uncertain) = pay(forged).await else { panic!("declined") };
    assert_eq!(uncertain.cause, UncertainCause::BadSignature);
}

#[tokio::test]
async fn nothing_is_sent_without_a_token_and_the_next_call_asks_again() {
    let script = Script::new();
    script.fail(TransportErrorKind::TimedOut);
    script.answer(TOKEN);
    script.answer(good(&transferred()));
    let provider = provider_with(&script, &[]);
    let payouts = provider.payouts().unwrap();
    let error = payouts.create_payout(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, Some("openapi_token")));
    assert_eq!(script.instructions(), 0);
    payouts.create_payout(&request()).await.unwrap().accepted().unwrap();
}

#[tokio::test]
async fn an_inquiry_under_a_refused_token_is_made_once_more_and_not_for_ever() {
    let script = Script::new();
    for _ in 0..2 {
        script.answer(TOKEN);
        script.answer_with(401, "");
    }
    let provider = provider_with(&script, &[]);
    let payout = PayoutRef::new("P-1").unwrap();
    let error = provider.payouts().unwrap().find_payout(&payout).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert_eq!(script.calls().len(), 4);
}

#[tokio::test]
async fn a_payout_is_found_as_one_row_or_several_and_without_states_it_is_uncertain() {
    let find = async |data: String| {
        let script = Script::new();
        script.answer(TOKEN);
        script.answer(data);
        let provider = provider_with(&script, &[]);
        let payout = PayoutRef::new("P-1").unwrap();
        provider.payouts().unwrap().find_payout(&payout).await
    };
    let Ok(Lookup::Found(one)) = find(good(&row("4", "3"))).await else { panic!("not found") };
    assert_eq!(
        (one.state, one.gateway_ref.unwrap().as_str()),
        (PayoutState::Succeeded, "96061677")
    );
    let several = find(good(&json!([row("4", "3"), row("3", "4")]))).await;
    assert!(matches!(several, Ok(Lookup::Several(both)) if both.len() == 2));
    let Ok(Lookup::Found(one)) = find(good(&transferred())).await else { panic!("not found") };
    assert_eq!(one.state, PayoutState::Uncertain);
    for absent in [sealed("214404", ""), good(&json!([]))] {
        assert!(matches!(find(absent).await, Ok(Lookup::Absent(_))));
    }
    let mut other = row("4", "3");
    other["requestId"] = json!("P-2");
    assert_eq!(find(good(&other)).await.unwrap_err().kind(), ErrorKind::Malformed);
    let unsigned = good(&row("4", "3")).replace("\"signature\"", "\"signatur\"");
    assert_eq!(find(unsigned).await.unwrap_err().kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn the_configuration_changes_the_service_the_inquiry_and_the_note() {
    let script = Script::new();
    script.answer(TOKEN);
    script.answer(good(&transferred()));
    script.answer(good(&row("4", "3")));
    let changes = [
        ("compat.openapi_payout_service", "firm"),
        ("compat.openapi_payout_inquiry", "get-status"),
        ("compat.openapi_note", "remark"),
    ];
    // One table for all of them.
    let mut table = support::table();
    for (key, value) in [
        ("api", "openapi"),
        ("openapi_client_id", "shop"),
        ("openapi_client_secret", "canary-openapi-secret"),
    ]
    .iter()
    .chain(&changes)
    {
        table.insert((*key).to_owned(), (*value).into());
    }
    let provider = support::try_build(Arc::<Script>::clone(&script), table).unwrap();
    let payouts = provider.payouts().unwrap();
    payouts.create_payout(&request()).await.unwrap().accepted().unwrap();
    assert!(payouts.find_payout(&request().payout).await.unwrap().found().is_ok());
    let paths: Vec<String> =
        script.calls().iter().map(|call| call.request.uri().path().to_owned()).collect();
    assert_eq!(
        paths,
        [
            "/service/firm/v1/oauth2/token",
            "/service/firm/v1/transfer",
            "/service/firm/v1/get-status",
        ]
    );
    let data = sent(&script, 1);
    assert_eq!((&data["remark"], data.get("note")), (&json!("luong"), None));
    assert_eq!(support::form_body(&script.calls()[0].request)["scope"], "firm");
}

#[tokio::test]
async fn a_replaced_formula_verifies_responses() {
    let script = Script::new();
    script.answer(TOKEN);
    script.answer(good(&transferred()));
    let provider =
        provider_with(&script, &[("formulas.openapi_response", "{data}|{errorCode}|{passcode}")]);
    let sent = provider.payouts().unwrap().create_payout(&request()).await.unwrap();
    let Submission::Uncertain(uncertain) = sent else { panic!("{sent:?}") };
    assert_eq!(uncertain.cause, UncertainCause::BadSignature);
}

#[tokio::test]
async fn a_credit_that_names_another_account_or_cannot_be_read_is_not_reported_as_ours() {
    let credits = async |data: Value| {
        let script = Script::new();
        script.answer(TOKEN);
        script.answer(good(&data));
        let provider = provider_with(&script, &[]);
        let mut account = VirtualAccountRef::new(OrderRef::new("DH-1").unwrap());
        account.numbers = vec![AccountNumber::new("9631241000000000032").unwrap()];
        let listed = provider.virtual_accounts().unwrap().credits(&account).await;
        (listed, sent(&script, 1))
    };
    let credit = json!({ "transId": 1, "amount": "30000", "timePaid": 1_731_742_061,
        "cashinId": "28275709", "remark": "REggMQ==" });
    let (listed, asked) = credits(json!([credit, { "cashinId": 5 }])).await;
    let listed = listed.unwrap();
    let Listed::Read(read) = &listed[0] else { panic!("{listed:?}") };
    assert_eq!((read.amount, read.memo.as_deref()), (Money::vnd(30_000), Some("DH 1")));
    assert_eq!(read.virtual_account.as_ref().unwrap().as_str(), "9631241000000000032");
    assert!(matches!(&listed[1], Listed::Unreadable(row) if row.id.as_deref() == Some("5")));
    assert_eq!(asked["vaAccount"], "9631241000000000032");
    let mut other = credit;
    other["vaAccount"] = json!("9631241000000000033");
    let (listed, _) = credits(json!([other])).await;
    assert_eq!(listed.unwrap_err().kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn a_transaction_can_be_asked_for_whatever_the_roles_speak_if_the_credentials_are_given() {
    let number = GatewayRef::new("96061677").unwrap();
    let script = Script::new();
    let without = support::provider(&script);
    let hpay = without.extension::<HPay>().unwrap();
    let error = hpay.openapi_transaction(&number).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(script.calls().is_empty());

    script.answer(TOKEN);
    let data = json!({ "transactionId": 96_061_677, "amount": "1000000", "status": "?" });
    script.answer(good(&data));
    script.answer(good(&json!({ "transactionId": "1" })));
    let provider = provider_with(&script, &[("api", "reference")]);
    let hpay = provider.extension::<HPay>().unwrap();
    let found = hpay.openapi_transaction(&number).await.unwrap();
    assert_eq!((found.amount, found.provider_state), (Some(Money::vnd(1_000_000)), None));
    assert!(matches!(found.raw.authenticity(), Authenticity::Verified(_)));
    let other = hpay.openapi_transaction(&number).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Malformed);
    assert_eq!(sent(&script, 1)["transactionId"], "96061677");
}

#[tokio::test]
async fn options_and_references_are_checked_before_anything_is_sent() {
    let script = Script::new();
    let provider = provider_with(&script, &[]);
    let payouts = provider.payouts().unwrap();
    let long = request_under(&"P".repeat(99));
    assert!(payouts.check(&long).is_ok());
    let longer = request_under(&"P".repeat(100));
    assert_eq!(payouts.check(&longer).unwrap_err().field(), Some("payout"));
    let mut with_options = request();
    with_options.options.set(&HPayOptions::default()).unwrap();
    assert!(payouts.check(&with_options).is_err());
    assert!(script.calls().is_empty());
}

fn request_under(reference: &str) -> CreatePayout {
    let mut request = request();
    request.payout = PayoutRef::new(reference).unwrap();
    request
}
