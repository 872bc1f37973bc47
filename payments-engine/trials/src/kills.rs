//! A child process that pays out, and is killed or stopped at random points.
//!
//! The child is the test `child` of the same test binary: an engine on the store of its parent,
//! with half of its payouts handed over and half waited for. The gateway is in the parent and pays
//! a repeated reference again. A round counts only if a payout was between two rows of the failure
//! table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use payments_core::{ManualClock, Submission, SystemClock, Timestamp, rules::AbsenceRule};
use payments_engine::{Engine, HandedOver, Limits, RecordState, Seeded, Store};
use provider_mock::{Operation, PayoutStart, Scripted};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::Runtime;

use crate::database::{SILENCE, is_chosen, wait_for};
use crate::random::Random;
use crate::world::{MAIN, PATIENCE, World, create, payout, provider_at, reference};

/// The number of payouts that one child makes.
const PAYOUTS: usize = 12;

/// How long after its permit the child may write.
const SEND_WITHIN: Duration = Duration::from_secs(1);

/// The number of rounds that share one store before it has to come to rest.
const BATCH: usize = 20;

const PLAN: &str = "ENGINE_TRIAL_CHILD";

/// The name of the test that is the child.
const CHILD: &str = "child";

/// The interruption of the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// SIGKILL.
    Killed,
    /// SIGSTOP, and SIGCONT after its permits expired.
    Stopped,
}

/// The state of a payout when its process was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// Instructed, but not on record.
    BeforeTheRecord,
    /// On record, but without a permit.
    AfterTheRecord,
    /// With a permit, but not at the gateway.
    AfterThePermit,
    /// At the gateway, but without an outcome.
    AfterTheSend,
}

/// The counts of a trial.
#[derive(Debug, Default)]
pub struct Counts {
    /// The number of rounds, counted or not.
    pub rounds: usize,
    /// The number of rounds in which a payout was between two rows.
    pub counted: usize,
    /// The number of payouts by the row in which they were interrupted.
    pub rows: BTreeMap<Row, usize>,
    /// The number of payouts, and of those that the gateway carried out.
    pub payouts: (usize, usize),
    /// The number of payouts that ended as failed because a rule made their absence conclusive.
    pub concluded: usize,
    /// The violations: doubles, losses, false ends.
    pub wrong: Vec<String>,
}

impl Counts {
    /// Formats the counts as a table.
    pub fn table(&self, interruption: Interruption) -> String {
        let store = if is_chosen() { "PostgreSQL" } else { "SQLite" };
        let mut table = format!(
            "| {interruption:?}, {store} | payouts |\n|---|---|\n| rounds | {} of {} counted |\n",
            self.counted, self.rounds
        );
        for (row, count) in &self.rows {
            let _ = writeln!(table, "| {row:?} | {count} |");
        }
        let (all, done) = self.payouts;
        let _ = writeln!(table, "| instructed | {all} |\n| carried out | {done} |");
        let _ = writeln!(table, "| concluded by a rule | {} |", self.concluded);
        let _ = writeln!(table, "| doubles, losses, false ends | {} |", self.wrong.len());
        table
    }
}

/// Interrupts children until this many rounds count. The calling test binary must have an ignored
/// test `child`, which calls [`child`].
pub fn run(interruption: Interruption, rounds: usize, seeded: Option<Seeded>) -> Counts {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut counts = Counts::default();
    let mut random = Random::seeded(0x5EED);
    while counts.counted < rounds && counts.rounds < rounds * 10 {
        let world = runtime.block_on(World::with(PayoutStart::Succeeded, 0));
        let mut batch = Batch { runtime: &runtime, world, seeded, reported: BTreeMap::new() };
        let left = (rounds - counts.counted).min(BATCH);
        let mut counted = 0;
        for _ in 0..BATCH * 5 {
            if counted == left {
                break;
            }
            let rows = batch.round(interruption, counts.rounds, &mut random);
            counts.rounds += 1;
            counted += usize::from(!rows.is_empty());
            for row in rows {
                *counts.rows.entry(row).or_default() += 1;
            }
        }
        counts.counted += counted;
        batch.settle(&mut counts);
    }
    counts
}

/// The last message of the child about a payout.
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
    seeded: Option<Seeded>,
    reported: BTreeMap<String, Reported>,
}

