//! The mock as strangers meet it: notifications that its gateway signs, and answers that it gives.
//!
//! The fuzz targets use this file too.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use conformance_fuzz::{Calls, Deliveries, Operation, Requests, StubTransport};
use http::Request;
use payments_core::{EndpointName, ManualClock, Provider, Result, Submission, Timestamp};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::RetryPolicy,
};
use provider_mock::{MockGateway, PayoutOutcome, Settings};

const NOW: i64 = 1_767_243_600;

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

fn gateway() -> MockGateway {
    MockGateway::new(Settings::test().with_clock(Arc::new(ManualClock::at(now())))).unwrap()
}

/// A provider of a gateway elsewhere, so that it calls by `line`.
fn provider(line: &Arc<StubTransport>) -> Provider {
    let settings = Settings::test();
    let config: PaymentsConfig = toml::from_str(&format!(
        "[providers.mock]\nkind = 'mock'\nenvironment = 'sandbox'\nurl = 'http://127.0.0.1:1'\n\
         api_key = '{}'\nwebhook_secret = '{}'\n",
        settings.api_key, settings.webhook_secret,
    ))
    .unwrap();
    let context = Context::new(Arc::<StubTransport>::clone(line))
        .with_clock(Arc::new(ManualClock::at(now())))
        .with_retry(RetryPolicy::new(0, Duration::ZERO, Duration::ZERO));
    let registry = Registry::empty().add(provider_mock::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}

/// A notification of each kind.
pub(crate) async fn deliveries() -> Deliveries {
    let gateway = gateway();
    let provider_in_memory = gateway.provider("mock").unwrap();
    let requests = Requests::typical().unwrap();
    let amount = requests.payment.amount;
    let (payments, payouts) =
        (provider_in_memory.payments().unwrap(), provider_in_memory.payouts().unwrap());
    accepted(payments.create_payment(&requests.payment).await);
    gateway.pay(&requests.payment.order, amount).unwrap();
    accepted(payments.refund_payment(&requests.refund).await);
    let opened = provider_in_memory.virtual_accounts().unwrap().open(&requests.open).await;
    gateway.credit(&accepted(opened).numbers[0].number, amount).unwrap();
    accepted(payouts.create_payout(&requests.payout).await);
    gateway.settle_payout(&requests.payout.payout, PayoutOutcome::Succeeded).unwrap();
    let other = gateway
        .notification(r#"{"id":"1","type":"holiday","at":"2026-01-01T00:00:00Z","data":{}}"#);
    let sent = gateway.take_notifications().into_iter().chain([other]);
    let deliveries =
        Deliveries::new(&provider(&StubTransport::new()), now()).unwrap().signed_by(sign);
    sent.fold(deliveries, |deliveries, sent| deliveries.with_genuine("events", &sent).unwrap())
}

fn accepted<T: std::fmt::Debug>(submission: Result<Submission<T>>) -> T {
    submission.unwrap().accepted().unwrap()
}

/// Every role, with the gateway's own answer to each call.
pub(crate) async fn calls() -> Calls {
    let line = StubTransport::new();
    let mut requests = Requests::typical().unwrap();
    requests.events = deliveries().await.events().cloned().collect();
    Calls::new(provider(&line), line, requests)
        // Whatever the gateway answers, it signs.
        .signed(Operation::all())
        .with_genuine_of(gateway().transport())
        .await
}

fn sign(_: &EndpointName, request: Request<Bytes>) -> Request<Bytes> {
    static GATEWAY: LazyLock<MockGateway> = LazyLock::new(gateway);
    let signed = GATEWAY.notification(request.body().clone());
    let (head, body) = signed.into_parts();
    let mut request = request.map(|_| body);
    for (name, value) in head.headers.iter() {
        request.headers_mut().insert(name, value.clone());
    }
    request
}
