//! One random shop, with its actions and its faults.

mod accounts;
mod giving_back;
mod strikes;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{
    ManualClock, OrderRef, Provider, Timestamp,
    money::Money,
    notification::{Delivery, Outcome},
    payment::CreatePayment,
    payout::CreatePayout,
    rules::{AbsenceRule, Repeat},
    virtual_account::VirtualAccountRef,
};
use payments_engine::{Engine, Fault, RecordState, Seeded, Store};
use provider_kit::{
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::RetryPolicy,
};
use provider_mock::{MockGateway, Operation, PayoutOutcome, PayoutStart, Scripted, Settings, When};

use self::strikes::{Strike, Strikes};
pub(super) use self::told::Told;
use super::gateway::{Line, LineState};
use crate::deliveries::SIGNED;
use crate::random::Random;
use crate::world::{MAIN, payout_of, reference};

/// The amount of every order.
pub(super) const ASKED: i64 = 100_000;

const PAYOUTS: u64 = 4;
const ORDERS: u64 = 3;

/// The operations that can fail, each as often as it is listed.
const STRUCK: [Operation; 12] = [
    Operation::CreatePayout,
    Operation::CreatePayout,
    Operation::CreatePayment,
    Operation::RefundPayment,
    Operation::FindPayout,
    Operation::FindPayment,
    Operation::FindRefund,
    Operation::Entries,
    Operation::CancelPayment,
    Operation::OpenVirtualAccount,
    Operation::CloseVirtualAccount,
    Operation::FindVirtualAccount,
];

/// A shop, its engine and its gateway.
pub(super) struct Shop {
    pub(super) seed: u64,
    pub(super) gateway: MockGateway,
    pub(super) payouts: BTreeMap<String, Told>,
    pub(super) orders: BTreeMap<String, Told>,
    pub(super) refunds: BTreeMap<String, (String, Told)>,
    /// The orders that money goes back to by payouts, by the payouts' names.
    pub(super) given_back: BTreeMap<String, String>,
    pub(super) cancelled: BTreeMap<String, Told>,
    pub(super) accounts: BTreeMap<String, Told>,
    /// The virtual accounts that buyers were shown.
    shown: Vec<VirtualAccountRef>,
    pub(super) rows: BTreeSet<&'static str>,
    /// Whether this shop has no faults.
    pub(super) is_calm: bool,
    random: Random,
    clock: ManualClock,
    line: Arc<LineState>,
    pub(super) provider: Provider,
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
            given_back: BTreeMap::new(),
            cancelled: BTreeMap::new(),
            accounts: BTreeMap::new(),
            shown: Vec::new(),
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
        let steps = 16 + self.random.below(24);
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
        let number = self.random.below(if self.is_calm { 20 } else { 27 });
        match number {
            0..=1 => self.hand_over().await,
            2..=3 => self.pay_out().await,
            4..=5 => self.open_order().await,
            6..=8 => self.pay_order(),
            9..=10 => self.deliver().await,
            11 => self.refund().await,
            12 => self.refund_by_payout().await,
            13 => self.settle_a_payout(),
            14..=15 => self.pass_time().await,
            16 => self.open_account().await,
            17 => self.pay_to_account(),
            18 => self.close_account().await,
            19 => self.cancel().await,
            20..=22 => self.trouble_the_gateway(),
            23..=25 => self.strike_a_commit(),
            _ => {
                self.engine.take().unwrap().stop().await;
                self.start().await;
            }
        }
    }

    /// A payout. Some are named in the statement, so that a line of it settles them; one that comes back
    /// after that is before a person.
    fn a_payout(&mut self) -> (String, CreatePayout) {
        let number = self.random.below(PAYOUTS);
        let name = format!("P-{number}");
        let payout = payout_of(&name, 50_000 + i64::try_from(number).unwrap());
        let is_named = number.is_multiple_of(2) && !self.is_calm;
        let payout = if is_named { payout.with_note(&*name) } else { payout };
        (name, payout)
    }

    async fn hand_over(&mut self) {
        let (name, payout) = self.a_payout();
        let handed_over = self.engine().submit(MAIN, &payout).await;
        let has_ended = self.has_ended();
        self.payouts.entry(name).or_default().hear_handed_over(&handed_over, has_ended);
    }

    async fn pay_out(&mut self) {
        let (name, payout) = self.a_payout();
        let payouts = self.engine().payouts(MAIN).unwrap();
        let outcome = payouts.create_payout(&payout).await;
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
        let steps = [(4, 80), (3, 1_200), (4, 24_000)];
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

/// A provider that reaches the gateway over this line, and asks each question once.
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
