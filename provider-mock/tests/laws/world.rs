//! A provider and its gateway, in memory or with sockets between them.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Decline, ManualClock, OrderRef, PayoutRef, Provider, Submission, Timestamp, Uncertain,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    payment::{CreatePayment, Payment},
    payout::{Beneficiary, CreatePayout},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings, RetryPolicy},
};
use provider_mock::{MockGateway, REGISTRATION};

/// 16 November 2024, 14:27 in Vietnam.
pub(crate) const NOW: i64 = 1_731_742_061;

const MEMORY: &str = r#"
    [providers.mock]
    kind = "mock"
    environment = "sandbox"
    api_key = "canary-api-key"
    webhook_secret = ["canary-webhook-secret", "canary-older-secret"]
    seed = 7
"#;

/// Runs every law of a file in memory, and over HTTP.
macro_rules! laws {
    ($($law:ident)+) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $law() {
                super::$law(crate::world::World::in_memory()).await;
            })+
        }

        #[cfg(feature = "simulator")]
        mod over_http {
            $(#[tokio::test]
            async fn $law() {
                super::$law(crate::world::World::over_http().await).await;
            })+
        }
    };
}

/// A provider, its gateway, and their common clock.
pub(crate) struct World {
    pub(crate) gateway: MockGateway,
    pub(crate) provider: Provider,
    clock: Moves,
    #[cfg(feature = "simulator")]
    _simulator: Option<provider_mock::simulator::MockSimulator>,
}

type Moves = Box<dyn Fn(Duration) + Send + Sync>;

impl World {
    pub(crate) fn in_memory() -> Self {
        let clock = ManualClock::at(Timestamp::from_unix(NOW));
        let context = context(Duration::from_secs(10)).with_clock(Arc::new(clock.clone()));
        let provider = build(MEMORY, &context);
        Self {
            gateway: provider.extension::<MockGateway>().unwrap().clone(),
            provider,
            clock: Box::new(move |by| clock.advance(by)),
            #[cfg(feature = "simulator")]
            _simulator: None,
        }
    }

    #[cfg(feature = "simulator")]
    pub(crate) async fn over_http() -> Self {
        Self::over_http_within(Duration::from_secs(10)).await
    }

    /// Over HTTP, with a client that waits so long for an answer.
    #[cfg(feature = "simulator")]
    pub(crate) async fn over_http_within(timeout: Duration) -> Self {
        use provider_mock::simulator::{MockSimulator, SimulatorSettings};

        let gateway = provider_mock::Settings::test()
            .with_api_key("canary-api-key")
            .with_webhook_secret("canary-webhook-secret")
            .with_seed(7);
        let settings = SimulatorSettings::test()
            .with_gateway(gateway)
            .with_clock(simulator_kit::Clock::fixed(NOW));
        let simulator = MockSimulator::start(settings).await.unwrap();
        let config = MEMORY.replace("seed = 7", &format!("url = {:?}", simulator.url()));
        let clock = simulator.clock();
        Self {
            gateway: simulator.gateway().clone(),
            provider: build(&config, &context(timeout).with_clock(simulator.shared_clock())),
            clock: Box::new(move |by| clock.advance(by)),
            _simulator: Some(simulator),
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        (self.clock)(by);
    }

    /// Opens a payment of 50,000 VND that the gateway accepts.
    pub(crate) async fn opened(&self, order: &str) -> Payment {
        let request = payment(order, Money::vnd(50_000));
        accepted(self.provider.payments().unwrap().create_payment(&request).await.unwrap())
    }

    /// The payment as an inquiry shows it.
    pub(crate) async fn payment(&self, order: &str) -> Payment {
        let order = OrderRef::new(order).unwrap();
        let found = self.provider.payments().unwrap().find_payment(&order).await.unwrap();
        found.found().unwrap()
    }

    pub(crate) fn vnd(&self) -> Money {
        self.gateway.balance(Currency::VND).unwrap()
    }
}

pub(crate) fn context(timeout: Duration) -> Context {
    let settings = HttpClientSettings::default().with_timeout(timeout);
    let retry = RetryPolicy::new(3, Duration::from_millis(1), Duration::from_secs(60));
    Context::new(Arc::new(HttpClient::new(settings).unwrap())).with_retry(retry)
}

pub(crate) fn build(config: &str, context: &Context) -> Provider {
    let config: PaymentsConfig = toml::from_str(config).unwrap();
    Registry::empty().add(REGISTRATION).build(&config, context).unwrap().remove(0)
}

pub(crate) fn payment(order: &str, amount: Money) -> CreatePayment {
    CreatePayment::new(OrderRef::new(order).unwrap(), amount).unwrap()
}

/// A payout to the account whose holder the gateway knows.
pub(crate) fn payout(reference: &str, amount: Money) -> CreatePayout {
    payout_to(reference, amount, "NGUYEN VAN A")
}

pub(crate) fn payout_to(reference: &str, amount: Money, name: &str) -> CreatePayout {
    let beneficiary = Beneficiary::new(bank_account(), name).unwrap();
    CreatePayout::new(PayoutRef::new(reference).unwrap(), amount, beneficiary).unwrap()
}

pub(crate) fn bank_account() -> BankAccount {
    let number = AccountNumber::new("0071001234567").unwrap();
    BankAccount::new(Bin::new("970436").unwrap(), number)
}

pub(crate) fn accepted<T: Debug>(submission: Submission<T>) -> T {
    match submission {
        Submission::Accepted(answer) => answer,
        other => panic!("not accepted: {other:?}"),
    }
}

pub(crate) fn declined<T: Debug>(submission: Submission<T>) -> Decline {
    match submission {
        Submission::Declined(decline) => decline,
        other => panic!("not declined: {other:?}"),
    }
}

pub(crate) fn uncertain<T: Debug>(submission: Submission<T>) -> Uncertain {
    match submission {
        Submission::Uncertain(uncertain) => uncertain,
        other => panic!("not uncertain: {other:?}"),
    }
}
