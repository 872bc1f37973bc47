//! Does due work: sends payouts that were handed over, inquires about open ones, and closes those
//! that no longer have a caller.

mod ask;
mod payments;
pub(crate) mod schedule;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use payments_core::{Lookup, PayoutRef, Timestamp};
use tokio::task::JoinHandle;

use self::schedule::LEASE;
use crate::{
    journal::{Change, Sent},
    limits::Limits,
    record::{Observation, PayoutRecord, RecordKind, RecordState},
    seeded::Seeded,
    shared::{Flight, Member, Shared},
    store::{Claim, Due, StoreError, TaskKind},
};

/// The maximum number of due payouts that are claimed at a time.
const MOST: usize = 512;

/// The kinds of due work in the order in which they are done, each with the most tasks that are
/// claimed at a time.
const KINDS: [(TaskKind, usize); 6] = [
    (TaskKind::Payout, MOST),
    (TaskKind::Payment, 32),
    (TaskKind::Confirm, 32),
    (TaskKind::Ask, 32),
    (TaskKind::Held, 8),
    (TaskKind::Read, 8),
];

/// The maximum number of changes that are passed to handlers at a time. They must be done within
/// the lease.
const CHANGES: [(TaskKind, usize); 1] = [(TaskKind::Handle, 16)];

/// The work that one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pass {
    /// The number of due tasks of every kind.
    pub due: usize,
    /// The number of payouts that were sent, whatever their outcome.
    pub sent: usize,
    /// The number of payouts about which an inquiry was sent.
    pub asked: usize,
    /// The number of due deliveries whose confirmation was completed.
    pub confirmed: usize,
    /// The number of changes that were handled.
    pub handled: usize,
}

type Worked = Result<Done, StoreError>;

/// The work that was done for one payout.
enum Done {
    Sent,
    Asked,
    Confirmed,
    Handled,
    Other,
}

impl Shared {
    /// Begins the due work of these kinds, up to a limit of each, and returns whether a limit was
    /// reached.
    async fn begin_due(
        self: &Arc<Self>,
        kinds: &'static [(TaskKind, usize)],
    ) -> Result<(Vec<JoinHandle<Worked>>, bool), StoreError> {
        let now = self.clock.now();
        let claims = self.journal.store.run(move |backend| {
            let (mut claims, mut is_more) = (Vec::new(), false);
            for &(kind, most) in kinds {
                let claimed = backend.claim(kind, now, now.plus(LEASE), most)?;
                is_more |= claimed.len() == most;
                claims.extend(claimed);
            }
            Ok((claims, is_more))
        });
        let begin = |claim: Claim| {
            let shared = Arc::clone(self);
            self.runtime.spawn(async move { shared.work_on(&claim).await })
        };
        let (claims, is_more) = claims.await?;
        Ok((claims.into_iter().map(begin).collect(), is_more))
    }

    /// Does work as it becomes due, until `stopped` completes.
    pub(crate) async fn run(self: &Arc<Self>, every: Duration, stopped: impl Future<Output = ()>) {
        let mut stopped = pin!(stopped);
        loop {
            // Payouts that wait for their turn must not hold up confirmations and inquiries.
            let others = KINDS.split_first().map_or(&[][..], |(_payouts, others)| others);
            let kinds = if self.flights() < MOST { &KINDS[..] } else { others };
            if let Err(error) = self.begin_due(kinds).await {
                tracing::error!("the journal cannot be used: {error}");
            }
            if self.may_handle()
                && let Err(error) = self.begin_due(&CHANGES).await
            {
                tracing::error!("the journal cannot be used: {error}");
            }
            let (wake, time) = (pin!(self.wake.notified()), pin!(tokio::time::sleep(every)));
            if let Either::Left(_) = select(stopped.as_mut(), select(wake, time)).await {
                return;
            }
        }
    }

    /// Records at intervals that this engine runs, if other engines may run on the same store.
    pub(crate) async fn beat(self: Arc<Self>) {
        let Some(every) = self.journal.beat else { return };
        loop {
            tokio::time::sleep(every).await;
            if let Err(error) = self.beat_once().await {
                tracing::error!("the journal cannot be used: {error}");
            }
        }
    }

    async fn beat_once(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.journal.store.run(move |backend| backend.beat(now)).await
    }

    /// Does all due work, and returns once it is done.
    pub(crate) async fn pass(self: &Arc<Self>) -> Result<Pass, StoreError> {
        let mut pass = Pass::default();
        if self.journal.beat.is_some() {
            self.beat_once().await?;
        }
        while self.pass_of(&KINDS, &mut pass).await? {}
        // This includes changes made in this pass.
        while self.handlers.get().is_some() && self.pass_of(&CHANGES, &mut pass).await? {}
        Ok(pass)
    }

