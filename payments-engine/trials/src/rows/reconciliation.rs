//! Reconciliation: compares the statement of a period with the records, on the store of the trials
//! and on one in memory.

use std::collections::BTreeSet;
use std::time::Duration;

use payments_core::{
    PayoutRef, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Beneficiary, CreatePayout, PayoutState},
};
use payments_engine::{
    CaseId, CaseKind, Decision, Engine, Fault, Period, ReconciliationRow, ReconciliationRun,
    RecordState, RowKind, RunState, Seeded, Store,
};
use provider_mock::{PayoutOutcome, Scripted};

use super::{Finding, ensure};
use crate::{
    deliveries::{AMOUNT, Deliveries, SIGNED, deliver, received},
    statement::Changes,
    world::MAIN,
};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A gateway whose statement can be changed, and an engine on a store.
struct Books {
    world: Deliveries,
    changes: Changes,
    store: Store,
    engine: Engine,
    seeded: Option<Seeded>,
    begun: Timestamp,
}

impl Books {
    /// Creates one on the store of the trials, and one in memory.
    async fn on_each_store(seeded: Option<Seeded>) -> Vec<Self> {
        let (one, other) = (Deliveries::start(), Deliveries::start());
        let store = one.store();
        vec![Self::on(one, store, seeded).await, Self::on(other, Store::memory(), seeded).await]
    }

    async fn on(world: Deliveries, store: Store, seeded: Option<Seeded>) -> Self {
        let changes = Changes::default();
        let begun = payments_core::Clock::now(&world.clock);
        let engine = start(&world, &changes, &store, seeded).await;
        Self { world, changes, store, engine, seeded, begun }
    }

    /// Kills the engine, and starts another one on its store.
    async fn restart(&mut self) {
        let next = start(&self.world, &self.changes, &self.store, self.seeded);
        // A file can have only one engine at a time.
        self.engine.clone().stop().await;
        self.engine = next.await;
    }

    /// Opens an order and pays it, and returns the transaction.
    async fn pay(&self, order: &str, is_delivered: bool) -> String {
        let delivery = self.world.paid(order).await;
        if is_delivered {
            let accepted = deliver(&self.engine, SIGNED, &delivery).await;
            assert!(accepted.reply.status().is_success(), "{accepted:?}");
        }
        self.last()
    }

    /// Returns the gateway's name of its last booking.
    fn last(&self) -> String {
        self.world.gateway.bookings().last().unwrap().transaction.clone()
    }

    /// Returns the period from the beginning until `days` later.
    fn period(&self, days: u32) -> Period {
        Period::new(self.begun, self.begun.plus(DAY * days)).unwrap()
    }

    /// Moves the clock forward by three days, and reconciles the first of them.
    async fn reconcile_the_first_day(&self) -> (ReconciliationRun, Vec<ReconciliationRow>) {
        self.world.clock.advance(3 * DAY);
        self.reconcile(&self.period(1)).await
    }

    async fn reconcile(&self, period: &Period) -> (ReconciliationRun, Vec<ReconciliationRow>) {
        let run = self.engine.reconcile(MAIN, period).await.unwrap();
        let rows = self.rows(run.number).await;
        (run, rows)
    }

    /// Returns every row of a run.
    async fn rows(&self, run: u64) -> Vec<ReconciliationRow> {
        let mut rows: Vec<ReconciliationRow> = Vec::new();
        loop {
            let after = rows.last().map_or(0, |row| row.number);
            let next = self.engine.reconciliation_rows(run, after).await.unwrap();
            if next.is_empty() {
                return rows;
            }
            rows.extend(next);
        }
    }

    /// Returns the kind of an open case.
    async fn case(&self, id: &CaseId) -> Option<CaseKind> {
        let cases = self.engine.cases().await.unwrap();
        cases.iter().find(|(known, ..)| known == id).map(|(_, case, _)| case.kind)
    }

    /// Sends a payout that succeeds.
    async fn pay_out(&self, reference: &str, amount: i64, note: Option<&str>) {
        let request = payout(reference, amount, note);
        let payouts = self.engine.payouts(MAIN).unwrap();
        let sent = payouts.create_payout(&request).await.unwrap();
        assert!(sent.accepted().is_ok(), "the gateway takes it");
        self.world.gateway.settle_payout(reference, PayoutOutcome::Succeeded).unwrap();
        let found = payouts.find_payout(&request.payout).await.unwrap();
        let found = found.found().unwrap();
        assert_eq!(found.state, PayoutState::Succeeded);
    }

