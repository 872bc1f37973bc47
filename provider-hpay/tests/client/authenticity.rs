//! How far answers are known to be HPay's: formulas given, replaced, unknown and refused.

use payments_core::{
    Authenticity, Error, ErrorKind, Lookup, Provider, Secret,
    money::Money,
    payment::{Payment, PaymentState},
};
use provider_hpay::formulas::{CHECKOUT_V1_LINK, ORDER_INQUIRY_RESPONSE};
use provider_kit::signature::{Keys, SigningKeys};

use crate::support::{self, PASSCODE, Script};

const TOLD: &str = "{error_code}|{order_code}|{transaction_status}|{total_amount}|{passcode}";

/// A paid order, with a checksum by the formula that HPay may have told.
fn paid(amount: &str, signed_amount: &str) -> String {
    let keys = Keys::one(Secret::new(PASSCODE).unwrap());
    let formula = ORDER_INQUIRY_RESPONSE.replaced(&TOLD.replace("passcode", "secret")).unwrap();
    let fields: [(&str, &[u8]); 4] = [
        ("error_code", b"00"),
        ("order_code", b"DH-20260042"),
        ("transaction_status", b"00"),
        ("total_amount", signed_amount.as_bytes()),
    ];
    let checksum =
        formula.sign(&fields, SigningKeys { secret: Some(&keys), signer: None }).unwrap();
    format!(
        r#"{{"error_code":"00","data":{{"transaction_status":"00","order_code":"DH-20260042",
            "total_amount":"{amount}","tax_amount":0,"transaction_id":"1234"}},
            "checksum":"{checksum}"}}"#
    )
}

async fn find(provider: &Provider) -> Result<Lookup<Payment>, Error> {
    provider.payments().unwrap().find_payment(&support::order()).await
}

async fn asked(changes: &[(&str, &str)], answer: impl Into<String>) -> Result<Payment, Error> {
    let script = Script::new();
    script.answer(answer.into());
    let found = find(&support::provider_with(&script, changes)).await?;
    Ok(found.found().unwrap())
}

#[tokio::test]
async fn an_answer_whose_formula_is_unknown_is_carried_as_unverified() {
    let payment = asked(&[], paid("200000", "anything")).await.unwrap();
    assert!(payment.settles(Money::vnd(200_000)));
    let unverified = Authenticity::Unverified { formula: "hpay.order_inquiry_response".into() };
    assert_eq!(payment.raw.authenticity(), &unverified);
    assert!(!payment.raw.is_verified());
}

#[tokio::test]
async fn an_answer_whose_fields_have_no_certain_ends_is_not_verified() {
    const JOINED: &str = "{order_code}{transaction_status}{total_amount}{passcode}";
    let formula = ORDER_INQUIRY_RESPONSE.replaced(&JOINED.replace("passcode", "secret")).unwrap();
    let keys = Keys::one(Secret::new(PASSCODE).unwrap());
    let fields: [(&str, &[u8]); 3] = [
        ("order_code", b"DH-20260042"),
        ("transaction_status", b"00"),
        ("total_amount", b"200000"),
    ];
    let checksum =
        formula.sign(&fields, SigningKeys { secret: Some(&keys), signer: None }).unwrap();
    let answer = format!(
        r#"{{"error_code":"00","data":{{"transaction_status":"00","order_code":"DH-20260042",
            "total_amount":"200000","tax_amount":0,"transaction_id":"1234"}},
            "checksum":"{checksum}"}}"#
    );
    let joined = ("formulas.order_inquiry_response", JOINED);
    let payment = asked(&[joined], answer.clone()).await.unwrap();
    assert!(!payment.raw.is_verified(), "{:?}", payment.raw.authenticity());
    let error = asked(&[joined, ("unverified_answers", "refuse")], answer).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("formulas.order_inquiry_response"), "{error}");
}

