//! `orderCode`, the number that payOS uses as the order reference.

use std::fmt;

use payments_core::{Error, OrderRef, Result};
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

/// An `orderCode`. payOS sends a number; in the signed text it equals the same digits as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderCode(pub(crate) u64);

impl OrderCode {
    /// Converts an order reference to a number.
    ///
    /// # Errors
    /// Returns `InvalidRequest` if it is not a number.
    pub(crate) fn of(order: &OrderRef) -> Result<Self> {
        let number = order.as_str().parse().map(Self);
        let is_same = |code: &Self| code.to_string() == order.as_str();
        number.ok().filter(is_same).ok_or_else(|| Error::invalid("order", "is not a number"))
    }

    /// Converts the number to an order reference.
    ///
    /// # Errors
    /// Does not occur, because digits are a valid reference.
    pub(crate) fn order(self) -> Result<OrderRef> {
        OrderRef::new(self.to_string())
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for OrderCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = OrderCode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a positive number")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<OrderCode, E> {
                Ok(OrderCode(number))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<OrderCode, E> {
                let number = text.parse().map_err(|_| E::custom("is not a number"))?;
                let code = OrderCode(number);
                if code.to_string() == text { Ok(code) } else { Err(E::custom("is not a number")) }
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_number_whether_or_not_they_are_text() {
        for (json, code) in [
            ("1029", Some(1029)),
            ("\"1029\"", Some(1029)),
            ("9007199254740991", Some(9_007_199_254_740_991)),
            ("\"01029\"", None),
            ("\"+1029\"", None),
            ("1029.0", None),
            ("1e3", None),
            ("-1", None),
            ("null", None),
        ] {
            let read = serde_json::from_str::<OrderCode>(json).ok();
            assert_eq!(read.map(|code| code.0), code, "{json}");
        }
    }
}
