//! Taking money.

use std::time::Duration;

use payments_core::{
    Absence, DeclineReason, ErrorKind, Lookup, OrderRef, RefundRef, Timestamp,
    money::{Currency, Money},
    payment::{Funding, NextAction, PaymentMethod, PaymentState, RefundPayment, RefundState},
};
use provider_mock::BookingKind;

use crate::world::{NOW, World, accepted, declined, payment};

const ASKED: Money = Money::vnd(50_000);
const HOUR: Duration = Duration::from_secs(3600);

laws! {
    a_payment_that_is_opened_is_not_paid
    a_payment_settles_only_for_the_exact_amount
    a_short_credit_keeps_its_value_and_may_be_topped_up
    a_repeated_credit_is_a_booking_of_its_own
    a_late_credit_is_counted_and_settles_nothing
    money_after_a_cancellation_is_not_dropped
    a_paid_payment_cannot_be_cancelled
    a_cancellation_can_be_repeated
    the_same_order_for_the_same_amount_is_one_payment
    the_same_order_for_another_amount_is_declined
    an_order_that_nobody_opened_is_absent_for_sure
    every_method_has_its_next_step
    a_transfer_is_found_by_the_code_in_its_memo
    a_transfer_without_a_code_belongs_to_nobody
    dollars_have_cents
    a_refund_gives_back_what_is_left_and_no_more
    the_same_refund_twice_is_one_booking
    a_buyer_who_acts_or_fails_is_seen
    what_cannot_be_honoured_is_refused_before_anything_is_sent
}

async fn a_payment_that_is_opened_is_not_paid(world: World) {
    let opened = world.opened("A1").await;
    assert_eq!(opened.state, PaymentState::Open);
    assert!(matches!(opened.next[..], [NextAction::Redirect { .. }]));
    assert!(world.gateway.bookings().is_empty());
    let found = world.payment("A1").await;
    assert_eq!((found.asked, found.received), (Some(ASKED), Some(Money::vnd(0))));
    assert!(!found.settles(ASKED));
}

async fn a_payment_settles_only_for_the_exact_amount(world: World) {
    world.opened("A1").await;
    world.gateway.pay("A1", ASKED).unwrap();
    let found = world.payment("A1").await;
    assert!(found.settles(ASKED));
    assert!(!found.settles(Money::vnd(50_001)));
    assert_eq!(found.credits.len(), 1);
    assert_eq!(found.credits[0].order, Some(OrderRef::new("A1").unwrap()));
}

async fn a_short_credit_keeps_its_value_and_may_be_topped_up(world: World) {
    world.opened("A1").await;
    world.gateway.pay("A1", Money::vnd(30_000)).unwrap();
    let short = world.payment("A1").await;
    assert_eq!(short.funding(ASKED), Ok(Funding::Short { missing: Money::vnd(20_000) }));
    assert!(!short.settles(ASKED));

    world.gateway.pay("A1", Money::vnd(20_000)).unwrap();
    let exact = world.payment("A1").await;
    assert!(exact.settles(ASKED));
    let credits: Vec<_> = exact.credits.iter().map(|credit| credit.amount.minor()).collect();
    assert_eq!(credits, [30_000, 20_000]);
}

async fn a_repeated_credit_is_a_booking_of_its_own(world: World) {
    world.opened("A1").await;
    world.gateway.pay("A1", ASKED).unwrap();
    world.gateway.pay("A1", ASKED).unwrap();
    let found = world.payment("A1").await;
    assert_eq!(found.funding(ASKED), Ok(Funding::Over { excess: ASKED }));
    assert_ne!(found.credits[0].key, found.credits[1].key);
    assert_eq!(world.gateway.bookings().len(), 2);
}

async fn a_late_credit_is_counted_and_settles_nothing(world: World) {
    let payments = world.provider.payments().unwrap();
    let until = Timestamp::from_unix(NOW).plus(HOUR);
    accepted(payments.create_payment(&payment("A1", ASKED).with_expiry(until)).await.unwrap());
    world.advance(2 * HOUR);
    assert_eq!(world.payment("A1").await.state, PaymentState::Expired);

    world.gateway.pay("A1", ASKED).unwrap();
    let found = world.payment("A1").await;
    assert_eq!(found.state, PaymentState::Expired);
    assert_eq!((found.received, found.credits.len()), (Some(ASKED), 1));
    assert!(!found.settles(ASKED));
}

