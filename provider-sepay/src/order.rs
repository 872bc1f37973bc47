//! An order of the payment gateway, as SePay shows it to its merchant.

use payments_core::{
    GatewayRef, OrderRef, Raw, Timestamp,
    money::Money,
    payment::{PaymentMethod, PaymentState},
};

/// An order of the payment gateway (developer.sepay.vn, payment gateway, API: order detail and
/// order list).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Order {
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
    /// When the buyer arrived.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// What was tried and what went back; in the detail only.
    pub transactions: Vec<OrderTransaction>,
    /// SePay's own words, of the whole answer.
    pub raw: Raw,
}

/// One attempt to pay an order, or one refund.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderTransaction {
    /// SePay's own name for it.
    pub id: Option<GatewayRef>,
    /// What it is.
    pub kind: TransactionKind,
    /// What became of it.
    pub status: TransactionStatus,
    /// How much.
    pub amount: Option<Money>,
    /// How the buyer paid.
    pub method: Option<PaymentMethod>,
    /// The card's number as SePay masks it, such as `512345xxxxxx0008`.
    pub card_number: Option<String>,
    /// The card's brand, such as `MASTERCARD`.
    pub card_brand: Option<String>,
    /// When it happened.
    pub at: Option<Timestamp>,
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

/// Which orders to list (developer.sepay.vn, payment gateway, API: order list).
///
/// SePay's tables and its own libraries spell the parameters for the end of a period and for the
/// order of the list differently; neither is offered here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderQuery {
    /// Which page, from 1.
    pub page: Option<u32>,
    /// How many to a page; SePay gives 20 unless told and at most 100.
    pub per_page: Option<u32>,
    /// A word to search for.
    pub search: Option<String>,
    /// Only with this `order_status`, in SePay's own word.
    pub status: Option<String>,
    /// Only of this customer, by the merchant's name.
    pub customer_id: Option<String>,
}

/// Some orders, and whether there are more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderPage {
    /// The orders, without their transactions.
    pub orders: Vec<Order>,
    /// Whether another page follows.
    pub more: bool,
    /// How many orders there are on all pages.
    pub total: Option<u64>,
}

impl OrderQuery {
    /// The first page of all orders.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for this page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// Asks for so many to a page.
    #[must_use]
    pub fn with_per_page(mut self, orders: u32) -> Self {
        self.per_page = Some(orders);
        self
    }

    /// Searches for a word.
    #[must_use]
    pub fn with_search(mut self, word: impl Into<String>) -> Self {
        self.search = Some(word.into());
        self
    }

    /// Asks only for orders with this `order_status`, in SePay's own word.
    #[must_use]
    pub fn with_status(mut self, status: impl Into<String>) -> Self {
        self.status = Some(status.into());
        self
    }

    /// Asks only for orders of this customer.
    #[must_use]
    pub fn with_customer(mut self, customer_id: impl Into<String>) -> Self {
        self.customer_id = Some(customer_id.into());
        self
    }
}
