//! The bodies of the order API, in SePay's spelling.

use serde::Serialize;

use crate::{attempt::Attempt, civil, order::Order, query::Page};

#[derive(Serialize)]
pub(super) struct Message {
    message: String,
}

impl Message {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

#[derive(Serialize)]
pub(super) struct One {
    pub(super) data: OrderBody,
}

#[derive(Serialize)]
pub(super) struct List {
    data: Vec<OrderBody>,
    meta: Meta,
}

#[derive(Serialize)]
struct Meta {
    per_page: usize,
    total: usize,
    has_more: bool,
    current_page: usize,
    page_count: usize,
}

impl From<Page<OrderBody>> for List {
    fn from(page: Page<OrderBody>) -> Self {
        let meta = Meta {
            per_page: page.per_page,
            total: page.total,
            has_more: page.has_more(),
            current_page: page.current,
            page_count: page.last,
        };
        Self { data: page.items, meta }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct OrderBody {
    id: String,
    customer_id: Option<String>,
    order_id: String,
    order_invoice_number: Option<String>,
    order_status: &'static str,
    order_amount: String,
    order_currency: &'static str,
    order_description: String,
    authentication_status: Option<&'static str>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    transactions: Option<Vec<TransactionBody>>,
}

#[derive(Debug, Serialize)]
struct TransactionBody {
    id: String,
    payment_method: &'static str,
    transaction_type: &'static str,
    transaction_amount: String,
    transaction_currency: &'static str,
    transaction_status: &'static str,
    authentication_status: Option<&'static str>,
    card_number: Option<&'static str>,
    card_holder_name: Option<&'static str>,
    card_expiry: Option<String>,
    card_funding_method: Option<&'static str>,
    card_brand: Option<&'static str>,
    transaction_date: String,
    transaction_last_updated_date: String,
}

impl OrderBody {
    pub(super) fn with_transactions(order: &Order) -> Self {
        let transactions = order.transactions.iter().map(TransactionBody::from).collect();
        Self { transactions: Some(transactions), ..Self::from(order) }
    }
}

impl From<&Order> for OrderBody {
    fn from(order: &Order) -> Self {
        Self {
            id: order.number.to_string(),
            customer_id: order.purchase.customer_id.clone(),
            order_id: order.order_id.clone(),
            order_invoice_number: order.purchase.invoice.clone(),
            order_status: order.status.name(),
            order_amount: format!("{}.00", order.purchase.amount),
            order_currency: "VND",
            order_description: order.purchase.description.clone(),
            authentication_status: order
                .transactions
                .last()
                .and_then(Attempt::authentication_status),
            created_at: civil::print(order.created_at),
            updated_at: civil::print(order.updated_at),
            transactions: None,
        }
    }
}

impl From<&Attempt> for TransactionBody {
    fn from(attempt: &Attempt) -> Self {
        let card = attempt.card();
        Self {
            id: attempt.number.to_string(),
            payment_method: attempt.method.name(),
            transaction_type: "PAYMENT",
            transaction_amount: attempt.amount.to_string(),
            transaction_currency: "VND",
            transaction_status: attempt.status(),
            authentication_status: attempt.authentication_status(),
            card_number: card.map(|card| card.number),
            card_holder_name: card.map(|card| card.holder),
            card_expiry: card.map(|card| format!("{}{}", card.month, card.year)),
            card_funding_method: card.map(|card| card.funding),
            card_brand: card.map(|card| card.brand),
            transaction_date: civil::print(attempt.at),
            transaction_last_updated_date: civil::print(attempt.updated_at),
        }
    }
}
