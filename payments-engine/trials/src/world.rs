//! A gateway, a clock, and engines around them.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use payments_core::{
    ErrorKind, ManualClock, PayoutRef, Provider, Submission, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Beneficiary, CreatePayout, Payout},
    rules::Repeat,
};
use payments_engine::{
    Engine, EngineBuilder, Limits, Observed, PayoutRecord, RecordState, Seeded, Store,
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings, RetryPolicy, Transport},
};
use provider_mock::{
    MockGateway, Operation, PayoutStart, Settings,
    simulator::{MockSimulator, SimulatorSettings},
};
use tempfile::TempDir;

use crate::database::Database;

/// The name of the provider.
pub const MAIN: &str = "main";

/// The time limit of every step, which none should reach.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway that pays a repeated reference again, so that a second send is visible.
#[derive(Debug)]
pub struct World {
    /// The gateway, over HTTP.
    pub simulator: MockSimulator,
    /// The clock of the engines. The gateway uses the system's clock.
    pub clock: ManualClock,
    /// The folder of the store, if it is in SQLite.
    pub folder: TempDir,
    /// The database of the store, if the trials run on PostgreSQL.
    pub database: Option<Database>,
}

impl World {
    /// Starts a gateway whose payouts stay pending.
    pub async fn start() -> Self {
        Self::with(PayoutStart::Pending, 0).await
    }

    /// Starts a gateway whose payouts begin in this state, on this port.
    pub async fn with(start: PayoutStart, port: u16) -> Self {
        let settings =
            Settings::test().with_payout_repeat(Repeat::PaysAgain).with_payout_start(start);
        let settings = SimulatorSettings::test().with_gateway(settings).with_port(port);
        Self {
            database: Database::if_chosen(),
            simulator: MockSimulator::start(settings).await.unwrap(),
            clock: ManualClock::at(Timestamp::from_unix(1_731_742_061)),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Starts a gateway with its own PostgreSQL database. Prints a note and returns `None` if there
    /// is no server.
    pub async fn on_postgres(start: PayoutStart) -> Option<Self> {
        let database = Some(Database::create().await?);
        Some(Self { database, ..Self::with(start, 0).await })
    }

    /// Returns the database of a world on PostgreSQL.
    pub fn database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }

    /// Returns the gateway.
    pub fn gateway(&self) -> &MockGateway {
        self.simulator.gateway()
    }

    /// Returns a provider that reaches the gateway over HTTP.
    pub fn provider(&self) -> Provider {
        provider_at(&self.simulator.url(), Arc::new(self.clock.clone()))
    }

    /// Returns the store of this world.
    pub fn store(&self) -> Store {
        if let Some(database) = &self.database {
            return database.store();
        }
        Store::sqlite(self.folder.path().join("shop.db"))
    }

    /// Returns the place of the store: the URL of a database, or a file.
    pub fn place(&self) -> String {
        place(self.database.as_ref(), &self.folder)
    }

    /// Returns the builder of an engine that works only in ticks.
    pub fn builder(&self) -> EngineBuilder {
        self.builder_of(self.provider())
    }

    /// Returns the builder of an engine that works only in ticks, with another provider.
    pub fn builder_of(&self, provider: Provider) -> EngineBuilder {
        Engine::builder()
            .with_store(self.store())
            .with_provider(provider)
            .with_clock(Arc::new(self.clock.clone()))
            .without_background()
    }

    /// Starts an engine that works only in ticks, with a mistake.
    pub async fn engine(&self, seeded: Option<Seeded>) -> Engine {
        self.builder().with_seeded(seeded).start().await.unwrap()
    }

    /// Starts an engine with other limits.
    pub async fn engine_with(&self, limits: Limits, seeded: Option<Seeded>) -> Engine {
        self.builder().with_limits(MAIN, limits).with_seeded(seeded).start().await.unwrap()
    }

    /// Returns how often the gateway carried out a payout.
    pub fn carried_out(&self, reference: &str) -> usize {
        self.gateway().carried_out(Operation::CreatePayout, reference)
    }

    /// Returns how many payouts the gateway was instructed to make, carried out or not.
    pub fn instructed(&self) -> usize {
        requested(self, Operation::CreatePayout)
    }

    /// Moves the clock forward, and does the work that is due by then.
    pub async fn advance(&self, engine: &Engine, by: Duration) {
        self.clock.advance(by);
        engine.tick().await.unwrap();
    }
}

fn place(database: Option<&Database>, folder: &TempDir) -> String {
    match database {
        Some(database) => database.url().to_owned(),
        None => folder.path().join("shop.db").display().to_string(),
    }
}

/// A new store of the kind that the trials run on.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    /// The database of the store, if it is in PostgreSQL.
    pub database: Option<Database>,
}

