//! The new name of a provider in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

use super::{Tables, inbox::InboxTables, payments::PaymentTables};
use crate::store::{Renaming, StoreError};

impl Tables {
    /// Gives a provider its new name in every table.
    pub(super) fn rename(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        values(renaming, self.payouts.values_mut())?;
        for observations in self.observations.values_mut() {
            values(renaming, Arc::make_mut(observations).iter_mut())?;
        }
        let tasks = std::mem::take(&mut self.tasks).into_iter();
        self.tasks = tasks
            .map(|((kind, subject), task)| ((kind, renaming.task(kind, &subject)), task))
            .collect();
        self.handling.rename(renaming);
        Arc::make_mut(&mut self.inbox).rename(renaming)?;
        Arc::make_mut(&mut self.payments).rename(renaming)?;
        Arc::make_mut(&mut self.reconciliation).rename(renaming)?;
        let breakers = std::mem::take(&mut self.breakers).into_iter();
        self.breakers = breakers.map(|(name, one)| (renaming.name(&name), one)).collect();
        Ok(())
    }
}

/// Gives a provider its new name in values that contain it.
pub(super) fn values<'a, T: Serialize + DeserializeOwned + 'a>(
    renaming: &Renaming,
    values: impl Iterator<Item = &'a mut T>,
) -> Result<(), StoreError> {
    for value in values {
        if let Some(renamed) = renaming.value(value)? {
            *value = renamed;
        }
    }
    Ok(())
}

/// Gives subjects the new name of a provider.
pub(super) fn subjects<T>(renaming: &Renaming, table: &mut BTreeMap<(String, String), T>) {
    let rows = std::mem::take(table).into_iter();
    *table = rows
        .map(|((handler, subject), row)| ((handler, renaming.subject(&subject)), row))
        .collect();
}

impl InboxTables {
    fn rename(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        for delivery in self.deliveries.values_mut() {
            delivery.provider = renaming.name(&delivery.provider);
            values(renaming, delivery.events.iter_mut())?;
        }
        let progress = std::mem::take(&mut self.progress).into_iter();
        self.progress = progress.map(|(name, place)| (renaming.name(&name), place)).collect();
        Ok(())
    }
}

impl PaymentTables {
    fn rename(&mut self, renaming: &Renaming) -> Result<(), StoreError> {
        values(renaming, self.payments.values_mut())?;
        for observations in self.observations.values_mut() {
            values(renaming, Arc::make_mut(observations).iter_mut())?;
        }
        values(renaming, self.credits.values_mut())?;
        let keys = std::mem::take(&mut self.keys).into_iter();
        self.keys = keys.map(|(name, key)| (renaming.name(&name), key)).collect();
        let credits = std::mem::take(&mut self.credits).into_iter();
        self.credits =
            credits.map(|((name, key), one)| ((renaming.name(&name), key), one)).collect();
        let routes = std::mem::take(&mut self.routes).into_iter();
        self.routes = routes
            .map(|(mut route, orders)| {
                route.provider = renaming.name(&route.provider);
                (route, orders)
            })
            .collect();
        Ok(())
    }
}
