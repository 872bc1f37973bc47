use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{BankError, Bin};

/// The greatest length of an account number in a transfer (NAPAS VietQR format 1.0, template 38.01,
/// object 01).
const MAX_LENGTH: usize = 19;

/// The number of a bank account, virtual account or card: 1 to 19 letters and digits.
///
/// It is text, not a number: leading zeros are significant, and virtual accounts have letters.
/// Upper and lower case are different. `Display` shows the whole number, for payers; `Debug` shows
/// the last four characters, for logs.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountNumber {
    text: [u8; MAX_LENGTH],
    length: usize,
}

impl AccountNumber {
    /// Creates an account number from exactly its letters and digits.
    ///
    /// # Errors
    /// Returns [`BankError::AccountNumberLength`] if the length is not 1 to 19, and
    /// [`BankError::AccountNumberCharacter`] for any other character, including spaces and hyphens.
    /// Use [`AccountNumber::strip_separators`] to drop them.
    pub fn new(number: impl AsRef<str>) -> Result<Self, BankError> {
        Self::collect(number.as_ref().chars())
    }

    /// Creates an account number from text as people write it, such as `0071 001-234567`. Spaces,
    /// hyphens and points are dropped.
    ///
    /// # Errors
    /// Returns the errors of [`AccountNumber::new`] for the remaining text.
    pub fn strip_separators(text: &str) -> Result<Self, BankError> {
        Self::collect(
            text.chars().filter(|character| !matches!(character, ' ' | '\u{a0}' | '-' | '.')),
        )
    }

    /// Returns the number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It contains ASCII only and `length` never exceeds the array, so the fallbacks are never
        // used.
        self.text
            .get(..self.length)
            .and_then(|text| std::str::from_utf8(text).ok())
            .unwrap_or_default()
    }

    fn collect(characters: impl Iterator<Item = char>) -> Result<Self, BankError> {
        let mut text = [0; MAX_LENGTH];
        let mut length = 0;
        for character in characters {
            let byte = u8::try_from(character).ok().filter(u8::is_ascii_alphanumeric);
            let byte = byte.ok_or(BankError::AccountNumberCharacter { character })?;
            if let Some(place) = text.get_mut(length) {
                *place = byte;
            }
            length += 1;
        }
        if (1..=MAX_LENGTH).contains(&length) {
            Ok(Self { text, length })
        } else {
            Err(BankError::AccountNumberLength { length })
        }
    }
}

impl FromStr for AccountNumber {
    type Err = BankError;

    fn from_str(number: &str) -> Result<Self, BankError> {
        Self::new(number)
    }
}

impl AsRef<str> for AccountNumber {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        let hidden = text.len().saturating_sub(4);
        // Four characters of a number this short would reveal too much.
        let shown = if hidden < 4 { "" } else { text.get(hidden..).unwrap_or_default() };
        write!(f, "AccountNumber(…{shown})")
    }
}

impl Serialize for AccountNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AccountNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = AccountNumber;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an account number as text, such as \"0071001234567\"")
            }

            fn visit_str<E: de::Error>(self, number: &str) -> Result<AccountNumber, E> {
                AccountNumber::new(number).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// A bank account: the bank, the account number and, if it is known, the holder.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct BankAccount {
    /// The bank.
    pub bin: Bin,
    /// The number of the account at that bank.
    pub number: AccountNumber,
    /// The holder's name as the bank has it, usually in capitals without Vietnamese diacritics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

impl BankAccount {
    /// Creates an account without a holder's name.
    #[must_use]
    pub fn new(bin: Bin, number: AccountNumber) -> Self {
        Self { bin, number, holder: None }
    }

    /// Sets the holder's name.
    #[must_use]
    pub fn with_holder(self, holder: impl Into<String>) -> Self {
        Self { holder: Some(holder.into()), ..self }
    }
}

impl fmt::Debug for BankAccount {
    /// Leaves out the holder's name, which is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankAccount")
            .field("bin", &self.bin)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
