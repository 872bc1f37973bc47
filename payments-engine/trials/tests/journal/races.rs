//! Records that change between an inquiry and the decision that follows from it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::{
    Clock, ManualClock, OrderRef, Provider, ProviderId, Timestamp, money::Money,
    payment::CreatePayment, rules::AbsenceRule,
};
use payments_engine::{Engine, Limits, RecordState, SendingState, Store};
use provider_kit::transport::{
    Call, DepartureDecision, HttpClient, Transport, TransportError, TransportErrorKind,
};
use provider_mock::{MockGateway, Operation, Scripted, Settings};
use tokio::sync::Semaphore;

use engine_trials::world::{
    MAIN, PATIENCE, World, holds_within, http_client, payout, provider_over, record, reference,
    requested, state,
};

/// A line on which each instruction takes its permit, waits for a place, and then fails before its
/// first byte. Inquiries are sent.
struct Stalled {
    line: HttpClient,
    places: Arc<Semaphore>,
}

#[async_trait]
impl Transport for Stalled {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let not_sent = |why: String| TransportError::new(TransportErrorKind::NotSent, why);
        let Some(departure) = call.departure() else { return self.line.send(call).await };
        if let DepartureDecision::Stay { why } = departure.depart().await {
            return Err(not_sent(why));
        }
        // No more wait once the test is over.
        if let Ok(place) = self.places.acquire().await {
            place.forget();
        }
        Err(not_sent("the connection was lost".to_owned()))
    }

    fn departs(&self) -> bool {
        true
    }
}

/// A clock that stops its engine once, when it looks at the time after its inquiry reached the
/// gateway.
struct Stopping {
    clock: ManualClock,
    gateway: MockGateway,
    inquiry: Operation,
    /// How often the engine may look at the time before it is stopped.
    looks: AtomicUsize,
    race: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

/// The time in which an engine is stopped.
struct Race {
    begun: mpsc::Receiver<()>,
    end: mpsc::Sender<()>,
}

impl Stopping {
    fn new(world: &World, inquiry: Operation, looks: usize) -> (Arc<Self>, Race) {
        let ((begins, begun), (end, ends)) = (mpsc::channel(), mpsc::channel());
        let (clock, gateway) = (world.clock.clone(), world.gateway().clone());
        let (looks, race) = (AtomicUsize::new(looks), Mutex::new(Some((begins, ends))));
        (Arc::new(Self { clock, gateway, inquiry, looks, race }), Race { begun, end })
    }
}

impl Race {
    /// Waits until the engine is stopped. It continues after a message to the returned sender.
    async fn begin(self) -> mpsc::Sender<()> {
        let Self { begun, end } = self;
        let begun = tokio::task::spawn_blocking(move || begun.recv_timeout(PATIENCE)).await;
        begun.unwrap().unwrap();
        end
    }
}

impl Clock for Stopping {
    fn now(&self) -> Timestamp {
        let requests = self.gateway.requests();
        let has_asked = requests.iter().any(|one| one.operation == Some(self.inquiry));
        let one_less = |looks: usize| looks.checked_sub(1);
        if has_asked
            && self.looks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err()
            && let Some((begins, ends)) = self.race.lock().unwrap().take()
        {
            begins.send(()).unwrap();
            ends.recv_timeout(PATIENCE).unwrap();
        }
        self.clock.now()
    }
}

async fn engine(store: &Store, provider: Provider, clock: Arc<dyn Clock>) -> Engine {
    let builder = Engine::builder().with_provider(provider).with_clock(clock);
    let limits = Limits::default().with_absence(AbsenceRule::After(Duration::ZERO));
    let builder = builder.with_store(store.clone()).with_limits(MAIN, limits);
    builder.without_background().start().await.unwrap()
}

/// Returns an engine on a line on which instructions wait for these places.
async fn stalled(world: &World, store: &Store, places: &Arc<Semaphore>) -> Engine {
    let line = Stalled { line: http_client(), places: Arc::clone(places) };
    let (url, clock) = (world.simulator.url(), Arc::new(world.clock.clone()));
    let provider = provider_over(Arc::new(line), MAIN, &Settings::test(), &url, clock.clone());
    engine(store, provider, clock).await
}

/// Lets an engine work until its payout is under way under a permit that is not `before`, and
/// returns the permit.
async fn under_way(sender: &Engine, before: Option<&str>) -> String {
    let engine = sender.clone();
    drop(tokio::spawn(async move { engine.tick().await }));
    let token = async || record(sender, "P-1").await.permit.map(|permit| permit.token);
    let is_new = async || token().await.is_some_and(|token| Some(token.as_str()) != before);
    assert!(holds_within(PATIENCE, is_new).await, "no permit was given");
    token().await.unwrap()
}

/// Two engines: the permit of one is given back and given again, between the inquiry of the other
/// and what follows from it. The inquiry says nothing about the second send.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_absence_does_not_end_a_payout_whose_permit_was_given_again() {
    let world = World::start().await;
    let (store, places) = (Store::memory(), Arc::new(Semaphore::new(0)));
    let sender = stalled(&world, &store, &places).await;
    let (clock, race) = Stopping::new(&world, Operation::FindPayout, 0);
    let asker = engine(&store, world.provider(), clock).await;
    let _ = sender.submit(MAIN, &payout("P-1")).await.unwrap();
    let first = under_way(&sender, None).await;
    world.clock.advance(Duration::from_secs(6 * 60));

