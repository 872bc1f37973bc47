//! Amounts of money: whole minor units with their currency, without floating point.
//!
//! [`Money`] is an `i64` count of minor units (đồng, cents) and a [`Currency`]. It never rounds,
//! never wraps and never mixes currencies: an operation that would do so returns a [`MoneyError`].
//! `rust_decimal` is used only to convert from and to decimals, and [`text`] parses the amounts that
//! gateways write.
//!
//! ```
//! use payments_core::money::{Currency, Money};
//!
//! # fn main() -> Result<(), payments_core::money::MoneyError> {
//! let price = Money::parse("50000.00", Currency::VND)?;
//! assert_eq!(price, Money::vnd(50_000));
//!
//! let arrived = Money::parse_grouped("49,000", Currency::VND)?;
//! let missing = price.checked_sub(arrived)?;
//! assert_eq!(missing.to_string(), "1000 VND");
//! # Ok(())
//! # }
//! ```

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;

mod currency;
mod error;
#[cfg(feature = "localized")]
mod localized;
mod serde_impls;
pub mod text;

#[cfg(test)]
mod tests;

pub use currency::Currency;
pub use error::MoneyError;
#[cfg(feature = "localized")]
pub use localized::Language;

/// An amount of money: a whole number of minor units and their currency.
///
/// One minor unit is the smallest unit of the currency by ISO 4217: one đồng for VND, one cent for
/// USD. Amounts may be negative, for differences and reversals; code that accepts an amount to pay
/// checks [`Money::is_positive`].
///
/// There are deliberately no operators and no `PartialOrd`, because adding or ordering amounts of
/// two currencies has no result. [`checked_add`](Money::checked_add),
/// [`checked_sub`](Money::checked_sub) and [`compare`](Money::compare) return an error instead.
/// `==` is false for amounts of different currencies, even when both are zero.
///
/// With serde an amount is `{"amount":"50000","currency":"VND"}`. The number is text, so that no
/// reader converts it to a float.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// Creates an amount in Vietnamese đồng, which has no smaller unit.
    #[must_use]
    pub const fn vnd(dong: i64) -> Self {
        Self { minor: dong, currency: Currency::VND }
    }

    /// Creates an amount from its minor units: `1234` of USD is 12.34 USD.
    #[must_use]
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Creates an amount of zero in the currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Creates an amount from a decimal number of major units: `12.34` of USD is 12.34 USD.
    ///
    /// Trailing zeros are ignored: `50000.000` is 50000 VND. Do not use this method for a decimal
    /// that was parsed from text: `50.000` is fifty thousand if the point separates thousands. Use
    /// [`Money::parse`], which refuses such a text.
    ///
    /// # Errors
    /// Returns [`MoneyError::TooManyDecimals`] if the amount has a fraction of the currency's minor
    /// unit (nothing is rounded), and [`MoneyError::OutOfRange`] if the amount does not fit.
    pub fn from_decimal(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let exponent = u32::from(currency.exponent());
        let mantissa = amount.mantissa();
        let out_of_range = || MoneyError::OutOfRange { currency };
        let power_of_ten = |power: u32| 10_i128.checked_pow(power).ok_or_else(out_of_range);
        let minor = match amount.scale().checked_sub(exponent) {
            None | Some(0) => {
                let missing = exponent.saturating_sub(amount.scale());
                mantissa.checked_mul(power_of_ten(missing)?).ok_or_else(out_of_range)?
            }
            Some(excess) => {
                let divisor = power_of_ten(excess)?;
                if mantissa % divisor != 0 {
                    return Err(MoneyError::TooManyDecimals {
                        amount: amount.to_string(),
                        currency,
                    });
                }
                mantissa / divisor
            }
        };
        Ok(Self { minor: i64::try_from(minor).map_err(|_| out_of_range())?, currency })
    }

    /// Parses an amount from plain decimal text of major units, such as `50000`, `50000.00` or
    /// `-12.34`.
    ///
    /// The text may contain digits, one point with digits on both sides, and one leading minus. An
    /// exponent, a plus sign, spaces and thousands separators are refused. At most two digits may
    /// follow the point, or as many as the currency has decimals if that is more: `50.000` is fifty
    /// thousand in Vietnam and fifty elsewhere, so it is refused.
    ///
    /// # Errors
    /// Returns [`MoneyError::NotANumber`] if the text has another form,
    /// [`MoneyError::AmbiguousPoint`] if the point may separate thousands,
    /// [`MoneyError::TooManyDecimals`] if the amount has a fraction of the currency's minor unit,
    /// [`MoneyError::TooManyDigits`] if the text has more digits than a decimal can represent, and
    /// [`MoneyError::OutOfRange`] if the number of minor units does not fit in an `i64`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        text::amount(text::plain(text)?, currency)
    }

    /// Parses an amount from text with a comma between groups of three digits, such as
    /// `101,747,939` or `1,234.50`.
    ///
    /// A text without a comma is parsed as by [`Money::parse`]. If there is a comma, every group
    /// must be right: `1,0000` and `10,00` are errors.
    ///
    /// # Errors
    /// Returns [`MoneyError::NotGrouped`] for wrong groups, and otherwise the errors of
    /// [`Money::parse`].
    pub fn parse_grouped(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        text::amount(text::grouped(text)?, currency)
    }

    /// Returns the number of minor units: đồng for VND, cents for USD.
    #[must_use]
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// Returns the currency of the amount.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Returns the amount in major units, with exactly as many decimals as the currency has.
    #[must_use]
    pub fn to_decimal(&self) -> Decimal {
        Decimal::new(self.minor, u32::from(self.currency.exponent()))
    }

    /// Returns whether the amount is zero.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.minor == 0
    }

    /// Returns whether the amount is above zero, as every amount to be paid must be.
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        self.minor > 0
    }

    /// Returns whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(&self) -> bool {
        self.minor < 0
    }

    /// Returns the sum of two amounts of one currency.
    ///
    /// # Errors
    /// Returns [`MoneyError::CurrencyMismatch`] if the currencies differ, and
    /// [`MoneyError::OutOfRange`] if the sum does not fit.
    pub fn checked_add(&self, other: Self) -> Result<Self, MoneyError> {
        let currency = self.common_currency(other)?;
        let minor = self.minor.checked_add(other.minor);
        Ok(Self { minor: minor.ok_or(MoneyError::OutOfRange { currency })?, currency })
    }

    /// Returns the difference of two amounts of one currency. It is negative if `other` is the
    /// greater.
    ///
    /// # Errors
    /// Returns [`MoneyError::CurrencyMismatch`] if the currencies differ, and
    /// [`MoneyError::OutOfRange`] if the difference does not fit.
    pub fn checked_sub(&self, other: Self) -> Result<Self, MoneyError> {
        let currency = self.common_currency(other)?;
        let minor = self.minor.checked_sub(other.minor);
        Ok(Self { minor: minor.ok_or(MoneyError::OutOfRange { currency })?, currency })
    }

    /// Returns the amount with the opposite sign.
    ///
    /// # Errors
    /// Returns [`MoneyError::OutOfRange`] for `i64::MIN` minor units, whose opposite does not fit.
    pub fn checked_neg(&self) -> Result<Self, MoneyError> {
        let currency = self.currency;
        let minor = self.minor.checked_neg().ok_or(MoneyError::OutOfRange { currency })?;
        Ok(Self { minor, currency })
    }

    /// Compares two amounts of one currency.
    ///
    /// # Errors
    /// Returns [`MoneyError::CurrencyMismatch`] if the currencies differ.
    pub fn compare(&self, other: Self) -> Result<Ordering, MoneyError> {
        self.common_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    fn common_currency(&self, other: Self) -> Result<Currency, MoneyError> {
        if self.currency == other.currency {
            Ok(self.currency)
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }
}

/// Writes `50000 VND` or `12.34 USD`: plain decimal text that [`Money::parse`] accepts, a space,
/// and the code.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}
