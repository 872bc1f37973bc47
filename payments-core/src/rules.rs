//! The rules of a provider for texts, amounts and repeated references, as data that routers and
//! pages can read.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize as _, Deserializer, Serialize, de};

use crate::{Error, Result, money::Money};

/// The rules for the text of a field: its length, its characters, or the range of its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TextRules {
    /// The smallest length, in characters.
    pub min: usize,
    /// The greatest length, in characters, inclusive.
    pub max: usize,
    /// The allowed characters.
    pub alphabet: Alphabet,
    /// The range of accepted numbers. `None` if the field need not be a number.
    pub numbers: Option<NumberRange>,
}

/// A range of whole numbers, both ends included, written as decimal digits without leading zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NumberRange {
    /// The smallest accepted number.
    pub min: u64,
    /// The greatest accepted number.
    pub max: u64,
}

/// The characters that a text may contain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Alphabet {
    /// Anything but control characters.
    Printable,
    /// Printable ASCII, space included.
    Ascii,
    /// `A–Z a–z 0–9` and the characters of the string.
    AlphanumericAnd(&'static str),
    /// `A–Z 0–9` and the characters of the string.
    CapitalsAnd(&'static str),
    /// `0–9`.
    Digits,
}

impl TextRules {
    /// Creates rules for texts of at least `min` and at most `max` characters of `alphabet`.
    pub const fn new(min: usize, max: usize, alphabet: Alphabet) -> Self {
        Self { min, max, alphabet, numbers: None }
    }

    /// Creates rules for the numbers from `min` to `max`, both included, for a provider whose
    /// references are numbers. A text with leading zeros, such as `007`, is refused: the provider
    /// would return `7`, which is another reference.
    pub const fn numbers(min: u64, max: u64) -> Self {
        Self {
            min: digits(min),
            max: digits(max),
            alphabet: Alphabet::Digits,
            numbers: Some(NumberRange { min, max }),
        }
    }

    /// Checks a text against the rules.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) naming `field` if the text is
    /// too short or too long, contains a character that is not allowed, or is not a number in the
    /// range.
    pub fn check(&self, field: &'static str, text: &str) -> Result<()> {
        let length = text.chars().count();
        if length < self.min {
            return Err(Error::invalid(field, format!("needs at least {} characters", self.min)));
        }
        if length > self.max {
            return Err(Error::invalid(
                field,
                format!("has {length} characters; at most {} are allowed", self.max),
            ));
        }
        if let Some(stranger) = text.chars().find(|&c| !self.alphabet.takes(c)) {
            return Err(Error::invalid(
                field,
                format!("the character {stranger:?} is not allowed; allowed are {}", self.alphabet),
            ));
        }
        self.numbers.map_or(Ok(()), |range| range.check(field, text))
    }
}

impl NumberRange {
    fn check(self, field: &'static str, text: &str) -> Result<()> {
        if text.len() > 1 && text.starts_with('0') {
            return Err(Error::invalid(field, "has a leading zero, which a number would lose"));
        }
        match text.parse::<u64>() {
            Ok(number) if (self.min..=self.max).contains(&number) => Ok(()),
            _ => Err(Error::invalid(
                field,
                format!("is not a number from {} to {}", self.min, self.max),
            )),
        }
    }
}

/// Returns the number of decimal digits of a number.
const fn digits(mut number: u64) -> usize {
    let mut digits = 1;
    while number >= 10 {
        number /= 10;
        digits += 1;
    }
    digits
}

impl Alphabet {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Printable => !c.is_control(),
            Self::Ascii => c == ' ' || c.is_ascii_graphic(),
            Self::AlphanumericAnd(more) => c.is_ascii_alphanumeric() || more.contains(c),
            Self::CapitalsAnd(more) => {
                c.is_ascii_uppercase() || c.is_ascii_digit() || more.contains(c)
            }
            Self::Digits => c.is_ascii_digit(),
        }
    }
}

