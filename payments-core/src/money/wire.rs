//! Serde types that name how a gateway writes an amount; chosen once per field of a wire struct.
//!
//! | type | takes |
//! |---|---|
//! | [`Number`] | `1000`, `1000.0`, `"1000"`, `"1000.00"` |
//! | [`Grouped`] | `"101,747,939"`, and all that [`Number`] takes |
//!
//! Both read the digits of the JSON text itself, so that an amount never passes through a float on
//! its way, and both refuse an exponent, an empty text and anything else that is not a plain
//! decimal. A field that may be `null` or absent is an `Option` of them. The currency is known
//! elsewhere (in another field, or by the gateway's contract), so they become [`Money`] by
//! `money(currency)`, which judges the decimals as [`Money::parse`] does: `50.000` is no amount,
//! neither as a JSON number nor as text.
//!
//! ```
//! use payments_core::money::{Currency, Money, wire::Number};
//!
//! #[derive(serde::Deserialize)]
//! struct Line {
//!     amount_in: Number,
//!     fee: Option<Number>,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let line: Line = serde_json::from_str(r#"{"amount_in":"2277000.00","fee":null}"#)?;
//! assert_eq!(line.amount_in.money(Currency::VND)?, Money::vnd(2_277_000));
//! # Ok(())
//! # }
//! ```
//!
//! Reading from the text has a price: they work where `serde_json` reads from a `&str` or `&[u8]`,
//! at any depth, but not from an `io::Read` or a `serde_json::Value`, nor below `#[serde(flatten)]`
//! or an untagged enum, which all let go of the text before a field sees it.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{self, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Currency, Money, MoneyError, text};

/// An amount written as a JSON number, or as text with the same digits.
///
/// Written, it is text (`"50000"`), with no decimals for whole amounts; where a gateway demands a
/// JSON number, put `#[serde(serialize_with = "as_integer")]` with [`as_integer`] on the field.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(Decimal);

/// An amount written with thousands commas, `"101,747,939"`, or without, as a JSON number or as
/// text.
///
/// Written, it is text with commas.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grouped(Decimal);

impl Number {
    /// The amount in a currency, given in its major units.
    ///
    /// # Errors
    ///
    /// [`MoneyError::AmbiguousPoint`] if its point may separate thousands, as in `50.000`,
    /// [`MoneyError::TooManyDecimals`] if the currency has no unit that small, and
    /// [`MoneyError::OutOfRange`].
    pub fn money(&self, currency: Currency) -> Result<Money, MoneyError> {
        text::amount(self.0, currency)
    }

    /// The number as it was read, with the decimals that were written.
    ///
    /// It is no amount yet: only [`money`](Self::money) refuses a point that may separate
    /// thousands.
    #[must_use]
    pub const fn decimal(&self) -> Decimal {
        self.0
    }
}

impl Grouped {
    /// The amount in a currency, given in its major units.
    ///
    /// # Errors
    ///
    /// [`MoneyError::AmbiguousPoint`] if its point may separate thousands, as in `50.000`,
    /// [`MoneyError::TooManyDecimals`] if the currency has no unit that small, and
    /// [`MoneyError::OutOfRange`].
    pub fn money(&self, currency: Currency) -> Result<Money, MoneyError> {
        text::amount(self.0, currency)
    }

    /// The number as it was read, with the decimals that were written.
    ///
    /// It is no amount yet: only [`money`](Self::money) refuses a point that may separate
    /// thousands.
    #[must_use]
    pub const fn decimal(&self) -> Decimal {
        self.0
    }
}

/// Writes a [`Number`] as a JSON number instead of text, for `#[serde(serialize_with = "…")]`.
///
/// # Errors
///
/// The serializer's own, and one for amounts with decimals: a JSON number with a point may be read
/// as a float. More than two zeros after a point may be no decimals, as in `50.000`.
pub fn as_integer<S: Serializer>(amount: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    let whole = amount.0.normalize();
    match i64::try_from(whole.mantissa()) {
        Ok(integer) if whole.scale() == 0 && text::is_unambiguous(amount.0) => {
            serializer.serialize_i64(integer)
        }
        _ => Err(ser::Error::custom(format_args!(
            "{amount} cannot be written as a whole JSON number: write the field as text"
        ))),
    }
}

impl From<Money> for Number {
    fn from(amount: Money) -> Self {
        Self(amount.to_decimal())
    }
}

impl From<Money> for Grouped {
    fn from(amount: Money) -> Self {
        Self(amount.to_decimal())
    }
}

impl FromStr for Number {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        text::plain(text).map(Self)
    }
}

impl FromStr for Grouped {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        text::grouped(text).map(Self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_raw(deserializer)
    }
}

impl<'de> Deserialize<'de> for Grouped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_raw(deserializer)
    }
}

/// Reads the text of a JSON number, or of a JSON string without its quotation marks.
///
/// A string that spells its digits as escapes is refused with the rest: no gateway writes
/// `"\u0031"` for 1.
fn from_raw<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = MoneyError>,
{
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    let text = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    text.parse().map_err(de::Error::custom)
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Grouped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// With a comma before every group of three digits, as it is read.
impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.abs().to_string();
        let whole = plain.split('.').next().unwrap_or_default();
        if self.0.is_sign_negative() {
            f.write_str("-")?;
        }
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str(plain.get(whole.len()..).unwrap_or_default())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

impl fmt::Debug for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Grouped({self})")
    }
}
