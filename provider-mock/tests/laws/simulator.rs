//! What only a server has: notifications that are sent, pages, control over HTTP.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::{Router, extract::State};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use payments_core::{
    EndpointName, Provider,
    money::Money,
    notification::{Delivery, Evidence, Outcome},
};
use provider_kit::transport::Call;
use provider_mock::{
    Operation, Scripted,
    simulator::{MockSimulator, SimulatorSettings},
};
use serde_json::{Value, json};
use simulator_kit::{Clock, Schedule, Server};

use crate::world::{NOW, accepted, build, context, payment, payout, uncertain};

const ASKED: Money = Money::vnd(50_000);

async fn start() -> (MockSimulator, Provider) {
    let settings = SimulatorSettings::test().with_clock(Clock::fixed(NOW));
    let simulator = MockSimulator::start(settings).await.unwrap();
    let secrets = simulator.secrets();
    let config = format!(
        "[providers.mock]\nkind = \"mock\"\nenvironment = \"sandbox\"\nurl = {:?}\napi_key = \
         {:?}\nwebhook_secret = {:?}\n",
        simulator.url(),
        secrets[0],
        secrets[1]
    );
    let context = context(Duration::from_secs(10)).with_clock(simulator.shared_clock());
    (simulator, build(&config, &context))
}

/// A merchant who checks what arrives, answers as the provider says, and counts the keys.
#[derive(Clone)]
struct Merchant {
    provider: Provider,
    simulator: Arc<MockSimulator>,
    keys: Arc<Mutex<Vec<String>>>,
}

impl Merchant {
    async fn listen(provider: Provider, simulator: Arc<MockSimulator>) -> (Self, Server) {
        let merchant = Self { provider, simulator, keys: Arc::default() };
        let router = Router::new().fallback(hear).with_state(merchant.clone());
        (merchant, Server::start(router, "127.0.0.1:0".parse().unwrap()).await.unwrap())
    }

    fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }
}

async fn hear(
    State(merchant): State<Merchant>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 65_536).await.unwrap();
    let request = Request::from_parts(head, body);
    let notifications = merchant.provider.notifications().unwrap();
    let events = EndpointName::new("events").unwrap();
    let now = merchant.simulator.gateway().now();
    let outcome = match notifications.receive(&events, &Delivery::of(&request), now).notification()
    {
        Some(notification) => {
            let key = notification.events()[0].key().unwrap();
            merchant.keys.lock().unwrap().push(key.value().to_owned());
            Outcome::Handled
        }
        None => Outcome::Untrusted,
    };
    notifications.reply(&events, outcome).map(axum::body::Body::from)
}

async fn send(method: &str, url: &str, kind: &str, body: String) -> Response<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", kind)
        .body(Bytes::from(body))
        .unwrap();
    context(Duration::from_secs(10)).client.send(Call::inquiry("test", request)).await.unwrap()
}

