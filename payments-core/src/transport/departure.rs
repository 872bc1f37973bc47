//! The permission that an instruction needs before its first byte is sent.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;

use super::BootInstant;

/// Decides whether an instruction may be sent, and counts the bytes of it that were sent.
///
/// A journal implements it: it records that the instruction is about to be sent, and later knows
/// from the count whether any byte can have reached the gateway. [`with_departure`] attaches it to
/// the instructions of one call of a role. Only a provider that
/// [departs](crate::Provider::departs) asks it.
#[async_trait]
pub trait Departure: Send + Sync + 'static {
    /// Decides whether the instruction may be sent.
    ///
    /// The transport calls it exactly once for an instruction that gets a connection, and never for
    /// one that does not. It calls it when the connection is complete, including TLS if it is used,
    /// and before the first byte of the request. The transport does not limit the time of the
    /// decision, because a dropped future could leave a recorded permit for an instruction that
    /// is never sent; it checks its own deadline after the decision. A provider may send two
    /// instructions in one call of a role: an implementation returns [`DepartureDecision::Stay`]
    /// for the second.
    async fn depart(&self) -> DepartureDecision;

    /// Counts bytes of the request that were given to the socket, or to TLS in front of it.
    ///
    /// `bytes` is the number since the previous call, never zero. As long as the sum is zero, the
    /// gateway cannot have read any byte of the request. The transport calls this method during a
    /// write, so it must return quickly and not block.
    fn wrote(&self, bytes: u64);
}

/// The decision of a [`Departure`].
///
/// This enum is exhaustive on purpose, so that a transport handles both variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DepartureDecision {
    /// The instruction may be sent.
    Go {
        /// The time after which no byte is written. Every write is compared with it, so that a
        /// process that was stopped in between sends nothing when it continues.
        not_after: BootInstant,
    },
    /// The instruction must not be sent: the call ends with an error, and nothing was sent.
    Stay {
        /// The reason, in one line, without secrets.
        why: String,
    },
}

tokio::task_local! {
    static DEPARTURE: Option<Arc<dyn Departure>>;
}

/// Runs `call` so that each instruction sent in it asks `departure` first.
///
/// `call` is one call of a role, such as `payouts.create_payout(&request)`. The departure applies
/// to every instruction in the task that runs `call`, through all layers of roles and transports;
/// inquiries do not ask. It does not apply to tasks that `call` spawns, so a provider must send its
/// instruction in the future of its own role method. If a provider first sends an instruction of its
/// own, such as the exchange of a token, it runs it in [`without_departure`].
pub fn with_departure<F: Future>(
    departure: Arc<dyn Departure>,
    call: F,
) -> impl Future<Output = F::Output> {
    DEPARTURE.scope(Some(departure), call)
}

/// Runs `call` so that its instructions do not ask the departure of an enclosing
/// [`with_departure`].
///
/// A provider uses it for instructions of its own within a call of a role, such as the exchange of
/// a token, so that only the instruction of its caller asks the departure.
pub fn without_departure<F: Future>(call: F) -> impl Future<Output = F::Output> {
    DEPARTURE.scope(None, call)
}

/// Returns the departure of the role call that this task runs, or `None` if there is none. A
/// transport asks it.
pub fn departure_in_progress() -> Option<Arc<dyn Departure>> {
    DEPARTURE.try_with(Clone::clone).ok().flatten()
}
