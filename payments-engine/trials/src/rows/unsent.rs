//! Instructions about payments whose process ended after their record and before their permit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::{BoxFuture, join_all};
use http::Response;
use payments_core::{
    OrderRef, ProviderId, RefundRef, Submission,
    money::Money,
    payment::{CreatePayment, RefundPayment},
    virtual_account::OpenVirtualAccount,
};
use payments_engine::{Engine, Seeded};
use provider_kit::transport::{Call, HttpClient, Transport, TransportError};
use provider_mock::{Operation, Settings};

use super::{Finding, ensure};
use crate::world::{MAIN, PATIENCE, World, holds_within, http_client, provider_over, requested};

/// The seconds after which a call no longer sends what it recorded, by the default limits.
const CALL: u64 = 60 + 30;

/// A line on which no connection for an instruction is established while it is stalled.
struct Stalling {
    line: HttpClient,
    is_stalled: Arc<AtomicBool>,
}

#[async_trait]
impl Transport for Stalling {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        if call.departure().is_some() && self.is_stalled.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        self.line.send(call).await
    }

    fn departs(&self) -> bool {
        self.line.departs()
    }
}

fn order(name: &str) -> OrderRef {
    OrderRef::new(name).unwrap()
}

fn payment(name: &str) -> CreatePayment {
    CreatePayment::new(order(name), Money::vnd(50_000)).unwrap()
}

fn account(name: &str) -> OpenVirtualAccount {
    let request = OpenVirtualAccount::new(order(name), "CONG TY A").unwrap();
    request.with_amount(Money::vnd(50_000)).unwrap()
}

fn refund(name: &str) -> RefundPayment {
    RefundPayment::new(RefundRef::new(name).unwrap(), order("A-1"))
}

/// The states of the refund, the opening, the cancellation, the opening of an account and its
/// change.
async fn states(engine: &Engine) -> Option<[String; 5]> {
    let main = ProviderId::new(MAIN).unwrap();
    let refunded = engine.payment(&order("A-1")).await.unwrap()?;
    let opened = engine.payment(&order("A-2")).await.unwrap()?;
    let cancelled = engine.payment(&order("A-3")).await.unwrap()?;
    let account = engine.virtual_account(&main, &order("V-1")).await.unwrap()?;
    let changed = engine.virtual_account(&main, &order("V-2")).await.unwrap()?;
    Some([
        format!("{:?}", refunded.refund(&RefundRef::new("R-1").unwrap())?.state),
        format!("{:?}", opened.openings.first()?.state),
        format!("{:?}", cancelled.cancellation(&main)?.sending.state),
        format!("{:?}", account.opening?.state),
        format!("{:?}", changed.change?.sending.state),
    ])
}

/// Records one instruction of each kind, and ends the process before their permits.
async fn ended_before_the_permits(world: &World, seeded: Option<Seeded>) {
    let is_stalled = Arc::new(AtomicBool::new(false));
    let line = Stalling { line: http_client(), is_stalled: Arc::clone(&is_stalled) };
    let (url, clock) = (world.simulator.url(), Arc::new(world.clock.clone()));
    let provider = provider_over(Arc::new(line), MAIN, &Settings::test(), &url, clock);
    let engine = world.builder_of(provider).with_seeded(seeded).start().await.unwrap();
    let payments = engine.payments(MAIN).unwrap();
    let accounts = engine.virtual_accounts(MAIN).unwrap();
    for name in ["A-1", "A-3"] {
        let _ = payments.create_payment(&payment(name)).await.unwrap();
    }
    world.gateway().pay("A-1", Money::vnd(50_000)).unwrap();
    let _ = payments.find_payment(&order("A-1")).await.unwrap();
    let opened = accounts.open(&account("V-2")).await.unwrap().accepted().unwrap().reference();

    is_stalled.store(true, Ordering::SeqCst);
    let calls: [BoxFuture<'_, ()>; 5] = [
        Box::pin(async { drop(payments.refund_payment(&refund("R-1")).await) }),
        Box::pin(async { drop(payments.create_payment(&payment("A-2")).await) }),
        Box::pin(async { drop(payments.cancel_payment(&order("A-3")).await) }),
        Box::pin(async { drop(accounts.open(&account("V-1")).await) }),
        Box::pin(async { drop(accounts.close(&opened).await) }),
    ];
    let all_recorded = holds_within(PATIENCE, async || {
        states(&engine).await.is_some_and(|states| states == ["Asked"; 5])
    });
    tokio::select! {
        recorded = all_recorded => assert!(recorded, "{:?}", states(&engine).await),
        _ = join_all(calls) => unreachable!("the calls wait for a connection"),
    }
    drop((payments, accounts));
    engine.kill().await;
}

pub(super) async fn what_was_not_sent_before_its_process_ended_is_closed(
    seeded: Option<Seeded>,
) -> Finding {
    let world = World::start().await;
    ended_before_the_permits(&world, seeded).await;
    let engine = world.engine(seeded).await;
    world.advance(&engine, Duration::from_secs(CALL - 1)).await;
    let early = states(&engine).await.unwrap();
    ensure!(early == ["Asked"; 5], "{early:?} while their callers could still send");
    world.advance(&engine, Duration::from_secs(10)).await;
    let closed = states(&engine).await.unwrap();
    ensure!(closed == ["NotSent"; 5], "{closed:?} after the time of their calls");
    let sent = requested(&world, Operation::RefundPayment);
    ensure!(sent == 0, "the refund was sent {sent} times");
    let cases = engine.cases().await.unwrap();
    ensure!(cases.is_empty(), "{cases:?}");
    // The whole amount may be given back under another name.
    let again = engine.payments(MAIN).unwrap().refund_payment(&refund("R-2")).await;
    ensure!(matches!(again, Ok(Submission::Accepted(_))), "{again:?}");
    Ok(())
}
