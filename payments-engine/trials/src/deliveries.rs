//! A gateway in memory whose deliveries arrive at an engine, signed or not.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response};
use payments_core::{
    EndpointName, Error, ErrorKind, ManualClock, NotificationReceiver, OrderRef, Provider,
    ProviderId, ProviderKind, Result, Timestamp,
    money::Money,
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Notification, Outcome, Received,
        Untrusted, UntrustedReason,
    },
    payment::{CreatePayment, Payment, PaymentState},
    signature::unauthenticated,
};
use payments_engine::{Accepted, Engine, EngineBuilder, Seeded, Store};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
};
use provider_mock::{MockGateway, Settings};
use tempfile::TempDir;

use crate::database::{Database, wait_for};
use crate::world::MAIN;

/// The endpoint of signed deliveries.
pub const SIGNED: &str = "events";

/// The endpoint of deliveries that anybody may send.
pub const OPEN: &str = "open";

/// The endpoint of a buyer's browser.
pub const RETURN: &str = "return";

/// The amount of every order.
pub const AMOUNT: i64 = 50_000;

/// A gateway, a clock that it shares with the engines, and their store.
#[derive(Debug)]
pub struct Deliveries {
    /// The gateway, in memory.
    pub gateway: MockGateway,
    /// The clock of the gateway and of the engines.
    pub clock: ManualClock,
    /// The folder of the store, if it is in SQLite.
    pub folder: TempDir,
    /// The database of the store, if the trials run on PostgreSQL.
    pub database: Option<Database>,
    /// Whether inquiries about deliveries fail.
    pub is_down: Arc<AtomicBool>,
    /// The number of inquiries about deliveries.
    pub asked: Arc<AtomicUsize>,
}

