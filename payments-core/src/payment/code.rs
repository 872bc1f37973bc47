//! The short code in a transfer's memo by which a credit finds its payment.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{Error, OrderRef, Result};

/// A payment code: `A–Z` and `0–9`, as banks leave them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PaymentCode(String);

impl PaymentCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PaymentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PaymentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for PaymentCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return Err(de::Error::custom("a payment code is made of A–Z and 0–9"));
        }
        Ok(Self(text))
    }
}

/// How payment codes look: a prefix of letters and a suffix of letters and digits.
///
/// The code of an order is the prefix and the order reference itself: never random, so that the
/// same order has the same code for ever, and never shared, because a reference that banks would
/// change on the way is refused. Choose a fixed length, or references of digits only: with a range
/// of lengths and letters, a code that a bank broke before a letter reads as a shorter one.
///
/// ```
/// use payments_core::{OrderRef, payment::{CodeMatch, CodeRules}};
///
/// let rules = CodeRules::new("DH", 8, 8)?;
/// let code = rules.code_for(&OrderRef::new("20260042")?)?;
/// assert_eq!(code.as_str(), "DH20260042");
/// // Banks change case, drop or add separators and put their own words around.
/// let memo = "MBVCB.327.dh 2026.0042 chuyen tien";
/// assert_eq!(rules.find(memo), CodeMatch::One(code));
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRules {
    prefix: String,
    min_suffix: usize,
    max_suffix: usize,
    digits: bool,
}

/// The codes found in a memo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeMatch {
    /// Exactly one.
    One(PaymentCode),
    /// None: an unmatched credit.
    None,
    /// Several: an unmatched credit; guessing would credit a stranger's order.
    Several(Vec<PaymentCode>),
}

impl CodeRules {
    /// Codes of `prefix` and `min_suffix` to `max_suffix` letters or digits.
    ///
    /// # Errors
    /// `Configuration` if the prefix is not 2 to 5 letters, or the lengths are not 1 to 20 and
    /// in order.
    pub fn new(prefix: &str, min_suffix: usize, max_suffix: usize) -> Result<Self> {
        let problem = |message: &'static str| {
            Err(Error::new(crate::ErrorKind::Configuration, message).with_field("code_prefix"))
        };
        if !(2..=5).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_alphabetic()) {
            return problem("the prefix of payment codes is 2 to 5 letters");
        }
        if min_suffix == 0 || min_suffix > max_suffix || max_suffix > 20 {
            return problem("the suffix of payment codes is 1 to 20 long, the shortest first");
        }
        Ok(Self { prefix: prefix.to_ascii_uppercase(), min_suffix, max_suffix, digits: false })
    }

    /// Only digits after the prefix: a code with a letter there is none.
    #[must_use]
    pub fn digits_only(mut self) -> Self {
        self.digits = true;
        self
    }

    /// What every code begins with, in upper case.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The code of an order: the prefix and the reference.
    ///
    /// # Errors
    /// `InvalidRequest` naming `order` if the reference is too short or too long, or holds
    /// anything but `A–Z` and `0–9`, or a letter where only digits are taken: banks change case and
    /// drop the rest, and two references that differ only there would share a code.
    pub fn code_for(&self, order: &OrderRef) -> Result<PaymentCode> {
        let text = order.as_str();
        if let Some(stranger) =
            text.chars().find(|c| !c.is_ascii_uppercase() && !c.is_ascii_digit())
        {
            return Err(Error::invalid(
                "order",
                format!(
                    "the character {stranger:?} cannot stand in a payment code: banks change it; \
                     use A–Z and 0–9"
                ),
            ));
        }
        if self.digits && !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::invalid("order", "holds a letter; these payment codes take digits"));
        }
        if text.len() < self.min_suffix || text.len() > self.max_suffix {
            return Err(Error::invalid(
                "order",
                format!(
                    "is {} long; a payment code takes {} to {}",
                    text.len(),
                    self.min_suffix,
                    self.max_suffix
                ),
            ));
        }
        Ok(PaymentCode(format!("{}{text}", self.prefix)))
    }

    /// Whether every code of `other` is one by these rules too.
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix == other.prefix
            && self.min_suffix <= other.min_suffix
            && other.max_suffix <= self.max_suffix
            && (other.digits || !self.digits)
    }

    /// Reads a code that a provider found.
    pub fn recognise(&self, text: &str) -> Option<PaymentCode> {
        let code = squeeze(text);
        let suffix = code.strip_prefix(&self.prefix)?;
        let fits = (self.min_suffix..=self.max_suffix).contains(&suffix.len())
            && (!self.digits || suffix.bytes().all(|b| b.is_ascii_digit()));
        fits.then_some(PaymentCode(code))
    }

    /// The codes in a memo as banks pass it on.
    ///
    /// A code starts at a word and may go on over the words after it that hold a digit; every
    /// reading that is a code counts.
    pub fn find(&self, memo: &str) -> CodeMatch {
        let words: Vec<&str> = memo
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let mut found = Vec::new();
        for (start, word) in words.iter().enumerate() {
            if self.begins(word) {
                found.extend(self.readings(word, words.get(start + 1..).unwrap_or_default()));
            }
        }
        found.sort();
        found.dedup();
        match (found.len(), found.pop()) {
            (1, Some(code)) => CodeMatch::One(code),
            (_, Some(last)) => {
                found.push(last);
                CodeMatch::Several(found)
            }
            (_, None) => CodeMatch::None,
        }
    }

    fn begins(&self, word: &str) -> bool {
        word.get(..self.prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&self.prefix))
    }

    fn readings(&self, first: &str, after: &[&str]) -> Vec<PaymentCode> {
        let mut joined = first.to_owned();
        let mut readings: Vec<_> = self.recognise(&joined).into_iter().collect();
        for word in after {
            let longest = self.prefix.len() + self.max_suffix;
            if joined.len() >= longest || !word.bytes().any(|b| b.is_ascii_digit()) {
                break;
            }
            joined.push_str(word);
            readings.extend(self.recognise(&joined));
        }
        readings
    }
}

