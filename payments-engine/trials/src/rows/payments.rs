//! Payments that are opened and refunded through the journal.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    ErrorKind, Lookup, OrderRef, PaymentProvider, ProviderId, RefundRef, Result, Submission,
    money::Money,
    payment::{CreatePayment, Refund, RefundPayment},
};
use payments_engine::{RoutedOpening, Seeded};
use provider_mock::{
    Operation, Scripted, Settings,
    simulator::{MockSimulator, SimulatorSettings},
};

use super::{Finding, ensure};
use crate::world::{MAIN, World, provider_of, requested};

fn order() -> OrderRef {
    OrderRef::new("A-1").unwrap()
}

fn payment() -> CreatePayment {
    CreatePayment::new(order(), Money::vnd(50_000)).unwrap()
}

fn opened(world: &World) -> usize {
    world.gateway().carried_out(Operation::CreatePayment, "A-1")
}

pub(super) async fn an_uncertain_opening_is_not_opened_again(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let payments = engine.payments(MAIN).unwrap();
    world.gateway().next_payment(Scripted::lost_after_booking()).unwrap();
    for _ in 0..2 {
        let outcome = payments.create_payment(&payment()).await;
        ensure!(matches!(outcome, Ok(Submission::Uncertain(_))), "{outcome:?}");
    }
    let requested = requested(&world, Operation::CreatePayment);
    ensure!(requested == 1, "it was sent {requested} times");
    let found = payments.find_payment(&order()).await.unwrap();
    ensure!(matches!(found, Lookup::Found(_)), "the inquiry finds {found:?}");
    ensure!(opened(&world) == 1, "it was opened {} times", opened(&world));
    Ok(())
}

pub(super) async fn an_order_that_is_opened_twice_at_once_is_opened_once(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let payments = engine.payments(MAIN).unwrap();
    let request = payment();
    let both = futures_util::future::join_all([0; 16].map(|_| payments.create_payment(&request)));
    for outcome in both.await {
        ensure!(matches!(outcome, Ok(Submission::Accepted(_))), "{outcome:?}");
    }
    ensure!(opened(&world) == 1, "it was opened {} times", opened(&world));
    let other = CreatePayment::new(order(), Money::vnd(60_000)).unwrap();
    let conflict = payments.create_payment(&other).await.unwrap_err();
    ensure!(conflict.kind() == ErrorKind::Conflict, "{conflict}");
    Ok(())
}

pub(super) async fn a_routed_order_is_opened_by_one_provider(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let settings = Settings::test().with_api_key("TEST-ONLY-other").with_webhook_secret("other");
    let other = SimulatorSettings::test().with_gateway(settings.clone());
    let other = MockSimulator::start(other).await.unwrap();
    let provider = provider_of("other", &settings, &other.url(), Arc::new(world.clock.clone()));
    let builder = world.builder().with_provider(provider).with_seeded(seeded);
    let engine = builder.start().await.unwrap();
    other.gateway().next_payment(Scripted::lost_after_booking()).unwrap();
    for (asked, name) in [("other", "the first asked"), (MAIN, "another one")] {
        let id = ProviderId::new(asked).unwrap();
        let opened = engine.open_payment_unless_elsewhere(&id, &payment()).await.unwrap();
        let is_right = match &opened {
            RoutedOpening::Here(submission) => asked == "other" && submission.is_uncertain(),
            RoutedOpening::Elsewhere(elsewhere) => asked == MAIN && elsewhere.as_str() == "other",
        };
        ensure!(is_right, "{name}: {opened:?}");
    }
    let requested = requested(&world, Operation::CreatePayment);
    ensure!(requested == 0, "the other gateway was asked {requested} times");
    Ok(())
}

pub(super) async fn an_open_payment_is_asked_about_until_it_is_paid(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let _ = engine.payments(MAIN).unwrap().create_payment(&payment()).await.unwrap();
    let received = async || engine.payment(&order()).await.unwrap().unwrap().received();
    world.gateway().pay("A-1", Money::vnd(50_000)).unwrap();
    ensure!(received().await == Some(Money::vnd(0)), "the notification was not sent");
    world.advance(&engine, Duration::from_secs(121)).await;
    ensure!(received().await == Some(Money::vnd(50_000)), "a lost notification stays unknown");
    let asked = requested(&world, Operation::FindPayment);
    world.advance(&engine, Duration::from_secs(7 * 24 * 3_600)).await;
    let again = requested(&world, Operation::FindPayment) - asked;
    ensure!(again == 0, "a paid order is asked about {again} times");
    Ok(())
}

async fn refund(
    payments: &Arc<dyn PaymentProvider>,
    name: &str,
    amount: i64,
) -> Result<Submission<Refund>> {
    let request =
        RefundPayment::new(RefundRef::new(name)?, order()).with_amount(Money::vnd(amount))?;
    payments.refund_payment(&request).await
}

pub(super) async fn refunds_never_exceed_what_was_received(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let payments = engine.payments(MAIN).unwrap();
    let _ = payments.create_payment(&payment()).await.unwrap();
    world.gateway().pay("A-1", Money::vnd(50_000)).unwrap();
    let first = refund(&payments, "R-1", 30_000).await;
    ensure!(matches!(first, Ok(Submission::Accepted(_))), "{first:?}");
    // The gateway itself would also refuse more, but only after it was called.
    let second = refund(&payments, "R-2", 30_000).await;
    ensure!(second.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict), "{second:?}");
    let requested = requested(&world, Operation::RefundPayment);
    ensure!(requested == 1, "the gateway was asked {requested} times");
    let third = refund(&payments, "R-3", 20_000).await;
    ensure!(matches!(third, Ok(Submission::Accepted(_))), "{third:?}");
    Ok(())
}
