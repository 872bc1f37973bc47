//! A simulator and a provider that is configured for it by code.

use std::sync::Arc;

use payments_core::{
    Clock, Environment, ManualClock, OrderRef, Provider, Submission, Timestamp,
    money::Money,
    payment::{CreatePayment, Payment},
};
use provider_kit::{
    config::Source,
    transport::{HttpClient, HttpClientSettings},
};
use provider_payos::{Config, PayOS};
use simulator_payos::{PayOSSimulator, Settings};

/// 2024-11-16 07:14:21 UTC.
pub(crate) const NOW: i64 = 1_731_741_261;

pub(crate) struct World {
    pub(crate) payos: PayOSSimulator,
    pub(crate) provider: Provider,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::test()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let settings = settings.with_clock(simulator_kit::Clock::fixed(NOW));
        let payos = PayOSSimulator::start(settings).await.unwrap();
        let (settings, hosts) = (payos.settings(), payos.hosts());
        let mut config = Config::new(Environment::Sandbox);
        config.client_id = Some(settings.payment.client_id.clone());
        config.api_key = Some(Source::text(&settings.payment.api_key));
        config.checksum_key = Some(Source::text(&settings.payment.checksum_key));
        config.payout_client_id = Some(settings.payout.client_id.clone());
        config.payout_api_key = Some(Source::text(&settings.payout.api_key));
        config.payout_checksum_key = Some(Source::text(&settings.payout.checksum_key));
        config.return_url = Some("http://127.0.0.1:1/back?from=payos".to_owned());
        config.cancel_url = Some("http://127.0.0.1:1/cancelled".to_owned());
        config.api_url = Some(hosts["api"].clone());
        config.pay_url = Some(hosts["pay"].clone());
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_unix(NOW)));
        let client = Arc::new(HttpClient::new(HttpClientSettings::default()).unwrap());
        let provider = PayOS::builder(config).transport(client).clock(clock).build().unwrap();
        Self { payos, provider }
    }

    pub(crate) fn extension(&self) -> &PayOS {
        self.provider.extension::<PayOS>().unwrap()
    }

    /// Opens a link over 50,000 đồng.
    pub(crate) async fn opened(&self, order: &str) -> Payment {
        let request = request(order);
        let opened = self.provider.payments().unwrap().create_payment(&request).await.unwrap();
        accepted(opened)
    }

    pub(crate) async fn found(&self, order: &str) -> Payment {
        let order = OrderRef::new(order).unwrap();
        let found = self.provider.payments().unwrap().find_payment(&order).await.unwrap();
        found.found().unwrap()
    }
}

pub(crate) fn request(order: &str) -> CreatePayment {
    CreatePayment::new(OrderRef::new(order).unwrap(), Money::vnd(50_000))
        .unwrap()
        .with_description("Hai ly ca phe")
}

pub(crate) fn accepted<T: std::fmt::Debug>(submission: Submission<T>) -> T {
    match submission {
        Submission::Accepted(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}
