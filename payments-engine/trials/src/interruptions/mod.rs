//! Children that are killed or stopped at random points.
//!
//! A child is an ignored test of the same test binary, with an engine on the store of its parent.
//! [`payments`] interrupts children that pay out and refund, [`deliveries`] children that accept
//! deliveries and handle changes. A round counts only if something was between two rows of the
//! failure table when its child was interrupted.

mod counts;
pub mod deliveries;
pub mod payments;
mod slow_line;

pub use counts::{Counts, Interruption, Kind, Row, Wrong};

use rusqlite::Connection;
use sqlx::{AssertSqlSafe, Connection as _, postgres::PgConnection};

use crate::database::wait_for;
use crate::world::PATIENCE;

/// The number of rounds that share one store before it has to come to rest.
const BATCH: usize = 20;

/// Interrupts children until this many rounds count. `begin` creates the store of each batch.
fn run<'a, B: Batch>(
    interruption: Interruption,
    rounds: usize,
    begin: impl Fn() -> B + 'a,
) -> Counts {
    let mut counts = Counts::default();
    while counts.counted < rounds && counts.rounds < rounds * 10 {
        let mut batch = begin();
        let left = (rounds - counts.counted).min(BATCH);
        let mut counted = 0;
        for _ in 0..BATCH * 5 {
            if counted == left {
                break;
            }
            let rows = batch.round(interruption, counts.rounds);
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

/// Rounds that share one store.
trait Batch {
    /// Interrupts a child, and returns the rows in which something was interrupted.
    fn round(&mut self, interruption: Interruption, round: usize) -> Vec<(Kind, Row)>;

    /// Brings the store to rest, and compares it with what the children reported.
    fn settle(self, counts: &mut Counts);
}

/// Reads two columns of text from the store at a place. `sql` names the tables as in SQLite.
fn read_pairs(place: &str, sql: &str) -> Vec<(String, String)> {
    if place.starts_with("postgres:") {
        let sql = AssertSqlSafe(sql.replace("payments_", "payments."));
        return wait_for(async {
            let mut connection = PgConnection::connect(place).await.unwrap();
            let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            rows
        });
    }
    let connection = Connection::open(place).unwrap();
    connection.busy_timeout(PATIENCE).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}
