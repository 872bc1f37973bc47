//! One instruction about a payment: the permit, the provider's call, and its outcome.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{Error, OrderRef, Provider, Result, Submission, Timestamp};

use super::under_way;
use crate::{
    journal::departure::{Called, Instructed, PermitDeparture, misreported},
    journal::send::{not_recorded, repeated},
    limits::Limits,
    record::{
        Instruction, Outcome, PaymentObservation, PaymentRecord, Permit, Sending, SendingState,
    },
    shared::Shared,
    store::StoreError,
};

/// Whether a record still contains an instruction that may be sent and has no permit.
type IsPrepared = Arc<dyn Fn(&PaymentRecord) -> bool + Send + Sync>;

/// An instruction about a payment that is on record and was not sent.
#[derive(Clone)]
pub(in crate::journal) struct Prepared {
    pub(in crate::journal) order: OrderRef,
    pub(in crate::journal) of: Instruction,
    pub(in crate::journal) is_prepared: IsPrepared,
}

impl Prepared {
    /// Returns a cancellation or an instruction about a virtual account that was requested at this
    /// time.
    pub(in crate::journal) fn sending(order: OrderRef, of: Instruction, asked: &Sending) -> Self {
        let (is_it, asked_at) = (of.clone(), asked.asked_at);
        let is_prepared = move |record: &PaymentRecord| {
            record.sending(&is_it).is_some_and(|sending| {
                sending.state == SendingState::Asked && sending.asked_at == asked_at
            })
        };
        Self { order, of, is_prepared: Arc::new(is_prepared) }
    }
}

#[async_trait]
impl Instructed for Prepared {
    async fn take_permit(
        &self,
        shared: &Shared,
        _: &Limits,
        token: &str,
        now: Timestamp,
        send_by: Timestamp,
    ) -> Result<bool, StoreError> {
        let Self { order, of, is_prepared } = self.clone();
        let restored = shared.restored.clone();
        let taking = PaymentObservation::PermitTaken { of, token: token.to_owned(), send_by };
        let taken =
            shared.journal.change_payment_as(token.to_owned(), &order, now, move |record| {
                let may_be_sent =
                    restored.why().is_none() && record.is_some_and(|it| is_prepared(it));
                may_be_sent.then(|| taking.clone())
            });
        taken.await.map(|(_, is_written)| is_written)
    }
}

impl Shared {
    /// Sends a recorded instruction, and records its outcome. An error means that nothing was sent
    /// and nothing will be: the instruction is closed before the error is returned.
    pub(in crate::journal) async fn instruct<T: Clone + Send + 'static>(
        self: &Arc<Self>,
        provider: &Provider,
        limits: &Limits,
        prepared: Prepared,
        call: impl Future<Output = Result<Submission<T>>> + Send,
        observation: impl Fn(Option<String>, Outcome<T>) -> PaymentObservation,
    ) -> Result<Submission<T>> {
        let Prepared { order, of, .. } = prepared.clone();
        let departure = PermitDeparture::new(Arc::clone(self), prepared, limits.clone());
        let (outcome, submission) = match departure.call(provider.departs(), call).await {
            Called::Answered(submission) => (Outcome::of(&submission), submission),
            Called::Misreported { error } => {
                let submission = misreported(&error);
                (Outcome::Misreported(error), submission)
            }
            Called::Nothing { error } => {
                return self.close_instruction(&order, of, departure.permit(), error).await;
            }
        };
        let observed = observation(departure.permit(), outcome);
        Ok(match self.record_outcome(&order, observed).await {
            Ok(()) => submission,
            Err(error) => not_recorded(&order, &error),
        })
    }

    /// Records an outcome, and repeats the write if it failed.
    pub(super) async fn record_outcome(
        &self,
        order: &OrderRef,
        observed: PaymentObservation,
    ) -> Result<(), StoreError> {
        let token = self.journal.token();
        let written = repeated(|| {
            let (now, observed) = (self.clock.now(), observed.clone());
            let say = move |_: Option<&PaymentRecord>| Some(observed.clone());
            self.journal.change_payment_as(token.clone(), order, now, say)
        });
        written.await.map(|_| ())
    }

    /// Ends a cancellation or an instruction about a virtual account as not carried out, if its
    /// outcome is still unknown and it was not sent again under another permit.
    pub(in crate::journal) async fn end_uncertain(
        &self,
        order: &OrderRef,
        of: Instruction,
        permit: Option<Permit>,
        why: &str,
    ) -> Result<()> {
        let ending = PaymentObservation::NotCarriedOut { of: of.clone(), why: why.to_owned() };
        let ended = self.journal.change_payment(order, self.clock.now(), move |record| {
            let is_it = record.is_some_and(|it| it.is_uncertain_under(&of, permit.as_ref()));
            is_it.then(|| ending.clone())
        });
        ended.await.map(|_| ()).map_err(StoreError::into_error)
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
        let is_it = of.clone();
        let closed = self.journal.change_payment(order, self.clock.now(), move |record| {
            let may_close = record.is_some_and(|record| record.may_close(&of, token.as_ref()));
            may_close.then(|| closing.clone())
        });
        match closed.await {
            Ok((Some(record), false)) if record.is_on_its_way(&is_it) => {
                Ok(under_way("another call sends it"))
            }
            Ok(_) => Err(error),
            Err(unknown) => {
                Ok(under_way(format!("it was not sent, which could not be recorded: {unknown}")))
            }
        }
    }
}
