/// The reason why a BIN or an account number was refused.
///
/// No message contains an account number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BankError {
    /// The BIN is not six digits.
    #[error(
        "a BIN is six digits, such as 970436: look it up in the bank directory by name or code"
    )]
    MalformedBin,

    /// The account number is empty or too long.
    #[error("the account number has {length} characters: give 1 to 19, as the bank writes it")]
    AccountNumberLength {
        /// The number of characters that it has.
        length: usize,
    },

    /// The account number contains a character that is not a letter or a digit.
    #[error(
        "the account number contains {character:?}: use letters A-Z, a-z and digits only, or drop \
         spaces, hyphens and points with AccountNumber::strip_separators"
    )]
    AccountNumberCharacter {
        /// The first character that is not allowed.
        character: char,
    },
}
