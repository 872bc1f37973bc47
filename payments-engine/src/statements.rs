//! Reads the statements of providers at intervals, and books the lines.
//!
//! A statement is read from a place that was reached at least 24 h ago, because banks enter lines
//! late. The lines of a page and the place after them are written in one commit.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Listed, ProviderId, Timestamp,
    statement::{Cursor, Page, StatementFilter},
};
use serde::{Deserialize, Serialize};

use crate::{
    booking::book,
    notice,
    record::{Report, ReportData, Source},
    shared::Shared,
    store::{Backend, Claim, Due, StoreError},
};

/// How far back a statement is read again.
const OVERLAP: Duration = Duration::from_secs(24 * 3_600);

/// The least time between two remembered places.
const APART: Duration = Duration::from_secs(3_600);

/// The number of pages that are read before other work has its turn.
const PAGES: usize = 20;

/// How long to wait before a statement that could not be read is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// How far a provider's statements were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Lines that were booked before this time are skipped, because the engine did not run yet.
    from: Timestamp,
    /// Where the reading under way continues, or `None` if none is under way.
    #[serde(default)]
    under_way: Option<Cursor>,
    /// The places at which the end was reached, each with its time, oldest first.
    #[serde(default)]
    reached: Vec<(Timestamp, Cursor)>,
    /// When the end was last reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    read_at: Option<Timestamp>,
}

impl Progress {
    /// Returns the progress of a provider whose statements were never read: it begins 24 h ago.
    fn begin(now: Timestamp) -> Self {
        let from = now.unix_seconds().saturating_sub(24 * 3_600);
        Self {
            from: Timestamp::from_unix(from),
            under_way: None,
            reached: Vec::new(),
            read_at: None,
        }
    }

    /// Returns the place to read from.
    fn place(&self, now: Timestamp) -> Cursor {
        let old = self.reached.iter().rev().find(|(at, _)| now.since(*at) >= OVERLAP);
        let place = self.under_way.clone().or_else(|| old.map(|(_, cursor)| cursor.clone()));
        place.unwrap_or_default()
    }

    /// Returns the progress after a page that ends at `next`.
    fn after(mut self, next: &Cursor, is_more: bool, now: Timestamp) -> Self {
        if is_more {
            self.under_way = Some(next.clone());
            return self;
        }
        self.under_way = None;
        self.read_at = Some(now);
        if self.reached.last().is_none_or(|(at, _)| now.since(*at) >= APART) {
            self.reached.push((now, next.clone()));
        }
        // Keep the newest place that is old enough, and those after it.
        if let Some(first) = self.reached.iter().rposition(|(at, _)| now.since(*at) >= OVERLAP) {
            self.reached.drain(..first);
        }
        self
    }
}

/// Returns when the end of a statement was last reached, according to stored progress.
pub(crate) fn read_at(stored: &str) -> Option<Timestamp> {
    serde_json::from_str::<Progress>(stored).ok()?.read_at
}

impl Shared {
    /// Makes the statements of every provider that has them due for reading.
    pub(crate) async fn begin_reading(&self) -> Result<(), StoreError> {
        if self.read_every.is_none() {
            return Ok(());
        }
        let has_them = self.providers.iter().filter(|(_, one)| one.statements().is_ok());
        let providers: Vec<ProviderId> = has_them.map(|(id, _)| id.clone()).collect();
        let work = move |backend: &mut dyn Backend| {
            for provider in &providers {
                let kind = crate::store::TaskKind::Read;
                backend.make_due(kind, provider.as_str(), Due::at_once())?;
            }
            Ok(())
        };
        self.journal.store.run(work).await
    }

