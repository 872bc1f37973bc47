use super::Currency;

/// Why an amount or a currency was refused.
///
/// Texts from outside are kept up to a few dozen characters, so that a hostile body cannot fill a
/// log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The text is not a plain decimal number.
    #[error(
        "{text:?} is not a plain decimal amount: write digits with at most one point between them, \
         such as 50000 or 12.34, without spaces, exponent, plus sign or thousands separators"
    )]
    NotANumber {
        /// The beginning of the text.
        text: String,
    },

    /// The text has thousands separators in the wrong places.
    #[error(
        "{text:?} has misplaced thousands separators: write a comma before every group of three \
         digits, such as 1,234,567"
    )]
    NotGrouped {
        /// The beginning of the text.
        text: String,
    },

    /// The point may separate thousands or decimals: more zeros follow it than any amount of the
    /// currency is written with, as in `50.000` for VND or USD, or exactly three digits that cannot
    /// be decimals, as in `50.500` for VND.
    #[error(
        "{text}: did you mean {without_point}{} {currency}? Write the amount without thousands \
         separators and with at most {} decimals",
        by_decimal_point.as_ref().map(|number| format!(" or {number}")).unwrap_or_default(),
        currency.exponent().max(2)
    )]
    AmbiguousPoint {
        /// The number as it was written.
        text: String,
        /// The number if the point separates thousands.
        without_point: String,
        /// The number if the point separates decimals; `None` if the currency has no unit that
        /// small.
        by_decimal_point: Option<String>,
        /// The currency that the amount was to be in.
        currency: Currency,
    },

    /// The number is longer than any amount: more than 28 digits.
    #[error(
        "{text:?} has more digits than any amount: check that the field it came from holds one"
    )]
    TooManyDigits {
        /// The beginning of the text.
        text: String,
    },

    /// The amount is smaller than the smallest unit of the currency, and amounts are never rounded.
    #[error(
        "{amount} has too many decimals for {currency}, which has {}: nothing is rounded here, so \
         round the price where it is made",
        currency.exponent()
    )]
    TooManyDecimals {
        /// The amount as it was given.
        amount: String,
        /// The currency that it was to be in.
        currency: Currency,
    },

    /// The amount does not fit into 64-bit minor units.
    #[error(
        "the amount is beyond what 64-bit minor units of {currency} can hold: check its unit, or \
         split it into smaller amounts"
    )]
    OutOfRange {
        /// The currency of the amount.
        currency: Currency,
    },

    /// Two amounts of different currencies were to be added, subtracted or compared.
    #[error("{left} and {right} cannot be added or compared: convert one of the two amounts first")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second amount.
        right: Currency,
    },

    /// The code is in no table of currencies here.
    #[error(
        "{code:?} is no currency code known here: use an ISO 4217 code, or Currency::new with the \
         number of its decimals"
    )]
    UnknownCurrency {
        /// The beginning of the code.
        code: String,
    },

    /// The text cannot be a currency code.
    #[error("{code:?} cannot be a currency code: write three upper-case letters, such as VND")]
    MalformedCurrency {
        /// The beginning of the code.
        code: String,
    },

    /// A currency was to have more decimals than any currency has.
    #[error("a currency cannot have {exponent} decimals: give a number from 0 to 4")]
    TooFineExponent {
        /// The number of decimals that it was to have.
        exponent: u8,
    },

    /// A known currency was to have another number of decimals than ISO 4217 gives it.
    #[error(
        "{currency} has {} decimals by ISO 4217 and not {exponent}: use Currency::from_code, or \
         another code",
        currency.exponent()
    )]
    ContradictedExponent {
        /// The currency as it is known.
        currency: Currency,
        /// The number of decimals that it was to have.
        exponent: u8,
    },
}

/// The beginning of a text from outside, for an error.
pub(super) fn excerpt(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => text.get(..end).map(|start| format!("{start}…")).unwrap_or_default(),
        None => text.to_owned(),
    }
}
