//! Four processes on one database that accept the same deliveries, one of which is killed: each
//! delivery is booked once, and each change is handled once.
//!
//! The full trial: `ENGINE_TRIAL_REPLICAS=10000 cargo test -p engine-trials --test postgres`

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::Request;
use payments_core::{
    Clock as _, ManualClock, OrderRef, SystemClock, Timestamp,
    money::Money,
    notification::{Delivery, Outcome},
    payment::CreatePayment,
};
use payments_engine::{Engine, EngineBuilder, PostgresDatabase, Store};
use provider_mock::{MockGateway, PayoutStart, Settings};
use sqlx::Executor as _;

use engine_trials::count;
use engine_trials::database::SILENCE;
use engine_trials::deliveries::{AMOUNT, SIGNED, received};
use engine_trials::interruptions::deliveries::Writes;
use engine_trials::world::{MAIN, World};

/// How many processes there are.
const PROCESSES: usize = 4;

/// How many deliveries each process accepts at the same time.
const TOGETHER: usize = 8;

const PLAN: &str = "ENGINE_TRIAL_DELIVERING_REPLICA";

/// The gateway of each process: with the same time and seed it makes the same deliveries.
async fn deliveries(now: Timestamp, orders: usize) -> (MockGateway, Vec<Request<Bytes>>) {
    let settings = Settings::test()
        .with_clock(Arc::new(ManualClock::at(now)))
        .with_opening_balance(Money::vnd(0))
        .with_notify_url("https://shop.example/hooks/main/events");
    let gateway = MockGateway::new(settings).unwrap();
    let provider = gateway.provider(MAIN).unwrap();
    for number in 0..orders {
        let name = format!("D-{number}");
        let request = CreatePayment::new(OrderRef::new(&*name).unwrap(), Money::vnd(AMOUNT));
        let opened = provider.payments().unwrap().create_payment(&request.unwrap()).await;
        assert!(opened.unwrap().accepted().is_ok(), "the gateway opens the order");
        gateway.pay(&name, Money::vnd(AMOUNT)).unwrap();
    }
    let mut deliveries = gateway.take_notifications();
    deliveries.retain(|one| String::from_utf8_lossy(one.body()).contains("payment."));
    (gateway, deliveries)
}

fn builder(url: &str, gateway: &MockGateway, clock: ManualClock) -> EngineBuilder {
    Engine::builder()
        .with_store(Store::postgres(url).with_silence(3 * SILENCE))
        .with_provider(gateway.provider(MAIN).unwrap())
        .with_handler("shop", PostgresDatabase::new(url), Writes)
        .with_clock(Arc::new(clock))
}

#[test]
#[ignore = "the process that the other test starts"]
fn replica() {
    let plan = std::env::var(PLAN).unwrap();
    let plan: Vec<_> = plan.split('\n').collect();
    let [url, now, number, orders] = plan.as_slice() else { panic!("{plan:?}") };
    let (number, orders): (usize, usize) = (number.parse().unwrap(), orders.parse().unwrap());
    let now = Timestamp::from_unix(now.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (gateway, deliveries) = deliveries(now, orders).await;
        let engine = builder(url, &gateway, ManualClock::at(now))
            .with_interval(Duration::from_millis(20))
            .start()
            .await
            .unwrap();
        println!("begins");
        // Each delivery arrives at two of the processes, and at one of them twice.
        let mine = (0..deliveries.len()).filter(|one| {
            let first = one % PROCESSES;
            number == first || number == (first + 1 + one / PROCESSES % 3) % PROCESSES
        });
        let mut mine: Vec<_> = mine.flat_map(|one| vec![one; 1 + (one + number) % 2]).collect();
        if number % 2 == 1 {
            mine.reverse();
        }
        let accepting = mine.into_iter().map(|one| {
            let (engine, delivery) = (&engine, &deliveries[one]);
            async move {
                let accepted = engine.accept(MAIN, SIGNED, &Delivery::of(delivery)).await;
                match accepted.outcome {
                    Outcome::Handled => println!("handled {one}"),
                    Outcome::Duplicate => println!("duplicate {one}"),
                    _ => println!("not-acknowledged {one}"),
                }
            }
        });
        futures_util::stream::iter(accepting).buffer_unordered(TOGETHER).count().await;
        engine.stop().await;
    });
}

