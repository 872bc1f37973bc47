//! Identifiers that are the same in every run.

use sha2::{Digest, Sha256};

use super::civil;

/// The UUID of the thing called `name` among its `kind`.
pub(super) fn uuid(kind: &str, name: impl std::fmt::Display) -> String {
    let digest = hex::encode(Sha256::digest(format!("{kind}/{name}")));
    // Version 4, variant 1, as parsers expect of a random UUID.
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// Thirteen hexadecimal digits that begin with the time, as PHP's `uniqid` makes them.
pub(super) fn uniqid(unix_seconds: i64, number: u64) -> String {
    format!("{unix_seconds:08x}{number:05x}")
}

/// A bank's reference of its `number`th transaction: unique in one run, not across banks.
pub(super) fn bank_reference(unix_seconds: i64, number: u64) -> String {
    let day = civil::at(unix_seconds).date();
    format!("FT{:02}{:03}{number:06}", day.year().rem_euclid(100), day.day_of_year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_well_formed_repeatable_and_distinct() {
        let uuid_of_one = uuid("order", 1);
        assert_eq!(uuid_of_one, uuid("order", 1));
        assert_ne!(uuid_of_one, uuid("order", 2));
        let lengths: Vec<_> = uuid_of_one.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }

    #[test]
    fn other_identifiers_look_like_sepays() {
        assert_eq!(uniqid(0x68ba_83ce, 1), "68ba83ce00001");
        assert_eq!(bank_reference(1_700_000_000, 7), "FT23319000007");
    }
}
