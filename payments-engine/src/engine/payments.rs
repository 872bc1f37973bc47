//! The records of payments.

use std::sync::Arc;

use payments_core::{OrderRef, ProviderId, Result, payment::CreatePayment};

use super::Engine;
use crate::{
    journal::{JournaledPayments, RoutedOpening},
    record::{AccountRecord, Observed, PaymentObservation, PaymentRecord},
    store::StoreError,
};

impl Engine {
    /// Opens a payment at a provider, unless another provider may already have it by the same
    /// method.
    ///
    /// A provider may have it if it was called and it is not certain that nothing happened. The
    /// opening is stored before the provider is called, and is compared with the stored openings in
    /// the same transaction. So an order is opened at one provider even if several processes route
    /// it, or if it is routed again after a restart.
    ///
    /// A router calls this for one provider after another, and continues with the provider that
    /// [`Elsewhere`](RoutedOpening::Elsewhere) names. `Payments::through` of the crate `payments`
    /// does so.
    ///
    /// # Errors
    /// The same as for [`Engine::payments`]. Nothing happened.
    pub async fn open_payment_unless_elsewhere(
        &self,
        provider: &ProviderId,
        request: &CreatePayment,
    ) -> Result<RoutedOpening> {
        let member = self.0.shared().payment_member(provider)?;
        JournaledPayments::new(Arc::clone(&self.0), member).open(request, true).await
    }

    /// Returns the record of the payment of an order, or `None` if it was neither opened nor
    /// reported.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn payment(&self, order: &OrderRef) -> Result<Option<PaymentRecord>> {
        self.0.shared().journal.read_payment(order).await.map_err(StoreError::into_error)
    }

    /// Returns the record of the virtual account of an order at a provider, or `None` if it was
    /// neither instructed nor found. Its history is part of the [history of the
    /// payment](Self::payment_history).
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn virtual_account(
        &self,
        provider: &ProviderId,
        order: &OrderRef,
    ) -> Result<Option<AccountRecord>> {
        let record = self.payment(order).await?;
        Ok(record.and_then(|record| record.account(provider).cloned()))
    }

    /// Returns every observation of the payment of an order, the oldest first. Its record is the
    /// fold of them.
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
