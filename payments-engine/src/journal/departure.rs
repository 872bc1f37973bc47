//! The permit of one instruction, asked for by its transport once its connection is complete.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use payments_core::transport::{BootInstant, Departure, DepartureDecision};

use crate::{
    limits::Limits, record::PayoutRecord, seeded::Seeded, shared::Shared, store::StoreError,
};

/// Takes the permit of a payout and counts what is written under it.
pub(super) struct PermitDeparture {
    shared: Arc<Shared>,
    record: PayoutRecord,
    limits: Limits,
    token: String,
    permit: Mutex<PermitState>,
    was_asked: AtomicBool,
    bytes: AtomicU64,
}

/// What became of the permit.
#[derive(Clone, Debug)]
pub(super) enum PermitState {
    /// It was not asked for.
    NotTaken,
    /// It is ours until this time.
    Taken(BootInstant),
    /// Whether it is ours is not known; nothing may be sent.
    Unknown(String),
    /// It was refused.
    Refused(String),
}

impl PermitDeparture {
    pub(super) fn new(shared: Arc<Shared>, record: PayoutRecord, limits: Limits) -> Self {
        Self {
            token: shared.journal.token(),
            shared,
            record,
            limits,
            permit: Mutex::new(PermitState::NotTaken),
            was_asked: AtomicBool::new(false),
            bytes: AtomicU64::new(0),
        }
    }

    /// The token of the permit, if it was taken or may have been.
    pub(super) fn permit(&self) -> Option<String> {
        match self.state() {
            PermitState::Taken(_) | PermitState::Unknown(_) => Some(self.token.clone()),
            PermitState::NotTaken | PermitState::Refused(_) => None,
        }
    }

    /// The bytes that were written under it.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    pub(super) fn state(&self) -> PermitState {
        self.permit.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the permit, or says why not.
    pub(super) async fn take(&self) -> PermitState {
        // Counted from before the statement, so that its time is not added to the limit.
        let not_after = BootInstant::now().saturating_add(self.limits.send_within);
        let shared = &self.shared;
        let now = shared.clock.now();
        let send_by = now.plus(self.limits.send_within);
        let due = send_by.plus(self.limits.quiet);
        if shared.is_seeded(Seeded::SendsWithoutAPermit) {
            return self.set(PermitState::Taken(not_after));
        }
        let hold_after = shared.hold_after(&self.limits);
        let token = self.token.clone();
        let taken =
            shared.journal.take_permit(&self.record, token, now, send_by, due, hold_after).await;
        self.set(match taken {
            Ok(changed) if changed.is_written => PermitState::Taken(not_after),
            Ok(_) => PermitState::Refused(
                "its record does not allow it now: it is under way or ended, or the permits of \
                 its provider are held"
                    .to_owned(),
            ),
            Err(StoreError::NotDone(why) | StoreError::Again(why)) => PermitState::Refused(why),
            Err(StoreError::Unknown(why)) => PermitState::Unknown(why),
        })
    }

    fn set(&self, state: PermitState) -> PermitState {
        *self.permit.lock().unwrap_or_else(PoisonError::into_inner) = state.clone();
        state
    }
}

#[async_trait]
impl Departure for PermitDeparture {
    async fn depart(&self) -> DepartureDecision {
        let is_second = self.was_asked.swap(true, Ordering::AcqRel);
        if is_second && !self.shared.is_seeded(Seeded::SendsTwiceUnderOnePermit) {
            let why = "the permit of this call was used for another instruction".to_owned();
            return DepartureDecision::Stay { why };
        }
        let state = match self.state() {
            PermitState::NotTaken => self.take().await,
            // Taken before the role was called.
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
