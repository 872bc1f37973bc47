//! Limits how often one credential calls: a bounded queue, first come, first served.

#![deny(clippy::missing_trait_methods)]

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use tokio::time::Instant;

use super::{Call, Transport, TransportError, confirmation, deadline::can_wait};

/// How often a credential may call: a number of calls in a period, evenly spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: NonZeroU32,
    per: Duration,
    most_waiting: usize,
}

impl Rate {
    /// How many calls wait for one credential at most, unless
    /// [`with_most_waiting`](Self::with_most_waiting) says otherwise.
    pub const MOST_WAITING: usize = 256;

    /// So many calls in a period.
    pub const fn new(calls: NonZeroU32, per: Duration) -> Self {
        Self { calls, per, most_waiting: Self::MOST_WAITING }
    }

    /// So many calls a second; none counts as one.
    pub const fn per_second(calls: u32) -> Self {
        let calls = match NonZeroU32::new(calls) {
            Some(calls) => calls,
            None => NonZeroU32::MIN,
        };
        Self::new(calls, Duration::from_secs(1))
    }

    /// Sets how many calls wait at most; the next is refused at once. At most half of them are
    /// confirmations of deliveries.
    #[must_use]
    pub const fn with_most_waiting(mut self, calls: usize) -> Self {
        self.most_waiting = calls;
        self
    }

    /// The time from one call to the next. Without it, twice the limit could fall into one period.
    fn spacing(self) -> Duration {
        (self.per / self.calls.get()).max(Duration::from_nanos(1))
    }
}

/// Lets calls pass at a rate, in the order in which they began.
///
/// One limit serves everything that a credential does, instructions and inquiries alike. What could
/// not be sent before its deadline, or finds no place, is refused at once and nothing of it is sent.
/// Confirmations of deliveries, which anybody can cause, hold at most half of the places and pass at
/// half of the rate, so that the other half is always there for the merchant's own calls.
pub(super) struct RateLimit {
    inner: Arc<dyn Transport>,
    places: Places,
    calls: Line,
    confirmations: Line,
}

impl RateLimit {
    pub(super) fn new(inner: Arc<dyn Transport>, rate: Rate) -> Self {
        Self {
            inner,
            places: Places::new(rate.most_waiting),
            calls: Line::new(rate.spacing()),
            confirmations: Line::new(rate.spacing().saturating_mul(2)),
        }
    }

    /// Waits until the call may be sent.
    async fn pass(&self, call: &Call) -> Result<(), Busy> {
        let confirms = confirmation::is_in_progress();
        let _place = self.places.take(confirms).ok_or_else(|| {
            let line = if confirms { &self.confirmations } else { &self.calls };
            Busy { free_at: line.next_free() }
        })?;
        if !confirms {
            self.calls.turn(call.deadline).await?.pass();
            return Ok(());
        }
        // What would be refused there is refused here, before it waits.
        self.calls.check(call.deadline)?;
        // Kept while waiting among all calls, so that there is never more than one confirmation in
        // front of the merchant's own call.
        let confirmation = self.confirmations.turn(call.deadline).await?;
        self.calls.turn(call.deadline).await?.pass();
        confirmation.pass();
        Ok(())
    }
}

#[async_trait]
impl Transport for RateLimit {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        if let Err(busy) = self.pass(&call).await {
            return Err(busy.into_error());
        }
        self.inner.send(call).await
    }

    fn departs(&self) -> bool {
        self.inner.departs()
    }

    fn call_time(&self) -> Option<Duration> {
        self.inner.call_time()
    }
}

/// A call that was refused while it waited, and when trying again makes sense.
struct Busy {
    free_at: Instant,
}

impl Busy {
    fn into_error(self) -> TransportError {
        TransportError::rate_limited(self.free_at.saturating_duration_since(Instant::now()))
    }
}

/// The places of all who wait.
struct Places {
    most: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    all: usize,
    confirmations: usize,
}

impl Places {
    fn new(most: usize) -> Self {
        Self { most, held: Mutex::default() }
    }

