//! A delivery that was stored is checked later, with the time at which it arrived.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::Duration;

use payments::{
    money::Money,
    notification::{Delivery, Outcome, UntrustedReason},
    testing::Mock,
};

#[tokio::test]
async fn a_webhook_that_was_fresh_when_it_arrived_is_fresh_when_it_is_checked_later() {
    let mock = Mock::new().unwrap();
    mock.gateway().deposit(Money::vnd(50_000), "DH1").unwrap();
    let request = mock.gateway().take_notifications().remove(0);
    let payments = mock.payments();
    let received_at = payments.now();

    mock.advance(Duration::from_secs(302));
    let stale = payments.receive("mock", "events", &Delivery::of(&request)).await.unwrap();
    assert_eq!(stale.untrusted().unwrap().reason, UntrustedReason::StaleTimestamp);

    let later = payments.check("mock", "events", &Delivery::of(&request), received_at).unwrap();
    let intake = later.confirm().await;
    assert_eq!((intake.events.len(), intake.outcome()), (1, Outcome::Handled));
    let again = payments.check("mock", "events", &Delivery::of(&request), received_at).unwrap();
    assert_eq!(again.events()[0].key(), intake.events[0].key(), "the check is repeatable");

    // The time of receipt does not bypass the window.
    let before = received_at.plus(Duration::from_secs(302));
    let late = payments.check("mock", "events", &Delivery::of(&request), before).unwrap();
    assert_eq!(late.untrusted().unwrap().reason, UntrustedReason::StaleTimestamp);
}
