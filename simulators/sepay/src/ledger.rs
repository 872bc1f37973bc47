//! The ledger of the simulated gateway.

use serde::{Deserialize, Serialize};

/// One movement of money. Bookings are never changed or removed: a voided payment keeps its booking
/// and the void adds another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Booking {
    /// Its number in the ledger, from 1.
    pub id: u64,
    /// The kind of movement.
    pub kind: BookingKind,
    /// The invoice number of a checkout payment or void; the memo of a bank transfer as the bank
    /// reports it.
    pub reference: String,
    /// The amount in đồng, never negative: the kind says in which direction.
    pub amount: u64,
    /// The bank account number; checkout payments name none.
    pub account: Option<String>,
    /// The payment code recognised in the memo.
    pub code: Option<String>,
    /// Seconds since the Unix epoch.
    pub at: i64,
}

/// The kind of a [`Booking`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BookingKind {
    /// A buyer paid an order on the checkout page.
    CheckoutPayment,
    /// A card payment was voided.
    Void,
    /// Money arrived on a bank account.
    BankCredit,
    /// Money left a bank account.
    BankDebit,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Ledger(Vec<Booking>);

impl Ledger {
    /// Adds the booking that `booking` makes for the next number.
    pub(super) fn book(&mut self, booking: impl FnOnce(u64) -> Booking) {
        let id = self.0.len() as u64 + 1;
        self.0.push(booking(id));
    }

    pub(super) fn bookings(&self) -> &[Booking] {
        &self.0
    }
}
