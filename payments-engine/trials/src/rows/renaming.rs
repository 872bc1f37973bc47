//! A provider whose name in the configuration changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Environment, ErrorKind, OrderRef, Provider, ProviderId, ProviderKind, Secret, Submission,
    Timestamp,
    money::Money,
    notification::{Delivery, Outcome},
    payment::CreatePayment,
};
use payments_engine::{
    Change, Engine, EngineBuilder, HandlerError, Observed, PayoutRecord, Period, RecordState,
    SealingKey, Seeded, Sink, Store, Subject,
};
use provider_mock::{Operation, Scripted};

use super::{Finding, ensure};
use crate::{
    deliveries::{AMOUNT, Deliveries, SIGNED, received},
    world::{MAIN, payout, reference},
};

const NEW: &str = "new-name";
const MERCHANT: &str = "12345";
const EVERY: Duration = Duration::from_secs(900);

/// A sink that refuses every change until `works` is set. Until then the changes stay due.
#[derive(Clone, Default)]
struct Later {
    works: Arc<AtomicBool>,
    gets_the_new_name: Arc<AtomicBool>,
}

#[async_trait]
impl Sink for Later {
    async fn send(&self, change: &Change) -> Result<(), HandlerError> {
        if !self.works.load(Ordering::SeqCst) {
            return Err(HandlerError::new("not yet"));
        }
        if change.unmatched().is_some_and(|credit| credit.provider.as_str() == NEW) {
            self.gets_the_new_name.store(true, Ordering::SeqCst);
        }
        Ok(())
    }
}

fn id(name: &str) -> ProviderId {
    ProviderId::new(name).unwrap()
}

fn order(name: &str) -> OrderRef {
    OrderRef::new(name).unwrap()
}

fn provider(world: &Deliveries, name: &str) -> Provider {
    world.gateway.provider(name).unwrap().with_merchant("merchant_id", MERCHANT)
}

/// A provider that does nothing.
fn idle(name: &str, kind: &str, merchant: &str) -> Provider {
    let kind = ProviderKind::new(kind).unwrap();
    Provider::new(id(name), kind, Environment::Sandbox).with_merchant("merchant_id", merchant)
}

fn builder(world: &Deliveries, store: &Store, provider: Provider) -> EngineBuilder {
    Engine::builder()
        .with_store(store.clone())
        .with_provider(provider)
        .with_clock(Arc::new(world.clock.clone()))
        .with_statements_every(EVERY)
        .without_background()
}

fn key() -> SealingKey {
    let secret = Secret::new("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
    SealingKey::new(&secret).unwrap()
}

/// Returns the record of a payout, or why it is not the fold of its history.
async fn record(engine: &Engine, name: &str) -> Result<PayoutRecord, String> {
    let record = engine.payout(&reference(name)).await.unwrap();
    let record = record.ok_or_else(|| format!("{name} is lost"))?;
    let history = engine.history(&reference(name)).await.unwrap();
    let fold = |record, observed: &Observed| PayoutRecord::after(record, observed);
    let folded = history.iter().fold(None, fold).unwrap();
    let json = |record: &PayoutRecord| serde_json::to_value(record).unwrap();
    ensure!(json(&folded) == json(&record), "{name} is not the fold of {history:#?}");
    ensure!(record.provider.as_str() == NEW, "{name} belongs to {}", record.provider);
    Ok(record)
}

/// Returns every stored text, one a line, if the store is a database.
fn texts(world: &Deliveries) -> Vec<String> {
    if let Some(database) = &world.database {
        return database.text().split(['<', '>']).map(ToOwned::to_owned).collect();
    }
    let connection = rusqlite::Connection::open(world.file()).unwrap();
    let rows = |sql: &str| {
        let mut statement = connection.prepare(sql).unwrap();
        let count = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut texts = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..count {
                texts.extend(row.get::<_, String>(column));
            }
        }
        texts
    };
    let tables = rows("SELECT name FROM sqlite_master WHERE type = 'table'");
    tables.iter().flat_map(|table| rows(&format!("SELECT * FROM {table}"))).collect()
}

