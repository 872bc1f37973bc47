//! A line of the gateway's ledger, as the suite compares it with what a provider says.

use payments_core::{Direction, bank::BankAccount, money::Money};

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
    /// The bank account that sent money went to. A payout always has one.
    pub beneficiary: Option<BankAccount>,
    /// The bank account that received money came from, if the gateway knows it.
    pub payer: Option<BankAccount>,
}

impl Booking {
    /// Money that the merchant got.
    pub fn received(amount: Money) -> Self {
        Self { direction: Direction::In, amount, reference: None, beneficiary: None, payer: None }
    }

    /// Money that the merchant gave.
    pub fn sent(amount: Money) -> Self {
        Self { direction: Direction::Out, ..Self::received(amount) }
    }

    /// Says to what it belongs.
    #[must_use]
    pub fn of(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// Says to which bank account it went.
    #[must_use]
    pub fn to(mut self, beneficiary: BankAccount) -> Self {
        self.beneficiary = Some(beneficiary);
        self
    }

    /// Says from which bank account it came.
    #[must_use]
    pub fn from(mut self, payer: BankAccount) -> Self {
        self.payer = Some(payer);
        self
    }

    pub(crate) fn is_sent_under(&self, reference: &str) -> bool {
        self.direction == Direction::Out && self.reference.as_deref() == Some(reference)
    }
}
