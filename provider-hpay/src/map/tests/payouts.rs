//! The verdict on a payout's three statuses, and the forms in which an inquiry answers.

use payments_core::{
    Absence, ErrorKind, Lookup, PayoutRef, Raw, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{
        Payout,
        PayoutState::{self, Failed, Pending, Reversed, Succeeded, Uncertain},
    },
};

use crate::{
    formula::{NAME_CHECK_REQUEST, PAYOUT_INQUIRY_REQUEST},
    map::{
        payout::{balance, name, payouts},
        verdict::{Verdict, verdict},
    },
    wire::Envelope,
};

const STATUSES: [&str; 10] = ["", "0", "1", "2", "3", "4", "5", "6", "7", "8"];

/// The table of the three statuses, written out: transaction, cashout, refund, and what they mean.
/// All that is not listed is uncertain.
fn expected(transaction: &str, cashout: &str, refund: &str) -> Verdict {
    let (state, contradiction) = match (transaction, cashout, refund) {
        (_, "1" | "2", _) => (Pending, false),
        ("4", "3", "2") => (Reversed, false),
        ("4", "3", _) => (Succeeded, false),
        ("3", "4", _) => (Failed, false),
        ("4", "4", "2") => (Failed, false),
        ("3", "3", _) => (Uncertain, true),
        _ => (Uncertain, false),
    };
    Verdict { state, contradiction }
}

#[test]
fn three_statuses_together_decide_and_what_is_not_listed_is_uncertain() {
    for transaction in STATUSES {
        for cashout in STATUSES {
            for refund in STATUSES {
                assert_eq!(
                    verdict(transaction, cashout, refund),
                    expected(transaction, cashout, refund),
                    "transaction {transaction:?}, cashout {cashout:?}, refund {refund:?}"
                );
            }
        }
    }
}

#[test]
fn a_payout_debited_and_refused_by_the_bank_is_uncertain_until_the_refund() {
    for refund in ["", "1", "3"] {
        assert_eq!(verdict("4", "4", refund).state, Uncertain);
    }
    assert_eq!(verdict("4", "4", "2").state, Failed);
}

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
    let payout = read(json).unwrap().found().unwrap().unwrap();
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
    let payout = read(&several(&[row("1", ["4", "3", ""])])).unwrap().found().unwrap().unwrap();
    assert_eq!(payout.gateway_ref.unwrap().as_str(), "1");
}

#[test]
fn a_contradiction_of_the_provider_calls_for_a_person() {
    let payout = read(&several(&[row("1", ["3", "3", ""])])).unwrap().found().unwrap().unwrap();
    assert_eq!((payout.state, payout.needs_attention), (Uncertain, true));
}

#[test]
fn an_account_that_cannot_be_ours_calls_for_a_person_and_leaves_the_verdict() {
    let answer = several(&[row("1", ["4", "3", ""])]).replace("12010004003096", "12-0/1");
    let payout = read(&answer).unwrap().found().unwrap().unwrap();
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

fn account() -> BankAccount {
    BankAccount::new(
        Bin::new("970418").unwrap(),
        AccountNumber::new("9704180000042134197").unwrap(),
    )
}

#[test]
fn a_name_is_of_the_account_that_was_asked_about() {
    let good = r#"{"error_code":"000","data":{"request_id":"20220912052918","merchant_id":"1234",
        "bank_account_number":"9704180000042134197","bank_name":"BIDV",
        "bank_account_name":"NGUYEN THI B"},"checksum":"c2b8"}"#;
    let read = |json: &str| {
        let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
        name("verify_beneficiary", &account(), "BIDV", &envelope, &NAME_CHECK_REQUEST)
            .map_err(|error| error.kind())
    };
    assert_eq!(read(good).unwrap().name, "NGUYEN THI B");
    for (ours, theirs) in [("197\"", "198\""), ("BIDV", "VCB"), ("NGUYEN THI B", "")] {
        assert_eq!(read(&good.replace(ours, theirs)).unwrap_err(), ErrorKind::Malformed);
    }
    assert_eq!(
        read(r#"{"error_code":"115","data":[]}"#).unwrap_err(),
        ErrorKind::NotFound,
        "an account that does not exist"
    );
}

#[test]
fn a_balance_is_read_with_its_commas_and_its_time() {
    let read = |json: &str| {
        let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
        balance("balance", &envelope, Timestamp::from_unix(7)).map_err(|error| error.kind())
    };
    let good = r#"{"data":{"balance":"101,747,939","signature":"s","respone_time":1664182633},
        "requestId":"7C37","error_code":0,"client_ip":"10.0.9.1"}"#;
    let told = read(good).unwrap();
    assert_eq!(told.amount, Money::vnd(101_747_939));
    assert_eq!(told.at, Timestamp::from_unix(1_664_182_633));
    for code in [r#""0""#, r#""00""#, r#""000""#] {
        let text = good.replace(r#""error_code":0"#, &format!(r#""error_code":{code}"#));
        assert_eq!(read(&text).unwrap(), told, "{code}");
    }
    let refused = r#"{"requestId":"17","error_code":215303,"client_ip":"1","message":"m"}"#;
    assert_eq!(read(refused).unwrap_err(), ErrorKind::Authentication);
    assert_eq!(read(&refused.replace("215303", "104")).unwrap_err(), ErrorKind::Malformed);
}