/// What a process said of each delivery.
fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok)
}

#[test]
fn four_processes_one_killed_book_each_delivery_once() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let Some(world) = runtime.block_on(World::on_postgres(PayoutStart::Pending)) else { return };
    let orders = count("ENGINE_TRIAL_REPLICAS", 80);
    let now = Timestamp::from_unix(SystemClock.now().unix_seconds());
    let (gateway, all) = runtime.block_on(deliveries(now, orders));
    runtime.block_on(async {
        let mut app = world.database().connect().await;
        app.execute("CREATE TABLE handled (order_ref text, revision bigint)").await.unwrap();
        // The tables are there before four engines want to make them.
        let engine = builder(world.database().url(), &gateway, ManualClock::at(now));
        engine.without_background().start().await.unwrap().stop().await;
    });
    let mut processes: Vec<_> = (0..PROCESSES)
        .map(|number| {
            let url = world.database().url();
            Command::new(std::env::current_exe().unwrap())
                .args(["--ignored", "--exact", "deliveries::replica", "--nocapture"])
                .env(PLAN, format!("{url}\n{}\n{number}\n{orders}", now.unix_seconds()))
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut killed = processes.remove(1);
    let readers: Vec<_> = processes
        .iter_mut()
        .map(lines)
        .map(|lines| std::thread::spawn(move || lines.collect::<Vec<_>>()))
        .collect();
    // Killed once it accepted a part of its own.
    let mut said: Vec<String> = lines(&mut killed).take(1 + orders / 4).collect();
    killed.kill().unwrap();
    killed.wait().unwrap();
    said.extend(readers.into_iter().flat_map(|reader| reader.join().unwrap()));
    for mut process in processes {
        assert!(process.wait().unwrap().success(), "a process failed");
    }
    let numbers = |what: &str| -> Vec<usize> {
        let of = said.iter().filter_map(|line| line.strip_prefix(what));
        of.map(|number| number.parse().unwrap()).collect()
    };
    let handled = numbers("handled ");
    let acknowledged: BTreeSet<_> = handled.iter().copied().chain(numbers("duplicate ")).collect();
    std::thread::sleep(4 * SILENCE);
    runtime.block_on(async {
        let clock = ManualClock::at(now);
        let engine = builder(world.database().url(), &gateway, clock.clone());
        let engine = engine.without_background().start().await.unwrap();
        let mut wrong = Vec::new();
        let distinct: BTreeSet<_> = handled.iter().collect();
        if distinct.len() < handled.len() {
            wrong.push(format!("{} were taken for new twice", handled.len() - distinct.len()));
        }
        for (number, delivery) in all.iter().enumerate() {
            let accepted = engine.accept(MAIN, SIGNED, &Delivery::of(delivery)).await;
            let is_kept = matches!(accepted.outcome, Outcome::Duplicate);
            if acknowledged.contains(&number) && !is_kept {
                wrong.push(format!("{number}: acknowledged and lost: {accepted:?}"));
            }
        }
        for _ in 0..4 {
            engine.tick().await.unwrap();
            clock.advance(Duration::from_secs(200));
        }
        let mut app = world.database().connect().await;
        for number in 0..orders {
            let name = format!("D-{number}");
            let booked = received(&engine, &name).await;
            if booked != AMOUNT {
                wrong.push(format!("{name}: {booked} are booked"));
            }
            let record = engine.payment(&OrderRef::new(&*name).unwrap()).await.unwrap().unwrap();
            let revisions: Vec<i64> =
                sqlx::query_scalar("SELECT revision FROM handled WHERE order_ref = $1 ORDER BY 1")
                    .bind(&name)
                    .fetch_all(&mut app)
                    .await
                    .unwrap();
            let is_once = revisions.windows(2).all(|two| two[0] < two[1]);
            if !is_once || revisions.last().copied() != i64::try_from(record.revision).ok() {
                wrong.push(format!("{name}: handled {revisions:?} of {}", record.revision));
            }
        }
        println!(
            "{} deliveries of {orders} orders at {PROCESSES} processes, one killed: {} acknowledged, \
             {} wrong",
            all.len(),
            acknowledged.len(),
            wrong.len()
        );
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(acknowledged.len() > orders / 2, "engines that accept nothing");
        engine.stop().await;
    });
}