impl fmt::Display for Alphabet {
    /// Describes the characters, such as `capital letters without marks, digits and any of " -"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (characters, more) = match self {
            Self::Printable => ("all but control characters", ""),
            Self::Ascii => ("printable characters of ASCII", ""),
            Self::AlphanumericAnd(more) => ("letters without marks, digits", *more),
            Self::CapitalsAnd(more) => ("capital letters without marks, digits", *more),
            Self::Digits => ("digits", ""),
        };
        f.write_str(characters)?;
        if more.is_empty() { Ok(()) } else { write!(f, " and any of {more:?}") }
    }
}

/// The smallest and the largest amount that a provider accepts in one currency, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AmountLimits {
    /// The smallest accepted amount.
    pub min: Money,
    /// The largest accepted amount. `None` means no limit.
    pub max: Option<Money>,
}

impl AmountLimits {
    /// Creates limits that accept `min` and every larger amount in the same currency.
    pub const fn at_least(min: Money) -> Self {
        Self { min, max: None }
    }

    /// Sets the largest accepted amount, which must be in the currency of the smallest.
    #[must_use]
    pub const fn up_to(mut self, max: Money) -> Self {
        self.max = Some(max);
        self
    }
}

/// Checks an amount against the limits of its currency.
///
/// # Errors
/// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) naming `amount` if no limits exist
/// for its currency, if it is outside them, or if it is not positive.
pub fn check_amount(limits: &[AmountLimits], amount: Money) -> Result<()> {
    let Some(limit) = limits.iter().find(|limit| limit.min.currency() == amount.currency()) else {
        let taken: Vec<_> = limits.iter().map(|limit| limit.min.currency().to_string()).collect();
        return Err(Error::invalid(
            "amount",
            format!("{} is not accepted; accepted: {}", amount.currency(), taken.join(", ")),
        ));
    };
    if amount.minor() < limit.min.minor() {
        return Err(Error::invalid("amount", format!("{amount} is below {}", limit.min)));
    }
    match limit.max {
        Some(max) if amount.compare(max)?.is_gt() => {
            Err(Error::invalid("amount", format!("{amount} is above {max}")))
        }
        _ => check_positive(amount),
    }
}

/// Checks that an amount is positive.
///
/// # Errors
/// Returns `InvalidRequest` naming `amount` if it is zero or negative.
pub(crate) fn check_positive(amount: Money) -> Result<()> {
    if amount.is_positive() {
        Ok(())
    } else {
        Err(Error::invalid("amount", format!("{amount} is not above zero")))
    }
}

/// Reads the amount of a stored request.
///
/// # Errors
/// Returns an error if it is not positive.
pub(crate) fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
    let amount = Money::deserialize(deserializer)?;
    check_positive(amount).map_err(de::Error::custom)?;
    Ok(amount)
}

/// Reads the optional amount of a stored request.
///
/// # Errors
/// Returns an error if it is not positive.
pub(crate) fn positive_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Money>, D::Error> {
    let amount = Option::<Money>::deserialize(deserializer)?;
    amount.map_or(Ok(()), check_positive).map_err(de::Error::custom)?;
    Ok(amount)
}

/// The effect of sending an instruction a second time under the same reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Repeat {
    /// The gateway returns the result of the first instruction and does nothing else, for a limited
    /// or unlimited time.
    Deduplicated {
        /// How long the gateway recognises the reference.
        within: RepeatWindow,
    },
    /// The gateway refuses the second instruction.
    Refused,
    /// The gateway carries out the second instruction as well: a payout is paid twice. Never send
    /// an instruction twice.
    PaysAgain,
}

/// How long a gateway recognises the reference of an instruction. During this time it returns the
/// result of the first instruction; later it may carry out the instruction a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepeatWindow {
    /// The gateway recognises the reference without a time limit.
    Forever,
    /// The gateway recognises the reference for this long after the first instruction.
    For(Duration),
    /// The gateway does not publish the time. The time may already be over, so treat the gateway as
    /// one that [pays again](Repeat::PaysAgain).
    Unknown,
}

