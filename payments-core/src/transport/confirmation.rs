//! Marks the calls that confirm deliveries, so that they cannot crowd out other calls.

use std::time::Duration;

use tokio::time::Instant;

use super::deadline::earliest;

tokio::task_local! {
    /// The end of the confirmation in progress. `None` if it is later than the clock can represent.
    static ENDS_AT: Option<Instant>;
}

/// Runs `inquiry`, which confirms an event of a delivery, for at most `within`.
///
/// Anybody can cause such inquiries by sending deliveries, so they are limited: they use at most
/// half of the places in the queue of a rate limit and half of its rate, and each ends after
/// `within`, including its waits. The limits apply to the task that runs `inquiry`; the calls of a
/// task spawned from it are not limited in this way.
pub async fn confirming<F: Future>(within: Duration, inquiry: F) -> F::Output {
    let ends_at = earliest(Instant::now().checked_add(within), deadline());
    ENDS_AT.scope(ends_at, inquiry).await
}

/// Returns the end of the confirmation in progress in this task, or `None` if there is none.
pub(super) fn deadline() -> Option<Instant> {
    ENDS_AT.try_with(|ends_at| *ends_at).ok().flatten()
}

/// Returns whether this task confirms an event of a delivery.
pub(super) fn is_in_progress() -> bool {
    ENDS_AT.try_with(|_| ()).is_ok()
}
