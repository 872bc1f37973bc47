//! State that is shared by the engine's handle, its layers and its work.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use payments_core::{
    Clock, Error, ErrorKind, OrderRef, PayoutProvider, PayoutRef, Provider, ProviderId, Result,
    Timestamp,
};
use tokio::runtime::Handle;
use tokio::sync::{Notify, Semaphore, futures::Notified};

use crate::{
    change::Change,
    handlers::{Handlers, refuse_inside},
    inbox::InboxLimits,
    journal::{AccountMember, Journal, PaymentMember},
    limits::Limits,
    seeded::Seeded,
    store::{Restored, StoreError},
};

/// The state of one engine.
pub(crate) struct Shared {
    pub(crate) journal: Journal,
    pub(crate) clock: Arc<dyn Clock>,
    /// When the engine started.
    pub(crate) started_at: Timestamp,
    /// Every provider of the engine, including those that do not send money.
    pub(crate) providers: BTreeMap<ProviderId, Provider>,
    /// The new names of renamed providers, by the old ones.
    renamed: BTreeMap<ProviderId, ProviderId>,
    /// The providers that send money.
    pub(crate) members: BTreeMap<ProviderId, Arc<Member>>,
    /// The engine's own runtime. Every instruction runs completely on it.
    pub(crate) runtime: Handle,
    /// Why nothing is sent, if the store seems to be an older copy of itself.
    pub(crate) restored: Restored,
    pub(crate) inbox: InboxLimits,
    /// How often statements are read, or `None` if they are not.
    pub(crate) read_every: Option<Duration>,
    /// The handlers, set once their databases were checked.
    pub(crate) handlers: OnceLock<Handlers>,
    /// The first change of each subject, for an engine with the mistake of replaying it.
    old_changes: Mutex<HashMap<String, Change>>,
    pub(crate) wake: Notify,
    pub(crate) is_stopped: AtomicBool,
    /// Whether the engine is a visitor, which only looks and decides.
    pub(crate) is_visitor: bool,
    pub(crate) seeded: Option<Seeded>,
    /// The configured limits, by provider.
    pub(crate) limits: BTreeMap<ProviderId, Limits>,
    turns: Mutex<HashMap<OrderRef, Weak<tokio::sync::Mutex<()>>>>,
    in_flight: Mutex<HashSet<PayoutRef>>,
    listeners: Mutex<HashMap<PayoutRef, Arc<Notify>>>,
}

/// The settings that an engine was built with.
pub(crate) struct Setup {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) providers: BTreeMap<ProviderId, Provider>,
    pub(crate) renamed: BTreeMap<ProviderId, ProviderId>,
    pub(crate) members: BTreeMap<ProviderId, Arc<Member>>,
    pub(crate) limits: BTreeMap<ProviderId, Limits>,
    pub(crate) inbox: InboxLimits,
    pub(crate) read_every: Option<Duration>,
    pub(crate) is_visitor: bool,
    pub(crate) seeded: Option<Seeded>,
}

/// A provider of the engine that sends money.
pub(crate) struct Member {
    pub(crate) provider: Provider,
    pub(crate) payouts: Arc<dyn PayoutProvider>,
    pub(crate) limits: Limits,
    pub(crate) places: Semaphore,
}

/// Marks a payout as worked on by this process, until it is dropped.
pub(crate) struct Flight<'a> {
    shared: &'a Shared,
    payout: PayoutRef,
}

/// Waits for notifications about a payout.
pub(crate) struct Listener<'a> {
    shared: &'a Shared,
    payout: PayoutRef,
    notify: Arc<Notify>,
}

impl Shared {
    pub(crate) fn new(journal: Journal, runtime: Handle, setup: Setup) -> Self {
        let Setup {
            clock,
            providers,
            renamed,
            members,
            limits,
            inbox,
            read_every,
            is_visitor,
            seeded,
        } = setup;
        Self {
            restored: journal.restored.clone(),
            journal,
            started_at: clock.now(),
            clock,
            providers,
            renamed,
            members,
            runtime,
            inbox,
            read_every,
            handlers: OnceLock::new(),
            old_changes: Mutex::default(),
            wake: Notify::new(),
            is_stopped: AtomicBool::new(false),
            is_visitor,
            seeded,
            limits,
            turns: Mutex::default(),
            in_flight: Mutex::default(),
            listeners: Mutex::default(),
        }
    }

    /// Returns whether a trial added this mistake. Without the feature `seeded-bugs` it is always
    /// false.
    pub(crate) fn is_seeded(&self, mistake: Seeded) -> bool {
        cfg!(feature = "seeded-bugs") && self.seeded == Some(mistake)
    }

    /// Returns the number of consecutive failed instructions after which permits are held.
    pub(crate) fn hold_after(&self, limits: &Limits) -> u32 {
        if self.is_seeded(Seeded::HasNoBreaker) { u32::MAX } else { limits.hold_after }
    }

