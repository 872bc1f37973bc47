//! What interruptions are counted by.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::database::is_chosen;

/// The number of interruptions from which on each cell of the table has to be filled.
const FULL: usize = 1_000;

/// The number of interruptions in each cell of a full count.
const EACH_CELL: usize = 200;

/// The interruption of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// SIGKILL.
    Killed,
    /// SIGSTOP, and SIGCONT after its permits expired.
    Stopped,
}

/// What was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A payout.
    Payout,
    /// A refund.
    Refund,
    /// A delivery.
    Delivery,
}

/// How far it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// Instructed or delivered, but not on record.
    BeforeTheRecord,
    /// On record, but without a permit.
    AfterTheRecord,
    /// With a permit, but not at the gateway.
    AfterThePermit,
    /// At the gateway, but without an outcome.
    AfterTheSend,
    /// A delivery on record to which the gateway got no reply.
    BeforeTheReply,
    /// A delivery with a reply, whose change was not handled.
    BeforeTheHandler,
}

impl Kind {
    /// Returns the rows in which it can be interrupted.
    pub fn rows(self) -> &'static [Row] {
        match self {
            Self::Payout | Self::Refund => {
                &[Row::BeforeTheRecord, Row::AfterTheRecord, Row::AfterThePermit, Row::AfterTheSend]
            }
            Self::Delivery => &[Row::BeforeTheRecord, Row::BeforeTheReply, Row::BeforeTheHandler],
        }
    }
}

/// A violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Sent, booked or handled twice.
    Double,
    /// Acknowledged and lost.
    Loss,
    /// A record with a state that is not true.
    FalseEnd,
    /// A record that is neither final nor before a person.
    NotAtRest,
}

/// The counts of a trial.
#[derive(Debug, Default)]
pub struct Counts {
    /// The number of rounds, counted or not.
    pub rounds: usize,
    /// The number of rounds in which something was between two rows.
    pub counted: usize,
    /// The number of payouts, refunds and deliveries by the row in which they were interrupted.
    pub rows: BTreeMap<(Kind, Row), usize>,
    /// The number of instructed payouts and refunds, or of acknowledged deliveries.
    pub asked: usize,
    /// The number of those that the gateway carried out, or of handled changes.
    pub done: usize,
    /// The number of payouts that ended as failed because a rule made their absence conclusive.
    pub concluded: usize,
    /// The number of records that ended before a person.
    pub before_a_person: usize,
    /// The violations.
    pub wrong: Vec<(Wrong, String)>,
}

impl Counts {
    /// Returns how often something of a kind was interrupted in a row.
    pub fn of(&self, kind: Kind, row: Row) -> usize {
        self.rows.get(&(kind, row)).copied().unwrap_or(0)
    }

    /// Formats the counts as a table of rows by store, followed by the sums of every trial of this
    /// process.
    pub fn table(&self, interruption: Interruption, kinds: &[Kind]) -> String {
        let store = if is_chosen() { "PostgreSQL" } else { "SQLite" };
        let mut table = format!("| {interruption:?} | row | {store} |\n|---|---|---|\n");
        for kind in kinds {
            for row in kind.rows() {
                let _ = writeln!(table, "| {kind:?} | {row:?} | {} |", self.of(*kind, *row));
            }
        }
        let _ = writeln!(
            table,
            "| in all | {} of {} rounds counted | {} asked, {} done, {} concluded by a rule |",
            self.counted, self.rounds, self.asked, self.done, self.concluded
        );
        let _ = writeln!(table, "{}", self.add_to_the_sum(interruption, store));
        table
    }

    /// Adds the counts to the sum of this process, and returns the sum.
    fn add_to_the_sum(&self, interruption: Interruption, store: &str) -> String {
        static SUM: Mutex<[usize; 6]> = Mutex::new([0; 6]);
        let mut sum = SUM.lock().unwrap_or_else(PoisonError::into_inner);
        let wrong = |wrong| self.wrong.iter().filter(|(is, _)| *is == wrong).count();
        let is_kill = interruption == Interruption::Killed;
        let counts = [
            if is_kill { self.counted } else { 0 },
            if is_kill { 0 } else { self.counted },
            wrong(Wrong::Double),
            wrong(Wrong::Loss),
            wrong(Wrong::FalseEnd) + wrong(Wrong::NotAtRest),
            self.before_a_person,
        ];
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
        let [kills, stops, doubles, losses, others, persons] = *sum;
        format!(
            "| sum on {store} up to here | {kills} kills and {stops} stops counted | {doubles} \
             doubles, {losses} losses, {others} false ends, {persons} before a person |"
        )
    }

    /// Checks that nothing went wrong, and that the trial interrupted as much as it was to.
    ///
    /// # Panics
    /// Panics if a check fails.
    pub fn check(&self, rounds: usize, kinds: &[Kind]) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert_eq!(self.counted, rounds, "too few rounds counted: {self:?}");
        assert!(self.done > 0, "an engine that does nothing: {self:?}");
        // Only what was between its permit and its first byte has an outcome that nobody knows.
        let unknown = kinds.iter().map(|kind| self.of(*kind, Row::AfterThePermit)).sum::<usize>();
        assert!(self.before_a_person <= unknown, "too many before a person: {self:?}");
        if rounds >= FULL {
            for kind in kinds {
                for row in kind.rows() {
                    let count = self.of(*kind, *row);
                    assert!(count >= EACH_CELL, "{kind:?}, {row:?}: only {count}");
                }
            }
        }
    }
}