/// When the absence of a reference at a provider is conclusive.
///
/// The result of a provider's own `find_*` is conclusive under [`Always`](Self::Always) only. The
/// other rules depend on when the instruction was sent, so only a caller that recorded this time
/// can apply them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AbsenceRule {
    /// An inquiry that does not find the reference is always conclusive.
    Always,
    /// The absence is conclusive after the payment's `expires_at`, when the gateway no longer
    /// accepts the money.
    AfterExpiry,
    /// The absence is conclusive this long after the instruction was sent: the gateway books within
    /// this time or never.
    After(Duration),
    /// The absence is conclusive this long after the gateway refused the instruction, even if the
    /// refusal is not signed, because the refusal and the inquiry agree. Without a refusal it is
    /// never conclusive.
    AfterRefusal(Duration),
    /// The absence is never conclusive.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_breaks_a_rule_is_refused_naming_the_character() {
        let rules = TextRules::new(2, 5, Alphabet::AlphanumericAnd("-_"));
        assert!(rules.check("order", "A-1_b").is_ok());
        assert_eq!(
            rules.check("order", "A|1").unwrap_err().to_string(),
            "`order`: the character '|' is not allowed; allowed are letters without marks, digits and \
             any of \"-_\""
        );
        assert!(rules.check("order", "A").is_err());
        let capitals = TextRules::new(0, 9, Alphabet::CapitalsAnd(" "));
        assert!(capitals.check("name", "A 1").is_ok() && capitals.check("name", "a").is_err());
        let error = capitals.check("name", "Tran").unwrap_err().to_string();
        assert!(
            error.ends_with("allowed are capital letters without marks, digits and any of \" \"")
        );
        assert!(rules.check("order", "ABCDEF").is_err());
    }

    #[test]
    fn a_reference_that_is_a_number_is_in_its_range_and_written_in_one_way_only() {
        let numbers = TextRules::numbers(1, 9_007_199_254_740_991);
        for text in ["1", "7", "20260042", "9007199254740991"] {
            assert!(numbers.check("order", text).is_ok(), "{text}");
        }
        for (text, problem) in [
            ("", "`order`: needs at least 1 characters"),
            ("DH1", "`order`: the character 'D' is not allowed; allowed are digits"),
            ("-1", "`order`: the character '-' is not allowed; allowed are digits"),
            ("+7", "`order`: the character '+' is not allowed; allowed are digits"),
            ("٧", "`order`: the character '٧' is not allowed; allowed are digits"),
            ("0", "`order`: is not a number from 1 to 9007199254740991"),
            ("007", "`order`: has a leading zero, which a number would lose"),
            ("9007199254740992", "`order`: is not a number from 1 to 9007199254740991"),
            ("10000000000000000", "`order`: has 17 characters; at most 16 are allowed"),
        ] {
            let error = numbers.check("order", text).unwrap_err();
            assert_eq!((error.field(), error.to_string().as_str()), (Some("order"), problem));
        }
        assert!(TextRules::numbers(0, u64::MAX).check("order", "0").is_ok());
        assert!(TextRules::numbers(0, u64::MAX).check("order", "18446744073709551615").is_ok());
        assert!(TextRules::numbers(0, u64::MAX).check("order", "18446744073709551616").is_err());
        assert!(TextRules::new(3, 3, Alphabet::Digits).check("order", "007").is_ok());
    }

    #[test]
    fn an_amount_outside_the_limits_is_refused_at_its_edges() {
        let limits = [AmountLimits::at_least(Money::vnd(2_000)).up_to(Money::vnd(5_000))];
        assert!(check_amount(&limits, Money::vnd(2_000)).is_ok());
        assert!(check_amount(&limits, Money::vnd(5_000)).is_ok());
        assert!(check_amount(&limits, Money::vnd(1_999)).is_err());
        assert!(check_amount(&limits, Money::vnd(5_001)).is_err());
        let from_zero = [AmountLimits::at_least(Money::vnd(0))];
        assert!(check_amount(&from_zero, Money::vnd(1)).is_ok());
        assert!(check_amount(&from_zero, Money::vnd(0)).is_err());
        let dollars = Money::from_minor(300_000, crate::money::Currency::USD);
        assert_eq!(
            check_amount(&limits, dollars).unwrap_err().to_string(),
            "`amount`: USD is not accepted; accepted: VND"
        );
    }
}
