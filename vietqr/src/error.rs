use crate::{FieldPath, TextError};

/// The reason why a value is not allowed in a code: the field, and the flaw of the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {} {flaw}", field.described())]
pub struct VietQrError {
    field: FieldPath,
    flaw: Flaw,
}

impl VietQrError {
    pub(super) const fn new(field: FieldPath, flaw: Flaw) -> Self {
        Self { field, flaw }
    }

    /// Returns the field that the value was for.
    #[must_use]
    pub const fn field(&self) -> FieldPath {
        self.field
    }

    /// Returns the flaw of the value.
    #[must_use]
    pub const fn flaw(&self) -> &Flaw {
        &self.flaw
    }
}

/// The flaw of a field's value, whether the value was to be written or was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The value is empty, but the format has no empty objects.
    #[error("is empty: leave it out, or give it a value")]
    Empty,

    /// The value is too long.
    #[error("has {length} characters, and at most {limit} are allowed: shorten the text")]
    TooLong {
        /// The number of characters of the value.
        length: usize,
        /// The maximum number of characters allowed.
        limit: usize,
    },

    /// The purpose is longer than the format allows.
    #[error(
        "has {length} characters, and at most 25 are allowed: shorten it, or use with_long_purpose \
         if you know that the payers' banks accept it"
    )]
    LongPurpose {
        /// The number of characters of the purpose.
        length: usize,
    },

    /// With the value, the template around it would exceed 99 characters.
    #[error(
        "makes the template around it {length} characters long, and at most 99 are allowed: shorten \
         or drop one of its fields"
    )]
    TemplateFull {
        /// The length of the template, including four characters before each field.
        length: usize,
    },

    /// The value contains a character that is not allowed in the field.
    #[error(
        "contains {character:?} (U+{:04X}): use printable ASCII characters only",
        u32::from(*.character)
    )]
    Character {
        /// The first such character.
        character: char,
    },

    /// The account number contains a character that is not a letter or a digit.
    #[error("contains {character:?}: use letters A-Z, a-z and digits only, as the bank writes it")]
    NumberCharacter {
        /// The first such character.
        character: char,
    },

    /// The value must be a fixed number of digits.
    #[error("is not {count} digits: write exactly as many")]
    NotDigits {
        /// The number of digits required.
        count: usize,
    },

    /// The language is not two letters.
    #[error("is not a language of ISO 639-1: write its two lower-case letters, such as vi")]
    NotALanguage,

    /// The value is not a valid request for consumer data.
    #[error("is not a request for consumer data: use the letters A, M and E, each at most once")]
    NotConsumerData,

    /// The amount is zero or less.
    #[error("is not above zero: leave it out if the payer is to type it")]
    NotPositive,

    /// The amount has more than 13 digits.
    #[error("has more than 13 digits: split it into several payments")]
    AmountTooLong,

    /// The percentage is zero, or a hundred or more.
    #[error("is out of range: give 0.01 to 99.99 per cent")]
    PercentOutOfRange,
}

impl From<TextError> for Flaw {
    fn from(TextError { character }: TextError) -> Self {
        Self::Character { character }
    }
}

/// The reason why a text is not a VietQR code, and its position in the text.
///
/// A text is refused unless the parser accounts for every character. An account number that was
/// read one digit short would be somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} at {offset}: {problem}")]
pub struct ParseError {
    field: FieldPath,
    offset: usize,
    problem: Problem,
}

impl ParseError {
    pub(super) const fn new(field: FieldPath, offset: usize, problem: Problem) -> Self {
        Self { field, offset, problem }
    }

    /// Returns the object with the problem.
    #[must_use]
    pub const fn field(&self) -> FieldPath {
        self.field
    }

    /// Returns the byte of the payload at which the problem begins, counted from zero.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the problem.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// The problem of a text that should be a VietQR code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The text does not end in `6304` and four hexadecimal digits.
    #[error("the text does not end in a CRC: it is truncated, or it is not a VietQR code")]
    NoCrc,

    /// The CRC is not that of the text.
    #[error(
        "the CRC is {stated:04X} and should be {computed:04X}: the text was changed, scan it again"
    )]
    WrongCrc {
        /// The CRC at the end of the text.
        stated: u16,
        /// The CRC computed from the text.
        computed: u16,
    },

    /// There are no two digits of ID and two of length at the position where an object should
    /// begin.
    #[error("an object should begin here, with two digits of ID and two of length")]
    NoHeader,

    /// One to three characters remain after the last object.
    #[error(
        "the remaining text is too short for an object (characters: {count}): a length before it is \
         wrong"
    )]
    LeftOver {
        /// The number of remaining characters.
        count: usize,
    },

    /// The length of the object is greater than the number of remaining characters.
    #[error("the object should have {stated} characters, but {left} remain: a length is wrong")]
    Truncated {
        /// The length given by the object.
        stated: usize,
        /// The number of remaining characters.
        left: usize,
    },

    /// The object occurs twice in one template.
    #[error("the object occurs twice: it is not clear which one applies")]
    Duplicate,

    /// The object is not allowed at this position: 00 must be first and 63 last.
    #[error("the object is out of place: 00 comes first and 63 last")]
    OutOfPlace,

    /// An object that every VietQR code has is missing.
    #[error("the object is missing: the text is not a VietQR code for a transfer")]
    Missing,

    /// The object has a value that it does not have in VietQR codes for transfers.
    #[error("the value is not {expected}: the text is not a VietQR code for a transfer")]
    Unexpected {
        /// The required value.
        expected: &'static str,
    },

    /// The amount is not a number of đồng.
    #[error("the amount is not written in digits: it cannot be paid")]
    NotAnAmount,

    /// The amount has decimals, but the đồng has none.
    #[error(
        "the amount has decimals and VND has none: parse_lenient accepts .0 and .00, and nothing \
         longer, because 50.000 may be fifty thousand"
    )]
    Decimals,

    /// There is a fee without its indicator, or an indicator without its fee.
    #[error(
        "the tip indicator and the fee do not go together: 02 needs 56 alone, 03 needs 57 alone"
    )]
    TipMismatch,

    /// The value is not allowed in the object.
    #[error("the value {0}")]
    Value(#[from] Flaw),
}
