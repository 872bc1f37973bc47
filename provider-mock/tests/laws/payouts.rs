//! Sending money.

use futures_util::future::join_all;
use payments_core::{
    Absence, DeclineReason, ErrorKind, Lookup, PayoutRef,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    payout::PayoutState,
    rules::Repeat,
};
use provider_mock::{BookingKind, ControlError, MockGateway, PayoutOutcome, PayoutStart, Settings};

use crate::world::{World, accepted, bank_account, declined, payout, payout_to};

const AMOUNT: Money = Money::vnd(50_000);

laws! {
    a_payout_is_pending_until_it_is_settled_and_may_come_back
    a_payout_that_awaits_approval_moves_no_money
    a_payout_that_failed_gives_the_money_back
    a_payout_may_succeed_at_once
    sixteen_callers_with_one_reference_leave_one_booking
    the_same_reference_for_another_amount_is_declined
    a_payout_that_nobody_made_is_absent_for_sure
    an_account_of_somebody_else_is_declined
    more_than_there_is_is_declined
    the_holder_of_an_account_is_told
    what_cannot_be_honoured_is_refused_before_anything_is_sent
}

async fn state(world: &World, reference: &str) -> PayoutState {
    let reference = PayoutRef::new(reference).unwrap();
    let found = world.provider.payouts().unwrap().find_payout(&reference).await.unwrap();
    found.found().unwrap().state
}

