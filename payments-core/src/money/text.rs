//! Amounts as text: the grammar of plain decimals, the grammar of thousands groups, and the rule by
//! which a parsed number becomes an amount of a currency.

use rust_decimal::Decimal;

use super::error::excerpt;
use super::{Currency, Money, MoneyError};

/// The number of decimals that is accepted for every currency, because gateways write `.00` after
/// amounts in every currency.
const CUSTOMARY_DECIMALS: u32 = 2;

/// Returns the amount in `currency` of a number parsed from text. Its scale is the number of
/// decimals in the text.
///
/// A point is a decimal point only if at most two digits follow it, or as many as the currency
/// has. `50.000` is fifty thousand in Vietnam and fifty elsewhere, so it is refused.
///
/// # Errors
/// Returns [`MoneyError`] if the number is not an amount of this currency, or may be another one.
pub fn amount(written: Decimal, currency: Currency) -> Result<Money, MoneyError> {
    let amount = Money::from_decimal(written, currency);
    if written.scale() <= CUSTOMARY_DECIMALS.max(currency.exponent().into()) {
        return amount;
    }
    let by_decimal_point = match amount {
        Ok(_) => Some(written.normalize()),
        Err(MoneyError::TooManyDecimals { .. }) if is_one_thousands_group(written) => None,
        Err(error) => return Err(error),
    };
    Err(MoneyError::AmbiguousPoint {
        text: written.to_string(),
        without_point: written.mantissa().to_string(),
        by_decimal_point: by_decimal_point.map(|number| number.to_string()),
        currency,
    })
}

/// Returns whether the point of a parsed number cannot separate thousands, whatever the currency.
pub fn is_unambiguous(written: Decimal) -> bool {
    written.scale() <= CUSTOMARY_DECIMALS
}

/// Returns whether the point could separate thousands: one to three digits, not all zero, before it
/// and three after it.
fn is_one_thousands_group(written: Decimal) -> bool {
    written.scale() == 3 && (1_000..1_000_000).contains(&written.mantissa().unsigned_abs())
}

/// Parses `50000`, `50000.00`, `-12.34`: digits, at most one point between digits, at most one
/// leading minus.
///
/// The scale of the result is the number of decimals in the text, including zeros.
///
/// # Errors
/// Returns [`MoneyError`] if the text is not such a number.
pub fn plain(text: &str) -> Result<Decimal, MoneyError> {
    Parts::of(text).decimal(text)
}

/// Parses `101,747,939` and `1,234.50`, and every text that [`plain`] accepts.
///
/// # Errors
/// Returns [`MoneyError`] if the text is not such a number.
pub fn grouped(text: &str) -> Result<Decimal, MoneyError> {
    let parts = Parts::of(text);
    if !parts.whole.contains(',') {
        return parts.decimal(text);
    }
    let mut groups = parts.whole.split(',');
    let first_is_right = groups.next().is_some_and(|group| is_digits(group) && group.len() <= 3);
    let others_are_right = groups.all(|group| is_digits(group) && group.len() == 3);
    if !first_is_right || !others_are_right {
        return Err(MoneyError::NotGrouped { text: excerpt(text) });
    }
    Parts { whole: &parts.whole.replace(',', ""), ..parts }.decimal(text)
}

struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        match unsigned.split_once('.') {
            Some((whole, fraction)) => Self { negative, whole, fraction: Some(fraction) },
            None => Self { negative, whole: unsigned, fraction: None },
        }
    }

    fn decimal(&self, text: &str) -> Result<Decimal, MoneyError> {
        if !is_digits(self.whole) || !self.fraction.is_none_or(is_digits) {
            return Err(MoneyError::NotANumber { text: excerpt(text) });
        }
        let decimals = self.fraction.unwrap_or_default();
        let too_many = || MoneyError::TooManyDigits { text: excerpt(text) };
        let magnitude = number(self.whole, decimals).ok_or_else(too_many)?;
        let scale = u32::try_from(decimals.len()).map_err(|_| too_many())?;
        let signed = if self.negative { -magnitude } else { magnitude };
        Decimal::try_from_i128_with_scale(signed, scale).map_err(|_| too_many())
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the number whose digits are those of both texts, one after the other.
fn number(whole: &str, decimals: &str) -> Option<i128> {
    let digits = || whole.bytes().chain(decimals.bytes()).map(|digit| digit.wrapping_sub(b'0'));
    let narrow =
        digits().try_fold(0_u64, |sum, digit| sum.checked_mul(10)?.checked_add(digit.into()));
    // Almost every amount fits into 64 bits, for which the arithmetic is several times faster.
    narrow.map(i128::from).or_else(|| {
        digits().try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(digit.into()))
    })
}
