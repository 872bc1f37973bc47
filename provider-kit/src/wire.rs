//! Serde types for the formats in which gateways write amounts, chosen per field of a wire struct.
//!
//! | type | accepts |
//! |---|---|
//! | [`Number`] | `1000`, `1000.0`, `"1000"`, `"1000.00"` |
//! | [`Grouped`] | `"101,747,939"`, and all that [`Number`] accepts |
//!
//! Both read the digits of the JSON text itself, so that an amount is never converted to a float,
//! and both refuse an exponent, an empty text and anything else that is not a plain decimal. Use
//! `Option` for a field that may be `null` or absent. These types have no currency, because it is
//! given by another field or by the gateway's contract: `money(currency)` converts them to
//! [`Money`]. It checks the decimals as [`Money::parse`] does, so `50.000` is refused, both as a
//! JSON number and as text.
//!
//! ```
//! use payments_core::money::{Currency, Money};
//! use provider_kit::wire::Number;
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
//! Because they read the JSON text, these types work only if `serde_json` reads from a `&str` or
//! `&[u8]`, at any depth. They do not work with an `io::Read` or a `serde_json::Value`, nor below
//! `#[serde(flatten)]` or an untagged enum, because the text is then no longer available.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{self, Serialize, Serializer};
use serde_json::value::RawValue;

use payments_core::money::{Currency, Money, MoneyError, text};

/// An amount written as a JSON number, or as text with the same digits.
///
/// It is serialised as text (`"50000"`), without decimals for whole amounts. If a gateway demands a
/// JSON number, put `#[serde(serialize_with = "as_integer")]` with [`as_integer`] on the field.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(Decimal);

/// An amount written with thousands separators, `"101,747,939"`, or without them, as a JSON number
/// or as text.
///
/// It is serialised as text with separators.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Grouped(Decimal);

impl Number {
    /// Returns the amount in this currency. The number counts major units.
    ///
    /// # Errors
    /// Returns [`MoneyError::AmbiguousPoint`] if the point may separate thousands, as in `50.000`,
    /// [`MoneyError::TooManyDecimals`] if the amount has a fraction of the currency's minor unit,
    /// and [`MoneyError::OutOfRange`] if the amount does not fit.
    pub fn money(&self, currency: Currency) -> Result<Money, MoneyError> {
        text::amount(self.0, currency)
    }

    /// Returns the parsed number, with the decimals of the text.
    ///
    /// Do not use it as an amount: only [`money`](Self::money) refuses a point that may separate
    /// thousands.
    #[must_use]
    pub const fn decimal(&self) -> Decimal {
        self.0
    }
}

impl Grouped {
    /// Returns the amount in this currency. The number counts major units.
    ///
    /// # Errors
    /// Returns [`MoneyError::AmbiguousPoint`] if the point may separate thousands, as in `50.000`,
    /// [`MoneyError::TooManyDecimals`] if the amount has a fraction of the currency's minor unit,
    /// and [`MoneyError::OutOfRange`] if the amount does not fit.
    pub fn money(&self, currency: Currency) -> Result<Money, MoneyError> {
        text::amount(self.0, currency)
    }

    /// Returns the parsed number, with the decimals of the text.
    ///
    /// Do not use it as an amount: only [`money`](Self::money) refuses a point that may separate
    /// thousands.
    #[must_use]
    pub const fn decimal(&self) -> Decimal {
        self.0
    }
}

/// Serialises a [`Number`] as a JSON number instead of text, for `#[serde(serialize_with = "…")]`.
///
/// # Errors
/// Returns the serializer's error, or an error if the amount has decimals: a JSON number with a
/// point may be read as a float, and a point with three zeros may separate thousands.
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
/// A string that contains escapes is refused as well: no gateway writes `"\u0031"` for 1.
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

/// Writes a comma before every group of three digits, as the gateway does.
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

#[cfg(test)]
mod tests;