    /// Does the due work of these kinds, up to a limit of each, and returns whether there may be
    /// more.
    async fn pass_of(
        self: &Arc<Self>,
        kinds: &'static [(TaskKind, usize)],
        pass: &mut Pass,
    ) -> Result<bool, StoreError> {
        let (work, is_more) = self.begin_due(kinds).await?;
        let number = work.len();
        for done in join_all(work).await {
            match done {
                Ok(Ok(Done::Sent)) => pass.sent += 1,
                Ok(Ok(Done::Asked)) => pass.asked += 1,
                Ok(Ok(Done::Confirmed)) => pass.confirmed += 1,
                Ok(Ok(Done::Handled)) => pass.handled += 1,
                Ok(Ok(Done::Other)) => {}
                // Its lease will expire, and it becomes due again.
                Ok(Err(error)) => tracing::error!("the journal cannot be used: {error}"),
                Err(error) => tracing::error!("work on a payout ended early: {error}"),
            }
        }
        pass.due += number;
        Ok(is_more)
    }

    /// Returns whether changes may be passed to handlers. Their threads have to be free, so that no
    /// claim expires in a queue.
    fn may_handle(&self) -> bool {
        self.handlers.get().is_some() && self.handling() == 0
    }

    async fn work_on(self: &Arc<Self>, claim: &Claim) -> Result<Done, StoreError> {
        match claim.kind {
            TaskKind::Payout => self.work_on_payout(claim).await,
            TaskKind::Payment => self.look_after_payment(claim).await,
            TaskKind::Confirm => {
                let is_settled = self.confirm(claim).await?;
                Ok(if is_settled { Done::Confirmed } else { Done::Other })
            }
            TaskKind::Ask => self.ask_about_order(claim).await.map(|()| Done::Other),
            TaskKind::Held => self.ask_while_held(claim).await,
            TaskKind::Handle => {
                let is_handled = self.handle(claim).await?;
                // More changes may be due for handlers that were busy.
                self.wake.notify_one();
                Ok(if is_handled { Done::Handled } else { Done::Other })
            }
            TaskKind::Read => self.read_statements(claim).await.map(|()| Done::Other),
        }
    }

    async fn work_on_payout(self: &Arc<Self>, claim: &Claim) -> Result<Done, StoreError> {
        let now = self.clock.now();
        let Ok(reference) = &PayoutRef::new(claim.subject.as_str()) else {
            tracing::error!("a stored reference is not valid: {:?}", claim.subject);
            return self.put_off(claim, now.plus(LEASE)).await;
        };
        let Some(flight) = self.begin(reference) else {
            return self.put_off(claim, now.plus(LEASE)).await;
        };
        let Some(record) = self.journal.read(reference).await? else { return Ok(Done::Other) };
        let Ok(member) = self.member(&record.provider) else {
            return self.work_without_provider(claim, &record).await;
        };
        match (record.state, record.kind) {
            (RecordState::Prepared, RecordKind::WaitedFor)
                if !self.is_seeded(Seeded::LeavesItDueAfterAnError) =>
            {
                let why = "its caller has ended".to_owned();
                self.journal.close(&record, None, why, now).await?;
                Ok(Done::Other)
            }
            (RecordState::Prepared, _) => {
                self.send_handed_over(member, &record, claim, &flight).await
            }
            (RecordState::Submitting, _) => {
                if let Some(due) = self.sender_ends_at(&record, &member.limits, now).await? {
                    return self.put_off(claim, due).await;
                }
                if self.is_seeded(Seeded::SendsAgainAfterACrash) {
                    return self.send_again(member, &record).await;
                }
                let due = schedule::next(now, now);
                let changed = self.journal.interrupt(&record, now, due).await?;
                match changed.record.filter(|record| record.state.is_open()) {
                    Some(record) => self.look_after(member, &record, claim, &flight).await,
                    None => Ok(Done::Other),
                }
            }
            (state, _) if state.is_open() => self.look_after(member, &record, claim, &flight).await,
            _ => Ok(Done::Other),
        }
    }

    /// Works on a payout whose provider is not configured any more: nothing is sent, and no inquiry
    /// is possible.
    async fn work_without_provider(
        &self,
        claim: &Claim,
        record: &PayoutRecord,
    ) -> Result<Done, StoreError> {
        let now = self.clock.now();
        let reference = record.reference();
        tracing::error!(payout = %reference, "its provider {} is missing", record.provider);
        match record.state {
            RecordState::Prepared
                if record.kind == RecordKind::WaitedFor || now > record.send_before =>
            {
                let why = format!("its provider {} was removed", record.provider);
                self.journal.close(record, None, why, now).await?;
                return Ok(Done::Other);
            }
            RecordState::Submitting => {
                let limits = self.limits.get(&record.provider).cloned().unwrap_or_default();
                if let Some(due) = self.sender_ends_at(record, &limits, now).await? {
                    return self.put_off(claim, due).await;
                }
                self.journal.interrupt(record, now, now).await?;
                return Ok(Done::Other);
            }
            state if state.is_open() && !self.is_seeded(Seeded::ForgetsTheRetired) => {
                let passed = self.journal.observe(reference, now, move |record| {
                    let seconds = now.since(record.moved_at()).as_secs();
                    let has_case = record.open_cases().next().is_some();
                    let (observation, due) =
                        (Observation::WindowPassed { seconds }, Due::At(now.plus(LEASE)));
                    (record.state.is_open() && !has_case).then_some(Change { observation, due })
                });
                passed.await?;
            }
            _ => {}
        }
        self.put_off(claim, now.plus(LEASE)).await
    }