    /// Returns the provider with this name, whatever its roles.
    ///
    /// # Errors
    /// Returns `NotFound`, naming the providers that exist, if there is none with this name.
    pub(crate) fn provider(&self, id: &ProviderId) -> Result<&Provider> {
        self.providers.get(id).ok_or_else(|| {
            let known: Vec<_> = self.providers.keys().map(ProviderId::as_str).collect();
            let message = format!("the engine has no provider {id}; it has {}", known.join(", "));
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// Returns the provider to which a gateway sends deliveries under this name, which may be an old
    /// name in the gateway's settings.
    ///
    /// # Errors
    /// Returns `NotFound`, naming the providers that exist, if there is none with this name.
    pub(crate) fn receiving_provider(&self, id: &ProviderId) -> Result<&Provider> {
        self.provider(self.renamed.get(id).unwrap_or(id))
    }

    /// Returns the provider with this name that sends money.
    ///
    /// # Errors
    /// Returns `NotFound`, naming the providers that exist, if there is none with this name.
    pub(crate) fn member(&self, id: &ProviderId) -> Result<&Arc<Member>> {
        self.members.get(id).ok_or_else(|| {
            let known: Vec<_> = self.members.keys().map(ProviderId::as_str).collect();
            let message = format!(
                "the engine has no provider {id} that sends money; it has {}",
                known.join(", ")
            );
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// Returns the provider with this name, for payments.
    ///
    /// # Errors
    /// Returns `NotFound` if the engine does not have this provider, and `Unsupported` if it does
    /// not take payments.
    pub(crate) fn payment_member(&self, id: &ProviderId) -> Result<PaymentMember> {
        let provider = self.provider(id)?.clone();
        let payments = Arc::clone(provider.payments()?);
        let limits = self.limits.get(id).cloned().unwrap_or_default();
        Ok(PaymentMember { provider, payments, limits })
    }

    /// Returns the provider with this name that opens virtual accounts.
    ///
    /// # Errors
    /// Returns `NotFound` if the engine does not have this provider, and `Unsupported` if it does
    /// not open virtual accounts.
    pub(crate) fn account_member(&self, id: &ProviderId) -> Result<AccountMember> {
        let provider = self.provider(id)?.clone();
        let accounts = Arc::clone(provider.virtual_accounts()?);
        let limits = self.limits.get(id).cloned().unwrap_or_default();
        Ok(AccountMember { provider, accounts, limits })
    }

    /// Returns the lock that serialises the calls of this process about one order.
    pub(crate) fn turn(&self, order: &OrderRef) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = lock(&self.turns);
        if let Some(turn) = turns.get(order).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::default();
        turns.insert(order.clone(), Arc::downgrade(&turn));
        turn
    }

    /// Returns an error if the engine was stopped, so that nothing more is recorded.
    pub(crate) fn check_running(&self) -> Result<()> {
        refuse_inside().map_err(|why| Error::new(ErrorKind::Unavailable, why))?;
        if self.is_visitor {
            let message = "a visitor of the store sends and accepts nothing: only an engine that \
                           was started does";
            return Err(Error::new(ErrorKind::Unavailable, message));
        }
        if self.is_stopped.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Unavailable, "the engine was stopped"));
        }
        Ok(())
    }

    /// Returns an error while nothing may be sent.
    pub(crate) fn check_sends(&self) -> Result<()> {
        self.check_running()?;
        match self.restored.why() {
            Some(why) => Err(Error::new(
                ErrorKind::Unavailable,
                format!("{why}; nothing is sent until a person accepts the store"),
            )),
            None => Ok(()),
        }
    }

    /// Returns the change that a handler is given: the present one, unless a trial added a mistake.
    pub(crate) fn seeded_change(&self, subject: &str, change: Change) -> Change {
        if !self.is_seeded(Seeded::ReplaysTheOldChange) {
            return change;
        }
        lock(&self.old_changes).entry(subject.to_owned()).or_insert(change).clone()
    }

    /// Returns how many changes handlers are working on.
    pub(crate) fn handling(&self) -> usize {
        self.handlers.get().map_or(0, Handlers::under_way)
    }

    /// Returns whether the engine of this start is another one and still runs. Its work is left to
    /// it.
    pub(crate) async fn is_elsewhere(&self, start: u64) -> Result<bool, StoreError> {
        if start == self.journal.start || self.journal.beat.is_none() {
            return Ok(false);
        }
        self.journal.store.run(move |backend| backend.is_live(start)).await
    }

    /// Begins to work on a payout. Returns `None` if this process already works on it.
    pub(crate) fn begin(&self, payout: &PayoutRef) -> Option<Flight<'_>> {
        let is_first = lock(&self.in_flight).insert(payout.clone());
        is_first.then(|| Flight { shared: self, payout: payout.clone() })
    }

    /// Returns how many payouts this process works on.
    pub(crate) fn flights(&self) -> usize {
        lock(&self.in_flight).len()
    }

    /// Returns a listener that is notified when a payout is no longer worked on, or its record
    /// changed.
    pub(crate) fn listen(&self, payout: &PayoutRef) -> Listener<'_> {
        let notify = Arc::clone(lock(&self.listeners).entry(payout.clone()).or_default());
        Listener { shared: self, payout: payout.clone(), notify }
    }

    /// Notifies the listeners of a payout.
    pub(crate) fn notify(&self, payout: &PayoutRef) {
        if let Some(listener) = lock(&self.listeners).remove(payout) {
            listener.notify_waiters();
        }
    }
}

impl Listener<'_> {
    /// Waits for a notification that comes after this call.
    pub(crate) fn notified(&self) -> Notified<'_> {
        self.notify.notified()
    }
}

impl Drop for Listener<'_> {
    /// Removes the entry of a payout together with its last listener.
    fn drop(&mut self) {
        let mut listeners = lock(&self.shared.listeners);
        let is_last = listeners.get(&self.payout).is_some_and(|notify| {
            Arc::ptr_eq(notify, &self.notify) && Arc::strong_count(notify) == 2
        });
        if is_last {
            listeners.remove(&self.payout);
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        lock(&self.shared.in_flight).remove(&self.payout);
        self.shared.notify(&self.payout);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("providers", &self.providers.keys()).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
