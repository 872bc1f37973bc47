//! An order of the payment gateway, as SePay shows it to its merchant.

use std::fmt;

use payments_core::{
    GatewayRef, OrderRef, Raw, Timestamp,
    money::Money,
    payment::{PaymentMethod, PaymentState},
};

use super::card::Card;

/// An order of the payment gateway (developer.sepay.vn, payment gateway, API: order detail and
/// order list).
///
/// Its `Debug` shows nothing of the buyer.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Order {
    /// SePay's number for it: digits in the API, a UUID in notifications.
    pub id: Option<GatewayRef>,
    /// SePay's own name for it, such as `SEPAY-68BA83CE637C1`.
    pub order_id: Option<GatewayRef>,
    /// The merchant's name for it: the `order_invoice_number` of the form.
    pub invoice: Option<OrderRef>,
    /// Where it is, as far as SePay's words are documented.
    pub state: PaymentState,
    /// SePay's own word for that, such as `CAPTURED`.
    pub status: Option<String>,
    /// How much was asked.
    pub amount: Option<Money>,
    /// What the buyer saw.
    pub description: Option<String>,
    /// The merchant's name for the customer.
    pub customer_id: Option<String>,
    /// What became of the card's authentication, in SePay's own word.
    pub authentication: Option<String>,
    /// When the buyer arrived.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// What was tried and what went back; not in a list.
    pub transactions: Vec<OrderTransaction>,
    /// SePay's own words, of the whole answer.
    pub raw: Raw,
}

/// One attempt to pay an order, or one refund.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderTransaction {
    /// SePay's number for it: digits in the API, a UUID in notifications.
    pub id: Option<GatewayRef>,
    /// SePay's other name for it, such as `68da43da2d9de`; in notifications.
    pub transaction_id: Option<GatewayRef>,
    /// What it is.
    pub kind: TransactionKind,
    /// What became of it.
    pub status: TransactionStatus,
    /// How much.
    pub amount: Option<Money>,
    /// How the buyer paid.
    pub method: Option<PaymentMethod>,
    /// What became of the authentication, in SePay's own word; also of transfers.
    pub authentication: Option<String>,
    /// The card, where there was one.
    pub card: Option<Card>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
}

/// What a transaction of an order is (developer.sepay.vn, payment gateway, IPN).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransactionKind {
    /// `PAYMENT`: the buyer paid or tried to.
    Payment,
    /// `REFUND`: money went back or was to.
    Refund,
    /// A word that SePay documents nowhere.
    Other(String),
}

/// What became of a transaction of an order (developer.sepay.vn, payment gateway, IPN).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransactionStatus {
    /// `APPROVED`.
    Approved,
    /// `DECLINED`.
    Declined,
    /// A word that SePay documents nowhere.
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
