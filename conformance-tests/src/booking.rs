//! A line of the gateway's ledger, which the suite compares with the reports of a provider.

use payments_core::{Direction, bank::BankAccount, money::Money};

/// One movement of money that the gateway booked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Booking {
    /// Whether the merchant received or sent the money.
    pub direction: Direction,
    /// The amount, positive in both directions.
    pub amount: Money,
    /// The order, payout or refund that the money belongs to. `None` for money that belongs to
    /// none.
    pub reference: Option<String>,
    /// The bank account to which the money was sent. A payout always has one.
    pub beneficiary: Option<BankAccount>,
    /// The bank account of the buyer or payer. `None` if the gateway does not know it, and for
    /// money that the merchant sent.
    pub payer: Option<BankAccount>,
}

impl Booking {
    /// Creates a booking of money that the merchant received.
    pub fn received(amount: Money) -> Self {
        Self { direction: Direction::In, amount, reference: None, beneficiary: None, payer: None }
    }

    /// Creates a booking of money that the merchant sent.
    pub fn sent(amount: Money) -> Self {
        Self { direction: Direction::Out, ..Self::received(amount) }
    }

    /// Sets the order, payout or refund that the money belongs to.
    #[must_use]
    pub fn of(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Sets the bank account to which the money was sent.
    #[must_use]
    pub fn to(mut self, beneficiary: BankAccount) -> Self {
        self.beneficiary = Some(beneficiary);
        self
    }

    /// Sets the bank account from which the money came.
    #[must_use]
    pub fn from(mut self, payer: BankAccount) -> Self {
        self.payer = Some(payer);
        self
    }

    pub(crate) fn is_sent_under(&self, reference: &str) -> bool {
        self.direction == Direction::Out && self.reference.as_deref() == Some(reference)
    }
}
