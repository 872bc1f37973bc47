//! Makes text from outside safe for logs and terminals.

use std::borrow::Cow;
use std::fmt::Write as _;

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// The maximum number of characters that are kept of a text from outside.
const LONGEST: usize = 500;

/// The greatest length of a message of this crate, in characters. Such a message may list several
/// problems.
const LONGEST_MESSAGE: usize = 10_000;

/// Returns a text from outside as one line without invisible characters.
///
/// Texts from a gateway or a browser's query appear in errors and so in logs. A line break would
/// add a line to a log, an escape sequence would move a terminal's cursor, and a bidirectional
/// override would change the displayed order of words. These and all other invisible characters are
/// replaced by escapes such as `\u{202e}`. At most 500 characters are kept.
///
/// ```
/// use payments_core::printable;
///
/// assert_eq!(printable("Không đủ số dư"), "Không đủ số dư");
/// assert_eq!(printable("no\n2026-11-29 INFO paid"), "no\\u{a}2026-11-29 INFO paid");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    one_line(text, LONGEST)
}

fn one_line(text: &str, longest: usize) -> Cow<'_, str> {
    let is_short = text.len() <= longest || text.chars().nth(longest).is_none();
    if is_short && text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len().min(longest));
    for character in text.chars().take(longest) {
        if is_printable(character) {
            line.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(line, "{}", character.escape_unicode());
        }
    }
    if !is_short {
        line.push('…');
    }
    Cow::Owned(line)
}

/// Returns a gateway's text as [`printable`] does, for an error.
pub(crate) fn words(text: impl Into<String>) -> String {
    let text = text.into();
    match printable(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(line) => line,
    }
}

/// Returns a message of this crate as one line, for an error. Such a message may quote text from
/// outside.
pub fn message(text: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
    let text = text.into();
    match one_line(&text, LONGEST_MESSAGE) {
        Cow::Borrowed(_) => text,
        Cow::Owned(line) => Cow::Owned(line),
    }
}

fn is_printable(character: char) -> bool {
    (' '..='~').contains(&character) || !(character.is_ascii() || is_invisible(character))
}

/// Returns whether a character is invisible: control and format characters, line and paragraph
/// separators, unassigned and ignorable code points. Spaces count as visible.
pub fn is_invisible(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    ) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_language_stay_as_they_are() {
        let decomposed = "Thanh toa\u{301}n";
        for text in ["", "a b", "Không đủ số dư (mã 51)", decomposed, "余额不足", "\\n", "\"'"]
        {
            assert!(matches!(printable(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn what_moves_a_cursor_ends_a_line_or_cannot_be_seen_is_escaped() {
        for character in [
            '\n',
            '\r',
            '\t',
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{61c}',
            '\u{115f}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{feff}',
            '\u{fff9}',
            '\u{e0001}',
            '\u{e000}',
        ] {
            let text = format!("a{character}b");
            let escaped = format!("a{}b", character.escape_unicode());
            assert_eq!(printable(&text), escaped);
            assert_eq!(printable(&escaped), escaped, "escaping twice changes nothing");
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let cut = printable(&"Đ".repeat(100_000)).into_owned();
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with('…'));
        assert_eq!(printable(&"Đ".repeat(LONGEST)), "Đ".repeat(LONGEST));
    }

    #[test]
    fn a_text_is_kept_without_a_copy_if_nothing_changes() {
        assert!(matches!(message("as it is"), Cow::Borrowed(_)));
        assert_eq!(message("a\nb".to_owned()), "a\\u{a}b");
        assert_eq!(words("a\u{202e}b"), "a\\u{202e}b");
    }
}