    /// Reads a provider's statements further, with one commit for each page.
    pub(crate) async fn read_statements(self: &Arc<Self>, claim: &Claim) -> Result<(), StoreError> {
        let provider = ProviderId::new(claim.subject.as_str()).ok();
        let provider = provider.and_then(|id| self.providers.get(&id));
        let statements = provider.and_then(|one| Some((one.id(), one.statements().ok()?)));
        let (Some((id, statements)), Some(every)) = (statements, self.read_every) else {
            return self.set_due(claim, Due::Never).await;
        };
        for _ in 0..PAGES {
            let (now, name) = (self.clock.now(), id.clone());
            let stored = self.journal.store.run(move |backend| backend.inbox().progress(&name));
            // If a later version stored the progress, read from the beginning: keys count lines
            // once.
            let stored = stored.await?.and_then(|text| serde_json::from_str(&text).ok());
            let progress: Progress = stored.unwrap_or_else(|| Progress::begin(now));
            let place = progress.place(now);
            let filter = StatementFilter::new().with_from(progress.from);
            let page = match statements.entries(&place, &filter).await {
                Ok(page) if page.more && page.next == place => {
                    tracing::error!(provider = %id, "the next page of its statement is the page itself");
                    return self.set_due(claim, Due::At(now.plus(every))).await;
                }
                Ok(page) => page,
                Err(error) => {
                    tracing::warn!(provider = %id, "its statement cannot be read: {error}");
                    return self.set_due(claim, Due::At(now.plus(AGAIN.min(every)))).await;
                }
            };
            let is_more = page.more;
            self.book_page(claim, id, progress, page, now, every).await?;
            if !is_more {
                return Ok(());
            }
        }
        self.set_due(claim, Due::At(self.clock.now())).await
    }

    /// Books a page, and stores the place after it in the same commit.
    async fn book_page(
        &self,
        claim: &Claim,
        provider: &ProviderId,
        progress: Progress,
        page: Page,
        now: Timestamp,
        every: Duration,
    ) -> Result<(), StoreError> {
        let progress = progress.after(&page.next, page.more, now);
        let text = serde_json::to_string(&progress).map_err(StoreError::not_done)?;
        let (mut reports, mut unreadable) = (Vec::new(), Vec::new());
        for line in page.entries {
            match line {
                Listed::Read(line) => {
                    let (key, data) = (line.key.clone(), ReportData::Movement(Box::new(line)));
                    let report = Report::new(provider.clone(), Source::Statement, data);
                    reports.push(report.with_key(key));
                }
                Listed::Unreadable(row) => {
                    tracing::warn!(%provider, "a line of its statement cannot be read: {row}");
                    unreadable.push(row);
                }
            }
        }
        let (claim, provider) = (claim.clone(), provider.clone());
        let (token, start, is_more) = (self.journal.token(), self.journal.start, page.more);
        let work = move |backend: &mut dyn Backend| {
            for (index, report) in reports.iter().enumerate() {
                book(backend, report, &format!("{token}-{index}"), now, start)?;
            }
            for row in &unreadable {
                notice::unreadable_line(backend, &provider, row, now)?;
            }
            backend.inbox().set_progress(&provider, &text)?;
            if !is_more {
                backend.set_due(&claim, Due::At(now.plus(every)))?;
            }
            Ok(())
        };
        self.journal.store.run(work).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_unix(1_700_000_000 + hours * 3_600)
    }

    #[test]
    fn a_statement_is_read_again_from_a_place_of_at_least_24_hours_ago() {
        let mut progress = Progress::begin(at(0));
        assert_eq!(progress.from, at(-24));
        for hour in 0..72 {
            let now = at(hour);
            let expected = match hour {
                0..24 => Cursor::start(),
                _ => Cursor::at((hour - 24).to_string()),
            };
            assert_eq!(progress.place(now), expected, "after {hour} h");
            progress = progress.after(&Cursor::at(hour.to_string()), false, now);
            assert!(progress.reached.len() <= 26, "{}", progress.reached.len());
        }
    }

    #[test]
    fn a_reading_that_was_interrupted_goes_on_where_it_was() {
        let progress = Progress::begin(at(0)).after(&Cursor::at("7"), true, at(0));
        let stored = serde_json::to_string(&progress).unwrap();
        let progress: Progress = serde_json::from_str(&stored).unwrap();
        assert_eq!(progress.place(at(40)), Cursor::at("7"));
    }
}
