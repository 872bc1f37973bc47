//! The deliveries that are not trusted, for a person.

use payments_core::{EndpointName, ProviderId, Result, Timestamp};

use super::delivery::Standing;
use crate::{
    engine::Engine,
    store::{InboxCounts, StoreError},
};

/// The maximum number of deliveries that are listed.
const MOST: u64 = 1_000;

/// A delivery that was acknowledged but is not trusted. It books nothing and uses up no key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DoubtfulDelivery {
    /// The number of the delivery in the store.
    pub number: u64,
    /// The provider to which it was addressed.
    pub provider: ProviderId,
    /// The endpoint at which the delivery arrived.
    pub endpoint: EndpointName,
    /// When the delivery first arrived.
    pub received_at: Timestamp,
    /// Why the delivery is not trusted, one line for each event.
    pub why: Vec<String>,
}

/// The health of the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboxHealth {
    /// The number of deliveries that wait for their confirmation.
    pub unconfirmed: u64,
    /// The number of waiting deliveries by provider and endpoint. Endpoints without any are left
    /// out.
    pub unconfirmed_at: Vec<(ProviderId, EndpointName, u64)>,
    /// When the longest waiting delivery arrived, or `None` if none waits.
    pub oldest_unconfirmed: Option<Timestamp>,
    /// The number of deliveries that are not trusted, see [`Engine::doubtful_deliveries`].
    pub doubtful: u64,
    /// The number of deliveries that were refused in the last 24 h, by reason.
    pub refused: Vec<(String, u64)>,
    /// The number of deliveries that were refused in the current hour and the one before, by
    /// reason.
    pub refused_lately: Vec<(String, u64)>,
}

impl Engine {
    /// Returns up to 1,000 deliveries that are not trusted, the oldest first. An inquiry
    /// contradicted them, or the provider does not know them or offers no inquiry about them.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn doubtful_deliveries(&self) -> Result<Vec<DoubtfulDelivery>> {
        let read = self.shared().journal.store.run(|backend| backend.inbox().doubtful(MOST));
        let deliveries = read.await.map_err(StoreError::into_error)?;
        let doubts = deliveries.into_iter().map(|delivery| {
            let doubtful = delivery.events.iter().map(|event| &event.standing);
            DoubtfulDelivery {
                number: delivery.number,
                provider: delivery.provider.clone(),
                endpoint: delivery.endpoint.clone(),
                received_at: delivery.received_at,
                why: doubtful.filter(|one| one.is_doubtful()).map(Standing::why).collect(),
            }
        });
        Ok(doubts.collect())
    }
}

impl InboxHealth {
    /// Combines the counts of the last day with the recent refusals.
    pub(crate) fn new(counts: InboxCounts, refused_lately: Vec<(String, u64)>) -> Self {
        let InboxCounts { unconfirmed, oldest_unconfirmed, doubtful, refused } = counts;
        Self {
            unconfirmed: unconfirmed.iter().map(|(.., count)| count).sum(),
            unconfirmed_at: unconfirmed,
            oldest_unconfirmed,
            doubtful,
            refused,
            refused_lately,
        }
    }
}
