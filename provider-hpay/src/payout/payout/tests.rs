//! The forms in which a payout inquiry answers.

use payments_core::{
    Timestamp,
    money::Money,
    payout::PayoutState::{Failed, Succeeded, Uncertain},
};

use super::*;
use crate::formulas::PAYOUT_INQUIRY_REQUEST;

fn read(json: &str) -> Result<Lookup<Payout>, ErrorKind> {
    let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
    let asked = PayoutRef::new("1666062845347").unwrap();
    payouts(
        "find_payout",
        "12345",
        &asked,
        None,
        &envelope,
        &PAYOUT_INQUIRY_REQUEST,
        &Raw::default(),
    )
    .map_err(|error| error.kind())
}

fn row(id: &str, states: [&str; 3]) -> String {
    format!(
        r#"{{"time_tranfer":"1689842444","transaction_id":"{id}","note":"n","amount":"20000",
            "transaction_status":"{}","cashout_status":"{}","refund_status":"{}",
            "bankAccount_name":"TEST","merchant_id":"12345","request_id":"1666062845347",
            "bankAccount_number":"12010004003096"}}"#,
        states[0], states[1], states[2]
    )
}

fn several(rows: &[String]) -> String {
    format!(r#"{{"data":[{}],"secure_chain":"x","error_code":"000"}}"#, rows.join(","))
}

#[test]
fn one_payout_is_an_object_with_numbers() {
    let json = r#"{"data":{"time_tranfer":1661834533,"note":"chuyen tien iBFT","amount":1000000,
        "transaction_status":4,"cashout_status":3,"refund_status":3,"bankAccount_name":"TEST",
        "merchant_id":"12345","request_id":"1666062845347",
        "bankAccount_number":"12010004002695"},"secure_chain":"bac7","error_code":"000"}"#;
    let payout = read(json).unwrap().found().unwrap();
    assert_eq!((payout.state, payout.amount), (Succeeded, Some(Money::vnd(1_000_000))));
    assert_eq!(payout.account.unwrap().as_str(), "12010004002695");
    assert_eq!(payout.at, Some(Timestamp::from_unix(1_661_834_533)));
    assert!(!payout.needs_attention);
}

#[test]
fn two_payouts_that_succeeded_under_one_reference_are_an_alert() {
    let twice = several(&[row("1", ["4", "3", ""]), row("2", ["4", "3", ""])]);
    let Lookup::Several(both) = read(&twice).unwrap() else { panic!("one of two was dropped") };
    assert!(both.iter().all(|payout| payout.needs_attention));

    let under_way = several(&[row("1", ["4", "3", ""]), row("2", ["2", "1", ""])]);
    let Lookup::Several(both) = read(&under_way).unwrap() else { panic!("one was dropped") };
    assert!(both.iter().all(|payout| payout.needs_attention), "the second may yet succeed");

    let tried_again = several(&[row("1", ["3", "4", ""]), row("2", ["4", "3", ""])]);
    let Lookup::Several(both) = read(&tried_again).unwrap() else { panic!("one was dropped") };
    let states: Vec<PayoutState> = both.iter().map(|payout| payout.state).collect();
    assert_eq!(states, [Failed, Succeeded]);
    assert!(both.iter().all(|payout| !payout.needs_attention));
}

#[test]
fn a_list_of_one_is_one() {
    let payout = read(&several(&[row("1", ["4", "3", ""])])).unwrap().found().unwrap();
    assert_eq!(payout.gateway_ref.unwrap().as_str(), "1");
}

#[test]
fn a_contradiction_of_the_provider_calls_for_a_person() {
    let payout = read(&several(&[row("1", ["3", "3", ""])])).unwrap().found().unwrap();
    assert_eq!((payout.state, payout.needs_attention), (Uncertain, true));
}

#[test]
fn an_account_that_cannot_be_ours_calls_for_a_person_and_leaves_the_verdict() {
    let answer = several(&[row("1", ["4", "3", ""])]).replace("12010004003096", "12-0/1");
    let payout = read(&answer).unwrap().found().unwrap();
    assert_eq!((payout.state, payout.needs_attention), (Succeeded, true));
    assert_eq!(payout.account, None);
}

#[test]
fn no_payout_is_never_conclusively_absent() {
    let none = [
        r#"{"error_code":"217301","data":[]}"#,
        r#"{"error_code":"126","data":[]}"#,
        r#"{"error_code":"000","data":[]}"#,
        r#"{"error_code":"000","data":null}"#,
        r#"{"error_code":"000"}"#,
    ];
    for json in none {
        assert!(
            matches!(read(json), Ok(Lookup::Absent(Absence::Inconclusive { .. }))),
            "{json} gave {:?}",
            read(json)
        );
    }
}

#[test]
fn a_question_that_failed_says_nothing_about_the_payout() {
    let failures = [
        ("001", ErrorKind::Authentication),
        ("20015", ErrorKind::Authentication),
        ("20016", ErrorKind::Permission),
        ("99", ErrorKind::Unavailable),
        ("050", ErrorKind::Unavailable),
        ("063", ErrorKind::Unavailable),
        ("01", ErrorKind::InvalidRequest),
        ("035", ErrorKind::Conflict),
        ("987", ErrorKind::Malformed),
    ];
    for (code, kind) in failures {
        let json = format!(r#"{{"error_code":"{code}","data":[]}}"#);
        assert_eq!(read(&json).unwrap_err(), kind, "code {code}");
    }
}

#[test]
fn an_answer_about_another_payout_or_merchant_is_no_answer() {
    let good = several(&[row("1", ["4", "3", ""])]);
    for (ours, theirs) in [("1666062845347", "1666062845348"), ("\"12345\"", "\"12346\"")] {
        assert_eq!(read(&good.replace(ours, theirs)).unwrap_err(), ErrorKind::Malformed);
    }
}
