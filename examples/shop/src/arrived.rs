//! How much money arrived for one order.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use payments::{
    DedupeKey, Movement,
    money::{Currency, Money, MoneyError},
    payment::Payment,
};

/// How much money arrived for one order, as told by sources that share no name for it.
///
/// A gateway tells the total and the credits of a payment; a bank account tells credits. Within
/// one source each credit has its key and counts once. Across sources the same money may be told
/// under different keys: the greatest figure of any source counts nothing twice.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    total: Money,
    by_gateway: Credits,
    by_bank: Credits,
}

#[derive(Clone, Debug)]
struct Credits {
    sum: Money,
    counted: BTreeSet<DedupeKey>,
}

impl Arrived {
    pub(crate) fn nothing(currency: Currency) -> Self {
        let credits = Credits { sum: Money::zero(currency), counted: BTreeSet::new() };
        Self { total: Money::zero(currency), by_gateway: credits.clone(), by_bank: credits }
    }

    /// How much it is.
    pub(crate) fn amount(&self) -> Money {
        greater(greater(self.total, self.by_gateway.sum), self.by_bank.sum)
    }

    /// Counts what a gateway says about a settled payment.
    ///
    /// # Errors
    /// It is in another currency, or more than there is: it is not counted.
    pub(crate) fn count_payment(&mut self, payment: &Payment) -> Result<(), MoneyError> {
        if let Some(total) = payment.received
            && total.compare(self.total)? == Ordering::Greater
        {
            self.total = total;
        }
        for credit in payment.credits.iter().filter(|credit| credit.is_credit()) {
            self.by_gateway.count(credit)?;
        }
        Ok(())
    }

    /// Counts what a bank account says.
    ///
    /// # Errors
    /// It is in another currency, or more than there is: it is not counted.
    pub(crate) fn count_credit(&mut self, credit: &Movement) -> Result<(), MoneyError> {
        self.by_bank.count(credit)
    }
}

impl Credits {
    fn count(&mut self, credit: &Movement) -> Result<(), MoneyError> {
        if !self.counted.contains(&credit.key) {
            self.sum = self.sum.checked_add(credit.amount)?;
            self.counted.insert(credit.key.clone());
        }
        Ok(())
    }
}

/// Both are in the order's currency: nothing else is counted.
fn greater(one: Money, other: Money) -> Money {
    match one.compare(other) {
        Ok(Ordering::Less) => other,
        _ => one,
    }
}
