//! The short code in a transfer's memo by which a credit finds its payment.

mod memo;

pub use memo::Memo;
use payments_core::{Error, ErrorKind, OrderRef, Result, payment::PaymentCode};

/// The format of payment codes: a prefix of letters, then letters and digits.
///
/// The code of an order is the prefix followed by the order reference. It is not random, so an
/// order always has the same code, and it is unique, because references that banks would change are
/// refused. Choose a fixed length, or references of digits only: with a range of lengths and
/// letters, a code that a bank splits before a letter is read as a shorter one.
///
/// ```
/// use payments_core::OrderRef;
/// use provider_kit::payment_code::{CodeMatch, CodeRules, Memo};
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

/// The result of searching a memo for a payment code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeMatch {
    /// Exactly one code was found.
    One(PaymentCode),
    /// No code was found, or only one that is a part of a longer word: the credit is unmatched.
    None,
    /// Several codes were found: the credit is unmatched, because guessing could credit a
    /// stranger's order.
    Several(Vec<PaymentCode>),
}

impl CodeRules {
    /// Creates rules for codes of `prefix` and `min_suffix` to `max_suffix` letters or digits.
    ///
    /// # Errors
    /// Returns `Configuration` if the prefix is not 2 to 5 letters, or the lengths are not 1 to 20
    /// and in ascending order.
    pub fn new(prefix: &str, min_suffix: usize, max_suffix: usize) -> Result<Self> {
        let problem = |message: &'static str| {
            Err(Error::new(ErrorKind::Configuration, message).with_field("code_prefix"))
        };
        if !(2..=5).contains(&prefix.len()) || !prefix.bytes().all(|b| b.is_ascii_alphabetic()) {
            return problem("the prefix of payment codes is 2 to 5 letters");
        }
        if min_suffix == 0 || min_suffix > max_suffix || max_suffix > 20 {
            return problem("the suffix of payment codes is 1 to 20 long, the shortest first");
        }
        Ok(Self { prefix: prefix.to_ascii_uppercase(), min_suffix, max_suffix, digits: false })
    }

    /// Allows only digits after the prefix. A text with a letter there is then not a code.
    #[must_use]
    pub fn digits_only(mut self) -> Self {
        self.digits = true;
        self
    }

    /// Returns the text with which every code begins, in upper case.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the code of an order: the prefix followed by the reference.
    ///
    /// # Errors
    /// Returns `InvalidRequest` naming `order` if the reference is too short or too long, contains
    /// characters other than `A–Z` and `0–9`, or contains a letter although only digits are
    /// allowed. Banks change case and drop other characters, so two references could otherwise have
    /// the same code.
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
            return Err(Error::invalid(
                "order",
                "contains a letter; these payment codes allow digits only",
            ));
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
        PaymentCode::new(format!("{}{text}", self.prefix))
    }

    /// Returns whether every code by the rules `other` is also a code by these rules.
    pub fn covers(&self, other: &Self) -> bool {
        self.prefix == other.prefix
            && self.min_suffix <= other.min_suffix
            && other.max_suffix <= self.max_suffix
            && (other.digits || !self.digits)
    }

    /// Parses a code that a provider found. Returns `None` if it is not a code by these rules.
    pub fn recognise(&self, text: &str) -> Option<PaymentCode> {
        self.exactly(&squeeze(text))
    }

    /// Returns the code if the whole text, in upper case, is one.
    fn exactly(&self, text: &str) -> Option<PaymentCode> {
        let suffix = text.strip_prefix(&self.prefix)?;
        let fits = (self.min_suffix..=self.max_suffix).contains(&suffix.len())
            && suffix.bytes().all(|b| match self.digits {
                true => b.is_ascii_digit(),
                false => b.is_ascii_digit() || b.is_ascii_uppercase(),
            });
        fits.then(|| PaymentCode::new(text).ok()).flatten()
    }

    /// Finds the payment code in a memo as the bank reports it.
    ///
    /// A code starts at a word and may continue over the following words that contain a digit;
    /// every possible code counts. A code that also occurs as a part of a longer word is ignored,
    /// because the longer word may be another order's code.
    pub fn find(&self, memo: &Memo) -> CodeMatch {
        match matched(self.readings(memo).flatten()) {
            CodeMatch::One(code) if memo.is_part_of_word(code.as_str()) => CodeMatch::None,
            found => found,
        }
    }

    /// Finds the payment code on which the memo and the gateway agree.
    ///
    /// `reported` is the code that the gateway found. The gateway may have cut it out of a longer
    /// word, ended it where the bank split the code, or taken the first of several. So it counts
    /// only if it is the longest possible code in the memo, or if the memo contains no code at all.
    /// If `reported` is `None` or does not begin with the prefix of these rules, only the memo
    /// counts, as in [`find`](Self::find).
    ///
    /// ```
    /// use provider_kit::payment_code::{CodeMatch, CodeRules, Memo};
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
            // The provider may have cut the code out of the memo without its diacritics: `DH1234`
            // if the buyer wrote `ĐH1234`.
            (CodeMatch::One(_), Some(plain)) => self.agreed(plain, &reported),
            (found, _) => found,
        }
    }

    /// Returns the code on which a memo and a reported code agree. The reported code begins with
    /// the prefix.
    fn agreed(&self, memo: &Memo, reported: &str) -> CodeMatch {
        if memo.is_part_of_word(reported) {
            return CodeMatch::None;
        }
        let Some(code) = self.exactly(reported) else {
            // The provider uses another format of payment codes. Its code must not overlap with the
            // merchant's.
            return match self.find(memo) {
                CodeMatch::One(ours) if overlap(ours.as_str(), reported) => CodeMatch::None,
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

    /// Returns the possible codes of a memo: a list for each word at which one starts, the shortest
    /// first.
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

    /// Returns whether the memo contains the prefix followed by digits, as a code does that was cut
    /// or mistyped.
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

/// Returns the result for a memo with these codes.
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

/// Keeps letters and digits only, in upper case.
fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
    squeezed.extend(kept.map(|byte| char::from(byte.to_ascii_uppercase())));
    squeezed
}

#[cfg(test)]
mod tests;
