//! The client and the simulated HPay over real sockets: each was written from the reference and
//! neither from the other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use bytes::Bytes;
use http::Request;
use payments_core::{
    Absence, DeclineReason, Lookup, OrderRef, Submission, Timestamp, UncertainCause,
    money::Money,
    notification::{Confirmation, EventData, Received},
    payment::PaymentState,
    payout::PayoutState,
    virtual_account::{OpenVirtualAccount, ResolveOpen, UpdateVirtualAccount, VirtualAccountState},
};
use provider_hpay::endpoints::{NOTIFY, RETURN, VA_CALLBACK};
use simulator_hpay::{
    AnswerQuirks, CallbackForm, CallbackQuirks, Operation, PayAs, PayoutStart,
    PayoutState as AtHPay, Settings, When,
};

mod links;
mod openapi;
mod world;

use world::{NOW, World, account, payout};

#[tokio::test]
async fn an_order_is_absent_open_and_settled_in_turn() {
    let world = World::new().await;
    let order = OrderRef::new("DH-20260042").unwrap();
    let absent = world.provider.payments().unwrap().find_payment(&order).await.unwrap();
    assert!(matches!(absent, Lookup::Absent(Absence::Inconclusive { .. })), "{absent:?}");

    let order = world.opened_order().await;
    assert_eq!(world.find(&order).await.state, PaymentState::Open);
    assert!(world.hpay.bookings().is_empty());

    world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    assert!(world.find(&order).await.settles(Money::vnd(200_000)));
    assert_eq!(world.hpay.bookings().len(), 1);
}

#[tokio::test]
async fn the_inquiry_works_as_json_and_on_the_shorter_path_too() {
    for changes in [
        [("compat.order_inquiry_body", "json")],
        [("compat.order_inquiry_path", "/api/transaction")],
    ] {
        let world = World::with(&changes).await;
        let order = world.opened_order().await;
        assert_eq!(world.find(&order).await.state, PaymentState::Open);
    }
}

#[tokio::test]
async fn a_notification_and_a_return_tell_of_one_happening() {
    let world = World::new().await;
    let order = world.opened_order().await;
    let news = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    let told = world.trusted(NOTIFY, &news.request.unwrap());
    let back = Request::get(news.return_link.unwrap()).body(Bytes::new()).unwrap();
    let back = world.trusted(RETURN, &back);
    assert!(told.events()[0].key().is_some());
    assert_eq!(back.events()[0].key(), None, "it belongs to the notification");
    assert!(told.events()[0].is_trusted() && !back.events()[0].is_trusted());

    let Confirmation::Confirmed(asked) = world.confirm(&back.events()[0]).await else {
        panic!("not confirmed")
    };
    let (EventData::Payment(told), EventData::Payment(asked)) =
        (told.events()[0].data(), asked.data())
    else {
        panic!("no payments")
    };
    assert!(told.settles(Money::vnd(200_000)) && asked.settles(Money::vnd(200_000)));
    assert_eq!(told.credits[0].key, asked.credits[0].key);
}

#[tokio::test]
async fn a_held_payment_is_settled_once_hpay_releases_it() {
    let world = World::new().await;
    let order = world.opened_order().await;
    let news = world.hpay.buyer_pays(order.as_str(), PayAs::Held).await.unwrap();
    let told = world.trusted(NOTIFY, &news.request.unwrap());
    let EventData::Payment(payment) = told.events()[0].data() else { panic!("no payment") };
    assert_eq!(payment.state, PaymentState::Held);
    assert_eq!(world.find(&order).await.state, PaymentState::Held);
    world.hpay.release_payment(order.as_str()).unwrap();
    assert_eq!(world.find(&order).await.state, PaymentState::Settled);
}

#[tokio::test]
async fn a_failed_attempt_does_not_end_the_order() {
    let world = World::new().await;
    let order = world.opened_order().await;
    let news = world.hpay.buyer_pays(order.as_str(), PayAs::Failed).await.unwrap();
    let told = world.trusted(NOTIFY, &news.request.unwrap());
    assert!(!told.events()[0].is_trusted());
    let Confirmation::Confirmed(asked) = world.confirm(&told.events()[0]).await else {
        panic!("not confirmed")
    };
    let EventData::Payment(payment) = asked.into_data() else { panic!("no payment") };
    assert_eq!(payment.state, PaymentState::Open);
}

#[tokio::test]
async fn a_forged_notification_is_untrusted() {
    let world = World::new().await;
    let order = world.opened_order().await;
    world.hpay.forge_next_signature(Operation::PaymentNotification).unwrap();
    let news = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    assert!(matches!(world.receive(NOTIFY, &news.request.unwrap()), Received::Untrusted(_)));
}