    fn take(&self, confirms: bool) -> Option<Place<'_>> {
        let mut held = self.held();
        let has_room =
            held.all < self.most && (!confirms || held.confirmations < (self.most / 2).max(1));
        has_room.then(|| {
            held.all += 1;
            held.confirmations += usize::from(confirms);
            Place { places: self, confirms }
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One place, given up when it is dropped.
struct Place<'a> {
    places: &'a Places,
    confirms: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut held = self.places.held();
        held.all -= 1;
        held.confirmations -= usize::from(self.confirms);
    }
}

/// One line of callers, of whom the first passes as soon as the last call is `spacing` ago.
struct Line {
    spacing: Duration,
    /// Whose turn it is. Tokio's lock is given to callers in the order in which they asked.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<LineState>,
}

struct LineState {
    /// When the next call may pass.
    next: Instant,
    waiting: u32,
}

impl Line {
    fn new(spacing: Duration) -> Self {
        let state = LineState { next: Instant::now(), waiting: 0 };
        Self { spacing, turn: tokio::sync::Mutex::default(), state: Mutex::new(state) }
    }

    /// Waits for the turn of this caller.
    async fn turn(&self, deadline: Option<Instant>) -> Result<Turn<'_>, Busy> {
        let mut turn = self.join(deadline)?;
        let busy = || Busy { free_at: self.next_free() };
        turn.others = Some(match (self.turn.try_lock(), deadline) {
            (Ok(others), _) => others,
            (Err(_), _) if !can_wait() => return Err(busy()),
            (Err(_), None) => self.turn.lock().await,
            (Err(_), Some(deadline)) => {
                tokio::time::timeout_at(deadline, self.turn.lock()).await.map_err(|_| busy())?
            }
        });
        // Calls pass a little later than planned, by the precision of the timer each.
        let next = self.state().next;
        if deadline.is_some_and(|deadline| next >= deadline) {
            return Err(Busy { free_at: next });
        }
        if next > Instant::now() {
            if !can_wait() {
                return Err(Busy { free_at: next });
            }
            tokio::time::sleep_until(next).await;
        }
        Ok(turn)
    }

    /// Puts a caller at the end of the line, if the turn will come before the deadline.
    fn join(&self, deadline: Option<Instant>) -> Result<Turn<'_>, Busy> {
        let mut state = self.state();
        self.check_state(&state, deadline)?;
        state.waiting = state.waiting.saturating_add(1);
        let ahead = state.waiting - 1;
        drop(state);
        if ahead > 0 {
            tracing::debug!(ahead, "waiting for the rate limit");
        }
        Ok(Turn { line: self, others: None })
    }

    /// Refuses a caller whose turn would not come before the deadline.
    fn check(&self, deadline: Option<Instant>) -> Result<(), Busy> {
        self.check_state(&self.state(), deadline)
    }

    fn check_state(&self, state: &LineState, deadline: Option<Instant>) -> Result<(), Busy> {
        let now = Instant::now();
        let ahead = self.spacing.saturating_mul(state.waiting);
        let wait = state.next.saturating_duration_since(now).saturating_add(ahead);
        let Some(time) = deadline.map(|deadline| deadline.saturating_duration_since(now)) else {
            return Ok(());
        };
        if wait < time || wait.is_zero() {
            return Ok(());
        }
        // By then the line is short enough for a caller with as much time.
        let too_long = wait.saturating_sub(time).saturating_add(Duration::from_millis(1));
        Err(Busy { free_at: now.checked_add(too_long).unwrap_or(now) })
    }

    /// When the caller who is first in line passes.
    fn next_free(&self) -> Instant {
        self.state().next
    }

    fn state(&self) -> MutexGuard<'_, LineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller in a line, who leaves it by [passing](Self::pass) or by being dropped.
struct Turn<'a> {
    line: &'a Line,
    /// Keeps the others waiting, once it is this caller's turn.
    others: Option<tokio::sync::MutexGuard<'a, ()>>,
}

impl Turn<'_> {
    /// Takes the turn: the next caller has to keep the distance.
    fn pass(self) {
        let now = Instant::now();
        self.line.state().next = now.checked_add(self.line.spacing).unwrap_or(now);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.line.state();
        state.waiting = state.waiting.saturating_sub(1);
    }
}
