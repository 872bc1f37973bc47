//! Marks the calls that only confirm what a delivery claims, so that they cannot crowd out others.

use std::time::Duration;

use tokio::time::Instant;

use super::deadline::earliest;

tokio::task_local! {
    /// When the confirmation in progress ends; `None` if that is later than any clock reaches.
    static ENDS_AT: Option<Instant>;
}

/// Runs `inquiry`, which confirms the claim of a delivery, for at most `within`.
///
/// Anybody can make us confirm something by sending a delivery, so these calls are limited: in the
/// queue of a rate limit they hold at most half of the places and make at most half of the calls,
/// and each of them ends when `within` is over, waits included. The mark belongs to the task that
/// runs `inquiry`: a task spawned from it makes ordinary calls.
pub async fn confirming<F: Future>(within: Duration, inquiry: F) -> F::Output {
    let ends_at = earliest(Instant::now().checked_add(within), deadline());
    ENDS_AT.scope(ends_at, inquiry).await
}

/// When the confirmation in progress in this task ends; `None` outside of one.
pub(super) fn deadline() -> Option<Instant> {
    ENDS_AT.try_with(|ends_at| *ends_at).ok().flatten()
}

/// Whether this task confirms the claim of a delivery.
pub(super) fn is_in_progress() -> bool {
    ENDS_AT.try_with(|_| ()).is_ok()
}
