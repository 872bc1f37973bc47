//! One instruction about a payment: the permit, the provider's call, and its outcome.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use payments_core::{
    Error, ErrorKind, OrderRef, Result, Submission, Uncertain, UncertainCause,
    transport::with_departure,
};

use super::permit::{IsPrepared, PaymentPermit, PermitState};
use super::{PaymentMember, under_way};
use crate::{
    record::{Instruction, InstructionOutcome, PaymentObservation},
    shared::Shared,
    store::StoreError,
};

/// How long a failed write of an outcome waits before it is said again.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(500), Duration::from_secs(3)];

/// An instruction that is written down and was not sent.
pub(super) struct Prepared {
    pub(super) order: OrderRef,
    pub(super) of: Instruction,
    pub(super) is_prepared: IsPrepared,
}

impl Shared {
    /// Sends an instruction that is written down, and records what came of it. An error means that
    /// nothing was sent and nothing will be: it is closed before the error is returned.
    pub(super) async fn instruct<T: Clone + Send + 'static>(
        self: &Arc<Self>,
        member: &PaymentMember,
        prepared: Prepared,
        call: impl Future<Output = Result<Submission<T>>> + Send,
        observation: impl Fn(Option<String>, InstructionOutcome<T>) -> PaymentObservation,
    ) -> Result<Submission<T>> {
        let Prepared { order, of, is_prepared } = prepared;
        let permit = Arc::new(PaymentPermit::new(
            Arc::clone(self),
            order.clone(),
            of.clone(),
            is_prepared,
            member.limits.clone(),
        ));
        let departs = member.provider.departs();
        if !departs
            && let PermitState::Refused(why) | PermitState::Unknown(why) = permit.take().await
        {
            let error = Error::new(ErrorKind::Unavailable, format!("not sent: {why}"));
            return self.close_instruction(&order, of, permit.token(), error).await;
        }
        let call = with_departure(permit.clone(), call);
        let (outcome, submission) = match AssertUnwindSafe(call).catch_unwind().await {
            Ok(Ok(submission)) => (outcome_of(&submission), submission),
            Ok(Err(error)) => {
                let is_counted = departs && permit.bytes() == 0;
                match (permit.token(), permit.state()) {
                    (Some(_), _) if !is_counted => misreported(&error.to_string()),
                    (token, PermitState::Refused(why) | PermitState::Unknown(why)) => {
                        let message = format!("not sent: {why}");
                        let error = Error::new(ErrorKind::Unavailable, message).with_source(error);
                        return self.close_instruction(&order, of, token, error).await;
                    }
                    (token, _) => return self.close_instruction(&order, of, token, error).await,
                }
            }
            Err(_) => misreported("the provider panicked"),
        };
        let observed = observation(permit.token(), outcome);
        match self.record_outcome(&order, observed).await {
            Ok(()) => Ok(submission),
            Err(error) => {
                let message = format!("its outcome could not be recorded: {error}");
                tracing::error!(%order, "{message}");
                let cause = UncertainCause::ProviderUndecided;
                Ok(Submission::Uncertain(Uncertain::new(cause, message)))
            }
        }
    }

    /// Records an outcome, and says it again if it was not written.
    pub(super) async fn record_outcome(
        &self,
        order: &OrderRef,
        observed: PaymentObservation,
    ) -> Result<(), StoreError> {
        let token = self.journal.token();
        let mut waits = AGAIN.iter();
        loop {
            let (now, observed) = (self.clock.now(), observed.clone());
            let written = self
                .journal
                .change_payment_as(token.clone(), order, now, move |_| Some(observed.clone()));
            match (written.await, waits.next()) {
                (Ok(_), _) => return Ok(()),
                (Err(_), Some(wait)) => tokio::time::sleep(*wait).await,
                (Err(error), None) => return Err(error),
            }
        }
    }

    /// Closes an instruction that was not sent, and returns its error.
    pub(super) async fn close_instruction<T>(
        &self,
        order: &OrderRef,
        of: Instruction,
        token: Option<String>,
        error: Error,
    ) -> Result<Submission<T>> {
        let why = error.to_string();
        let closing = PaymentObservation::NotSent { of: of.clone(), token: token.clone(), why };
        let closed = self.journal.change_payment(order, self.clock.now(), move |record| {
            let may_close = record.is_some_and(|record| match &of {
                Instruction::Opening { provider, method } => record
                    .opening(provider, *method)
                    .is_some_and(|opening| opening.may_close(token.as_ref())),
                Instruction::Refund { refund } => {
                    record.refund(refund).is_some_and(|refund| refund.may_close(token.as_ref()))
                }
            });
            may_close.then(|| closing.clone())
        });
        match closed.await {
            Ok(_) => Err(error),
            Err(unknown) => {
                Ok(under_way(format!("it was not sent, which could not be recorded: {unknown}")))
            }
        }
    }
}

fn outcome_of<T: Clone>(submission: &Submission<T>) -> InstructionOutcome<T> {
    match submission {
        Submission::Accepted(accepted) => InstructionOutcome::Accepted(Box::new(accepted.clone())),
        Submission::Declined(decline) => InstructionOutcome::Declined(decline.clone()),
        Submission::Uncertain(uncertain) => InstructionOutcome::Uncertain(uncertain.clone()),
    }
}

/// An error that does not show that nothing left.
fn misreported<T>(error: &str) -> (InstructionOutcome<T>, Submission<T>) {
    let message = format!("the provider returned an error after it may have been sent: {error}");
    let uncertain = Uncertain::new(UncertainCause::ConnectionLost, message).needing_attention();
    (InstructionOutcome::Misreported(error.to_owned()), Submission::Uncertain(uncertain))
}
