//! What may have happened, and what certainly did not.

use std::time::Duration;

use payments_core::{
    DeclineReason, ErrorKind, Lookup, OrderRef, PayoutRef, RefundRef, UncertainCause,
    money::Money,
    payment::{RefundPayment, RefundState},
    payout::PayoutState,
};
use provider_mock::{Operation, PayoutOutcome, RefusalCode, Scripted, When};

use crate::world::{World, accepted, build, context, declined, payment, payout, uncertain};

const AMOUNT: Money = Money::vnd(50_000);

laws! {
    an_answer_lost_after_booking_is_uncertain_and_found_by_inquiry
    an_answer_lost_before_booking_is_uncertain_too
    a_lost_answer_is_uncertain_for_every_instruction
    what_the_gateway_does_not_know_is_uncertain_until_it_is_settled
    a_strangers_page_is_uncertain_and_never_a_refusal
    a_badly_signed_answer_is_uncertain
    an_answer_that_tells_another_amount_calls_for_a_person
    a_signed_refusal_is_confirmed_and_nothing_happened
    a_wrong_key_is_refused_without_proof
    an_invented_code_is_uncertain
    an_instruction_is_sent_once_and_an_inquiry_again
    a_strangers_404_is_not_an_absence
    an_inquiry_that_is_refused_says_why
}

