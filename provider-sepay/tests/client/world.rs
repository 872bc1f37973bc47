//! A SePay that says what a test told it to, and providers that talk to it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use payments_core::{
    EndpointName, ManualClock, OrderRef, Provider, Secret, Timestamp,
    money::Money,
    notification::{Delivery, Event, Notification, Received, UnreadableDelivery, Untrusted},
    payment::CreatePayment,
};
use provider_kit::{
    config::{Environ, PaymentsConfig},
    registry::{ConfigProblems, Context, Registry},
    transport::{Call, RetryPolicy, Transport, TransportError, TransportErrorKind},
};

pub(crate) const MERCHANT: &str = "SP-TEST-AB12CD3";
pub(crate) const SECRET_KEY: &str = "spsk_test_client_0123456789abcdef";
pub(crate) const API_TOKEN: &str =
    "TOKEN0123456789TOKEN0123456789TOKEN0123456789TOKEN0123456789ABCD";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_test_client";
pub(crate) const WEBHOOK_KEY: &str = "apikey_test_client";
pub(crate) const OUR_ACCOUNT: &str = "0123499999";

/// 2023-03-25 14:05:00 in Vietnam.
pub(crate) const NOW: i64 = 1_679_727_900;

pub(crate) const GATEWAY: &str = r#"
    merchant_id = "SP-TEST-AB12CD3"
    secret_key = "spsk_test_client_0123456789abcdef"
"#;

pub(crate) const BANK: &str = r#"
    api_token = "TOKEN0123456789TOKEN0123456789TOKEN0123456789TOKEN0123456789ABCD"
    account_bin = "970436"
    account_number = "0123499999"
    account_holder = "CONG TY THU NGHIEM"
    code_prefix = "DH"
    code_min = 5
"#;

/// How SePay says that it does not know something.
pub(crate) const NOT_KNOWN: &str = r#"{"message":"Không tìm thấy"}"#;

pub(crate) const SIGNED_WEBHOOK: &str = r#"webhook_secret = "whsec_test_client""#;
pub(crate) const KEYED_WEBHOOK: &str = r#"webhook_api_key = "apikey_test_client""#;
pub(crate) const OPEN_WEBHOOK: &str = "webhook_unauthenticated = true";
pub(crate) const TOKEN_WEBHOOK: &str = r#"
    webhook_client_id = "shop"
    webhook_client_secret = "client_secret_test_client"
"#;
pub(crate) const OAUTH: &str = r#"
    oauth_client_id = "app-1"
    oauth_client_secret = "oauth_secret_test_client"
    oauth_redirect_url = "https://shop.example/return"
    oauth_url = "https://my.sepay.vn"
"#;
pub(crate) const OAUTH_SECRET: &str = "oauth_secret_test_client";
pub(crate) const CLIENT_SECRET: &str = "client_secret_test_client";

/// Answers in order, and remembers what it was asked.
#[derive(Default)]
pub(crate) struct Wire {
    answers: Mutex<VecDeque<Result<Response<Bytes>, TransportErrorKind>>>,
    calls: Mutex<Vec<Call>>,
}

#[async_trait::async_trait]
impl Transport for Wire {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        self.calls.lock().unwrap().push(call);
        let answer = self.answers.lock().unwrap().pop_front();
        answer
            .expect("SePay is asked once more than was scripted")
            .map_err(|kind| TransportError::new(kind, "scripted"))
    }
}

impl Wire {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn answer(&self, status: u16, body: impl Into<Vec<u8>>) -> &Self {
        let body = Bytes::from(body.into());
        let response = Response::builder().status(status).body(body).unwrap();
        self.answers.lock().unwrap().push_back(Ok(response));
        self
    }

    pub(crate) fn answer_with_header(
        &self,
        status: u16,
        header: (&'static str, &'static str),
        body: &'static str,
    ) -> &Self {
        let response = Response::builder()
            .status(status)
            .header(header.0, header.1)
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap();
        self.answers.lock().unwrap().push_back(Ok(response));
        self
    }

    pub(crate) fn fail(&self, kind: TransportErrorKind) -> &Self {
        self.answers.lock().unwrap().push_back(Err(kind));
        self
    }

