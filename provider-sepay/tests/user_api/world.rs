//! A simulated SePay and a provider that asks it.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    AccountId, Clock, OrderRef, Provider, Submission, Timestamp, money::Money,
    virtual_account::VirtualAccount,
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings, RetryPolicy},
};
use provider_sepay::{SePay, UserApiV1, UserApiV2};
use simulator_kit::Clock as SimulatedClock;
use simulator_sepay::{Host, SePaySimulator, Settings};

/// The bank accounts of the simulator, by their places.
pub(crate) const VIETCOMBANK: usize = 0;
pub(crate) const MBBANK: usize = 1;
pub(crate) const BIDV: usize = 2;
pub(crate) const SACOMBANK: usize = 3;

pub(crate) struct World {
    pub(crate) sepay: SePaySimulator,
    pub(crate) provider: Provider,
}

impl World {
    /// With virtual accounts at BIDV, and no limit.
    pub(crate) async fn open() -> Self {
        Self::with(standing_still(), "userapi_rate = 0\nuserapi_v1_rate = 0").await
    }

    /// The same over v1.
    pub(crate) async fn over_v1() -> Self {
        let keys = "userapi_rate = 0\nuserapi_v1_rate = 0\nva_api = \"v1\"\nva_account = \"21\"\n\
                    statements_api = \"v1\"";
        Self::with(standing_still(), keys).await
    }

    pub(crate) async fn with(settings: Settings, keys: &str) -> Self {
        let sepay = SePaySimulator::start(settings).await.unwrap();
        let account = match keys.contains("va_account") {
            true => String::new(),
            false => format!("va_account = \"{}\"", sepay.bank_accounts()[BIDV].id),
        };
        let text = format!(
            "[providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n\
             api_token = \"{}\"\nuserapi_url = \"{}\"\nuserapi_v1_url = \"{}/userapi\"\n\
             {account}\n{keys}\n",
            sepay.settings().api_token(),
            sepay.url(Host::UserApi),
            sepay.url(Host::My),
        );
        let provider = provider(&text, sepay.settings().clock());
        Self { sepay, provider }
    }

    pub(crate) fn v1(&self) -> &UserApiV1 {
        self.provider.extension::<SePay>().unwrap().user_api_v1().unwrap()
    }

    pub(crate) fn v2(&self) -> &UserApiV2 {
        self.provider.extension::<SePay>().unwrap().user_api_v2().unwrap()
    }

    /// The UUID of a bank account.
    pub(crate) fn uuid(&self, place: usize) -> String {
        self.sepay.bank_accounts()[place].id.clone()
    }

    pub(crate) fn account(&self, place: usize) -> AccountId {
        AccountId::new(self.uuid(place)).unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.sepay.settings().clock().unix_seconds())
    }
}

/// The simulator's settings at a moment that does not pass: two readings of a clock that goes may
/// have a second between them.
pub(crate) fn standing_still() -> Settings {
    Settings::test().with_clock(SimulatedClock::fixed(1_700_000_000))
}

/// The simulator's clock, for the provider.
struct Shared(SimulatedClock);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.unix_seconds())
    }
}

/// What fails is not asked again. A clock that stands still is the simulator's.
pub(crate) fn provider(text: &str, clock: &SimulatedClock) -> Provider {
    let config: PaymentsConfig = toml::from_str(text).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let context = Context::new(Arc::new(client)).with_retry(RetryPolicy::new(
        0,
        Duration::ZERO,
        Duration::ZERO,
    ));
    let context = match clock.stands_still() {
        true => context.with_clock(Arc::new(Shared(clock.clone()))),
        false => context,
    };
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &context).unwrap_or_else(|problems| panic!("{problems}")).remove(0)
}

pub(crate) fn order(reference: &str) -> OrderRef {
    OrderRef::new(reference).unwrap()
}

pub(crate) fn vnd(amount: i64) -> Money {
    Money::vnd(amount)
}

pub(crate) fn accepted<T: std::fmt::Debug>(submission: Submission<T>) -> T {
    match submission {
        Submission::Accepted(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// The one number of a virtual account.
pub(crate) fn number(account: &VirtualAccount) -> &str {
    let [number] = account.numbers.as_slice() else { panic!("{account:?}") };
    number.number.as_str()
}
