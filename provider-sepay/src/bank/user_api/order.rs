//! Orders with their own virtual accounts.

use std::fmt;
use std::time::Duration;

use payments_core::{OrderRef, Raw, Timestamp, money::Money};

use crate::bank::qr_image::QrTemplate;

/// A request to create an order. The fields that each bank requires are in
/// [`rules_for`](payments_core::VirtualAccountProvider::rules_for).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewOrder {
    /// `order_code`: the merchant's name for the order, 6 to 50 letters and digits.
    pub code: OrderRef,
    /// The amount of the order. `None` accepts any amount, which only BIDV allows.
    pub amount: Option<Money>,
    /// `va_holder_name`: the name that a payer's bank shows, in capital letters, digits and spaces.
    /// Only for BIDV, and only after SePay has allowed it.
    pub holder: Option<String>,
    /// How long the order is to accept money, in whole seconds.
    pub duration: Option<Duration>,
    /// The prefix of virtual account numbers, for Sacombank.
    pub va_prefix: Option<String>,
    /// The terminal, by the bank's name for it, for Vietcombank.
    pub tid: Option<String>,
    /// The look of the QR image to create. `None` creates no image.
    pub qr: Option<QrTemplate>,
}

/// A request to add another virtual account to an order, for a part of its amount. BIDV only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewVa {
    /// The amount of the virtual account, at most that of the order. `None` accepts any amount
    /// until the order is paid.
    pub amount: Option<Money>,
    /// `va_holder_name`: the name that a payer's bank shows.
    pub holder: Option<String>,
    /// How long the virtual account is to accept money, in whole seconds.
    pub duration: Option<Duration>,
}

/// A newly created order, with its first virtual account.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreatedOrder {
    /// SePay's id of the order.
    pub id: String,
    /// The merchant's name for the order.
    pub code: OrderRef,
    /// The account number to transfer to, as SePay returns it. It may contain letters.
    pub va_number: String,
    /// The name that a payer's bank shows.
    pub holder: Option<String>,
    /// The amount of the order. `None` if the order accepts any amount.
    pub amount: Option<Money>,
    /// The state of the order.
    pub status: OrderStatus,
    /// SePay's short name of the bank.
    pub bank_name: Option<String>,
    /// The number of the bank account that receives the money.
    pub account_number: Option<String>,
    /// The time after which the account should no longer be used. Money may still arrive later.
    pub expires_at: Option<Timestamp>,
    /// `qr_code`: the QR image as a `data:` address, if one was requested.
    pub qr_code: Option<String>,
    /// `qr_code_url`: the address of that image.
    pub qr_code_url: Option<String>,
    /// SePay's response as received.
    pub raw: Raw,
}

/// An order as SePay reports it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VaOrder {
    /// SePay's id of the order.
    pub id: String,
    /// The merchant's name for the order.
    pub code: Option<String>,
    /// The amount of the order. `None` if the order accepts any amount.
    pub amount: Option<Money>,
    /// The sum of the money that arrived.
    pub paid_amount: Option<Money>,
    /// The state of the order.
    pub status: OrderStatus,
    /// SePay's short name of the bank.
    pub bank_name: Option<String>,
    /// The number of the bank account that receives the money.
    pub account_number: Option<String>,
    /// The time at which the order was created.
    pub created_at: Option<Timestamp>,
    /// The time of the order's last change.
    pub updated_at: Option<Timestamp>,
    /// The virtual accounts of the order.
    pub va: Vec<OrderVa>,
}

/// A virtual account of an order.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderVa {
    /// The account number to transfer to.
    pub va_number: String,
    /// The name that a payer's bank shows.
    pub holder: Option<String>,
    /// The amount of the virtual account. `None` if it accepts any amount.
    pub amount: Option<Money>,
    /// The state of the virtual account.
    pub status: VaStatus,
    /// The time at which money arrived. `None` if none has.
    pub paid_at: Option<Timestamp>,
    /// The time after which the account should no longer be used. Money may still arrive later.
    pub expires_at: Option<Timestamp>,
}

/// The state of an order. SePay does not document a state for an order whose time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderStatus {
    /// `Pending`: no money has arrived.
    Pending,
    /// `Partially`: less than the amount of the order has arrived. BIDV only.
    Partially,
    /// `Paid`: the amount of the order has arrived.
    Paid,
    /// `Cancelled`: the merchant cancelled it.
    Cancelled,
    /// A state that SePay does not document; empty if the response has none.
    Other(String),
}

/// The state of a virtual account of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VaStatus {
    /// `Unpaid`: no money has arrived.
    Unpaid,
    /// `Paid`: money has arrived.
    Paid,
    /// `Cancelled`: the merchant cancelled the account or its order.
    Cancelled,
    /// A state that SePay does not document; empty if the response has none.
    Other(String),
}

impl NewOrder {
    /// Creates a request for an order that accepts any amount, without a QR image.
    pub fn new(code: OrderRef) -> Self {
        Self {
            code,
            amount: None,
            holder: None,
            duration: None,
            va_prefix: None,
            tid: None,
            qr: None,
        }
    }

    /// Sets the amount of the order.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Sets the name that a payer's bank shows.
    #[must_use]
    pub fn with_holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// Sets how long the order is to accept money.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Sets the prefix of virtual account numbers, for Sacombank.
    #[must_use]
    pub fn with_va_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.va_prefix = Some(prefix.into());
        self
    }

    /// Sets the terminal, for Vietcombank.
    #[must_use]
    pub fn with_tid(mut self, tid: impl Into<String>) -> Self {
        self.tid = Some(tid.into());
        self
    }

    /// Requests a QR image.
    #[must_use]
    pub fn with_qr(mut self, template: QrTemplate) -> Self {
        self.qr = Some(template);
        self
    }
}

impl NewVa {
    /// Creates a request for a virtual account that accepts any amount.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the amount of the virtual account.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Sets the name that a payer's bank shows.
    #[must_use]
    pub fn with_holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// Sets how long the virtual account is to accept money.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }
}

impl fmt::Debug for CreatedOrder {
    /// Omits the number, the holder and the QR image.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedOrder")
            .field("id", &self.id)
            .field("code", &self.code)
            .field("amount", &self.amount)
            .field("status", &self.status)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VaOrder {
    /// Omits numbers and holders.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaOrder")
            .field("id", &self.id)
            .field("code", &self.code)
            .field("amount", &self.amount)
            .field("paid_amount", &self.paid_amount)
            .field("status", &self.status)
            .field("va", &self.va)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OrderVa {
    /// Omits the number and the holder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderVa")
            .field("amount", &self.amount)
            .field("status", &self.status)
            .field("paid_at", &self.paid_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
