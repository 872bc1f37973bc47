//! What a store keeps of deliveries.

use payments_core::{EndpointName, ProviderId, Timestamp};

use super::StoreError;
use crate::inbox::{Refused, StoredDelivery, StoredRequest};

/// The rows of the inbox, inside a transaction.
pub(crate) trait InboxRows {
    /// The delivery with these bytes at an endpoint. Until the transaction ends, no other engine stores
    /// one or changes it.
    fn find_delivery(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        digest: &[u8; 32],
    ) -> Result<Option<StoredDelivery>, StoreError>;

    /// The delivery with this number. Until the transaction ends, no other engine changes it.
    fn delivery(&mut self, number: u64) -> Result<Option<StoredDelivery>, StoreError>;

    /// Stores a delivery and its request, and returns the number that it gets, whatever number it
    /// has.
    fn insert_delivery(
        &mut self,
        delivery: &StoredDelivery,
        request: &StoredRequest,
    ) -> Result<u64, StoreError>;

    /// Stores the events of a delivery and when they changed.
    fn update_delivery(&mut self, delivery: &StoredDelivery) -> Result<(), StoreError>;

    /// How many unsigned deliveries at an endpoint wait for their confirmation, counted up to
    /// `most`.
    fn unconfirmed(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        most: u64,
    ) -> Result<u64, StoreError>;

    /// Counts a refused delivery, and keeps it among the newest `samples` of its endpoint.
    fn refuse(&mut self, refused: &Refused, samples: u64) -> Result<(), StoreError>;

    /// The deliveries that are not believed, oldest first, up to `most`.
    fn doubtful(&mut self, most: u64) -> Result<Vec<StoredDelivery>, StoreError>;

    /// Counts what is not settled, and what was refused since `since`.
    fn inbox_counts(&mut self, since: Timestamp) -> Result<InboxCounts, StoreError>;

    /// How far the statements of a provider were read, as it was stored.
    fn progress(&mut self, provider: &ProviderId) -> Result<Option<String>, StoreError>;

    /// Stores how far the statements of a provider were read.
    fn set_progress(&mut self, provider: &ProviderId, progress: &str) -> Result<(), StoreError>;
}

/// How many deliveries there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InboxCounts {
    /// Those that wait for their confirmation, by provider and endpoint.
    pub(crate) unconfirmed: Vec<(ProviderId, EndpointName, u64)>,
    /// When the one of them arrived that waits longest.
    pub(crate) oldest_unconfirmed: Option<Timestamp>,
    /// Those that are not believed.
    pub(crate) doubtful: u64,
    /// Those that were refused, by reason.
    pub(crate) refused: Vec<(String, u64)>,
}