    /// Sends a payout without the engine.
    async fn send_past_the_engine(&self, reference: &str, amount: i64, note: Option<&str>) {
        let provider = self.world.gateway.provider(MAIN).unwrap();
        let request = payout(reference, amount, note);
        let sent = provider.payouts().unwrap().create_payout(&request).await.unwrap();
        assert!(sent.accepted().is_ok(), "the gateway takes it");
    }
}

fn payout(reference: &str, amount: i64, note: Option<&str>) -> CreatePayout {
    let number = AccountNumber::new("0071001234567").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    let payout = PayoutRef::new(reference).unwrap();
    let request = CreatePayout::new(payout, Money::vnd(amount), beneficiary).unwrap();
    match note {
        Some(note) => request.with_note(note),
        None => request,
    }
}

async fn start(
    world: &Deliveries,
    changes: &Changes,
    store: &Store,
    seeded: Option<Seeded>,
) -> Engine {
    let builder = Engine::builder()
        .with_store(store.clone())
        .with_provider(changes.around(&world.provider()))
        .with_clock(std::sync::Arc::new(world.clock.clone()))
        .with_seeded(seeded)
        .without_background();
    builder.start().await.unwrap()
}

fn kinds(rows: &[ReconciliationRow]) -> Vec<RowKind> {
    rows.iter().map(|row| row.kind).collect()
}

fn subjects(rows: &[ReconciliationRow]) -> Vec<String> {
    let subject = |row: &ReconciliationRow| row.subject.as_ref().map(ToString::to_string);
    rows.iter().map(|row| subject(row).unwrap_or_default()).collect()
}

/// A delivered payment is matched, a payment whose delivery was lost is booked, and a transfer
/// without an order is a case. A second run is stored beside the first, which does not change.
pub(super) async fn a_line_is_matched_booked_or_before_a_person(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        books.pay("A-1", true).await;
        books.pay("A-2", false).await;
        books.world.gateway.deposit(Money::vnd(70_000), "no order").unwrap();
        let (run, first) = books.reconcile_the_first_day().await;
        let expected = [RowKind::Matched, RowKind::MissingHere, RowKind::Unmatched];
        ensure!(kinds(&first) == expected, "{first:#?}");
        ensure!(subjects(&first)[..2] == ["payment:A-1", "payment:A-2"], "{first:#?}");
        ensure!(run.is_done() && run.lines == 3 && run.need_a_person() == 1, "{run:?}");
        let counted = received(&books.engine, "A-2").await;
        ensure!(counted == AMOUNT, "{counted} are booked of the lost delivery");
        let case = first[2].case.clone().ok_or("the transfer is no case")?;
        let kind = books.case(&case).await;
        ensure!(kind == Some(CaseKind::Unmatched), "{case} is {kind:?}");

        let (again, second) = books.reconcile(&books.period(1)).await;
        let expected = [RowKind::Matched, RowKind::Matched, RowKind::Unmatched];
        ensure!(kinds(&second) == expected, "{second:#?}");
        ensure!(second[2].case == Some(case), "{second:#?}");
        ensure!(books.rows(run.number).await == first, "the first run changed");
        let runs = books.engine.reconciliations().await.unwrap();
        let numbers: Vec<u64> = runs.iter().map(|run| run.number).collect();
        ensure!(numbers == [again.number, run.number], "{numbers:?}");
    }
    Ok(())
}

/// A record that is not listed is one case. No case is opened while the bank may still enter it.
pub(super) async fn what_a_statement_does_not_list_is_a_case(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        let transaction = books.pay("A-1", true).await;
        books.changes.leave_out(&transaction);
        books.pay_out("P-1", 30_000, None).await;
        books.changes.leave_out(&books.last());
        books.world.clock.advance(Duration::from_secs(3_600));
        let early = Period::new(books.begun, books.begun.plus(Duration::from_secs(60))).unwrap();
        let (_, rows) = books.reconcile(&early).await;
        ensure!(kinds(&rows) == [RowKind::MissingThere; 2], "{rows:#?}");
        ensure!(rows.iter().all(|row| row.case.is_none()), "too early: {rows:#?}");

        let (run, rows) = books.reconcile_the_first_day().await;
        ensure!(kinds(&rows) == [RowKind::MissingThere; 2], "{rows:#?}");
        ensure!(subjects(&rows) == ["payment:A-1", "payout:P-1"], "{rows:#?}");
        ensure!(run.need_a_person() == 2, "{run:?}");
        for row in &rows {
            let case = row.case.as_ref().ok_or("it is no case")?;
            let kind = books.case(case).await;
            ensure!(kind == Some(CaseKind::NotInStatement), "{case} is {kind:?}");
        }
        let (_, again) = books.reconcile(&books.period(1)).await;
        ensure!(again == rows, "{again:#?}");
        let open = books.engine.cases().await.unwrap().len();
        ensure!(open == 2, "{open} cases are open");
    }
    Ok(())
}