/// Upper case, letters and digits only.
fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
    squeezed.extend(kept.map(|byte| char::from(byte.to_ascii_uppercase())));
    squeezed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> CodeRules {
        CodeRules::new("DH", 5, 5).unwrap()
    }

    fn code(text: &str) -> PaymentCode {
        PaymentCode(text.to_owned())
    }

    #[test]
    fn a_code_is_found_however_the_bank_mangled_the_memo() {
        for memo in [
            "DH00042",
            "dh00042",
            "DH_00042",
            "DH 00042",
            "IBFT DH-000-42 thanh toan",
            "MBVCB.3278907687.DH00042.CT tu 0123 toi 0456",
            "thanh toan don hang dh00042.",
            "DH00042 0912345678",
        ] {
            assert_eq!(rules().find(memo), CodeMatch::One(code("DH00042")), "{memo}");
        }
    }

    #[test]
    fn none_or_two_codes_match_nothing() {
        assert_eq!(rules().find("chuyen tien mua iphone"), CodeMatch::None);
        assert_eq!(rules().find(""), CodeMatch::None);
        assert_eq!(
            rules().find("DH00001 DH00002"),
            CodeMatch::Several(vec![code("DH00001"), code("DH00002")])
        );
        assert_eq!(rules().find("DH00001 cho DH00001"), CodeMatch::One(code("DH00001")));
    }

    #[test]
    fn a_code_inside_a_longer_word_is_not_a_code() {
        assert_eq!(rules().find("DH123456"), CodeMatch::None);
        assert_eq!(rules().find("XDH00042"), CodeMatch::None);
    }

    #[test]
    fn with_a_range_of_lengths_a_broken_code_is_ambiguous_and_not_guessed() {
        let ranged = CodeRules::new("DH", 3, 8).unwrap();
        assert_eq!(
            ranged.find("DH000 42"),
            CodeMatch::Several(vec![code("DH000"), code("DH00042")])
        );
    }

    #[test]
    fn where_only_digits_are_taken_a_letter_makes_it_no_code() {
        let digits = CodeRules::new("DH", 5, 5).unwrap().digits_only();
        assert_eq!(digits.find("DH0004A"), CodeMatch::None);
        assert_eq!(digits.find("DH0004A dh00043"), CodeMatch::One(code("DH00043")));
        assert_eq!(digits.recognise("DH0004A"), None);
        let error = digits.code_for(&OrderRef::new("0004A").unwrap()).unwrap_err();
        assert_eq!(error.field(), Some("order"));
        assert!(digits.code_for(&OrderRef::new("00042").unwrap()).is_ok());
    }

    #[test]
    fn rules_cover_those_whose_codes_they_take() {
        let of = |prefix, min, max| CodeRules::new(prefix, min, max).unwrap();
        assert!(of("DH", 3, 8).covers(&of("dh", 5, 5)));
        assert!(of("DH", 5, 5).covers(&of("DH", 5, 5).digits_only()));
        assert!(!of("DH", 5, 5).digits_only().covers(&of("DH", 5, 5)));
        assert!(!of("DH", 5, 5).covers(&of("DH", 5, 6)));
        assert!(!of("DH", 5, 5).covers(&of("HD", 5, 5)));
    }

    #[test]
    fn a_reference_that_banks_would_change_is_refused() {
        for bad in ["Đ1234", "a1234", "A-123", "123", "123456"] {
            let order = OrderRef::new(bad).unwrap();
            assert_eq!(rules().code_for(&order).unwrap_err().field(), Some("order"), "{bad}");
        }
        assert_eq!(rules().code_for(&OrderRef::new("00042").unwrap()).unwrap(), code("DH00042"));
    }
}
