//! An order of the payment gateway, as SePay reports it to the merchant.

use std::fmt;

use payments_core::{
    GatewayRef, OrderRef, Raw, Timestamp,
    money::Money,
    payment::{PaymentMethod, PaymentState},
};

use super::card::Card;

/// An order of the payment gateway (source: developer.sepay.vn, payment gateway, API: order detail
/// and order list).
///
/// Its `Debug` output shows no data of the buyer.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Order {
    /// SePay's number of the order: digits in the API, a UUID in notifications.
    pub id: Option<GatewayRef>,
    /// SePay's own name for the order, such as `SEPAY-68BA83CE637C1`.
    pub order_id: Option<GatewayRef>,
    /// The merchant's name for the order: the `order_invoice_number` of the form.
    pub invoice: Option<OrderRef>,
    /// The state of the order. A status that SePay does not document is uncertain.
    pub state: PaymentState,
    /// SePay's own word for the state, such as `CAPTURED`.
    pub status: Option<String>,
    /// The amount asked.
    pub amount: Option<Money>,
    /// The description that the buyer saw.
    pub description: Option<String>,
    /// The merchant's id of the customer.
    pub customer_id: Option<String>,
    /// The result of the card's authentication, in SePay's own word.
    pub authentication: Option<String>,
    /// The time at which the buyer arrived on SePay's page.
    pub created_at: Option<Timestamp>,
    /// The time of the order's last change.
    pub updated_at: Option<Timestamp>,
    /// The attempts to pay and the refunds. Empty for an order from a list.
    pub transactions: Vec<OrderTransaction>,
    /// The whole response of SePay, as received.
    pub raw: Raw,
}

/// One attempt to pay an order, or one refund.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderTransaction {
    /// SePay's number of the transaction: digits in the API, a UUID in notifications.
    pub id: Option<GatewayRef>,
    /// SePay's other name for the transaction, such as `68da43da2d9de`, which only notifications
    /// have.
    pub transaction_id: Option<GatewayRef>,
    /// Whether the transaction is a payment or a refund.
    pub kind: TransactionKind,
    /// The result of the transaction.
    pub status: TransactionStatus,
    /// The amount of the transaction.
    pub amount: Option<Money>,
    /// The method by which the buyer paid.
    pub method: Option<PaymentMethod>,
    /// The result of the authentication, in SePay's own word. Transfers have it as well.
    pub authentication: Option<String>,
    /// The card, if the buyer used one.
    pub card: Option<Card>,
    /// The time of the transaction.
    pub at: Option<Timestamp>,
    /// The time of the transaction's last change.
    pub updated_at: Option<Timestamp>,
}

/// The kind of a transaction of an order (source: developer.sepay.vn, payment gateway, IPN).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransactionKind {
    /// `PAYMENT`: the buyer paid or tried to pay.
    Payment,
    /// `REFUND`: money was returned or was to be returned.
    Refund,
    /// A kind that SePay does not document.
    Other(String),
}

/// The result of a transaction of an order (source: developer.sepay.vn, payment gateway, IPN).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransactionStatus {
    /// `APPROVED`.
    Approved,
    /// `DECLINED`.
    Declined,
    /// A result that SePay does not document.
    Other(String),
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order")
            .field("order_id", &self.order_id)
            .field("invoice", &self.invoice)
            .field("state", &self.state)
            .field("status", &self.status)
            .field("amount", &self.amount)
            .field("created_at", &self.created_at)
            .field("transactions", &self.transactions)
            .finish_non_exhaustive()
    }
}
