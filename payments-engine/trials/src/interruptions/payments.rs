//! Children that pay out and refund.
//!
//! Half of the payouts are handed over and half are waited for. The gateway is in the parent and
//! pays a repeated payout again; the refunds are of orders that were paid before the first child.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use futures_util::future::{join, join_all};
use payments_core::{
    Clock as _, ManualClock, OrderRef, RefundRef, Result, Submission, SystemClock, Timestamp,
    money::Money,
    payment::{CreatePayment, RefundPayment},
    rules::AbsenceRule,
};
use payments_engine::{
    Engine, HandedOver, Limits, RecordState, RefundRecord, RefundRecordState, Seeded,
};
use provider_mock::{Operation, PayoutStart, Scripted};
use tokio::runtime::Runtime;

use super::{Counts, Interruption, Kind, Row, Wrong, read_pairs, slow_line};
use crate::child::{ChildProcess, name_of, plan, say, seeded, store_at};
use crate::database::SILENCE;
use crate::random::Random;
use crate::world::{MAIN, World, create, payout, provider_at, reference, requested};

/// The kinds that are interrupted.
pub const KINDS: [Kind; 2] = [Kind::Payout, Kind::Refund];

/// The number of payouts that one child makes.
const PAYOUTS: usize = 12;

/// The number of orders whose money one child gives back, and the number of refunds of each.
const ORDERS: usize = 4;
const REFUNDS: usize = 3;

/// The number of lines that a child prints.
const LINES: u64 = 2 * (PAYOUTS + ORDERS * REFUNDS) as u64;

/// How long a request of a child is on its way to the gateway.
const ON_ITS_WAY: Duration = Duration::from_millis(40);

/// How long after its permit the child may write.
const SEND_WITHIN: Duration = Duration::from_secs(1);

/// The name of the test that is the child.
const CHILD: &str = "child";

/// Interrupts children until this many rounds count. The calling test binary must have an ignored
/// test `child`, which calls [`child`].
pub fn run(interruption: Interruption, rounds: usize, seeded: Option<Seeded>) -> Counts {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let random = std::cell::RefCell::new(Random::seeded(0x5EED));
    super::run(interruption, rounds, || {
        let world = runtime.block_on(World::with(PayoutStart::Succeeded, 0));
        runtime.block_on(open_orders(&world));
        let url = runtime.block_on(slow_line::start(&world.simulator.url(), ON_ITS_WAY));
        Batch { runtime: &runtime, world, url, seeded, reported: BTreeMap::new(), random: &random }
    })
}

/// Returns the name of an order that can be refunded.
fn order(number: usize) -> OrderRef {
    OrderRef::new(format!("A-{number}")).unwrap()
}

/// Opens the orders, and lets them be paid.
async fn open_orders(world: &World) {
    let engine = Engine::builder()
        .with_store(store_at(&world.place()))
        .with_provider(provider_at(&world.simulator.url(), Arc::new(SystemClock)))
        .without_background()
        .start()
        .await
        .unwrap();
    let payments = engine.payments(MAIN).unwrap();
    for number in 0..ORDERS {
        let (order, amount) = (order(number), Money::vnd(10_000_000));
        let request = CreatePayment::new(order.clone(), amount).unwrap();
        let opened = payments.create_payment(&request).await.unwrap();
        assert!(opened.accepted().is_ok(), "the gateway opens the order");
        world.gateway().pay(&order, amount).unwrap();
        let _ = payments.find_payment(&order).await.unwrap();
    }
    engine.stop().await;
}

/// The last message of a child about a payout or a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reported {
    Asked,
    HandedOver,
    Accepted,
    NotAccepted,
    Refused,
}

struct Batch<'a> {
    runtime: &'a Runtime,
    world: World,
    /// The gateway's URL for the children.
    url: String,
    seeded: Option<Seeded>,
    reported: BTreeMap<String, Reported>,
    random: &'a std::cell::RefCell<Random>,
}

