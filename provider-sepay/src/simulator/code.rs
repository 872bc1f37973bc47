//! The payment code that SePay looks for in the memo of a transfer.

use std::ops::RangeInclusive;

/// The shape of a payment code, as set on SePay's dashboard: a prefix of letters, then letters or
/// digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRule {
    prefix: String,
    suffix: RangeInclusive<usize>,
}

/// A [`CodeRule`] that the dashboard would not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCodeRule {
    /// The prefix is not made of two to five ASCII letters.
    #[error("the prefix of a payment code has two to five letters")]
    Prefix,
    /// The suffix may be empty, or its bounds are the wrong way round.
    #[error("the suffix of a payment code has at least one character")]
    Suffix,
}

impl CodeRule {
    /// A rule for `prefix` followed by `suffix` characters.
    ///
    /// # Errors
    /// The prefix or the bounds are not what the dashboard takes.
    pub fn new(prefix: &str, suffix: RangeInclusive<usize>) -> Result<Self, InvalidCodeRule> {
        if !(2..=5).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(InvalidCodeRule::Prefix);
        }
        if *suffix.start() == 0 || suffix.is_empty() {
            return Err(InvalidCodeRule::Suffix);
        }
        Ok(Self { prefix: prefix.to_owned(), suffix })
    }

    /// The rule of [`Settings::test`](super::Settings::test): `SPT` and 6 to 10 characters.
    pub(super) fn test() -> Self {
        Self { prefix: "SPT".to_owned(), suffix: 6..=10 }
    }

    /// What every code begins with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// How many letters or digits follow the prefix.
    pub fn suffix(&self) -> RangeInclusive<usize> {
        self.suffix.clone()
    }

    /// The first word of `memo` that is a code, as written there.
    ///
    /// A word ends at anything but an ASCII letter or digit, and the prefix matches in either
    /// case. SePay publishes no more than prefix and lengths; a code glued to other text is
    /// therefore not recognised here, so that a client must find it by itself.
    pub fn find(&self, memo: &str) -> Option<String> {
        memo.split(|c: char| !c.is_ascii_alphanumeric())
            .find(|word| self.matches(word))
            .map(str::to_owned)
    }

    fn matches(&self, word: &str) -> bool {
        word.split_at_checked(self.prefix.len()).is_some_and(|(prefix, suffix)| {
            prefix.eq_ignore_ascii_case(&self.prefix) && self.suffix.contains(&suffix.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_whole_word_of_the_right_length_in_either_case() {
        let rule = CodeRule::new("DH", 3..=5).unwrap();
        for (memo, code) in [
            ("thanh toan DH12345", Some("DH12345")),
            ("MBVCB.328.dh1a2.CT tu 0123", Some("dh1a2")),
            ("DH_123", None),
            ("DH12", None),
            ("DH123456", None),
            ("thanhtoanDH12345", None),
            ("DHđđđ", None),
            ("", None),
        ] {
            assert_eq!(rule.find(memo).as_deref(), code, "{memo:?}");
        }
    }

    #[test]
    fn the_dashboard_takes_only_short_alphabetic_prefixes() {
        for prefix in ["D", "DHDHDH", "D1", "Đ"] {
            assert_eq!(CodeRule::new(prefix, 3..=5), Err(InvalidCodeRule::Prefix), "{prefix}");
        }
        assert_eq!(CodeRule::new("DH", 0..=5), Err(InvalidCodeRule::Suffix));
        #[expect(clippy::reversed_empty_ranges, reason = "the mistake under test")]
        let reversed = 5..=3;
        assert_eq!(CodeRule::new("DH", reversed), Err(InvalidCodeRule::Suffix));
    }
}
