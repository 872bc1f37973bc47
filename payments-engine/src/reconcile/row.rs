//! The rows of a run.

use std::fmt;

use payments_core::{
    DedupeKey, Direction, Movement, Timestamp,
    money::{Currency, Money},
};
use serde::{Deserialize, Serialize, de};

use crate::{change::Subject, record::CaseId};

/// One row of a run: a line of the statement, or a record that no line matches, with the result of
/// the comparison.
///
/// Its serialised form is flat and the same in JSON, in CSV and in the store: texts and whole
/// numbers. Amounts are in the minor unit of their currency (đồng, cents). It contains no memo and
/// no name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Flat", try_from = "Flat")]
#[non_exhaustive]
pub struct ReconciliationRow {
    /// The number of the row within the run, counted from 1.
    pub number: u64,
    /// The result of the comparison.
    pub kind: RowKind,
    /// Whether the money arrived or left, or `None` for a line that cannot be read.
    pub direction: Option<Direction>,
    /// The amount of the line, or of the record if no line matches it.
    pub amount: Option<Money>,
    /// The amount of the record, if it differs from `amount`.
    pub recorded: Option<Money>,
    /// When the money was booked, or `None` if that is unknown.
    pub at: Option<Timestamp>,
    /// The key of the line, or the key of the record if no line matches it.
    pub key: Option<DedupeKey>,
    /// The record that the row belongs to, or `None` if it belongs to none.
    pub subject: Option<Subject>,
    /// The case in which a person decides about the row, if there is one.
    pub case: Option<CaseId>,
    /// The finding, in one line, without personal data.
    pub detail: String,
}

/// The result of comparing a line of a statement with the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowKind {
    /// Listed and on record, with the same amount.
    Matched,
    /// Listed, and it was not on record, so it was booked for its order. Either a delivery was
    /// lost, or the statement is read only by reconciliations.
    MissingHere,
    /// On record, and not listed.
    MissingThere,
    /// Listed and on record, but with another amount, or in a state that contradicts the line.
    Differs,
    /// A key or a payout that the statement already listed before.
    Duplicate,
    /// Listed, but without an order, a payout or a refund on record.
    Unmatched,
    /// A line that cannot be read, or a stored kind that this version does not know.
    #[serde(other)]
    Unreadable,
}

impl RowKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Matched,
        Self::MissingHere,
        Self::MissingThere,
        Self::Differs,
        Self::Duplicate,
        Self::Unmatched,
        Self::Unreadable,
    ];

    /// Returns the kind as it is stored, such as `missing_here`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::Differs => "differs",
            Self::Duplicate => "duplicate",
            Self::Unmatched => "unmatched",
            Self::Unreadable => "unreadable",
        }
    }

    /// Returns whether a person has to look at rows of this kind.
    pub fn needs_a_person(self) -> bool {
        !matches!(self, Self::Matched | Self::MissingHere)
    }
}

impl fmt::Display for RowKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_str().replace('_', " "))
    }
}

impl ReconciliationRow {
    /// Creates a row without a movement.
    pub(super) fn new(kind: RowKind, detail: impl Into<String>) -> Self {
        Self {
            number: 0,
            kind,
            direction: None,
            amount: None,
            recorded: None,
            at: None,
            key: None,
            subject: None,
            case: None,
            detail: detail.into(),
        }
    }

    /// Creates a row about a movement.
    pub(super) fn of(movement: &Movement, kind: RowKind, detail: impl Into<String>) -> Self {
        Self {
            direction: Some(movement.direction),
            amount: Some(movement.amount),
            at: movement.at,
            key: Some(movement.key.clone()),
            ..Self::new(kind, detail)
        }
    }

    pub(super) fn about(self, subject: impl Into<Option<Subject>>) -> Self {
        Self { subject: subject.into(), ..self }
    }

    pub(super) fn with_case(self, case: Option<CaseId>) -> Self {
        Self { case, ..self }
    }
}

