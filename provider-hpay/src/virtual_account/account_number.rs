//! The full and the short number of a virtual account.

/// The fewest characters at the end of a full number that are accepted as a short number.
const SHORTEST: usize = 10;

/// Returns `true` if two numbers are those of one account of the merchant. A full number is the
/// bank's prefix followed by the short number, and messages contain either of them.
pub(crate) fn is_same_account(one: &str, other: &str) -> bool {
    let (long, short) = if one.len() < other.len() { (other, one) } else { (one, other) };
    long == short || (short.len() >= SHORTEST && long.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_number_and_its_short_one_are_the_same_account() {
        assert!(is_same_account("9631241000000000032", "1000000000032"));
        assert!(is_same_account("1000000000032", "9631241000000000032"));
        assert!(is_same_account("OMI9001122", "OMI9001122"));
        assert!(!is_same_account("9631241000000000032", "1000000000033"));
        assert!(!is_same_account("9631241000000000032", "032"), "too short an end");
        assert!(!is_same_account("9631241000000000032", ""));
    }
}
