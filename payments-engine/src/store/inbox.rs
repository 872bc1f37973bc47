//! The rows of deliveries in a store.

use payments_core::{EndpointName, ProviderId, Timestamp};

use super::StoreError;
use crate::inbox::{Refused, StoredDelivery, StoredRequest};

/// The rows of the inbox, inside a transaction.
pub(crate) trait InboxRows {
    /// Returns the delivery with these bytes at an endpoint. Until the transaction ends, no other
    /// engine stores or changes it.
    fn find_delivery(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        digest: &[u8; 32],
    ) -> Result<Option<StoredDelivery>, StoreError>;

    /// Returns the delivery with this number. Until the transaction ends, no other engine changes
    /// it.
    fn delivery(&mut self, number: u64) -> Result<Option<StoredDelivery>, StoreError>;

    /// Stores a delivery and its request, and returns its new number. The number in `delivery` is
    /// ignored.
    fn insert_delivery(
        &mut self,
        delivery: &StoredDelivery,
        request: &StoredRequest,
    ) -> Result<u64, StoreError>;

    /// Stores the events of a delivery, and when they changed.
    fn update_delivery(&mut self, delivery: &StoredDelivery) -> Result<(), StoreError>;

    /// Counts the unsigned deliveries at an endpoint that wait for their confirmation, up to
    /// `most`.
    fn unconfirmed(
        &mut self,
        provider: &ProviderId,
        endpoint: &EndpointName,
        most: u64,
    ) -> Result<u64, StoreError>;

    /// Counts a refused delivery, and keeps it as one of the newest `samples` of its endpoint.
    fn refuse(&mut self, refused: &Refused, samples: u64) -> Result<(), StoreError>;

    /// Returns up to `most` deliveries that are not trusted, oldest first.
    fn doubtful(&mut self, most: u64) -> Result<Vec<StoredDelivery>, StoreError>;

    /// Counts the deliveries that need work, and those refused since `since`.
    fn inbox_counts(&mut self, since: Timestamp) -> Result<InboxCounts, StoreError>;

    /// Returns how far the statements of a provider were read, as it was stored.
    fn progress(&mut self, provider: &ProviderId) -> Result<Option<String>, StoreError>;

    /// Stores how far the statements of a provider were read.
    fn set_progress(&mut self, provider: &ProviderId, progress: &str) -> Result<(), StoreError>;
}

/// The numbers of deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InboxCounts {
    /// The deliveries that wait for their confirmation, by provider and endpoint.
    pub(crate) unconfirmed: Vec<(ProviderId, EndpointName, u64)>,
    /// When the longest waiting of them arrived.
    pub(crate) oldest_unconfirmed: Option<Timestamp>,
    /// The deliveries that are not trusted.
    pub(crate) doubtful: u64,
    /// The refused deliveries, by reason.
    pub(crate) refused: Vec<(String, u64)>,
}
