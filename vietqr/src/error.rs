use crate::{FieldPath, TextError};

/// Why a value cannot stand in a code: the field, and what is wrong with the value.
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

    /// The field that the value was for.
    #[must_use]
    pub const fn field(&self) -> FieldPath {
        self.field
    }

    /// What is wrong with the value.
    #[must_use]
    pub const fn flaw(&self) -> &Flaw {
        &self.flaw
    }
}

/// What is wrong with the value of a field, whether it was to be written or was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Flaw {
    /// The value is empty, and the format has no empty objects.
    #[error("is empty: leave it out, or give it a value")]
    Empty,

    /// The value is too long.
    #[error("has {length} characters and may have {limit}: shorten it where it is made")]
    TooLong {
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },

    /// The purpose is longer than the format allows.
    #[error(
        "has {length} characters and may have 25: shorten it, or use with_long_purpose if you know \
         that the payers' banks take it"
    )]
    LongPurpose {
        /// How many characters it has.
        length: usize,
    },

    /// With the value, the template around it has more than its 99 characters.
    #[error(
        "makes the fields around it {length} characters long together, and 99 fit: shorten or drop \
         one of them"
    )]
    TemplateFull {
        /// How long the template would be, with four characters before each field.
        length: usize,
    },

    /// The value holds a character that cannot stand there.
    #[error(
        "holds {character:?} (U+{:04X}): use printable ASCII characters only",
        u32::from(*.character)
    )]
    Character {
        /// The first such character.
        character: char,
    },

    /// The account number holds something besides letters and digits.
    #[error("holds {character:?}: give letters A-Z, a-z and digits only, as the bank writes it")]
    NumberCharacter {
        /// The first such character.
        character: char,
    },

    /// The value must be a fixed number of digits.
    #[error("is not {count} digits: write exactly as many")]
    NotDigits {
        /// How many digits it must be.
        count: usize,
    },

    /// The language is not two letters.
    #[error("is not a language of ISO 639-1: write its two lower-case letters, such as vi")]
    NotALanguage,

    /// The request for consumer data is no such request.
    #[error("is no request for consumer data: use the letters A, M and E, each at most once")]
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

/// Why a text is no VietQR code: where in it, and what is wrong.
///
/// Text that a parser cannot account for to the last character is refused. An account that was read
/// one digit short would be somebody else's.
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

    /// The object that the problem is in.
    #[must_use]
    pub const fn field(&self) -> FieldPath {
        self.field
    }

    /// The byte of the payload where the problem begins, counted from zero.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong there.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// What is wrong with a text that should be a VietQR code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The text does not end in `6304` and four hexadecimal digits.
    #[error("the text does not end in a CRC: it is cut off, or no VietQR code")]
    NoCrc,

    /// The CRC is not that of the text.
    #[error(
        "the CRC is {stated:04X} and should be {computed:04X}: the text was changed, scan it again"
    )]
    WrongCrc {
        /// The CRC in the text.
        stated: u16,
        /// The CRC of the text.
        computed: u16,
    },

    /// Where an object should begin, there are no two digits of ID and two of length.
    #[error("an object should begin here, with two digits of ID and two of length")]
    NoHeader,

    /// One to three characters are left after the last object.
    #[error(
        "what is left over is too short for an object (characters: {count}): a length before it is \
         wrong"
    )]
    LeftOver {
        /// How many characters are left over.
        count: usize,
    },

    /// The object says that it is longer than what is left.
    #[error("the object should have {stated} characters and {left} are left: a length is wrong")]
    Truncated {
        /// The length that the object states.
        stated: usize,
        /// How many characters there are.
        left: usize,
    },

    /// The object stands twice in one template.
    #[error("the object is there twice: it is not clear which one counts")]
    Duplicate,

    /// The object stands where it cannot: 00 must be first and 63 last.
    #[error("the object is out of place: 00 comes first and 63 last")]
    OutOfPlace,

    /// An object that every VietQR code has is missing.
    #[error("the object is missing: the text is no VietQR code for a transfer")]
    Missing,

    /// The object has another value than VietQR codes for transfers have.
    #[error("the value is not {expected}: the text is no VietQR code for a transfer")]
    Unexpected {
        /// What the value must be.
        expected: &'static str,
    },

    /// The amount is no number of đồng.
    #[error("the amount is not written in digits: it cannot be paid")]
    NotAnAmount,

    /// The amount has decimals, and the đồng has none.
    #[error(
        "the amount has decimals and VND has none: parse_lenient accepts .0 and .00, and nothing \
         longer, because 50.000 may be fifty thousand"
    )]
    Decimals,

    /// A fee without the indicator that goes with it, or an indicator without its fee.
    #[error(
        "the tip indicator and the fee do not go together: 02 needs 56 alone, 03 needs 57 alone"
    )]
    TipMismatch,

    /// The value cannot stand in the object.
    #[error("the value {0}")]
    Value(#[from] Flaw),
}
