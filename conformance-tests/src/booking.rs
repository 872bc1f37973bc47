//! A line of the gateway's ledger, as the suite compares it with what a provider says.

use payments_core::{Direction, money::Money};

/// One movement of money that the gateway booked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Booking {
    /// Whether the merchant got it or gave it.
    pub direction: Direction,
    /// How much, positive in both directions.
    pub amount: Money,
    /// The order, payout or refund that it belongs to; none for money without one.
    pub reference: Option<String>,
}

impl Booking {
    /// Money that the merchant got.
    pub fn received(amount: Money) -> Self {
        Self { direction: Direction::In, amount, reference: None }
    }

    /// Money that the merchant gave.
    pub fn sent(amount: Money) -> Self {
        Self { direction: Direction::Out, amount, reference: None }
    }

    /// Says to what it belongs.
    #[must_use]
    pub fn of(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}
