use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Converts a text to the form that domestic transfers allow: printable ASCII, with single spaces
/// between words.
///
/// Vietnamese diacritics are removed (`Đơn hàng` becomes `Don hang`), Unicode spaces become ASCII
/// spaces, runs of spaces become one, and spaces at both ends are removed. Nothing else is changed
/// or dropped: if a payment code lost a character, the payment would not find its order. A text
/// that needs no change is not copied.
///
/// The content of a transfer is printable ASCII by its format (ANS of NAPAS VietQR format 1.0,
/// template 62, object 08). Bank apps refuse codes with diacritics or drop the content.
///
/// # Errors
/// Returns [`TextError`] with the first character that cannot be converted: an emoji, a letter that
/// is not Vietnamese, a line break.
///
/// ```
/// use vietqr::transfer_text;
///
/// let text = transfer_text(" Thanh toán  đơn hàng DH-01 ");
/// assert_eq!(text.as_deref(), Ok("Thanh toan don hang DH-01"));
/// ```
pub fn transfer_text(text: &str) -> Result<Cow<'_, str>, TextError> {
    if is_transfer_text(text) {
        return Ok(Cow::Borrowed(text));
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.nfc() {
        let ascii = without_marks(character).ok_or(TextError { character })?;
        if ascii != ' ' {
            plain.push(ascii);
        } else if !plain.is_empty() && !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    Ok(Cow::Owned(plain))
}

/// The text contains a character that bank transfers do not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the text contains {character:?} (U+{:04X}), which bank transfers do not allow: use printable \
     ASCII; Vietnamese diacritics are removed automatically",
    u32::from(*.character)
)]
pub struct TextError {
    /// The first character that is not allowed.
    pub character: char,
}

/// Returns the printable ASCII character that remains of a composed character without Vietnamese
/// diacritics, if there is one.
pub(super) fn without_marks(character: char) -> Option<char> {
    match character {
        ' '..='~' => Some(character),
        'đ' => Some('d'),
        'Đ' => Some('D'),
        // Line and paragraph separators count as white space as well, but break lines.
        '\u{2028}' | '\u{2029}' => None,
        space if space.is_whitespace() && !space.is_control() => Some(' '),
        _ => {
            let mut base = None;
            let mut only_marks_follow = true;
            decompose_canonical(character, |part| match base {
                None => base = Some(part),
                Some(_) => only_marks_follow &= is_vietnamese_mark(part),
            });
            base.filter(|letter| letter.is_ascii_alphabetic() && only_marks_follow)
        }
    }
}

fn is_transfer_text(text: &str) -> bool {
    let mut after_space = true;
    let words = text.bytes().all(|byte| {
        let doubled = byte == b' ' && after_space;
        after_space = byte == b' ';
        matches!(byte, b' '..=b'~') && !doubled
    });
    words && (text.is_empty() || !after_space)
}

/// Returns whether a character is a diacritic of the Vietnamese alphabet: five tones, circumflex,
/// breve and horn.
fn is_vietnamese_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'
            | '\u{301}'
            | '\u{303}'
            | '\u{309}'
            | '\u{323}'
            | '\u{302}'
            | '\u{306}'
            | '\u{31b}'
    )
}
