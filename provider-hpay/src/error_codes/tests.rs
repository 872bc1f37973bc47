//! The three code tables, row by row. The expectations stand here and not in the tables, so that
//! a row that is lost or changed is noticed.

use std::collections::BTreeSet;

use payments_core::DeclineReason::{
    Authentication, Beneficiary, InsufficientFunds, InvalidRequest, Limit, Other, Permission, State,
};

use super::*;
use crate::{
    formulas::PAYOUT_REQUEST, payout::status::CODES as PAYOUT_CODES,
    virtual_account::status::CODES as ACCOUNT_CODES,
};

#[derive(Debug, PartialEq, Eq)]
enum Instructed {
    Works,
    Refused(DeclineReason),
    Undecided,
    Unknown,
}

use Instructed::{Refused, Undecided, Unknown, Works};

const PAYOUT: &[(&str, Instructed)] = &[
    ("000", Works),
    ("01", Refused(InvalidRequest)),
    ("4", Refused(Limit)),
    ("20010", Refused(InvalidRequest)),
    ("20011", Refused(InvalidRequest)),
    ("20012", Refused(InvalidRequest)),
    ("20013", Refused(InvalidRequest)),
    ("20014", Refused(Authentication)),
    ("20015", Refused(Authentication)),
    ("20016", Refused(Permission)),
    ("20017", Refused(InvalidRequest)),
    ("217301", Undecided),
    ("008", Refused(Other)),
    ("99", Undecided),
    ("999", Undecided),
    ("050", Undecided),
    ("064", Undecided),
    ("100", Undecided),
    ("001", Refused(Authentication)),
    ("010", Refused(Authentication)),
    ("014", Refused(Authentication)),
    ("035", Refused(InsufficientFunds)),
    ("036", Refused(Permission)),
    ("043", Undecided),
    ("058", Undecided),
    ("062", Refused(Beneficiary)),
    ("063", Undecided),
    ("066", Refused(Beneficiary)),
    ("096", Undecided),
    ("104", Undecided),
    ("115", Refused(Beneficiary)),
    ("116", Refused(InvalidRequest)),
    ("117", Refused(Beneficiary)),
    ("118", Refused(Beneficiary)),
    ("119", Refused(Beneficiary)),
    ("120", Refused(Beneficiary)),
    ("122", Refused(Beneficiary)),
    ("123", Refused(Beneficiary)),
    ("124", Refused(Beneficiary)),
    ("125", Undecided),
    ("126", Undecided),
    ("127", Refused(Beneficiary)),
    ("128", Refused(Beneficiary)),
    ("129", Undecided),
    ("*", Undecided),
];

const VIRTUAL_ACCOUNT: &[(&str, Instructed)] = &[
    ("00", Works),
    ("01", Refused(InvalidRequest)),
    ("03", Refused(Authentication)),
    ("06", Refused(Authentication)),
    ("07", Refused(InvalidRequest)),
    ("08", Refused(State)),
    ("99", Undecided),
    ("040", Refused(InvalidRequest)),
    ("041", Refused(State)),
    ("043", Refused(State)),
    ("044", Refused(Permission)),
    ("045", Refused(InvalidRequest)),
    ("046", Refused(InvalidRequest)),
    ("047", Refused(InvalidRequest)),
    ("048", Refused(InvalidRequest)),
    ("049", Refused(InvalidRequest)),
    // It is in the example of the create call but in no table.
    ("0", Works),
];

fn outcome(codes: &'static ErrorCodes, code: Literal) -> Instructed {
    if codes.is_success(&code) {
        return Works;
    }
    let envelope = Envelope { error_code: code, data: None, status: None, message: None };
    match Code::of(codes, &envelope).refused_instruction::<()>(&PAYOUT_REQUEST) {
        Submission::Accepted(()) => panic!("a code alone accepted an instruction"),
        Submission::Declined(decline) => {
            assert!(!decline.is_confirmed(), "no code of HPay is signed: {decline}");
            assert_eq!(decline.code.as_deref(), Some(&*envelope.error_code.text()));
            assert!(decline.message.is_some_and(|words| !words.is_empty()));
            Refused(decline.reason)
        }
        Submission::Uncertain(uncertain) => match uncertain.cause {
            UncertainCause::ProviderUndecided => Undecided,
            UncertainCause::UnknownCode => Unknown,
            cause => panic!("{cause:?}"),
        },
    }
}