/// Returns whether a name is that of a payout or of a refund.
fn kind(name: &str) -> Kind {
    if name.contains("-A-") { Kind::Refund } else { Kind::Payout }
}

/// Returns how often the gateway carried out a payout or refund.
fn carried_out(world: &World, name: &str) -> usize {
    let operation = match kind(name) {
        Kind::Refund => Operation::RefundPayment,
        _ => Operation::CreatePayout,
    };
    world.gateway().carried_out(operation, name)
}

/// Returns the payouts and refunds of a round that the gateway has carried out.
fn at_gateway(world: &World, round: usize) -> BTreeSet<String> {
    let refunds = (0..ORDERS)
        .flat_map(|number| (0..REFUNDS).map(move |again| refund_name(round, number, again)));
    let names = (0..PAYOUTS).map(|number| format!("R{round}-{number}")).chain(refunds);
    names.filter(|name| carried_out(world, name) > 0).collect()
}

impl super::Batch for Batch<'_> {
    fn round(&mut self, interruption: Interruption, round: usize) -> Vec<(Kind, Row)> {
        let mut random = self.random.borrow_mut();
        let mut delay = |operation| {
            let delay = Scripted::delay(Duration::from_millis(random.below(40)));
            self.world.gateway().script(operation, delay).unwrap();
        };
        (0..PAYOUTS).for_each(|_| delay(Operation::CreatePayout));
        (0..ORDERS * REFUNDS).for_each(|_| delay(Operation::RefundPayment));
        let plan = [&*self.world.place(), &*self.url, &round.to_string(), &name_of(self.seeded)];
        let mut process = ChildProcess::start(CHILD, &plan);
        let reported = &mut self.reported;
        let mut hear = |line: &str| note(reported, line);
        assert!(process.hear_until("begins", &mut hear), "the child begins");
        process.hear(random.below(LINES), &mut hear);
        sleep(Duration::from_micros(random.below(10_000)));
        let at_gateway = at_gateway(&self.world, round);
        match interruption {
            Interruption::Killed => {
                process.kill(hear);
                self.rows(round, &at_gateway)
            }
            Interruption::Stopped => {
                process.stop();
                process.hear_until_silent(|line| note(&mut self.reported, line));
                let rows = self.rows(round, &at_gateway);
                sleep(SEND_WITHIN + Duration::from_millis(200));
                process.resume();
                process.finish(|line| note(&mut self.reported, line));
                rows
            }
        }
    }

    /// Compares the records with the gateway's ledger.
    fn settle(self, counts: &mut Counts) {
        if self.world.database.is_some() {
            // The other engines treat a killed one as running until it was silent for this long.
            sleep(SILENCE + Duration::from_millis(200));
        }
        self.runtime.block_on(async {
            let clock = ManualClock::at(Timestamp::from_unix(SystemClock.now().unix_seconds()));
            let limits = Limits::default()
                .with_send_within(SEND_WITHIN)
                .with_ask_for(Duration::from_secs(600))
                .with_absence(AbsenceRule::After(Duration::ZERO));
            let builder = Engine::builder()
                .with_store(store_at(&self.world.place()))
                .with_provider(provider_at(&self.world.simulator.url(), Arc::new(clock.clone())))
                .with_clock(Arc::new(clock.clone()))
                .with_limits(MAIN, limits)
                .without_background();
            let engine = builder.with_seeded(self.seeded).start().await.unwrap();
            for _ in 0..10 {
                engine.tick().await.unwrap();
                clock.advance(Duration::from_secs(120));
            }
            self.check(&engine, counts).await;
            engine.stop().await;
        });
    }
}

