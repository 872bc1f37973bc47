//! Payments of the engine: their records.

use std::sync::Arc;

use payments_core::{OrderRef, ProviderId, Result, payment::CreatePayment};

use super::Engine;
use crate::{
    journal::{JournaledPayments, RoutedOpening},
    record::{AccountRecord, Observed, PaymentObservation, PaymentRecord},
    store::StoreError,
};

impl Engine {
    /// Opens a payment at a provider, unless another one may have it by the same method: one that
    /// was asked, and of which it is not known that nothing happened. What is asked is stored before
    /// it is asked, and compared with what was stored in the same transaction, so that an order that
    /// is routed by several processes, or again after a restart, is opened by one provider.
    ///
    /// A router calls it for one provider after another, and follows
    /// [`Elsewhere`](RoutedOpening::Elsewhere). `Payments::through` of the crate `payments` does.
    ///
    /// # Errors
    /// Nothing happened, as with [`Engine::payments`].
    pub async fn open_payment_unless_elsewhere(
        &self,
        provider: &ProviderId,
        request: &CreatePayment,
    ) -> Result<RoutedOpening> {
        let member = self.0.shared().payment_member(provider)?;
        JournaledPayments::new(Arc::clone(&self.0), member).open(request, true).await
    }

    /// The record of the payment of an order; `None` if it was neither opened nor reported.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn payment(&self, order: &OrderRef) -> Result<Option<PaymentRecord>> {
        self.0.shared().journal.read_payment(order).await.map_err(StoreError::into_error)
    }

    /// The record of the virtual account of an order at a provider; `None` if it was neither instructed
    /// nor found. Its history is part of the [history of the payment](Self::payment_history).
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
