//! What both sides of the simulated SePay have in common.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use conformance_tests::{Booking, Hosts, SignedIn, Tuning, WebhookSample};
use http::{Request, StatusCode};
use payments_core::{Clock, EndpointName, ManualClock, Provider, Timestamp, money::Money};
use provider_kit::{
    config::PaymentsConfig,
    registry::Registry,
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use simulator_sepay::{Delivered, Notification, SePaySimulator, Settings};

/// 2024-11-16 07:14:21 UTC.
pub(crate) const NOW: i64 = 1_731_741_261;
pub(crate) const AMOUNT: Money = Money::vnd(50_000);

/// A simulated SePay, and the time that it shares with the provider.
pub(crate) struct Simulated {
    pub(crate) simulator: SePaySimulator,
    pub(crate) clock: ManualClock,
    /// How many of its deliveries were taken.
    taken: Mutex<usize>,
}

impl Simulated {
    pub(crate) async fn start(settings: Settings) -> Self {
        let settings = settings.with_clock(simulator_kit::Clock::fixed(NOW));
        Self {
            simulator: SePaySimulator::start(settings).await.unwrap(),
            clock: ManualClock::at(Timestamp::from_unix(NOW)),
            taken: Mutex::default(),
        }
    }

    pub(crate) fn hosts(&self) -> Hosts {
        self.simulator.hosts().into_iter().map(|(name, url)| (name.to_owned(), url)).collect()
    }

    /// The provider with these lines of configuration.
    pub(crate) fn provider(&self, lines: &str, tuning: &Tuning) -> Provider {
        let text =
            format!("[providers.sepay-main]\nkind = 'sepay'\nenvironment = 'sandbox'\n{lines}");
        let config: PaymentsConfig = toml::from_str(&text).unwrap();
        let registry = Registry::empty().add(provider_sepay::REGISTRATION);
        registry.build(&config, &tuning.context()).unwrap().remove(0)
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.simulator.advance(by);
    }

    /// What was sent since the last time.
    pub(crate) fn take(&self) -> Vec<WebhookSample> {
        let all = self.simulator.deliveries();
        let mut taken = self.taken.lock().unwrap();
        let new = all.iter().skip(*taken).map(sent).collect();
        *taken = all.len();
        new
    }
}

/// A delivery as it left the gateway.
pub(crate) fn sent(delivered: &Delivered) -> WebhookSample {
    let request = delivered.receipt.request.clone();
    match delivered.notification {
        Notification::Bank { .. } => {
            let endpoint = EndpointName::new(provider_sepay::BANK_WEBHOOK).unwrap();
            WebhookSample::new(endpoint, request, SignedIn::Header("x-sepay-signature"))
                .timestamped()
        }
        _ => {
            let endpoint = EndpointName::new(provider_sepay::IPN).unwrap();
            WebhookSample::new(endpoint, request, SignedIn::Header("x-secret-key"))
        }
    }
}

pub(crate) fn received(amount: u64, reference: Option<String>) -> Booking {
    let booking = Booking::received(dong(amount));
    match reference {
        Some(reference) => booking.of(reference),
        None => booking,
    }
}

pub(crate) fn dong(amount: u64) -> Money {
    Money::vnd(i64::try_from(amount).unwrap())
}

pub(crate) fn plain(amount: Money) -> u64 {
    u64::try_from(amount.minor()).unwrap()
}

/// A browser posts the form of a checkout.
pub(crate) async fn post_form(action: &str, fields: &[(String, String)]) -> StatusCode {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(action)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(body))
        .unwrap();
    let browser = HttpClient::new(HttpClientSettings::default()).unwrap();
    browser.send(Call::inquiry("visit", request)).await.unwrap().status()
}