impl Batch<'_> {
    /// Returns where the payouts and refunds of a round were interrupted.
    fn rows(&self, round: usize, at_gateway: &BTreeSet<String>) -> Vec<(Kind, Row)> {
        let place = self.world.place();
        let payouts = read_pairs(&place, "SELECT reference, state FROM payments_payout");
        let mut states: BTreeMap<_, _> = payouts.into_iter().collect();
        for (_, record) in read_pairs(&place, "SELECT reference, record FROM payments_payment") {
            let record: serde_json::Value = serde_json::from_str(&record).unwrap();
            for refund in record["refunds"].as_array().into_iter().flatten() {
                let text = |field: &str| refund[field].as_str().unwrap().to_owned();
                states.insert(text("refund"), text("state"));
            }
        }
        let prefix = format!("R{round}-");
        let unfinished = self.reported.iter().filter(|(name, reported)| {
            name.starts_with(&prefix) && matches!(reported, Reported::Asked | Reported::HandedOver)
        });
        let rows = unfinished.filter_map(|(name, _)| {
            let row = match states.get(name).map(String::as_str) {
                None => Row::BeforeTheRecord,
                Some("prepared" | "asked") => Row::AfterTheRecord,
                Some("submitting") if at_gateway.contains(name) => Row::AfterTheSend,
                Some("submitting") => Row::AfterThePermit,
                Some(_) => return None,
            };
            Some((kind(name), row))
        });
        rows.collect()
    }

    async fn check(&self, engine: &Engine, counts: &mut Counts) {
        let health = engine.health().await.unwrap();
        if health.forgotten > 0 || health.records.iter().any(|(state, _)| !state.is_final()) {
            counts.wrong.push((Wrong::NotAtRest, format!("{health:?}")));
        }
        counts.before_a_person += engine.cases().await.unwrap().len();
        let mut refunds = BTreeMap::new();
        for number in 0..ORDERS {
            let record = engine.payment(&order(number)).await.unwrap().unwrap();
            let has_case = record.open_cases().next().is_some();
            refunds.extend(
                record.refunds.into_iter().map(|one| (one.refund.to_string(), (one, has_case))),
            );
        }
        let mut sent = BTreeSet::new();
        for (name, reported) in &self.reported {
            let times = carried_out(&self.world, name);
            if times > 0 {
                sent.insert(name);
            }
            let (state, wrong) = match kind(name) {
                Kind::Refund => {
                    let refund = refunds.get(name);
                    (format!("{:?}", refund.map(|(one, _)| one.state)), wrong_refund(refund, times))
                }
                _ => {
                    let record = engine.payout(&reference(name)).await.unwrap();
                    let state = record.map(|record| record.state);
                    counts.concluded += usize::from(state == Some(RecordState::Failed));
                    (format!("{state:?}"), wrong_payout(*reported, state, times))
                }
            };
            let wrong = match reported {
                _ if times > 1 => Some(Wrong::Double),
                Reported::Accepted if times != 1 => Some(Wrong::Loss),
                Reported::Refused if times != 0 => Some(Wrong::FalseEnd),
                _ => wrong,
            };
            if let Some(wrong) = wrong {
                let said = format!("{name}: {reported:?}, {state}, carried out {times} times");
                counts.wrong.push((wrong, said));
            }
        }
        // The gateway carries out a refund once, however often it is requested.
        let is_refund = |name: &&&String| kind(name) == Kind::Refund;
        let (requests, carried_out) = (
            requested(&self.world, Operation::RefundPayment),
            sent.iter().filter(is_refund).count(),
        );
        if requests > carried_out {
            let said = format!("{requests} requests for {carried_out} refunds");
            counts.wrong.push((Wrong::Double, said));
        }
        counts.asked += self.reported.len();
        counts.done += sent.len();
    }
}

fn wrong_payout(reported: Reported, state: Option<RecordState>, times: usize) -> Option<Wrong> {
    match (reported, state) {
        (Reported::HandedOver, None) => Some(Wrong::Loss),
        (_, Some(RecordState::Succeeded)) if times != 1 => Some(Wrong::FalseEnd),
        (_, Some(RecordState::Failed | RecordState::NotSent)) if times != 0 => {
            Some(Wrong::FalseEnd)
        }
        (_, None) if times != 0 => Some(Wrong::Loss),
        _ => None,
    }
}

