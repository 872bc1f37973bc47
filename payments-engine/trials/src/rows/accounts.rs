//! Virtual accounts that are opened and changed through the journal.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    ErrorKind, OrderRef, ProviderId, Submission, VirtualAccountProvider,
    money::Money,
    notification::Delivery,
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, Uses, VirtualAccount, VirtualAccountState,
    },
};
use payments_engine::{AccountRecord, CaseKind, Engine, PaymentRecord, Seeded, SendingState};
use provider_mock::{Operation, Scripted};

use super::{Finding, ensure};
use crate::deliveries::SIGNED;
use crate::world::{MAIN, World, requested};

fn order() -> OrderRef {
    OrderRef::new("A-1").unwrap()
}

fn account() -> OpenVirtualAccount {
    let request = OpenVirtualAccount::new(order(), "CONG TY A").unwrap();
    request.with_amount(Money::vnd(50_000)).unwrap()
}

fn accounts(engine: &Engine) -> Arc<dyn VirtualAccountProvider> {
    engine.virtual_accounts(MAIN).unwrap()
}

async fn opened(engine: &Engine) -> VirtualAccount {
    let opened = accounts(engine).open(&account()).await.unwrap();
    opened.accepted().unwrap()
}

/// Returns the record of the order, and checks that it equals the fold of its history.
async fn payment(engine: &Engine) -> PaymentRecord {
    let record = engine.payment(&order()).await.unwrap().unwrap();
    let history = engine.payment_history(&order()).await.unwrap();
    let folded = history.iter().fold(None, PaymentRecord::after).unwrap();
    let json = |record: &PaymentRecord| serde_json::to_value(record).unwrap();
    assert_eq!(json(&folded), json(&record), "the fold of {history:#?}");
    record
}

async fn record(engine: &Engine) -> AccountRecord {
    payment(engine).await;
    let main = ProviderId::new(MAIN).unwrap();
    engine.virtual_account(&main, &order()).await.unwrap().unwrap()
}

pub(super) async fn an_account_whose_opening_got_lost_is_not_opened_again(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    world.gateway().next_virtual_account(Scripted::lost_after_booking()).unwrap();
    let first = accounts(&engine).open(&account()).await;
    ensure!(matches!(first, Ok(Submission::Uncertain(_))), "{first:?}");
    let again = accounts(&engine).open(&account()).await;
    ensure!(matches!(again, Ok(Submission::Accepted(_))), "{again:?}");
    let requested = requested(&world, Operation::OpenVirtualAccount);
    ensure!(requested == 1, "it was opened {requested} times");
    let other = account().with_amount(Money::vnd(60_000)).unwrap();
    let conflict = accounts(&engine).open(&other).await.unwrap_err();
    ensure!(conflict.kind() == ErrorKind::Conflict, "{conflict}");
    ensure!(record(&engine).await.state() == Some(VirtualAccountState::Open), "it is not open");
    Ok(())
}

pub(super) async fn an_account_that_is_opened_twice_at_once_is_opened_once(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let (accounts, request) = (accounts(&engine), account());
    let all = futures_util::future::join_all([0; 16].map(|_| accounts.open(&request)));
    for outcome in all.await {
        ensure!(matches!(outcome, Ok(Submission::Accepted(_))), "{outcome:?}");
    }
    let requested = requested(&world, Operation::OpenVirtualAccount);
    ensure!(requested == 1, "it was opened {requested} times");
    Ok(())
}

pub(super) async fn what_arrives_on_an_account_counts_once(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let opened = opened(&engine).await;
    let number = opened.numbers[0].number.as_str();
    world.gateway().credit(number, Money::vnd(20_000)).unwrap();
    let lost = world.gateway().take_notifications();
    ensure!(!lost.is_empty(), "the gateway reports no credit");
    world.advance(&engine, Duration::from_secs(121)).await;
    let received = payment(&engine).await.received();
    ensure!(received == Some(Money::vnd(20_000)), "without a notification it has {received:?}");
    for request in &lost {
        let _ = engine.accept(MAIN, SIGNED, &Delivery::of(request)).await;
    }
    let _ = accounts(&engine).credits(&opened.reference()).await.unwrap();
    world.advance(&engine, Duration::from_secs(121)).await;
    let received = payment(&engine).await.received();
    ensure!(received == Some(Money::vnd(20_000)), "reported three times it has {received:?}");
    world.gateway().credit(number, Money::vnd(30_000)).unwrap();
    world.advance(&engine, Duration::from_secs(121)).await;
    ensure!(payment(&engine).await.may_ship(), "it is paid in two parts, and not settled");
    let asked = requested(&world, Operation::Credits);
    world.advance(&engine, Duration::from_secs(86_400)).await;
    let again = requested(&world, Operation::Credits) - asked;
    ensure!(again == 0, "a paid account is asked about {again} times");
    Ok(())
}

