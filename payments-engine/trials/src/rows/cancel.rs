//! Payments that are cancelled through the journal.

use std::time::Duration;

use payments_core::{
    ErrorKind, OrderRef, ProviderId, RefundRef, Submission,
    money::Money,
    payment::{CreatePayment, RefundPayment},
};
use payments_engine::{Seeded, SendingState};
use provider_mock::{Operation, Scripted, When};

use super::{Finding, ensure};
use crate::world::{MAIN, World, requested};

fn order() -> OrderRef {
    OrderRef::new("A-1").unwrap()
}

fn payment() -> CreatePayment {
    CreatePayment::new(order(), Money::vnd(50_000)).unwrap()
}

const SILENT: Scripted = Scripted::Page { status: 502, when: When::BeforeBooking };

pub(super) async fn an_uncertain_opening_is_asked_about_before_it_is_cancelled(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let payments = engine.payments(MAIN).unwrap();
    world.gateway().next_payment(Scripted::lost_after_booking()).unwrap();
    let _ = payments.create_payment(&payment()).await.unwrap();
    world.gateway().script(Operation::FindPayment, SILENT).unwrap();
    let cancelled = payments.cancel_payment(&order()).await;
    ensure!(cancelled.is_err(), "it is not known whether it was opened: {cancelled:?}");
    let sent = requested(&world, Operation::CancelPayment);
    ensure!(sent == 0, "the cancellation was sent {sent} times");
    let cancelled = payments.cancel_payment(&order()).await;
    ensure!(matches!(cancelled, Ok(Submission::Accepted(_))), "{cancelled:?}");
    Ok(())
}

pub(super) async fn an_uncertain_opening_is_asked_about_before_it_is_refunded(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let payments = engine.payments(MAIN).unwrap();
    world.gateway().next_payment(Scripted::lost_after_booking()).unwrap();
    let _ = payments.create_payment(&payment()).await.unwrap();
    world.gateway().pay("A-1", Money::vnd(50_000)).unwrap();
    let request = RefundPayment::new(RefundRef::new("R-1").unwrap(), order());
    world.gateway().script(Operation::FindPayment, SILENT).unwrap();
    let refunded = payments.refund_payment(&request).await;
    ensure!(refunded.is_err(), "{refunded:?}");
    let refunded = payments.refund_payment(&request).await;
    ensure!(matches!(refunded, Ok(Submission::Accepted(_))), "{refunded:?}");
    let sent = requested(&world, Operation::RefundPayment);
    ensure!(sent == 1, "the refund was sent {sent} times");
    Ok(())
}

pub(super) async fn a_cancellation_that_got_lost_is_asked_about(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let payments = engine.payments(MAIN).unwrap();
    let _ = payments.create_payment(&payment()).await.unwrap();
    world.gateway().script(Operation::CancelPayment, Scripted::lost_after_booking()).unwrap();
    let lost = payments.cancel_payment(&order()).await;
    ensure!(matches!(lost, Ok(Submission::Uncertain(_))), "{lost:?}");
    let again = payments.cancel_payment(&order()).await;
    ensure!(matches!(again, Ok(Submission::Accepted(_))), "{again:?}");
    let sent = requested(&world, Operation::CancelPayment);
    ensure!(sent == 1, "it was cancelled {sent} times");
    Ok(())
}

pub(super) async fn a_cancellation_that_never_arrived_may_be_asked_for_again(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let payments = engine.payments(MAIN).unwrap();
    let _ = payments.create_payment(&payment()).await.unwrap();
    world.gateway().script(Operation::CancelPayment, Scripted::lost_before_booking()).unwrap();
    for _ in 0..2 {
        let lost = payments.cancel_payment(&order()).await;
        ensure!(matches!(lost, Ok(Submission::Uncertain(_))), "{lost:?}");
    }
    let sent = requested(&world, Operation::CancelPayment);
    ensure!(sent == 1, "it was sent {sent} times while the first could arrive");
    world.advance(&engine, Duration::from_secs(331)).await;
    let record = engine.payment(&order()).await.unwrap().unwrap();
    let main = ProviderId::new(MAIN).unwrap();
    let state = record.cancellation(&main).map(|known| known.sending.state);
    ensure!(state == Some(SendingState::NotSent), "{state:?}");
    let again = payments.cancel_payment(&order()).await;
    ensure!(matches!(again, Ok(Submission::Accepted(_))), "{again:?}");

    // It was paid before it was cancelled: the gateway refuses, and reports the payment.
    let other = CreatePayment::new(OrderRef::new("A-2").unwrap(), Money::vnd(50_000)).unwrap();
    let _ = payments.create_payment(&other).await.unwrap();
    world.gateway().pay("A-2", Money::vnd(50_000)).unwrap();
    let refused = payments.cancel_payment(&other.order).await;
    let is_cancelled = matches!(refused, Ok(Submission::Accepted(_)));
    let is_kind = refused.as_ref().err().is_none_or(|error| error.kind() != ErrorKind::Unavailable);
    ensure!(!is_cancelled && is_kind, "{refused:?}");
    Ok(())
}
