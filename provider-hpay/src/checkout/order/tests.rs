//! What an order inquiry means, code by code and status by status.

use payments_core::{
    Absence,
    ErrorKind::{Authentication, Conflict, InvalidRequest, Malformed, Permission, Unavailable},
    payment::PaymentState::{Cancelled, Failed, Held, Open, Processing, Settled, Uncertain},
};

use super::*;
use crate::formulas::ORDER_INQUIRY_REQUEST;

const OURS: Account<'static> = Account { merchant_id: "12345", currency: Currency::VND };

#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// The query worked, and its data decide.
    Answered,
    State(PaymentState),
    Absent,
    Fails(ErrorKind),
}

use Found::{Absent, Answered, Fails, State};

const EXPECTED: &[(&str, Found)] = &[
    ("00", Answered),
    ("01", Fails(InvalidRequest)),
    ("99", Fails(Unavailable)),
    ("02", Fails(Permission)),
    ("03", Fails(InvalidRequest)),
    ("04", Fails(InvalidRequest)),
    ("05", Fails(InvalidRequest)),
    ("06", Fails(Authentication)),
    ("07", Fails(Authentication)),
    ("08", Fails(Authentication)),
    ("09", Fails(Permission)),
    ("10", Fails(InvalidRequest)),
    ("11", Fails(InvalidRequest)),
    ("12", Fails(InvalidRequest)),
    ("29", Fails(InvalidRequest)),
    ("80", Fails(Conflict)),
    ("81", State(Open)),
    ("82", State(Processing)),
    ("83", State(Failed)),
    ("110", Fails(InvalidRequest)),
    ("111", Fails(Permission)),
    ("113", Fails(Permission)),
    ("114", State(Processing)),
    ("115", State(Cancelled)),
    ("118", Fails(InvalidRequest)),
    ("119", Fails(InvalidRequest)),
    ("120", Fails(InvalidRequest)),
    ("121", Fails(InvalidRequest)),
    ("122", Fails(InvalidRequest)),
    ("123", Fails(InvalidRequest)),
    ("124", Fails(InvalidRequest)),
    ("125", Fails(InvalidRequest)),
    ("126", Fails(InvalidRequest)),
    ("127", Fails(InvalidRequest)),
    ("128", Fails(InvalidRequest)),
    ("129", Fails(InvalidRequest)),
    ("130", Fails(InvalidRequest)),
    ("131", Fails(InvalidRequest)),
    ("132", Fails(InvalidRequest)),
    ("133", Fails(InvalidRequest)),
    ("134", Fails(InvalidRequest)),
    ("135", Fails(Unavailable)),
    ("140", Fails(InvalidRequest)),
    ("30010", Fails(InvalidRequest)),
    ("30011", Fails(InvalidRequest)),
    ("30012", Fails(InvalidRequest)),
    ("30013", Fails(Authentication)),
    ("30014", Fails(Authentication)),
    ("30015", Absent),
];

const STATUSES: &[(&str, PaymentState)] = &[
    ("00", Settled),
    ("01", Held),
    ("02", Open),
    // A text without two digits, or one of the merchant portal, which has other numbers.
    ("0", Uncertain),
    ("1", Uncertain),
    ("4", Uncertain),
    ("03", Uncertain),
    ("000", Uncertain),
    ("", Uncertain),
    ("paid", Uncertain),
];

fn read(json: &str) -> Result<Lookup<Payment>, ErrorKind> {
    let envelope: Envelope<'_> = serde_json::from_str(json).unwrap();
    let order = OrderRef::new("DH-1").unwrap();
    let (formula, raw) = (ORDER_INQUIRY_REQUEST, Raw::default());
    super::read("find_payment", OURS, &order, None, &envelope, &formula, raw)
        .map_err(|error| error.kind())
}

fn answer(status: &str, more: &str) -> String {
    format!(
        r#"{{"error_code":"00","data":{{"order_code":"DH-1","transaction_status":"{status}"{more}}},
            "checksum":"123"}}"#
    )
}

#[test]
fn every_checkout_code_is_a_state_an_absence_or_a_failure_to_ask() {
    for (code, expected) in EXPECTED {
        let json = format!(r#"{{"error_code":"{code}","data":[],"checksum":""}}"#);
        let found = match read(&json) {
            Ok(Lookup::Found(payment)) => State(payment.state),
            Ok(Lookup::Absent(Absence::Inconclusive { .. })) => Absent,
            Ok(other) => panic!("code {code}: {other:?}"),
            // A success with an empty list as its data.
            Err(Malformed) if *code == "00" => Answered,
            Err(kind) => Fails(kind),
        };
        assert_eq!(found, *expected, "code {code}");
    }
}

#[test]
fn a_code_that_is_not_listed_says_nothing_about_the_payment() {
    for code in ["0", "1", "081", "8", "30016", "000"] {
        let json = format!(r#"{{"error_code":"{code}","data":[]}}"#);
        assert_eq!(read(&json).unwrap_err(), Malformed, "code {code}");
    }
}

#[test]
fn only_00_is_settled_and_a_word_that_is_not_documented_is_uncertain() {
    for (status, expected) in STATUSES {
        let found = read(&answer(status, r#","total_amount":"1000""#)).unwrap().found().unwrap();
        assert_eq!(found.state, *expected, "status {status:?}");
        assert_eq!(found.provider_state.as_deref(), Some(*status));
    }
}

#[test]
fn paid_without_an_amount_is_uncertain() {
    let found = read(&answer("00", "")).unwrap().found().unwrap();
    assert_eq!((found.state, found.received), (Uncertain, None));
}

#[test]
fn only_the_exact_amount_of_a_settled_order_settles() {
    let more = r#","total_amount":"1000","transaction_id":"1234""#;
    let found = read(&answer("00", more)).unwrap().found().unwrap();
    assert!(found.settles(Money::vnd(1000)));
    assert!(!found.settles(Money::vnd(1001)));
    assert_eq!(found.gateway_ref.unwrap().as_str(), "1234");
    assert_eq!(found.credits.len(), 1);
    let held = read(&answer("01", more)).unwrap().found().unwrap();
    assert!(!held.settles(Money::vnd(1000)) && held.credits.is_empty());
}

#[test]
fn the_price_of_an_order_is_received_only_once_it_was_paid() {
    for (status, received) in
        [("00", Some(Money::vnd(1000))), ("01", Some(Money::vnd(1000))), ("02", None), ("77", None)]
    {
        let found = read(&answer(status, r#","total_amount":"1000""#)).unwrap().found().unwrap();
        assert_eq!((found.asked, found.received), (Some(Money::vnd(1000)), received), "{status}");
    }
}

#[test]
fn an_answer_about_another_order_is_no_answer() {
    let json = answer("00", r#","total_amount":"1000""#).replace("DH-1", "DH-10");
    assert_eq!(read(&json).unwrap_err(), Malformed);
}

#[test]
fn an_amount_with_decimals_or_without_digits_is_no_answer() {
    for amount in ["1000.5", "1e3", "-", "", "1,000"] {
        let json = answer("00", &format!(r#","total_amount":"{amount}""#));
        assert_eq!(read(&json).unwrap_err(), Malformed, "{amount:?}");
    }
}
