//! One send: the permit, the provider's call, and its outcome.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use payments_core::{
    Error, ErrorKind, Submission, Uncertain, UncertainCause, payout::Payout,
    transport::with_departure,
};

use super::departure::{PermitDeparture, PermitState};
use crate::{
    record::{Outcome, PayoutRecord, RecordState},
    seeded::Seeded,
    shared::{Member, Shared},
};

/// How long a failed write of an outcome waits before it is said again.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(3)];

/// What became of one send.
pub(crate) enum Sent {
    /// The provider answered, or may have got it. It is recorded, or will be asked for.
    Answered(Box<Submission<Payout>>),
    /// Nothing left.
    Nothing {
        /// Why.
        error: Error,
        /// The permit that has to be given back, if one was taken or may have been.
        permit: Option<String>,
    },
}

impl Shared {
    /// Sends a prepared payout. It has to run on the engine's own runtime: dropped in the middle, its
    /// outcome stays uncertain.
    pub(crate) async fn send(self: &Arc<Self>, member: &Member, record: &PayoutRecord) -> Sent {
        let limits = member.limits.clone();
        let departure = Arc::new(PermitDeparture::new(Arc::clone(self), record.clone(), limits));
        let departs = member.provider.departs();
        if !departs && !self.is_seeded(Seeded::SkipsThePermitWithoutADeparture) {
            match departure.take().await {
                PermitState::Taken(_) => {}
                PermitState::Refused(why) | PermitState::Unknown(why) => {
                    let error = Error::new(ErrorKind::Unavailable, format!("not sent: {why}"));
                    return Sent::Nothing { error, permit: departure.permit() };
                }
                PermitState::NotTaken => {}
            }
        }
        let call = member.payouts.create_payout(&record.request);
        let call = with_departure(departure.clone(), call);
        let answered = AssertUnwindSafe(call).catch_unwind().await;
        let (outcome, submission) = match answered {
            Ok(Ok(submission)) => {
                let mut outcome = outcome_of(&submission);
                if let Outcome::Declined(decline) = &mut outcome
                    && self.is_seeded(Seeded::BelievesAnyRefusal)
                {
                    *decline = decline.clone().confirmed();
                }
                (outcome, submission)
            }
            Ok(Err(error)) => {
                let is_counted = departs && departure.bytes() == 0
                    || self.is_seeded(Seeded::GivesBackWithoutTheCount);
                match (departure.permit(), departure.state()) {
                    (Some(_), _) if !is_counted => misreported(&error.to_string()),
                    (permit, PermitState::Refused(why) | PermitState::Unknown(why)) => {
                        let message = format!("not sent: {why}");
                        let error = Error::new(ErrorKind::Unavailable, message).with_source(error);
                        return Sent::Nothing { error, permit };
                    }
                    (permit, _) => return Sent::Nothing { error, permit },
                }
            }
            Err(_) => misreported("the provider panicked"),
        };
        let permit = departure.permit();
        let returned = self.answered(member, record, permit, outcome, submission).await;
        Sent::Answered(Box::new(returned))
    }

    /// Records an outcome, and returns what the caller gets.
    async fn answered(
        self: &Arc<Self>,
        member: &Member,
        record: &PayoutRecord,
        permit: Option<String>,
        outcome: Outcome,
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
        let mut waits = AGAIN.iter();
        // The same write each time, so that one whose commit was not known is not done twice.
        let token = self.journal.token();
        loop {
            let now = self.clock.now();
            let (permit, outcome) = (permit.clone(), outcome.clone());
            let hold_after = self.hold_after(&member.limits);
            let token = token.clone();
            let written =
                self.journal.respond(reference, token, permit, outcome, now, hold_after).await;
            match (written, waits.next()) {
                (Ok(changed), _) => {
                    let is_doubted = |record: &PayoutRecord| {
                        record.state == RecordState::Uncertain
                            && matches!(submission, Submission::Accepted(_))
                    };
                    // The provider's answer speaks of another payout than was instructed.
                    return match changed.record.filter(is_doubted) {
                        Some(record) => record.submission().unwrap_or(submission),
                        None => submission,
                    };
                }
                (Err(_), Some(wait)) => tokio::time::sleep(*wait).await,
                (Err(error), _) => {
                    let message = format!("its outcome could not be recorded: {error}");
                    tracing::error!(payout = %reference, "{message}");
                    let cause = UncertainCause::ProviderUndecided;
                    return Submission::Uncertain(Uncertain::new(cause, message));
                }
            }
        }
    }
}

fn outcome_of(submission: &Submission<Payout>) -> Outcome {
    match submission {
        Submission::Accepted(payout) => Outcome::Accepted(Box::new(payout.clone())),
        Submission::Declined(decline) => Outcome::Declined(decline.clone()),
        Submission::Uncertain(uncertain) => Outcome::Uncertain(uncertain.clone()),
    }
}

/// An error that does not show that nothing left.
fn misreported(error: &str) -> (Outcome, Submission<Payout>) {
    let message = format!("the provider returned an error after it may have been sent: {error}");
    let uncertain = Uncertain::new(UncertainCause::ConnectionLost, message).needing_attention();
    (Outcome::Misreported(error.to_owned()), Submission::Uncertain(uncertain))
}