/// Payouts, payments, credits, deliveries, statements and due work of the old name belong to the
/// new one. Nothing is sent or counted a second time.
pub(super) async fn a_renamed_provider_keeps_its_records(seeded: Option<Seeded>) -> Finding {
    let is_on_postgres = crate::database::is_chosen();
    for (is_sealed, is_in_memory) in [(false, false), (true, false), (false, true)] {
        if is_in_memory && is_on_postgres {
            continue;
        }
        let world = Deliveries::start();
        let store = if is_in_memory { Store::memory() } else { world.store() };
        let sink = Later::default();
        let build = |name: &str| {
            let builder = builder(&world, &store, provider(&world, name)).with_seeded(seeded);
            let builder = builder.with_sink("shop", sink.clone());
            if is_sealed { builder.with_keys([key()]) } else { builder }
        };
        let old = build(MAIN).start().await.unwrap();
        let paid = live_with_the_old_name(&world, &old).await?;
        old.stop().await;

        let renamed = || build(NEW).with_renamed_provider(id(MAIN), id(NEW));
        sink.works.store(true, Ordering::SeqCst);
        let engine = renamed().start().await.map_err(|error| error.to_string())?;
        if !is_in_memory && !is_sealed {
            let is_left = |text: &&String| {
                text.as_str() == MAIN
                    || text.ends_with(&format!(" {MAIN}"))
                    || text.contains(&format!("\"{MAIN}\""))
                    || text.contains(&format!(":{}:{MAIN}:", MAIN.len()))
            };
            let left: Vec<_> = texts(&world).into_iter().filter(|text| is_left(&text)).collect();
            ensure!(left.is_empty(), "the old name is still in the store: {left:#?}");
        }
        continues_with_the_new_name(&world, &engine, &paid).await?;
        let told = sink.gets_the_new_name.load(Ordering::SeqCst);
        ensure!(told, "a change that was due is not given to the handler");
        engine.stop().await;
        // The line may stay, and may be removed.
        for builder in [renamed(), build(NEW)] {
            let engine = builder.start().await.map_err(|error| error.to_string())?;
            let _ = record(&engine, "P-1").await?;
            engine.stop().await;
        }
        let error = build(MAIN).start().await.unwrap_err().to_string();
        ensure!(error.contains("renamed = { \"new-name\" = \"main\" }"), "{error}");
        let back = build(MAIN).with_renamed_provider(id(NEW), id(MAIN)).start().await;
        let back = back.map_err(|error| error.to_string())?;
        let first = back.payout(&reference("P-1")).await.unwrap().unwrap();
        ensure!(first.provider.as_str() == MAIN, "it belongs to {}", first.provider);
        back.stop().await;
    }
    Ok(())
}

/// Leaves a payout that is pending, one that is uncertain and one that is not sent, a paid order and
/// an open one, unmatched money, and a reconciliation. Returns the delivery of the paid order.
async fn live_with_the_old_name(
    world: &Deliveries,
    engine: &Engine,
) -> Result<http::Request<bytes::Bytes>, String> {
    let payments = engine.payments(MAIN).unwrap();
    for name in ["A-1", "A-2"] {
        let request = CreatePayment::new(order(name), Money::vnd(AMOUNT)).unwrap();
        let opened = payments.create_payment(&request).await.unwrap();
        assert!(opened.accepted().is_ok(), "the gateway opens {name}");
    }
    let paid = world.pay("A-1");
    world.gateway.deposit(Money::vnd(7_000), "no order").unwrap();
    let deposited = world.gateway.take_notifications();
    for delivery in deposited.iter().chain([&paid]) {
        let accepted = engine.accept(MAIN, SIGNED, &Delivery::of(delivery)).await;
        ensure!(accepted.reply.status().is_success(), "{accepted:?}");
    }
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    engine.tick().await.unwrap();
    world.gateway.script(Operation::CreatePayout, Scripted::lost_after_booking()).unwrap();
    let lost = engine.payouts(MAIN).unwrap().create_payout(&payout("P-2")).await.unwrap();
    ensure!(matches!(lost, Submission::Uncertain(_)), "{lost:?}");
    let now = payments_core::Clock::now(&world.clock).unix_seconds();
    let at = |seconds| Timestamp::from_unix(now + seconds);
    let period = Period::new(at(-3_600), at(1)).unwrap();
    world.clock.advance(Duration::from_secs(2));
    let run = engine.reconcile(MAIN, &period).await.map_err(|error| error.to_string())?;
    ensure!(run.is_done() && run.lines > 0, "{run:?}");
    let _ = engine.submit(MAIN, &payout("P-3")).await.unwrap();
    let cases = engine.cases().await.unwrap();
    let is_of = |name: &str| {
        let subjects = cases.iter().map(|(case, ..)| &case.subject);
        subjects.filter(|one| matches!(one, Subject::Credit(of, _) if of.as_str() == name)).count()
    };
    ensure!(is_of(MAIN) == 1, "{cases:#?}");
    Ok(paid)
}