impl Deliveries {
    /// Starts a gateway without orders.
    pub fn start() -> Self {
        let clock = ManualClock::at(Timestamp::from_unix(1_731_742_061));
        let settings = Settings::test()
            .with_clock(Arc::new(clock.clone()))
            .with_notify_url("https://shop.example/hooks/main/events");
        Self {
            gateway: MockGateway::new(settings).unwrap(),
            clock,
            folder: tempfile::tempdir().unwrap(),
            database: Database::if_chosen(),
            is_down: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// Starts a gateway without orders whose store is always in SQLite.
    pub fn in_sqlite() -> Self {
        Self { database: None, ..Self::start() }
    }

    /// Returns a gateway without orders, whose store is in a new PostgreSQL database. Returns `None` and
    /// prints why if there is no server.
    pub async fn on_postgres() -> Option<Self> {
        let database = Some(Database::create().await?);
        Some(Self { database, ..Self::start() })
    }

    /// Returns the gateway's provider, with an endpoint for unsigned deliveries besides its own.
    pub fn provider(&self) -> Provider {
        let honest = self.gateway.provider(MAIN).unwrap();
        let inner = Arc::clone(honest.notifications().unwrap());
        let mut endpoints = inner.endpoints().to_vec();
        endpoints.push(Endpoint::new(EndpointName::new(OPEN).unwrap(), Method::POST, "anywhere"));
        let (is_down, asked) = (Arc::clone(&self.is_down), Arc::clone(&self.asked));
        let receiver = Open { inner, endpoints, is_down, asked };
        let (id, kind) = (ProviderId::new(MAIN).unwrap(), ProviderKind::new("mock").unwrap());
        Provider::new(id, kind, honest.environment())
            .with_payments(Arc::clone(honest.payments().unwrap()))
            .with_payouts(Arc::clone(honest.payouts().unwrap()))
            .with_statements(Arc::clone(honest.statements().unwrap()))
            .with_notifications(Arc::new(receiver))
    }

    /// Returns the file of the store, if it is in SQLite.
    pub fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("shop.db")
    }

    /// Returns the store.
    pub fn store(&self) -> Store {
        match &self.database {
            Some(database) => database.store(),
            None => Store::sqlite(self.file()),
        }
    }

    /// Prevents every engine from storing a delivery until the returned value is dropped.
    pub fn block(&self) -> Box<dyn Any> {
        if let Some(database) = &self.database {
            return Box::new(wait_for(async {
                let mut connection = database.connect().await;
                let sql = "BEGIN; LOCK TABLE payments.delivery IN EXCLUSIVE MODE";
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection
            }));
        }
        let connection = rusqlite::Connection::open(self.file()).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        Box::new(connection)
    }

    /// Returns the builder of an engine that works only in ticks.
    pub fn builder(&self, seeded: Option<Seeded>) -> EngineBuilder {
        Engine::builder()
            .with_store(self.store())
            .with_provider(self.provider())
            .with_clock(Arc::new(self.clock.clone()))
            .with_seeded(seeded)
            .without_background()
    }

    /// Returns the same with a secret of deliveries that is not the gateway's.
    pub fn builder_with(&self, secret: &str, seeded: Option<Seeded>) -> EngineBuilder {
        let key = self.gateway.settings().api_key.clone();
        let config: PaymentsConfig = toml::from_str(&format!(
            "[providers.{MAIN}]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = '{key}'\n\
             webhook_secret = '{secret}'\nurl = 'http://127.0.0.1:9'\n"
        ))
        .unwrap();
        let clock = Arc::new(self.clock.clone());
        let context = Context::new(self.gateway.transport()).with_clock(clock.clone());
        let registry = Registry::empty().add(provider_mock::REGISTRATION);
        let provider = registry.build(&config, &context).unwrap().remove(0);
        Engine::builder()
            .with_store(self.store())
            .with_provider(provider)
            .with_clock(clock)
            .with_seeded(seeded)
            .without_background()
    }

    /// Starts the engine of [`builder`](Self::builder).
    pub async fn engine(&self, seeded: Option<Seeded>) -> Engine {
        self.builder(seeded).start().await.unwrap()
    }

    /// Opens an order at the gateway.
    pub async fn open(&self, order: &str) {
        let order = OrderRef::new(order).unwrap();
        let request = CreatePayment::new(order, Money::vnd(AMOUNT)).unwrap();
        let request = request.with_return_url("https://shop.example/thanks").unwrap();
        let payments = self.gateway.provider(MAIN).unwrap();
        let opened = payments.payments().unwrap().create_payment(&request).await.unwrap();
        assert!(opened.accepted().is_ok(), "the gateway opens the order");
    }

    /// Opens an order, pays it, and returns the delivery that reports the payment.
    pub async fn paid(&self, order: &str) -> Request<Bytes> {
        self.open(order).await;
        self.pay(order)
    }

    /// Pays an order, and returns the delivery that reports the payment.
    pub fn pay(&self, order: &str) -> Request<Bytes> {
        self.gateway.pay(order, Money::vnd(AMOUNT)).unwrap();
        let mut deliveries = self.gateway.take_notifications();
        deliveries.retain(|one| String::from_utf8_lossy(one.body()).contains("payment."));
        deliveries.pop().expect("a payment is announced")
    }

    /// Returns the standings of each stored delivery, oldest first.
    pub fn standings(&self) -> Vec<Vec<String>> {
        let rows: Vec<String> = if let Some(database) = &self.database {
            let sql = "SELECT events FROM payments.delivery ORDER BY number";
            wait_for(async {
                let mut connection = database.connect().await;
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
            })
        } else {
            let connection = rusqlite::Connection::open(self.file()).unwrap();
            let sql = "SELECT events FROM payments_delivery ORDER BY number";
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        rows.iter()
            .map(|row| {
                let events: Vec<serde_json::Value> = serde_json::from_str(row).unwrap();
                events
                    .iter()
                    .map(|one| one["standing"]["is"].as_str().unwrap().to_owned())
                    .collect()
            })
            .collect()
    }
}

/// Returns how much money an engine counts for an order.
pub async fn received(engine: &Engine, order: &str) -> i64 {
    let payment = engine.payment(&OrderRef::new(order).unwrap()).await.unwrap();
    payment.and_then(|payment| payment.received()).map_or(0, |received| received.minor())
}

/// Passes a delivery to an engine.
pub async fn deliver(engine: &Engine, endpoint: &str, request: &Request<Bytes>) -> Accepted {
    engine.accept(MAIN, endpoint, &Delivery::of(request)).await
}

/// Returns an unsigned claim that an order is paid.
pub fn claim(order: &str, note: &str) -> Request<Bytes> {
    let body = format!("{order} {note}");
    Request::post("/hooks/main/open").body(Bytes::from(body)).unwrap()
}

/// The receiver of a gateway, with an endpoint for unsigned deliveries.
struct Open {
    inner: Arc<dyn NotificationReceiver>,
    endpoints: Vec<Endpoint>,
    is_down: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl NotificationReceiver for Open {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Received {
        if endpoint.as_str() != OPEN {
            return self.inner.receive(endpoint, delivery, now);
        }
        let text = String::from_utf8_lossy(delivery.body());
        let order = text.split(' ').next().and_then(|order| OrderRef::new(order).ok());
        match (Endpoint::find(&self.endpoints, endpoint, delivery.method()), order) {
            (Ok(endpoint), Some(order)) => {
                let mut payment = Payment::new(order, PaymentState::Settled);
                payment.asked = Some(Money::vnd(AMOUNT));
                let payment = EventData::Payment(payment.with_received(Money::vnd(AMOUNT)));
                Notification::new(endpoint, unauthenticated())
                    .with_event(None, payment, &["order"])
                    .into()
            }
            (Err(untrusted), _) => untrusted.into(),
            (_, None) => Untrusted::new(UntrustedReason::Unreadable, "no order").into(),
        }
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_down.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "the gateway is down"));
        }
        self.inner.confirm(event).await
    }

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        self.inner.reply(endpoint, outcome)
    }
}
