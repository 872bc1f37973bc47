//! The builder of an engine.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Clock, Environment, Error, ErrorKind, Provider, ProviderId, Result, SystemClock, Timestamp,
    shared_credentials,
};
use tokio::sync::Semaphore;

use super::{
    Engine, Running,
    identity::{Known, identify, identify_key},
};
use crate::{
    app::AppTransaction,
    handlers::{
        AppDatabase, AtLeastOnce, ExactlyOnce, Handler, HandlerLimits, Handlers, RunsHandler,
        ToSink,
    },
    inbox::InboxLimits,
    journal::Journal,
    limits::Limits,
    sealing::{Seal, SealingKey},
    seeded::Seeded,
    shared::{Member, Setup, Shared},
    sink::Sink,
    store::{Backend, Renaming, Store, StoreError, StoreIdentity},
};

/// How often the engine looks for due work.
const EVERY: Duration = Duration::from_secs(1);

/// A builder for an [`Engine`].
pub struct EngineBuilder {
    pub(super) store: Option<Store>,
    providers: Vec<Provider>,
    limits: Vec<(String, Limits)>,
    pub(super) clock: Arc<dyn Clock>,
    every: Option<Duration>,
    accepts_store: bool,
    pub(super) keys: Vec<SealingKey>,
    inbox: InboxLimits,
    read_every: Option<Duration>,
    handlers: Vec<(String, Arc<dyn RunsHandler>)>,
    retired: Vec<String>,
    retired_providers: Vec<ProviderId>,
    renamed: Vec<Renaming>,
    handler_limits: HandlerLimits,
    seeded: Option<Seeded>,
    is_simulated: bool,
}

impl Default for EngineBuilder {
    fn default() -> Self {
        Self {
            store: None,
            providers: Vec::new(),
            limits: Vec::new(),
            clock: Arc::new(SystemClock),
            every: Some(EVERY),
            accepts_store: false,
            keys: Vec::new(),
            inbox: InboxLimits::default(),
            read_every: None,
            handlers: Vec::new(),
            retired: Vec::new(),
            retired_providers: Vec::new(),
            renamed: Vec::new(),
            handler_limits: HandlerLimits::default(),
            seeded: None,
            is_simulated: false,
        }
    }
}

impl EngineBuilder {
    /// Sets the store of the journal.
    #[must_use]
    pub fn with_store(mut self, store: Store) -> Self {
        self.store = Some(store);
        self
    }