/// The serialised form of a row.
#[derive(Serialize, Deserialize)]
struct Flat {
    number: u64,
    kind: RowKind,
    direction: Option<Direction>,
    amount: Option<i64>,
    currency: Option<String>,
    recorded_amount: Option<i64>,
    recorded_currency: Option<String>,
    at: Option<Timestamp>,
    key: Option<DedupeKey>,
    subject: Option<String>,
    case: Option<String>,
    detail: String,
}

impl From<ReconciliationRow> for Flat {
    fn from(row: ReconciliationRow) -> Self {
        let code = |money: Money| money.currency().code().to_owned();
        Self {
            number: row.number,
            kind: row.kind,
            direction: row.direction,
            amount: row.amount.map(|money| money.minor()),
            currency: row.amount.map(code),
            recorded_amount: row.recorded.map(|money| money.minor()),
            recorded_currency: row.recorded.map(code),
            at: row.at,
            key: row.key,
            subject: row.subject.map(|subject| subject.to_string()),
            case: row.case.map(|case| case.to_string()),
            detail: row.detail,
        }
    }
}

impl TryFrom<Flat> for ReconciliationRow {
    type Error = de::value::Error;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        let wrong = |error: &dyn fmt::Display| <de::value::Error as de::Error>::custom(error);
        let money = |minor: Option<i64>, code: Option<String>| match (minor, code) {
            (Some(minor), Some(code)) => {
                let currency = Currency::from_code(&code).map_err(|error| wrong(&error))?;
                Ok(Some(Money::from_minor(minor, currency)))
            }
            _ => Ok(None),
        };
        Ok(Self {
            number: flat.number,
            kind: flat.kind,
            direction: flat.direction,
            amount: money(flat.amount, flat.currency)?,
            recorded: money(flat.recorded_amount, flat.recorded_currency)?,
            at: flat.at,
            key: flat.key,
            // A subject of a later version is left out.
            subject: flat.subject.and_then(|text| text.parse().ok()),
            case: flat.case.and_then(|text| text.parse().ok()),
            detail: flat.detail,
        })
    }
}

#[cfg(test)]
mod tests {
    use payments_core::OrderRef;

    use super::*;

    fn sample() -> ReconciliationRow {
        let key = DedupeKey::new("acme.line", "L-1").unwrap();
        let movement = Movement::new(key, Direction::In, Money::vnd(50_000))
            .with_time(Timestamp::from_unix(1_700_000_000))
            .with_memo("NGUYEN VAN A");
        let subject = Subject::from(OrderRef::new("A-1").unwrap());
        let case = CaseId::new(subject.clone(), 2);
        let mut row = ReconciliationRow::of(&movement, RowKind::Differs, "another amount")
            .about(subject)
            .with_case(Some(case));
        (row.number, row.recorded) = (7, Some(Money::vnd(40_000)));
        row
    }

    #[test]
    fn a_row_is_flat_and_shows_no_memo() {
        let json = serde_json::to_string(&sample()).unwrap();
        let expected = "{\"number\":7,\"kind\":\"differs\",\"direction\":\"in\",\"amount\":50000,\
            \"currency\":\"VND\",\"recorded_amount\":40000,\"recorded_currency\":\"VND\",\
            \"at\":\"2023-11-14T22:13:20Z\",\"key\":\"acme.line:L-1\",\"subject\":\"payment:A-1\",\
            \"case\":\"payment:A-1#2\",\"detail\":\"another amount\"}";
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<ReconciliationRow>(&json).unwrap(), sample());
    }

    #[test]
    fn every_kind_is_read_back_and_an_unknown_one_needs_a_person() {
        for kind in RowKind::ALL {
            let stored = serde_json::to_string(&kind).unwrap();
            assert_eq!(stored, format!("\"{}\"", kind.as_str()));
            assert_eq!(serde_json::from_str::<RowKind>(&stored).unwrap(), kind);
        }
        let kind: RowKind = serde_json::from_str("\"teleported\"").unwrap();
        assert!(kind.needs_a_person());
    }
}
