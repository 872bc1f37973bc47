//! What a repeated `create_payout` returns, by the record of its reference.

use futures_util::future::join_all;
use payments_core::{DeclineReason, ErrorKind, Submission, payout::PayoutState};
use payments_engine::RecordState;
use provider_mock::{Operation, PayoutOutcome, Scripted};

use engine_trials::world::{MAIN, World, create, payout, payout_of, record, reference, state};

#[tokio::test]
async fn a_repeated_reference_is_sent_once_at_a_gateway_that_would_pay_again() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    for _ in 0..3 {
        let Submission::Accepted(accepted) = create(&engine, &payout("P-1")).await.unwrap() else {
            panic!("not accepted")
        };
        assert_eq!(accepted.state, PayoutState::Pending);
    }
    assert_eq!(world.carried_out("P-1"), 1);
    assert_eq!(record(&engine, "P-1").await.revision, 3, "opened, permit, response");
}

#[tokio::test]
async fn sixteen_callers_of_one_reference_leave_one_booking() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let request = payout("P-1");
    let outcomes = join_all((0..16).map(|_| create(&engine, &request))).await;
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(Submission::Accepted(_))), "{outcome:?}");
    }
    assert_eq!(world.carried_out("P-1"), 1);
}

#[tokio::test]
async fn another_content_is_a_conflict_that_names_the_field() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    let _ = create(&engine, &payout("P-1")).await.unwrap();
    let error = create(&engine, &payout_of("P-1", 50_001)).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Conflict, Some("amount")));
    assert!(error.to_string().contains("the first is kept"), "{error}");
    let mut request = payout("P-1");
    request.beneficiary.name = "NGUYEN VAN B".to_owned();
    let error = engine.submit(MAIN, &request).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Conflict, Some("beneficiary.name")));
    let noted = create(&engine, &payout("P-1").with_note("Luong")).await;
    assert!(matches!(noted, Ok(Submission::Accepted(_))), "a note is no content: {noted:?}");
    assert_eq!(world.carried_out("P-1"), 1);
}

#[tokio::test]
async fn an_uncertain_payout_stays_the_same_uncertain_and_is_not_sent_again() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    world.gateway().next_payout(Scripted::lost_before_booking()).unwrap();
    let first = create(&engine, &payout("P-1")).await.unwrap();
    let second = create(&engine, &payout("P-1")).await.unwrap();
    let (Submission::Uncertain(first), Submission::Uncertain(second)) = (first, second) else {
        panic!("not uncertain")
    };
    assert_eq!((first.cause, first.message), (second.cause, second.message));
    assert_eq!((world.instructed(), world.carried_out("P-1")), (1, 0));
}

#[tokio::test]
async fn a_signed_refusal_is_repeated_and_a_failure_is_one() {
    let world = World::start().await;
    let engine = world.engine(None).await;
    world.gateway().next_payout(Scripted::decline("insufficient_funds")).unwrap();
    for _ in 0..2 {
        let outcome = create(&engine, &payout("P-1")).await.unwrap();
        let Submission::Declined(decline) = outcome else { panic!("{outcome:?}") };
        assert!(decline.is_confirmed(), "{decline}");
        assert_eq!(decline.reason, DeclineReason::InsufficientFunds);
    }
    assert_eq!(state(&engine, "P-1").await, RecordState::Failed);
    let _ = create(&engine, &payout("P-2")).await.unwrap();
    world.gateway().settle_payout("P-2", PayoutOutcome::Failed).unwrap();
    let _ = engine.payouts(MAIN).unwrap().find_payout(&reference("P-2")).await.unwrap();
    let outcome = create(&engine, &payout("P-2")).await.unwrap();
    assert!(matches!(outcome, Submission::Declined(_)), "{outcome:?}");
    assert_eq!(world.gateway().carried_out(Operation::CreatePayout, "P-2"), 1);
}

#[tokio::test]
async fn what_is_waited_for_elsewhere_is_under_way() {
    use futures_util::FutureExt as _;
    use payments_engine::Limits;
    use std::time::Duration;

    let world = World::start().await;
    let limits = Limits::default().with_wait(Duration::ZERO);
    let engine = world.engine_with(limits, None).await;
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    let outcome = create(&engine, &payout("P-1")).await.unwrap();
    let Submission::Uncertain(uncertain) = outcome else { panic!("{outcome:?}") };
    assert!(uncertain.message.contains("under way"), "{uncertain}");
    assert_eq!(engine.tick().await.unwrap().sent, 1);
    let outcome = create(&engine, &payout("P-1")).now_or_never();
    assert!(outcome.is_none(), "the engine's own thread answers");
    assert!(matches!(create(&engine, &payout("P-1")).await, Ok(Submission::Accepted(_))));
    assert_eq!(world.carried_out("P-1"), 1);
}
