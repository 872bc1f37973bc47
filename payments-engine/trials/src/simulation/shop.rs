//! One random shop, with its actions and its faults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{
    ManualClock, OrderRef, Provider, RefundRef, Submission, Timestamp,
    config::PaymentsConfig,
    money::Money,
    notification::{Delivery, Outcome},
    payment::{CreatePayment, RefundPayment},
    registry::{Context, Registry},
    rules::{AbsenceRule, Repeat},
    transport::RetryPolicy,
};
use payments_engine::{Engine, Fault, HandedOver, RecordState, Seeded, Store};
use provider_mock::{MockGateway, Operation, PayoutOutcome, PayoutStart, Scripted, Settings, When};

use super::gateway::{Line, LineState};
use crate::deliveries::SIGNED;
use crate::random::Random;
use crate::world::{MAIN, payout_of, reference};

/// The amount of every order.
pub(super) const ASKED: i64 = 100_000;

const PAYOUTS: u64 = 4;
const ORDERS: u64 = 3;

/// The operations that can fail, each as often as it is listed.
const STRUCK: [Operation; 8] = [
    Operation::CreatePayout,
    Operation::CreatePayout,
    Operation::CreatePayment,
    Operation::RefundPayment,
    Operation::FindPayout,
    Operation::FindPayment,
    Operation::FindRefund,
    Operation::Entries,
];

/// The responses that the shop got about one instruction.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// It was acknowledged, so it will be sent or may have been.
    pub(super) promised: bool,
    /// It was accepted by the gateway.
    pub(super) accepted: bool,
    /// Its process ended during the call, or the call returned an unknown outcome.
    pub(super) unknown: bool,
}

/// A number of consecutive commits with a fault.
struct Strike {
    /// The number of commits before them.
    after: u64,
    times: u64,
    fault: Fault,
}

/// The commits with a fault, and what happened to them.
#[derive(Default)]
struct Strikes {
    next: Mutex<Option<Strike>>,
    has_ended: AtomicBool,
    unknown: AtomicBool,
}

/// A shop, its engine and its gateway.
pub(super) struct Shop {
    pub(super) seed: u64,
    pub(super) gateway: MockGateway,
    pub(super) payouts: BTreeMap<String, Told>,
    pub(super) orders: BTreeMap<String, Told>,
    pub(super) refunds: BTreeMap<String, (String, Told)>,
    pub(super) rows: BTreeSet<&'static str>,
    /// Whether this shop has no faults.
    pub(super) is_calm: bool,
    random: Random,
    clock: ManualClock,
    line: Arc<LineState>,
    provider: Provider,
    store: Store,
    strikes: Arc<Strikes>,
    /// Deliveries to which the gateway got no good reply yet.
    deliveries: Vec<Request<Bytes>>,
    seeded: Option<Seeded>,
    engine: Option<Engine>,
}

impl Shop {
    /// Opens the shop of a seed.
    pub(super) async fn open(seed: u64, seeded: Option<Seeded>) -> Self {
        let mut random = Random::seeded(seed);
        let clock = ManualClock::at(Timestamp::from_unix(1_731_742_061));
        let (absence, rule) = *random.one_of(&[
            ("never", AbsenceRule::Never),
            ("after-a-minute", AbsenceRule::After(Duration::from_secs(60))),
            ("a-minute-after-refusal", AbsenceRule::AfterRefusal(Duration::from_secs(60))),
        ]);
        let start = *random.one_of(&[PayoutStart::Pending, PayoutStart::Succeeded]);
        let settings = Settings::test()
            .with_clock(Arc::new(clock.clone()))
            .with_payout_repeat(Repeat::PaysAgain)
            .with_payment_repeat(Repeat::PaysAgain)
            .with_payout_absence(rule)
            .with_payout_start(start)
            .with_notify_url("https://shop.example/hooks/main/events");
        let gateway = MockGateway::new(settings).unwrap();
        let line = Arc::new(LineState::new(Random::seeded(!seed)));
        let departs = !random.once_in(4);
        let transport = Line { gateway: gateway.transport(), departs, state: Arc::clone(&line) };
        let provider = provider(absence, transport, &clock);
        let strikes = Arc::new(Strikes::default());
        let striking = Arc::clone(&strikes);
        let store = Store::memory().with_faults(move |_| striking.strike());
        let is_calm = random.once_in(8);
        let mut shop = Self {
            seed,
            gateway,
            payouts: BTreeMap::new(),
            orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            rows: BTreeSet::new(),
            is_calm,
            random,
            clock,
            line,
            provider,
            store,
            strikes,
            deliveries: Vec::new(),
            seeded,
            engine: None,
        };
        shop.start().await;
        shop
    }

