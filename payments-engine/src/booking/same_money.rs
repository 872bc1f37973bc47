//! Credits without a known order that several sources report. All reports of the same money share
//! one case, and all of them are assigned to its order together.
//!
//! A source reports each movement under one key, so two of its credits are different money. The
//! reports of the same money are therefore a group with at most one credit of each source. Two
//! credits of one source belong to two groups, each with its own case.

use payments_core::{Movement, OrderRef, ProviderId, SameMoney, same_credit};

use super::{Booking, COMPARED, routes::is_same};
use crate::{
    record::{CreditName, CreditRecord},
    store::{Rows, StoreError},
};

impl Booking<'_> {
    /// Stores a credit without a known order. It opens a case, unless another source has reported
    /// the same money: then the case of that report covers it.
    pub(super) fn keep(&mut self, mut credit: CreditRecord) -> Result<(), StoreError> {
        let movement = &credit.movement;
        let mut told = self.rows.payments().credits_like(movement, COMPARED)?;
        told.retain(|told| {
            let is_first = told.order.is_none() && told.same_as.is_none();
            let is_taken = told.reports().iter().any(|name| is_of_the_source_of(name, &credit));
            is_first && !is_taken && is_same(told, &credit.provider, movement)
        });
        let first = |told: &CreditRecord| (told.reported_at, told.movement.key.to_string());
        let Some(mut told) = told.into_iter().min_by_key(first) else {
            return self.change_credit(&credit);
        };
        credit.is_told_by(&told);
        told.tells_of(&credit, self.at);
        self.rows.payments().put_credit(&credit)?;
        self.change_credit(&told)
    }

    /// Assigns the unmatched reports of the same money to the order of a credit: its whole group,
    /// and of each other source as many reports as the order lacks.
    pub(super) fn adopt(
        &mut self,
        order: &OrderRef,
        provider: &ProviderId,
        movement: &Movement,
    ) -> Result<(), StoreError> {
        let like = self.rows.payments().credits_like(movement, COMPARED)?;
        let of = CreditName { provider: provider.clone(), key: movement.key.clone() };
        let itself = self.rows.payments().credit(provider, &movement.key)?;
        let own = match &itself {
            Some(credit) => group_of(self.rows, credit)?,
            None => Vec::new(),
        };
        self.follow(order, &own)?;
        let is_like = |credit: &CreditRecord| {
            same_credit(&credit.movement, movement) == SameMoney::Same
                && credit.movement.is_credit()
        };
        let is_own = |name: &CreditName| own.iter().any(|one| one.name() == *name);
        let is_here =
            |credit: &CreditRecord| credit.order.as_ref() == Some(order) || is_own(&credit.name());
        let told = 1 + like
            .iter()
            .filter(|credit| credit.name() != of && is_of_one_source(&credit.name(), &of))
            .filter(|credit| is_here(credit) && is_like(credit))
            .count();
        let others = like.iter().filter(|one| is_same(one, provider, movement) && is_like(one));
        let mut here: Vec<CreditName> =
            others.clone().filter(|credit| is_here(credit)).map(CreditRecord::name).collect();
        for other in others.filter(|other| other.order.is_none() && !is_own(&other.name())) {
            let name = other.name();
            let known = here.iter().filter(|known| is_of_one_source(known, &name)).count();
            let group = group_of(self.rows, other)?;
            let is_of_another = group.iter().any(|one| is_of_one_source(&one.name(), &of));
            if known < told && !is_of_another && !here.contains(&name) {
                here.extend(group.iter().map(CreditRecord::name));
                self.follow(order, &group)?;
            }
        }
        Ok(())
    }

    /// Books the unmatched credits of a group for an order.
    fn follow(&mut self, order: &OrderRef, group: &[CreditRecord]) -> Result<(), StoreError> {
        for credit in group.iter().filter(|credit| credit.order.is_none()) {
            let mut credit = credit.clone();
            credit.belongs_to(order.clone(), "the engine", "another report names it", self.at);
            self.assign(order, &credit)?;
        }
        Ok(())
    }
}

/// Returns the reports that share a case with a credit, including itself.
fn group_of(rows: &mut dyn Rows, credit: &CreditRecord) -> Result<Vec<CreditRecord>, StoreError> {
    let first = match &credit.same_as {
        Some(name) => rows.payments().credit(&name.provider, &name.key)?,
        None => None,
    };
    let mut group = Vec::new();
    for name in first.as_ref().unwrap_or(credit).reports() {
        group.extend(rows.payments().credit(&name.provider, &name.key)?);
    }
    Ok(group)
}

fn is_of_the_source_of(name: &CreditName, credit: &CreditRecord) -> bool {
    is_of_one_source(name, &credit.name())
}

/// Returns whether two credits are from one source, which reports each movement under one key.
pub(super) fn is_of_one_source(a: &CreditName, b: &CreditName) -> bool {
    a.provider == b.provider && a.key.scope() == b.key.scope()
}
