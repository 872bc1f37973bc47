//! Payments and credits in memory.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use payments_core::{DedupeKey, Movement, OrderRef, ProviderId};

use super::Memory;
use crate::{
    record::{CreditRecord, Observed, PaymentObservation, PaymentRecord},
    store::{PaymentRows, PaymentWrite, Route, StoreError},
};

/// The tables of payments and credits.
#[derive(Clone, Default)]
pub(super) struct PaymentTables {
    pub(super) payments: BTreeMap<OrderRef, PaymentRecord>,
    pub(super) observations: BTreeMap<OrderRef, Arc<Vec<Observed<PaymentObservation>>>>,
    tokens: HashSet<String>,
    pub(super) keys: HashSet<(ProviderId, DedupeKey)>,
    pub(super) routes: BTreeMap<Route, BTreeSet<OrderRef>>,
    pub(super) credits: BTreeMap<(ProviderId, DedupeKey), CreditRecord>,
}

impl PaymentTables {
    /// Returns every record.
    pub(super) fn all(&self) -> impl Iterator<Item = &PaymentRecord> {
        self.payments.values()
    }
}

impl Memory {
    fn payment_tables(&mut self) -> &mut PaymentTables {
        Arc::make_mut(&mut self.change().payments)
    }
}

/// A reader copies no table.
impl PaymentRows for &mut Memory {
    fn payment(&mut self, order: &OrderRef) -> Result<Option<PaymentRecord>, StoreError> {
        Ok(self.tables.payments.payments.get(order).cloned())
    }

    fn has_written_payment(&mut self, token: &str) -> Result<bool, StoreError> {
        Ok(self.tables.payments.tokens.contains(token))
    }

    fn write_payment(&mut self, write: &PaymentWrite<'_>) -> Result<(), StoreError> {
        let order = &write.record.order;
        let tables = self.payment_tables();
        tables.tokens.insert(write.token.to_owned());
        tables.payments.insert(order.clone(), write.record.clone());
        let observations = tables.observations.entry(order.clone()).or_default();
        Arc::make_mut(observations).push(write.observed.clone());
        Ok(())
    }

    fn payment_history(
        &mut self,
        order: &OrderRef,
    ) -> Result<Vec<Observed<PaymentObservation>>, StoreError> {
        let observations = self.tables.payments.observations.get(order);
        Ok(observations.map(|observations| observations.to_vec()).unwrap_or_default())
    }

    fn use_key(&mut self, provider: &ProviderId, key: &DedupeKey) -> Result<bool, StoreError> {
        Ok(!self.payment_tables().keys.insert((provider.clone(), key.clone())))
    }

    fn add_route(&mut self, route: &Route, order: &OrderRef) -> Result<(), StoreError> {
        self.payment_tables().routes.entry(route.clone()).or_default().insert(order.clone());
        Ok(())
    }

    fn orders_of(&mut self, route: &Route) -> Result<Vec<OrderRef>, StoreError> {
        Ok(self.tables.payments.routes.get(route).into_iter().flatten().take(2).cloned().collect())
    }

    fn credit(
        &mut self,
        provider: &ProviderId,
        key: &DedupeKey,
    ) -> Result<Option<CreditRecord>, StoreError> {
        Ok(self.tables.payments.credits.get(&(provider.clone(), key.clone())).cloned())
    }

    fn put_credit(&mut self, credit: &CreditRecord) -> Result<(), StoreError> {
        let name = (credit.provider.clone(), credit.movement.key.clone());
        self.payment_tables().credits.insert(name, credit.clone());
        Ok(())
    }

    fn credits_like(
        &mut self,
        movement: &Movement,
        most: usize,
    ) -> Result<Vec<CreditRecord>, StoreError> {
        let like = |credit: &&CreditRecord| credit.movement.amount == movement.amount;
        let mut credits: Vec<_> =
            self.tables.payments.credits.values().filter(like).cloned().collect();
        credits.sort_by_key(|credit| std::cmp::Reverse(credit.reported_at));
        credits.truncate(most);
        Ok(credits)
    }

    fn unmatched(&mut self, most: usize) -> Result<Vec<CreditRecord>, StoreError> {
        let unmatched = |credit: &&CreditRecord| credit.order.is_none();
        let mut credits: Vec<_> =
            self.tables.payments.credits.values().filter(unmatched).cloned().collect();
        credits.sort_by_key(|credit| std::cmp::Reverse(credit.reported_at));
        credits.truncate(most);
        Ok(credits)
    }

    fn payments_after(
        &mut self,
        after: &str,
        most: usize,
    ) -> Result<Vec<PaymentRecord>, StoreError> {
        let records =
            self.tables.payments.payments.values().filter(|record| record.order.as_str() > after);
        Ok(records.take(most).cloned().collect())
    }

    fn payments_with_cases(&mut self) -> Result<Vec<PaymentRecord>, StoreError> {
        let has_cases = |record: &&PaymentRecord| record.open_cases().next().is_some();
        let mut records: Vec<_> =
            self.tables.payments.payments.values().filter(has_cases).cloned().collect();
        records.sort_by_key(|record| record.changed_at);
        Ok(records)
    }

    fn credits_with_cases(&mut self) -> Result<Vec<CreditRecord>, StoreError> {
        let has_cases = |credit: &&CreditRecord| credit.open_cases().next().is_some();
        let mut credits: Vec<_> =
            self.tables.payments.credits.values().filter(has_cases).cloned().collect();
        credits.sort_by_key(|credit| credit.changed_at);
        Ok(credits)
    }
}
