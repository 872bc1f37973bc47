//! The record of one credit that was booked.

use payments_core::{Movement, OrderRef, ProviderId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Case, CaseKind, CreditName, Decision, Settled, Source};

/// A credit as one source reported it, and the order that it belongs to, if it is known. Also money
/// that left an account and that nothing on record explains.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreditRecord {
    /// The provider that reported it.
    pub provider: ProviderId,
    /// What was reported.
    pub movement: Movement,
    /// How it was reported first.
    pub source: Source,
    /// When it was reported first.
    pub reported_at: Timestamp,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Grows by one with every change.
    pub revision: u64,
    /// The order that it belongs to; `None` while it belongs to none that is known.
    #[serde(default)]
    pub order: Option<OrderRef>,
    /// The report of the same money by another source that was first. Its case is the case of this one
    /// too, and names this one among its credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<CreditName>,
    /// What a person has to decide, and has decided.
    #[serde(default)]
    pub cases: Vec<Case>,
}

impl CreditRecord {
    /// A credit that belongs to an order, or that is a case because it belongs to none.
    pub(crate) fn new(
        provider: ProviderId,
        movement: Movement,
        source: Source,
        order: Option<OrderRef>,
        at: Timestamp,
    ) -> Self {
        let name = CreditName { provider: provider.clone(), key: movement.key.clone() };
        let (kind, happened) = match movement.is_credit() {
            true => (CaseKind::Unmatched, "arrived for no known order"),
            false => (CaseKind::LeftUnexplained, "left for no payout or refund on record"),
        };
        let case = || Case {
            number: 1,
            kind,
            opened_at: at,
            detail: format!("{} {happened}", movement.amount),
            credits: vec![name],
            settled: None,
        };
        let cases = if order.is_none() { vec![case()] } else { Vec::new() };
        let (reported_at, changed_at, same_as) = (at, at, None);
        let revision = 1;
        Self {
            provider,
            source,
            reported_at,
            changed_at,
            revision,
            order,
            same_as,
            cases,
            movement,
        }
    }

    /// The reports of the money that its case is about, itself included: one of each source.
    pub fn reports(&self) -> Vec<CreditName> {
        let case = self.cases.iter().find(|case| case.kind == CaseKind::Unmatched);
        case.map_or_else(|| vec![self.name()], |case| case.credits.clone())
    }

    /// Says that another report of the same money was first, so that it needs no case of its own.
    pub(crate) fn is_told_by(&mut self, first: &Self) {
        self.same_as = Some(first.name());
        self.cases.clear();
    }

    /// Adds another report of the same money to its case.
    pub(crate) fn tells_of(&mut self, other: &Self, at: Timestamp) {
        self.revision += 1;
        self.changed_at = at;
        let mut cases = self.cases.iter_mut().filter(|case| case.kind == CaseKind::Unmatched);
        if let Some(case) = cases.next() {
            case.credits.push(other.name());
        }
    }

    /// Its name.
    pub fn name(&self) -> CreditName {
        CreditName { provider: self.provider.clone(), key: self.movement.key.clone() }
    }

    /// The cases that wait for a person.
    pub fn open_cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.is_open())
    }

    /// Says to which order it belongs, which settles its case.
    pub(crate) fn belongs_to(&mut self, order: OrderRef, who: &str, why: &str, at: Timestamp) {
        self.order = Some(order);
        self.settle(Decision::BelongsTo, who, why, at);
    }

    /// Settles its cases.
    pub(crate) fn settle(&mut self, decision: Decision, who: &str, why: &str, at: Timestamp) {
        self.revision += 1;
        self.changed_at = at;
        for case in self.cases.iter_mut().filter(|case| case.is_open()) {
            let (who, why) = (who.to_owned(), why.to_owned());
            case.settled = Some(Settled { at, decision, who, why });
        }
    }
}
