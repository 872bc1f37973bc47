//! Refunds through the journal.

use std::sync::Arc;

use payments_core::{
    Error, ErrorKind, Lookup, RefundRef, Result, Submission,
    money::Money,
    payment::{Refund, RefundPayment, RefundState},
};
use tokio::time::{Instant, timeout_at};

use super::send::Prepared;
use super::{PaymentMember, under_way};
use crate::{
    booking::{book, change_payment},
    record::{
        Instruction, PaymentObservation, PaymentRecord, RefundRecord, RefundRecordState, Report,
        ReportData, Source,
    },
    seeded::Seeded,
    shared::Shared,
    store::{Backend, StoreError},
};

impl Shared {
    /// Refunds a payment, or returns the outcome that the refund already has. The amount is fixed
    /// when the refund is recorded. Refunds that have not failed never exceed what was received.
    pub(super) async fn refund_payment(
        self: &Arc<Self>,
        member: &PaymentMember,
        request: RefundPayment,
    ) -> Result<Submission<Refund>> {
        let order = request.order.clone();
        let deadline = Instant::now() + member.limits.wait;
        let turn = self.turn(&order);
        let Ok(_turn) = timeout_at(deadline, turn.lock()).await else {
            return Ok(under_way("the same order is under way"));
        };
        let known = self.journal.read_payment(&order).await.map_err(StoreError::into_error)?;
        // Before a refund, an inquiry is sent about a doubtful opening.
        let has_money = |record: PaymentRecord| {
            !record.is_opening_in_doubt(member.provider.id())
                && record.received().is_some_and(|received| received.is_positive())
        };
        if !known.is_some_and(has_money) && member.payments.capabilities().find {
            // Money that arrived may not be reported yet.
            let _ = self.find_payment(member, &order).await?;
        }
        let of = Instruction::Refund { refund: request.refund.clone() };
        let asking = Asking {
            provider: member.provider.id().clone(),
            request,
            is_capped: !self.is_seeded(Seeded::DoesNotCapRefunds),
        };
        let deciding = asking.clone();
        let decide = move |record: Option<&PaymentRecord>| deciding.decide(record?).ok();
        let asked = self
            .journal
            .change_payment(&order, self.clock.now(), move |record| decide(record).flatten());
        let (record, _) = asked.await.map_err(StoreError::into_error)?;
        let record = record.ok_or_else(|| {
            let message = format!("nothing was received for the order {order}");
            Error::new(ErrorKind::Conflict, message).with_field("order")
        })?;
        // The reason why it was not recorded.
        asking.decide(&record)?;
        let Some(refund) = record.refund(&asking.request.refund) else {
            return Err(Error::new(ErrorKind::Unavailable, "the journal lost a refund"));
        };
        match refund.state {
            RefundRecordState::Asked => self.send_refund(member, refund, of).await,
            RefundRecordState::Submitting => {
                let ended = self.interrupt(&order, of, refund.permit.clone()).await;
                ended.map_err(StoreError::into_error)?;
                let record =
                    self.journal.read_payment(&order).await.map_err(StoreError::into_error)?;
                let known = record.as_ref().and_then(|record| record.refund(&refund.refund));
                let known = known.and_then(RefundRecord::submission);
                Ok(known.unwrap_or_else(|| under_way("the same refund is under way")))
            }
            _ => {
                Ok(refund.submission().unwrap_or_else(|| under_way("the same refund is under way")))
            }
        }
    }

    async fn send_refund(
        self: &Arc<Self>,
        member: &PaymentMember,
        refund: &RefundRecord,
        of: Instruction,
    ) -> Result<Submission<Refund>> {
        let Some(request) = refund.request.clone() else {
            return Err(Error::new(ErrorKind::Conflict, "the refund was not made by the engine"));
        };
        let is_prepared = {
            let request = request.clone();
            move |record: &PaymentRecord| {
                record.refund(&request.refund).is_some_and(|refund| {
                    refund.state == RefundRecordState::Asked
                        && refund.request.as_ref() == Some(&request)
                })
            }
        };
        let prepared =
            Prepared { order: request.order.clone(), of, is_prepared: Arc::new(is_prepared) };
        let observation = |token, outcome| {
            let refund = request.refund.clone();
            PaymentObservation::Refunded { refund, token, outcome }
        };
        let call = member.payments.refund_payment(&request);
        self.instruct(&member.provider, &member.limits, prepared, call, observation).await
    }

