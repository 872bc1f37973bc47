//! What a person has to decide.

use std::fmt;
use std::str::FromStr;

use payments_core::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::CreditName;
use crate::change::Subject;

/// Something about a record that only a person can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Case {
    /// Its number within the record, from 1.
    pub number: u32,
    /// What it is about.
    pub kind: CaseKind,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What was seen, in one line, without personal data.
    pub detail: String,
    /// The credits that it is about, if it is about credits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<CreditName>,
    /// How it ended; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CaseKind {
    /// The outcome of an instruction is not known, and its provider no longer says.
    Unknown,
    /// The provider reports more than one payout under one reference; or an order was paid through
    /// two providers.
    PaidTwice,
    /// The provider reports another amount or account than was instructed.
    Differs,
    /// Two responses exclude each other, such as failed and succeeded.
    Contradicted,
    /// The provider returned an error, which means that nothing happened, after it had sent the
    /// instruction or without showing that it had not.
    ProviderMisreports,
    /// The provider answered an instruction for which no permit was taken.
    Bypassed,
    /// More arrived than was asked for.
    Over,
    /// Money arrived after the last opening had expired, or after its provider had called it off.
    Late,
    /// Two reports may be of the same money, and no statement decides.
    MaybeSame,
    /// Money arrived in another currency than was asked for.
    OtherCurrency,
    /// A credit belongs to no known order.
    Unmatched,
    /// It is on record as money that moved, and the provider's statement does not list it.
    NotInStatement,
    /// A statement lists money that left, and no payout or refund on record explains it.
    LeftUnexplained,
    /// The provider contradicted a delivery that came in its name.
    ContradictedDelivery,
    /// A handler failed at a change too often.
    DeadLetter,
    /// A statement has a line that its provider cannot read.
    UnreadableLine,
    /// A stored kind that this version does not know.
    #[serde(other)]
    Unrecognised,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// What was decided.
    pub decision: Decision,
    /// Who decided.
    pub who: String,
    /// Why.
    pub why: String,
}

/// What a person decides about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// The payout never reached the beneficiary and never will: its record ends as failed. To pay
    /// again is then a new payout with a new reference.
    NeverArrived,
    /// The payout reached the beneficiary: its record ends as succeeded.
    WasPaid,
    /// The credits of the case are the same money: it counts once.
    Same,
    /// The credits of the case are different money: each counts.
    Different,
    /// The credit belongs to an order: see [`Engine::assign`](crate::Engine::assign).
    BelongsTo,
    /// The case was looked at, and the record stays as it is. A stored decision that this version
    /// does not know is read as this one.
    #[serde(other)]
    Closed,
}

/// Names one case: `payout:P-1#2` is the second case of the payout `P-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CaseId {
    /// What it is about.
    pub subject: Subject,
    /// The number of the case within its record.
    pub number: u32,
}

impl CaseId {
    /// The case `number` of a payout, a payment or a credit.
    pub fn new(subject: impl Into<Subject>, number: u32) -> Self {
        Self { subject: subject.into(), number }
    }
}

impl Case {
    /// Whether it waits for a person.
    pub fn is_open(&self) -> bool {
        self.settled.is_none()
    }
}

impl CaseKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Unknown,
        Self::PaidTwice,
        Self::Differs,
        Self::Contradicted,
        Self::ProviderMisreports,
        Self::Bypassed,
        Self::Over,
        Self::Late,
        Self::MaybeSame,
        Self::OtherCurrency,
        Self::Unmatched,
        Self::NotInStatement,
        Self::LeftUnexplained,
        Self::ContradictedDelivery,
        Self::DeadLetter,
        Self::UnreadableLine,
        Self::Unrecognised,
    ];

    /// The kind that is stored as this word.
    pub(crate) fn of_stored(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Self::Unrecognised)
    }

    /// The kind as it is stored, such as `paid_twice`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::PaidTwice => "paid_twice",
            Self::Differs => "differs",
            Self::Contradicted => "contradicted",
            Self::ProviderMisreports => "provider_misreports",
            Self::Bypassed => "bypassed",
            Self::Over => "over",
            Self::Late => "late",
            Self::MaybeSame => "maybe_same",
            Self::OtherCurrency => "other_currency",
            Self::Unmatched => "unmatched",
            Self::NotInStatement => "not_in_statement",
            Self::LeftUnexplained => "left_unexplained",
            Self::ContradictedDelivery => "contradicted_delivery",
            Self::DeadLetter => "dead_letter",
            Self::UnreadableLine => "unreadable_line",
            Self::Unrecognised => "unrecognised",
        }
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.subject, self.number)
    }
}

impl FromStr for CaseId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let malformed = || {
            let message = "is not a subject, # and a number, such as payout:P-1#2";
            Error::invalid("case", message)
        };
        let (subject, number) = text.rsplit_once('#').ok_or_else(malformed)?;
        let number = number.parse().map_err(|_| malformed())?;
        Ok(Self { subject: subject.parse()?, number })
    }
}

#[cfg(test)]
mod tests {
    use payments_core::{OrderRef, PayoutRef};

    use super::*;

    #[test]
    fn a_case_is_named_by_its_subject_and_number() {
        let id: CaseId = "payout:LUONG#11#2".parse().unwrap();
        assert_eq!(id, CaseId::new(PayoutRef::new("LUONG#11").unwrap(), 2));
        assert_eq!(id.to_string(), "payout:LUONG#11#2");
        let id = CaseId::new(OrderRef::new("A1").unwrap(), 1);
        assert_eq!(id.to_string().parse::<CaseId>().unwrap(), id);
        for bad in ["", "P-1", "payout:P-1", "payout:P-1#", "payout:P-1#x", "payout:#1"] {
            assert!(bad.parse::<CaseId>().is_err(), "{bad}");
        }
    }
}
