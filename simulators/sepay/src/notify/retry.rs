//! The schedule by which unacknowledged notifications are sent again.

use std::sync::{Arc, Mutex, PoisonError};

use super::Message;

/// Minutes from one sending to the next: eight sendings within 33 minutes (source:
/// developer.sepay.vn, SePay webhooks, error handling). No schedule of IPNs is documented; they
/// follow this one.
const WAITS: [i64; 7] = [1, 1, 2, 3, 5, 8, 13];

/// The number of the last sending.
const LAST: usize = WAITS.len() + 1;

/// Hours after the first sending, from which on nothing is sent again (same page).
const OLDEST: i64 = 5;

/// One of the sendings of a message.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub(crate) message: Arc<Message>,
    /// Its number, from 1.
    number: usize,
    /// When the message was first sent.
    first: i64,
}

impl Sending {
    pub(crate) fn first(message: Message, now: i64) -> Self {
        Self { message: Arc::new(message), number: 1, first: now }
    }

    /// A sending that is not repeated.
    pub(crate) fn only(message: Message, now: i64) -> Self {
        Self { number: LAST, ..Self::first(message, now) }
    }

    /// A sending as it was kept: its number, and when the message was first sent.
    pub(crate) fn kept(message: Arc<Message>, (number, first): (usize, i64)) -> Self {
        Self { message, number, first }
    }

    /// What is kept of it beside its message.
    pub(crate) fn number_and_first(&self) -> (usize, i64) {
        (self.number, self.first)
    }

    /// The same message, sent once more and not repeated.
    pub(crate) fn only_once(&self, now: i64) -> Self {
        Self { message: Arc::clone(&self.message), number: LAST, first: now }
    }

    fn next(&self) -> Self {
        Self { number: self.number.saturating_add(1), ..self.clone() }
    }

    /// When the next sending is due after this one at `now`; `None` after the last.
    fn next_due(&self, now: i64) -> Option<i64> {
        let wait = WAITS.get(self.number.saturating_sub(1))?;
        Some(now.saturating_add(wait.saturating_mul(60)))
    }

    fn is_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.message, &other.message)
    }
}

/// The sendings to come.
#[derive(Debug, Default)]
pub(crate) struct Retries(Mutex<Vec<(i64, Sending)>>);

impl Retries {
    /// Records whether sendings at `now` were acknowledged. An acknowledged message is not sent
    /// again.
    pub(crate) fn learn(&self, sendings: &[(Sending, bool)], now: i64) {
        let taken: Vec<&Sending> =
            sendings.iter().filter(|(_, taken)| *taken).map(|(sending, _)| sending).collect();
        let mut coming = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        coming.retain(|(_, sending)| !taken.iter().any(|taken| taken.is_of(sending)));
        for (sending, _) in sendings {
            let settled = taken.iter().any(|taken| taken.is_of(sending))
                || coming.iter().any(|(_, known)| known.is_of(sending));
            if let (false, Some(due)) = (settled, sending.next_due(now)) {
                coming.push((due, sending.next()));
            }
        }
    }

    /// The sendings to come, with when they are due.
    pub(crate) fn all(&self) -> Vec<(i64, Sending)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the sendings to come.
    pub(crate) fn restore(&self, coming: Vec<(i64, Sending)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = coming;
    }

    /// When the message of a sending is sent next.
    pub(crate) fn next_of(&self, sending: &Sending) -> Option<i64> {
        let coming = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        coming.iter().find(|(_, known)| known.is_of(sending)).map(|(due, _)| *due)
    }

    /// When the next sending is due.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let coming = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        coming.iter().map(|(due, _)| *due).min()
    }

    /// Removes and returns the sendings that are due at `now`, the longest due first. Those that
    /// are too old are dropped.
    pub(crate) fn take_due(&self, now: i64) -> Vec<Sending> {
        let mut coming = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut *coming).into_iter().partition(|(due, _)| *due <= now);
        *coming = later;
        due.sort_by_key(|(due, _)| *due);
        let oldest = now.saturating_sub(OLDEST.saturating_mul(3600));
        due.into_iter().map(|(_, sending)| sending).filter(|it| it.first >= oldest).collect()
    }
}
