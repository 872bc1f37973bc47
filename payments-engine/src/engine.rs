//! The engine: its handle, and the thread on which it runs.

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
    record::{Observation, Observed, PayoutRecord, RecordKind, RecordState},
    resolver::Pass,
    seeded::Seeded,
    store::StoreError,
};

/// A running engine.
///
/// Clones share one engine. The engine ends with [`stop`](Self::stop), or when the last clone and
/// the last provider that it returned are dropped.
#[derive(Clone)]
pub struct Engine(Arc<Running>);

/// The result of handing over a payout.
///
/// Exhaustive on purpose. An unknown result is not an error.
#[derive(Clone, Debug)]
#[must_use = "whether it was recorded decides whether it will be sent"]
pub enum HandedOver {
    /// The payout is on record. If it was not sent yet, the engine sends it, unless its time to
    /// send passes or it is withdrawn.
    Recorded(Box<PayoutRecord>),
    /// An earlier payout is on record under this reference, and it failed or was reversed. Nothing
    /// was recorded, and nothing more is sent under this reference: another payout of the amount
    /// needs another reference.
    Failed(Box<PayoutRecord>),
    /// It is unknown whether the payout is on record. Call the method again with the same request
    /// to find out; the engine records and sends the payout at most once.
    Unknown {
        /// The reason, in one line.
        why: String,
    },
}

impl Engine {
    /// Returns a builder for an engine.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    pub(crate) fn shared(&self) -> &Arc<crate::shared::Shared> {
        self.0.shared()
    }

    /// Returns a provider whose calls go through the journal.
    ///
    /// Its payouts are sent at most once for each reference, and its payments are opened at most
    /// once for each order and method. Its virtual accounts are opened at most once for each order
    /// if the provider supports inquiries about them.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the engine does not have this
    /// provider.
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

    /// Returns the payouts of a provider, through the journal. A payout is sent while its caller
    /// waits, or when a call with the same reference is repeated.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the engine does not have this
    /// provider.
    pub fn payouts(&self, id: &str) -> Result<Arc<dyn PayoutProvider>> {
        self.provider(id)?.payouts().cloned()
    }

    /// Returns the payments of a provider, through the journal. Each opening is stored before the
    /// provider is called.
    ///
    /// Over the network, an order is opened at most once by each method. An opening that sends
    /// nothing, such as a signed link, is built again from the first request.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the engine does not have this
    /// provider, and [`Unsupported`](payments_core::ErrorKind::Unsupported) if it does not take
    /// payments.
    pub fn payments(&self, id: &str) -> Result<Arc<dyn PaymentProvider>> {
        self.provider(id)?.payments().cloned()
    }

    /// Returns the virtual accounts of a provider, through the journal. An order has one account at
    /// a provider.
    ///
    /// A repeated request returns the first account. If the outcome of an opening was lost, the
    /// engine sends an inquiry, if the provider supports it. Money that arrives on the account
    /// counts for the [payment](Self::payment) of its order.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the engine does not have this
    /// provider, and [`Unsupported`](payments_core::ErrorKind::Unsupported) if it does not open
    /// virtual accounts.
    pub fn virtual_accounts(&self, id: &str) -> Result<Arc<dyn VirtualAccountProvider>> {
        self.provider(id)?.virtual_accounts().cloned()
    }

    /// Hands a payout over. Once this returns [`HandedOver::Recorded`], the payout is on record,
    /// and the engine sends it as soon as it can.
    ///
    /// Handing over the same payout again depends on the record of the first one:
    ///
    /// | the first payout | the result |
    /// |---|---|
    /// | is not sent yet, is under way, is uncertain, or succeeded | [`HandedOver::Recorded`] with its record, and no second payout |
    /// | was not sent, and its time was over | [`HandedOver::Recorded`], and it is sent now |
    /// | failed or was reversed | [`HandedOver::Failed`] with its record, and nothing is sent |
    /// | differs from this one | `Err`, [`Conflict`](payments_core::ErrorKind::Conflict) |
    ///
    /// # Errors
    /// The request cannot be carried out, the journal cannot be used, or another payout is on
    /// record under the reference ([`Conflict`](payments_core::ErrorKind::Conflict), naming the
    /// field). Nothing was recorded.
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
        // The write is completed even if this future is dropped.
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

    /// Hands a payout over in the app's own transaction. The engine sends the payout after the
    /// app's commit, and never if the app rolls back. It finds the payout within its interval, or
    /// immediately after [`wake`](Self::wake).
    ///
    /// # Errors
    /// The same as for [`submit`](Self::submit), and
    /// [`Configuration`](payments_core::ErrorKind::Configuration) if the transaction is on another
    /// database than the engine's store. Nothing was recorded.
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
        let changed = app::open_in(transaction, shared, opening.clone(), token, now).await?;
        recorded(changed, &opening, shared.is_seeded(Seeded::IgnoresOtherContent))
    }

    /// Looks for due work now instead of at the end of the interval.
    pub fn wake(&self) {
        self.0.shared().wake.notify_one();
    }

    /// Returns the record of a payout, or `None` if nothing was instructed under this reference.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn payout(&self, payout: &PayoutRef) -> Result<Option<PayoutRecord>> {
        self.0.shared().journal.read(payout).await.map_err(StoreError::into_error)
    }

    /// Returns every observation of a payout, the oldest first. Its record is the fold of them.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn history(&self, payout: &PayoutRef) -> Result<Vec<Observed>> {
        let payout = payout.clone();
        let store = &self.0.shared().journal.store;
        store.run(move |backend| backend.history(&payout)).await.map_err(StoreError::into_error)
    }

    /// Resumes the permits of a provider that were held, by a person's decision.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the provider does not exist. The
    /// journal cannot be used.
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

    /// Does all work that is due now and returns once it is done. Use it for engines without a
    /// background, and in tests, which then need not sleep.
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

    /// Ends the engine in the middle of its work, as a crash would, once this is the last handle.
    #[cfg(feature = "seeded-bugs")]
    #[doc(hidden)]
    pub async fn kill(self) {
        let ended = self.0.ended();
        drop(self);
        ended.await;
    }

    /// Stops the engine: it starts no new work, completes what is under way, and closes the store.
    pub async fn stop(&self) {
        self.0.stop().await;
    }
}

/// Returns the record that handing over would create.
fn acknowledged(opening: &crate::journal::Opening, at: Timestamp) -> Result<HandedOver> {
    let change = opening.decide(None).map(|change| change.observation);
    let observation = change.unwrap_or(Observation::Unrecognised);
    let observed = Observed { revision: 1, at, start: 0, observation };
    let record = PayoutRecord::after(None, &observed);
    recorded(Changed { record, is_written: true }, opening, true)
}

/// Returns the record that handing over found or created.
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
    let has_failed = matches!(record.state, RecordState::Failed | RecordState::Reversed);
    Ok(if has_failed && !changed.is_written {
        HandedOver::Failed(Box::new(record))
    } else {
        HandedOver::Recorded(Box::new(record))
    })
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(self.0.shared()).finish()
    }
}
