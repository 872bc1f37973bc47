//! The comparison of the amount received with the requested amount.

use serde::Serialize;

use crate::money::{Money, MoneyError};

/// The comparison of the amount received with the requested amount.
#[doc(alias("partial", "underpaid", "overpaid"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    /// Nothing arrived.
    Nothing,
    /// Less than the requested amount arrived.
    Short {
        /// The amount still missing.
        missing: Money,
    },
    /// Exactly the requested amount arrived.
    Exact,
    /// More than the requested amount arrived.
    Over {
        /// The amount received beyond the requested amount.
        excess: Money,
    },
}

impl Funding {
    /// Compares the total that arrived with the requested amount.
    ///
    /// # Errors
    /// Returns an error if the currencies differ.
    pub fn of(asked: Money, arrived: Money) -> Result<Self, MoneyError> {
        let missing = asked.checked_sub(arrived)?;
        Ok(if arrived.is_zero() && asked.is_positive() {
            Self::Nothing
        } else if missing.is_zero() {
            Self::Exact
        } else if missing.is_positive() {
            Self::Short { missing }
        } else {
            Self::Over { excess: missing.checked_neg()? }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn short_and_over_keep_their_value() {
        let asked = Money::vnd(50_000);
        let of = |arrived| Funding::of(asked, Money::vnd(arrived)).unwrap();
        assert_eq!(of(0), Funding::Nothing);
        assert_eq!(of(49_999), Funding::Short { missing: Money::vnd(1) });
        assert_eq!(of(50_000), Funding::Exact);
        assert_eq!(of(50_001), Funding::Over { excess: Money::vnd(1) });
    }

    #[test]
    fn another_currency_is_an_error() {
        let dollars = Money::from_minor(50_000, Currency::USD);
        assert!(Funding::of(Money::vnd(50_000), dollars).is_err());
    }
}
