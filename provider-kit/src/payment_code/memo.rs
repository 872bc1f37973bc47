//! A transfer's memo as words, for the search for payment codes.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The words of a transfer's memo.
///
/// A word is a run of letters, digits and combining marks of any script; every other character
/// separates words. Invisible characters inside a word, such as a zero-width space, are ignored.
#[derive(Clone, Debug)]
pub struct Memo {
    /// The words without separators, with ASCII letters in upper case.
    text: String,
    /// The ranges of the words in `text`, in order and not empty.
    words: Vec<Range<usize>>,
    /// The memo in plain ASCII letters, if that is another text. A provider may have found a code
    /// in it, such as `DH1` in `ĐH1`.
    plain: Option<Box<Memo>>,
}

impl Memo {
    /// Splits a memo into words. Composed and decomposed letters (NFC and NFD) are treated as
    /// equal.
    pub fn new(memo: &str) -> Self {
        let plain = (!memo.is_ascii()).then(|| plain_letters(memo).collect::<String>());
        let plain = plain.filter(|plain| plain != memo).map(|plain| Box::new(Self::split(&plain)));
        Self { plain, ..Self::split(memo) }
    }

    fn split(memo: &str) -> Self {
        let mut text = String::with_capacity(memo.len());
        let mut words = Vec::with_capacity(memo.len() / 4);
        let composed = match memo.is_ascii() {
            true => Cow::Borrowed(memo),
            false => Cow::Owned(memo.nfc().collect::<String>()),
        };
        for word in composed.split(|character| !is_of_a_word(character)) {
            let start = text.len();
            text.push_str(word);
            if start < text.len() {
                words.push(start..text.len());
            }
        }
        text.make_ascii_uppercase();
        Self { text, words, plain: None }
    }

    /// Returns whether `code` occurs in the memo directly before or after a letter or digit of the
    /// same word. Case and separators are ignored, so a code that is split over several words
    /// counts as well.
    ///
    /// Such a code was cut out of a longer word, which may be another order's code. The memo is
    /// also searched without its diacritics, because the gateway may have read it so.
    pub fn is_part_of_word(&self, code: &str) -> bool {
        let is_plain = code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let code = if is_plain { Cow::Borrowed(code) } else { Cow::Owned(Self::split(code).text) };
        if code.is_empty() {
            return false;
        }
        self.has_part(&code) || self.plain().is_some_and(|plain| plain.has_part(&code))
    }

    fn has_part(&self, code: &str) -> bool {
        let code = code.as_bytes();
        let places = self.text.as_bytes().windows(code.len()).enumerate();
        places
            .filter(|(_, place)| *place == code)
            .any(|(at, _)| !self.starts_word(at) || !self.ends_word(at + code.len()))
    }

    /// Returns whether two memos have the same letters and digits in the same order. Spaces, line
    /// breaks, punctuation, case and Vietnamese diacritics are ignored, because two sources report
    /// the memo of one transfer with different ones. Equal memos do not prove that it is the same
    /// transfer.
    ///
    /// ```
    /// use provider_kit::payment_code::Memo;
    ///
    /// assert!(Memo::new("Đơn hàng DH-42").says_the_same(&Memo::new("DON HANG DH42")));
    /// assert!(!Memo::new("DH42 coffee").says_the_same(&Memo::new("DH42")));
    /// ```
    pub fn says_the_same(&self, other: &Self) -> bool {
        letters(&self.text).eq(letters(&other.text))
    }

    /// Returns the memo in plain letters, if that is another text: without diacritics and invisible
    /// characters, with `Đ` and full-width letters as ASCII.
    pub(super) fn plain(&self) -> Option<&Self> {
        self.plain.as_deref()
    }

    /// Returns the words from an index on, in order.
    pub(super) fn words_from(&self, index: usize) -> impl Iterator<Item = &str> {
        let words = self.words.get(index..).unwrap_or_default();
        words.iter().map(|word| self.text.get(word.clone()).unwrap_or_default())
    }

    fn starts_word(&self, at: usize) -> bool {
        self.words.binary_search_by_key(&at, |word| word.start).is_ok()
    }

    fn ends_word(&self, at: usize) -> bool {
        self.words.binary_search_by_key(&at, |word| word.end).is_ok()
    }
}

/// Returns the letters in lower case, without diacritics, and the digits.
fn letters(text: &str) -> impl Iterator<Item = char> {
    plain_letters(text).flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric())
}

/// Returns the text in compatibility form (NFKD) without diacritics and invisible characters.
fn plain_letters(text: &str) -> impl Iterator<Item = char> {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c));
    plain.map(|c| match c {
        'đ' => 'd',
        'Đ' => 'D',
        other => other,
    })
}

fn is_of_a_word(character: char) -> bool {
    // Most memos are ASCII, and a lookup in the Unicode tables is slower.
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    character.is_alphanumeric() || is_combining_mark(character) || is_invisible(character)
}

/// Returns whether a character is invisible and does not separate words: soft hyphen, zero-width
/// space, joiners, direction marks and the byte order mark.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memo_is_split_at_everything_but_letters_digits_and_marks() {
        let words =
            |memo: &str| Memo::new(memo).words_from(0).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words("MBVCB.1.dh_00042,ct"), ["MBVCB", "1", "DH", "00042", "CT"]);
        assert_eq!(words(" - "), Vec::<String>::new());
        assert_eq!(words("tóDH1"), ["TóDH1"]);
        assert_eq!(words("to\u{301}DH1"), ["TóDH1"]);
        assert_eq!(words("DH1\u{200b}2"), ["DH1\u{200b}2"]);
    }

    #[test]
    fn memos_that_differ_in_spaces_and_unicode_form_say_the_same() {
        let one = Memo::new("Chuyển tiền đơn DH00042");
        for (other, same) in [
            ("Chuyển tiền đơn DH00042", true),
            ("Chuye\u{302}\u{309}n tie\u{302}\u{300}n đơn DH00042", true),
            ("  Chuyển  tiền\r\nđơn\tDH000 42 ", true),
            ("CHUYEN TIEN DON DH00042", true),
            ("Ｃhuyển tiền đơn ＤＨ０００４２", true),
            ("Chuyển\u{a0}tiền\u{200b} đơn DH-00042.", true),
            ("Chuyển tiền đơn DH00043", false),
            ("Chuyển tiền đơn DH000421", false),
            ("Chuyển tiền đơn", false),
            ("", false),
        ] {
            assert_eq!(one.says_the_same(&Memo::new(other)), same, "{other:?}");
        }
    }

    #[test]
    fn a_code_is_part_of_a_word_if_the_word_goes_on_before_or_after_it() {
        for (memo, is_part) in [
            ("DH123", false),
            ("thanh toan DH123.", false),
            ("dh-12 3", false),
            ("DH124", false),
            ("", false),
            ("DH1234", true),
            ("XDH123", true),
            ("DH 1234", true),
            ("D H12 34", true),
            ("DH123 DH1234", true),
            ("DH123đ", true),
            ("DH123\u{200b}4", true),
            ("ĐH123", false),
            ("ĐH1234", true),
            ("Đ\u{301}H-12 34", true),
            ("ＤＨ１２３４", true),
        ] {
            assert_eq!(Memo::new(memo).is_part_of_word("DH123"), is_part, "{memo:?}");
        }
        assert!(!Memo::new("DH1").is_part_of_word(""));
    }
}
