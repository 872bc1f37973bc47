//! The values that the format allows in each field, for building and for parsing.

use crate::{ConsumerData, FieldPath, Flaw};

/// The greatest length of an object's value, because the length is two digits.
pub(super) const MAX_VALUE: usize = 99;
/// The greatest length of a purpose by the format (NAPAS VietQR format 1.0, template 62, object
/// 08).
pub(super) const MAX_PURPOSE: usize = 25;
/// The greatest length of a purpose for callers who ask for more than the format allows.
pub(super) const MAX_LONG_PURPOSE: usize = 90;
/// The greatest length of an account number (NAPAS VietQR format 1.0, template 38.01, object 01).
const MAX_NUMBER: usize = 19;
/// The greatest amount of 13 digits (NAPAS VietQR format 1.0, object 54).
pub(super) const MAX_AMOUNT: i64 = 9_999_999_999_999;

/// The characters allowed in a field whose value is text.
enum Rule {
    /// At most this many printable ASCII characters: `ANS` of the format.
    Ascii(usize),
    /// At most this many characters of any script: `S` of the format.
    Unicode(usize),
    /// Exactly this many digits.
    Digits(usize),
    /// The number of an account or card: letters and digits.
    Number,
    /// A language of ISO 639-1.
    Language,
    /// Letters that ask for data about the payer.
    ConsumerData,
}

/// Returns the rule of a field (NAPAS VietQR format 1.0, tables of the root and of templates 62 and
/// 64).
const fn rule(field: FieldPath) -> Option<Rule> {
    Some(match field {
        FieldPath::BIN => Rule::Digits(6),
        FieldPath::NUMBER => Rule::Number,
        FieldPath::CATEGORY => Rule::Digits(4),
        FieldPath::MERCHANT_NAME => Rule::Ascii(25),
        FieldPath::MERCHANT_CITY => Rule::Ascii(15),
        FieldPath::POSTAL_CODE => Rule::Ascii(10),
        // Codes with long purposes are common enough to be parsed; building is stricter.
        FieldPath::PURPOSE => Rule::Ascii(MAX_VALUE),
        FieldPath::CONSUMER_DATA => Rule::ConsumerData,
        FieldPath::LANGUAGE => Rule::Language,
        FieldPath::LOCAL_NAME => Rule::Unicode(25),
        FieldPath::LOCAL_CITY => Rule::Unicode(15),
        _ if field.is_detail() => Rule::Ascii(25),
        _ => return None,
    })
}

/// Returns whether this crate knows the meaning of the field.
pub(super) const fn is_known(field: FieldPath) -> bool {
    rule(field).is_some()
}

/// Checks the value of a field whose value is text. An unknown field may have any text.
pub(super) fn check_text(field: FieldPath, text: &str) -> Result<(), Flaw> {
    if text.is_empty() {
        return Err(Flaw::Empty);
    }
    let fallback = match field.is_within(FieldPath::OTHER_LANGUAGE) {
        true => Rule::Unicode(MAX_VALUE),
        false => Rule::Ascii(MAX_VALUE),
    };
    match rule(field).unwrap_or(fallback) {
        Rule::Ascii(limit) => {
            check_characters(text, limit, |character| matches!(character, ' '..='~'))
        }
        Rule::Number => match text.chars().find(|character| !character.is_ascii_alphanumeric()) {
            Some(character) => Err(Flaw::NumberCharacter { character }),
            None => check_characters(text, MAX_NUMBER, |_| true),
        },
        Rule::Unicode(limit) => check_characters(text, limit, |character| !character.is_control()),
        Rule::Digits(count) if !is_digits(text) || text.len() != count => {
            Err(Flaw::NotDigits { count })
        }
        Rule::Language if !is_language(text) => Err(Flaw::NotALanguage),
        Rule::ConsumerData if !is_consumer_data(text) => Err(Flaw::NotConsumerData),
        Rule::Digits(_) | Rule::Language | Rule::ConsumerData => Ok(()),
    }
}

/// Checks an amount or a fixed fee, in đồng.
pub(super) fn check_amount(dong: i64) -> Result<(), Flaw> {
    match dong {
        ..=0 => Err(Flaw::NotPositive),
        1..=MAX_AMOUNT => Ok(()),
        _ => Err(Flaw::AmountTooLong),
    }
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn check_characters(text: &str, limit: usize, allowed: impl Fn(char) -> bool) -> Result<(), Flaw> {
    if let Some(character) = text.chars().find(|&character| !allowed(character)) {
        return Err(Flaw::Character { character });
    }
    match text.chars().count() {
        length if length > limit => Err(Flaw::TooLong { length, limit }),
        _ => Ok(()),
    }
}

fn is_language(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn is_consumer_data(text: &str) -> bool {
    let times = |data: ConsumerData| text.matches(data.letter()).count();
    let known: usize = ConsumerData::ALL.into_iter().map(times).sum();
    known == text.len() && ConsumerData::ALL.into_iter().all(|data| times(data) <= 1)
}
