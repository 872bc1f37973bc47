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
        let (reported_at, changed_at) = (at, at);
        Self { provider, source, reported_at, changed_at, revision: 1, order, cases, movement }
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
