//! Continues reading a long statement of the User API v1 from its last line, by the number of that
//! line.

use payments_core::{Listed, Result};
use serde_json::value::RawValue;

use super::{
    heading::Heading,
    line::{Line, line},
};
use crate::{
    bank::{api, user_api::Pairs, v1_response, wire},
    client::{Client, Request},
    field::Unclear,
    limits,
};

/// The position of a reader in the statement of v1.
///
/// `since_id` lists the line with this number and later ones (source: SePay API v1: transactions).
/// SePay does not document whether a full response has the oldest or the newest of these lines, nor
/// the order of the lines of one second. After a full response, the lines between its first and
/// last number are therefore counted. If some are missing, only the lines before the first gap are
/// returned; if no lines remain, the response is refused.
pub(crate) struct Reading {
    query: Pairs,
    /// The line that was reported last, or the line to begin with.
    since: Option<u64>,
    /// Whether the line `since` was already reported.
    told: bool,
    limit: usize,
}

/// Some lines, oldest first.
pub(crate) struct Turn<T> {
    pub(crate) rows: Vec<Listed<T>>,
    pub(crate) more: bool,
}

/// The smallest possible number. SePay ignores a zero, and without `since_id` it lists the newest
/// lines.
const FIRST: u64 = 1;

/// The parameters with which SePay counts lines, in addition to `since_id`.
const COUNTED: [&str; 3] = ["account_number", "transaction_date_min", "transaction_date_max"];

impl Reading {
    /// Starts at the `since_id` of a query, including that line.
    pub(crate) fn new(mut query: Pairs) -> Self {
        let mut take = |name| {
            let place = query.iter().position(|(known, _)| *known == name)?;
            query.remove(place).1.parse::<u64>().ok()
        };
        let since = take("since_id");
        // With a limit of one line, SePay would always return the line of `since_id` again.
        let limit = take("limit").and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.map_or(limits::USER_API_V1_PER_PAGE, |limit| {
            limit.clamp(2, limits::USER_API_V1_PER_PAGE)
        });
        Self { query, since, told: false, limit }
    }

    /// Continues after a line that was already reported, or starts at the beginning.
    pub(crate) fn after(query: Pairs, last: Option<u64>) -> Self {
        Self { since: last, told: last.is_some(), ..Self::new(query) }
    }

    /// Returns the line that was reported last.
    pub(crate) fn last(&self) -> Option<u64> {
        self.since.filter(|_| self.told)
    }

    /// Returns the next lines, without those for which `read` returns `None`.
    pub(crate) async fn turn<T>(
        &mut self,
        client: &Client,
        read: impl Fn(&RawValue, &Heading<'_>) -> Option<Listed<T>>,
    ) -> Result<Turn<T>> {
        let since = self.since.unwrap_or(FIRST);
        let mut query = self.counted(since);
        query.push(("limit", self.limit.to_string()));
        let request = Request::to(&api::V1_TRANSACTIONS).with_query(query);
        let response = client.inquire(&request).await?;
        let (mut lines, listed) = {
            let list: wire::V1Transactions<'_> = v1_response::read(&response)?;
            let lines: Vec<_> = list.transactions.iter().map(|json| line(json, &read)).collect();
            let listed = lines.len();
            (lines, listed)
        };
        // A line without a readable number comes first: it is reported, but reading cannot continue
        // from it.
        lines.sort_by_key(number);
        let full = listed >= self.limit;
        if full {
            let complete = self.complete(client, since, &lines).await?;
            lines.truncate(complete);
        }
        let last = lines.iter().filter_map(number).max();
        // A full response without new lines would be requested forever.
        let more = full && last.is_some_and(|last| last > since);
        let is_new = |line: &Line<_>| !(self.told && number(line).is_some_and(|it| it <= since));
        let rows = lines.into_iter().filter(is_new).filter_map(|line| line.row).collect();
        if let Some(last) = last.filter(|last| *last >= since) {
            (self.since, self.told) = (Some(last), true);
        }
        Ok(Turn { rows, more })
    }

    /// Returns how many lines of a full response, sorted by their numbers, have no gap before them.
    async fn complete<T>(&self, client: &Client, since: u64, lines: &[Line<T>]) -> Result<usize> {
        if self.query.iter().any(|(name, _)| !COUNTED.contains(name)) {
            // SePay cannot count with these parameters.
            return Ok(lines.len());
        }
        let (mut good, mut bad) = (0, lines.len().saturating_add(1));
        let mut asked = lines.len();
        while good < asked {
            match self.has_gap(client, since, lines.get(..asked).unwrap_or_default()).await? {
                false => good = asked,
                true => bad = asked,
            }
            asked = good.midpoint(bad);
        }
        let reached = lines.get(..good).unwrap_or_default().iter().filter_map(number).max();
        if reached.is_none_or(|reached| reached <= since) {
            return Err(Unclear::new(
                "v1 left lines out of more than fit into one answer; ask for a shorter time, or \
                 use v2",
            )
            .into_error(api::V1_TRANSACTIONS.name));
        }
        Ok(good)
    }

    /// Returns `true` if SePay counts more lines from `since` to the last of these lines than there
    /// are.
    async fn has_gap<T>(&self, client: &Client, since: u64, lines: &[Line<T>]) -> Result<bool> {
        let Some(last) = lines.iter().filter_map(number).max() else { return Ok(false) };
        // A line that arrives between the two requests adds only to the second count. It looks like
        // a gap, and is read with the next response.
        let after = self.counted(last.saturating_add(1));
        let after = v1_response::count_transactions(client, after).await?;
        let all = v1_response::count_transactions(client, self.counted(since)).await?;
        let here = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        Ok(all.saturating_sub(after) > here)
    }

    fn counted(&self, since: u64) -> Pairs {
        let mut query = self.query.clone();
        query.push(("since_id", since.to_string()));
        query
    }
}

/// Returns the number of a line, if it can be read.
fn number<T>(line: &Line<T>) -> Option<u64> {
    line.id.as_deref()?.parse().ok()
}