#[tokio::test]
async fn a_formula_that_hpay_told_makes_its_answers_checked() {
    let told = [("formulas.order_inquiry_response", TOLD)];
    let payment = asked(&told, paid("200000", "200000")).await.unwrap();
    let Authenticity::Verified(proof) = payment.raw.authenticity() else { panic!("{payment:?}") };
    assert!(proof.covers("total_amount") && !proof.covers("transaction_id"));

    let error = asked(&told, paid("200000", "100")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("not valid by hpay.order_inquiry_response"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn who_refuses_unverified_answers_is_told_which_formula_is_missing() {
    let strict = [("unverified_answers", "refuse")];
    // A code tells the state too, and comes without a checksum.
    for answer in
        [paid("200000", "200000"), r#"{"error_code":"115","data":[],"checksum":""}"#.to_owned()]
    {
        let error = asked(&strict, answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains("hpay.order_inquiry_response"), "{error}");
    }
    let told = [strict[0], ("formulas.order_inquiry_response", TOLD)];
    assert!(asked(&told, paid("200000", "200000")).await.is_ok());
    let cancelled = r#"{"error_code":"115","data":[],"checksum":""}"#;
    assert!(asked(&told, cancelled).await.is_err(), "a state that nobody signed");
    assert_eq!(asked(&[], cancelled).await.unwrap().state, PaymentState::Cancelled);
}

#[tokio::test]
async fn an_absence_says_nothing_and_needs_no_checksum() {
    let script = Script::new();
    script.answer(r#"{"error_code":"30015","data":[],"checksum":""}"#);
    let provider = support::provider_with(&script, &[("unverified_answers", "refuse")]);
    assert!(matches!(find(&provider).await.unwrap(), Lookup::Absent(_)));
}

#[tokio::test]
async fn the_balance_is_unverified_or_refused_too() {
    let answer = r#"{"data":{"balance":"101,747,939","signature":"x","respone_time":1664182633},
        "requestId":"7C370C60A3C04DDC9B5F24368D31F343","error_code":0,"client_ip":"10.0.9.1"}"#;
    let ask = async |changes: &[(&str, &str)]| {
        let script = Script::new();
        script.answer(answer);
        support::provider_with(&script, changes).payouts().unwrap().balance().await
    };
    let balance = ask(&[]).await.unwrap();
    assert_eq!(balance.amount, Money::vnd(101_747_939));
    let unverified = Authenticity::Unverified { formula: "hpay.balance_response".into() };
    assert_eq!(balance.raw.authenticity(), &unverified);

    let error = ask(&[("unverified_answers", "refuse")]).await.unwrap_err();
    assert!(error.to_string().contains("hpay.balance_response"), "{error}");
    let told = [("formulas.balance_response", "{balance}|{respone_time}|{passcode}")];
    assert!(
        ask(&told).await.unwrap_err().to_string().contains("not valid by hpay.balance_response")
    );
}

#[tokio::test]
async fn a_refused_code_names_the_formula_that_may_be_wrong() {
    let script = Script::new();
    script.answer(r#"{"error_code":"30014","data":[],"checksum":""}"#);
    let error = find(&support::provider(&script)).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some("30014")));
    let words = error.to_string();
    assert!(
        words.contains("signature formula or passcode wrong: hpay.order_inquiry_request, a guess"),
        "{words}"
    );
    assert!(words.contains("formulas.order_inquiry_request"), "{words}");
}

#[tokio::test]
async fn each_account_has_its_own_formulas() {
    let script = Script::new();
    let changes = [("formulas.checkout_v1_link", "{order_code}|{passcode}")];
    let sandbox = support::provider_with(&script, &changes);
    let other = support::provider(&script);
    let layout = |provider: &Provider| {
        let hpay = provider.extension::<provider_hpay::HPay>().unwrap();
        hpay.formulas().get(&CHECKOUT_V1_LINK).layout.to_template().unwrap()
    };
    assert_eq!(layout(&sandbox), "{order_code}|{secret}");
    assert!(layout(&other).starts_with("{merchant_site_code}|{receiver}|"));
}

#[test]
fn a_formula_that_needs_keys_needs_them_in_the_configuration() {
    let mut table = support::table();
    table.remove("private_key");
    table.remove("hpay_certificate");
    table.insert(
        "formulas.order_inquiry_request".into(),
        "rsa_sha256_base64({order_code}|{passcode})".into(),
    );
    let problems = support::try_build(Script::new(), table).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].to_string().contains("formulas.order_inquiry_request: is an RSA formula"),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_request_may_be_signed_by_rsa() {
    let script = Script::new();
    script.answer(r#"{"error_code":"30015","data":[]}"#);
    let changes =
        [("formulas.order_inquiry_request", "rsa_sha256_base64({order_code}|{passcode})")];
    let _ = find(&support::provider_with(&script, &changes)).await.unwrap();
    let checksum = &support::form_body(&script.request())["checksum"];
    assert_eq!(checksum.len(), 344, "2048 bits in base64");
}
