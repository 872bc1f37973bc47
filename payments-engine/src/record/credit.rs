//! The record of one credit that was booked.

use payments_core::{Movement, OrderRef, ProviderId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Case, CaseKind, CreditName, Decision, Seen, Settled, Source};

/// A credit as one source reported it, with the order that it belongs to, if that is known. Also
/// used for outgoing money without a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreditRecord {
    /// The provider that reported the credit.
    pub provider: ProviderId,
    /// The movement that was reported.
    pub movement: Movement,
    /// The source that first reported the credit.
    pub source: Source,
    /// When the credit was first reported.
    pub reported_at: Timestamp,
    /// When the record last changed.
    pub changed_at: Timestamp,
    /// Grows by one with every change.
    pub revision: u64,
    /// The order that the credit belongs to, or `None` while the order is unknown.
    #[serde(default)]
    pub order: Option<OrderRef>,
    /// The first report of the same money by another source, or `None`. The case of that report
    /// covers this credit and lists it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<CreditName>,
    /// The cases of the credit, open and decided.
    #[serde(default)]
    pub cases: Vec<Case>,
}

impl CreditRecord {
    /// Creates a credit of an order, or with an open case if it does not belong to an order.
    pub(crate) fn new(
        provider: ProviderId,
        movement: Movement,
        source: Source,
        order: Option<OrderRef>,
        at: Timestamp,
    ) -> Self {
        let name = CreditName { provider: provider.clone(), key: movement.key.clone() };
        let amount = movement.amount;
        let (kind, seen) = match movement.is_credit() {
            true => (CaseKind::Unmatched, Seen::Arrived { amount }),
            false => (CaseKind::LeftUnexplained, Seen::Left { amount }),
        };
        let case = || Case {
            number: 1,
            kind,
            opened_at: at,
            detail: seen.to_string(),
            seen: Some(seen),
            credits: vec![name],
            about: None,
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

    /// Returns the reports of the money that its case is about, one of each source, including itself.
    pub fn reports(&self) -> Vec<CreditName> {
        let case = self.cases.iter().find(|case| case.kind == CaseKind::Unmatched);
        case.map_or_else(|| vec![self.name()], |case| case.credits.clone())
    }

    /// Records that another report of the same money was first, so that this one needs no case.
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

    /// Returns the name of the credit.
    pub fn name(&self) -> CreditName {
        CreditName { provider: self.provider.clone(), key: self.movement.key.clone() }
    }

    /// Returns the open cases.
    pub fn open_cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.is_open())
    }

    /// Assigns the credit to an order, which closes its cases.
    pub(crate) fn belongs_to(&mut self, order: OrderRef, who: &str, why: &str, at: Timestamp) {
        self.order = Some(order);
        self.settle(Decision::BelongsTo, who, why, at);
    }

    /// Closes its open cases.
    pub(crate) fn settle(&mut self, decision: Decision, who: &str, why: &str, at: Timestamp) {
        self.revision += 1;
        self.changed_at = at;
        for case in self.cases.iter_mut().filter(|case| case.is_open()) {
            let (who, why) = (who.to_owned(), why.to_owned());
            case.settled = Some(Settled { at, decision, who, why });
        }
    }
}
