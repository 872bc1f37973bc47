//! The same seed and clock give the same bytes.

use std::fmt::Write as _;
use std::sync::Arc;

use payments_core::{ManualClock, Timestamp, money::Money, payment::PaymentMethod};
use provider_mock::{MockGateway, Settings};

use crate::world::{NOW, accepted, payment, payout};

/// Everything that a gateway says in one story: answers, ledger and notifications.
async fn transcript(seed: u64) -> String {
    let clock = ManualClock::at(Timestamp::from_unix(NOW));
    let settings = Settings::test().with_seed(seed).with_clock(Arc::new(clock));
    let gateway = MockGateway::new(settings).unwrap();
    let provider = gateway.provider("mock").unwrap();
    let payments = provider.payments().unwrap();
    let mut said = String::new();
    for (order, method) in [("A1", PaymentMethod::BankTransfer), ("A2", PaymentMethod::Card)] {
        let request = payment(order, Money::vnd(50_000)).with_method(method);
        let opened = accepted(payments.create_payment(&request).await.unwrap());
        writeln!(said, "{}", String::from_utf8_lossy(opened.raw.as_bytes())).unwrap();
        gateway.pay(order, Money::vnd(40_000)).unwrap();
    }
    let payouts = provider.payouts().unwrap();
    let sent = accepted(payouts.create_payout(&payout("P1", Money::vnd(50_000))).await.unwrap());
    writeln!(said, "{}", String::from_utf8_lossy(sent.raw.as_bytes())).unwrap();
    writeln!(said, "{:?}", gateway.bookings()).unwrap();
    for request in gateway.take_notifications() {
        writeln!(said, "{:?} {:?}", request.headers(), request.body()).unwrap();
    }
    said
}

#[tokio::test]
async fn the_same_seed_and_clock_give_the_same_bytes() {
    assert_eq!(transcript(7).await, transcript(7).await);
}

#[tokio::test]
async fn another_seed_gives_other_names() {
    assert_ne!(transcript(7).await, transcript(8).await);
}
