//! The permit of one instruction about a payment, asked for by its transport once its connection is
//! complete.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use payments_core::{
    OrderRef,
    transport::{BootInstant, Departure, DepartureDecision},
};

use crate::{
    limits::Limits,
    record::{Instruction, PaymentObservation, PaymentRecord},
    seeded::Seeded,
    shared::Shared,
    store::StoreError,
};

/// Whether a record still has an instruction as it is to be sent, without a permit.
pub(super) type IsPrepared = Arc<dyn Fn(&PaymentRecord) -> bool + Send + Sync>;

/// Takes the permit of an instruction and counts what is written under it.
pub(super) struct PaymentPermit {
    shared: Arc<Shared>,
    order: OrderRef,
    of: Instruction,
    is_prepared: IsPrepared,
    limits: Limits,
    token: String,
    state: Mutex<PermitState>,
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

impl PaymentPermit {
    pub(super) fn new(
        shared: Arc<Shared>,
        order: OrderRef,
        of: Instruction,
        is_prepared: IsPrepared,
        limits: Limits,
    ) -> Self {
        Self {
            token: shared.journal.token(),
            shared,
            order,
            of,
            is_prepared,
            limits,
            state: Mutex::new(PermitState::NotTaken),
            was_asked: AtomicBool::new(false),
            bytes: AtomicU64::new(0),
        }
    }

    /// The token of the permit, if it was taken or may have been.
    pub(super) fn token(&self) -> Option<String> {
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the permit, or says why not.
    pub(super) async fn take(&self) -> PermitState {
        // Counted from before the statement, so that its time is not added to the limit.
        let not_after = BootInstant::now().saturating_add(self.limits.send_within);
        let now = self.shared.clock.now();
        let send_by = now.plus(self.limits.send_within);
        let (of, token) = (self.of.clone(), self.token.clone());
        let is_prepared = Arc::clone(&self.is_prepared);
        let taking = PaymentObservation::PermitTaken { of, token: token.clone(), send_by };
        let taken = self.shared.journal.change_payment_as(token, &self.order, now, move |record| {
            record.is_some_and(|record| is_prepared(record)).then(|| taking.clone())
        });
        let state = match taken.await {
            Ok((_, true)) => PermitState::Taken(not_after),
            Ok((_, false)) => PermitState::Refused(
                "its record does not allow it now: it is under way or ended".to_owned(),
            ),
            Err(StoreError::Unknown(why)) => PermitState::Unknown(why),
            Err(error) => PermitState::Refused(error.to_string()),
        };
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state.clone();
        state
    }
}

#[async_trait]
impl Departure for PaymentPermit {
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