async fn money_after_a_cancellation_is_not_dropped(world: World) {
    world.opened("A1").await;
    let order = OrderRef::new("A1").unwrap();
    let cancelled =
        accepted(world.provider.payments().unwrap().cancel_payment(&order).await.unwrap());
    assert_eq!(cancelled.state, PaymentState::Cancelled);
    let booking = world.gateway.pay("A1", ASKED).unwrap();
    let found = world.payment("A1").await;
    assert_eq!((found.state, found.received), (PaymentState::Cancelled, Some(ASKED)));
    assert_eq!(found.credits[0].key.value(), booking.transaction);
}

async fn a_paid_payment_cannot_be_cancelled(world: World) {
    world.opened("A1").await;
    world.gateway.pay("A1", Money::vnd(1_000)).unwrap();
    let order = OrderRef::new("A1").unwrap();
    let refused =
        declined(world.provider.payments().unwrap().cancel_payment(&order).await.unwrap());
    assert_eq!((refused.reason, refused.is_confirmed()), (DeclineReason::State, true));
}

async fn a_cancellation_can_be_repeated(world: World) {
    world.opened("A1").await;
    let order = OrderRef::new("A1").unwrap();
    for _ in 0..2 {
        accepted(world.provider.payments().unwrap().cancel_payment(&order).await.unwrap());
    }
    // Once called off, once announced.
    assert_eq!(world.gateway.take_notifications().len(), 1);
}

async fn the_same_order_for_the_same_amount_is_one_payment(world: World) {
    let first = world.opened("A1").await;
    let second = world.opened("A1").await;
    assert_eq!(first.gateway_ref, second.gateway_ref);
}

async fn the_same_order_for_another_amount_is_declined(world: World) {
    world.opened("A1").await;
    let other = payment("A1", Money::vnd(60_000));
    let refused =
        declined(world.provider.payments().unwrap().create_payment(&other).await.unwrap());
    assert_eq!((refused.reason, refused.is_confirmed()), (DeclineReason::Duplicate, false));
    assert_eq!(world.payment("A1").await.asked, Some(ASKED));
}

async fn an_order_that_nobody_opened_is_absent_for_sure(world: World) {
    let order = OrderRef::new("nobody").unwrap();
    let found = world.provider.payments().unwrap().find_payment(&order).await.unwrap();
    assert!(matches!(found, Lookup::Absent(Absence::Inconclusive { .. })), "{found:?}");
}

async fn every_method_has_its_next_step(world: World) {
    let payments = world.provider.payments().unwrap();
    for (index, method) in payments.capabilities().methods.iter().enumerate() {
        let request = payment(&format!("A{index}"), ASKED).with_method(*method);
        let opened = accepted(payments.create_payment(&request).await.unwrap());
        assert_eq!(opened.method, Some(*method));
        match (method, opened.next[0].clone()) {
            (PaymentMethod::BankTransfer, NextAction::Transfer(transfer)) => {
                assert_eq!(transfer.amount, Some(ASKED));
                assert!(transfer.vietqr.unwrap().contains(&transfer.memo.unwrap()));
                assert!(matches!(opened.next[1..], [NextAction::Redirect { .. }]));
            }
            (PaymentMethod::VirtualAccount, NextAction::Transfer(transfer)) => {
                assert_eq!(transfer.memo, None);
                world.gateway.credit(transfer.account.number, ASKED).unwrap();
                assert!(world.payment(&format!("A{index}")).await.settles(ASKED));
            }
            (PaymentMethod::InternetBanking, NextAction::PostForm(form)) => {
                assert!(form.fields.contains(&("amount".to_owned(), "50000".to_owned())));
            }
            (_, NextAction::Redirect { url }) => assert!(url.contains("/pay/pay_"), "{url}"),
            (method, next) => panic!("{method:?} leads to {next:?}"),
        }
    }
}

async fn a_transfer_is_found_by_the_code_in_its_memo(world: World) {
    let payments = world.provider.payments().unwrap();
    let request = payment("A1", ASKED).with_method(PaymentMethod::BankTransfer);
    let opened = accepted(payments.create_payment(&request).await.unwrap());
    let NextAction::Transfer(transfer) = opened.next[0].clone() else { panic!() };
    let memo = format!("FT123.{}.cam on", transfer.memo.unwrap().to_lowercase());
    world.gateway.deposit(ASKED, &memo).unwrap();
    let found = world.payment("A1").await;
    assert!(found.settles(ASKED));
    assert_eq!(found.credits[0].memo.as_deref(), Some(memo.as_str()));
    assert!(found.credits[0].code.is_some());
}

