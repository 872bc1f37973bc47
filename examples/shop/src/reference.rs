//! References of orders and payouts.

use payments::{Error, ErrorKind, Result};

/// The smallest reference. Each has fifteen digits, the number that `code_min` and `code_max` set
/// in `payments.toml`.
const SMALLEST: u64 = 100_000_000_000_000;

/// Returns a new reference.
///
/// It has only digits, which banks do not change in a memo and buyers type easily, and no more than
/// gateways with numeric references allow. The reference of an order gives access to its page, so
/// it must not be guessable.
///
/// # Errors
/// Returns `Unavailable` if the system does not provide random numbers.
pub(crate) fn fresh() -> Result<String> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| {
        Error::new(ErrorKind::Unavailable, "the system has no random numbers").with_source(error)
    })?;
    Ok((SMALLEST + u64::from_ne_bytes(random) % (9 * SMALLEST)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_numbers_of_one_length_and_differ() {
        let one = fresh().unwrap();
        assert_eq!(one.len(), 15);
        assert_eq!(one.parse::<u64>().unwrap().to_string(), one);
        assert_ne!(one, fresh().unwrap());
    }
}
