//! Payouts that were handed over and are withdrawn before they are sent.

use payments_core::ErrorKind;
use payments_engine::RecordState;

use engine_trials::world::{MAIN, World, create, payout, payout_of, record, reference, state};

#[tokio::test]
async fn what_is_withdrawn_is_not_sent_and_its_reference_is_free() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    let visitor = world.builder().visit().await.unwrap();
    let withdrawn = visitor.withdraw(&reference("P-1"), "Lan", "a wrong account").await.unwrap();
    visitor.stop().await;
    assert_eq!(withdrawn.state, RecordState::NotSent);
    assert_eq!(withdrawn.not_sent.as_deref(), Some("withdrawn by Lan: a wrong account"));
    engine.tick().await.unwrap();
    assert_eq!((world.instructed(), state(&engine, "P-1").await), (0, RecordState::NotSent));
    // Again it is what it was.
    let again = engine.withdraw(&reference("P-1"), "Lan", "again").await.unwrap();
    assert_eq!(again.revision, withdrawn.revision);
    let _ = engine.submit(MAIN, &payout_of("P-1", 60_000)).await.unwrap();
    engine.tick().await.unwrap();
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    assert_eq!(record(&engine, "P-1").await.request.amount.minor(), 60_000);
}

#[tokio::test]
async fn what_may_have_left_cannot_be_withdrawn() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    assert!(outcome.accepted().is_ok());
    let error = engine.withdraw(&reference("P-1"), "Lan", "too late").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.to_string().contains("is pending: it may have left"), "{error}");
    assert_eq!(state(&engine, "P-1").await, RecordState::Pending);
    let error = engine.withdraw(&reference("P-2"), "Lan", "unknown").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}

#[tokio::test]
async fn a_withdrawal_and_a_send_at_once_exclude_each_other() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let names: Vec<String> = (0..40).map(|number| format!("P-{number}")).collect();
    for name in &names {
        let _ = engine.submit(MAIN, &payout(name)).await.unwrap();
    }
    let withdrawing = async {
        let mut withdrawn = Vec::new();
        for name in &names {
            withdrawn.push(engine.withdraw(&reference(name), "Lan", "at once").await.is_ok());
        }
        withdrawn
    };
    let (withdrawn, passed) = tokio::join!(withdrawing, engine.tick());
    passed.unwrap();
    for (name, is_withdrawn) in names.iter().zip(withdrawn) {
        let expected = if is_withdrawn { RecordState::NotSent } else { RecordState::Pending };
        assert_eq!(state(&engine, name).await, expected, "{name}");
        assert_eq!(world.carried_out(name), usize::from(!is_withdrawn), "{name}");
    }
}
