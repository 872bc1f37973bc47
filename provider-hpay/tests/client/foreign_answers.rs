//! Faults that somebody between us and HPay answers with, some of them in HPay's own envelope. No
//! such answer is a refusal, a success or an absence.

use std::collections::BTreeSet;

use payments_core::{ErrorKind, UncertainCause};
use serde_json::{Value, json};

use crate::{
    operations::{self, Outcome, good},
    support::{self, Script},
};

/// HTTP statuses that HPay documents no answer with.
const STATUSES: [u16; 11] = [201, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503];

const TABLES: [&str; 3] = [
    include_str!("../../data/errors_checkout.tsv"),
    include_str!("../../data/errors_va.tsv"),
    include_str!("../../data/errors_ibft.tsv"),
];

/// Every code that the reference lists, of whatever service.
fn documented_codes() -> BTreeSet<&'static str> {
    let rows = TABLES.iter().flat_map(|table| table.lines().skip(1));
    rows.map(|row| row.split('\t').next().unwrap()).collect()
}

fn refused(code: Value, words: &str) -> Value {
    json!({"error_code": code, "status": words, "message": words, "data": []})
}

/// What a fault comes with: refusals, absences and states in HPay's words, and anybody's words in
/// HPay's envelope.
fn bodies(operation: &str) -> Vec<String> {
    let mut bodies = vec![
        String::new(),
        "<html>".to_owned(),
        r#"{"message":"Too Many Requests"}"#.to_owned(),
        good(operation, "c").to_string(),
    ];
    for code in ["00", "000", "035", "06", "07", "08", "041", "001", "30015", "217301", "115", "99"]
    {
        bodies.push(refused(code.into(), "Upstream says no").to_string());
    }
    bodies.extend([429.into(), "rate_limited".into()].map(|code| refused(code, "x").to_string()));
    bodies
}

/// The kind of the error that an inquiry ends with.
fn kind(status: u16) -> ErrorKind {
    match status {
        429 => ErrorKind::RateLimited,
        401 | 403 => ErrorKind::Permission,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Malformed,
    }
}

#[tokio::test]
async fn a_fault_with_the_gateways_own_envelope_is_neither_a_refusal_nor_an_absence() {
    let script = Script::new();
    for operation in operations::all() {
        for status in STATUSES {
            for body in bodies(operation.name) {
                // A provider of its own: one confirms a claim a few times only.
                let provider = support::provider(&script);
                script.answer_with(status, body.clone());
                let outcome = (operation.call)(&provider).await;
                let expected = match operation.is_instruction() {
                    true => Outcome::Uncertain(UncertainCause::UnreadableAnswer),
                    false => Outcome::Failed(kind(status)),
                };
                assert_eq!(outcome, expected, "{}: HTTP {status} {body}", operation.name);
            }
        }
    }
}

#[tokio::test]
async fn a_code_that_hpay_documents_nowhere_refuses_nothing_under_http_200() {
    let strangers: [Value; 8] = [
        "rate_limited".into(),
        429.into(),
        500.into(),
        "E1001".into(),
        "forbidden".into(),
        "".into(),
        (-1).into(),
        9_999_999_999_999_i64.into(),
    ];
    let script = Script::new();
    for operation in operations::all() {
        for code in &strangers {
            for data in [json!([]), Value::Null, json!({}), json!({"error": "x"})] {
                let provider = support::provider(&script);
                let mut body = refused(code.clone(), "x");
                body["data"] = data;
                script.answer(body.to_string());
                let outcome = (operation.call)(&provider).await;
                let is_undecided = match operation.is_instruction() {
                    true => matches!(outcome, Outcome::Uncertain(_)),
                    false => matches!(outcome, Outcome::Failed(_)),
                };
                assert!(is_undecided, "{}: {body}: {outcome:?}", operation.name);
            }
        }
    }
}

#[tokio::test]
async fn no_documented_code_confirms_a_refusal_for_no_signature_covers_it() {
    let script = Script::new();
    let provider = support::provider(&script);
    for operation in &operations::INSTRUCTIONS {
        for code in documented_codes() {
            script.answer(refused(code.into(), "x").to_string());
            let outcome = (operation.call)(&provider).await;
            let is_open =
                matches!(outcome, Outcome::Declined { confirmed: false } | Outcome::Uncertain(_));
            assert!(is_open, "{}: {code}: {outcome:?}", operation.name);
        }
    }
}
