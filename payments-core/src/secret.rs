//! Secrets that are never printed and are compared in constant time.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use subtle::ConstantTimeEq;

use crate::printable;

/// A key, token or passcode. It consists of visible characters, is never printed, and is wiped when
/// dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

/// A secret file that need not be text, such as a private key in DER. It is never printed, and is
/// wiped when dropped.
pub struct SecretBytes(SecretSlice<u8>);

/// The reason why a text is not accepted as a secret. It never contains the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The text has no visible character. Anyone could sign with such a secret.
    #[error("the secret has no visible character; anyone could sign with it")]
    Empty,
    /// The text starts or ends with white space, which is often copied by mistake and makes every
    /// signature wrong.
    #[error("the secret starts or ends with white space; remove it")]
    OuterWhiteSpace,
    /// The text contains a control or format character, such as a line break or a zero-width space.
    #[error(
        "the secret contains an invisible character, U+{:04X}; copy the secret once more",
        u32::from(*character)
    )]
    Invisible {
        /// The first such character.
        character: char,
    },
}

impl Secret {
    /// Creates a secret from `text`. A byte order mark at its start, which Windows editors write,
    /// is removed.
    ///
    /// # Errors
    /// Returns a [`SecretError`] if `text` has no visible character, contains an invisible
    /// character other than white space inside it, or starts or ends with white space.
    pub fn new(text: impl Into<String>) -> Result<Self, SecretError> {
        let mut text = SecretString::from(text.into());
        if let Some(rest) = text.expose_secret().strip_prefix('\u{feff}') {
            text = SecretString::from(rest.to_owned());
        }
        check(text.expose_secret())?;
        Ok(Self(text))
    }

    /// Returns the secret itself, to sign or to send; never print it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Compares in constant time. Only the length may leak.
    pub fn matches(&self, presented: &[u8]) -> bool {
        same_bytes(self.expose().as_bytes(), presented)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl SecretBytes {
    /// Creates a secret from `bytes`.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// Returns the secret itself, to create a key from; never print it.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

impl std::str::FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        Self::new(text)
    }
}

fn check(text: &str) -> Result<(), SecretError> {
    // Characters of the category Symbol that show nothing: the Braille blank, the null note head
    // and the blanks of hieroglyphs and Khitan.
    let is_blank = |character: char| {
        character.is_whitespace()
            || matches!(
                character,
                '\u{2800}' | '\u{1d159}' | '\u{13441}' | '\u{13442}' | '\u{16fe4}'
            )
    };
    let invisible = text.chars().find(|character| printable::is_invisible(*character));
    if text.chars().all(|character| is_blank(character) || printable::is_invisible(character)) {
        return Err(SecretError::Empty);
    }
    if text.starts_with(is_blank) || text.ends_with(is_blank) {
        return Err(SecretError::OuterWhiteSpace);
    }
    match invisible {
        Some(character) => Err(SecretError::Invisible { character }),
        None => Ok(()),
    }
}

pub(crate) fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new("spsk_test_canary").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        let file = SecretBytes::new(b"canary".to_vec());
        assert_eq!(format!("{file:?}"), "SecretBytes(…)");
    }

    #[test]
    fn a_secret_without_a_visible_character_cannot_be_made() {
        for text in [
            "",
            " ",
            " \n",
            "\u{feff}",
            "\0",
            "\u{200b}",
            "\u{feff}\u{200b}",
            "\u{2060}\u{ad}",
            "\u{a0}",
            "\u{3164}",
            "\u{2800}",
            "\u{feff}\u{feff}",
            "\t\u{200d} ",
            "\u{fe0f}\u{fe00}",
            "\u{34f}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{17b4}\u{180e}",
            "\u{e0020}\u{e007f}",
            "\u{fffe}",
            "\u{e000}\u{f8ff}",
            "\u{1d159}",
            "\u{13441}\u{2800}",
            "\u{16fe4}",
            "\u{1a}",
        ] {
            assert_eq!(Secret::new(text).unwrap_err(), SecretError::Empty, "{text:?}");
        }
    }

    #[test]
    fn a_secret_is_read_without_the_mark_that_editors_write_before_it() {
        assert_eq!(Secret::new("\u{feff}abc").unwrap().expose(), "abc");
    }

    #[test]
    fn what_is_not_seen_around_or_inside_a_secret_is_refused() {
        for text in [
            " abc",
            "abc ",
            "abc\n",
            "\u{feff} abc",
            "\u{a0}abc",
            "\u{3000}abc",
            "abc\u{2800}",
            "\u{2800}abc",
            "abc\u{85}",
            "abc\u{2028}",
        ] {
            assert_eq!(Secret::new(text).unwrap_err(), SecretError::OuterWhiteSpace, "{text:?}");
        }
        for character in
            ['\0', '\n', '\r', '\t', '\u{7f}', '\u{200b}', '\u{202e}', '\u{feff}', '\u{ad}']
        {
            let text = format!("ab{character}c");
            let error = Secret::new(text).unwrap_err();
            assert_eq!(error, SecretError::Invisible { character });
            assert!(!error.to_string().contains("ab"), "{error}");
        }
        for text in ["a b", "mật khẩu", "p\u{e4}ss", "=+/\"'"] {
            assert_eq!(Secret::new(text).unwrap().expose(), text);
        }
    }

    #[test]
    fn a_prefix_does_not_match() {
        let secret = Secret::new("abcdef").unwrap();
        assert!(secret.matches(b"abcdef"));
        assert!(!secret.matches(b"abcde"));
        assert!(!secret.matches(b""));
    }
}
