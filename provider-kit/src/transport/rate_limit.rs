//! Limits the rate of the calls of one credential: a bounded queue, first come, first served.

#![deny(clippy::missing_trait_methods)]

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use tokio::time::Instant;

use super::{Call, Transport, TransportError, confirmation_ends_at, deadline::can_wait};

/// The rate at which a credential may call: a number of calls in a period, evenly spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: NonZeroU32,
    per: Duration,
    most_waiting: usize,
}

impl Rate {
    /// The maximum number of calls that wait for one credential, unless
    /// [`with_most_waiting`](Self::with_most_waiting) sets another number.
    pub const MOST_WAITING: usize = 256;

    /// Creates a rate of `calls` in a period.
    pub const fn new(calls: NonZeroU32, per: Duration) -> Self {
        Self { calls, per, most_waiting: Self::MOST_WAITING }
    }

    /// Creates a rate of `calls` per second. Zero counts as one.
    pub const fn per_second(calls: u32) -> Self {
        let calls = match NonZeroU32::new(calls) {
            Some(calls) => calls,
            None => NonZeroU32::MIN,
        };
        Self::new(calls, Duration::from_secs(1))
    }

    /// Sets the maximum number of calls that wait. A call beyond that is refused immediately. At
    /// most half of the waiting calls are confirmations of deliveries.
    #[must_use]
    pub const fn with_most_waiting(mut self, calls: usize) -> Self {
        self.most_waiting = calls;
        self
    }

    /// Returns the time from one call to the next. Without it, twice the limit could fall into one
    /// period.
    fn spacing(self) -> Duration {
        (self.per / self.calls.get()).max(Duration::from_nanos(1))
    }
}

/// Lets calls pass at a rate, in the order in which they arrive.
///
/// One limit applies to all calls of a credential, both instructions and inquiries. A call that
/// cannot be sent before its deadline, or for which there is no place, is refused immediately and
/// not sent. Confirmations of deliveries, which anybody can cause, use at most half of the places
/// and half of the rate, so that the other half is always available for the merchant's own calls.
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
        let confirms = confirmation_ends_at().is_some();
        let _place = self.places.take(confirms).ok_or_else(|| {
            let line = if confirms { &self.confirmations } else { &self.calls };
            Busy { free_at: line.next_free() }
        })?;
        if !confirms {
            self.calls.turn(call.deadline).await?.pass();
            return Ok(());
        }
        // A call that would be refused there is refused here, before it waits.
        self.calls.check(call.deadline)?;
        // It is kept during the wait among all calls, so that there is never more than one
        // confirmation before the merchant's own call.
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

/// A call that was refused while it waited, and how long to wait before the next attempt.
struct Busy {
    free_at: Instant,
}

impl Busy {
    fn into_error(self) -> TransportError {
        TransportError::rate_limited(self.free_at.saturating_duration_since(Instant::now()))
    }
}

/// The places of all waiting calls.
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

/// One place, released when dropped.
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

/// A line of callers. The first passes `spacing` after the previous call.
struct Line {
    spacing: Duration,
    /// The caller whose turn it is. Tokio's lock is given to callers in the order of their
    /// requests.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<LineState>,
}

struct LineState {
    /// The time at which the next call may pass.
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
        // Each call passes a little later than planned, because of the precision of the timer.
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

    /// Adds a caller to the end of the line, if its turn comes before the deadline.
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
        // After this wait the line is short enough for a caller with as much time.
        let too_long = wait.saturating_sub(time).saturating_add(Duration::from_millis(1));
        Err(Busy { free_at: now.checked_add(too_long).unwrap_or(now) })
    }

    /// Returns the time at which the first caller in the line passes.
    fn next_free(&self) -> Instant {
        self.state().next
    }

    fn state(&self) -> MutexGuard<'_, LineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller in a line. It leaves the line by [passing](Self::pass) or by being dropped.
struct Turn<'a> {
    line: &'a Line,
    /// The lock that keeps the others waiting during this caller's turn.
    others: Option<tokio::sync::MutexGuard<'a, ()>>,
}

impl Turn<'_> {
    /// Uses the turn: the next caller has to keep the distance.
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
