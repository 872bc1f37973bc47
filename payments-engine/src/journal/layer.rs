//! The journal around a provider's payouts.

#![deny(clippy::missing_trait_methods)]

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{
    Absence, Error, ErrorKind, Lookup, PayoutProvider, PayoutRef, Result, Submission, Uncertain,
    UncertainCause,
    bank::BankAccount,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
    rules::{Repeat, RepeatWindow},
};
use tokio::time::{Instant, timeout_at};

use super::{Changed, Opening, send::Sent};
use crate::{
    engine::Running,
    record::{PayoutRecord, RecordKind, RecordState},
    seeded::Seeded,
    shared::{Flight, Member, Shared},
    store::StoreError,
};

/// How often a waiting call checks whether another engine has the outcome of its payout.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The payouts of a provider behind the journal: each reference is sent at most once.
///
/// `create_payout` runs completely on the engine's runtime, both SQL and send. Dropping the future
/// of its caller changes nothing.
pub(crate) struct JournaledPayouts {
    engine: Arc<Running>,
    member: Arc<Member>,
    capabilities: PayoutCapabilities,
}

impl JournaledPayouts {
    pub(crate) fn new(engine: Arc<Running>, member: Arc<Member>) -> Self {
        let mut capabilities = member.payouts.capabilities().clone();
        capabilities.repeat = Repeat::Deduplicated { within: RepeatWindow::Forever };
        Self { engine, member, capabilities }
    }

    /// Runs work on the engine's runtime, and waits for it.
    async fn run<T, W>(&self, work: impl FnOnce(Arc<Shared>, Arc<Member>) -> W) -> Option<Result<T>>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let member = Arc::clone(&self.member);
        self.engine.run(|shared| work(shared, member)).await
    }
}

#[async_trait]
impl PayoutProvider for JournaledPayouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayout) -> Result<()> {
        self.member.payouts.check(request)
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        self.check(request)?;
        self.engine.shared().check_sends()?;
        let request = request.clone();
        let done = self
            .run(|shared, member| async move { shared.create_payout(&member, request).await })
            .await;
        done.unwrap_or_else(|| Ok(under_way("the engine ended while the payout was under way")))
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        let payout = payout.clone();
        let done = self
            .run(|shared, member| async move { shared.find_payout(&member, &payout).await })
            .await;
        done.unwrap_or_else(|| Err(Error::new(ErrorKind::Unavailable, "the engine was stopped")))
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        self.member.payouts.verify_beneficiary(account).await
    }

    async fn balance(&self) -> Result<Balance> {
        self.member.payouts.balance().await
    }
}

impl Shared {
    /// Sends a payout while the caller waits, or returns the outcome that its reference already
    /// has.
    async fn create_payout(
        self: &Arc<Self>,
        member: &Member,
        request: CreatePayout,
    ) -> Result<Submission<Payout>> {
        let reference = request.payout.clone();
        let deadline = Instant::now() + member.limits.wait;
        loop {
            let listener = self.listen(&reference);
            let changed = listener.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            let opening = self.opening(member, &request, RecordKind::WaitedFor);
            let mut known = self.journal.read(&reference).await.map_err(StoreError::into_error)?;
            let is_ours = match &known {
                None => true,
                Some(record) => {
                    may_be_sent(record) && !self.is_waited_for_elsewhere(record).await?
                }
            };
            if is_ours && let Some(flight) = self.begin(&reference) {
                known = match self.open_or_resume(&opening, flight).await? {
                    Resumed::Ours(record, flight) => {
                        return self.send_while_waited_for(member, &record, flight).await;
                    }
                    Resumed::Known(record) => Some(record),
                    Resumed::Unknown(why) => return Ok(under_way(why)),
                };
            }
            if let Some(record) = known.filter(|record| record.state != RecordState::NotSent) {
                if !self.is_seeded(Seeded::IgnoresOtherContent) {
                    opening.compare(&record)?;
                }
                if let Some(submission) = record.submission() {
                    return Ok(submission);
                }
            }
            // Another engine does not notify listeners of this process.
            let look_again = match self.journal.beat {
                Some(_) => deadline.min(Instant::now() + LOOK_AGAIN),
                None => deadline,
            };
            if timeout_at(look_again, changed).await.is_err() && Instant::now() >= deadline {
                return Ok(under_way("the same payout is under way"));
            }
        }
    }

    /// Returns whether a caller of another running engine waits for a record that is not sent yet.
    async fn is_waited_for_elsewhere(&self, record: &PayoutRecord) -> Result<bool> {
        if record.state != RecordState::Prepared {
            return Ok(false);
        }
        self.is_elsewhere(record.start).await.map_err(StoreError::into_error)
    }

    pub(crate) fn opening(
        &self,
        member: &Member,
        request: &CreatePayout,
        kind: RecordKind,
    ) -> Opening {
        let now = self.clock.now();
        let limits = &member.limits;
        Opening {
            provider: member.provider.id().clone(),
            request: request.clone(),
            kind,
            send_before: now.plus(limits.send_for),
            refund_of: None,
            // A waited-for payout is due only in case its call ends without closing it.
            due: match kind {
                RecordKind::HandedOver => now,
                RecordKind::WaitedFor => now.plus(limits.waited_for()),
            },
        }
    }

