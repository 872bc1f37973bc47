//! The short code in a transfer's memo by which a credit finds its payment.

mod memo;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

pub use memo::Memo;

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
/// use payments_core::{OrderRef, payment::{CodeMatch, CodeRules, Memo}};
///
/// let rules = CodeRules::new("DH", 8, 8)?;
/// let code = rules.code_for(&OrderRef::new("20260042")?)?;
/// assert_eq!(code.as_str(), "DH20260042");
/// // Banks change case, drop or add separators and put their own words around.
/// let memo = Memo::new("MBVCB.327.dh 2026.0042 chuyen tien");
/// assert_eq!(rules.find(&memo), CodeMatch::One(code));
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
    /// None, or only one that is a part of a longer word: an unmatched credit.
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
        self.exactly(&squeeze(text))
    }

    /// The code that a text in upper case is.
    fn exactly(&self, text: &str) -> Option<PaymentCode> {
        let suffix = text.strip_prefix(&self.prefix)?;
        let fits = (self.min_suffix..=self.max_suffix).contains(&suffix.len())
            && suffix.bytes().all(|b| match self.digits {
                true => b.is_ascii_digit(),
                false => b.is_ascii_digit() || b.is_ascii_uppercase(),
            });
        fits.then(|| PaymentCode(text.to_owned()))
    }

    /// The codes in a memo as banks pass it on.
    ///
    /// A code starts at a word and may go on over the words after it that hold a digit; every
    /// reading that is a code counts. A code that also occurs as a part of a longer word is
    /// none: the longer word may be another order's code.
    pub fn find(&self, memo: &Memo) -> CodeMatch {
        match matched(self.readings(memo).flatten()) {
            CodeMatch::One(code) if memo.is_part_of_word(&code.0) => CodeMatch::None,
            found => found,
        }
    }

    /// The code on which a memo and the provider's own reading of it agree.
    ///
    /// `reported` is the code that the provider found. A provider may cut it out of a longer word,
    /// end it where the bank broke it, or take the first of several, so it counts only if it is
    /// the longest reading of the memo, or if the memo shows no code at all. Without `reported`,
    /// and where it does not begin with the prefix of these rules, the memo decides alone, as in
    /// [`find`](Self::find).
    ///
    /// ```
    /// use payments_core::payment::{CodeMatch, CodeRules, Memo};
    ///
    /// let rules = CodeRules::new("DH", 1, 10)?.digits_only();
    /// let memo = Memo::new("thanh toan DH1234");
    /// assert!(matches!(rules.find_reported(&memo, Some("DH1234")), CodeMatch::One(_)));
    /// // The provider cut the code of order 123 out of the code of order 1234.
    /// assert!(!matches!(rules.find_reported(&memo, Some("DH123")), CodeMatch::One(_)));
    /// # Ok::<(), payments_core::Error>(())
    /// ```
    pub fn find_reported(&self, memo: &Memo, reported: Option<&str>) -> CodeMatch {
        let Some(reported) = reported.map(squeeze).filter(|code| code.starts_with(&self.prefix))
        else {
            return self.find(memo);
        };
        match (self.agreed(memo, &reported), memo.plain()) {
            // The provider may have cut the code out of the memo without its marks: out of `DH1234`
            // where the buyer wrote `ĐH1234`.
            (CodeMatch::One(_), Some(plain)) => self.agreed(plain, &reported),
            (found, _) => found,
        }
    }

    /// The code on which a memo and a reported code, which begins with the prefix, agree.
    fn agreed(&self, memo: &Memo, reported: &str) -> CodeMatch {
        if memo.is_part_of_word(reported) {
            return CodeMatch::None;
        }
        let Some(code) = self.exactly(reported) else {
            // The provider knows another form of codes. Its code must not overlap with ours.
            return match self.find(memo) {
                CodeMatch::One(ours) if overlap(&ours.0, reported) => CodeMatch::None,
                found => found,
            };
        };
        let longest = self.readings(memo).filter_map(|mut of_start| of_start.pop());
        match matched(longest) {
            CodeMatch::None if self.seems_to_hold_one(memo) => CodeMatch::None,
            CodeMatch::None => CodeMatch::One(code),
            CodeMatch::One(longest) if longest == code => CodeMatch::One(code),
            CodeMatch::One(longest) => matched([longest, code]),
            CodeMatch::Several(codes) => CodeMatch::Several(codes),
        }
    }

    /// The readings of a memo: for each word that one starts at, the shortest first.
    fn readings<'a>(&'a self, memo: &'a Memo) -> impl Iterator<Item = Vec<PaymentCode>> + 'a {
        let starts =
            memo.words_from(0).enumerate().filter(|(_, word)| word.starts_with(&self.prefix));
        starts
            .map(|(start, word)| self.readings_at(word, memo.words_from(start + 1)))
            .filter(|readings| !readings.is_empty())
    }

    fn readings_at<'a>(
        &self,
        first: &str,
        after: impl Iterator<Item = &'a str>,
    ) -> Vec<PaymentCode> {
        let mut joined = first.to_owned();
        let mut readings: Vec<_> = self.exactly(&joined).into_iter().collect();
        for word in after {
            let longest = self.prefix.len() + self.max_suffix;
            if joined.len() >= longest || !word.bytes().any(|b| b.is_ascii_digit()) {
                break;
            }
            joined.push_str(word);
            readings.extend(self.exactly(&joined));
        }
        readings
    }

    /// Whether the memo holds the prefix and digits after it, as a code that was cut or mistyped
    /// does.
    fn seems_to_hold_one(&self, memo: &Memo) -> bool {
        let has_digit = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
        memo.words_from(0).enumerate().any(|(at, word)| {
            word.strip_prefix(&self.prefix).is_some_and(|rest| {
                has_digit(rest)
                    || rest.is_empty() && memo.words_from(at + 1).next().is_some_and(has_digit)
            })
        })
    }
}

/// What a memo with these codes shows.
fn matched(codes: impl IntoIterator<Item = PaymentCode>) -> CodeMatch {
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort();
    codes.dedup();
    match (codes.len(), codes.pop()) {
        (1, Some(code)) => CodeMatch::One(code),
        (_, Some(last)) => {
            codes.push(last);
            CodeMatch::Several(codes)
        }
        (_, None) => CodeMatch::None,
    }
}

fn overlap(one: &str, other: &str) -> bool {
    one.contains(other) || other.contains(one)
}

/// Upper case, letters and digits only.
fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
    squeezed.extend(kept.map(|byte| char::from(byte.to_ascii_uppercase())));
    squeezed
}

#[cfg(test)]
mod tests;
