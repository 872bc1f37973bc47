//! The journal: every change of a record is decided from the current record.
//!
//! Each change has a token, so that it can be repeated if its commit is unknown.

mod accounts;
mod breaker;
mod departure;
mod layer;
mod payments;
mod send;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use payments_core::{
    Error, ErrorKind, PayoutRef, ProviderId, Timestamp,
    payout::{CreatePayout, Payout},
};

pub(crate) use accounts::{AccountMember, JournaledAccounts};
use breaker::count_outcome;
pub(crate) use breaker::{BETWEEN, Breaker, change_breaker};
pub(crate) use layer::JournaledPayouts;
pub use payments::RoutedOpening;
pub(crate) use payments::{JournaledPayments, PaymentMember};
pub(crate) use send::Sent;

use crate::{
    booking::change_payment,
    change::{Subject, changed},
    change_log::log_change,
    record::{
        Observation, Observed, Outcome, PaymentObservation, PayoutRecord, RecordKind, RecordState,
        RefundOf, differing_field,
    },
    resolver::schedule,
    sealing::Seal,
    store::{Backend, Committer, Due, Opened, Restored, Rows, StoreError, StoreIdentity, Write},
};

/// The journal of one engine.
#[derive(Clone)]
pub(crate) struct Journal {
    pub(crate) store: Committer,
    /// The number of this start of the engine.
    pub(crate) start: u64,
    /// The identity of the store when this engine opened it.
    pub(crate) identity: StoreIdentity,
    /// The keys that seal rows written in the app's own transaction.
    pub(crate) seal: Seal,
    /// Why the store seems to be an older copy of itself, if it does.
    pub(crate) restored: Restored,
    /// How often the engine records that it runs, or `None` if no other engine can use the store.
    pub(crate) beat: Option<Duration>,
    name: Arc<str>,
    writes: Arc<AtomicU64>,
}

/// A record after an attempted change.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    /// The record as it is now.
    pub(crate) record: Option<PayoutRecord>,
    /// Whether the change was written. If not, the record did not allow it.
    pub(crate) is_written: bool,
}

/// A change of a record: an observation, and when the record is due next.
pub(crate) struct Change {
    pub(crate) observation: Observation,
    pub(crate) due: Due,
}

impl Journal {
    pub(crate) fn new(
        store: Committer,
        opened: &Opened,
        identity: StoreIdentity,
        seal: Seal,
    ) -> Self {
        Self {
            store,
            start: opened.start,
            identity,
            seal,
            restored: opened.restored.clone(),
            beat: opened.beat,
            name: opened.name.as_str().into(),
            writes: Arc::default(),
        }
    }

    /// Returns a token for one write, which no other write has.
    pub(crate) fn token(&self) -> String {
        format!("{}-{}", self.name, self.writes.fetch_add(1, Ordering::Relaxed))
    }

    /// Applies the change that `decide` returns for the current record and its provider's breaker,
    /// if it returns one.
    ///
    /// # Errors
    /// The [`StoreError`] shows whether the change may have been written.
    pub(crate) async fn change(
        &self,
        reference: &PayoutRef,
        token: String,
        at: Timestamp,
        decide: impl Fn(Option<&PayoutRecord>, &mut dyn Rows) -> Result<Option<Change>, StoreError>
        + Send
        + 'static,
    ) -> Result<Changed, StoreError> {
        let (reference, start) = (reference.clone(), self.start);
        self.store
            .run(move |backend: &mut dyn Backend| {
                change(backend, &reference, &token, at, start, &decide)
            })
            .await
    }

    /// Reads the record of a payout.
    pub(crate) async fn read(
        &self,
        reference: &PayoutRef,
    ) -> Result<Option<PayoutRecord>, StoreError> {
        let reference = reference.clone();
        self.store.run(move |backend| backend.payout(&reference)).await
    }

    /// Takes the permit to send a payout. It is given if the record is prepared and still contains
    /// this instruction, if the provider's permits are not held, and if the store is not an older
    /// copy of itself.
    pub(crate) async fn take_permit(
        &self,
        sent: &PayoutRecord,
        token: String,
        now: Timestamp,
        send_by: Timestamp,
        due: Timestamp,
        hold_after: u32,
    ) -> Result<Changed, StoreError> {
        let (name, restored) = (token.clone(), self.restored.clone());
        let (provider, request) = (sent.provider.clone(), sent.request.clone());
        self.change(sent.reference(), token, now, move |record, rows| {
            // Another engine may have closed it meanwhile, and the reference may be instructed
            // anew.
            let is_same =
                |record: &PayoutRecord| differing_field(record, &provider, &request).is_none();
            let prepared = record.filter(|record| record.state == RecordState::Prepared);
            if !prepared.is_some_and(is_same) || restored.why().is_some() {
                return Ok(None);
            }
            if rows.breaker(&provider)?.holds(hold_after) {
                let breaker = rows.breaker_to_change(&provider)?;
                if !breaker.allows(hold_after, now) {
                    return Ok(None);
                }
                if breaker.holds(hold_after) {
                    rows.set_breaker(&provider, &breaker.after_permit(hold_after, now))?;
                }
            }
            let observation = Observation::PermitTaken { token: name.clone(), send_by };
            Ok(Some(Change { observation, due: Due::At(due) }))
        })
        .await
    }

