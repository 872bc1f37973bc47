//! An order and its virtual accounts.

use serde::{Deserialize, Serialize};

/// An order that is paid through virtual accounts of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VaOrder {
    /// Its UUID.
    pub id: String,
    /// The UUID of the bank account behind it.
    pub bank_account_id: String,
    /// The merchant's name for it.
    pub order_code: String,
    /// The amount that it asks for, in đồng; `None` accepts any.
    pub amount: Option<u64>,
    /// The amount that arrived, in đồng.
    pub paid_amount: u64,
    /// The status.
    pub status: OrderStatus,
    /// Its virtual accounts, oldest first.
    pub va: Vec<VirtualAccount>,
    /// Seconds since the Unix epoch.
    pub created_at: i64,
    /// Seconds since the Unix epoch.
    pub updated_at: i64,
}

/// A virtual account of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccount {
    /// Its UUID.
    pub id: String,
    /// The number to transfer to.
    pub va_number: String,
    /// The name that a payer's bank shows.
    pub va_holder_name: String,
    /// The only amount that it accepts, in đồng; `None` accepts any.
    pub amount: Option<u64>,
    /// The status.
    pub status: VaStatus,
    /// When it should no longer be used.
    pub expired_at: Option<i64>,
    /// When money arrived on it first.
    pub paid_at: Option<i64>,
    /// Seconds since the Unix epoch.
    pub created_at: i64,
}

/// The status of an order. SePay documents none for an expired one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderStatus {
    /// Nothing arrived.
    Pending,
    /// Less than its amount arrived.
    Partially,
    /// Its amount arrived.
    Paid,
    /// The merchant cancelled it.
    Cancelled,
}

/// The status of a virtual account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaStatus {
    /// It waits for money.
    Unpaid,
    /// Its amount arrived, or that of its order.
    Paid,
    /// The merchant cancelled it, or its order.
    Cancelled,
}
