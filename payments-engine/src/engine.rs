//! The engine: its handle, and the thread that it runs on.

mod builder;
mod cases;
mod health;
mod identity;
mod lists;
mod metrics;
mod migrate;
mod payments;
mod reconciliation;
mod references;
mod refunds;
mod reseal;
mod running;
mod withdraw;

use std::fmt;
use std::sync::Arc;

use payments_core::{
    PaymentProvider, PayoutProvider, PayoutRef, Provider, ProviderId, Result, Timestamp,
    VirtualAccountProvider, payout::CreatePayout,
};

pub use builder::EngineBuilder;
pub use health::Health;
pub use lists::PaymentFilter;
pub use migrate::Migrated;
pub(crate) use running::Running;

use crate::{
    app::{self, AppTransaction},
    journal::{Changed, JournaledAccounts, JournaledPayments, JournaledPayouts},
    record::{Observation, Observed, PayoutRecord, RecordKind},
    resolver::Pass,
    seeded::Seeded,
    store::StoreError,
};

/// A running engine. Clones share it; it ends with [`stop`](Self::stop), or when the last clone and
/// the last provider of it are dropped.
#[derive(Clone)]
pub struct Engine(Arc<Running>);

/// What became of a payout that was handed over.
///
/// Exhaustive on purpose: what is not known is no error.
#[derive(Clone, Debug)]
#[must_use = "whether it was recorded decides whether it will be sent"]
pub enum HandedOver {
    /// It is on record and will be sent, or was before.
    Recorded(Box<PayoutRecord>),
    /// Whether it is on record is not known. The same call again says so; it is recorded and sent at
    /// most once.
    Unknown {
        /// Why, in one line.
        why: String,
    },
}

