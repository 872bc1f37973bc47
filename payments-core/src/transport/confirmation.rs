//! Marks the calls that confirm deliveries, so that they cannot crowd out other calls.

use std::time::{Duration, Instant};

tokio::task_local! {
    /// The end of the confirmation in progress.
    static ENDS_AT: Instant;
}

/// The longest confirmation. A longer time is shortened to it, so that the clock can represent its end.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Runs `inquiry`, which confirms an event of a delivery, for at most `within`.
///
/// Anybody can cause such inquiries by sending deliveries, so they are limited: they use at most
/// half of the places in the queue of a rate limit and half of its rate, and each ends after
/// `within`, including its waits. The limits apply to the task that runs `inquiry`; the calls of a
/// task spawned from it are not limited in this way.
pub async fn confirming<F: Future>(within: Duration, inquiry: F) -> F::Output {
    // The clock of the runtime, which tests can stop.
    let ends_at = tokio::time::Instant::now().into_std() + within.min(LONGEST);
    let ends_at = confirmation_ends_at().map_or(ends_at, |outer| outer.min(ends_at));
    ENDS_AT.scope(ends_at, inquiry).await
}

/// Returns the end of the confirmation in progress in this task, or `None` if there is none. A
/// transport limits its calls by it.
pub fn confirmation_ends_at() -> Option<Instant> {
    ENDS_AT.try_with(|ends_at| *ends_at).ok()
}
