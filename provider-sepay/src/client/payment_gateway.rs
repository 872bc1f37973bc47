//! What only SePay's payment gateway has.

use std::sync::Arc;

use futures_util::stream::BoxStream;
use payments_core::{
    Error, Listed, OrderRef, Result, Submission,
    payment::{Payment, PostForm},
};

use super::{OrderApi, SePay};
use crate::{
    Verification,
    checkout::Checkout,
    order::{Order, OrderPage, OrderQuery},
};

/// SePay's page and the orders that buyers opened there.
#[derive(Clone, Debug)]
pub(crate) struct Gateway {
    pub(crate) checkout: Arc<Checkout>,
    pub(crate) orders: OrderApi,
}

/// The payment gateway: verifications, orders, voids.
impl SePay {
    /// A form by which the buyer shows a card or an account and pays nothing. Nothing is sent: the
    /// buyer's browser posts it.
    ///
    /// # Errors
    /// The payment gateway is not configured, or a field cannot stand in a form.
    pub fn verification(&self, request: &Verification) -> Result<PostForm> {
        self.gateway()?.checkout.verify(request)
    }

    /// Voids a card payment before it settles: the buyer's card is not charged.
    ///
    /// Only captured card payments, and only until they settle: one day after payments before
    /// 16:00, two days after later ones, later over a weekend (developer.sepay.vn, payment
    /// gateway, API: void transaction). An accepted void is a refunded payment. Dropping the
    /// future, or wrapping it in a timeout, leaves the outcome uncertain.
    ///
    /// # Errors
    /// Nothing was voided: the payment gateway is not configured, the reference cannot be an
    /// invoice number, or nothing left this machine.
    pub async fn void_transaction(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.api()?.void(order).await
    }

    /// One order with its transactions, by the merchant's reference or by SePay's own `order_id`;
    /// `None` if SePay does not know it. It learns of an order when the buyer arrives.
    ///
    /// # Errors
    /// SePay could not be asked, or the payment gateway is not configured.
    pub async fn order(&self, reference_or_id: &str) -> Result<Option<Order>> {
        self.api()?.detail(reference_or_id).await
    }

    /// A page of the orders that buyers arrived with.
    ///
    /// # Errors
    /// SePay could not be asked, or the payment gateway is not configured.
    pub async fn orders_page(&self, query: &OrderQuery) -> Result<OrderPage> {
        let mut page = self.api()?.list(query).await?;
        page.orders.retain(|order| query.takes_row(order));
        Ok(page)
    }

    /// The orders that buyers arrived with, page after page, the oldest first unless the query says
    /// otherwise. No more than a page is held at a time.
    ///
    /// An order that arrives meanwhile is told once. With a `status`, orders that leave it while
    /// the list is read can move others to a page that was read before: list them without it where
    /// each one counts. After an error the stream ends; another one with `created_from` goes on.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    /// use payments_core::{Provider, Result, Timestamp};
    /// use provider_sepay::{OrderQuery, SePay};
    ///
    /// async fn count(provider: &Provider, since: Timestamp) -> Result<usize> {
    ///     let query = OrderQuery::new().with_created_from(since);
    ///     let orders = provider.extension::<SePay>()?.orders(&query)?;
    ///     orders.try_fold(0, |count, _| async move { Ok(count + 1) }).await
    /// }
    /// # let _ = count;
    /// ```
    ///
    /// # Errors
    /// The payment gateway is not configured. In the stream: SePay could not be asked, or its
    /// answer is not what it documents.
    pub fn orders(&self, query: &OrderQuery) -> Result<BoxStream<'static, Result<Listed<Order>>>> {
        Ok(self.api()?.every(query))
    }

    fn api(&self) -> Result<&OrderApi> {
        Ok(&self.gateway()?.orders)
    }

    fn gateway(&self) -> Result<&Gateway> {
        self.gateway.as_ref().ok_or_else(|| {
            Error::unsupported(
                "the payment gateway is not configured; give `merchant_id` and `secret_key`",
            )
        })
    }
}
