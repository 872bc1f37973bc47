use super::Bin;

/// Why a bank, an account number or the text of a transfer was refused.
///
/// No message repeats an account number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BankError {
    /// A BIN is not six digits.
    #[error(
        "a BIN is six digits, such as 970436: look it up in the bank directory by name or code"
    )]
    MalformedBin,

    /// An account number is empty or too long.
    #[error("the account number has {length} characters: give 1 to 19, as the bank writes it")]
    AccountNumberLength {
        /// How many characters it has.
        length: usize,
    },

    /// An account number holds something besides letters and digits.
    #[error(
        "the account number holds {character:?}: give letters A-Z, a-z and digits only, or drop \
         spaces, hyphens and points with AccountNumber::strip_separators"
    )]
    AccountNumberCharacter {
        /// The first character that cannot be there.
        character: char,
    },

    /// A short code stands in no list known here.
    #[error("no bank with the code {code:?} is known: name the bank by its BIN")]
    UnknownCode {
        /// The code.
        code: String,
    },

    /// A short code means different banks in different lists.
    #[error(
        "the code {code:?} means different banks in different lists: name the bank by its BIN, one \
         of {}",
        list(.candidates)
    )]
    AmbiguousCode {
        /// The code.
        code: String,
        /// The banks that it may mean.
        candidates: Vec<Bin>,
    },

    /// The text of a transfer holds a character that transfers cannot carry.
    #[error(
        "the text holds {character:?} (U+{:04X}), which bank transfers cannot carry: use printable \
         ASCII; Vietnamese marks are taken off by themselves",
        u32::from(*.character)
    )]
    TextCharacter {
        /// The first character that cannot be carried.
        character: char,
    },
}

fn list(bins: &[Bin]) -> String {
    bins.iter().map(Bin::as_str).collect::<Vec<_>>().join(", ")
}
