//! A long statement of v1, read on from the last line by its number.

use payments_core::Result;

use super::user_api_v1::{TRANSACTIONS, UserApiV1};
use crate::{
    map::{self, Unclear},
    user_api::Pairs,
    wire,
};

/// Where a reader of v1's statement is.
///
/// `since_id` lists from a number on, that one included (SePay API v1: transactions). Which lines a
/// full answer keeps of those after it, the oldest or the newest, no page says. They mean a long
/// list to be read on from the last number, so the oldest; were it the newest, lines would be left
/// out unseen. That is not left to chance: a full answer that does not begin with the line it was
/// asked from is counted after, and refused if lines are missing.
pub(crate) struct Reading {
    query: Pairs,
    /// The line that was told last, or from which to begin.
    since: Option<u64>,
    /// Whether `since` was told.
    told: bool,
    limit: usize,
}

/// Some lines, oldest first.
pub(crate) struct Turn<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) more: bool,
}

/// Every number is at least this. A zero would be as good as none for SePay, and without one the
/// newest lines are listed.
const FIRST: u64 = 1;

impl Reading {
    /// Begins at the `since_id` of a query, that line included.
    pub(crate) fn new(mut query: Pairs) -> Self {
        let mut take = |name| {
            let place = query.iter().position(|(known, _)| *known == name)?;
            query.remove(place).1.parse::<u64>().ok()
        };
        let since = take("since_id");
        // Of one line at a time, only the line asked from would ever come.
        let limit = take("limit").and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.map_or(UserApiV1::LARGEST, |limit| limit.clamp(2, UserApiV1::LARGEST));
        Self { query, since, told: false, limit }
    }

    /// Goes on after a line that was told, or from the beginning.
    pub(crate) fn after(query: Pairs, last: Option<u64>) -> Self {
        Self { since: last, told: last.is_some(), ..Self::new(query) }
    }

    /// The line that was told last.
    pub(crate) fn last(&self) -> Option<u64> {
        self.since.filter(|_| self.told)
    }

    /// The next lines, of which `read` leaves out what it makes nothing of.
    pub(crate) async fn turn<T>(
        &mut self,
        api: &UserApiV1,
        read: impl Fn(&wire::Transaction<'_>) -> Result<Option<T>, Unclear>,
    ) -> Result<Turn<T>> {
        let since = self.since.unwrap_or(FIRST);
        let mut query = self.counted(since);
        query.push(("limit", self.limit.to_string()));
        let response = api.ask(TRANSACTIONS, "/transactions/list", query).await?;
        let list: wire::V1Transactions<'_> = map::v1::read(TRANSACTIONS, &response)?;
        let unclear = |unclear: Unclear| unclear.into_error(TRANSACTIONS);
        let mut lines = list
            .transactions
            .iter()
            .map(|line| Ok((number(line)?, line)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(unclear)?;
        lines.sort_by_key(|(number, _)| *number);
        let full = lines.len() >= self.limit;
        if full && let Some((oldest, _)) = lines.first().filter(|(oldest, _)| *oldest != since) {
            self.check_nothing_is_missing(api, since, *oldest).await?;
        }
        let last = lines.last().map(|(number, _)| *number);
        let mut rows = Vec::with_capacity(lines.len());
        for (number, line) in lines {
            if self.told && number <= since {
                continue;
            }
            rows.extend(read(line).map_err(unclear)?);
        }
        if let Some(last) = last.filter(|last| *last >= since) {
            (self.since, self.told) = (Some(last), true);
        }
        // A full answer with nothing new would be asked for without end.
        let more = full && last.is_some_and(|last| last > since);
        Ok(Turn { rows, more })
    }

    /// Counts what is from `since` and what is from `oldest` on: as many, if nothing is between.
    async fn check_nothing_is_missing(
        &self,
        api: &UserApiV1,
        since: u64,
        oldest: u64,
    ) -> Result<()> {
        let asked = api.count_of_transactions(self.counted(since)).await?;
        // What arrives in between only adds to this one.
        let given = api.count_of_transactions(self.counted(oldest)).await?;
        if given >= asked {
            return Ok(());
        }
        Err(Unclear::new(
            "v1 gave the newest lines of more than fit into one answer and left the oldest out; \
             ask for a shorter time, or use v2",
        )
        .into_error(TRANSACTIONS))
    }

    fn counted(&self, since: u64) -> Pairs {
        let mut query = self.query.clone();
        query.push(("since_id", since.to_string()));
        query
    }
}

fn number(line: &wire::Transaction<'_>) -> Result<u64, Unclear> {
    line.id.as_str().parse().map_err(|_| Unclear::new("the id of a line is no number"))
}