    pub(super) fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    async fn start(&mut self) {
        let engine = Engine::builder()
            .with_store(self.store.clone())
            .with_provider(self.provider.clone())
            .with_clock(Arc::new(self.clock.clone()))
            .with_statements_every(Duration::from_secs(3_600))
            .with_seeded(self.seeded)
            .without_background()
            .simulated()
            .start()
            .await;
        self.engine = Some(engine.unwrap());
    }

    /// Takes random actions.
    pub(super) async fn trade(&mut self) {
        let steps = 12 + self.random.below(24);
        for _ in 0..steps {
            self.step().await;
            if self.strikes.unknown.swap(false, Ordering::SeqCst) {
                self.rows.insert("a commit that is not known");
            }
            if self.strikes.has_ended.load(Ordering::SeqCst) {
                self.start_again().await;
            }
        }
    }

    async fn step(&mut self) {
        let number = self.random.below(if self.is_calm { 16 } else { 23 });
        match number {
            0..=1 => self.hand_over().await,
            2..=3 => self.pay_out().await,
            4..=5 => self.open_order().await,
            6..=8 => self.pay_order(),
            9..=10 => self.deliver().await,
            11..=12 => self.refund().await,
            13 => self.settle_a_payout(),
            14..=15 => self.pass_time().await,
            16..=18 => self.trouble_the_gateway(),
            19..=21 => self.strike_a_commit(),
            _ => {
                self.engine.take().unwrap().stop().await;
                self.start().await;
            }
        }
    }

    fn a_payout(&mut self) -> (String, i64) {
        let number = self.random.below(PAYOUTS);
        (format!("P-{number}"), 50_000 + i64::try_from(number).unwrap())
    }

    async fn hand_over(&mut self) {
        let (name, amount) = self.a_payout();
        let handed_over = self.engine().submit(MAIN, &payout_of(&name, amount)).await;
        let has_ended = self.has_ended();
        let told = self.payouts.entry(name).or_default();
        match handed_over {
            _ if has_ended => told.unknown = true,
            Ok(HandedOver::Recorded(_)) => told.promised = true,
            Ok(HandedOver::Unknown { .. }) => told.unknown = true,
            Err(_) => {}
        }
    }

    async fn pay_out(&mut self) {
        let (name, amount) = self.a_payout();
        let payouts = self.engine().payouts(MAIN).unwrap();
        let outcome = payouts.create_payout(&payout_of(&name, amount)).await;
        drop(payouts);
        let has_ended = self.has_ended();
        self.payouts.entry(name).or_default().hear(&outcome, has_ended);
    }

    async fn open_order(&mut self) {
        let name = format!("A-{}", self.random.below(ORDERS));
        let request = CreatePayment::new(OrderRef::new(&*name).unwrap(), Money::vnd(ASKED));
        let payments = self.engine().payments(MAIN).unwrap();
        let outcome = payments.create_payment(&request.unwrap()).await;
        drop(payments);
        let has_ended = self.has_ended();
        self.orders.entry(name).or_default().hear(&outcome, has_ended);
    }

    /// Lets a buyer pay: mostly the requested amount, sometimes less, more, or a second time.
    fn pay_order(&mut self) {
        let name = format!("A-{}", self.random.below(ORDERS));
        let amount = *self.random.one_of(&[ASKED, ASKED, ASKED, 40_000, 60_000, 130_000]);
        // The order may not exist.
        let _ = self.gateway.pay(&name, Money::vnd(amount));
    }

