//! The journal of payments: openings and refunds are stored before they are sent.

mod asking;
mod cancel;
mod layer;
mod refund;
mod send;

use std::sync::Arc;

use payments_core::{
    OrderRef, PaymentProvider, Provider, Submission, Timestamp, Uncertain, UncertainCause,
};

pub(crate) use layer::JournaledPayments;
pub use layer::RoutedOpening;
pub(super) use layer::stopped;

pub(super) use send::Prepared;

use super::Journal;
use crate::{
    booking::{adopt_by_route, change_payment},
    limits::Limits,
    record::{PaymentObservation, PaymentRecord},
    store::{Backend, StoreError},
};

/// A provider of the engine that accepts payments.
pub(crate) struct PaymentMember {
    pub(crate) provider: Provider,
    pub(crate) payments: Arc<dyn PaymentProvider>,
    pub(crate) limits: Limits,
}

/// Returns the outcome of a call that stops waiting.
pub(super) fn under_way<T>(why: impl Into<String>) -> Submission<T> {
    let message = format!("under way: {}", why.into());
    Submission::Uncertain(Uncertain::new(UncertainCause::TimedOut, message))
}

impl Journal {
    /// Reads the record of the payment of an order.
    pub(crate) async fn read_payment(
        &self,
        order: &OrderRef,
    ) -> Result<Option<PaymentRecord>, StoreError> {
        let order = order.clone();
        self.store.run(move |backend| backend.payments().payment(&order)).await
    }

    /// Applies the observation that `decide` returns for the current record of an order, if it
    /// returns one. Returns the record afterwards and whether it changed.
    ///
    /// # Errors
    /// The [`StoreError`] shows whether the change may have been written.
    pub(crate) async fn change_payment(
        &self,
        order: &OrderRef,
        at: Timestamp,
        decide: impl Fn(Option<&PaymentRecord>) -> Option<PaymentObservation> + Send + 'static,
    ) -> Result<(Option<PaymentRecord>, bool), StoreError> {
        self.change_payment_as(self.token(), order, at, decide).await
    }

    /// Applies an observation like [`change_payment`](Self::change_payment), under a given token,
    /// so that the write can be repeated.
    ///
    /// # Errors
    /// The [`StoreError`] shows whether the change may have been written.
    pub(crate) async fn change_payment_as(
        &self,
        token: String,
        order: &OrderRef,
        at: Timestamp,
        decide: impl Fn(Option<&PaymentRecord>) -> Option<PaymentObservation> + Send + 'static,
    ) -> Result<(Option<PaymentRecord>, bool), StoreError> {
        let (order, start) = (order.clone(), self.start);
        let work = move |backend: &mut dyn Backend| {
            let opens = std::cell::Cell::new(false);
            let decide = |record: Option<&PaymentRecord>| {
                let observation = decide(record)?;
                opens.set(matches!(
                    observation,
                    PaymentObservation::Opened { .. }
                        | PaymentObservation::AccountAnswered { .. }
                        | PaymentObservation::AccountFound { .. }
                ));
                Some(observation)
            };
            let (record, is_written) = change_payment(backend, &order, &token, at, start, decide)?;
            if let Some(record) = record.as_ref().filter(|_| opens.get()) {
                adopt_by_route(backend, record, &token, at, start)?;
            }
            Ok((record, is_written))
        };
        self.store.run(work).await
    }
}
