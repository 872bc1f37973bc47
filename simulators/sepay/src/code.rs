//! The payment code that SePay looks for in the memo of a transfer.

use serde::{Deserialize, Serialize};

use std::ops::RangeInclusive;

/// The shape of a payment code, as set on SePay's dashboard: a prefix of letters, then letters or
/// digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRule {
    prefix: String,
    suffix: RangeInclusive<usize>,
    digits: bool,
}

/// Why the dashboard would reject a [`CodeRule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCodeRule {
    /// The prefix is not made of two to five ASCII letters.
    #[error("the prefix of a payment code has two to five messages")]
    Prefix,
    /// The suffix may be empty, or its lower bound is above its upper one.
    #[error("the suffix of a payment code has at least one character")]
    Suffix,
}

impl CodeRule {
    /// A rule for `prefix` followed by `suffix` characters.
    ///
    /// # Errors
    /// The dashboard would reject the prefix or the bounds.
    pub fn new(prefix: &str, suffix: RangeInclusive<usize>) -> Result<Self, InvalidCodeRule> {
        if !(2..=5).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(InvalidCodeRule::Prefix);
        }
        if *suffix.start() == 0 || suffix.is_empty() {
            return Err(InvalidCodeRule::Suffix);
        }
        Ok(Self { prefix: prefix.to_owned(), suffix, digits: false })
    }

    /// The rule of [`Settings::test`](super::Settings::test): `SPT` and 6 to 10 characters.
    pub(super) fn test() -> Self {
        Self { prefix: "SPT".to_owned(), suffix: 6..=10, digits: false }
    }

    /// What every code begins with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// How many letters or digits follow the prefix.
    pub fn suffix(&self) -> RangeInclusive<usize> {
        self.suffix.clone()
    }

    /// Restricts the characters after the prefix to digits.
    #[must_use]
    pub fn digits_only(mut self) -> Self {
        self.digits = true;
        self
    }

    /// The first code in `memo`, as written there: the prefix in either case, and after it as many
    /// letters or digits as the rule allows.
    ///
    /// SePay publishes only the prefix and the lengths. It was seen to extract a code from a longer
    /// word and to cut it at the longest length (docs/unverified.md), so that the code of one order
    /// may be found in the longer code of another. A client must compare the code with the memo.
    pub fn find(&self, memo: &str) -> Option<String> {
        let starts = memo.char_indices().filter_map(|(at, _)| memo.get(at..));
        starts.filter_map(|rest| self.begins(rest)).next().map(str::to_owned)
    }

    /// The code that `text` begins with.
    fn begins<'a>(&self, text: &'a str) -> Option<&'a str> {
        let (prefix, rest) = text.split_at_checked(self.prefix.len())?;
        let is_taken = |byte: &u8| match self.digits {
            true => byte.is_ascii_digit(),
            false => byte.is_ascii_alphanumeric(),
        };
        let length = rest.bytes().take(*self.suffix.end()).take_while(is_taken).count();
        let is_code = prefix.eq_ignore_ascii_case(&self.prefix) && length >= *self.suffix.start();
        is_code.then(|| text.get(..prefix.len() + length)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_out_of_a_longer_word_and_ends_where_the_rule_does() {
        let rule = CodeRule::new("DH", 3..=5).unwrap();
        for (memo, code) in [
            ("thanh toan DH12345", Some("DH12345")),
            ("MBVCB.328.dh1a2.CT tu 0123", Some("dh1a2")),
            ("DH_123", None),
            ("DH12", None),
            ("DH123456", Some("DH12345")),
            ("thanhtoanDH12345", Some("DH12345")),
            ("DHđđđ", None),
            ("đDH123đ", Some("DH123")),
            ("DH12 DH123 DH124", Some("DH123")),
            ("", None),
        ] {
            assert_eq!(rule.find(memo).as_deref(), code, "{memo:?}");
        }
        let dated = CodeRule::new("DH", 8..=8).unwrap().digits_only();
        assert_eq!(dated.find("SEVQR DH20260521M9F2").as_deref(), Some("DH20260521"));
        assert_eq!(dated.find("DH2026M0521"), None);
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