async fn a_payout_is_pending_until_it_is_settled_and_may_come_back(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let sent = accepted(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!((sent.state, sent.account), (PayoutState::Pending, Some(bank_account().number)));
    assert_eq!(payouts.balance().await.unwrap().amount, Money::vnd(99_950_000));

    world.gateway.settle_payout("P1", PayoutOutcome::Succeeded).unwrap();
    assert_eq!(state(&world, "P1").await, PayoutState::Succeeded);
    world.gateway.settle_payout("P1", PayoutOutcome::Reversed).unwrap();
    assert_eq!(state(&world, "P1").await, PayoutState::Reversed);
    assert_eq!(payouts.balance().await.unwrap().amount, Money::vnd(100_000_000));

    let again = world.gateway.settle_payout("P1", PayoutOutcome::Failed).unwrap_err();
    assert_eq!(again, ControlError::WrongState("reversed"));
}

async fn a_payout_that_awaits_approval_moves_no_money(world: World) {
    world.gateway.start_payouts(PayoutStart::AwaitingApproval);
    let payouts = world.provider.payouts().unwrap();
    for (reference, is_approved, ends) in
        [("P1", true, PayoutState::Pending), ("P2", false, PayoutState::Failed)]
    {
        let sent = accepted(payouts.create_payout(&payout(reference, AMOUNT)).await.unwrap());
        assert_eq!(sent.state, PayoutState::AwaitingApproval);
        let too_early = world.gateway.settle_payout(reference, PayoutOutcome::Succeeded);
        assert_eq!(too_early, Err(ControlError::WrongState("awaiting_approval")));
        world.gateway.approve_payout(reference, is_approved).unwrap();
        assert_eq!(state(&world, reference).await, ends);
        let again = world.gateway.approve_payout(reference, true);
        assert!(matches!(again, Err(ControlError::WrongState(_))), "{again:?}");
    }
    let references: Vec<_> =
        world.gateway.bookings().into_iter().map(|booking| booking.reference).collect();
    assert_eq!(references, [Some("P1".to_owned())]);
    let found = payouts.find_payout(&PayoutRef::new("P2").unwrap()).await.unwrap();
    let failure = found.found().unwrap().failure.unwrap();
    assert_eq!(
        (failure.reason, failure.code.as_deref()),
        (DeclineReason::Other, Some("not_approved"))
    );
}

async fn a_payout_that_failed_gives_the_money_back(world: World) {
    let payouts = world.provider.payouts().unwrap();
    accepted(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    world.gateway.settle_payout("P1", PayoutOutcome::Failed).unwrap();
    let found = payouts.find_payout(&PayoutRef::new("P1").unwrap()).await.unwrap();
    let found = found.found().unwrap();
    assert_eq!(found.state, PayoutState::Failed);
    assert_eq!((found.bank, found.holder), (Some(bank_account().bin), Some("NGUYEN VAN A".into())));
    let failure = found.failure.unwrap();
    assert_eq!(failure.reason, DeclineReason::Beneficiary);
    assert_eq!(failure.code.as_deref(), Some("account_closed"));
    let kinds: Vec<_> = world.gateway.bookings().iter().map(|booking| booking.kind).collect();
    assert_eq!(kinds, [BookingKind::Payout, BookingKind::PayoutReturned]);
    assert_eq!(world.vnd(), Money::vnd(100_000_000));
}

async fn a_payout_may_succeed_at_once(world: World) {
    world.gateway.start_payouts(PayoutStart::Succeeded);
    let payouts = world.provider.payouts().unwrap();
    let sent = accepted(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert_eq!(sent.state, PayoutState::Succeeded);
}

async fn sixteen_callers_with_one_reference_leave_one_booking(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let request = payout("P1", AMOUNT);
    let answers = join_all((0..16).map(|_| payouts.create_payout(&request))).await;
    let names: Vec<_> =
        answers.into_iter().map(|answer| accepted(answer.unwrap()).gateway_ref).collect();
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    assert_eq!(world.gateway.bookings().len(), 1);
}

async fn the_same_reference_for_another_amount_is_declined(world: World) {
    let payouts = world.provider.payouts().unwrap();
    accepted(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    let other = payout("P1", Money::vnd(60_000));
    let refused = declined(payouts.create_payout(&other).await.unwrap());
    assert_eq!((refused.reason, refused.is_confirmed()), (DeclineReason::Duplicate, false));
    assert_eq!(world.gateway.bookings().len(), 1);
}

async fn a_payout_that_nobody_made_is_absent_for_sure(world: World) {
    let nobody = PayoutRef::new("nobody").unwrap();
    let found = world.provider.payouts().unwrap().find_payout(&nobody).await.unwrap();
    assert!(matches!(found, Lookup::Absent(Absence::Inconclusive { .. })), "{found:?}");
}

async fn an_account_of_somebody_else_is_declined(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let wrong_name = payout_to("P1", AMOUNT, "TRAN THI B");
    let refused = declined(payouts.create_payout(&wrong_name).await.unwrap());
    assert_eq!((refused.reason, refused.is_confirmed()), (DeclineReason::Beneficiary, true));
    assert!(world.gateway.bookings().is_empty());
}

async fn more_than_there_is_is_declined(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let too_much = payout("P1", Money::vnd(100_000_001));
    let refused = declined(payouts.create_payout(&too_much).await.unwrap());
    assert_eq!(refused.reason, DeclineReason::InsufficientFunds);
    assert!(world.gateway.bookings().is_empty());
}

async fn the_holder_of_an_account_is_told(world: World) {
    let payouts = world.provider.payouts().unwrap();
    let holder = payouts.verify_beneficiary(&bank_account()).await.unwrap();
    assert_eq!(holder.name, "NGUYEN VAN A");
    assert!(holder.raw.is_verified() && payouts.balance().await.unwrap().raw.is_verified());
    let stranger = BankAccount::new(Bin::new("970436").unwrap(), AccountNumber::new("1").unwrap());
    let error = payouts.verify_beneficiary(&stranger).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

async fn what_cannot_be_honoured_is_refused_before_anything_is_sent(world: World) {
    let payouts = world.provider.payouts().unwrap();
    for (field, request) in [
        ("amount", payout("P1", Money::vnd(999))),
        ("amount", payout("P1", Money::from_minor(5_000, Currency::EUR))),
        ("payout", payout("P?1", AMOUNT)),
        ("beneficiary.name", payout_to("P1", AMOUNT, &"x".repeat(71))),
        ("note", payout("P1", AMOUNT).with_note("x".repeat(201))),
    ] {
        let error = payouts.create_payout(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some(field)));
    }
    assert!(world.gateway.requests().is_empty());
}

fn repeating(repeat: Repeat) -> MockGateway {
    MockGateway::new(Settings::test().with_payout_repeat(repeat)).unwrap()
}

#[tokio::test]
async fn a_gateway_that_pays_again_says_so_and_shows_every_payout() {
    let gateway = repeating(Repeat::PaysAgain);
    let provider = gateway.provider("mock").unwrap();
    let payouts = provider.payouts().unwrap();
    assert_eq!(payouts.capabilities().repeat, Repeat::PaysAgain);
    for amount in [AMOUNT, AMOUNT, Money::vnd(60_000)] {
        accepted(payouts.create_payout(&payout("P1", amount)).await.unwrap());
    }
    assert_eq!(gateway.bookings().len(), 3);
    let reference = PayoutRef::new("P1").unwrap();
    let found = payouts.find_payout(&reference).await.unwrap();
    let Lookup::Several(all) = found else { panic!("{found:?}") };
    let amounts: Vec<_> = all.iter().map(|payout| payout.amount.unwrap().minor()).collect();
    assert_eq!(amounts, [50_000, 50_000, 60_000]);
    assert_eq!(all[2].differs_from(&payout("P1", AMOUNT)), Some("amount"));

    for _ in 0..3 {
        gateway.settle_payout("P1", PayoutOutcome::Succeeded).unwrap();
    }
    assert!(gateway.settle_payout("P1", PayoutOutcome::Succeeded).is_err());
    let all = payouts.find_payout(&reference).await.unwrap().into_vec();
    assert!(all.iter().all(|payout| payout.state == PayoutState::Succeeded), "{all:?}");
}

#[tokio::test]
async fn a_gateway_that_refuses_repeats_refuses_the_same_payout_unconfirmed() {
    let gateway = repeating(Repeat::Refused);
    let provider = gateway.provider("mock").unwrap();
    let payouts = provider.payouts().unwrap();
    assert_eq!(payouts.capabilities().repeat, Repeat::Refused);
    accepted(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    let refused = declined(payouts.create_payout(&payout("P1", AMOUNT)).await.unwrap());
    assert!(refused.is_duplicate() && !refused.is_confirmed(), "{refused}");
    assert_eq!(gateway.bookings().len(), 1);
}