    /// Records the provider's response, with or without a permit.
    pub(crate) async fn respond(
        &self,
        reference: &PayoutRef,
        token: String,
        permit: Option<String>,
        outcome: Outcome<Payout>,
        now: Timestamp,
        hold_after: u32,
    ) -> Result<Changed, StoreError> {
        let due = now.plus(schedule::FIRST);
        self.change(reference, token, now, move |record, rows| {
            let Some(record) = record else { return Ok(None) };
            let (provider, payout) = (&record.provider, record.reference());
            count_outcome(rows, provider, payout, &outcome, now, hold_after)?;
            let observation =
                Observation::Responded { token: permit.clone(), outcome: outcome.clone() };
            Ok(Some(Change { observation, due: Due::At(due) }))
        })
        .await
    }

    /// Applies the change that `decide` returns for the record of a payout, if there is one. What
    /// `decide` reads is still true when its change is written.
    pub(crate) async fn observe(
        &self,
        reference: &PayoutRef,
        now: Timestamp,
        decide: impl Fn(&PayoutRecord) -> Option<Change> + Send + 'static,
    ) -> Result<Changed, StoreError> {
        self.change(reference, self.token(), now, move |record, _| Ok(record.and_then(&decide)))
            .await
    }

    /// Marks a payout as uncertain if it is still under way under the permit of a record that was
    /// read before.
    pub(crate) async fn interrupt(
        &self,
        read: &PayoutRecord,
        now: Timestamp,
        due: Timestamp,
    ) -> Result<Changed, StoreError> {
        let permit = read.permit.clone();
        self.observe(read.reference(), now, move |record| {
            let is_it = record.state == RecordState::Submitting && record.permit == permit;
            let (observation, due) = (Observation::Interrupted, Due::At(due));
            is_it.then_some(Change { observation, due })
        })
        .await
    }

    /// Ends a call that sent nothing: closes its record as not sent, or gives the permit back if
    /// the payout was handed over meanwhile.
    pub(crate) async fn end_call(
        &self,
        reference: &PayoutRef,
        permit: Option<String>,
        why: String,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.change(reference, self.token(), now, move |record, _| {
            let Some(record) = record else { return Ok(None) };
            let is_ours = may_close(record, permit.as_ref());
            Ok(match (record.kind, &permit) {
                (RecordKind::WaitedFor, _) => {
                    is_ours.then(|| not_sent(permit.clone(), why.clone()))
                }
                (RecordKind::HandedOver, Some(token)) if is_ours => {
                    let (token, why) = (token.clone(), why.clone());
                    let observation = Observation::PermitReturned { token, why };
                    Some(Change { observation, due: Due::At(now) })
                }
                (RecordKind::HandedOver, _) => None,
            })
        })
        .await
    }

    /// Closes a record as not sent, if it still contains this instruction, and if no permit is out
    /// or this gives back the one that is out.
    pub(crate) async fn close(
        &self,
        worked_on: &PayoutRecord,
        permit: Option<String>,
        why: String,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        let revision = worked_on.revision;
        self.change(worked_on.reference(), self.token(), now, move |record, _| {
            let is_ours = record.is_some_and(|record| {
                let is_same = permit.is_some() || record.revision == revision;
                is_same && may_close(record, permit.as_ref())
            });
            Ok(is_ours.then(|| not_sent(permit.clone(), why.clone())))
        })
        .await
    }

    /// Records a person's decision about an open case, if the record did not change since the
    /// decision.
    pub(crate) async fn decide(
        &self,
        reference: &PayoutRef,
        case: u32,
        revision: u64,
        observation: Observation,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.change(reference, self.token(), now, move |record, _| {
            let is_open = record.is_some_and(|record| {
                record.revision == revision && record.open_cases().any(|open| open.number == case)
            });
            let observation = observation.clone();
            Ok(is_open.then_some(Change { observation, due: Due::At(now) }))
        })
        .await
    }

    /// Gives back a permit under which no byte was written.
    pub(crate) async fn give_back(
        &self,
        reference: &PayoutRef,
        permit: String,
        why: String,
        now: Timestamp,
        due: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.change(reference, self.token(), now, move |record, _| {
            let is_out = record.is_some_and(|record| {
                record.state == RecordState::Submitting
                    && record.permit.as_ref().is_some_and(|out| out.token == permit)
            });
            let observation =
                Observation::PermitReturned { token: permit.clone(), why: why.clone() };
            Ok(is_out.then_some(Change { observation, due: Due::At(due) }))
        })
        .await
    }
}

