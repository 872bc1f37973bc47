/// Why a BIN or an account number was refused.
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
}
