//! An order that is opened again through a hub behind the journal, with another request: the error
//! says what differs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::sync::Arc;
use std::time::Duration;

use payments::{
    Clock as _, Error, ErrorKind, ManualClock, OrderRef, Payments, SystemClock,
    engine::Engine,
    money::Money,
    payment::CreatePayment,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};
use tempfile::TempDir;

const CONFIGURATION: &str = "
    prefer = ['hpay-main', 'sepay-main']
    [providers.hpay-main]
    kind = 'hpay'
    environment = 'sandbox'
    merchant_id = '12345'
    receiver = 'merchant@shop.example'
    passcode = 'a-passcode-of-the-tests'
    [providers.sepay-main]
    kind = 'sepay'
    environment = 'sandbox'
    merchant_id = 'SP-TEST-SHOP'
    secret_key = 'a-key-of-the-tests'
    ";

/// A shop whose two gateways open links without sending anything.
struct Shop {
    payments: Payments,
    engine: Engine,
    clock: ManualClock,
    _folder: TempDir,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("shop.db");
        let text = format!("{CONFIGURATION}\n[engine]\nstore = 'sqlite:{}'\n", store.display());
        let clock = ManualClock::at(SystemClock.now());
        let client = HttpClient::new(HttpClientSettings::default()).unwrap();
        let context = Context::new(Arc::new(client)).with_clock(Arc::new(clock.clone()));
        let config = toml::from_str(&text).unwrap();
        let hub = Payments::build(&config, &Registry::linked(), &context).unwrap();
        let engine = hub.engine().unwrap().without_background().start().await.unwrap();
        let payments = hub.through(&engine).unwrap();
        Self { payments, engine, clock, _folder: folder }
    }

    async fn opens(&self, request: &CreatePayment) {
        let opened = self.payments.open_payment(request).await.unwrap();
        assert_eq!(opened.provider.as_str(), "hpay-main", "{:?}", opened.passed_over);
        assert!(opened.submission.accepted().is_ok());
    }

    async fn refuses(&self, request: &CreatePayment) -> Error {
        let error = self.payments.open_payment(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        error
    }
}

fn request(amount: i64) -> CreatePayment {
    let order = OrderRef::new("20260042").unwrap();
    let request = CreatePayment::new(order, Money::vnd(amount)).unwrap();
    let request = request.with_description("Hai ly ca phe");
    request.with_return_url("https://shop.example/thanks").unwrap()
}

#[tokio::test]
async fn another_amount_is_named_although_the_other_provider_defers_to_the_first() {
    let shop = Shop::open().await;
    shop.opens(&request(50_000)).await;
    let error = shop.refuses(&request(70_000)).await;
    assert_eq!(error.field(), Some("amount"), "{error}");
    shop.opens(&request(50_000)).await;
    shop.engine.stop().await;
}

#[tokio::test]
async fn an_order_whose_time_is_over_needs_a_new_reference() {
    let shop = Shop::open().await;
    let hour = Duration::from_secs(3_600);
    shop.opens(&request(50_000).with_expiry(shop.clock.now().plus(hour))).await;
    shop.clock.advance(2 * hour);
    for again in [request(50_000), request(50_000).with_expiry(shop.clock.now().plus(hour))] {
        let error = shop.refuses(&again).await;
        assert_eq!(error.field(), Some("expires_at"), "{error}");
        assert!(error.to_string().contains("use a new order reference"), "{error}");
    }
    shop.engine.stop().await;
}
