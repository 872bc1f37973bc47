//! Cases: decisions that a person has to make.

use std::fmt;
use std::str::FromStr;

use payments_core::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CreditName, Instruction, Seen};
use crate::change::Subject;

/// An open question about a record that only a person can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Case {
    /// The number of the case within its record, counted from 1.
    pub number: u32,
    /// The kind of question.
    pub kind: CaseKind,
    /// When the case was opened.
    pub opened_at: Timestamp,
    /// The finding, in one line, without personal data.
    pub detail: String,
    /// The finding as data, if it is about amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// The credits that the case is about; empty if it is not about credits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<CreditName>,
    /// The instruction of a payment whose outcome is unknown, or whose refund the provider reports
    /// more than once. `None` if the case is about something else or an earlier version opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<Instruction>,
    /// How the case ended, or `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// The kind of question that a case asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CaseKind {
    /// The outcome of an instruction is still unknown after the time for inquiries, or its provider
    /// cannot be asked.
    Unknown,
    /// The provider reports several payouts under one reference, several payments of one order or
    /// several refunds under one name, its statement lists a payout more than once, or an order was paid through several providers.
    PaidTwice,
    /// The provider or its statement reports another amount, or another account, than is on record.
    Differs,
    /// Two reports contradict each other, such as failed and succeeded, a response contradicts its
    /// instruction, a credit of one order is reported for another order, or an order has several
    /// virtual accounts at one provider.
    Contradicted,
    /// The provider returned an error, which means that nothing happened, although it had sent the
    /// instruction or did not show that it had not.
    ProviderMisreports,
    /// The provider responded to an instruction for which no permit was taken.
    Bypassed,
    /// More money arrived than was requested.
    Over,
    /// Money arrived after every opening and virtual account of the order had expired or was
    /// closed, or after its provider had reported the payment as expired, cancelled or failed.
    Late,
    /// Two reports may be about the same money, and no statement decides it.
    MaybeSame,
    /// Money arrived in another currency than was requested.
    OtherCurrency,
    /// A credit belongs to no known order.
    Unmatched,
    /// Money that moved is on record, but the provider's statement does not list it.
    NotInStatement,
    /// A statement lists outgoing money without a payout or refund on record.
    LeftUnexplained,
    /// The provider contradicted a delivery that claimed to come from it.
    ContradictedDelivery,
    /// A handler failed too often for a change.
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
    /// When the case was decided.
    pub at: Timestamp,
    /// The decision.
    pub decision: Decision,
    /// Who decided: a person, or `the engine` if the question was answered without a person.
    pub who: String,
    /// The reason.
    pub why: String,
}

/// A person's decision about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// The payout never reached the beneficiary and never will, so its record ends as failed. To
    /// pay after this, make a new payout with a new reference. In the record of a payment, the
    /// instructions whose outcome is unknown end as not carried out.
    NeverArrived,
    /// The payout reached the beneficiary, so its record ends as succeeded. In the record of a
    /// payment, the instructions whose outcome is unknown end as carried out.
    WasPaid,
    /// The credits of the case are the same money, so it counts once.
    Same,
    /// The credits of the case are different money, so each counts.
    Different,
    /// The credit belongs to an order. See [`Engine::assign`](crate::Engine::assign).
    BelongsTo,
    /// The case was examined, and the record stays as it is; or the engine closed the case, because
    /// its question was answered. A stored decision that this version does not know is read as this
    /// one.
    #[serde(other)]
    Closed,
}

/// The name of a case: `payout:P-1#2` is the second case of the payout `P-1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CaseId {
    /// The subject of the case.
    pub subject: Subject,
    /// The number of the case within its record.
    pub number: u32,
}

impl CaseId {
    /// Creates the name of the case `number` of a payout, a payment or a credit.
    pub fn new(subject: impl Into<Subject>, number: u32) -> Self {
        Self { subject: subject.into(), number }
    }
}

impl Case {
    /// Returns whether the case is open, so that a person has to decide it.
    pub fn is_open(&self) -> bool {
        self.settled.is_none()
    }

    /// Returns whether the case asks for the outcome of this instruction of a payment.
    pub(crate) fn is_about(&self, of: &Instruction) -> bool {
        self.kind == CaseKind::Unknown
            && match &self.about {
                Some(about) => about == of,
                // A case of an earlier version names the instruction only in its detail.
                None => self.detail.starts_with(&format!("{of}: ")),
            }
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

    /// Parses the stored name of a kind.
    pub(crate) fn of_stored(word: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Self::Unrecognised)
    }

    /// Returns the kind as it is stored, such as `paid_twice`.
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