/// Checks a refund. An uncertain one has to be before a person.
fn wrong_refund(refund: Option<&(RefundRecord, bool)>, times: usize) -> Option<Wrong> {
    let Some((refund, has_case)) = refund else { return (times != 0).then_some(Wrong::Loss) };
    match refund.state {
        RefundRecordState::Done => (times != 1).then_some(Wrong::FalseEnd),
        RefundRecordState::Failed | RefundRecordState::NotSent => {
            (times != 0).then_some(Wrong::FalseEnd)
        }
        RefundRecordState::Uncertain => (times != 0 || !has_case).then_some(Wrong::NotAtRest),
        // A refund that is waited for and was never sent.
        RefundRecordState::Asked => (times != 0).then_some(Wrong::FalseEnd),
        _ => Some(Wrong::NotAtRest),
    }
}

fn note(reported: &mut BTreeMap<String, Reported>, line: &str) {
    let Some((what, name)) = line.split_once(' ') else { return };
    let what = match what {
        "asked" => Reported::Asked,
        "handed-over" => Reported::HandedOver,
        "accepted" => Reported::Accepted,
        "not-accepted" => Reported::NotAccepted,
        "refused" => Reported::Refused,
        _ => return,
    };
    reported.insert(name.to_owned(), what);
}

/// Runs the child: pays out and refunds, and reports what it does.
pub fn child() {
    let [place, url, round, mistake] = plan();
    let round = round.parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::builder()
            .with_store(store_at(&place))
            .with_provider(provider_at(&url, Arc::new(SystemClock)))
            .with_limits(MAIN, Limits::default().with_send_within(SEND_WITHIN))
            .with_interval(Duration::from_millis(10))
            .with_seeded(seeded(&mistake))
            .start()
            .await
            .unwrap();
        say("begins");
        let payouts = (0..PAYOUTS).map(|number| pay_out(&engine, round, number));
        let refunds = (0..ORDERS).map(|number| refund(&engine, round, number));
        join(join_all(payouts), join_all(refunds)).await;
        // Gives the engine time to send payouts that were handed over.
        tokio::time::sleep(Duration::from_millis(50)).await;
    });
}

fn refund_name(round: usize, order: usize, again: usize) -> String {
    format!("R{round}-A-{order}-{again}")
}

async fn pay_out(engine: &Engine, round: usize, number: usize) {
    let name = format!("R{round}-{number}");
    let request = payout(&name);
    // Not all at the same time, so that a kill finds them in different rows.
    tokio::time::sleep(Duration::from_millis(6 * number as u64)).await;
    say(&format!("asked {name}"));
    let outcome = if number.is_multiple_of(2) {
        match engine.submit(MAIN, &request).await {
            Ok(HandedOver::Recorded(_) | HandedOver::Failed(_)) => "handed-over",
            Ok(HandedOver::Unknown { .. }) => "not-accepted",
            Err(_) => "refused",
        }
    } else {
        outcome(&create(engine, &request).await)
    };
    say(&format!("{outcome} {name}"));
}

async fn refund(engine: &Engine, round: usize, number: usize) {
    let payments = engine.payments(MAIN).unwrap();
    tokio::time::sleep(Duration::from_millis(10 * number as u64)).await;
    for again in 0..REFUNDS {
        let name = refund_name(round, number, again);
        let request = RefundPayment::new(RefundRef::new(&*name).unwrap(), order(number));
        let request = request.with_amount(Money::vnd(1_000)).unwrap();
        say(&format!("asked {name}"));
        let outcome = outcome(&payments.refund_payment(&request).await);
        say(&format!("{outcome} {name}"));
    }
}

fn outcome<T>(outcome: &Result<Submission<T>>) -> &'static str {
    match outcome {
        Ok(Submission::Accepted(_)) => "accepted",
        Ok(_) => "not-accepted",
        Err(_) => "refused",
    }
}
