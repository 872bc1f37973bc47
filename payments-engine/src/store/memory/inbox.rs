//! Deliveries in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use payments_core::{EndpointName, ProviderId, Timestamp};

use super::Memory;
use crate::{
    inbox::{DeliveryState, Refused, StoredDelivery, StoredRequest},
    store::{InboxCounts, InboxRows, StoreError},
};

/// The deliveries.
#[derive(Clone, Default)]
pub(super) struct InboxTables {
    pub(super) deliveries: BTreeMap<u64, StoredDelivery>,
    /// Counted by hour and reason.
    refused: BTreeMap<(i64, String), u64>,
    pub(super) progress: BTreeMap<ProviderId, String>,
}

impl InboxTables {
    /// Returns the deliveries that wait for their confirmation.
    pub(super) fn unconfirmed(&self) -> impl Iterator<Item = &StoredDelivery> {
        self.in_state(DeliveryState::Unconfirmed)
    }

    fn in_state(&self, state: DeliveryState) -> impl Iterator<Item = &StoredDelivery> {
        self.deliveries.values().filter(move |delivery| delivery.state() == state)
    }
}

impl Memory {
    fn inbox_tables(&mut self) -> &mut InboxTables {
        Arc::make_mut(&mut self.change().inbox)
    }
}

/// A reader copies no table.
impl InboxRows for &mut Memory {
    fn find_delivery(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        digest: &[u8; 32],
    ) -> Result<Option<StoredDelivery>, StoreError> {
        let is_it = |delivery: &&StoredDelivery| {
            (&delivery.provider, &delivery.endpoint, &delivery.digest)
                == (provider, endpoint, digest)
        };
        Ok(self.tables.inbox.deliveries.values().find(is_it).cloned())
    }

    fn delivery(&mut self, number: u64) -> Result<Option<StoredDelivery>, StoreError> {
        Ok(self.tables.inbox.deliveries.get(&number).cloned())
    }

    fn insert_delivery(
        &mut self,
        delivery: &StoredDelivery,
        _: &StoredRequest,
    ) -> Result<u64, StoreError> {
        let number = self.tables.inbox.deliveries.last_key_value().map_or(1, |(last, _)| last + 1);
        self.inbox_tables()
            .deliveries
            .insert(number, StoredDelivery { number, ..delivery.clone() });
        Ok(number)
    }

    fn update_delivery(&mut self, delivery: &StoredDelivery) -> Result<(), StoreError> {
        self.inbox_tables().deliveries.insert(delivery.number, delivery.clone());
        Ok(())
    }

    fn unconfirmed(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        most: u64,
    ) -> Result<u64, StoreError> {
        let unsigned = self.tables.inbox.in_state(DeliveryState::Unconfirmed).filter(|delivery| {
            delivery.is_unsigned && (&delivery.provider, &delivery.endpoint) == (provider, endpoint)
        });
        Ok((unsigned.count() as u64).min(most))
    }

    fn refuse(&mut self, refused: &Refused, _: u64) -> Result<(), StoreError> {
        let hour = refused.at.unix_seconds().div_euclid(3_600);
        *self.inbox_tables().refused.entry((hour, refused.reason.clone())).or_default() += 1;
        Ok(())
    }

    fn doubtful(&mut self, most: u64) -> Result<Vec<StoredDelivery>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(self.tables.inbox.in_state(DeliveryState::Doubtful).take(most).cloned().collect())
    }

    fn inbox_counts(&mut self, since: Timestamp) -> Result<InboxCounts, StoreError> {
        let unconfirmed = || self.tables.inbox.in_state(DeliveryState::Unconfirmed);
        let mut by_endpoint = BTreeMap::new();
        for delivery in unconfirmed() {
            let name = (delivery.provider.clone(), delivery.endpoint.clone());
            *by_endpoint.entry(name).or_default() += 1;
        }
        let mut refused = BTreeMap::new();
        let hour = since.unix_seconds().div_euclid(3_600);
        for ((_, reason), count) in
            self.tables.inbox.refused.iter().filter(|((at, _), _)| *at >= hour)
        {
            *refused.entry(reason.clone()).or_default() += *count;
        }
        Ok(InboxCounts {
            unconfirmed: by_endpoint.into_iter().map(|((id, name), n)| (id, name, n)).collect(),
            oldest_unconfirmed: unconfirmed().map(|delivery| delivery.received_at).min(),
            doubtful: self.tables.inbox.in_state(DeliveryState::Doubtful).count() as u64,
            refused: refused.into_iter().collect(),
        })
    }

    fn progress(&mut self, provider: &ProviderId) -> Result<Option<String>, StoreError> {
        Ok(self.tables.inbox.progress.get(provider).cloned())
    }

    fn set_progress(&mut self, provider: &ProviderId, progress: &str) -> Result<(), StoreError> {
        self.inbox_tables().progress.insert(provider.clone(), progress.to_owned());
        Ok(())
    }
}
