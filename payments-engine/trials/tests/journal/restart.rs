//! What an earlier start left, and stores that are not what they were.

use std::time::Duration;

use payments_core::{ErrorKind, Submission};
use payments_engine::{Limits, RecordState};

use engine_trials::world::{MAIN, World, create, payout, state};

#[tokio::test]
async fn what_an_earlier_start_left_prepared_is_asked_for_before_it_is_sent() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    for reference in ["P-1", "P-2"] {
        let _ = engine.submit(MAIN, &payout(reference)).await.unwrap();
    }
    engine.stop().await;
    // P-1 was sent by what this copy of the store does not know of.
    let _ = world.provider().payouts().unwrap().create_payout(&payout("P-1")).await.unwrap();
    let engine = world.engine(None).await;
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    assert_eq!(state(&engine, "P-2").await, RecordState::Pending);
    assert_eq!((world.carried_out("P-1"), world.carried_out("P-2")), (1, 1));
}

#[tokio::test]
async fn a_dropped_call_ends_as_if_it_had_been_waited_for() {
    use futures_util::FutureExt as _;

    let world = World::start().await;
    let engine = world.engine_with(Limits::default(), None).await;
    assert!(create(&engine, &payout("P-1")).now_or_never().is_none());
    // The next call of the same reference waits for the first.
    let request = payout("P-1");
    let outcome = tokio::time::timeout(Duration::from_secs(30), create(&engine, &request));
    let outcome = outcome.await.unwrap();
    assert!(matches!(outcome, Ok(Submission::Accepted(_))), "{outcome:?}");
    assert_eq!(world.carried_out("P-1"), 1);
}

#[tokio::test]
async fn a_provider_that_is_renamed_or_missing_is_refused_by_name() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.stop().await;
    let role = std::sync::Arc::clone(world.provider().payouts().unwrap());
    let provider = |id: &str, kind: &str| {
        let id = payments_core::ProviderId::new(id).unwrap();
        let kind = payments_core::ProviderKind::new(kind).unwrap();
        payments_core::Provider::new(id, kind, payments_core::Environment::Sandbox)
            .with_payouts(role.clone())
    };
    for (id, kind, said) in [
        ("other", "mock", "the store has open payouts of main"),
        (MAIN, "acme", "main was mock sandbox in this store and is acme sandbox"),
    ] {
        let error = world.builder_of(provider(id, kind)).start().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    let engine = world.engine(None).await;
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
}
