//! The permit of one instruction, which its transport requests once its connection is complete, and
//! the provider's call under it.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use payments_core::{
    Error, ErrorKind, Result, Submission, Timestamp, Uncertain, UncertainCause,
    transport::{BootInstant, Departure, DepartureDecision, with_departure},
};

use crate::{limits::Limits, seeded::Seeded, shared::Shared, store::StoreError};

/// An instruction that is on record and can be sent under a permit.
#[async_trait]
pub(super) trait Instructed: Send + Sync + 'static {
    /// Stores the permit with this token, valid until `send_by`. Returns whether the record allowed
    /// it.
    async fn take_permit(
        &self,
        shared: &Shared,
        limits: &Limits,
        token: &str,
        now: Timestamp,
        send_by: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// Takes the permit of an instruction and counts what is written under it.
pub(super) struct PermitDeparture<I> {
    shared: Arc<Shared>,
    instruction: I,
    limits: Limits,
    token: String,
    permit: Mutex<PermitState>,
    was_asked: AtomicBool,
    bytes: AtomicU64,
}

/// The state of the permit.
#[derive(Clone, Debug)]
enum PermitState {
    /// The permit was not requested.
    NotTaken,
    /// The permit was taken, and is valid until this time.
    Taken(BootInstant),
    /// It is unknown whether the permit was taken. Nothing may be sent.
    Unknown(String),
    /// The permit was refused.
    Refused(String),
}

/// The result of a provider's call under a permit.
pub(super) enum Called<T> {
    /// The provider returned a submission.
    Answered(Submission<T>),
    /// The provider returned an error that does not prove that nothing was sent, or panicked.
    Misreported {
        /// The error.
        error: String,
    },
    /// Nothing was sent.
    Nothing {
        /// The reason.
        error: Error,
    },
}

impl<I: Instructed> PermitDeparture<I> {
    pub(super) fn new(shared: Arc<Shared>, instruction: I, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            token: shared.journal.token(),
            shared,
            instruction,
            limits,
            permit: Mutex::new(PermitState::NotTaken),
            was_asked: AtomicBool::new(false),
            bytes: AtomicU64::new(0),
        })
    }

    /// Returns the token of the permit, if it was taken or may have been.
    pub(super) fn permit(&self) -> Option<String> {
        match self.state() {
            PermitState::Taken(_) | PermitState::Unknown(_) => Some(self.token.clone()),
            PermitState::NotTaken | PermitState::Refused(_) => None,
        }
    }

    /// Calls the provider under the permit. If `departs` is set, its transport requests the permit
    /// and counts the bytes; otherwise the permit is taken before the call.
    pub(super) async fn call<T>(
        self: &Arc<Self>,
        departs: bool,
        call: impl Future<Output = Result<Submission<T>>> + Send,
    ) -> Called<T> {
        let not_sent = |why| Error::new(ErrorKind::Unavailable, format!("not sent: {why}"));
        if !departs
            && !self.shared.is_seeded(Seeded::SkipsThePermitWithoutADeparture)
            && let PermitState::Refused(why) | PermitState::Unknown(why) = self.take().await
        {
            return Called::Nothing { error: not_sent(why) };
        }
        let call = with_departure(Arc::<Self>::clone(self), call);
        let error = match AssertUnwindSafe(call).catch_unwind().await {
            Ok(Ok(submission)) => return Called::Answered(submission),
            Ok(Err(error)) => error,
            Err(_) => return Called::Misreported { error: "the provider panicked".to_owned() },
        };
        let is_counted = departs && self.bytes.load(Ordering::Acquire) == 0
            || self.shared.is_seeded(Seeded::GivesBackWithoutTheCount);
        match self.state() {
            PermitState::Taken(_) | PermitState::Unknown(_) if !is_counted => {
                Called::Misreported { error: error.to_string() }
            }
            PermitState::Refused(why) | PermitState::Unknown(why) => {
                Called::Nothing { error: not_sent(why).with_source(error) }
            }
            PermitState::Taken(_) | PermitState::NotTaken => Called::Nothing { error },
        }
    }

    fn state(&self) -> PermitState {
        self.permit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the permit, or returns the reason why not.
    async fn take(&self) -> PermitState {
        // Measured from before the statement, so that the statement's time is not added to the
        // limit.
        let not_after = BootInstant::now().saturating_add(self.limits.send_within);
        let now = self.shared.clock.now();
        let send_by = now.plus(self.limits.send_within);
        let taking =
            self.instruction.take_permit(&self.shared, &self.limits, &self.token, now, send_by);
        let state = match taking.await {
            Ok(true) => PermitState::Taken(not_after),
            Ok(false) => PermitState::Refused(
                "its record does not allow it now: it is under way or ended, or the permits of \
                 its provider are held"
                    .to_owned(),
            ),
            Err(StoreError::NotDone(why) | StoreError::Again(why)) => PermitState::Refused(why),
            Err(StoreError::Unknown(why)) => PermitState::Unknown(why),
        };
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = state.clone();
        state
    }
}

#[async_trait]
impl<I: Instructed> Departure for PermitDeparture<I> {
    async fn depart(&self) -> DepartureDecision {
        let is_second = self.was_asked.swap(true, Ordering::AcqRel);
        if is_second && !self.shared.is_seeded(Seeded::SendsTwiceUnderOnePermit) {
            let why = "the permit of this call was used for another instruction".to_owned();
            return DepartureDecision::Stay { why };
        }
        let state = match self.state() {
            PermitState::NotTaken => self.take().await,
            // Taken before the provider was called.
            state => state,
        };
        match state {
            PermitState::Taken(not_after) => DepartureDecision::Go { not_after },
            PermitState::Unknown(why) | PermitState::Refused(why) => {
                DepartureDecision::Stay { why }
            }
            PermitState::NotTaken => DepartureDecision::Stay { why: "it has no permit".to_owned() },
        }
    }

    fn wrote(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
    }
}

/// Returns the result for the caller of a provider that misreported.
pub(super) fn misreported<T>(error: &str) -> Submission<T> {
    let message = format!("the provider returned an error after it may have been sent: {error}");
    let uncertain = Uncertain::new(UncertainCause::ConnectionLost, message).needing_attention();
    Submission::Uncertain(uncertain)
}
