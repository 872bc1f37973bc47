//! Payments of the engine: their records.

use payments_core::{OrderRef, Result};

use super::Engine;
use crate::{
    record::{Observed, PaymentObservation, PaymentRecord},
    store::StoreError,
};

impl Engine {
    /// The record of the payment of an order; `None` if it was neither opened nor reported.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn payment(&self, order: &OrderRef) -> Result<Option<PaymentRecord>> {
        self.0.shared().journal.read_payment(order).await.map_err(StoreError::into_error)
    }

    /// Everything that was observed of the payment of an order, oldest first. Its record is the fold
    /// of it.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn payment_history(
        &self,
        order: &OrderRef,
    ) -> Result<Vec<Observed<PaymentObservation>>> {
        let order = order.clone();
        let store = &self.0.shared().journal.store;
        let read = store.run(move |backend| backend.payments().payment_history(&order));
        read.await.map_err(StoreError::into_error)
    }
}
