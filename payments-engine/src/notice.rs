//! Cases of subjects without a record: contradicted deliveries, dead letters, and lines of
//! statements that cannot be read.
//!
//! The inbox stores the deliveries and the handlers the dead letters. The store remembers which of
//! them a person closed, and every unreadable line.

use payments_core::{ProviderId, Timestamp, UnreadableRow};
use serde::{Deserialize, Serialize};

use crate::{
    change::{Notice, Subject},
    record::{Case, CaseKind, Decision, Settled},
    store::{Backend, StoreError},
};

/// The maximum number of deliveries that are listed.
const MOST: u64 = 1_000;

/// The beginnings of the names under which the store remembers closed deliveries and unreadable
/// lines.
const CLOSED: &str = "closed ";
const UNREADABLE: &str = "unreadable ";

/// An unreadable line as it is stored.
#[derive(Serialize, Deserialize)]
struct Line {
    provider: ProviderId,
    name: String,
    at: Timestamp,
    detail: String,
    #[serde(default)]
    is_closed: bool,
}

fn notice(subject: Subject, kind: CaseKind, opened_at: Timestamp, detail: &str) -> Notice {
    let detail = payments_core::printable(detail).to_string();
    let (seen, credits, settled) = (None, Vec::new(), None);
    Notice {
        subject,
        case: Case { number: 1, kind, opened_at, detail, seen, credits, about: None, settled },
    }
}

/// Returns the notices that wait for a person, the oldest of each kind first.
pub(crate) fn notices(backend: &mut dyn Backend) -> Result<Vec<Notice>, StoreError> {
    let closed = backend.remembered(CLOSED)?;
    let is_closed = |subject: &Subject| {
        let name = format!("{CLOSED}{subject}");
        closed.iter().any(|(known, _)| *known == name)
    };
    let mut notices = Vec::new();
    for delivery in backend.inbox().doubtful(MOST)? {
        let subject = Subject::Delivery(delivery.number);
        let Some(why) = delivery.contradiction().filter(|_| !is_closed(&subject)) else { continue };
        let detail = format!("from {}/{}: {why}", delivery.provider, delivery.endpoint);
        let kind = CaseKind::ContradictedDelivery;
        notices.push(notice(subject, kind, delivery.received_at, &detail));
    }
    for letter in backend.handling().dead_letters()? {
        let detail = format!("after {} tries: {}", letter.tries, letter.why);
        let subject = Subject::DeadLetter { handler: letter.handler, about: letter.subject };
        notices.push(notice(subject, CaseKind::DeadLetter, letter.at, &detail));
    }
    for (_, value) in backend.remembered(UNREADABLE)? {
        // Values that a later version stored are skipped.
        let Ok(line) = serde_json::from_str::<Line>(&value) else { continue };
        if !line.is_closed {
            let subject = Subject::Line(line.provider, line.name);
            notices.push(notice(subject, CaseKind::UnreadableLine, line.at, &line.detail));
        }
    }
    Ok(notices)
}

/// Stores a line that its provider cannot read, unless it is known.
pub(crate) fn unreadable_line(
    backend: &mut dyn Backend,
    provider: &ProviderId,
    row: &UnreadableRow,
    at: Timestamp,
) -> Result<(), StoreError> {
    // A row without a name is identified by the reason why it cannot be read.
    let name = row.id.clone().unwrap_or_else(|| row.detail.clone());
    let key = key_of(&Subject::Line(provider.clone(), name.clone()));
    if backend.remembered(&key)?.iter().any(|(known, _)| *known == key) {
        return Ok(());
    }
    let (provider, detail) = (provider.clone(), row.detail.clone());
    put(backend, &key, &Line { provider, name, at, detail, is_closed: false })
}

/// Closes a case by a person's decision. Returns `None` if no such case is open.
pub(crate) fn close(
    backend: &mut dyn Backend,
    subject: &Subject,
    at: Timestamp,
    who: &str,
    why: &str,
) -> Result<Option<Notice>, StoreError> {
    let open = notices(backend)?.into_iter().find(|notice| notice.subject == *subject);
    let Some(mut notice) = open else { return Ok(None) };
    match subject {
        Subject::DeadLetter { handler, about } => {
            backend.handling().forget(handler, about)?;
        }
        Subject::Line(provider, name) => {
            let (opened_at, detail) = (notice.case.opened_at, notice.case.detail.clone());
            let (provider, name) = (provider.clone(), name.clone());
            let line = Line { provider, name, at: opened_at, detail, is_closed: true };
            put(backend, &key_of(subject), &line)?;
        }
        _ => {
            backend.remember(&format!("{CLOSED}{subject}"), &format!("{at} {who}: {why}"))?;
        }
    }
    tracing::info!(%subject, who, "a case is closed");
    let (who, why) = (who.to_owned(), why.to_owned());
    notice.case.settled = Some(Settled { at, decision: Decision::Closed, who, why });
    Ok(Some(notice))
}

fn key_of(subject: &Subject) -> String {
    format!("{UNREADABLE}{subject}")
}

fn put(backend: &mut dyn Backend, key: &str, line: &Line) -> Result<(), StoreError> {
    let value = serde_json::to_string(line).map_err(StoreError::not_done)?;
    backend.remember(key, &value)?;
    Ok(())
}