    pub(crate) fn calls(&self) -> Vec<Request<Bytes>> {
        self.calls.lock().unwrap().iter().map(|call| call.request.clone()).collect()
    }

    /// Method and address of every call.
    pub(crate) fn asked(&self) -> Vec<String> {
        let calls = self.calls();
        calls.iter().map(|call| format!("{} {}", call.method(), call.uri())).collect()
    }

    pub(crate) fn is_untouched(&self) -> bool {
        self.calls.lock().unwrap().is_empty()
    }
}

/// A provider with these lines of configuration.
pub(crate) fn build(keys: &[&str], wire: &Arc<Wire>) -> Result<Provider, ConfigProblems> {
    configured("sandbox", &keys.join("\n"), wire)
}

pub(crate) fn configured(
    environment: &str,
    keys: &str,
    wire: &Arc<Wire>,
) -> Result<Provider, ConfigProblems> {
    let text =
        format!("[providers.main]\nkind = \"sepay\"\nenvironment = \"{environment}\"\n{keys}\n");
    from_text(&text, wire)
}

/// The one provider of a whole configuration.
pub(crate) fn from_text(text: &str, wire: &Arc<Wire>) -> Result<Provider, ConfigProblems> {
    let config: PaymentsConfig = toml::from_str(text).unwrap();
    let client: Arc<dyn Transport> = Arc::clone(wire) as _;
    let context = Context::new(client)
        .with_clock(Arc::new(ManualClock::at(Timestamp::from_unix(NOW))))
        .with_environ(Environ::of([
            ("SEPAY_SECRET_KEY".to_owned(), SECRET_KEY.to_owned()),
            ("SEPAY_API_TOKEN".to_owned(), API_TOKEN.to_owned()),
            ("SEPAY_WEBHOOK_SECRET".to_owned(), WEBHOOK_SECRET.to_owned()),
            ("SEPAY_OAUTH_SECRET".to_owned(), OAUTH_SECRET.to_owned()),
        ]))
        .with_retry(RetryPolicy::new(0, Duration::ZERO, Duration::ZERO));
    let registry = Registry::empty().add(provider_sepay::REGISTRATION);
    registry.build(&config, &context).map(|mut providers| providers.remove(0))
}

pub(crate) fn provider(keys: &[&str], wire: &Arc<Wire>) -> Provider {
    build(keys, wire).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What is wrong with a configuration, one line each.
pub(crate) fn problems(keys: &[&str]) -> Vec<String> {
    match build(keys, &Wire::new()) {
        Ok(provider) => panic!("{provider:?} is fine"),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn order(reference: &str) -> OrderRef {
    OrderRef::new(reference).unwrap()
}

pub(crate) fn request(reference: &str, amount: i64) -> CreatePayment {
    CreatePayment::new(order(reference), Money::vnd(amount)).unwrap()
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

pub(crate) fn receive(provider: &Provider, endpoint: &str, request: &Request<Bytes>) -> Received {
    receive_at(provider, endpoint, request, now())
}

pub(crate) fn receive_at(
    provider: &Provider,
    endpoint: &str,
    request: &Request<Bytes>,
    now: Timestamp,
) -> Received {
    let endpoint = EndpointName::new(endpoint).unwrap();
    provider.notifications().unwrap().receive(&endpoint, &Delivery::of(request), now)
}

pub(crate) fn believed(
    provider: &Provider,
    endpoint: &str,
    request: &Request<Bytes>,
) -> Notification {
    match receive(provider, endpoint, request) {
        Received::Notification(notification) => notification,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refused(provider: &Provider, endpoint: &str, request: &Request<Bytes>) -> Untrusted {
    match receive(provider, endpoint, request) {
        Received::Untrusted(untrusted) => untrusted,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn unreadable(
    provider: &Provider,
    endpoint: &str,
    request: &Request<Bytes>,
) -> UnreadableDelivery {
    match receive(provider, endpoint, request) {
        Received::Unreadable(unreadable) => unreadable,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn only_event(notification: &Notification) -> &Event {
    let [event] = notification.events() else { panic!("{notification:?}") };
    event
}
