//! The gateway's ledger: every movement of money. No entry is ever removed.

use serde::{Deserialize, Serialize};

use crate::tables::{self, Static};

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Booking {
    /// The line's number in the ledger, from 1.
    pub id: u64,
    /// The kind of movement.
    pub kind: BookingKind,
    /// The merchant's reference: the order code of a payment, the request id of a payout, the short
    /// account number of a credit (a virtual account has no other).
    pub reference: String,
    /// HPay's transaction. A return has the id of the payout that it returns.
    pub transaction_id: u64,
    /// The card that paid, the virtual account credited, or the account paid out to.
    pub account: String,
    /// The beneficiary's bank of a payout or its return, by its number (table 3 of the reference).
    #[serde(deserialize_with = "tables::deserialize_bin")]
    pub bank: Option<Static>,
    /// The amount, never negative; `kind` says in which direction. In đồng where the currency is
    /// `vnd`; otherwise the integer that the checkout link carried.
    pub amount: i64,
    /// `vnd` or `usd`.
    pub currency: String,
    /// The time, in seconds since the Unix epoch, by the gateway's clock.
    pub at: i64,
}

/// The kind of a [`Booking`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BookingKind {
    /// A buyer paid an order and the merchant has the money.
    Payment,
    /// A buyer paid an order and HPay holds the money.
    HeldPayment,
    /// Money of a [`HeldPayment`](Self::HeldPayment) became the merchant's.
    HoldReleased,
    /// A transfer arrived on a virtual account.
    AccountCredit,
    /// The merchant paid out.
    Payout,
    /// Money of a [`Payout`](Self::Payout) came back to the merchant.
    PayoutReturned,
}

/// Entries, to which more can only be added.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ledger {
    opening_balance: i64,
    bookings: Vec<Booking>,
}

/// An entry before it has its number.
pub(crate) struct Entry<'a> {
    pub(crate) kind: BookingKind,
    pub(crate) reference: &'a str,
    pub(crate) transaction_id: u64,
    pub(crate) account: &'a str,
    pub(crate) bank: Option<&'static str>,
    pub(crate) amount: i64,
    pub(crate) currency: &'a str,
    pub(crate) at: i64,
}

impl Ledger {
    pub(crate) fn new(opening_balance: i64) -> Self {
        Self { opening_balance, bookings: Vec::new() }
    }

    pub(crate) fn book(&mut self, entry: &Entry<'_>) {
        let id = u64::try_from(self.bookings.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.bookings.push(Booking {
            id,
            kind: entry.kind,
            reference: entry.reference.to_owned(),
            transaction_id: entry.transaction_id,
            account: entry.account.to_owned(),
            bank: entry.bank,
            amount: entry.amount,
            currency: entry.currency.to_owned(),
            at: entry.at,
        });
    }

    pub(crate) fn bookings(&self) -> &[Booking] {
        &self.bookings
    }

    /// What the merchant can pay out, in đồng.
    pub(crate) fn balance(&self) -> i64 {
        self.bookings.iter().filter(|booking| booking.currency == "vnd").fold(
            self.opening_balance,
            |balance, booking| match booking.kind {
                BookingKind::Payment
                | BookingKind::HoldReleased
                | BookingKind::AccountCredit
                | BookingKind::PayoutReturned => balance.saturating_add(booking.amount),
                BookingKind::Payout => balance.saturating_sub(booking.amount),
                BookingKind::HeldPayment => balance,
            },
        )
    }
}
