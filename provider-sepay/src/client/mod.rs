//! The two HTTP APIs of SePay, and what only SePay has.

mod orders;
mod request;
mod user_api;

use payments_core::{Error, OrderRef, Result, Submission, payment::Payment};

pub(crate) use orders::OrderApi;
pub(crate) use user_api::{Page, UserApi};

use crate::order::{Order, OrderPage, OrderQuery};

/// What only SePay has: the orders of its payment gateway.
///
/// Reached through the provider, and over the same transport as everything else:
///
/// ```
/// use payments_core::{OrderRef, Provider, Submission};
/// use provider_sepay::SePay;
///
/// async fn void(provider: &Provider, order: &OrderRef) -> payments_core::Result<()> {
///     match provider.extension::<SePay>()?.void_transaction(order).await? {
///         Submission::Accepted(_) => println!("the card is not charged"),
///         Submission::Declined(decline) => println!("too late? {decline}"),
///         Submission::Uncertain(_) => println!("ask later with find_payment"),
///     }
///     Ok(())
/// }
/// # let _ = void;
/// ```
#[derive(Clone, Debug)]
pub struct SePay {
    orders: Option<OrderApi>,
}

impl SePay {
    pub(crate) fn new(orders: Option<OrderApi>) -> Self {
        Self { orders }
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
        self.orders()?.void(order).await
    }

    /// One order with its transactions, by the merchant's reference or by SePay's own `order_id`;
    /// `None` if SePay does not know it. It learns of an order when the buyer arrives.
    ///
    /// # Errors
    /// SePay could not be asked, or the payment gateway is not configured.
    pub async fn order(&self, reference_or_id: &str) -> Result<Option<Order>> {
        self.orders()?.detail(reference_or_id).await
    }

    /// A page of the orders that buyers arrived with.
    ///
    /// # Errors
    /// SePay could not be asked, or the payment gateway is not configured.
    pub async fn orders_page(&self, query: &OrderQuery) -> Result<OrderPage> {
        self.orders()?.list(query).await
    }

    fn orders(&self) -> Result<&OrderApi> {
        self.orders.as_ref().ok_or_else(|| {
            Error::unsupported(
                "the payment gateway is not configured; give `merchant_id` and `secret_key`",
            )
        })
    }
}
