//! Cancellations through the journal.

use std::sync::Arc;

use payments_core::{
    Error, ErrorKind, OrderRef, Result, Submission,
    payment::{Payment, PaymentState},
};
use tokio::time::{Instant, timeout_at};

use super::{PaymentMember, Prepared, under_way};
use crate::{
    record::{Instruction, Outcome, PaymentObservation, PaymentRecord, SendingState},
    seeded::Seeded,
    shared::Shared,
    store::StoreError,
};

impl Shared {
    /// Cancels a payment at a provider, or returns the outcome of an earlier cancellation. If it is
    /// unknown whether the payment was opened, or cancelled before, an inquiry is sent first.
    pub(super) async fn cancel_payment(
        self: &Arc<Self>,
        member: &PaymentMember,
        order: &OrderRef,
    ) -> Result<Submission<Payment>> {
        let deadline = Instant::now() + member.limits.wait;
        let turn = self.turn(order);
        let Ok(_turn) = timeout_at(deadline, turn.lock()).await else {
            return Ok(under_way("the same order is under way"));
        };
        let provider = member.provider.id().clone();
        let of = Instruction::Cancel { provider: provider.clone() };
        if let Some(known) = self.ask_before_cancelling(member, order, &of).await? {
            return Ok(known);
        }
        let asking = PaymentObservation::CancelAsked { order: order.clone(), provider };
        let is_it = of.clone();
        let asked = self.journal.change_payment(order, self.clock.now(), move |record| {
            let known = record.and_then(|record| record.sending(&is_it));
            let is_under_way = known.is_some_and(|one| one.is_in_doubt());
            (!is_under_way).then(|| asking.clone())
        });
        let (record, is_written) = asked.await.map_err(StoreError::into_error)?;
        let sending = record.as_ref().filter(|_| is_written).and_then(|record| record.sending(&of));
        let Some(sending) = sending else {
            return Ok(under_way("the same cancellation is under way"));
        };
        let prepared = Prepared::sending(order.clone(), of, sending);
        let believes = self.is_seeded(Seeded::TakesALostCancellationForDone);
        let observation = |token, outcome| {
            let provider = member.provider.id().clone();
            let outcome = match outcome {
                Outcome::Uncertain(_) if believes => {
                    let cancelled = Payment::new(order.clone(), PaymentState::Cancelled);
                    Outcome::Accepted(Box::new(cancelled))
                }
                outcome => outcome,
            };
            PaymentObservation::Cancelled { provider, token, outcome }
        };
        let call = member.payments.cancel_payment(order);
        self.instruct(&member.provider, &member.limits, prepared, call, observation).await
    }

    /// Sends inquiries about doubtful instructions before a cancellation is sent. Returns the
    /// outcome of an earlier cancellation, if it decides the result.
    async fn ask_before_cancelling(
        self: &Arc<Self>,
        member: &PaymentMember,
        order: &OrderRef,
        of: &Instruction,
    ) -> Result<Option<Submission<Payment>>> {
        if self.is_seeded(Seeded::CancelsWithoutAsking) {
            return Ok(None);
        }
        let provider = member.provider.id();
        let Some(mut record) = self.read_order(order).await? else { return Ok(None) };
        let is_in_doubt = |record: &PaymentRecord| {
            let is_uncertain = record.sending(of).is_some_and(|sending| sending.is_in_doubt());
            (record.is_opening_in_doubt(provider), is_uncertain)
        };
        let asked_at = self.clock.now();
        if is_in_doubt(&record) != (false, false) {
            for (doubted, _, permit) in
                record.in_doubt().into_iter().filter(|(_, asked, _)| asked == provider)
            {
                let ended = self.interrupt(order, doubted.clone(), permit).await;
                if !ended.map_err(StoreError::into_error)? && doubted == *of {
                    return Ok(Some(under_way("the same cancellation is under way")));
                }
            }
            if member.payments.capabilities().find {
                let _ = self.find_payment(member, order).await?;
                record = self.read_order(order).await?.unwrap_or(record);
            }
        }
        let (is_opening_unknown, is_uncertain) = is_in_doubt(&record);
        if is_opening_unknown {
            let message = format!(
                "it is not known whether {provider} has the order {order}: nothing was cancelled; \
                 call again later, or look at the case of the order"
            );
            return Err(Error::new(ErrorKind::Conflict, message).with_field("order"));
        }
        let Some(sending) = record.sending(of) else { return Ok(None) };
        let cancelled =
            record.stated(provider).filter(|stated| stated.state == PaymentState::Cancelled);
        Ok(match (sending.state, cancelled) {
            (SendingState::Done, Some(stated)) => {
                Some(Submission::Accepted(stated.payment.clone()))
            }
            _ if is_uncertain
                && !self.is_over(sending.permit.as_ref(), &member.limits, asked_at) =>
            {
                sending.not_accepted()
            }
            _ if is_uncertain => {
                // A second cancellation does no harm once the first can no longer arrive.
                let why = "the inquiry does not show it, and it can no longer arrive";
                self.end_uncertain(order, of.clone(), sending.permit.clone(), why).await?;
                None
            }
            _ => None,
        })
    }

    /// Reads the record of an order.
    pub(in crate::journal) async fn read_order(
        &self,
        order: &OrderRef,
    ) -> Result<Option<PaymentRecord>> {
        self.journal.read_payment(order).await.map_err(StoreError::into_error)
    }
}
