//! A shop on a simulated SePay, which answers what it receives.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use axum::{Router, extract::Request, routing::any};
use bytes::Bytes;
use http::Response;
use payments_core::{
    Clock, EndpointName, Movement, Provider, Timestamp,
    notification::{
        Confirmation, Delivery, EventData, Evidence, Notification, Outcome, Received, Scheme,
    },
};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};
use provider_sepay::{
    SePay,
    oauth::{Connection, MemoryTokenStore, Scope},
};
use simulator_kit::{Clock as SimulatedClock, Server};
use simulator_sepay::{
    Bank, BankAccount, Host, SePaySimulator, Settings, Webhook, WebhookAuth, WebhookBody,
};

pub(crate) const ACCOUNT: &str = "0900000001";
pub(crate) const SUB_ACCOUNT: &str = "VQRQ0001";
pub(crate) const SECRET: &str = "whsec_test_only_for_this_test";

/// The simulator's clock, for the provider.
struct Shared(SimulatedClock);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.unix_seconds())
    }
}

/// A shop on a simulated SePay, which answers what it receives.
pub(crate) struct Shop {
    pub(crate) sepay: SePaySimulator,
    pub(crate) provider: Provider,
    received: Arc<Mutex<Vec<Notification>>>,
    /// With which outcome to answer.
    pub(crate) outcome: Arc<Mutex<Outcome>>,
    server: Server,
}

impl Shop {
    pub(crate) async fn open(keys: &str) -> Self {
        let account = BankAccount::new("0900000009", "CONG TY THU NGHIEM", Bank::MBBANK, 0)
            .with_sub_account(SUB_ACCOUNT);
        let settings = Settings::test()
            .with_clock(SimulatedClock::fixed(1_700_000_000))
            .with_bank_account(account);
        let sepay = SePaySimulator::start(settings).await.unwrap();
        let provider = provider(&sepay, keys);
        let received = Arc::<Mutex<Vec<Notification>>>::default();
        let outcome = Arc::new(Mutex::new(Outcome::Handled));
        let server = serve(
            provider.clone(),
            sepay.settings().clock().clone(),
            Arc::clone(&received),
            Arc::clone(&outcome),
        )
        .await;
        Self { sepay, provider, received, outcome, server }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.server.url())
    }

    pub(crate) fn add(&self, auth: WebhookAuth, body: WebhookBody) {
        let url = self.at("bank-webhook").parse().unwrap();
        self.sepay.add_webhook(Webhook::new(url, auth).with_body(body));
    }

    pub(crate) fn received(&self) -> Vec<Notification> {
        std::mem::take(&mut self.received.lock().unwrap())
    }

    /// What came of the only notification in the end.
    pub(crate) async fn believed(&self) -> (Scheme, Movement) {
        let [notification] = &self.received()[..] else { panic!("not one notification") };
        let scheme = notification.proof.scheme();
        let event = &notification.events()[0];
        let event = match event.evidence() {
            Evidence::Proven => event.clone(),
            Evidence::Unconfirmed { .. } => {
                let receiver = self.provider.notifications().unwrap();
                let confirmation = receiver.confirm(event).await.unwrap();
                let Confirmation::Confirmed(event) = confirmation else {
                    panic!("{confirmation:?}")
                };
                event
            }
            other => panic!("{other:?}"),
        };
        let EventData::Movement(movement) = event.into_data() else { panic!() };
        (scheme, movement)
    }

    /// A merchant allows these scopes.
    pub(crate) async fn connect(&self, scopes: &[Scope]) -> Connection {
        let app = self.provider.extension::<SePay>().unwrap().oauth().unwrap();
        let authorization = app.authorize(scopes).unwrap();
        let query = self.sepay.merchant_allows(&authorization.url).unwrap();
        let store = Arc::new(MemoryTokenStore::default());
        app.exchange(&authorization.state, &query, store).await.unwrap()
    }
}

fn provider(sepay: &SePaySimulator, keys: &str) -> Provider {
    let settings = sepay.settings();
    let text = format!(
        r#"
        [providers.sepay]
        kind = "sepay"
        environment = "sandbox"
        api_token = "{}"
        userapi_url = "{}"
        code_prefix = "SPT"
        code_min = 8
        oauth_client_id = "{}"
        oauth_client_secret = "{}"
        oauth_redirect_url = "{}"
        oauth_url = "{}"
        {keys}
        "#,
        settings.api_token(),
        sepay.url(Host::UserApi),
        settings.oauth_client_id(),
        settings.oauth_client_secret(),
        settings.oauth_redirect_url(),
        sepay.url(Host::My),
    );
    let config: PaymentsConfig = toml::from_str(&text).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let context =
        Context::new(Arc::new(client)).with_clock(Arc::new(Shared(settings.clock().clone())));
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

async fn serve(
    provider: Provider,
    clock: SimulatedClock,
    received: Arc<Mutex<Vec<Notification>>>,
    outcome: Arc<Mutex<Outcome>>,
) -> Server {
    let take = any(move |request: Request| async move {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let request = http::Request::from_parts(head, body);
        let endpoint = EndpointName::new(request.uri().path().trim_start_matches('/')).unwrap();
        let receiver = provider.notifications().unwrap();
        let delivery = Delivery::of(&request).from_source(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let now = Timestamp::from_unix(clock.unix_seconds());
        let reply: Response<Bytes> = match receiver.receive(&endpoint, &delivery, now) {
            Received::Notification(notification) => {
                received.lock().unwrap().push(notification);
                receiver.reply(&endpoint, *outcome.lock().unwrap())
            }
            Received::Reply(answer) => answer,
            Received::Unreadable(_) => receiver.reply(&endpoint, Outcome::TryAgain),
            Received::Untrusted(_) => receiver.reply(&endpoint, Outcome::Untrusted),
        };
        reply.map(axum::body::Body::from)
    });
    let router = Router::new().fallback_service(take);
    Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}
