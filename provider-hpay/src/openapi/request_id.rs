//! Request numbers of calls that have no reference of the merchant.

use std::hash::{BuildHasher as _, RandomState};

use payments_core::Timestamp;

/// Creates the `requestId` of a call that has no reference of the merchant: the time and some
/// random digits, so that two machines do not choose the same one. It has at most 20 characters, as
/// the calls about virtual accounts require.
pub(crate) fn request_id(now: Timestamp) -> String {
    let random = RandomState::new().hash_one(now.unix_seconds()) % 100_000_000;
    format!("{}{random:08}", now.unix_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_calls_of_one_second_have_two_numbers_of_at_most_20_digits() {
        let now = Timestamp::from_unix(1_731_742_061);
        let (one, other) = (request_id(now), request_id(now));
        assert_ne!(one, other);
        assert!(one.len() <= 20 && one.bytes().all(|byte| byte.is_ascii_digit()), "{one}");
    }
}
