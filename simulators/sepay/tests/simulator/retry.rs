//! Notifications that the merchant does not acknowledge.

use std::time::Duration;

use http::StatusCode;
use simulator_kit::Schedule;
use simulator_sepay::SePaySimulator;

use crate::world::{NOW, Shop, arrive, form, settings, start};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An order paid at a shop that responds to every IPN with `status`.
async fn paid(shop: &Shop) -> SePaySimulator {
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &[])).await;
    sepay.buyer_pays("DH-1").await.unwrap();
    sepay
}

/// The minutes after the first sending in the timestamp of each IPN.
fn minutes(shop: &Shop) -> Vec<i64> {
    let at = |ipn: serde_json::Value| (ipn["timestamp"].as_i64().unwrap() - NOW) / 60;
    shop.bodies().into_iter().map(at).collect()
}

#[tokio::test]
async fn an_ipn_that_is_not_acknowledged_is_sent_eight_times_in_33_minutes() {
    let shop = Shop::with_status(StatusCode::INTERNAL_SERVER_ERROR).await;
    let sepay = paid(&shop).await;
    let sent = sepay.pass(DAY).await;
    assert_eq!(sent.len(), 7);
    assert_eq!(minutes(&shop), [0, 1, 2, 4, 7, 12, 20, 33]);
    let ids: Vec<_> = shop.bodies().iter().map(|ipn| ipn["transaction"]["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(sepay.pass(DAY).await.is_empty());
    assert_eq!(sepay.settings().clock().unix_seconds(), NOW + 2 * 24 * 60 * 60);
}

#[tokio::test]
async fn an_ipn_is_sent_until_it_is_acknowledged() {
    let shop = Shop::with_status(StatusCode::SERVICE_UNAVAILABLE).await;
    let sepay = paid(&shop).await;
    sepay.pass(Duration::from_secs(150)).await;
    shop.set_status(StatusCode::OK);
    sepay.pass(DAY).await;
    assert_eq!(minutes(&shop), [0, 1, 2, 4]);
}

#[tokio::test]
async fn one_of_two_copies_is_enough_and_two_lost_ones_are_one_retry() {
    let shop = Shop::with_status(StatusCode::BAD_GATEWAY).await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    sepay.set_schedule(Schedule::Twice);
    arrive(&sepay, form(sepay.settings(), "DH-1", &[])).await;
    sepay.buyer_pays("DH-1").await.unwrap();
    sepay.set_schedule(Schedule::Once);
    sepay.pass(Duration::from_secs(60)).await;
    assert_eq!(minutes(&shop), [0, 0, 1]);
}

#[tokio::test]
async fn what_is_hours_old_is_not_sent_again() {
    let shop = Shop::with_status(StatusCode::BAD_GATEWAY).await;
    let sepay = paid(&shop).await;
    // The clock jumps: nothing was sent on the way.
    sepay.advance(DAY);
    assert!(sepay.pass(DAY).await.is_empty());
    assert_eq!(minutes(&shop), [0]);
}