#[tokio::test]
async fn a_credit_is_believed_once_the_inquiry_shows_it() {
    for body in ["form", "json"] {
        let world = World::with(&[("compat.va_body", body)]).await;
        let account = world.open_account(Some(100_000)).await;
        let number = &account.numbers[0];
        assert_eq!(
            (number.state, number.amount),
            (VirtualAccountState::Open, Some(Money::vnd(100_000)))
        );
        let news = world.hpay.transfer_to_va(number.number.as_str(), 99_999).await.unwrap();
        let told = world.trusted(VA_CALLBACK, &news.request.unwrap());
        assert!(!told.events()[0].is_trusted());
        let Confirmation::Confirmed(asked) = world.confirm(&told.events()[0]).await else {
            panic!("not confirmed")
        };
        let EventData::Movement(credit) = asked.into_data() else { panic!("no credit") };
        assert_eq!(credit.amount, Money::vnd(99_999), "a short credit keeps its value");
        let credits = world.provider.virtual_accounts().unwrap();
        let credits = credits.credits(&account.reference()).await.unwrap();
        assert_eq!(credits, [payments_core::Listed::Read(credit)]);
    }
}

#[tokio::test]
async fn a_virtual_account_is_renamed_closed_and_opened_again() {
    let world = World::new().await;
    let account = world.open_account(None).await;
    let role = world.provider.virtual_accounts().unwrap();
    let reference = account.reference();
    let request = UpdateVirtualAccount::new(reference.clone(), "TRAN THI B").unwrap();
    let renamed = role.update(&request).await.unwrap().accepted().unwrap();
    assert_eq!(renamed.numbers[0].holder.as_deref(), Some("TRAN THI B"));
    let closed = role.close(&reference).await.unwrap().accepted().unwrap();
    assert_eq!(closed.state, VirtualAccountState::Closed);
    let Submission::Declined(again) = role.close(&reference).await.unwrap() else {
        panic!("closed twice")
    };
    assert_eq!(again.reason, DeclineReason::State);
    let until = Timestamp::from_unix(NOW + 3600);
    let opened = role.reopen(&reference, Some(until)).await.unwrap().accepted().unwrap();
    assert_eq!(opened.state, VirtualAccountState::Open);
}