    async fn deliver(&mut self) {
        self.deliveries.extend(self.gateway.take_notifications());
        if self.deliveries.is_empty() {
            return;
        }
        let which = self.random.below(self.deliveries.len() as u64);
        let request = self.deliveries.swap_remove(usize::try_from(which).unwrap());
        if self.random.once_in(8) {
            self.rows.insert("a delivery is lost for ever");
            return;
        }
        let is_handled = self.accept(&request).await;
        if !is_handled || self.random.once_in(6) {
            self.deliveries.push(request);
        }
    }

    /// Returns whether the gateway got a good reply.
    async fn accept(&mut self, request: &Request<Bytes>) -> bool {
        let accepted = self.engine().accept(MAIN, SIGNED, &Delivery::of(request)).await;
        if self.has_ended() {
            self.rows.insert("ended while a delivery was accepted");
            return false;
        }
        !matches!(accepted.outcome, Outcome::TryAgain | Outcome::Untrusted)
    }

    async fn refund(&mut self) {
        let order = format!("A-{}", self.random.below(ORDERS));
        let name = format!("R-{}-{order}", self.random.below(3));
        let amount = *self.random.one_of(&[10_000, 40_000, 70_000]);
        let known = self.refunds.get(&name);
        if known.is_some() {
            return;
        }
        let request =
            RefundPayment::new(RefundRef::new(&*name).unwrap(), OrderRef::new(&*order).unwrap());
        let request = request.with_amount(Money::vnd(amount)).unwrap();
        let payments = self.engine().payments(MAIN).unwrap();
        let outcome = payments.refund_payment(&request).await;
        drop(payments);
        let has_ended = self.has_ended();
        let (_, told) = self.refunds.entry(name).or_insert((order, Told::default()));
        told.hear(&outcome, has_ended);
    }

    fn settle_a_payout(&mut self) {
        let (name, _) = self.a_payout();
        let outcome = *self.random.one_of(&[PayoutOutcome::Succeeded, PayoutOutcome::Failed]);
        // The payout may not exist.
        let _ = self.gateway.settle_payout(name, outcome);
    }

    async fn pass_time(&mut self) {
        let by = *self.random.one_of(&[1, 5, 30, 120, 400, 3_700]);
        self.clock.advance(Duration::from_secs(by));
        // An error means that the store does not respond.
        let _ = self.engine().tick().await;
    }

    fn trouble_the_gateway(&mut self) {
        if self.random.once_in(4) {
            self.line.refuse(1 + self.random.below(5));
            self.rows.insert("connections refused");
            return;
        }
        let operation = *self.random.one_of(&STRUCK);
        let when = *self.random.one_of(&[When::BeforeBooking, When::AfterBooking]);
        let outcome = self
            .random
            .one_of(&[
                Scripted::LoseAnswer { when },
                Scripted::NoAnswer { when },
                Scripted::Page { status: 502, when },
                Scripted::ForgeSignature,
                Scripted::Uncertain,
                Scripted::decline("limit-exceeded"),
            ])
            .clone();
        // An outcome may be impossible for the operation.
        if self.gateway.script(operation, outcome).is_ok() {
            self.rows.insert("a response that is lost, forged, undecided or a refusal");
        }
    }

    fn strike_a_commit(&mut self) {
        let fault = *self.random.one_of(&[
            Fault::Refused,
            Fault::LostBefore,
            Fault::LostAfter,
            Fault::EndsBefore,
            Fault::EndsAfter,
            Fault::EndsAfter,
        ]);
        let (after, times) = (self.random.below(6), 1 + self.random.below(6));
        *self.strikes.next.lock().unwrap() = Some(Strike { after, times, fault });
    }

    fn has_ended(&self) -> bool {
        self.strikes.has_ended.load(Ordering::SeqCst)
    }