/// A line that is listed twice is a duplicate, and its money counts once. A payout that left twice
/// is also a duplicate, and a case.
pub(super) async fn what_is_listed_again_is_a_duplicate(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        let transaction = books.pay("A-1", true).await;
        books.changes.repeat(&transaction);
        books.pay_out("P-1", 30_000, Some("P-1 wages")).await;
        books.send_past_the_engine("P-1-again", 30_000, Some("P-1 wages")).await;
        let (_, rows) = books.reconcile_the_first_day().await;
        let expected = [RowKind::Matched, RowKind::Duplicate, RowKind::Matched, RowKind::Duplicate];
        ensure!(kinds(&rows) == expected, "{rows:#?}");
        let case = rows[3].case.as_ref().ok_or("the second payment is no case")?;
        let kind = books.case(case).await;
        ensure!(kind == Some(CaseKind::PaidTwice), "{case} is {kind:?}");
        let counted = received(&books.engine, "A-1").await;
        ensure!(counted == AMOUNT, "{counted} are counted");
    }
    Ok(())
}

/// A listed amount that differs from the record makes a row with both amounts and a case, whether
/// the statement has the key of the delivery or its own.
pub(super) async fn another_amount_differs_and_is_a_case(seeded: Option<Seeded>) -> Finding {
    for has_own_keys in [false, true] {
        for books in Books::on_each_store(seeded).await {
            let transaction = books.pay("A-1", true).await;
            books.changes.alter(&transaction, Money::vnd(AMOUNT - 1));
            books.pay_out("P-1", 30_000, Some("wages P-1")).await;
            books.changes.alter(&books.last(), Money::vnd(30_001));
            if has_own_keys {
                books.changes.use_own_keys();
            }
            let (_, rows) = books.reconcile_the_first_day().await;
            ensure!(kinds(&rows) == [RowKind::Differs; 2], "{rows:#?}");
            let recorded: Vec<_> = rows.iter().map(|row| row.recorded).collect();
            let expected = [Some(Money::vnd(AMOUNT)), Some(Money::vnd(30_000))];
            ensure!(recorded == expected, "{rows:#?}");
            for row in &rows {
                let case = row.case.as_ref().ok_or("it is no case")?;
                ensure!(books.case(case).await.is_some(), "{case} is not open");
            }
        }
    }
    Ok(())
}

/// Consecutive periods contain each line once, including a line of the moment between them.
pub(super) async fn each_line_belongs_to_one_period(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        books.pay("A-1", true).await;
        books.world.clock.advance(DAY);
        books.pay("A-2", true).await;
        books.world.clock.advance(DAY);
        books.pay("A-3", true).await;
        books.world.clock.advance(3 * DAY);
        let days = [(0, 1), (1, 2), (2, 3)];
        for (index, (from, until)) in days.into_iter().enumerate() {
            let at = |day: u32| books.begun.plus(DAY * day);
            let period = Period::new(at(from), at(until)).unwrap();
            let (_, rows) = books.reconcile(&period).await;
            let expected = [format!("payment:A-{}", index + 1)];
            ensure!(subjects(&rows) == expected, "day {index}: {rows:#?}");
            ensure!(kinds(&rows) == [RowKind::Matched], "day {index}: {rows:#?}");
        }
    }
    Ok(())
}

/// A statement with its own keys is matched with the deliveries of the same money: each line with
/// one credit, and each credit with one line.
pub(super) async fn other_keys_of_the_same_money_are_matched(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        books.changes.use_own_keys();
        books.changes.forget_orders();
        for order in ["A-1", "A-2", "A-3"] {
            books.pay(order, true).await;
        }
        let lost = books.last();
        books.changes.leave_out(&lost);
        let (_, rows) = books.reconcile_the_first_day().await;
        let expected = [RowKind::Matched, RowKind::Matched, RowKind::MissingThere];
        ensure!(kinds(&rows) == expected, "{rows:#?}");
        ensure!(subjects(&rows) == ["payment:A-1", "payment:A-2", "payment:A-3"], "{rows:#?}");
        for order in ["A-1", "A-2", "A-3"] {
            let counted = received(&books.engine, order).await;
            ensure!(counted == AMOUNT, "{counted} are counted for {order}");
        }
        // Now the lines are on record as well.
        let (_, again) = books.reconcile(&books.period(1)).await;
        ensure!(kinds(&again) == expected, "{again:#?}");
    }
    Ok(())
}

