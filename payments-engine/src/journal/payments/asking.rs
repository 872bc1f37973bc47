//! A payment that is to be opened, compared with the record of its order.

use payments_core::{Error, ErrorKind, ProviderId, Result, payment::CreatePayment};

use crate::record::{OpeningState, PaymentObservation, PaymentOpening, PaymentRecord};

/// A payment that is to be opened.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) provider: ProviderId,
    pub(super) request: CreatePayment,
    pub(super) is_offline: bool,
    pub(super) is_routed: bool,
    pub(super) opens_again: bool,
}

impl Asking {
    /// Returns the other provider that has to be called instead, if there is one.
    pub(super) fn elsewhere<'a>(&self, record: &'a PaymentRecord) -> Option<&'a ProviderId> {
        record.opened_elsewhere(&self.provider, self.request.method).filter(|_| self.is_routed)
    }

    /// Returns the observation that records the opening, or `None` if the opening on record counts.
    pub(super) fn decide(&self, record: Option<&PaymentRecord>) -> Option<PaymentObservation> {
        let known = record.and_then(|record| record.opening(&self.provider, self.request.method));
        let is_replaced = known.is_none_or(|opening| match opening.state {
            OpeningState::NotSent => true,
            OpeningState::Asked => opening.request != self.request,
            OpeningState::Uncertain => self.opens_again,
            _ => false,
        });
        let is_refused = |record: &PaymentRecord| {
            self.elsewhere(record).is_some() || self.compare(record).is_err()
        };
        if !is_replaced || record.is_some_and(is_refused) {
            return None;
        }
        Some(PaymentObservation::Asked {
            provider: self.provider.clone(),
            request: Box::new(self.request.clone()),
            is_offline: self.is_offline,
        })
    }

    /// Rejects a request for another payment than the record of its order contains.
    ///
    /// # Errors
    /// Returns `Conflict`, naming the field.
    pub(super) fn compare(&self, record: &PaymentRecord) -> Result<()> {
        let counts = |opening: &&PaymentOpening| {
            !matches!(opening.state, OpeningState::NotSent | OpeningState::Asked)
        };
        let mut counted = record.openings.iter().filter(counts);
        let is_other_amount = counted.any(|opening| opening.request.amount != self.request.amount);
        let own = record.opening(&self.provider, self.request.method);
        let has_other_options = own
            .filter(counts)
            .is_some_and(|opening| opening.request.options != self.request.options);
        let field = if is_other_amount {
            "amount"
        } else if has_other_options {
            "options"
        } else {
            return Ok(());
        };
        let message = format!(
            "differs from what was opened for the order {}; the first is kept: another amount is \
             another order",
            record.order
        );
        Err(Error::new(ErrorKind::Conflict, message).with_field(field))
    }
}
