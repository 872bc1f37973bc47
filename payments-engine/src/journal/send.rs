//! One send: the permit, the provider's call, and its outcome.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use payments_core::{Error, Submission, Timestamp, Uncertain, UncertainCause, payout::Payout};

use super::departure::{Called, Instructed, PermitDeparture, misreported};
use crate::{
    limits::Limits,
    record::{Outcome, PayoutRecord, RecordState},
    seeded::Seeded,
    shared::{Member, Shared},
    store::StoreError,
};

/// The waiting times before a failed write of an outcome is repeated.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(3)];

/// The result of one send.
pub(crate) enum Sent {
    /// The provider responded, or may have received the instruction. The outcome is recorded, or
    /// the engine will inquire about it.
    Answered(Box<Submission<Payout>>),
    /// Nothing was sent.
    Nothing {
        /// The reason.
        error: Error,
        /// The token of the permit to give back, if one was taken or may have been.
        permit: Option<String>,
    },
}

impl Shared {
    /// Sends a prepared payout. It has to run on the engine's own runtime: if the future is
    /// dropped, the outcome stays uncertain.
    pub(crate) async fn send(self: &Arc<Self>, member: &Member, record: &PayoutRecord) -> Sent {
        let limits = member.limits.clone();
        let departure = PermitDeparture::new(Arc::clone(self), record.clone(), limits);
        let call = member.payouts.create_payout(&record.request);
        let (outcome, submission) = match departure.call(member.provider.departs(), call).await {
            Called::Answered(submission) => {
                let mut outcome = Outcome::of(&submission);
                if let Outcome::Declined(decline) = &mut outcome
                    && self.is_seeded(Seeded::BelievesAnyRefusal)
                {
                    *decline = decline.clone().confirmed();
                }
                (outcome, submission)
            }
            Called::Misreported { error } => {
                let submission = misreported(&error);
                (Outcome::Misreported(error), submission)
            }
            Called::Nothing { error } => {
                return Sent::Nothing { error, permit: departure.permit() };
            }
        };
        let permit = departure.permit();
        let returned = self.answered(member, record, permit, outcome, submission).await;
        Sent::Answered(Box::new(returned))
    }

    /// Records an outcome, and returns the result for the caller.
    async fn answered(
        self: &Arc<Self>,
        member: &Member,
        record: &PayoutRecord,
        permit: Option<String>,
        outcome: Outcome<Payout>,
        submission: Submission<Payout>,
    ) -> Submission<Payout> {
        if self.is_seeded(Seeded::AnswersBeforeTheCommit) {
            return submission;
        }
        let reference = record.reference();
        if self.is_seeded(Seeded::DropsALateOutcome) {
            let known = self.journal.read(reference).await.ok().flatten();
            if known.is_none_or(|record| record.state != RecordState::Submitting) {
                return submission;
            }
        }
        // Each attempt has the same token, so that a commit with an unknown result is not repeated.
        let token = self.journal.token();
        let hold_after = self.hold_after(&member.limits);
        let written = repeated(|| {
            let (token, permit, outcome) = (token.clone(), permit.clone(), outcome.clone());
            let now = self.clock.now();
            self.journal.respond(reference, token, permit, outcome, now, hold_after)
        });
        match written.await {
            Ok(changed) => {
                let is_doubted = |record: &PayoutRecord| {
                    record.state == RecordState::Uncertain
                        && matches!(submission, Submission::Accepted(_))
                };
                // The provider's response is about another payout than the instructed one.
                match changed.record.filter(is_doubted) {
                    Some(record) => record.submission().unwrap_or(submission),
                    None => submission,
                }
            }
            Err(error) => not_recorded(reference, &error),
        }
    }
}

#[async_trait]
impl Instructed for PayoutRecord {
    async fn take_permit(
        &self,
        shared: &Shared,
        limits: &Limits,
        token: &str,
        now: Timestamp,
        send_by: Timestamp,
    ) -> Result<bool, StoreError> {
        if shared.is_seeded(Seeded::SendsWithoutAPermit) {
            return Ok(true);
        }
        let (due, hold_after) = (send_by.plus(limits.quiet), shared.hold_after(limits));
        let taking =
            shared.journal.take_permit(self, token.to_owned(), now, send_by, due, hold_after);
        Ok(taking.await?.is_written)
    }
}

/// Writes an outcome, and repeats the write if it failed.
pub(super) async fn repeated<T, F>(mut write: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for wait in AGAIN {
        if let Ok(written) = write().await {
            return Ok(written);
        }
        tokio::time::sleep(wait).await;
    }
    write().await
}

/// Returns the result for the caller if the outcome could not be recorded.
pub(super) fn not_recorded<T>(about: &dyn std::fmt::Display, error: &StoreError) -> Submission<T> {
    let message = format!("its outcome could not be recorded: {error}");
    tracing::error!(%about, "{message}");
    Submission::Uncertain(Uncertain::new(UncertainCause::ProviderUndecided, message))
}