    /// Opens a record, or finds one that this call may send.
    async fn open_or_resume<'a>(
        &self,
        opening: &Opening,
        flight: Flight<'a>,
    ) -> Result<Resumed<'a>> {
        let (reference, now) = (&opening.request.payout, self.clock.now());
        let token = self.journal.token();
        let deciding = opening.clone();
        let opened = self
            .journal
            .change(reference, token.clone(), now, move |record, _| Ok(deciding.decide(record)))
            .await;
        let Changed { record, is_written } = match opened {
            Ok(changed) => changed,
            Err(error @ (StoreError::NotDone(_) | StoreError::Again(_))) => {
                return Err(error.into_error());
            }
            Err(error @ StoreError::Unknown(_)) => {
                let why = "its record could not be confirmed".to_owned();
                return match self.close_opened_by(reference, &token, why).await {
                    Ok(()) => Err(error.into_error()),
                    Err(_) if self.is_seeded(Seeded::TakesAnUnknownCommitForNone) => {
                        Err(error.into_error())
                    }
                    Err(error) => Ok(Resumed::Unknown(error.to_string())),
                };
            }
        };
        let record = record.ok_or_else(|| {
            Error::new(ErrorKind::Unavailable, "the journal lost a record that it had written")
        })?;
        let is_left =
            !is_written && may_be_sent(&record) && !self.is_waited_for_elsewhere(&record).await?;
        Ok(if is_written || is_left && opening.compare(&record).is_ok() {
            Resumed::Ours(record, flight)
        } else {
            Resumed::Known(record)
        })
    }

    /// Closes a record if the write with this token opened it.
    async fn close_opened_by(
        &self,
        reference: &PayoutRef,
        token: &str,
        why: String,
    ) -> Result<(), StoreError> {
        let token = token.to_owned();
        let now = self.clock.now();
        let closed = self
            .journal
            .change(reference, self.journal.token(), now, move |record, rows| {
                let is_open = record.is_some_and(|record| record.state == RecordState::Prepared);
                let is_ours = is_open && rows.has_written(&token)?;
                Ok(is_ours.then(|| super::not_sent(None, why.clone())))
            })
            .await;
        closed.map(|_| ())
    }

    /// Sends a payout while its caller waits. An error means that nothing was sent and nothing will
    /// be: the record is closed before the error is returned.
    async fn send_while_waited_for(
        self: &Arc<Self>,
        member: &Member,
        record: &PayoutRecord,
        _flight: Flight<'_>,
    ) -> Result<Submission<Payout>> {
        let reference = record.reference();
        match self.send(member, record).await {
            Sent::Answered(submission) => Ok(*submission),
            Sent::Nothing { error, .. } if self.is_seeded(Seeded::LeavesItDueAfterAnError) => {
                let _ = self.leave_due(reference).await;
                Err(error)
            }
            Sent::Nothing { error, permit } => {
                let why = error.to_string();
                match self.journal.end_call(reference, permit, why, self.clock.now()).await {
                    Ok(Changed { record: Some(record), .. })
                        if record.state != RecordState::NotSent =>
                    {
                        Ok(record.submission().unwrap_or_else(|| {
                            under_way("it was not sent by this call and is under way elsewhere")
                        }))
                    }
                    Ok(_) => Err(error),
                    Err(_) if self.is_seeded(Seeded::TakesAnUnknownCommitForNone) => Err(error),
                    Err(unknown) => {
                        let why =
                            format!("it was not sent, which could not be recorded: {unknown}");
                        Ok(under_way(why))
                    }
                }
            }
        }
    }

    /// Inquires about a payout, records the response, and compares it with the instruction. If
    /// there is a record, an absence is conclusive only if the record allows it.
    async fn find_payout(&self, member: &Member, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        let record = self.journal.read(payout).await.map_err(StoreError::into_error)?;
        let record = record.filter(|record| record.provider == *member.provider.id());
        let Some(record) = record else {
            return member.payouts.find_payout(payout).await;
        };
        let flight = self.begin(payout);
        let found = self.ask(member, &record, flight.as_ref()).await?;
        drop(flight);
        let compared = |mut payout: Payout| {
            payout.needs_attention |= payout.differs_from(&record.request).is_some();
            payout
        };
        Ok(match found {
            Lookup::Found(one) => Lookup::Found(compared(one)),
            Lookup::Several(all) => Lookup::Several(all.into_iter().map(compared).collect()),
            Lookup::Absent(_) => {
                let now = self.journal.read(payout).await.map_err(StoreError::into_error)?;
                Lookup::Absent(match now.map(|record| record.state) {
                    Some(RecordState::NotSent | RecordState::Failed) => Absence::Conclusive,
                    Some(state) => {
                        Absence::inconclusive(format!("its record is {state}, and it may turn up"))
                    }
                    None => Absence::inconclusive("its record cannot be read"),
                })
            }
        })
    }
}

/// A record that a call may send, or whose outcome it has to return.
enum Resumed<'a> {
    /// This call sends the payout.
    Ours(PayoutRecord, Flight<'a>),
    /// The payout has an outcome, or another call sends it.
    Known(PayoutRecord),
    /// It is unknown whether there is a record. This call sent nothing.
    Unknown(String),
}

/// Returns whether a call may send the payout on record: it was not sent, or the call that recorded
/// it ended without closing it.
fn may_be_sent(record: &PayoutRecord) -> bool {
    match record.state {
        RecordState::NotSent => true,
        RecordState::Prepared => record.kind == RecordKind::WaitedFor,
        _ => false,
    }
}

/// Returns the outcome of a call that stops waiting.
fn under_way(why: impl Into<String>) -> Submission<Payout> {
    let message = format!("under way: {}", why.into());
    Submission::Uncertain(Uncertain::new(UncertainCause::TimedOut, message))
}
