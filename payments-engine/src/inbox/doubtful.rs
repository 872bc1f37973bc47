//! The deliveries that are not believed, for a person.

use payments_core::{EndpointName, ProviderId, Result, Timestamp};

use super::delivery::Standing;
use crate::{
    engine::Engine,
    store::{InboxCounts, StoreError},
};

/// How many are listed at most.
const MOST: u64 = 1_000;

/// A delivery that was acknowledged and is not believed. It books nothing and uses up no key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DoubtfulDelivery {
    /// Its number in the store.
    pub number: u64,
    /// The provider to which it was addressed.
    pub provider: ProviderId,
    /// The endpoint at which it arrived.
    pub endpoint: EndpointName,
    /// When it arrived first.
    pub received_at: Timestamp,
    /// Why it is not believed, one line for each event.
    pub why: Vec<String>,
}

/// How the inbox is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboxHealth {
    /// How many deliveries wait for their confirmation.
    pub unconfirmed: u64,
    /// The same by provider and endpoint; endpoints without any are left out.
    pub unconfirmed_at: Vec<(ProviderId, EndpointName, u64)>,
    /// When the one of them arrived that waits longest.
    pub oldest_unconfirmed: Option<Timestamp>,
    /// How many deliveries are not believed, see [`Engine::doubtful_deliveries`].
    pub doubtful: u64,
    /// How many deliveries were refused in the last 24 h, by reason.
    pub refused: Vec<(String, u64)>,
    /// The same in the hour that runs and the one before.
    pub refused_lately: Vec<(String, u64)>,
}

impl Engine {
    /// The deliveries that are not believed, oldest first, up to 1,000: an inquiry contradicted them,
    /// or their provider does not know them or cannot be asked.
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
    /// Counts since a day ago, with what was refused lately.
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