async fn continues_with_the_new_name(
    world: &Deliveries,
    engine: &Engine,
    paid: &http::Request<bytes::Bytes>,
) -> Finding {
    let repeated = engine.payouts(NEW).unwrap().create_payout(&payout("P-1")).await;
    let is_known = matches!(repeated, Ok(Submission::Accepted(_)));
    ensure!(is_known, "a payout under a known reference: {repeated:?}");
    for by in [1, 10, 60] {
        world.clock.advance(Duration::from_secs(by));
        engine.tick().await.unwrap();
    }
    for name in ["P-1", "P-2", "P-3"] {
        let record = record(engine, name).await?;
        let times = world.gateway.carried_out(Operation::CreatePayout, name);
        let is_known = !matches!(record.state, RecordState::Uncertain | RecordState::Prepared);
        ensure!(times == 1 && is_known, "{name} is {} and was sent {times} times", record.state);
    }
    // The gateway still sends to the old path.
    for name in [NEW, MAIN] {
        let accepted = engine.accept(name, SIGNED, &Delivery::of(paid)).await;
        ensure!(accepted.outcome == Outcome::Duplicate, "under {name}: {accepted:?}");
    }
    let late = world.pay("A-2");
    let accepted = engine.accept(MAIN, SIGNED, &Delivery::of(&late)).await;
    ensure!(accepted.outcome == Outcome::Handled, "under the old name: {accepted:?}");
    world.clock.advance(EVERY);
    engine.tick().await.unwrap();
    for name in ["A-1", "A-2"] {
        let counted = received(engine, name).await;
        ensure!(counted == AMOUNT, "{counted} are counted for {name}");
        let payment = engine.payment(&order(name)).await.unwrap().unwrap();
        let of_credits = payment.credits.iter().map(|credit| &credit.provider);
        let of_openings = payment.openings.iter().map(|opening| &opening.provider);
        let mut names = of_credits.chain(of_openings);
        ensure!(names.all(|one| one.as_str() == NEW), "{payment:#?}");
    }
    let cases = engine.cases().await.unwrap();
    let unmatched = cases
        .iter()
        .find(|(case, ..)| matches!(&case.subject, Subject::Credit(of, _) if of.as_str() == NEW));
    let Some((case, ..)) = unmatched else { return Err(format!("{cases:#?}")) };
    let assigned = engine.assign(case, &order("A-3"), "Lan", "the receipt").await;
    ensure!(assigned.is_ok(), "{assigned:?}");
    Ok(())
}

/// A line that would give a provider the records of another one, or that leaves in doubt which
/// name counts, is refused, and nothing changes.
pub(super) async fn a_renaming_that_does_not_fit_is_refused(seeded: Option<Seeded>) -> Finding {
    let world = Deliveries::start();
    let store = world.store();
    let build = |provider| builder(&world, &store, provider).with_seeded(seeded);
    let used = idle("used", "mock", "67890");
    let engine = build(provider(&world, MAIN)).with_provider(used).start().await.unwrap();
    let _ = engine.submit(MAIN, &payout("P-1")).await.unwrap();
    if world.database.is_some() {
        let line = build(provider(&world, NEW)).with_renamed_provider(id(MAIN), id(NEW));
        let error = line.start().await.unwrap_err().to_string();
        ensure!(error.contains("another engine runs on this store"), "{error}");
    }
    engine.stop().await;
    let main = || build(provider(&world, MAIN));
    for (builder, to, why) in [
        (build(idle(NEW, "mock", "67890")), NEW, "another merchant than main was"),
        (build(idle(NEW, "other", MERCHANT)), NEW, "main was mock sandbox in this store"),
        (build(provider(&world, NEW)), "typo", "there is no provider typo"),
        (build(provider(&world, "used")), "used", "used has records of its own"),
        (main().with_provider(idle(NEW, "mock", "1")), NEW, "[providers.main] is configured"),
    ] {
        let started = builder.with_renamed_provider(id(MAIN), id(to)).start().await;
        let Err(error) = started else { return Err(format!("accepted although {why}")) };
        ensure!(error.kind() == ErrorKind::Configuration, "{error:?}");
        let line = format!("renamed = {{ \"main\" = \"{to}\" }}");
        let error = error.to_string();
        ensure!(error.contains(why) && error.contains(&line), "{error}");
    }
    let engine = main().start().await.map_err(|error| error.to_string())?;
    engine.tick().await.unwrap();
    let times = world.gateway.carried_out(Operation::CreatePayout, "P-1");
    ensure!(times == 1, "sent {times} times");
    engine.stop().await;
    Ok(())
}
