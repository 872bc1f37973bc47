use std::fmt;

use crate::{Bank, Service, VietQr, rules};

/// The amount in đồng below which a transfer must stay: NAPAS247 accepts less than 500 million đồng
/// per transfer (NAPAS VietQR format 1.0, section 8.1.1). The scheme may change the limit.
const TRANSFER_LIMIT: i64 = 500_000_000;

/// A property of a valid code that may prevent payers from paying it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The amount is not below NAPAS's limit for one transfer.
    AmountAboveLimit {
        /// The amount of the code, in đồng.
        amount: i64,
        /// The amount that transfers must stay below, in đồng.
        limit: i64,
    },
    /// The purpose has more than the 25 characters of the format: some apps truncate or refuse it.
    LongPurpose {
        /// The number of characters of the purpose.
        length: usize,
    },
    /// The BIN is not in the directory of banks.
    UnknownBank {
        /// The BIN.
        bin: String,
    },
    /// The card number does not begin with the BIN of the code.
    CardOfAnotherBank {
        /// The BIN of the code.
        bin: String,
    },
}

impl VietQr {
    /// Returns the properties that may prevent payers from paying the code, although the format
    /// allows them.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let above_limit = self.amount.filter(|amount| *amount >= TRANSFER_LIMIT);
        let long_purpose =
            self.purpose().map(str::len).filter(|&length| length > rules::MAX_PURPOSE);
        let unknown_bank = Bank::by_bin(&self.bin).is_none();
        let foreign_card = self.service == Service::Card && !self.number.starts_with(&self.bin);

        let mut warnings = Vec::new();
        warnings.extend(
            above_limit.map(|amount| Warning::AmountAboveLimit { amount, limit: TRANSFER_LIMIT }),
        );
        warnings.extend(long_purpose.map(|length| Warning::LongPurpose { length }));
        warnings.extend(unknown_bank.then_some(Warning::UnknownBank { bin: self.bin.clone() }));
        warnings
            .extend(foreign_card.then_some(Warning::CardOfAnotherBank { bin: self.bin.clone() }));
        warnings
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AmountAboveLimit { amount, limit } => {
                write!(
                    f,
                    "{amount} VND is not below {limit} VND, the limit of one transfer: split it"
                )
            }
            Self::LongPurpose { length } => write!(
                f,
                "the purpose has {length} characters: some bank apps cut or refuse more than 25"
            ),
            Self::UnknownBank { bin } => {
                write!(f, "the BIN {bin} is not in the directory of banks: check it")
            }
            Self::CardOfAnotherBank { bin } => {
                write!(f, "the card's number does not begin with the BIN {bin}: check both")
            }
        }
    }
}