fn text(code: &str) -> Literal {
    Literal::Text(code.to_owned())
}

#[test]
fn every_payout_code_refuses_or_leaves_the_payout_uncertain_as_documented() {
    for (code, expected) in PAYOUT {
        assert_eq!(outcome(&PAYOUT_CODES, text(code)), *expected, "code {code}");
    }
}

#[test]
fn every_virtual_account_code_means_what_is_documented() {
    for (code, expected) in VIRTUAL_ACCOUNT {
        assert_eq!(outcome(&ACCOUNT_CODES, text(code)), *expected, "code {code}");
    }
}

#[test]
fn every_row_of_the_tables_is_listed_here() {
    let rows = |table: &'static str| -> BTreeSet<&str> {
        table.lines().skip(1).map(|row| row.split('\t').next().unwrap()).collect()
    };
    let listed = |expected: &'static [(&'static str, Instructed)]| -> BTreeSet<&str> {
        expected.iter().map(|(code, _)| *code).filter(|code| *code != "0").collect()
    };
    assert_eq!(listed(PAYOUT), rows(include_str!("../../data/errors_ibft.tsv")));
    assert_eq!(listed(VIRTUAL_ACCOUNT), rows(include_str!("../../data/errors_va.tsv")));
}

#[test]
fn only_a_refused_signature_names_the_formula() {
    let message = |codes: &'static ErrorCodes, code: &str| {
        let envelope = Envelope { error_code: text(code), data: None, status: None, message: None };
        match Code::of(codes, &envelope).refused_instruction::<()>(&PAYOUT_REQUEST) {
            Submission::Declined(decline) => decline.message.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let hint = "signature formula or passcode wrong";
    for (codes, code) in [
        (&PAYOUT_CODES, "001"),
        (&PAYOUT_CODES, "010"),
        (&PAYOUT_CODES, "20015"),
        (&ACCOUNT_CODES, "03"),
    ] {
        let words = message(codes, code);
        assert!(words.contains(hint) && words.contains("hpay.payout_request"), "{words}");
    }
    for (codes, code) in [
        (&PAYOUT_CODES, "014"),
        (&PAYOUT_CODES, "035"),
        (&PAYOUT_CODES, "20014"),
        (&ACCOUNT_CODES, "06"),
        (&ACCOUNT_CODES, "045"),
    ] {
        assert!(!message(codes, code).contains(hint), "{code}");
    }
}

#[test]
fn a_code_that_is_not_listed_is_uncertain() {
    for code in ["", "00", "0", "1", "35", "0035", "035 ", "888", "Success", "\u{660}"] {
        assert_eq!(outcome(&PAYOUT_CODES, text(code)), Unknown, "code {code:?}");
    }
    for code in ["", "000", "3", "003", "100", "115"] {
        assert_eq!(outcome(&ACCOUNT_CODES, text(code)), Unknown, "code {code:?}");
    }
}

#[test]
fn zeros_are_never_dropped_and_never_added_but_for_success() {
    assert_eq!(outcome(&PAYOUT_CODES, Literal::Number(0)), Works);
    assert_eq!(outcome(&ACCOUNT_CODES, Literal::Number(0)), Works);
    assert_eq!(outcome(&PAYOUT_CODES, Literal::Number(4)), Refused(Limit));
    assert_eq!(outcome(&PAYOUT_CODES, text("04")), Unknown);
    assert_eq!(outcome(&PAYOUT_CODES, Literal::Number(35)), Unknown);
    assert_eq!(outcome(&PAYOUT_CODES, Literal::Number(99)), Undecided);
}

#[test]
fn the_same_number_means_different_things_in_two_services() {
    assert_eq!(outcome(&PAYOUT_CODES, text("043")), Undecided);
    assert_eq!(outcome(&ACCOUNT_CODES, text("043")), Refused(State));
    assert_eq!(outcome(&PAYOUT_CODES, text("01")), Refused(InvalidRequest));
    assert_eq!(outcome(&PAYOUT_CODES, text("001")), Refused(Authentication));
}
