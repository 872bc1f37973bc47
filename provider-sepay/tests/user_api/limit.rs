//! The limits of both versions, kept and enforced.

use std::num::NonZeroU32;
use std::time::Duration;

use payments_core::ErrorKind;
use provider_sepay::user_api::{v1, v2};
use simulator_kit::Clock;
use simulator_sepay::Settings;

use crate::world::World;

fn at_most(calls: u32) -> NonZeroU32 {
    NonZeroU32::new(calls).unwrap()
}

#[tokio::test]
async fn a_listing_of_many_pages_never_meets_the_limit() {
    let settings = Settings::test().with_rate_limit(at_most(200)).with_v1_rate_limit(at_most(200));
    let world = World::with(settings, "userapi_rate = 200\nuserapi_v1_rate = 200").await;
    world.sepay.fill_statement("0900000001", 600).unwrap();
    let mut told = world.v2().every_transaction(&v2::TransactionFilter::new());
    let mut count = 0;
    while let Some(page) = told.next_page().await.unwrap() {
        count += page.len();
    }
    assert_eq!(count, 600);
    let small = v1::TransactionFilter::new().limit(100_u64);
    let mut told = world.v1().every_transaction(&small);
    while let Some(page) = told.next_page().await.unwrap() {
        count += page.len();
    }
    assert_eq!((count, world.sepay.rate_limited()), (1_200, 0));
}

#[tokio::test]
async fn each_version_has_its_own_limit_and_says_in_its_own_header_how_long_to_wait() {
    let clock = Clock::fixed(1_700_000_000);
    let settings = Settings::test()
        .with_clock(clock)
        .with_rate_limit(at_most(1))
        .with_v1_rate_limit(at_most(1));
    let world = World::with(settings, "userapi_rate = 0\nuserapi_v1_rate = 0").await;
    let (all_v1, all_v2) = (v1::TransactionFilter::new(), v2::TransactionFilter::new());
    world.v1().transactions(&all_v1).await.unwrap();
    world.v2().transactions(&all_v2, 1).await.unwrap();
    // The clock stands still.
    let (one, two) =
        tokio::join!(world.v1().count_transactions(&all_v1), world.v2().transactions(&all_v2, 1));
    for error in [one.unwrap_err(), two.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    }
    assert_eq!(world.sepay.rate_limited(), 2);
}
