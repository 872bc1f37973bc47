//! References that are generated within the rules of a provider.
//!
//! A reference is a growing number in the characters that the rules allow. If there is room, the
//! number begins with the time, so that an older copy of the store returns no number twice.

use payments_core::{
    Error, ErrorKind, Result, Timestamp,
    rules::{Alphabet, NumberRange, TextRules},
};

/// The quantity of numbers for each second, as a power of two. If a second needs more, the numbers
/// run ahead of the clock.
const PER_SECOND: u32 = 20;

/// The largest number that begins with the time. It is exact in a double, and suffices until 2242.
const LARGEST: u64 = (1 << 53) - 1;

/// Digits and capitals without those that are easily confused: I, L, O and U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How the references of a provider are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbering {
    /// The smallest number.
    min: u64,
    /// The largest number.
    max: u64,
    /// The base in which it is written.
    base: u64,
    /// The number of characters to which it is padded with zeros.
    width: usize,
}

impl Numbering {
    /// Returns the numbering for the rules of a reference.
    ///
    /// # Errors
    /// Returns `Unsupported` if the rules leave no room for numbers.
    pub(crate) fn of(rules: &TextRules) -> Result<Self> {
        if let Some(NumberRange { min, max, .. }) = rules.numbers {
            return Ok(Self { min: min.max(1), max, base: 10, width: 0 });
        }
        let base: u64 = match rules.alphabet {
            Alphabet::Digits => 10,
            _ => 32,
        };
        let places = u32::try_from(rules.max).unwrap_or(u32::MAX);
        let max = base.checked_pow(places).map_or(u64::MAX, |numbers| numbers - 1);
        if max == 0 {
            return Err(Error::unsupported("the rules leave no room for a reference"));
        }
        Ok(Self { min: 1, max, base, width: rules.min })
    }

    /// Returns whether a number can begin with the time.
    pub(crate) fn has_room_for_the_time(self) -> bool {
        self.max >= LARGEST && self.min <= LARGEST >> 1
    }

    /// Returns the smallest number that may be used now.
    pub(crate) fn at_least(self, now: Timestamp) -> u64 {
        if self.has_room_for_the_time() {
            let seconds = u64::try_from(now.unix_seconds()).unwrap_or(0);
            self.min.max(seconds.saturating_mul(1 << PER_SECOND))
        } else {
            self.min
        }
    }

    /// Formats a number as a reference.
    ///
    /// # Errors
    /// Returns `Unavailable` if the numbers are used up.
    pub(crate) fn write(self, number: u64) -> Result<String> {
        if number > self.max {
            let message = "every reference that the provider's rules allow was given out";
            return Err(Error::new(ErrorKind::Unavailable, message));
        }
        let mut written = Vec::new();
        let mut left = number;
        while left > 0 || written.is_empty() {
            let digit = usize::try_from(left % self.base).unwrap_or(0);
            written.extend(DIGITS.get(digit));
            left /= self.base;
        }
        while written.len() < self.width {
            written.push(b'0');
        }
        written.reverse();
        Ok(written.into_iter().map(char::from).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reference_keeps_the_rules_and_is_another_one() {
        let now = Timestamp::from_unix(1_731_742_061);
        let rules = [
            TextRules::new(1, 64, Alphabet::AlphanumericAnd("-_")),
            TextRules::new(20, 20, Alphabet::CapitalsAnd("")),
            TextRules::new(1, 11, Alphabet::CapitalsAnd("")),
            TextRules::new(4, 6, Alphabet::Ascii),
            TextRules::new(1, 20, Alphabet::Digits),
            TextRules::new(3, 9, Alphabet::Digits),
            TextRules::numbers(1, (1 << 53) - 1),
            TextRules::numbers(0, 999_999),
            TextRules::numbers(1_000, 1_100),
        ];
        for rules in rules {
            let numbering = Numbering::of(&rules).unwrap();
            let first = numbering.at_least(now);
            let mut seen = std::collections::HashSet::new();
            for number in first..first + 100 {
                let written = numbering.write(number).unwrap();
                rules.check("order", &written).unwrap();
                assert!(seen.insert(written.clone()), "{written} twice under {rules:?}");
            }
        }
    }

    #[test]
    fn a_later_second_begins_beyond_the_numbers_of_the_one_before() {
        let numbering = Numbering::of(&TextRules::numbers(1, LARGEST)).unwrap();
        let at = |seconds| numbering.at_least(Timestamp::from_unix(seconds));
        assert_eq!(at(1_731_742_062) - at(1_731_742_061), 1 << PER_SECOND);
        assert!(at(8_589_934_591) < LARGEST);
    }

    #[test]
    fn used_up_numbers_are_refused() {
        let numbering = Numbering::of(&TextRules::numbers(1, 3)).unwrap();
        assert_eq!(numbering.write(3).unwrap(), "3");
        assert_eq!(numbering.write(4).unwrap_err().kind(), ErrorKind::Unavailable);
    }
}
