use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use super::BankError;

/// The number of a bank in domestic transfers: exactly six digits, such as `970436` for
/// Vietcombank.
///
/// NAPAS calls it BIN or acquirer ID (NAPAS VietQR format 1.0, template 38.01, object 00). Any six
/// digits are accepted, because new banks receive numbers before directories list them.
///
/// With serde it is text, because a reader that treated it as a number could drop leading zeros.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin([u8; 6]);

impl Bin {
    /// Creates a BIN from its six digits.
    ///
    /// # Errors
    /// Returns [`BankError::MalformedBin`] for any other text.
    pub fn new(digits: &str) -> Result<Self, BankError> {
        match <[u8; 6]>::try_from(digits.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_digit) => Ok(Self(bytes)),
            _ => Err(BankError::MalformedBin),
        }
    }

    /// Returns the six digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It contains ASCII digits only, so the fallback is never used.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Bin {
    type Err = BankError;

    fn from_str(digits: &str) -> Result<Self, BankError> {
        Self::new(digits)
    }
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bin({self})")
    }
}

impl Serialize for Bin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Bin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SixDigits;

        impl Visitor<'_> for SixDigits {
            type Value = Bin;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a BIN as text of six digits, such as \"970436\"")
            }

            fn visit_str<E: de::Error>(self, digits: &str) -> Result<Bin, E> {
                Bin::new(digits).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(SixDigits)
    }
}
