//! Payments that a hub routes through the journal of an engine.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::sync::Arc;
use std::time::Duration;

use engine_trials::world::{PATIENCE, free_port};
use payments::{
    Opened, Payments,
    config::PaymentsConfig,
    registry::{Context, Registry},
};
use payments_core::{
    OrderRef, Submission,
    money::Money,
    payment::{CreatePayment, PaymentMethod},
};
use payments_engine::{Engine, OpeningState};
use provider_kit::transport::{HttpClient, HttpClientSettings, RetryPolicy};
use provider_mock::{
    Operation, Scripted, Settings,
    simulator::{MockSimulator, SimulatorSettings},
};
use tempfile::TempDir;

/// Two gateways, of which the first is preferred and may not be there, and the shop's store.
struct World {
    ports: [u16; 2],
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        Self { ports: [free_port(), free_port()], folder: tempfile::tempdir().unwrap() }
    }

    fn settings(index: usize) -> Settings {
        Settings::test()
            .with_api_key(format!("TEST-ONLY-key-of-{index}"))
            .with_webhook_secret(format!("TEST-ONLY-secret-of-{index}"))
    }

    async fn gateway(&self, index: usize) -> MockSimulator {
        let settings = SimulatorSettings::test().with_gateway(Self::settings(index));
        MockSimulator::start(settings.with_port(self.ports[index])).await.unwrap()
    }

    /// The hub that an app makes of its configuration, and its engine.
    async fn start(&self) -> (Payments, Engine) {
        let mut text = "prefer = ['first', 'second']\n".to_owned();
        for (index, name) in ["first", "second"].into_iter().enumerate() {
            let Settings { api_key, webhook_secret, .. } = Self::settings(index);
            text += &format!(
                "[providers.{name}]\nkind = 'mock'\nenvironment = 'sandbox'\n\
                 api_key = '{api_key}'\nwebhook_secret = '{webhook_secret}'\n\
                 url = 'http://127.0.0.1:{}'\n",
                self.ports[index]
            );
        }
        let store = self.folder.path().join("shop.db");
        text += &format!("[engine]\nstore = 'sqlite:{}'\n", store.display());
        let config: PaymentsConfig = toml::from_str(&text).unwrap();
        let client = HttpClientSettings::default().with_timeout(Duration::from_secs(10));
        let context = Context::new(Arc::new(HttpClient::new(client).unwrap()))
            .with_retry(RetryPolicy::new(0, Duration::ZERO, PATIENCE));
        let registry = Registry::empty().add(provider_mock::REGISTRATION);
        let payments = Payments::build(&config, &registry, &context).unwrap();
        let engine = payments.engine().unwrap().start().await.unwrap();
        (payments.through(&engine).unwrap(), engine)
    }
}

fn request() -> CreatePayment {
    CreatePayment::new(OrderRef::new("A-1").unwrap(), Money::vnd(50_000)).unwrap()
}

async fn open(payments: &Payments, request: &CreatePayment) -> Opened {
    payments.open_payment(request).await.unwrap()
}

fn is_accepted_by(opened: &Opened, provider: &str) -> bool {
    opened.provider.as_str() == provider && matches!(opened.submission, Submission::Accepted(_))
}

fn requests(gateway: &MockSimulator) -> usize {
    let of = |operation| operation == Some(Operation::CreatePayment);
    gateway.requests().iter().filter(|request| of(request.operation)).count()
}

#[tokio::test]
async fn a_refused_connection_lets_the_next_provider_be_asked_and_the_order_stays_there() {
    let world = World::new();
    let second = world.gateway(1).await;
    let (payments, engine) = world.start().await;
    let opened = open(&payments, &request()).await;
    assert!(is_accepted_by(&opened, "second"), "{opened:?}");
    assert_eq!(opened.passed_over.len(), 1, "{opened:?}");
    let record = engine.payment(&request().order).await.unwrap().unwrap();
    let states: Vec<_> = record.openings.iter().map(|opening| opening.state).collect();
    assert_eq!(states, [OpeningState::NotSent, OpeningState::Open]);

    let first = world.gateway(0).await;
    let again = open(&payments, &request()).await;
    assert!(is_accepted_by(&again, "second"), "{again:?}");
    assert_eq!(again.passed_over[0].reason, "second may have the order");
    assert_eq!((requests(&first), requests(&second)), (0, 1));

    // The buyer may go on by another method, which is an opening of its own.
    let transfer = request().with_method(PaymentMethod::BankTransfer);
    assert!(is_accepted_by(&open(&payments, &transfer).await, "first"));
    engine.stop().await;
}

#[tokio::test]
async fn after_an_uncertain_outcome_no_other_provider_is_asked() {
    let world = World::new();
    let (first, second) = (world.gateway(0).await, world.gateway(1).await);
    let (payments, engine) = world.start().await;
    first.script(Operation::CreatePayment, Scripted::lost_after_booking()).unwrap();
    for _ in 0..2 {
        let opened = open(&payments, &request()).await;
        assert_eq!(opened.provider.as_str(), "first");
        assert!(opened.submission.is_uncertain(), "{opened:?}");
    }
    assert_eq!((requests(&first), requests(&second)), (1, 0));
    engine.stop().await;
}

#[tokio::test]
async fn after_a_crash_the_same_order_asks_the_same_provider_first() {
    let world = World::new();
    let second = world.gateway(1).await;
    let (payments, engine) = world.start().await;
    second.script(Operation::CreatePayment, Scripted::lost_after_booking()).unwrap();
    assert!(open(&payments, &request()).await.submission.is_uncertain());
    drop(payments);
    engine.kill().await;

    // The preferred provider is back, and was not asked about this order.
    let first = world.gateway(0).await;
    let (payments, engine) = world.start().await;
    let opened = open(&payments, &request()).await;
    assert_eq!(opened.provider.as_str(), "second");
    assert_eq!((requests(&first), requests(&second)), (0, 1));
    let other = CreatePayment::new(OrderRef::new("A-2").unwrap(), Money::vnd(1_000)).unwrap();
    assert!(is_accepted_by(&open(&payments, &other).await, "first"));
    engine.stop().await;
}