    /// Inquires about a refund, and books the response as evidence.
    pub(crate) async fn find_refund(
        &self,
        member: &PaymentMember,
        refund: &RefundRef,
    ) -> Result<Lookup<Refund>> {
        let found = member.payments.find_refund(refund).await?;
        let refunds = match &found {
            Lookup::Found(refund) => vec![refund.clone()],
            Lookup::Several(refunds) => refunds.clone(),
            Lookup::Absent(_) => Vec::new(),
        };
        let (token, now, start) = (self.journal.token(), self.clock.now(), self.journal.start);
        let provider = member.provider.id().clone();
        let booking = move |backend: &mut dyn Backend| {
            for (index, refund) in refunds.iter().enumerate() {
                let data = ReportData::Refund(Box::new(refund.clone()));
                let report = Report::new(provider.clone(), Source::Inquiry, data);
                book(backend, &report, &format!("{token}-{index}"), now, start)?;
            }
            let alive = refunds.iter().filter(|refund| refund.state != RefundState::Failed);
            let number = alive.count();
            if let Some(first) = refunds.first().filter(|_| number > 1) {
                let (provider, name) = (provider.clone(), Some(first.refund.clone()));
                let several = PaymentObservation::Several { provider, number, refund: name };
                let token = format!("{token}-several");
                change_payment(backend, &first.order, &token, now, start, |record| {
                    let is_known = record?.is_refunded_twice(&first.refund);
                    (!is_known).then_some(several)
                })?;
            }
            Ok(())
        };
        self.journal.store.run(booking).await.map_err(StoreError::into_error)?;
        Ok(found)
    }
}

/// A refund that is to be sent.
#[derive(Clone)]
struct Asking {
    provider: payments_core::ProviderId,
    request: RefundPayment,
    is_capped: bool,
}

impl Asking {
    /// Returns the observation that records the refund with its amount, or `None` if it is on
    /// record.
    ///
    /// # Errors
    /// Returns `Conflict` if another refund has its name, or if the amount exceeds what may be
    /// refunded.
    fn decide(&self, record: &PaymentRecord) -> Result<Option<PaymentObservation>> {
        if let Some(known) = record.refund(&self.request.refund)
            && known.state != RefundRecordState::NotSent
        {
            self.compare(record, known)?;
            return Ok(None);
        }
        let left = self.left(record);
        let amount = match self.request.amount {
            Some(amount) => amount,
            None => left.unwrap_or(Money::vnd(0)),
        };
        let fits = left.is_some_and(|left| {
            amount.currency() == left.currency() && amount.minor() <= left.minor()
        });
        if !amount.is_positive() || self.is_capped && !fits {
            let may_be = left.map_or_else(|| "nothing".to_owned(), |left| left.to_string());
            let message = format!(
                "{may_be} of the order {} may still be given back: what was received, less \
                 refunds that have not failed",
                record.order
            );
            return Err(Error::new(ErrorKind::Conflict, message).with_field("amount"));
        }
        let request = Box::new(self.request.clone().with_amount(amount)?);
        Ok(Some(PaymentObservation::RefundAsked { provider: self.provider.clone(), request }))
    }

    /// Returns the amount that may still be refunded.
    fn left(&self, record: &PaymentRecord) -> Option<Money> {
        record.refundable()
    }

    fn compare(&self, record: &PaymentRecord, known: &RefundRecord) -> Result<()> {
        let field = if known.payout.is_some() {
            "refund"
        } else if known.provider != self.provider {
            "provider"
        } else if record.order != self.request.order {
            "order"
        } else if self.request.amount.is_some_and(|amount| amount != known.amount) {
            "amount"
        } else {
            return Ok(());
        };
        let message = format!(
            "differs from the refund {} that is on record; the first is kept",
            self.request.refund
        );
        Err(Error::new(ErrorKind::Conflict, message).with_field(field))
    }
}