/// The account's callback, the inquiry about its credits and the statement report one transfer in
/// every order, and it counts once; two equal real transfers count twice.
pub(super) async fn one_transfer_over_every_order_of_sources_counts_once(
    seeded: Option<Seeded>,
) -> Finding {
    const EVERY: Duration = Duration::from_secs(900);
    for order_of_sources in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let world = World::start().await;
        let builder = world.builder().with_seeded(seeded).with_statements_every(EVERY);
        let engine = builder.start().await.unwrap();
        engine.tick().await.unwrap();
        let opened = opened(&engine).await;
        let number = opened.numbers[0].number.as_str();
        for transfers in 1..=2 {
            world.gateway().credit(number, Money::vnd(20_000)).unwrap();
            let callbacks = world.gateway().take_notifications();
            for source in order_of_sources {
                match source {
                    0 => {
                        for request in &callbacks {
                            let _ = engine.accept(MAIN, SIGNED, &Delivery::of(request)).await;
                        }
                        // The gateway has its own clock, so the callback has to be confirmed.
                        engine.tick().await.unwrap();
                    }
                    1 => drop(accounts(&engine).credits(&opened.reference()).await.unwrap()),
                    _ => world.advance(&engine, EVERY).await,
                }
                let received = payment(&engine).await.received();
                let expected = Some(Money::vnd(20_000 * transfers));
                ensure!(received == expected, "{order_of_sources:?}, {source}: {received:?}");
            }
        }
        let cases = engine.cases().await.unwrap();
        ensure!(cases.is_empty(), "{order_of_sources:?}: {cases:?}");
    }
    Ok(())
}

pub(super) async fn a_change_that_got_lost_is_asked_about(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    let reference = opened(&engine).await.reference();
    let accounts = accounts(&engine);
    world.gateway().script(Operation::CloseVirtualAccount, Scripted::lost_after_booking()).unwrap();
    let closed = accounts.close(&reference).await;
    ensure!(matches!(closed, Ok(Submission::Uncertain(_))), "{closed:?}");
    world.advance(&engine, Duration::from_secs(6)).await;
    let account = record(&engine).await;
    ensure!(account.state() == Some(VirtualAccountState::Closed), "{account:?}");
    let change = account.change.unwrap();
    ensure!(change.sending.state == SendingState::Done, "{change:?}");
    let requests = requested(&world, Operation::CloseVirtualAccount);
    ensure!(requests == 1, "it was closed {requests} times");

    // A change that the gateway never received ends once it can no longer arrive.
    world
        .gateway()
        .script(Operation::ReopenVirtualAccount, Scripted::lost_before_booking())
        .unwrap();
    let reopened = accounts.reopen(&reference, None).await;
    ensure!(matches!(reopened, Ok(Submission::Uncertain(_))), "{reopened:?}");
    let request = UpdateVirtualAccount::new(reference.clone(), "CONG TY B").unwrap();
    let other = accounts.update(&request).await;
    ensure!(other.as_ref().is_err_and(|error| error.kind() == ErrorKind::Conflict), "{other:?}");
    world.advance(&engine, Duration::from_secs(331)).await;
    let change = record(&engine).await.change.unwrap();
    ensure!(change.sending.state == SendingState::NotSent, "{change:?}");
    let renamed = accounts.update(&request).await;
    ensure!(matches!(renamed, Ok(Submission::Accepted(_))), "{renamed:?}");
    let reopened = accounts.reopen(&reference, None).await;
    ensure!(matches!(reopened, Ok(Submission::Accepted(_))), "{reopened:?}");
    ensure!(payment(&engine).await.cases.is_empty(), "there are cases");
    Ok(())
}

pub(super) async fn an_account_that_nobody_can_find_is_a_case(seeded: Option<Seeded>) -> Finding {
    let world = World::start().await;
    let engine = world.engine(seeded).await;
    world.gateway().next_virtual_account(Scripted::lost_before_booking()).unwrap();
    let lost = accounts(&engine).open(&account().with_uses(Uses::Many)).await;
    ensure!(matches!(lost, Ok(Submission::Uncertain(_))), "{lost:?}");
    for _ in 0..30 {
        world.advance(&engine, Duration::from_secs(3_600)).await;
    }
    let requests = requested(&world, Operation::OpenVirtualAccount);
    ensure!(requests == 1, "it was opened {requests} times");
    let cases = engine.cases().await.unwrap();
    let [(id, case, _)] = cases.as_slice() else { return Err(format!("{cases:?}")) };
    ensure!(case.kind == CaseKind::Unknown, "{case:?}");
    let decided = payments_engine::Decision::NeverArrived;
    let _ = engine.decide(id, decided, "anna", "asked by phone").await.unwrap();
    let again = accounts(&engine).open(&account()).await;
    ensure!(matches!(again, Ok(Submission::Accepted(_))), "{again:?}");
    Ok(())
}