/// Payouts are matched by the reference in their memo, or else by amount and day, each with one
/// line. Outgoing money without a payout is unmatched.
pub(super) async fn payouts_are_matched_with_what_left(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        books.pay_out("P-1", 30_000, Some("wages P-1")).await;
        books.pay_out("P-2", 40_000, None).await;
        books.pay_out("P-3", 40_000, None).await;
        books.send_past_the_engine("X-9", 40_000, None).await;
        let (_, rows) = books.reconcile_the_first_day().await;
        let expected = [RowKind::Matched, RowKind::Matched, RowKind::Matched, RowKind::Unmatched];
        ensure!(kinds(&rows) == expected, "{rows:#?}");
        let named: BTreeSet<String> = subjects(&rows[..3]).into_iter().collect();
        ensure!(named.len() == 3, "{rows:#?}");
    }
    Ok(())
}

/// A line that names a payout with an unknown outcome proves that its money left.
pub(super) async fn a_payout_that_a_statement_names_has_left(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        let payouts = books.engine.payouts(MAIN).unwrap();
        books.world.gateway.next_payout(Scripted::lost_after_booking()).unwrap();
        let request = payout("P-1", 30_000, Some("wages P-1"));
        let sent = payouts.create_payout(&request).await.unwrap();
        ensure!(sent.is_uncertain(), "{sent:?}");
        books.world.gateway.settle_payout("P-1", PayoutOutcome::Succeeded).unwrap();
        let (_, rows) = books.reconcile_the_first_day().await;
        ensure!(kinds(&rows) == [RowKind::Matched], "{rows:#?}");
        let record = books.engine.payout(&request.payout).await.unwrap().unwrap();
        ensure!(record.state == RecordState::Succeeded, "the statement lists it: {record:?}");
        ensure!(record.cases.is_empty(), "{record:?}");
    }
    Ok(())
}

/// A line that names a pending payout does not settle it, because the bank may still return the
/// money: the provider reports the outcome.
pub(super) async fn a_pending_payout_that_a_statement_names_stays_pending(
    seeded: Option<Seeded>,
) -> Finding {
    for books in Books::on_each_store(seeded).await {
        let payouts = books.engine.payouts(MAIN).unwrap();
        let request = payout("P-1", 30_000, Some("wages P-1"));
        let sent = payouts.create_payout(&request).await.unwrap();
        ensure!(sent.accepted().is_ok(), "the gateway accepts it");
        let (_, rows) = books.reconcile_the_first_day().await;
        ensure!(kinds(&rows) == [RowKind::Matched], "{rows:#?}");
        let record = books.engine.payout(&request.payout).await.unwrap().unwrap();
        ensure!(record.state == RecordState::Pending, "{record:?}");
        books.world.gateway.settle_payout("P-1", PayoutOutcome::Failed).unwrap();
        let _ = payouts.find_payout(&request.payout).await.unwrap();
        let record = books.engine.payout(&request.payout).await.unwrap().unwrap();
        ensure!(record.state == RecordState::Failed, "its money came back: {record:?}");
        ensure!(record.cases.is_empty(), "{record:?}");
    }
    Ok(())
}

/// Outgoing money without a payout or refund on record is one case.
pub(super) async fn money_that_left_for_nothing_on_record_is_a_case(
    seeded: Option<Seeded>,
) -> Finding {
    for books in Books::on_each_store(seeded).await {
        books.send_past_the_engine("X-9", 40_000, None).await;
        let mut last = None;
        for _ in 0..2 {
            let (_, rows) = books.reconcile_the_first_day().await;
            let [row] = rows.as_slice() else { return Err(format!("{rows:#?}")) };
            let Some(case) = &row.case else { return Err(format!("{row:?}")) };
            let kind = books.case(case).await;
            ensure!(kind == Some(CaseKind::LeftUnexplained), "{kind:?}");
            last = Some(case.clone());
        }
        let cases = books.engine.cases().await.unwrap();
        ensure!(cases.len() == 1, "{cases:?}");
        let decided = books.engine.decide(&last.unwrap(), Decision::Closed, "lan", "a fee").await;
        ensure!(decided.is_ok(), "{decided:?}");
        let cases = books.engine.cases().await.unwrap();
        ensure!(cases.is_empty(), "{cases:?}");
    }
    Ok(())
}