impl Batch<'_> {
    /// Returns the place of the store: the URL of a database, or a file.
    fn place(&self) -> String {
        match &self.world.database {
            Some(database) => database.url().to_owned(),
            None => self.world.folder.path().join("shop.db").display().to_string(),
        }
    }

    /// Returns the states of the payouts whose names begin with this text.
    fn states(&self, prefix: &str) -> BTreeMap<String, String> {
        if let Some(database) = &self.world.database {
            let sql = "SELECT reference, state FROM payments.payout
                       WHERE starts_with(reference, $1)";
            let rows: Vec<(String, String)> = wait_for(async {
                let mut connection = database.connect().await;
                sqlx::query_as(sql).bind(prefix).fetch_all(&mut connection).await.unwrap()
            });
            return rows.into_iter().collect();
        }
        let connection = Connection::open(self.place()).unwrap();
        connection.busy_timeout(PATIENCE).unwrap();
        let sql = "SELECT reference, state FROM payments_payout
                   WHERE substr(reference, 1, length(?1)) = ?1";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn round(&mut self, interruption: Interruption, round: usize, random: &mut Random) -> Vec<Row> {
        for _ in 0..PAYOUTS {
            let delay = Scripted::delay(Duration::from_millis(random.below(40)));
            self.world.gateway().script(Operation::CreatePayout, delay).unwrap();
        }
        let mut process =
            Process::start(&self.place(), &self.world.simulator.url(), round, self.seeded);
        let is_begun = process.read_until(&mut self.reported, "begins");
        assert!(is_begun, "the child begins");
        std::thread::sleep(Duration::from_micros(random.below(120_000)));
        match interruption {
            Interruption::Killed => {
                process.child.kill().unwrap();
                process.child.wait().unwrap();
                process.read_until(&mut self.reported, "ended");
                self.rows(round)
            }
            Interruption::Stopped => {
                let pid = Pid::from_child(&process.child);
                kill_process(pid, Signal::STOP).unwrap();
                std::thread::sleep(Duration::from_millis(5));
                process.read_what_is_there(&mut self.reported);
                let rows = self.rows(round);
                std::thread::sleep(SEND_WITHIN + Duration::from_millis(200));
                kill_process(pid, Signal::CONT).unwrap();
                process.read_until(&mut self.reported, "ended");
                process.child.wait().unwrap();
                rows
            }
        }
    }

    /// Returns where the payouts of a round were interrupted.
    fn rows(&self, round: usize) -> Vec<Row> {
        let prefix = format!("R{round}-");
        let states = self.states(&prefix);
        let unfinished = self.reported.iter().filter(|(name, reported)| {
            name.starts_with(&prefix) && matches!(reported, Reported::Asked | Reported::HandedOver)
        });
        unfinished
            .filter_map(|(name, _)| match states.get(name).map(String::as_str) {
                None => Some(Row::BeforeTheRecord),
                Some("prepared") => Some(Row::AfterTheRecord),
                Some("submitting") if self.world.carried_out(name) == 0 => {
                    Some(Row::AfterThePermit)
                }
                Some("submitting") => Some(Row::AfterTheSend),
                Some(_) => None,
            })
            .collect()
    }

    /// Brings the store to rest with the gateway up, and compares it with the gateway's ledger.
    fn settle(&self, counts: &mut Counts) {
        if self.world.database.is_some() {
            // The other engines treat a killed one as running until it was silent for this long.
            std::thread::sleep(SILENCE + Duration::from_millis(200));
        }
        self.runtime.block_on(async {
            let now = payments_core::Clock::now(&SystemClock);
            let clock = ManualClock::at(Timestamp::from_unix(now.unix_seconds()));
            let limits = Limits::default()
                .with_send_within(SEND_WITHIN)
                .with_absence(AbsenceRule::After(Duration::ZERO));
            let builder = Engine::builder()
                .with_store(store_at(&self.place()))
                .with_provider(provider_at(&self.world.simulator.url(), Arc::new(clock.clone())))
                .with_clock(Arc::new(clock.clone()))
                .with_limits(MAIN, limits)
                .without_background();
            let engine = builder.with_seeded(self.seeded).start().await.unwrap();
            for _ in 0..8 {
                engine.tick().await.unwrap();
                clock.advance(Duration::from_secs(120));
            }
            let health = engine.health().await.unwrap();
            if health.forgotten > 0 || health.records.iter().any(|(state, _)| !state.is_final()) {
                counts.wrong.push(format!("not at rest: {health:?}"));
            }
            let mut sent = BTreeSet::new();
            for (name, reported) in &self.reported {
                let times = self.world.carried_out(name);
                let record = engine.payout(&reference(name)).await.unwrap();
                let state = record.as_ref().map(|record| record.state);
                if times > 0 {
                    sent.insert(name);
                }
                let wrong = match (reported, state) {
                    _ if times > 1 => Some("carried out twice"),
                    (Reported::HandedOver, None) => Some("acknowledged and lost"),
                    (Reported::Accepted, _) if times != 1 => Some("accepted and not carried out"),
                    (Reported::Refused, _) if times != 0 => Some("carried out after an error"),
                    (_, Some(RecordState::Succeeded)) if times != 1 => Some("a false success"),
                    (_, Some(RecordState::Failed | RecordState::NotSent)) if times != 0 => {
                        Some("a false failure")
                    }
                    (_, None) if times != 0 => Some("carried out and not on record"),
                    _ => None,
                };
                if let Some(wrong) = wrong {
                    counts
                        .wrong
                        .push(format!("{name}: {wrong} ({reported:?}, {state:?}, {times})"));
                }
                counts.concluded += usize::from(state == Some(RecordState::Failed));
            }
            counts.payouts.0 += self.reported.len();
            counts.payouts.1 += sent.len();
            engine.stop().await;
        });
    }
}

struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    fn start(place: &str, url: &str, round: usize, seeded: Option<Seeded>) -> Self {
        let mistake = seeded.map(|seeded| format!("{seeded:?}")).unwrap_or_default();
        let plan = format!("{place}\n{url}\n{round}\n{mistake}");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", CHILD, "--nocapture", "--test-threads=2"])
            .env(PLAN, plan)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // The parent may have given up.
                let _ = send.send(line);
            }
        });
        Self { child, lines }
    }

    /// Reads the child's messages up to a line. Returns false if it ended or was silent for too
    /// long.
    fn read_until(&mut self, reported: &mut BTreeMap<String, Reported>, line: &str) -> bool {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(said) if said == line => return true,
                Ok(said) => note(reported, &said),
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => panic!("the child does not say {line}"),
            }
        }
    }

    fn read_what_is_there(&mut self, reported: &mut BTreeMap<String, Reported>) {
        while let Ok(said) = self.lines.try_recv() {
            note(reported, &said);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The child may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// Opens the store at a place: the URL of a database, or a file.
fn store_at(place: &str) -> Store {
    if place.starts_with("postgres:") {
        Store::postgres(place).with_silence(SILENCE)
    } else {
        Store::sqlite(place)
    }
}

/// Runs the child: pays out, and reports what it does.
pub fn child() {
    let plan = std::env::var(PLAN).unwrap();
    let mut plan = plan.split('\n');
    let (place, url, round) = (plan.next().unwrap(), plan.next().unwrap(), plan.next().unwrap());
    let mistake = plan.next().unwrap_or_default();
    let seeded = Seeded::ALL.into_iter().find(|seeded| format!("{seeded:?}") == mistake);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::builder()
            .with_store(store_at(place))
            .with_provider(provider_at(url, Arc::new(SystemClock)))
            .with_limits(MAIN, Limits::default().with_send_within(SEND_WITHIN))
            .with_interval(Duration::from_millis(10))
            .with_seeded(seeded)
            .start()
            .await
            .unwrap();
        say("begins");
        let engine = &engine;
        join_all((0..PAYOUTS).map(|number| async move {
            let name = format!("R{round}-{number}");
            let request = payout(&name);
            // Not all at the same time, so that a kill finds them in different rows.
            tokio::time::sleep(Duration::from_millis(6 * number as u64)).await;
            say(&format!("asked {name}"));
            let outcome = if number % 2 == 0 {
                match engine.submit(MAIN, &request).await {
                    Ok(HandedOver::Recorded(_)) => "handed-over",
                    Ok(HandedOver::Unknown { .. }) => "not-accepted",
                    Err(_) => "refused",
                }
            } else {
                match create(engine, &request).await {
                    Ok(Submission::Accepted(_)) => "accepted",
                    Ok(_) => "not-accepted",
                    Err(_) => "refused",
                }
            };
            say(&format!("{outcome} {name}"));
        }))
        .await;
        // Gives the engine time to send payouts that were handed over.
        tokio::time::sleep(Duration::from_millis(50)).await;
        say("ended");
    });
}

fn say(line: &str) {
    use std::io::Write as _;

    let mut out = std::io::stdout().lock();
    // The parent may have ended.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