async fn a_transfer_without_a_code_belongs_to_nobody(world: World) {
    world.opened("A1").await;
    let booking = world.gateway.deposit(ASKED, "cam on").unwrap();
    assert_eq!((booking.kind, booking.order), (BookingKind::UnmatchedCredit, None));
    assert_eq!(world.payment("A1").await.received, Some(Money::vnd(0)));
    assert_eq!(world.vnd(), Money::vnd(100_050_000));
}

async fn dollars_have_cents(world: World) {
    let asked = Money::from_minor(12_34, Currency::USD);
    let payments = world.provider.payments().unwrap();
    accepted(payments.create_payment(&payment("A1", asked)).await.unwrap());
    world.gateway.pay("A1", asked).unwrap();
    assert!(world.payment("A1").await.settles(asked));
    assert!(world.gateway.pay("A1", Money::vnd(1_234)).is_err(), "đồng for dollars");
}

async fn a_refund_gives_back_what_is_left_and_no_more(world: World) {
    world.opened("A1").await;
    world.gateway.pay("A1", ASKED).unwrap();
    let payments = world.provider.payments().unwrap();
    let order = OrderRef::new("A1").unwrap();
    let refund = |name: &str| RefundPayment::new(RefundRef::new(name).unwrap(), order.clone());

    let part = refund("R1").with_amount(Money::vnd(20_000)).unwrap();
    let part = accepted(payments.refund_payment(&part).await.unwrap());
    assert_eq!((part.amount, part.state), (Money::vnd(20_000), RefundState::Done));

    let too_much = refund("R2").with_amount(Money::vnd(30_001)).unwrap();
    let refused = declined(payments.refund_payment(&too_much).await.unwrap());
    assert_eq!((refused.reason, refused.is_confirmed()), (DeclineReason::Limit, true));

    let rest = accepted(payments.refund_payment(&refund("R3")).await.unwrap());
    assert_eq!(rest.amount, Money::vnd(30_000));
    assert_eq!(world.payment("A1").await.state, PaymentState::Refunded);
    assert_eq!(world.vnd(), Money::vnd(100_000_000));
}

async fn the_same_refund_twice_is_one_booking(world: World) {
    world.opened("A1").await;
    world.gateway.pay("A1", ASKED).unwrap();
    let request = RefundPayment::new(RefundRef::new("R1").unwrap(), OrderRef::new("A1").unwrap());
    let payments = world.provider.payments().unwrap();
    let first = accepted(payments.refund_payment(&request).await.unwrap());
    let second = accepted(payments.refund_payment(&request).await.unwrap());
    assert_eq!(first.gateway_ref, second.gateway_ref);
    let refunds = world.gateway.bookings().into_iter().filter(|b| b.kind == BookingKind::Refund);
    assert_eq!(refunds.count(), 1);
}

async fn a_buyer_who_acts_or_fails_is_seen(world: World) {
    world.opened("A1").await;
    world.gateway.process("A1").unwrap();
    assert_eq!(world.payment("A1").await.state, PaymentState::Processing);
    world.gateway.fail("A1").unwrap();
    assert_eq!(world.payment("A1").await.state, PaymentState::Failed);
    assert!(world.gateway.process("A1").is_err());
}

async fn what_cannot_be_honoured_is_refused_before_anything_is_sent(world: World) {
    let payments = world.provider.payments().unwrap();
    let fine = || payment("A1", ASKED);
    let past = Timestamp::from_unix(NOW);
    for (field, request) in [
        ("amount", payment("A1", Money::vnd(999))),
        ("amount", payment("A1", Money::vnd(500_000_001))),
        ("amount", payment("A1", Money::from_minor(5_000, Currency::EUR))),
        ("order", payment("A/1", ASKED)),
        ("order", payment(&"A".repeat(65), ASKED)),
        ("description", fine().with_description("x".repeat(201))),
        ("expires_at", fine().with_expiry(past)),
    ] {
        let error = payments.create_payment(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some(field)));
    }
    let order = OrderRef::new("..").unwrap();
    assert_eq!(payments.find_payment(&order).await.unwrap_err().field(), Some("order"));
    assert_eq!(payments.cancel_payment(&order).await.unwrap_err().field(), Some("order"));
    assert!(world.gateway.requests().is_empty());
}