/// A page that cannot be read interrupts the run, which records the reason and can be continued,
/// even after a kill; each line has one row.
pub(super) async fn an_interrupted_run_is_taken_up_again(seeded: Option<Seeded>) -> Finding {
    for mut books in Books::on_each_store(seeded).await {
        for amount in 1..=120 {
            books.world.gateway.deposit(Money::vnd(amount), "no order").unwrap();
        }
        books.world.clock.advance(3 * DAY);
        books.changes.fail_at(Some(2));
        let period = books.period(1);
        let error = books.engine.reconcile(MAIN, &period).await.unwrap_err();
        ensure!(error.to_string().contains("the bank is closed"), "{error}");
        let runs = books.engine.reconciliations().await.unwrap();
        let [run] = runs.as_slice() else { return Err(format!("{runs:?}")) };
        ensure!(run.state == RunState::Reading && run.lines == 50, "{run:?}");
        let why = run.interrupted.clone().unwrap_or_default();
        ensure!(why.contains("the bank is closed"), "{run:?}");

        books.changes.fail_at(None);
        let run = books.engine.continue_reconciliation(run.number).await.unwrap();
        ensure!(run.interrupted.is_none() && run.lines == 100, "{run:?}");
        books.restart().await;
        let run = books.engine.resume_reconciliation(run.number).await.unwrap();
        ensure!(run.is_done() && run.count(RowKind::Unmatched) == 120, "{run:?}");
        let rows = books.rows(run.number).await;
        let keys: BTreeSet<String> =
            rows.iter().filter_map(|row| row.key.as_ref().map(ToString::to_string)).collect();
        ensure!((rows.len(), keys.len()) == (120, 120), "{} rows", rows.len());
        let numbers: Vec<u64> = rows.iter().map(|row| row.number).collect();
        ensure!(numbers == (1..=120).collect::<Vec<_>>(), "{numbers:?}");
    }
    Ok(())
}

/// Commits with an unknown result add no row twice, and omit none.
pub(super) async fn unknown_commits_add_no_row_twice(seeded: Option<Seeded>) -> Finding {
    let (one, other) = (Deliveries::start(), Deliveries::start());
    let store = one.store();
    for (world, store) in [(one, store), (other, Store::memory())] {
        let strikes = |number: u64| match number % 7 {
            3 => Some(Fault::LostAfter),
            5 => Some(Fault::LostBefore),
            _ => None,
        };
        let books = Books::on(world, store.with_faults(strikes), seeded).await;
        for amount in 1..=120 {
            books.world.gateway.deposit(Money::vnd(amount), "no order").unwrap();
        }
        let (run, rows) = books.reconcile_the_first_day().await;
        ensure!(run.lines == 120 && rows.len() == 120, "{run:?}");
        let open = books.engine.cases().await.unwrap().len();
        ensure!(open == 120, "{open} cases are open");
    }
    Ok(())
}

/// A period that has not ended, and a provider without statements, are refused before a run begins.
pub(super) async fn what_cannot_be_reconciled_is_refused(seeded: Option<Seeded>) -> Finding {
    for books in Books::on_each_store(seeded).await {
        let early = books.engine.reconcile(MAIN, &books.period(1)).await;
        let field = early.as_ref().err().and_then(payments_core::Error::field);
        ensure!(field == Some("until"), "the statement is not complete: {early:?}");
        books.world.clock.advance(DAY);
        let error = books.engine.reconcile("other", &books.period(1)).await.unwrap_err();
        ensure!(error.kind() == payments_core::ErrorKind::NotFound, "{error}");
        ensure!(books.engine.reconciliations().await.unwrap().is_empty(), "a run began");
        let error = books.engine.continue_reconciliation(1).await.unwrap_err();
        ensure!(error.kind() == payments_core::ErrorKind::NotFound, "{error}");
    }
    Ok(())
}

/// A store with tables on which no engine was started was probably mistaken for another one.
pub(super) async fn a_store_that_was_never_used_is_not_reconciled(
    seeded: Option<Seeded>,
) -> Finding {
    let world = Deliveries::start();
    world.builder(seeded).migrate().await.unwrap();
    let begun = payments_core::Clock::now(&world.clock);
    world.clock.advance(3 * DAY);
    let period = Period::new(begun, begun.plus(DAY)).unwrap();
    let visitor = world.builder(seeded).visit().await.unwrap();
    let refused = visitor.reconcile(MAIN, &period).await;
    let kind = refused.as_ref().err().map(payments_core::Error::kind);
    ensure!(kind == Some(payments_core::ErrorKind::Configuration), "{refused:?}");
    visitor.stop().await;
    world.engine(seeded).await.stop().await;
    let visitor = world.builder(seeded).visit().await.unwrap();
    let run = visitor.reconcile(MAIN, &period).await;
    ensure!(run.is_ok(), "{run:?}");
    Ok(())
}