    /// Returns the time after which the sender of a payout can no longer record an outcome, or
    /// `None` if no sender runs: it was another process, or a task that ended.
    async fn sender_ends_at(
        &self,
        record: &PayoutRecord,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(permit) = &record.permit else { return Ok(None) };
        let ends_at = permit.send_by.plus(limits.quiet);
        let is_running = now <= ends_at && self.is_elsewhere(permit.start).await?;
        Ok(is_running.then(|| ends_at.plus(Duration::from_secs(1))))
    }

    async fn send_handed_over(
        self: &Arc<Self>,
        member: &Member,
        record: &PayoutRecord,
        claim: &Claim,
        flight: &Flight<'_>,
    ) -> Result<Done, StoreError> {
        let reference = record.reference();
        // The semaphore is closed only when the engine ends.
        let Ok(_place) = member.places.acquire().await else { return Ok(Done::Other) };
        let now = self.clock.now();
        if now > record.send_before && !self.is_seeded(Seeded::SendsAfterItsTime) {
            let why = "it could not be sent in its time".to_owned();
            self.journal.close(record, None, why, now).await?;
            return Ok(Done::Other);
        }
        if self.check_sends().is_err() {
            return self.put_off(claim, schedule::again(claim.tries, now)).await;
        }
        if let Some(until) = self.held_until(member, now).await? {
            return self.put_off(claim, until).await;
        }
        if self.is_inherited(record).await? && !self.is_seeded(Seeded::SendsInheritedWithoutAsking)
        {
            // If the store is an older copy, the payout may have been sent already.
            match self.ask(member, record, Some(flight)).await {
                Ok(Lookup::Absent(_)) => {}
                Ok(_) => return Ok(Done::Asked),
                Err(_) if !member.payouts.capabilities().find => {}
                Err(_) => return self.put_off(claim, schedule::again(claim.tries, now)).await,
            }
        }
        match self.send(member, record).await {
            Sent::Answered(_) => Ok(Done::Sent),
            Sent::Nothing { error, permit } => {
                let now = self.clock.now();
                tracing::info!(payout = %reference, "not sent yet: {error}");
                let again = schedule::again(claim.tries, now);
                if !error.is_safe_to_retry() {
                    self.journal.close(record, permit, error.to_string(), now).await?;
                } else if let Some(permit) = permit {
                    let why = error.to_string();
                    self.journal.give_back(reference, permit, why, now, again).await?;
                } else {
                    return self.put_off(claim, again).await;
                }
                Ok(Done::Other)
            }
        }
    }

    /// Returns whether a payout may have been sent by what this store does not know of, because the
    /// store may be an older copy of itself since the payout was recorded.
    async fn is_inherited(&self, record: &PayoutRecord) -> Result<bool, StoreError> {
        Ok(if self.restored.is_accepted_since(record.start) {
            true
        } else if record.start == 0 {
            // A visitor recorded it.
            record.opened_at <= self.started_at
        } else {
            record.start != self.journal.start && !self.is_elsewhere(record.start).await?
        })
    }

    /// Returns until when a provider's permits are held, or `None` if they are not.
    async fn held_until(
        &self,
        member: &Member,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let provider = member.provider.id().clone();
        let breaker = self.journal.store.run(move |backend| backend.breaker(&provider)).await?;
        let allows = breaker.allows(self.hold_after(&member.limits), now);
        Ok((!allows).then(|| breaker.allows_next(now)))
    }

    async fn put_off(&self, claim: &Claim, due: Timestamp) -> Result<Done, StoreError> {
        let claim = claim.clone();
        self.journal.store.run(move |backend| backend.set_due(&claim, Due::At(due))).await?;
        Ok(Done::Other)
    }

    /// Does what a queue does that runs a task again after its lease.
    async fn send_again(
        self: &Arc<Self>,
        member: &Member,
        record: &PayoutRecord,
    ) -> Result<Done, StoreError> {
        let Some(permit) = &record.permit else { return Ok(Done::Other) };
        let (reference, now) = (record.reference(), self.clock.now());
        let (token, why) = (permit.token.clone(), "its lease ran out".to_owned());
        let changed = self.journal.give_back(reference, token, why, now, now).await?;
        match changed.record {
            Some(record) => {
                self.send(member, &record).await;
                Ok(Done::Sent)
            }
            None => Ok(Done::Other),
        }
    }

    /// Leaves a record prepared and due after its call returned an error.
    pub(crate) async fn leave_due(
        &self,
        reference: &payments_core::PayoutRef,
    ) -> Result<(), StoreError> {
        let (reference, now) = (reference.clone(), self.clock.now());
        let subject = reference.as_str().to_owned();
        let claim = Claim { kind: TaskKind::Payout, subject, fence: 0, tries: 0 };
        self.journal.store.run(move |backend| backend.set_due(&claim, Due::At(now))).await
    }
}