#[tokio::test]
async fn a_payout_is_taken_and_found() {
    for endpoint in ["json", "openapi", "form"] {
        let world = World::with(&[("payout_endpoint", endpoint)]).await;
        let taken = world.pay_out("P-1").await.accepted().unwrap();
        assert_eq!(taken.state, PayoutState::Pending);
        let found = world.find_payout("P-1").await.found().unwrap();
        assert_eq!(
            (found.state, found.amount),
            (PayoutState::Succeeded, Some(Money::vnd(1_000_000)))
        );
        assert_eq!(world.hpay.payouts().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_lost_after_booking_is_uncertain_and_found_by_inquiry() {
    let world = World::new().await;
    world.hpay.lose_next_answer(Operation::CreatePayout, When::AfterBooking).unwrap();
    assert!(world.pay_out("P-1").await.is_uncertain());
    assert_eq!(world.hpay.payouts().len(), 1, "sent once");
    let hpay = world.provider.extension::<provider_hpay::HPay>().unwrap();
    let found = hpay.find_payout_like(&payout("P-1")).await.unwrap().found().unwrap();
    assert_eq!((found.state, found.needs_attention), (PayoutState::Succeeded, false));
}

#[tokio::test]
async fn an_answer_lost_before_booking_looks_the_same_and_stays_inconclusive() {
    let world = World::new().await;
    world.hpay.lose_next_answer(Operation::CreatePayout, When::BeforeBooking).unwrap();
    assert!(world.pay_out("P-1").await.is_uncertain());
    assert!(world.hpay.payouts().is_empty());
    let absent = world.find_payout("P-1").await;
    assert!(matches!(absent, Lookup::Absent(Absence::Inconclusive { .. })), "{absent:?}");
}

#[tokio::test]
async fn a_repeated_reference_is_paid_again_and_the_inquiry_raises_the_alarm() {
    let world = World::new().await;
    for _ in 0..2 {
        let _ = world.pay_out("P-1").await.accepted().unwrap();
    }
    let Lookup::Several(both) = world.find_payout("P-1").await else { panic!("one was dropped") };
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|payout| payout.needs_attention));

    let hpay = world.provider.extension::<provider_hpay::HPay>().unwrap();
    for payout in &both {
        let id = payout.gateway_ref.as_ref().unwrap();
        let one = hpay.find_payout_transaction(&payout.payout, id).await.unwrap().found().unwrap();
        assert_eq!(one.at, payout.at);
    }
}

#[tokio::test]
async fn every_state_of_a_payout_is_read_from_its_three_statuses() {
    for (there, here, attention) in [
        (AtHPay::Processing, PayoutState::Pending, false),
        (AtHPay::Succeeded, PayoutState::Succeeded, false),
        (AtHPay::Failed, PayoutState::Failed, false),
        (AtHPay::Stranded, PayoutState::Uncertain, false),
        (AtHPay::Refunded, PayoutState::Failed, false),
        (AtHPay::Reversed, PayoutState::Reversed, false),
        (AtHPay::Contradictory, PayoutState::Uncertain, true),
    ] {
        let world = World::new().await;
        world.hpay.start_payouts(PayoutStart::Processing);
        assert!(world.pay_out("P-1").await.is_uncertain(), "code 050, processing");
        world.hpay.settle_payout("P-1", there).unwrap();
        let found = world.find_payout("P-1").await.found().unwrap();
        assert_eq!((found.state, found.needs_attention), (here, attention), "{there:?}");
    }
}

#[tokio::test]
async fn a_forged_answer_or_another_account_in_it_is_uncertain() {
    let world = World::new().await;
    world.hpay.forge_next_signature(Operation::CreatePayout).unwrap();
    let Submission::Uncertain(forged) = world.pay_out("P-1").await else { panic!("believed") };
    assert_eq!(forged.cause, UncertainCause::BadSignature);
    world.hpay.echo_wrong_account_next();
    let Submission::Uncertain(echo) = world.pay_out("P-2").await else { panic!("believed") };
    assert_eq!((echo.cause, echo.needs_attention), (UncertainCause::Mismatch, true));
    assert_eq!(world.hpay.payouts().len(), 2, "both were booked all the same");
}

#[tokio::test]
async fn a_refusal_after_the_booking_is_never_confirmed() {
    let world = World::new().await;
    for code in ["035", "008", "117", "777", "99"] {
        world.hpay.answer_next_with(Operation::CreatePayout, code, When::AfterBooking).unwrap();
        let submission = world.pay_out(&format!("P-{code}")).await;
        let confirmed = match &submission {
            Submission::Accepted(_) => true,
            Submission::Declined(decline) => decline.is_confirmed(),
            Submission::Uncertain(_) => false,
        };
        assert!(!confirmed, "{code}: {submission:?}");
    }
    assert_eq!(world.hpay.payouts().len(), 5);
}

#[tokio::test]
async fn a_name_and_the_balance_are_told() {
    let world = World::new().await;
    let payouts = world.provider.payouts().unwrap();
    for _ in 0..2 {
        assert_eq!(payouts.verify_beneficiary(&account()).await.unwrap().name, "NGUYEN VAN A");
    }
    let asked = world.hpay.requests();
    let asked = asked.iter().filter(|request| format!("{request:?}").contains("CheckUserBank"));
    assert_eq!(asked.count(), 1, "each question costs a fee");
    assert_eq!(payouts.balance().await.unwrap().amount, Money::vnd(101_747_939));
}

#[tokio::test]
async fn an_order_paid_by_transfer_is_settled_once_whichever_way_it_is_told() {
    let world = World::new().await;
    let order = world.opened_order().await;
    let news = world.hpay.buyer_transfers(order.as_str()).await.unwrap();
    let notified = world.trusted(NOTIFY, &news.notification.request.unwrap());
    let called_back = world.trusted(VA_CALLBACK, &news.callback.request.unwrap());
    assert!(!called_back.events()[0].is_trusted(), "nobody signed the order");
    let Confirmation::Confirmed(asked) = world.confirm(&called_back.events()[0]).await else {
        panic!("not confirmed")
    };
    assert_eq!(asked.key(), notified.events()[0].key(), "handled once");
    let (EventData::Payment(told), EventData::Payment(asked)) =
        (notified.events()[0].data(), asked.data())
    else {
        panic!("no payments")
    };
    assert!(told.settles(Money::vnd(200_000)) && asked.settles(Money::vnd(200_000)));
    assert_eq!(told.credits[0].key, asked.credits[0].key, "one money");
    assert_eq!(world.hpay.bookings().len(), 1);
}

#[tokio::test]
async fn a_payout_that_arrives_late_is_inconclusive_until_then_and_never_sent_again() {
    let world = World::new().await;
    world.hpay.delay_next(Operation::CreatePayout).unwrap();
    assert!(world.pay_out("P-1").await.is_uncertain());
    let absent = world.find_payout("P-1").await;
    assert!(matches!(absent, Lookup::Absent(Absence::Inconclusive { .. })), "{absent:?}");
    assert_eq!(world.hpay.deliver_late(), 1);
    assert_eq!(world.find_payout("P-1").await.found().unwrap().state, PayoutState::Succeeded);
    assert_eq!(world.hpay.payouts().len(), 1);
}

#[tokio::test]
async fn numbers_and_text_in_answers_mean_the_same() {
    let plain = AnswerQuirks::default();
    for quirks in [
        plain.with_success_as_number(),
        plain.with_numbers_as_text(),
        plain.with_text_as_numbers().with_success_as_number(),
    ] {
        let world = World::of(Settings::test().with_answer_quirks(quirks), &[]).await;
        assert!(world.pay_out("P-1").await.accepted().is_ok(), "{quirks:?}");
        let found = world.find_payout("P-1").await.found().unwrap();
        assert_eq!(
            (found.state, found.amount),
            (PayoutState::Succeeded, Some(Money::vnd(1_000_000)))
        );
        assert_eq!(found.account.unwrap().as_str(), "1234567890912312");

        let opened = world.open_account(Some(100_000)).await;
        assert_eq!(opened.state, VirtualAccountState::Open, "{quirks:?}");
        let role = world.provider.virtual_accounts().unwrap();
        world.hpay.transfer_to_va(opened.numbers[0].number.as_str(), 100_000).await.unwrap();
        let credits = role.credits(&opened.reference()).await.unwrap();
        let credits = payments_core::Listed::all(credits).unwrap();
        assert_eq!(credits[0].amount, Money::vnd(100_000));
        let number = credits[0].virtual_account.as_ref().unwrap();
        assert_eq!(*number, opened.numbers[0].number, "19 digits are no number of 64 bits");
        let closed = role.close(&opened.reference()).await.unwrap();
        assert!(closed.accepted().is_err(), "{quirks:?}: it is paid");
        let payouts = world.provider.payouts().unwrap();
        assert!(payouts.verify_beneficiary(&account()).await.is_ok());
    }
}

#[tokio::test]
async fn a_lost_opening_leaves_an_account_that_nobody_was_shown_and_opening_another_is_safe() {
    let world = World::new().await;
    let role = world.provider.virtual_accounts().unwrap();
    assert_eq!(role.capabilities().resolve_open, ResolveOpen::Never);
    world.hpay.lose_next_answer(Operation::CreateAccount, When::AfterBooking).unwrap();
    let request = OpenVirtualAccount::new(OrderRef::new("DH-1").unwrap(), "NGUYEN VAN A").unwrap();
    assert!(role.open(&request).await.unwrap().is_uncertain());
    let another = world.open_account(None).await;
    let there = world.hpay.virtual_accounts();
    assert_eq!(there.len(), 2);
    // Money on the lost one is told of, and belongs to no order.
    let news = world.hpay.transfer_to_va(&there[0].number, 1_000).await.unwrap();
    let told = world.trusted(VA_CALLBACK, &news.request.unwrap());
    let Confirmation::Confirmed(credit) = world.confirm(&told.events()[0]).await else {
        panic!("not confirmed")
    };
    let EventData::Movement(credit) = credit.into_data() else { panic!("no credit") };
    assert_eq!((credit.order, credit.amount), (None, Money::vnd(1_000)));
    assert_ne!(credit.virtual_account.as_ref(), Some(&another.numbers[0].number));
}

#[tokio::test]
async fn a_callback_with_every_oddity_of_the_example_is_read() {
    let quirks = CallbackQuirks::as_printed();
    let world = World::of(Settings::test().with_callback_quirks(quirks), &[]).await;
    let account = world.open_account(None).await;
    let number = account.numbers[0].number.as_str();
    let news = world.hpay.transfer_to_va(number, 1_000).await.unwrap();
    let told = world.trusted(VA_CALLBACK, &news.request.unwrap());
    let EventData::Movement(credit) = told.events()[0].data() else { panic!("no credit") };
    assert_eq!(credit.memo.as_deref(), Some("DH 1"));
}

#[tokio::test]
async fn a_callback_of_the_newer_openapi_is_proven_and_has_the_key_of_its_inquiry() {
    let settings = Settings::test().with_callback_form(CallbackForm::Openapi);
    let world = World::of(settings, &[]).await;
    let account = world.open_account(None).await;
    let number = account.numbers[0].number.as_str();
    let news = world.hpay.transfer_to_va(number, 1_000).await.unwrap();
    let told = world.trusted(VA_CALLBACK, &news.request.unwrap());
    let event = &told.events()[0];
    assert!(event.is_trusted(), "{event:?}");
    let EventData::Movement(credit) = event.data() else { panic!("no credit") };
    assert_eq!(credit.amount, Money::vnd(1_000));
    let Confirmation::Confirmed(asked) = world.confirm(event).await else { panic!("unknown") };
    assert_eq!(asked.key(), event.key());
}
