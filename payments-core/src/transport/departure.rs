//! The permission that an instruction asks for before its first byte leaves.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;

use super::BootInstant;

/// Decides whether an instruction may leave, and counts the bytes of it that left.
///
/// A journal implements it: it records that the instruction is about to be sent, and later knows
/// by the count whether anything can have reached the gateway. [`with_departure`] attaches it to
/// the instructions of one call of a role. Only a transport whose
/// [`departs`](super::Transport::departs) is true asks it.
#[async_trait]
pub trait Departure: Send + Sync + 'static {
    /// Decides whether the instruction may leave.
    ///
    /// The transport calls it exactly once for an instruction that gets a connection, and not at
    /// all for one that gets none: after the connection is complete, with TLS where there is TLS,
    /// and before the first byte of the request. The transport does not limit how long the
    /// decision takes, because a future dropped in the middle could leave a permit recorded for
    /// an instruction that nobody sends; it compares its own deadline again afterwards. An
    /// implementation that is asked a second time, because a provider sends two instructions in
    /// one call of a role, returns [`DepartureDecision::Stay`].
    async fn depart(&self) -> DepartureDecision;

    /// Counts bytes of the request that were given to the socket, or to TLS in front of it.
    ///
    /// `bytes` is what was added since the last call, never zero. As long as the sum is zero,
    /// the gateway cannot have read any byte of the request. It is called from within a write:
    /// it returns quickly and does not block.
    fn wrote(&self, bytes: u64);
}

/// What a [`Departure`] decides.
///
/// Exhaustive on purpose: a transport has to handle both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DepartureDecision {
    /// The instruction may leave.
    Go {
        /// The point after which no byte is written any more. Every write is compared with it, so
        /// that a process that was stopped in between sends nothing when it goes on.
        not_after: BootInstant,
    },
    /// The instruction must not leave: the call ends with an error, and nothing was sent.
    Stay {
        /// Why, in one line, without secrets.
        why: String,
    },
}

tokio::task_local! {
    static DEPARTURE: Option<Arc<dyn Departure>>;
}

/// Runs `call` so that each instruction sent within it asks `departure` before it leaves.
///
/// `call` is one call of a role, such as `payouts.create_payout(&request)`. The departure reaches
/// every `instruct` (see [`Transport`](super::Transport)) that runs in the same task as `call`,
/// through all layers of roles and of transports; inquiries do not ask. It does not reach a task
/// that `call` spawns: a provider calls `instruct` in the future of its own role method. What a
/// provider has to send first and what is no instruction of its caller, such as the exchange of a
/// token, runs in [`without_departure`].
pub fn with_departure<F: Future>(
    departure: Arc<dyn Departure>,
    call: F,
) -> impl Future<Output = F::Output> {
    DEPARTURE.scope(Some(departure), call)
}

/// Runs `call` so that its instructions ask no departure of an enclosing [`with_departure`].
///
/// A provider wraps in it what it sends on its own account within a call of a role, such as the
/// exchange of a token, so that the departure is asked for the instruction of its caller only.
pub fn without_departure<F: Future>(call: F) -> impl Future<Output = F::Output> {
    DEPARTURE.scope(None, call)
}

/// The departure of the call of a role that is in progress in this task.
pub(super) fn departure_in_progress() -> Option<Arc<dyn Departure>> {
    DEPARTURE.try_with(Clone::clone).ok().flatten()
}
