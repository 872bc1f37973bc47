//! What the engine's handle, its layers and its work share.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use payments_core::{
    Clock, Error, ErrorKind, OrderRef, PayoutProvider, PayoutRef, Provider, ProviderId, Result,
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
    /// Every provider of the engine, also those that send no money.
    pub(crate) providers: BTreeMap<ProviderId, Provider>,
    /// Those that send money.
    pub(crate) members: BTreeMap<ProviderId, Arc<Member>>,
    /// The engine's own runtime: every instruction runs there, whole.
    pub(crate) runtime: Handle,
    /// Why nothing is sent, if the store seems to be an older copy of itself.
    pub(crate) restored: Restored,
    pub(crate) inbox: InboxLimits,
    /// How often statements are read, if they are.
    pub(crate) read_every: Option<Duration>,
    /// The handlers, once their databases were checked.
    pub(crate) handlers: OnceLock<Handlers>,
    /// The first change of each subject, for an engine with the mistake of replaying it.
    old_changes: Mutex<HashMap<String, Change>>,
    pub(crate) wake: Notify,
    pub(crate) is_stopped: AtomicBool,
    /// Whether it only looks and decides, beside an engine that may run.
    pub(crate) is_visitor: bool,
    pub(crate) seeded: Option<Seeded>,
    /// The limits that were set, by provider.
    pub(crate) limits: BTreeMap<ProviderId, Limits>,
    turns: Mutex<HashMap<OrderRef, Weak<tokio::sync::Mutex<()>>>>,
    in_flight: Mutex<HashSet<PayoutRef>>,
    listeners: Mutex<HashMap<PayoutRef, Arc<Notify>>>,
}

/// What an engine was built with.
pub(crate) struct Setup {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) providers: BTreeMap<ProviderId, Provider>,
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

/// Waits for news of a payout.
pub(crate) struct Listener<'a> {
    shared: &'a Shared,
    payout: PayoutRef,
    notify: Arc<Notify>,
}

impl Shared {
    pub(crate) fn new(journal: Journal, runtime: Handle, setup: Setup) -> Self {
        let Setup { clock, providers, members, limits, inbox, read_every, is_visitor, seeded } =
            setup;
        Self {
            restored: journal.restored.clone(),
            journal,
            clock,
            providers,
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

    /// Whether a trial put this mistake in. Without the feature `seeded-bugs` none can be.
    pub(crate) fn is_seeded(&self, mistake: Seeded) -> bool {
        cfg!(feature = "seeded-bugs") && self.seeded == Some(mistake)
    }

    /// After how many instructions in a row that come to nothing permits are held.
    pub(crate) fn hold_after(&self, limits: &Limits) -> u32 {
        if self.is_seeded(Seeded::HasNoBreaker) { u32::MAX } else { limits.hold_after }
    }

    /// The provider of this name, whatever its roles.
    ///
    /// # Errors
    /// `NotFound`, naming the providers that there are.
    pub(crate) fn provider(&self, id: &ProviderId) -> Result<&Provider> {
        self.providers.get(id).ok_or_else(|| {
            let known: Vec<_> = self.providers.keys().map(ProviderId::as_str).collect();
            let message = format!("the engine has no provider {id}; it has {}", known.join(", "));
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// The provider of this name that sends money.
    ///
    /// # Errors
    /// `NotFound`, naming the providers that there are.
    pub(crate) fn member(&self, id: &ProviderId) -> Result<&Arc<Member>> {
        self.members.get(id).ok_or_else(|| {
            let known: Vec<_> = self.members.keys().map(ProviderId::as_str).collect();
            let message =
                format!("the engine has no provider {id} that sends money; {}", known.join(", "));
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// The provider of this name that takes payments.
    ///
    /// # Errors
    /// `NotFound` if the engine has no such provider, `Unsupported` if it takes no payments.
    pub(crate) fn payment_member(&self, id: &ProviderId) -> Result<PaymentMember> {
        let provider = self.provider(id)?.clone();
        let payments = Arc::clone(provider.payments()?);
        let limits = self.limits.get(id).cloned().unwrap_or_default();
        Ok(PaymentMember { provider, payments, limits })
    }

    /// The provider of this name that opens virtual accounts.
    ///
    /// # Errors
    /// `NotFound` if the engine has no such provider, `Unsupported` if it opens none.
    pub(crate) fn account_member(&self, id: &ProviderId) -> Result<AccountMember> {
        let provider = self.provider(id)?.clone();
        let accounts = Arc::clone(provider.virtual_accounts()?);
        let limits = self.limits.get(id).cloned().unwrap_or_default();
        Ok(AccountMember { provider, accounts, limits })
    }

    /// What the calls about one order of this process hold in turn.
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

    /// Refuses what would be recorded after the engine was stopped.
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

    /// Refuses what would be sent while nothing is.
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

    /// The change that a handler is given: the present one, unless a trial put in a mistake.
    pub(crate) fn seeded_change(&self, subject: &str, change: Change) -> Change {
        if !self.is_seeded(Seeded::ReplaysTheOldChange) {
            return change;
        }
        lock(&self.old_changes).entry(subject.to_owned()).or_insert(change).clone()
    }

    /// How many changes are given to handlers at this moment.
    pub(crate) fn handling(&self) -> usize {
        self.handlers.get().map_or(0, Handlers::under_way)
    }

    /// Whether the engine of this start runs and is another one: what it works on is left to it.
    pub(crate) async fn is_elsewhere(&self, start: u64) -> Result<bool, StoreError> {
        if start == self.journal.start || self.journal.beat.is_none() {
            return Ok(false);
        }
        self.journal.store.run(move |backend| backend.is_live(start)).await
    }

    /// Begins to work on a payout; `None` if this process does already.
    pub(crate) fn begin(&self, payout: &PayoutRef) -> Option<Flight<'_>> {
        let is_first = lock(&self.in_flight).insert(payout.clone());
        is_first.then(|| Flight { shared: self, payout: payout.clone() })
    }

    /// How many payouts this process works on.
    pub(crate) fn flights(&self) -> usize {
        lock(&self.in_flight).len()
    }

    /// What is notified once a payout is no longer worked on, or is known better.
    pub(crate) fn listen(&self, payout: &PayoutRef) -> Listener<'_> {
        let notify = Arc::clone(lock(&self.listeners).entry(payout.clone()).or_default());
        Listener { shared: self, payout: payout.clone(), notify }
    }

    /// Notifies those who wait for a payout.
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
    /// The last listener of a payout leaves nothing behind.
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