async fn control(simulator: &MockSimulator, path: &str, body: Value) -> (StatusCode, Value) {
    let url = format!("{}/_control/{path}", simulator.url());
    let answer = send("POST", &url, "application/json", body.to_string()).await;
    (answer.status(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

async fn state(simulator: &MockSimulator) -> Value {
    let url = format!("{}/_control/state", simulator.url());
    serde_json::from_slice(send("GET", &url, "text/plain", String::new()).await.body()).unwrap()
}

#[tokio::test]
async fn notifications_reach_the_merchant_and_are_answered() {
    let (simulator, provider) = start().await;
    let simulator = Arc::new(simulator);
    let (merchant, server) = Merchant::listen(provider.clone(), Arc::clone(&simulator)).await;
    let url = format!("{}/events", server.url());
    simulator.gateway().send_notifications_to(Some(&url)).unwrap();
    let payments = provider.payments().unwrap();
    accepted(payments.create_payment(&payment("A1", ASKED)).await.unwrap());

    let paid = simulator.pay("A1", ASKED).await.unwrap();
    assert_eq!(paid.receipts[0].status(), Some(StatusCode::OK));
    assert_eq!(merchant.keys().len(), 1);

    simulator.schedule_notifications(Schedule::Twice);
    assert_eq!(simulator.pay("A1", ASKED).await.unwrap().receipts.len(), 2);
    let keys = merchant.keys();
    assert_eq!(keys[1], keys[2]);

    simulator.schedule_notifications(Schedule::Held);
    assert!(simulator.pay("A1", ASKED).await.unwrap().receipts.is_empty());
    simulator.advance(Duration::from_secs(301));
    let late = simulator.release_notifications().await;
    assert_eq!(late[0].status(), Some(StatusCode::UNAUTHORIZED), "its stamp is stale");

    simulator.schedule_notifications(Schedule::Once);
    let again = simulator.redeliver(&keys[0]).await.unwrap();
    assert_eq!(again[0].status(), Some(StatusCode::OK));
    assert_eq!(merchant.keys().last(), Some(&keys[0]));
    assert_eq!(simulator.receipts().len(), 5);
}

#[tokio::test]
async fn control_over_http_does_what_control_in_rust_does() {
    let (simulator, provider) = start().await;
    let payments = provider.payments().unwrap();
    accepted(payments.create_payment(&payment("A1", ASKED)).await.unwrap());
    let paid = json!({"order": "A1", "amount": "30000"});
    let (status, answer) = control(&simulator, "pay", paid).await;
    assert_eq!((status, &answer["booking"]["id"]), (StatusCode::OK, &json!(1)));
    let deposit = json!({"amount": "7.50", "currency": "USD", "memo": "hello"});
    assert_eq!(control(&simulator, "deposit", deposit).await.0, StatusCode::OK);

    let lost =
        json!({"operation": "create_payout", "outcome": "lose_answer", "when": "after_booking"});
    assert_eq!(control(&simulator, "script", lost).await.0, StatusCode::OK);
    let payouts = provider.payouts().unwrap();
    uncertain(payouts.create_payout(&payout("P1", ASKED)).await.unwrap());
    let settle = json!({"payout": "P1", "outcome": "succeeded"});
    assert_eq!(control(&simulator, "settle", settle).await.0, StatusCode::OK);
    let (_, advanced) = control(&simulator, "advance", json!({"seconds": 60})).await;
    assert_eq!(advanced["now"], "2024-11-16T07:28:41Z");

    let state = state(&simulator).await;
    assert_eq!(state["payments"][0]["status"], "short");
    assert_eq!(state["payouts"][0]["status"], "succeeded");
    assert_eq!(state["bookings"].as_array().unwrap().len(), 3);
    assert_eq!(state["bookings"], json!(simulator.bookings()));

    let nobody = json!({"order": "nobody", "amount": "1"});
    let (status, answer) = control(&simulator, "pay", nobody).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(answer["error"].as_str().unwrap().contains("nobody"));
    let broken = json!({"order": "A1", "amount": "1,5"});
    assert_eq!(control(&simulator, "pay", broken).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_buyer_pays_on_the_page_that_the_link_leads_to() {
    let (simulator, provider) = start().await;
    let request = payment("A1", ASKED)
        .with_description("Two <coffees>")
        .with_return_url("http://127.0.0.1:9/thanks")
        .unwrap();
    let opened = accepted(provider.payments().unwrap().create_payment(&request).await.unwrap());
    let [payments_core::payment::NextAction::Redirect { url }] = &opened.next[..] else { panic!() };
    assert!(url.starts_with(&simulator.url()), "{url}");

    let page = send("GET", url, "text/plain", String::new()).await;
    let page = String::from_utf8(page.body().to_vec()).unwrap();
    assert!(page.contains("50,000 VND") && page.contains("Two &lt;coffees&gt;"), "{page}");

    let form = "application/x-www-form-urlencoded";
    let paid = send("POST", url, form, "as=pay&amount=50000".to_owned()).await;
    assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    let back = paid.headers()["location"].to_str().unwrap();
    assert!(back.starts_with("http://127.0.0.1:9/thanks?order=A1&status=settled&"), "{back}");
    let back = http::Request::get(back).body("").unwrap();
    let endpoint = EndpointName::new("return").unwrap();
    let receiver = provider.notifications().unwrap();
    let shown = receiver.receive(&endpoint, &Delivery::of(&back), simulator.gateway().now());
    let shown = shown.notification().unwrap().into_events().remove(0);
    assert_eq!(*shown.evidence(), Evidence::DisplayOnly);
    assert_eq!(simulator.bookings()[0].amount, ASKED);
    let refused = send("POST", url, form, "as=fail".to_owned()).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_description_names_every_endpoint_and_the_credentials() {
    let (simulator, _) = start().await;
    let shown = format!("{:?}", simulator.description());
    for operation in Operation::ALL {
        assert!(shown.contains(operation.pattern()), "{operation:?}");
    }
    for secret in simulator.secrets() {
        assert!(shown.contains(&secret));
    }
    assert_eq!(simulator.hosts()["gateway"], simulator.url());
}

#[tokio::test]
async fn a_gateway_that_stopped_was_never_reached() {
    let (simulator, provider) = start().await;
    simulator.script(Operation::CreatePayout, Scripted::Uncertain).unwrap();
    drop(simulator);
    let payouts = provider.payouts().unwrap();
    // A kept connection may be closed under the request; only a refused one proves anything.
    match payouts.create_payout(&payout("P1", ASKED)).await {
        Err(error) => assert!(error.is_safe_to_retry()),
        Ok(submission) => assert!(submission.is_uncertain()),
    }
}