/// Updates a refund from the payout that carries it out.
fn follow_refund(
    rows: &mut dyn Rows,
    of: &RefundOf,
    state: RecordState,
    token: &str,
    at: Timestamp,
    start: u64,
) -> Result<(), StoreError> {
    let (refund, token) = (of.refund.clone(), format!("{token}/refund"));
    let followed = PaymentObservation::RefundFollowed { refund, state };
    change_payment(rows, &of.order, &token, at, start, |record| record.map(|_| followed))?;
    Ok(())
}

/// Returns whether no permit is out, or only this one.
fn may_close(record: &PayoutRecord, permit: Option<&String>) -> bool {
    let is_out = record.permit.as_ref().map(|permit| &permit.token);
    match record.state {
        RecordState::Prepared => true,
        RecordState::Submitting => is_out.is_some() && is_out == permit,
        _ => false,
    }
}

/// Returns the change that closes a record as not sent.
pub(crate) fn not_sent(token: Option<String>, why: String) -> Change {
    Change { observation: Observation::NotSent { token, why }, due: Due::Never }
}

/// The record that an instruction opens under a reference, unless the record there counts.
#[derive(Clone)]
pub(crate) struct Opening {
    pub(crate) provider: ProviderId,
    pub(crate) request: CreatePayout,
    pub(crate) kind: RecordKind,
    pub(crate) send_before: Timestamp,
    pub(crate) due: Timestamp,
    /// The refund that the payout carries out, if there is one.
    pub(crate) refund_of: Option<RefundOf>,
}

impl Opening {
    /// Returns the change that opens a record, if the reference has none or the first was not sent.
    /// Handing over a payout for which a call waits takes it over.
    pub(crate) fn decide(&self, record: Option<&PayoutRecord>) -> Option<Change> {
        if let Some(record) = record.filter(|record| record.state != RecordState::NotSent) {
            let may_be_closed = record.kind == RecordKind::WaitedFor
                && matches!(record.state, RecordState::Prepared | RecordState::Submitting);
            let takes_over = may_be_closed
                && self.kind == RecordKind::HandedOver
                && self.compare(record).is_ok();
            let observation = Observation::TakenOver { send_before: self.send_before };
            return takes_over.then_some(Change { observation, due: Due::At(self.due) });
        }
        let observation = Observation::Opened {
            provider: self.provider.clone(),
            request: Box::new(self.request.clone()),
            kind: self.kind,
            send_before: self.send_before,
            refund_of: self.refund_of.clone(),
        };
        Some(Change { observation, due: Due::At(self.due) })
    }

    /// Rejects an instruction for another payout than the record under its reference.
    ///
    /// # Errors
    /// Returns `Conflict`, naming the field and the state of the first payout.
    pub(crate) fn compare(&self, record: &PayoutRecord) -> Result<(), Error> {
        let is_other_refund = || (record.refund_of != self.refund_of).then_some("refund");
        let Some(field) =
            differing_field(record, &self.provider, &self.request).or_else(is_other_refund)
        else {
            return Ok(());
        };
        let message = format!(
            "differs from the payout {} that is on record and {}; the first is kept: do not choose \
             another reference",
            record.reference(),
            record.state,
        );
        Err(Error::new(ErrorKind::Conflict, message).with_field(field))
    }
}

/// Applies a change to the rows of an open transaction.
pub(crate) fn change(
    rows: &mut dyn Rows,
    reference: &PayoutRef,
    token: &str,
    at: Timestamp,
    start: u64,
    decide: impl Fn(Option<&PayoutRecord>, &mut dyn Rows) -> Result<Option<Change>, StoreError>,
) -> Result<Changed, StoreError> {
    let record = rows.payout_to_change(reference)?;
    if rows.has_written(token)? {
        return Ok(Changed { record, is_written: true });
    }
    let Some(Change { observation, due }) = decide(record.as_ref(), rows)? else {
        return Ok(Changed { record, is_written: false });
    };
    let revision = record.as_ref().map_or(0, |record| record.revision) + 1;
    let observed = Observed { revision, at, start, observation };
    let before = record.as_ref().map(|record| record.state);
    let Some(record) = PayoutRecord::after(record, &observed) else {
        return Ok(Changed { record: None, is_written: false });
    };
    // A final record is not due, whatever was requested.
    let due = if record.state.is_final() { Due::Never } else { due };
    rows.write(&Write { token, record: &record, observed: &observed, due })?;
    let subject = Subject::Payout(reference.clone());
    log_change(&subject, record.revision, || (record.state.as_str(), record.open_cases().count()));
    changed(rows, &subject, record.revision)?;
    if let Some(of) = record.refund_of.as_ref().filter(|_| before != Some(record.state)) {
        follow_refund(rows, of, record.state, token, at, start)?;
    }
    Ok(Changed { record: Some(record), is_written: true })
}
