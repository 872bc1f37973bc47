//! The full and the short number of a virtual account.

/// The fewest characters by which the end of a full number is taken for a short one.
const SHORTEST: usize = 10;

/// Whether two numbers are one account of this merchant: a full number is the bank's prefix and
/// the short number, and some messages carry the one, some the other.
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