    let payouts = asker.payouts(MAIN).unwrap();
    let asking = tokio::spawn(async move { payouts.find_payout(&reference("P-1")).await });
    let end = race.begin().await;
    places.add_permits(1);
    let is_back = async || state(&sender, "P-1").await == RecordState::Prepared;
    assert!(holds_within(PATIENCE, is_back).await, "the permit was not given back");
    world.clock.advance(Duration::from_secs(2));
    let second = under_way(&sender, Some(&first)).await;
    end.send(()).unwrap();
    let found = asking.await.unwrap().unwrap();
    let record = record(&sender, "P-1").await;
    assert_eq!(record.state, RecordState::Submitting, "it is under way under {second}: {found:?}");
    places.close();
    sender.stop().await;
}

/// Two engines cancel again, after a cancellation that never arrived. The second one sends its own
/// between the inquiry of the first one and what follows from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inquiry_does_not_end_a_cancellation_that_was_sent_after_it() {
    let world = World::start().await;
    let (store, places) = (Store::memory(), Arc::new(Semaphore::new(0)));
    let (clock, race) = Stopping::new(&world, Operation::FindPayment, 1);
    let asker = engine(&store, world.provider(), clock).await;
    let order = OrderRef::new("A-1").unwrap();
    let payments = asker.payments(MAIN).unwrap();
    let opened = CreatePayment::new(order.clone(), Money::vnd(50_000)).unwrap();
    let _ = payments.create_payment(&opened).await.unwrap();
    world.gateway().script(Operation::CancelPayment, Scripted::lost_before_booking()).unwrap();
    let lost = payments.cancel_payment(&order).await.unwrap();
    assert!(lost.is_uncertain(), "{lost:?}");
    let sender = stalled(&world, &store, &places).await;
    world.clock.advance(Duration::from_secs(6 * 60));

    let asking = tokio::spawn(async move { payments.cancel_payment(&order).await });
    let end = race.begin().await;
    let sending = sender.payments(MAIN).unwrap();
    let order = OrderRef::new("A-1").unwrap();
    let call = tokio::spawn(async move { sending.cancel_payment(&order).await });
    let order = OrderRef::new("A-1").unwrap();
    let state = async || {
        let record = sender.payment(&order).await.unwrap().unwrap();
        record.cancellation(&ProviderId::new(MAIN).unwrap()).unwrap().sending.state
    };
    let is_sent = async || state().await == SendingState::Submitting;
    assert!(holds_within(PATIENCE, is_sent).await, "the second cancellation was not sent");
    end.send(()).unwrap();
    let asked = asking.await.unwrap().unwrap();
    assert_eq!(state().await, SendingState::Submitting, "{asked:?}");
    assert!(asked.is_uncertain(), "{asked:?}");
    assert_eq!(requested(&world, Operation::CancelPayment), 1, "it was sent a second time");
    places.close();
    drop(call.await.unwrap());
    sender.stop().await;
}
