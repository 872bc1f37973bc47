//! Orders with virtual accounts of their own.

use std::fmt;
use std::time::Duration;

use payments_core::{OrderRef, Raw, Timestamp, money::Money};

use crate::bank::qr_image::QrTemplate;

/// An order to create. What each bank needs is in
/// [`rules_for`](payments_core::VirtualAccountProvider::rules_for).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewOrder {
    /// `order_code`: the merchant's name for it, 6 to 50 letters and digits.
    pub code: OrderRef,
    /// How much it takes; without one, any amount, which only BIDV does.
    pub amount: Option<Money>,
    /// `va_holder_name`: the name that a payer's bank shows. Only at BIDV, and only once SePay has
    /// allowed it: capitals, digits and spaces.
    pub holder: Option<String>,
    /// How long it is meant to take money, in whole seconds.
    pub duration: Option<Duration>,
    /// Sacombank's prefix.
    pub va_prefix: Option<String>,
    /// Vietcombank's terminal, by the bank's name for it.
    pub tid: Option<String>,
    /// The picture of a QR code to be made; none unless asked for.
    pub qr: Option<QrTemplate>,
}

/// Another virtual account for an order, which takes a part of its amount. BIDV only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewVa {
    /// How much it takes, at most that of the order; without one, any amount until the order is
    /// paid.
    pub amount: Option<Money>,
    /// `va_holder_name`.
    pub holder: Option<String>,
    /// How long it is meant to take money, in whole seconds.
    pub duration: Option<Duration>,
}

/// An order that was created, with its first virtual account.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreatedOrder {
    /// SePay's name for it.
    pub id: String,
    /// The merchant's name for it.
    pub code: OrderRef,
    /// The number to transfer to. Text as SePay gives it: it may have letters.
    pub va_number: String,
    /// The name that a payer's bank shows.
    pub holder: Option<String>,
    /// How much it takes.
    pub amount: Option<Money>,
    /// Where it is.
    pub status: OrderStatus,
    /// The bank, by SePay's short name.
    pub bank_name: Option<String>,
    /// The number of the bank account behind it.
    pub account_number: Option<String>,
    /// When it should no longer be used. A fact; money may still arrive.
    pub expires_at: Option<Timestamp>,
    /// `qr_code`: a picture as a `data:` address, where one was asked for.
    pub qr_code: Option<String>,
    /// `qr_code_url`: the address of the same picture.
    pub qr_code_url: Option<String>,
    /// SePay's own words.
    pub raw: Raw,
}

/// An order as SePay keeps it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VaOrder {
    /// SePay's name for it.
    pub id: String,
    /// The merchant's name for it.
    pub code: Option<String>,
    /// How much it takes.
    pub amount: Option<Money>,
    /// How much arrived in all.
    pub paid_amount: Option<Money>,
    /// Where it is.
    pub status: OrderStatus,
    /// The bank, by SePay's short name.
    pub bank_name: Option<String>,
    /// The number of the bank account behind it.
    pub account_number: Option<String>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// Its virtual accounts.
    pub va: Vec<OrderVa>,
}

/// A virtual account of an order.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OrderVa {
    /// The number to transfer to.
    pub va_number: String,
    /// The name that a payer's bank shows.
    pub holder: Option<String>,
    /// How much it takes.
    pub amount: Option<Money>,
    /// Where it is.
    pub status: VaStatus,
    /// When money arrived.
    pub paid_at: Option<Timestamp>,
    /// When it should no longer be used. A fact; money may still arrive.
    pub expires_at: Option<Timestamp>,
}

/// Where an order is. SePay documents no word for one that is too late.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderStatus {
    /// `Pending`: nothing arrived.
    Pending,
    /// `Partially`: less than its amount arrived. BIDV only.
    Partially,
    /// `Paid`: its amount arrived.
    Paid,
    /// `Cancelled`: the merchant cancelled it.
    Cancelled,
    /// A word that SePay documents nowhere, or none.
    Other(String),
}

/// Where a virtual account of an order is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VaStatus {
    /// `Unpaid`: it waits for money.
    Unpaid,
    /// `Paid`: money arrived.
    Paid,
    /// `Cancelled`: the merchant cancelled it, or its order.
    Cancelled,
    /// A word that SePay documents nowhere, or none.
    Other(String),
}

impl NewOrder {
    /// An order for any amount, without a picture.
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

    /// Takes this amount.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Says which name a payer's bank shows.
    #[must_use]
    pub fn with_holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// Says how long it is meant to take money.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Gives Sacombank's prefix.
    #[must_use]
    pub fn with_va_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.va_prefix = Some(prefix.into());
        self
    }

    /// Gives Vietcombank's terminal.
    #[must_use]
    pub fn with_tid(mut self, tid: impl Into<String>) -> Self {
        self.tid = Some(tid.into());
        self
    }

    /// Asks for a picture of a QR code.
    #[must_use]
    pub fn with_qr(mut self, template: QrTemplate) -> Self {
        self.qr = Some(template);
        self
    }
}

impl NewVa {
    /// A virtual account for any amount.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes this amount.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Says which name a payer's bank shows.
    #[must_use]
    pub fn with_holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// Says how long it is meant to take money.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }
}

impl fmt::Debug for CreatedOrder {
    /// Without number, holder and picture.
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
    /// Without numbers and holders.
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
    /// Without number and holder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderVa")
            .field("amount", &self.amount)
            .field("status", &self.status)
            .field("paid_at", &self.paid_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
