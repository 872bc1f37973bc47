//! Refunds that are carried out by a payout, for providers of payments that cannot refund.

use payments_core::{
    Error, ErrorKind, OrderRef, ProviderId, RefundRef, Result, payout::CreatePayout,
};

use super::{Engine, HandedOver, recorded};
use crate::{
    booking::change_payment,
    journal,
    record::{PaymentObservation, PaymentRecord, RecordKind, RefundOf, RefundRecordState},
    seeded::Seeded,
    store::{Backend, StoreError},
};

impl Engine {
    /// Refunds a part of what was paid for an order by a payout, and hands the payout over. Use it
    /// if the gateway of the payment cannot refund.
    ///
    /// The refund and the payout are recorded in one commit. The amount counts towards the refunds
    /// of the payment, which never exceed what was received, and the refund follows the state of
    /// its payout. A repeated call returns the first payout.
    ///
    /// The app chooses the payee, so check first that the account is the payer's.
    ///
    /// # Errors
    /// The same as for [`submit`](Self::submit), and
    /// [`Conflict`](payments_core::ErrorKind::Conflict) if the refunds would exceed what was
    /// received, or if another refund or payout has the name. Nothing was recorded.
    pub async fn refund_by_payout(
        &self,
        order: &OrderRef,
        refund: &RefundRef,
        provider: &str,
        payout: &CreatePayout,
    ) -> Result<HandedOver> {
        let shared = self.0.shared();
        let member = shared.member(&ProviderId::new(provider)?)?;
        member.payouts.check(payout)?;
        shared.check_running()?;
        let mut opening = shared.opening(member, payout, RecordKind::HandedOver);
        let of = RefundOf { order: order.clone(), refund: refund.clone() };
        opening.refund_of = Some(of.clone());
        let asking = Asking {
            of,
            provider: member.provider.id().clone(),
            payout: payout.clone(),
            is_capped: !shared.is_seeded(Seeded::DoesNotCapRefundsByPayout),
        };
        let counts = !shared.is_seeded(Seeded::DoesNotCountRefundsByPayout);
        let (deciding, token) = (opening.clone(), shared.journal.token());
        let (now, start) = (shared.clock.now(), shared.journal.start);
        let work = move |backend: &mut dyn Backend| {
            let reference = &asking.payout.payout;
            // The payout is locked before the payment, in the order in which a refund follows its
            // payout.
            let known = backend.payout_to_change(reference)?;
            if let Some(known) =
                known.filter(|known| known.state != crate::record::RecordState::NotSent)
                && let Err(refused) = deciding.compare(&known)
            {
                return Ok(Err(refused));
            }
            let mut refused = None;
            let asked = format!("{token}/asked");
            change_payment(backend, &asking.of.order, &asked, now, start, |record| {
                let decided = asking.decide(record).unwrap_or_else(|error| {
                    refused = Some(error);
                    None
                });
                decided.filter(|_| counts)
            })?;
            if let Some(refused) = refused {
                return Ok(Err(refused));
            }
            let decide =
                |record: Option<&_>, _: &mut dyn crate::store::Rows| Ok(deciding.decide(record));
            journal::change(backend, reference, &token, now, start, decide).map(Ok)
        };
        let store = shared.journal.store.clone();
        // The write is completed even if this future is dropped.
        let written = shared.runtime.spawn(async move { store.run(work).await });
        let written = written
            .await
            .unwrap_or_else(|error| Err(StoreError::Unknown(format!("the engine ended: {error}"))));
        match written {
            Ok(Ok(changed)) => {
                shared.wake.notify_one();
                recorded(changed, &opening, false)
            }
            Ok(Err(refused)) => Err(refused),
            Err(error @ (StoreError::NotDone(_) | StoreError::Again(_))) => Err(error.into_error()),
            Err(StoreError::Unknown(why)) => Ok(HandedOver::Unknown { why }),
        }
    }
}

/// A refund that is to be carried out by a payout.
#[derive(Clone)]
struct Asking {
    of: RefundOf,
    provider: ProviderId,
    payout: CreatePayout,
    is_capped: bool,
}

impl Asking {
    /// Returns the observation that records the refund, or `None` if it is on record.
    ///
    /// # Errors
    /// Returns `Conflict` if another refund has its name, or if the amount exceeds what may be
    /// refunded.
    fn decide(&self, record: Option<&PaymentRecord>) -> Result<Option<PaymentObservation>> {
        let conflict = |message: String, field: &'static str| {
            Err(Error::new(ErrorKind::Conflict, message).with_field(field))
        };
        let RefundOf { order, refund } = &self.of;
        let Some(record) = record else {
            return conflict(format!("nothing was received for the order {order}"), "order");
        };
        let amount = self.payout.amount;
        let known = record.refund(refund).filter(|known| known.state != RefundRecordState::NotSent);
        if let Some(known) = known {
            let is_it = known.payout.as_ref() == Some(&self.payout.payout)
                && known.amount == amount
                && known.provider == self.provider;
            if is_it {
                return Ok(None);
            }
            let message = format!("differs from the refund {refund} on record; the first is kept");
            return conflict(message, "refund");
        }
        let left = record.refundable();
        let fits = left.is_some_and(|left| {
            left.currency() == amount.currency() && amount.minor() <= left.minor()
        });
        if self.is_capped && !fits {
            let left = left.map_or_else(|| "nothing".to_owned(), |left| left.to_string());
            let message = format!(
                "{left} of the order {order} may still be given back: what was received, less \
                 refunds that have not failed"
            );
            return conflict(message, "amount");
        }
        Ok(Some(PaymentObservation::RefundByPayoutAsked {
            refund: refund.clone(),
            provider: self.provider.clone(),
            payout: self.payout.payout.clone(),
            amount,
        }))
    }
}
