//! References of orders and payouts.

use payments::{Error, ErrorKind, Result};

/// Capital letters and digits, which banks do not change in a memo, without those that look alike,
/// because some buyers type them.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// As long as `code_min` and `code_max` in `payments.toml`.
const LENGTH: usize = 10;

/// A new reference. That of an order gives access to its page, so that it must not be guessable.
///
/// # Errors
/// `Unavailable` if the system has no random numbers.
pub(crate) fn fresh() -> Result<String> {
    let mut random = [0; LENGTH];
    getrandom::fill(&mut random).map_err(|error| {
        Error::new(ErrorKind::Unavailable, "the system has no random numbers").with_source(error)
    })?;
    let letters = random.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
    Ok(letters.map(|letter| char::from(*letter)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_of_one_length_and_differ() {
        let one = fresh().unwrap();
        assert_eq!(one.len(), LENGTH);
        assert_ne!(one, fresh().unwrap());
    }
}