    /// Starts again after the process ended, and records where it was.
    async fn start_again(&mut self) {
        self.engine.take().unwrap().kill().await;
        self.strikes.has_ended.store(false, Ordering::SeqCst);
        *self.strikes.next.lock().unwrap() = None;
        self.start().await;
        for name in self.payouts.keys() {
            let record = self.engine().payout(&reference(name)).await.unwrap();
            let at_gateway = self.gateway.carried_out(Operation::CreatePayout, name) > 0;
            self.rows.insert(match record.map(|record| record.state) {
                None => "ended before the record",
                Some(RecordState::Prepared) => "ended after the record, before the permit",
                Some(RecordState::Submitting) if at_gateway => {
                    "ended after the send, before the outcome"
                }
                Some(RecordState::Submitting) => "ended after the permit, before the send",
                Some(_) => "ended after the outcome",
            });
        }
        for name in self.orders.keys() {
            let record = self.engine().payment(&OrderRef::new(&**name).unwrap()).await.unwrap();
            if record.is_none() {
                self.rows.insert("ended before the record of an order");
            }
        }
    }

    /// Ends all faults, and lets time pass until the engine has nothing more to do.
    pub(super) async fn come_to_rest(&mut self) {
        *self.strikes.next.lock().unwrap() = None;
        self.line.refuse(0);
        let steps = [(8, 40), (6, 600), (8, 12_000)];
        for (times, seconds) in steps {
            for _ in 0..times {
                self.deliver_all().await;
                for name in self.payouts.keys() {
                    // It may have ended before.
                    let _ = self.gateway.settle_payout(name, PayoutOutcome::Succeeded);
                }
                self.clock.advance(Duration::from_secs(seconds));
                self.engine().tick().await.unwrap();
            }
        }
    }

    async fn deliver_all(&mut self) {
        self.deliveries.extend(self.gateway.take_notifications());
        let mut left = Vec::new();
        for request in std::mem::take(&mut self.deliveries) {
            if !self.accept(&request).await {
                left.push(request);
            }
        }
        self.deliveries = left;
    }

    /// Returns the number of deliveries that got no good reply although everything works.
    pub(super) fn undelivered(&self) -> usize {
        self.deliveries.len()
    }
}

impl Told {
    fn hear<T>(&mut self, outcome: &payments_core::Result<Submission<T>>, has_ended: bool) {
        match outcome {
            _ if has_ended => self.unknown = true,
            // Possibly not even its record was stored.
            Ok(Submission::Uncertain(_)) => self.unknown = true,
            Ok(Submission::Accepted(_)) => {
                self.promised = true;
                self.accepted = true;
            }
            Ok(_) => self.promised = true,
            Err(_) => {}
        }
    }
}

impl Strikes {
    fn strike(&self) -> Option<Fault> {
        let mut next = self.next.lock().unwrap();
        let Strike { after, times, fault } = next.as_mut()?;
        if *after > 0 {
            *after -= 1;
            return None;
        }
        *times -= 1;
        let (left, fault) = (*times, *fault);
        if left == 0 {
            *next = None;
        }
        match fault {
            Fault::EndsAfter | Fault::EndsBefore => self.has_ended.store(true, Ordering::SeqCst),
            Fault::LostAfter | Fault::LostBefore => self.unknown.store(true, Ordering::SeqCst),
            Fault::Refused => {}
        }
        Some(fault)
    }
}

/// Returns a provider that reaches the gateway over this line, and sends each inquiry once.
fn provider(absence: &str, line: Line, clock: &ManualClock) -> Provider {
    let settings = Settings::test();
    let config: PaymentsConfig = toml::from_str(&format!(
        "[providers.{MAIN}]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = '{}'\n\
         webhook_secret = '{}'\nurl = 'http://127.0.0.1:9'\npayout_repeat = 'pays-again'\n\
         payment_repeat = 'pays-again'\npayout_absence = '{absence}'\n",
        settings.api_key, settings.webhook_secret,
    ))
    .unwrap();
    let once = RetryPolicy::new(0, Duration::ZERO, Duration::from_secs(60));
    let context = Context::new(Arc::new(line)).with_clock(Arc::new(clock.clone())).with_retry(once);
    let registry = Registry::empty().add(provider_mock::REGISTRATION);
    registry.build(&config, &context).unwrap().remove(0)
}
