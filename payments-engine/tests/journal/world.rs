//! A gateway, a clock, and engines around them.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    ManualClock, PayoutRef, Provider, Submission, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    config::PaymentsConfig,
    money::Money,
    payout::{Beneficiary, CreatePayout, Payout},
    registry::{Context, Registry},
    rules::Repeat,
    transport::{HttpClient, HttpClientSettings},
};
use payments_engine::{Engine, EngineBuilder, Limits, Observed, PayoutRecord, RecordState, Store};
use provider_mock::{
    MockGateway, Operation, Settings,
    simulator::{MockSimulator, SimulatorSettings},
};
use tempfile::TempDir;

pub(crate) const MAIN: &str = "main";

/// A gateway that would pay a repeated reference again, so that a second send shows.
pub(crate) struct World {
    pub(crate) simulator: MockSimulator,
    pub(crate) clock: ManualClock,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::test().with_payout_repeat(Repeat::PaysAgain)).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let settings = SimulatorSettings::test().with_gateway(settings);
        Self {
            simulator: MockSimulator::start(settings).await.unwrap(),
            clock: ManualClock::at(Timestamp::from_unix(1_731_742_061)),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn gateway(&self) -> &MockGateway {
        self.simulator.gateway()
    }

    /// A provider that reaches the gateway over HTTP.
    pub(crate) fn provider(&self) -> Provider {
        self.provider_at(&self.simulator.url())
    }

    /// A provider that looks for the gateway at `url`.
    pub(crate) fn provider_at(&self, url: &str) -> Provider {
        let settings = self.gateway().settings();
        let config: PaymentsConfig = toml::from_str(&format!(
            "[providers.{MAIN}]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = '{}'\n\
             webhook_secret = '{}'\nurl = '{url}'\npayout_repeat = 'pays-again'\n",
            settings.api_key, settings.webhook_secret,
        ))
        .unwrap();
        let client = HttpClientSettings::default().with_timeout(Duration::from_secs(10));
        let client = Arc::new(HttpClient::new(client).unwrap());
        let context = Context::new(client).with_clock(Arc::new(self.clock.clone()));
        let registry = Registry::empty().add(provider_mock::REGISTRATION);
        registry.build(&config, &context).unwrap().remove(0)
    }

    pub(crate) fn store(&self) -> Store {
        Store::sqlite(self.folder.path().join("shop.db"))
    }

    /// An engine in SQLite that works only in ticks.
    pub(crate) fn builder(&self) -> EngineBuilder {
        Engine::builder()
            .with_store(self.store())
            .with_provider(self.provider())
            .with_clock(Arc::new(self.clock.clone()))
            .without_background()
    }

    pub(crate) async fn engine(&self) -> Engine {
        self.builder().start().await.unwrap()
    }

    pub(crate) async fn engine_with(&self, limits: Limits) -> Engine {
        self.builder().with_limits(MAIN, limits).start().await.unwrap()
    }

    /// How often the gateway carried a payout out.
    pub(crate) fn carried_out(&self, reference: &str) -> usize {
        self.gateway().carried_out(Operation::CreatePayout, reference)
    }

    /// How often the gateway was asked to pay out, carried out or not.
    pub(crate) fn instructed(&self) -> usize {
        let requests = self.gateway().requests();
        requests.iter().filter(|one| one.operation == Some(Operation::CreatePayout)).count()
    }
}

pub(crate) fn reference(text: &str) -> PayoutRef {
    PayoutRef::new(text).unwrap()
}

pub(crate) fn payout(text: &str) -> CreatePayout {
    payout_of(text, 50_000)
}

pub(crate) fn payout_of(text: &str, amount: i64) -> CreatePayout {
    let number = AccountNumber::new("0071001234567").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    CreatePayout::new(reference(text), Money::vnd(amount), beneficiary).unwrap()
}

/// Calls the journaled role.
pub(crate) async fn create(
    engine: &Engine,
    request: &CreatePayout,
) -> payments_core::Result<Submission<Payout>> {
    engine.payouts(MAIN).unwrap().create_payout(request).await
}

pub(crate) async fn state(engine: &Engine, text: &str) -> RecordState {
    record(engine, text).await.state
}

/// The record of a payout, which is also the fold of its history.
pub(crate) async fn record(engine: &Engine, text: &str) -> PayoutRecord {
    let record = engine.payout(&reference(text)).await.unwrap().unwrap();
    let history = engine.history(&reference(text)).await.unwrap();
    let folded = history
        .iter()
        .fold(None, |record, observed: &Observed| PayoutRecord::after(record, observed));
    let json = |record: &PayoutRecord| serde_json::to_value(record).unwrap();
    assert_eq!(json(&folded.unwrap()), json(&record), "the fold of {history:#?}");
    record
}