impl Engine {
    /// Sets up an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    pub(crate) fn shared(&self) -> &Arc<crate::shared::Shared> {
        self.0.shared()
    }

    /// A provider behind the journal: the same one, whose payouts are sent at most once for each
    /// reference, whose payments are opened at most once for each order and method, and whose virtual
    /// accounts are opened at most once for each order where the provider can be asked.
    ///
    /// # Errors
    /// `NotFound` if the engine has no such provider.
    pub fn provider(&self, id: &str) -> Result<Provider> {
        let (id, shared) = (ProviderId::new(id)?, self.0.shared());
        let mut provider = shared.provider(&id)?.clone();
        if let Some(member) = shared.members.get(&id) {
            let payouts = JournaledPayouts::new(Arc::clone(&self.0), Arc::clone(member));
            provider = provider.with_payouts(Arc::new(payouts));
        }
        if let Ok(member) = shared.payment_member(&id) {
            let payments = JournaledPayments::new(Arc::clone(&self.0), member);
            provider = provider.with_payments(Arc::new(payments));
        }
        if let Ok(member) = shared.account_member(&id) {
            let accounts = JournaledAccounts::new(Arc::clone(&self.0), member);
            provider = provider.with_virtual_accounts(Arc::new(accounts));
        }
        Ok(provider)
    }

    /// The payouts of a provider behind the journal. A call is sent while its caller waits, or when
    /// the same reference is called again.
    ///
    /// # Errors
    /// `NotFound` if the engine has no such provider.
    pub fn payouts(&self, id: &str) -> Result<Arc<dyn PayoutProvider>> {
        self.provider(id)?.payouts().cloned()
    }

    /// The payments of a provider behind the journal. Each opening is stored before the provider is
    /// called. Over the network an order is opened at most once by each method; an opening that
    /// sends nothing, such as a signed link, is built again from the first request.
    ///
    /// # Errors
    /// `NotFound` if the engine has no such provider, `Unsupported` if it takes no payments.
    pub fn payments(&self, id: &str) -> Result<Arc<dyn PaymentProvider>> {
        self.provider(id)?.payments().cloned()
    }

    /// The virtual accounts of a provider behind the journal. An order has one account at a provider:
    /// the same request again is the first one, and one whose opening got lost is asked about where the
    /// provider can be asked. What arrives on it counts for the [payment](Self::payment) of its order.
    ///
    /// # Errors
    /// `NotFound` if the engine has no such provider, `Unsupported` if it opens no virtual accounts.
    pub fn virtual_accounts(&self, id: &str) -> Result<Arc<dyn VirtualAccountProvider>> {
        self.provider(id)?.virtual_accounts().cloned()
    }

    /// Hands a payout over: once this returns, it is on record, and the engine sends it as soon as
    /// it can. The same payout handed over again is the first one.
    ///
    /// # Errors
    /// Nothing was recorded: the request cannot be honoured, the journal cannot be used, or another
    /// payout is on record under the reference (`Conflict`, naming the field).
    pub async fn submit(&self, provider: &str, request: &CreatePayout) -> Result<HandedOver> {
        let shared = self.0.shared();
        let member = shared.member(&ProviderId::new(provider)?)?;
        member.payouts.check(request)?;
        shared.check_running()?;
        let opening = shared.opening(member, request, RecordKind::HandedOver);
        let (deciding, now) = (opening.clone(), shared.clock.now());
        let journal = shared.journal.clone();
        let reference = request.payout.clone();
        let writing = async move {
            let decide = move |record: Option<&PayoutRecord>, _: &mut dyn crate::store::Rows| {
                Ok(deciding.decide(record))
            };
            journal.change(&reference, journal.token(), now, decide).await
        };
        if shared.is_seeded(Seeded::AcknowledgesBeforeTheCommit) {
            drop(shared.runtime.spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                writing.await
            }));
            return acknowledged(&opening, now);
        }
        // The write is done although this future is dropped.
        let written =
            shared.runtime.spawn(writing).await.unwrap_or_else(|error| {
                Err(StoreError::Unknown(format!("the engine ended: {error}")))
            });
        match written {
            Ok(changed) => {
                shared.wake.notify_one();
                recorded(changed, &opening, shared.is_seeded(Seeded::IgnoresOtherContent))
            }
            Err(error @ StoreError::Unknown(_))
                if shared.is_seeded(Seeded::TakesAnUnknownCommitForNone) =>
            {
                Err(error.into_error())
            }
            Err(error @ (StoreError::NotDone(_) | StoreError::Again(_))) => Err(error.into_error()),
            Err(StoreError::Unknown(why)) => Ok(HandedOver::Unknown { why }),
        }
    }

    /// Hands a payout over in the app's own transaction: it is sent after the app's commit, and
    /// never if the app rolls back. The engine finds it within its interval, or at once after
    /// [`wake`](Self::wake).
    ///
    /// # Errors
    /// Nothing was recorded, as with [`submit`](Self::submit).
    pub async fn submit_in<T: AppTransaction>(
        &self,
        transaction: &mut T,
        provider: &str,
        request: &CreatePayout,
    ) -> Result<HandedOver> {
        let shared = self.0.shared();
        let member = shared.member(&ProviderId::new(provider)?)?;
        member.payouts.check(request)?;
        let opening = shared.opening(member, request, RecordKind::HandedOver);
        let (token, now) = (shared.journal.token(), shared.clock.now());
        let changed = app::open_in(transaction, shared, opening.clone(), token, now).await;
        let changed = changed.map_err(StoreError::into_error)?;
        recorded(changed, &opening, shared.is_seeded(Seeded::IgnoresOtherContent))
    }

    /// Looks for due work now, instead of after the interval.
    pub fn wake(&self) {
        self.0.shared().wake.notify_one();
    }

    /// The record of a payout; `None` if nothing was instructed under this reference.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn payout(&self, payout: &PayoutRef) -> Result<Option<PayoutRecord>> {
        self.0.shared().journal.read(payout).await.map_err(StoreError::into_error)
    }

    /// Everything that was observed of a payout, oldest first. Its record is the fold of it.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn history(&self, payout: &PayoutRef) -> Result<Vec<Observed>> {
        let payout = payout.clone();
        let store = &self.0.shared().journal.store;
        store.run(move |backend| backend.history(&payout)).await.map_err(StoreError::into_error)
    }

    /// Lets the permits of a provider go that are held, by a person's word.
    ///
    /// # Errors
    /// `NotFound` if there is no such provider; the journal cannot be used.
    pub async fn release(&self, provider: &str) -> Result<()> {
        let shared = self.0.shared();
        let id = shared.member(&ProviderId::new(provider)?)?.provider.id().clone();
        let released = shared
            .journal
            .store
            .run(move |backend| backend.set_breaker(&id, &crate::journal::Breaker::default()));
        released.await.map_err(StoreError::into_error)?;
        shared.wake.notify_one();
        Ok(())
    }

    /// Works on everything that is due now and returns once that is done: for engines without a
    /// background, and for tests without sleeping.
    ///
    /// # Errors
    /// The journal cannot be used.
    pub async fn tick(&self) -> Result<Pass> {
        let shared = Arc::clone(self.0.shared());
        shared.check_running()?;
        let pass = shared.runtime.clone().spawn(async move { shared.pass().await });
        let ended = |error| Err(StoreError::NotDone(format!("the engine ended: {error}")));
        pass.await.unwrap_or_else(ended).map_err(StoreError::into_error)
    }

    /// Ends the engine in the middle of what it does, as a crash would, once it is the last handle.
    #[cfg(feature = "seeded-bugs")]
    #[doc(hidden)]
    pub async fn kill(self) {
        let ended = self.0.ended();
        drop(self);
        ended.await;
    }

    /// Ends the engine: takes up nothing new, waits for what is under way, and closes the store.
    pub async fn stop(&self) {
        self.0.stop().await;
    }
}

/// What a hand-over would make.
fn acknowledged(opening: &crate::journal::Opening, at: Timestamp) -> Result<HandedOver> {
    let change = opening.decide(None).map(|change| change.observation);
    let observation = change.unwrap_or(Observation::Unrecognised);
    let observed = Observed { revision: 1, at, start: 0, observation };
    let record = PayoutRecord::after(None, &observed);
    recorded(Changed { record, is_written: true }, opening, true)
}

/// What a hand-over found or made.
fn recorded(
    changed: Changed,
    opening: &crate::journal::Opening,
    ignores_content: bool,
) -> Result<HandedOver> {
    let Some(record) = changed.record else {
        let why = "the journal has no record of it".to_owned();
        return Ok(HandedOver::Unknown { why });
    };
    if !ignores_content {
        opening.compare(&record)?;
    }
    Ok(HandedOver::Recorded(Box::new(record)))
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(self.0.shared()).finish()
    }
}
