//! The money that arrived for one order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use payments::{
    DedupeKey, Movement,
    money::{Currency, Money, MoneyError},
    payment::Payment,
};

/// The money that arrived for one order, as reported by sources that have no common key.
///
/// A gateway reports the total and the credits of a payment; a bank account reports credits by
/// webhook and in its statement. Within one scope each credit has its key and counts once. Across
/// scopes the same money has different keys: taking the largest figure of any source counts nothing
/// twice.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    total: Money,
    by_scope: BTreeMap<String, Credits>,
}

#[derive(Clone, Debug)]
struct Credits {
    sum: Money,
    counted: BTreeSet<DedupeKey>,
}

impl Arrived {
    pub(crate) fn nothing(currency: Currency) -> Self {
        Self { total: Money::zero(currency), by_scope: BTreeMap::new() }
    }

    /// The amount that arrived.
    pub(crate) fn amount(&self) -> Money {
        self.by_scope.values().fold(self.total, |most, credits| greater(most, credits.sum))
    }

    /// Counts the total that a gateway reports for a settled payment.
    ///
    /// # Errors
    /// It is in another currency, or too large to add: it is not counted.
    pub(crate) fn count_payment(&mut self, payment: &Payment) -> Result<(), MoneyError> {
        if let Some(total) = payment.received
            && total.compare(self.total)? == Ordering::Greater
        {
            self.total = total;
        }
        for credit in payment.credits.iter().filter(|credit| credit.is_credit()) {
            self.count_credit(credit)?;
        }
        Ok(())
    }

    /// Counts a credit, once per key.
    ///
    /// # Errors
    /// It is in another currency, or too large to add: it is not counted.
    pub(crate) fn count_credit(&mut self, credit: &Movement) -> Result<(), MoneyError> {
        let nothing = Money::zero(self.total.currency());
        self.by_scope
            .entry(credit.key.scope().to_owned())
            .or_insert_with(|| Credits { sum: nothing, counted: BTreeSet::new() })
            .count(credit)
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

/// The larger amount. Both are in the order's currency: nothing else is counted.
fn greater(one: Money, other: Money) -> Money {
    match one.compare(other) {
        Ok(Ordering::Less) => other,
        _ => one,
    }
}
