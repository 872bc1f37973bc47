//! The gateway for the suite: Template's books, buyers and notifications.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, Notifies, Operation, Payers,
    ReceivedFields, SignedIn, TakesPayments, Tuning, WebhookSample,
};
use http::{Request, Response, StatusCode};
use payments_core::{
    Clock, EndpointName, ManualClock, OrderRef, Provider, Timestamp,
    money::Money,
    payment::{CreatePayment, NextAction},
};
use provider_kit::registry::Registry;
use provider_template::simulator::{self, API_KEY, MERCHANT, NOTIFY_SECRET, Template};
use serde_json::{Value, json};

use super::answers;

/// 2024-11-16 07:14:21 UTC.
const NOW: i64 = 1_731_741_261;
/// Template does not open a payment without an address to return to.
const RETURN_URL: &str = "http://127.0.0.1:1/back";

/// The simulated gateway, and the clock that it shares with the provider.
pub(crate) struct Simulated {
    gateway: Template,
    clock: ManualClock,
}

impl Simulated {
    pub(crate) async fn start() -> Self {
        let (at, time) = ("127.0.0.1:0".parse().unwrap(), simulator_kit::Clock::fixed(NOW));
        let gateway = Template::start(at, Vec::new(), time).await.unwrap();
        Self { gateway, clock: ManualClock::at(Timestamp::from_unix(NOW)) }
    }
}

#[async_trait]
impl Gateway for Simulated {
    fn hosts(&self) -> Hosts {
        Hosts::from([("api".to_owned(), self.gateway.url())])
    }

    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let config = format!(
            r#"
            [providers.template]
            kind = "template"
            environment = "sandbox"
            url = "{}"
            merchant_id = "{MERCHANT}"
            api_key = "{API_KEY}"
            notify_secret = "{NOTIFY_SECRET}"
            calls_per_second = {}
            "#,
            hosts["api"],
            tuning.calls_per_second(10)
        );
        let registry = Registry::empty().add(provider_template::REGISTRATION);
        registry.build(&toml::from_str(&config).unwrap(), &tuning.context()).unwrap().remove(0)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    async fn bookings(&self) -> Vec<Booking> {
        let paid = self.gateway.paid().into_iter();
        paid.map(|(reference, amount)| Booking::received(Money::vnd(amount)).of(reference))
            .collect()
    }

    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        let is_open = self.gateway.opened_by(reference).is_some();
        usize::from(operation == Operation::CreatePayment && is_open)
    }

    async fn received(&self, _: Operation, reference: &str) -> ReceivedFields {
        let request = self.gateway.opened_by(reference).unwrap_or_default();
        let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
        let names = ["description", "return_url", "cancel_url", "notify_url"];
        names.map(|name| (name, text(name))).into()
    }

    fn secrets(&self) -> Vec<String> {
        vec![API_KEY.to_owned(), NOTIFY_SECRET.to_owned()]
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        answers::all()
    }

    fn calls_per_second(&self, _: Operation) -> Option<u32> {
        Some(10)
    }
}

#[async_trait]
impl TakesPayments for Simulated {
    fn payment(&self, order: OrderRef) -> CreatePayment {
        CreatePayment::new(order, Money::vnd(50_000))
            .unwrap()
            .with_description("Two coffees")
            .with_return_url(RETURN_URL)
            .unwrap()
    }

    fn buyers(&self) -> Payers {
        Payers::exact()
    }

    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
        let NextAction::Redirect { url } = shown else { return Err(Impossible) };
        let pages = format!("{}/pay/", self.gateway.url());
        let reference = url.strip_prefix(&pages).ok_or(Impossible)?;
        let is_paid = self.gateway.pay(reference, amount.minor()).await;
        is_paid.then_some(()).ok_or(Impossible)
    }
}

#[async_trait]
impl Notifies for Simulated {
    async fn take(&self) -> Vec<WebhookSample> {
        self.gateway.take_notifications().iter().map(|body| self.sent(body)).collect()
    }

    async fn again(&self, sent: &WebhookSample) -> WebhookSample {
        self.sent(&serde_json::from_slice(sent.request.body()).unwrap())
    }

    fn signed(&self, sent: &WebhookSample, secret: &str, at: Timestamp) -> Option<Request<Bytes>> {
        Some(request(sent.request.body().clone(), secret, at))
    }

    async fn unknown(&self) -> Option<WebhookSample> {
        let news = json!({ "id": "evt_0", "merchant": MERCHANT, "type": "weather.changed" });
        Some(self.sent(&news))
    }

    fn acknowledges(&self, _: &EndpointName, reply: &Response<Bytes>) -> bool {
        reply.status() == StatusCode::OK
    }
}

impl Simulated {
    fn sent(&self, news: &Value) -> WebhookSample {
        let request = request(news.to_string().into(), NOTIFY_SECRET, self.clock.now());
        let endpoint = EndpointName::new("notify").unwrap();
        WebhookSample::new(endpoint, request, SignedIn::Header("template-signature")).timestamped()
    }
}

fn request(body: Bytes, secret: &str, at: Timestamp) -> Request<Bytes> {
    simulator::notification("/hooks/notify", body, secret, at.unix_seconds()).unwrap()
}
