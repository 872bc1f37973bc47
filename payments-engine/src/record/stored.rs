//! Tests that records of earlier versions stay readable, and that records of later ones block
//! nothing.

use super::{Observation, Observed, PayoutRecord, RecordState};

/// Observations of one payout as format 1 stores them.
const FORMAT_1: &str = include_str!("golden/format-1.json");

fn folded(text: &str) -> PayoutRecord {
    let history: Vec<Observed> = serde_json::from_str(text).unwrap();
    history.iter().fold(None, PayoutRecord::after).unwrap()
}

#[test]
fn a_history_of_format_1_is_read_and_folded() {
    let record = folded(FORMAT_1);
    assert_eq!((record.state, record.revision), (RecordState::Pending, 4));
    assert_eq!(record.reference().as_str(), "P-1");
    assert!(record.permit.is_some() && record.payout.is_some(), "{record:?}");
}

#[test]
fn an_unknown_word_changes_nothing_but_the_revision() {
    let strange = FORMAT_1.replace("\"interrupted\"", "\"teleported\"");
    assert_ne!(strange, FORMAT_1, "the history has no such observation");
    let history: Vec<Observed> = serde_json::from_str(&strange).unwrap();
    let is_unknown = |one: &Observed| matches!(one.observation, Observation::Unrecognised);
    assert_eq!(history.iter().filter(|one| is_unknown(one)).count(), 1);
    assert_eq!(folded(&strange).revision, 4);
    let state: RecordState = serde_json::from_str("\"teleported\"").unwrap();
    assert_eq!(state, RecordState::Uncertain);
    for state in RecordState::ALL {
        let stored = serde_json::to_string(&state).unwrap();
        assert_eq!(stored, format!("\"{}\"", state.as_str()));
        assert_eq!(serde_json::from_str::<RecordState>(&stored).unwrap(), state);
    }
}