impl Place {
    /// Creates it.
    #[expect(clippy::new_without_default, reason = "it creates files")]
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: Database::if_chosen() }
    }

    /// Returns the URL of its database, or its file.
    pub fn text(&self) -> String {
        place(self.database.as_ref(), &self.folder)
    }
}

/// Returns a provider for the gateway at `url`, which sends each inquiry once.
pub fn provider_at(url: &str, clock: Arc<dyn payments_core::Clock>) -> Provider {
    provider_of(MAIN, &Settings::test(), url, clock)
}

/// Returns a provider like [`provider_at`] with this name and the credentials of a gateway.
pub fn provider_of(
    name: &str,
    settings: &Settings,
    url: &str,
    clock: Arc<dyn payments_core::Clock>,
) -> Provider {
    provider_over(Arc::new(http_client()), name, settings, url, clock)
}

/// Returns the client that providers of [`provider_of`] use.
pub fn http_client() -> HttpClient {
    let settings = HttpClientSettings::default().with_timeout(Duration::from_secs(10));
    HttpClient::new(settings).unwrap()
}

/// Returns a provider like [`provider_of`] that sends over this transport.
pub fn provider_over(
    transport: Arc<dyn Transport>,
    name: &str,
    settings: &Settings,
    url: &str,
    clock: Arc<dyn payments_core::Clock>,
) -> Provider {
    let config: PaymentsConfig = toml::from_str(&format!(
        "[providers.{name}]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = '{}'\n\
         webhook_secret = '{}'\nurl = '{url}'\npayout_repeat = 'pays-again'\n",
        settings.api_key, settings.webhook_secret,
    ))
    .unwrap();
    let once = RetryPolicy::new(0, Duration::ZERO, PATIENCE);
    let context = Context::new(transport).with_clock(clock).with_retry(once);
    let registry = Registry::empty().add(provider_mock::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

/// Returns how often the gateway was called for an operation, carried out or not.
pub fn requested(world: &World, operation: Operation) -> usize {
    let requests = world.gateway().requests();
    requests.iter().filter(|one| one.operation == Some(operation)).count()
}

/// Returns a port of this machine at which nothing listens.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Returns the name of a payout.
pub fn reference(text: &str) -> PayoutRef {
    PayoutRef::new(text).unwrap()
}

/// Returns a payout of 50,000 VND.
pub fn payout(text: &str) -> CreatePayout {
    payout_of(text, 50_000)
}

/// Returns a payout of this many VND.
pub fn payout_of(text: &str, amount: i64) -> CreatePayout {
    let number = AccountNumber::new("0071001234567").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    CreatePayout::new(reference(text), Money::vnd(amount), beneficiary).unwrap()
}

/// Calls the journaled role.
///
/// # Errors
/// The same as for the call.
pub async fn create(
    engine: &Engine,
    request: &CreatePayout,
) -> payments_core::Result<Submission<Payout>> {
    engine.payouts(MAIN).unwrap().create_payout(request).await
}

/// Returns the state of a recorded payout.
pub async fn state(engine: &Engine, text: &str) -> RecordState {
    record(engine, text).await.state
}

/// Returns the record of a payout, and checks that it equals the fold of its history.
pub async fn record(engine: &Engine, text: &str) -> PayoutRecord {
    let record = engine.payout(&reference(text)).await.unwrap().unwrap();
    let history = engine.history(&reference(text)).await.unwrap();
    let folded = history
        .iter()
        .fold(None, |record, observed: &Observed| PayoutRecord::after(record, observed));
    let json = |record: &PayoutRecord| serde_json::to_value(record).unwrap();
    assert_eq!(json(&folded.unwrap()), json(&record), "the fold of {history:#?}");
    record
}

/// Checks that engines on a store that is an older copy send nothing until a person accepts it.
/// `said` is a part of the reason; `sent` is how many payouts were sent before.
///
/// # Panics
/// Panics if an engine sends, or gives another reason.
pub async fn waits_for_a_person(world: &World, sent: usize, said: &str) {
    for _ in 0..2 {
        let engine = world.engine(None).await;
        let restored = engine.health().await.unwrap().restored.unwrap();
        assert!(restored.contains(said), "{restored}");
        let error = create(&engine, &payout("P-1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        let _ = engine.submit(MAIN, &payout("P-2")).await.unwrap();
        engine.tick().await.unwrap();
        assert_eq!(state(&engine, "P-2").await, RecordState::Prepared);
        engine.stop().await;
    }
    assert_eq!(world.instructed(), sent);
    let engine = world.builder().accepting_store().start().await.unwrap();
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-2").await, RecordState::Pending);
    engine.stop().await;
    assert!(world.engine(None).await.health().await.unwrap().restored.is_none());
}

/// Waits until a condition holds. Returns false if it does not hold in time.
pub async fn holds_within(patience: Duration, mut condition: impl AsyncFnMut() -> bool) -> bool {
    let until = Instant::now() + patience;
    while !condition().await {
        if Instant::now() > until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    true
}