async fn an_answer_lost_after_booking_is_uncertain_and_found_by_inquiry(world: World) {
    let payouts = world.provider.payouts().unwrap();
    world.gateway.next_payout(Scripted::lost_after_booking()).unwrap();
    let lost = uncertain(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(lost.cause, UncertainCause::ConnectionLost);
    let found = payouts.find_payout(&PayoutRef::new("P1").unwrap()).await.unwrap();
    assert_eq!(found.found().unwrap().amount, Some(AMOUNT));
    assert_eq!(world.gateway.bookings().len(), 1);

    // Even a caller who sends it again has paid once.
    accepted(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(world.gateway.bookings().len(), 1);
}

async fn an_answer_lost_before_booking_is_uncertain_too(world: World) {
    let payouts = world.provider.payouts().unwrap();
    world.gateway.next_payout(Scripted::lost_before_booking()).unwrap();
    let lost = uncertain(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(lost.cause, UncertainCause::ConnectionLost);
    let found = payouts.find_payout(&PayoutRef::new("P1").unwrap()).await.unwrap();
    assert!(matches!(found, Lookup::Absent(_)));
    assert!(world.gateway.bookings().is_empty());
}

async fn a_lost_answer_is_uncertain_for_every_instruction(world: World) {
    let payments = world.provider.payments().unwrap();
    let order = OrderRef::new("A1").unwrap();
    for operation in [Operation::CreatePayment, Operation::CancelPayment, Operation::RefundPayment]
    {
        world.gateway.script(operation, Scripted::lost_after_booking()).unwrap();
    }
    assert!(payments.create_payment(&payment("A1", AMOUNT)).await.unwrap().is_uncertain());
    assert!(payments.cancel_payment(&order).await.unwrap().is_uncertain());
    world.gateway.pay("A1", AMOUNT).unwrap();
    let refund = RefundPayment::new(RefundRef::new("R1").unwrap(), order);
    assert!(payments.refund_payment(&refund).await.unwrap().is_uncertain());
    let found = payments.find_refund(&refund.refund).await.unwrap().found().unwrap();
    assert_eq!(found.state, RefundState::Done);
    // All three were carried out.
    assert_eq!(world.vnd(), Money::vnd(100_000_000));
    assert_eq!(world.gateway.bookings().len(), 2);
}

async fn what_the_gateway_does_not_know_is_uncertain_until_it_is_settled(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let reference = PayoutRef::new("P1").unwrap();
    world.gateway.next_payout(Scripted::Uncertain).unwrap();
    let undecided = uncertain(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(undecided.cause, UncertainCause::ProviderUndecided);
    let found = payouts.find_payout(&reference).await.unwrap().found().unwrap();
    assert_eq!(found.state, PayoutState::Uncertain);
    let again = uncertain(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(again.cause, UncertainCause::ProviderUndecided);

    world.gateway.settle_payout("P1", PayoutOutcome::Succeeded).unwrap();
    let found = payouts.find_payout(&reference).await.unwrap().found().unwrap();
    assert_eq!(found.state, PayoutState::Succeeded);
    assert_eq!(world.gateway.bookings().len(), 1);
}

async fn a_strangers_page_is_uncertain_and_never_a_refusal(world: World) {
    let payouts = world.provider.payouts().unwrap();
    for (number, status) in [200, 400, 401, 404, 429, 500, 502].into_iter().enumerate() {
        let page = Scripted::Page { status, when: When::AfterBooking };
        world.gateway.next_payout(page).unwrap();
        let request = payout(&format!("P{number}"), AMOUNT);
        let unreadable = uncertain(payouts.create_payout(&request).await.unwrap());
        assert_eq!(unreadable.cause, UncertainCause::UnreadableAnswer, "{status}");
        assert_eq!(unreadable.status, Some(status));
    }
}

async fn a_badly_signed_answer_is_uncertain(world: World) {
    let payouts = world.provider.payouts().unwrap();
    world.gateway.next_payout(Scripted::ForgeSignature).unwrap();
    let forged = uncertain(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(forged.cause, UncertainCause::BadSignature);
    world.gateway.script(Operation::Balance, Scripted::ForgeSignature).unwrap();
    assert_eq!(payouts.balance().await.unwrap_err().kind(), ErrorKind::Malformed);
}

async fn an_answer_that_tells_another_amount_calls_for_a_person(world: World) {
    let payouts = world.provider.payouts().unwrap();
    world.gateway.next_payout(Scripted::EchoWrongAmount).unwrap();
    let other = uncertain(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!((other.cause, other.needs_attention), (UncertainCause::Mismatch, true));
    world.gateway.next_payment(Scripted::EchoWrongAmount).unwrap();
    let payments = world.provider.payments().unwrap();
    let other = uncertain(payments.create_payment(&payment("A1", AMOUNT)).await.unwrap());
    assert_eq!((other.cause, other.needs_attention), (UncertainCause::Mismatch, true));
}

async fn a_signed_refusal_is_confirmed_and_nothing_happened(world: World) {
    let payouts = world.provider.payouts().unwrap();
    world.gateway.next_payout(Scripted::decline(RefusalCode::InsufficientFunds)).unwrap();
    let refused = declined(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!((refused.reason, refused.is_confirmed()), (DeclineReason::InsufficientFunds, true));
    assert!(world.gateway.bookings().is_empty());
}

async fn a_wrong_key_is_refused_without_proof(world: World) {
    // The same gateway, and a provider with another key.
    let config = r#"
        [providers.mock]
        kind = "mock"
        environment = "sandbox"
        api_key = "another-key"
        webhook_secret = "another-secret"
        url = "http://127.0.0.1:1"
    "#;
    let gateway = world.gateway.transport();
    let mut context = context(Duration::from_secs(10));
    context.client = gateway;
    let stranger = build(config, &context);
    let payouts = stranger.payouts().unwrap();
    let refused = declined(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!((refused.reason, refused.is_confirmed()), (DeclineReason::Authentication, false));
    assert_eq!(payouts.balance().await.unwrap_err().kind(), ErrorKind::Authentication);
    assert!(world.gateway.bookings().is_empty());
}

async fn an_invented_code_is_uncertain(world: World) {
    let payouts = world.provider.payouts().unwrap();
    world.gateway.next_payout(Scripted::decline("out_of_ink")).unwrap();
    let unknown = uncertain(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(unknown.cause, UncertainCause::UnknownCode);
    assert_eq!(unknown.code.as_deref(), Some("out_of_ink"));
}

async fn an_instruction_is_sent_once_and_an_inquiry_again(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let count = |operation| {
        let requests = world.gateway.requests();
        requests.iter().filter(|request| request.operation == Some(operation)).count()
    };
    world.gateway.next_payout(Scripted::lost_before_booking()).unwrap();
    assert!(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap().is_uncertain());
    assert_eq!(count(Operation::CreatePayout), 1);

    world.gateway.script(Operation::Balance, Scripted::lost_before_booking()).unwrap();
    let page = Scripted::Page { status: 502, when: When::BeforeBooking };
    world.gateway.script(Operation::Balance, page).unwrap();
    assert_eq!(payouts.balance().await.unwrap().amount, world.vnd());
    assert_eq!(count(Operation::Balance), 3);
}

async fn a_strangers_404_is_not_an_absence(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let page = Scripted::Page { status: 404, when: When::BeforeBooking };
    world.gateway.script(Operation::FindPayout, page).unwrap();
    let error = payouts.find_payout(&PayoutRef::new("P1").unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.operation(), Some("find_payout"));
}

async fn an_inquiry_that_is_refused_says_why(world: World) {
    let payouts = world.provider.payouts().unwrap();
    world.gateway.script(Operation::Balance, Scripted::decline(RefusalCode::Forbidden)).unwrap();
    let error = payouts.balance().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Permission, Some("forbidden")));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_in_memory_is_uncertain() {
    no_answer_is_uncertain(World::in_memory()).await;
}

#[cfg(feature = "simulator")]
#[tokio::test]
async fn an_answer_that_never_comes_over_http_is_uncertain() {
    no_answer_is_uncertain(World::over_http_within(Duration::from_secs(1)).await).await;
}

async fn no_answer_is_uncertain(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let late = Scripted::delay(Duration::from_secs(120));
    let silence = Scripted::NoAnswer { when: When::AfterBooking };
    for (reference, outcome) in [("P1", silence), ("P2", late)] {
        world.gateway.next_payout(outcome).unwrap();
        let lost = uncertain(payouts.create_payout(&payout(reference, AMOUNT)).await.unwrap());
        assert_eq!(lost.cause, UncertainCause::TimedOut, "{reference}");
    }
    assert_eq!(world.gateway.bookings().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_only_late_is_an_answer() {
    let world = World::in_memory();
    world.gateway.next_payout(Scripted::delay(Duration::from_secs(30))).unwrap();
    let payouts = world.provider.payouts().unwrap();
    let asked = tokio::time::Instant::now();
    accepted(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(asked.elapsed(), Duration::from_secs(30));
}
