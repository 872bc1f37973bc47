use super::Currency;

/// The reason why an amount or a currency was refused.
///
/// A text from outside is cut to its first few dozen characters, so that a hostile body cannot fill
/// a log.
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

    /// The point may separate thousands or decimals. Either more zeros follow it than an amount of
    /// the currency is written with, as in `50.000` for VND or USD, or exactly three digits follow
    /// it that cannot be decimals, as in `50.500` for VND.
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
        /// The currency in which the amount was read.
        currency: Currency,
    },

    /// The number has more than 28 digits, more than any amount.
    #[error("{text:?} has more digits than any amount: check that the field contains an amount")]
    TooManyDigits {
        /// The beginning of the text.
        text: String,
    },

    /// The amount has a fraction of the currency's minor unit. Amounts are never rounded.
    #[error(
        "{amount} has too many decimals for {currency}, which has {}: amounts are not rounded \
         here, so round the price yourself",
        currency.exponent()
    )]
    TooManyDecimals {
        /// The amount as it was given.
        amount: String,
        /// The currency in which the amount was read.
        currency: Currency,
    },

    /// The amount does not fit into 64-bit minor units.
    #[error(
        "the amount does not fit into 64-bit minor units of {currency}: check its unit, or \
         split it into smaller amounts"
    )]
    OutOfRange {
        /// The currency of the amount.
        currency: Currency,
    },

    /// Amounts of two different currencies cannot be added, subtracted or compared.
    #[error("{left} and {right} cannot be added or compared: convert one of the two amounts first")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second amount.
        right: Currency,
    },

    /// The code is not a currency code of ISO 4217.
    #[error(
        "{code:?} is not a known currency code: use an ISO 4217 code, or Currency::new with the \
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

    /// The number of decimals is more than any currency has.
    #[error("a currency cannot have {exponent} decimals: give a number from 0 to 4")]
    TooFineExponent {
        /// The number of decimals that was given.
        exponent: u8,
    },

    /// ISO 4217 gives the currency another number of decimals.
    #[error(
        "{currency} has {} decimals by ISO 4217 and not {exponent}: use Currency::from_code, or \
         another code",
        currency.exponent()
    )]
    ContradictedExponent {
        /// The currency as ISO 4217 defines it.
        currency: Currency,
        /// The number of decimals that was given.
        exponent: u8,
    },
}

/// Returns the beginning of a text from outside, for an error.
pub(super) fn excerpt(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => text.get(..end).map(|start| format!("{start}…")).unwrap_or_default(),
        None => text.to_owned(),
    }
}