    /// Adds a provider. A provider without payouts, payments and virtual accounts is left
    /// unchanged.
    #[must_use]
    pub fn with_provider(mut self, provider: Provider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Declares that a provider was removed for good, by a person's decision. The engine then
    /// starts although the store has open payouts of the provider. It neither sends them nor
    /// inquires about them. A payout that may have been sent becomes a case `unknown`, and one that
    /// was never sent is closed as not sent after its time to send.
    #[must_use]
    pub fn with_retired_provider(mut self, provider: ProviderId) -> Self {
        self.retired_providers.push(provider);
        self
    }

    /// Declares that the provider `old` is named `new` in the configuration from now on. At the
    /// start, every record, delivery, cursor and piece of due work of the old name gets the new
    /// one, in one transaction. Later starts find nothing to rename.
    ///
    /// It is refused if the kind, the environment or the merchant differs from what the store
    /// knows, if the store knows the new name already, or if another engine runs on the store. As
    /// long as this is declared, [`Engine::accept`] also accepts deliveries under the old name.
    #[must_use]
    pub fn with_renamed_provider(mut self, old: ProviderId, new: ProviderId) -> Self {
        self.renamed.push(Renaming { from: old, to: new });
        self
    }

    /// Sets the limits for the instructions of one provider.
    #[must_use]
    pub fn with_limits(mut self, provider: impl Into<String>, limits: Limits) -> Self {
        self.limits.push((provider.into(), limits));
        self
    }

    /// Sets the keys that seal personal data in the store. The first one seals; every one of them
    /// opens what was sealed before. An engine with a provider for real money needs a key.
    #[must_use]
    pub fn with_keys(mut self, keys: impl IntoIterator<Item = SealingKey>) -> Self {
        self.keys.extend(keys);
        self
    }

    /// Sets how deliveries are accepted and confirmed.
    #[must_use]
    pub fn with_inbox(mut self, limits: InboxLimits) -> Self {
        self.inbox = limits;
        self
    }

    /// Registers a handler of changes that writes to the engine's own database: its writes through
    /// the given transaction are committed exactly once for each change.
    ///
    /// `name` is 1 to 64 characters without white space. Once a handler was registered, changes are
    /// kept for it even while it is missing, until it is [retired](Self::retiring_handler).
    #[must_use]
    pub fn with_handler<D>(
        mut self,
        name: impl Into<String>,
        database: D,
        handler: impl Handler<D::Transaction>,
    ) -> Self
    where
        D: AppDatabase,
        D::Transaction: AppTransaction,
    {
        self.handlers.push((name.into(), Arc::new(ExactlyOnce { database, handler })));
        self
    }

    /// Registers a handler of changes that writes to a database of its own. After a crash between
    /// the handler's commit and the engine's mark, the handler is called again for the same change,
    /// so it has to compare revisions.
    #[must_use]
    pub fn with_handler_at_least_once<D: AppDatabase>(
        mut self,
        name: impl Into<String>,
        database: D,
        handler: impl Handler<D::Transaction>,
    ) -> Self {
        self.handlers.push((name.into(), Arc::new(AtLeastOnce { database, handler })));
        self
    }

    /// Registers a sink, which sends changes out of the process. Its name, limits and dead letters
    /// are those of a handler.
    #[must_use]
    pub fn with_sink(mut self, name: impl Into<String>, sink: impl Sink) -> Self {
        self.handlers.push((name.into(), Arc::new(ToSink(sink))));
        self
    }

    /// Removes a handler that was registered before, with every change that is due to it.
    #[must_use]
    pub fn retiring_handler(mut self, name: impl Into<String>) -> Self {
        self.retired.push(name.into());
        self
    }

    /// Sets how handlers are called.
    #[must_use]
    pub fn with_handler_limits(mut self, limits: HandlerLimits) -> Self {
        self.handler_limits = limits;
        self
    }

    /// Reads the statements of every provider that has them at this interval and books their
    /// credits, so that a lost delivery loses no credit.
    ///
    /// Lines of the last 24 h are read again, because banks enter some of them late. Lines that
    /// were booked more than 24 h before the first start are skipped.
    #[must_use]
    pub fn with_statements_every(mut self, every: Duration) -> Self {
        self.read_every = Some(every);
        self
    }

    /// Sets the clock that decides when work is due, and until when. The time for sending is also
    /// limited by the boot clock, which nobody can set.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Disables the background: the engine then works only in [`tick`](Engine::tick). Use it for a
    /// job that runs at intervals, and for tests. Payouts that were handed over are sent only by
    /// ticks.
    #[must_use]
    pub fn without_background(mut self) -> Self {
        self.every = None;
        self
    }

    /// Sets the interval at which due work is looked for. It is one second by default.
    #[must_use]
    pub fn with_interval(mut self, every: Duration) -> Self {
        self.every = Some(every);
        self
    }

    /// Accepts a store that seems to be an older copy of itself, by a person's decision.
    /// Instructions that the store has lost may have been sent, and are sent again if they are
    /// instructed again.
    #[must_use]
    pub fn accepting_store(mut self) -> Self {
        self.accepts_store = true;
        self
    }

    /// Adds a mistake to the engine, for trials.
    #[cfg(feature = "seeded-bugs")]
    #[doc(hidden)]
    #[must_use]
    pub fn with_seeded(mut self, mistake: Option<Seeded>) -> Self {
        self.seeded = mistake;
        self
    }

    /// Makes the engine's waiting times pass immediately.
    #[cfg(feature = "seeded-bugs")]
    #[doc(hidden)]
    #[must_use]
    pub fn simulated(mut self) -> Self {
        self.is_simulated = true;
        self
    }

    /// Starts the engine on a thread of its own, and resumes what an earlier start left.
    ///
    /// # Errors
    /// Returns [`Configuration`](payments_core::ErrorKind::Configuration) if
    ///
    /// - the providers cannot be used together,
    /// - a provider is for real money and there is no key to seal with,
    /// - the key that sealed the store is missing,
    /// - the store knows a provider as another one or as another merchant,
    /// - the store has open payouts of a provider that is missing and not retired,
    /// - a provider cannot be [renamed](Self::with_renamed_provider), or
    /// - another engine sends from the store.
    ///
    /// Returns [`Unavailable`](payments_core::ErrorKind::Unavailable) if the store cannot be used.
    pub async fn start(self) -> Result<Engine> {
        let store = self.named_store()?;
        let (setup, known) = (self.setup(self.read_every, false)?, self.known(false));
        let handlers = Handlers::start(self.handlers, self.handler_limits)?;
        let (accepts, every, is_simulated) = (self.accepts_store, self.every, self.is_simulated);
        let (retired, seal) = (self.retired, Seal::new(self.keys));
        let begin = move |runtime| {
            let now = setup.clock.now();
            let (mut backend, opened) = store.open(now, accepts, &seal)?;
            let identity = match resume(backend.as_mut(), &setup, &known, &seal, now) {
                Ok(identity) => identity,
                Err(refused) => {
                    // Nothing is written, and other engines see at once that this one has ended.
                    backend.roll_back();
                    backend.close();
                    return Err(refused);
                }
            };
            let journal = Journal::new(store.committer(backend)?, &opened, identity, seal);
            Ok(Shared::new(journal, runtime, setup))
        };
        let engine = Engine(Running::start(begin, every, is_simulated).await?);
        let begun = match begin_handlers(engine.shared(), handlers, retired).await {
            Ok(()) => engine.shared().begin_reading().await.map_err(StoreError::into_error),
            Err(error) => Err(error),
        };
        if let Err(error) = begun {
            engine.stop().await;
            return Err(error);
        }
        Ok(engine)
    }

    /// Opens the store as a visitor: an engine that may run beside another one, to look and to
    /// decide.
    ///
    /// It reads records, cases, dead letters and health. It refuses to send instructions and to
    /// accept deliveries, calls no handlers, and counts nothing. [`Engine::decide`],
    /// [`release`](Engine::release) and replays take effect in the running engine within its
    /// interval.
    ///
    /// # Errors
    /// The same as for [`start`](Self::start), and
    /// [`Configuration`](payments_core::ErrorKind::Configuration) if no engine of this version
    /// created the tables.
    pub async fn visit(self) -> Result<Engine> {
        let store = self.named_store()?;
        let (setup, known) = (self.setup(None, true)?, self.known(true));
        let seal = Seal::new(self.keys);
        let begin = move |runtime| {
            let (mut backend, opened) = store.visit(&seal)?;
            backend.begin().map_err(StoreError::into_error)?;
            identify(backend.as_mut(), &setup.providers, &setup.members, &known)?;
            identify_key(backend.as_mut(), &seal)?;
            let identity = backend.identity().map_err(StoreError::into_error)?;
            // The comparison is done, and its writes are discarded.
            backend.roll_back();
            let journal = Journal::new(store.committer(backend)?, &opened, identity, seal);
            Ok(Shared::new(journal, runtime, setup))
        };
        Ok(Engine(Running::start(begin, None, false).await?))
    }

    /// Returns what a person declared about the providers.
    fn known(&self, is_visitor: bool) -> Known {
        Known {
            retired: self.retired_providers.clone(),
            renamed: self.renamed.clone(),
            is_visitor,
            seeded: self.seeded,
        }
    }

    /// Returns the settings of the engine that is started.
    fn setup(&self, read_every: Option<Duration>, is_visitor: bool) -> Result<Setup> {
        let new_name = |one: &Renaming| (one.from.clone(), one.to.clone());
        Ok(Setup {
            clock: Arc::clone(&self.clock),
            providers: self.providers()?,
            renamed: self.renamed.iter().map(new_name).collect(),
            members: self.members()?,
            limits: self.limits_by_provider()?,
            inbox: self.inbox.clone(),
            read_every,
            is_visitor,
            seeded: self.seeded,
        })
    }

    /// Returns every provider by its name.
    fn providers(&self) -> Result<BTreeMap<ProviderId, Provider>> {
        let refused = |message: String| Error::new(ErrorKind::Configuration, message);
        let shared = shared_credentials(&self.providers);
        if !shared.is_empty() {
            let shared: Vec<_> =
                shared.iter().map(|(key, problem)| format!("{key}: {problem}")).collect();
            return Err(refused(shared.join("; ")));
        }
        let mut providers = BTreeMap::new();
        for provider in &self.providers {
            let id = provider.id();
            if provider.environment() == Environment::Production && self.keys.is_empty() {
                return Err(refused(format!(
                    "{id} is for real money, and the engine has no key to seal names and accounts \
                     with: make one with `openssl rand -base64 32`, and give it with_keys"
                )));
            }
            if providers.insert(id.clone(), provider.clone()).is_some() {
                return Err(refused(format!("two providers have the name {id}")));
            }
        }
        Ok(providers)
    }

    /// Returns the providers that send money.
    fn members(&self) -> Result<BTreeMap<ProviderId, Arc<Member>>> {
        let mut members = BTreeMap::new();
        for provider in &self.providers {
            let id = provider.id();
            let Ok(payouts) = provider.payouts().cloned() else { continue };
            let limits = self.limits.iter().rev().find(|(name, _)| name == id.as_str());
            let limits = limits.map(|(_, limits)| limits.clone()).unwrap_or_default();
            if !provider.departs() {
                tracing::warn!(
                    provider = %id,
                    "its transport does not ask for a departure, so a permit is taken before each instruction, \
                     and an instruction that could not be sent stays uncertain"
                );
            }
            let places = Semaphore::new(limits.at_once);
            let member = Member { provider: provider.clone(), payouts, limits, places };
            members.insert(id.clone(), Arc::new(member));
        }
        Ok(members)
    }

    /// Returns the limits that were set.
    fn limits_by_provider(&self) -> Result<BTreeMap<ProviderId, Limits>> {
        let mut all = BTreeMap::new();
        for (name, limits) in &self.limits {
            let is_it = |provider: &&Provider| {
                provider.id().as_str() == name
                    && (provider.payouts().is_ok()
                        || provider.payments().is_ok()
                        || provider.virtual_accounts().is_ok())
            };
            let Some(provider) = self.providers.iter().find(is_it) else {
                let message = format!(
                    "there are limits for {name}, which neither takes payments nor sends money"
                );
                return Err(Error::new(ErrorKind::Configuration, message));
            };
            all.insert(provider.id().clone(), limits.clone());
        }
        Ok(all)
    }
}

/// Compares the store with the configuration, and makes the work due that an earlier start left, in
/// one transaction. Returns the identity of the store.
///
/// # Errors
/// Returns `Configuration` if the store does not fit the configuration. The store cannot be used.
fn resume(
    backend: &mut dyn Backend,
    setup: &Setup,
    known: &Known,
    seal: &Seal,
    now: Timestamp,
) -> Result<StoreIdentity> {
    backend.begin().map_err(StoreError::into_error)?;
    identify(backend, &setup.providers, &setup.members, known)?;
    identify_key(backend, seal)?;
    let identity = backend.identity().map_err(StoreError::into_error)?;
    backend.pull_in(now).and_then(|()| backend.commit()).map_err(StoreError::into_error)?;
    Ok(identity)
}

/// Registers the handlers. Changes are kept for them from now on.
///
/// # Errors
/// Returns `Configuration` if the database of a handler is not the engine's. The store cannot be
/// used.
async fn begin_handlers(
    shared: &Arc<Shared>,
    handlers: Handlers,
    retired: Vec<String>,
) -> Result<()> {
    handlers.check(shared).await?;
    let names = handlers.names();
    let registering = shared.journal.store.run(move |backend| {
        for name in &retired {
            backend.handling().retire(name)?;
        }
        for name in &names {
            backend.handling().register(name)?;
        }
        let mut missing = backend.handlers()?;
        missing.retain(|name| !names.contains(name));
        Ok(missing)
    });
    for name in registering.await.map_err(StoreError::into_error)? {
        tracing::warn!(
            "the handler {name} is not registered; changes are kept for it until it is retired"
        );
    }
    if shared.handlers.set(handlers).is_err() {
        tracing::error!("the engine already has handlers");
    }
    shared.wake.notify_one();
    Ok(())
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("store", &self.store)
            .field("providers", &self.providers)
            .finish_non_exhaustive()
    }
}
