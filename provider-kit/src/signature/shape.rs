//! The shapes of signed values: the values that a receiver accepts for a field.

use serde::Serialize;

/// The values that a receiver accepts for a signed field.
///
/// A formula that joins values with a separator signs the same bytes for every division of these
/// bytes into values. The shapes decide which divisions a receiver would accept.
/// [`Formula::sign`](super::Formula::sign) refuses values that allow a second one, and
/// [`Formula::check`](super::Formula::check) covers only fields that have the same value in all of
/// them. When in doubt choose the wider shape: more is refused and less is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// Free text that only informs people, such as a description or a name to display. It is the
    /// only shape whose value may differ between two divisions.
    Text,
    /// Any text on which something depends, including the empty text. It is the shape of a field
    /// that declares none.
    Any,
    /// Text without control characters.
    Line,
    /// Text without white space: a reference, a code, a token.
    Word,
    /// A web address: a word that starts with `http`.
    Url,
    /// An e-mail address: a word with `@`.
    Email,
    /// Decimal digits.
    Digits,
    /// Text that a lenient receiver reads as a number: digits, points, commas, signs and exponents.
    Amount,
    /// An [`Amount`](Self::Amount), or empty.
    Number,
    /// A word of this list, in upper or lower case.
    OneOf(&'static [&'static str]),
    /// A value to which the secret belongs, such as the merchant's number. With another value the
    /// receiver would check with another secret.
    Fixed,
}

impl Shape {
    /// Returns whether something depends on the value.
    pub(super) fn decides(self) -> bool {
        self != Self::Text
    }

    /// Returns whether the value may contain any byte.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Text | Self::Any)
    }

    /// Returns whether a value of this shape may contain the byte.
    pub(super) fn allows(self, byte: u8) -> bool {
        match self {
            Self::Text | Self::Any => true,
            Self::Line => !byte.is_ascii_control(),
            Self::Word | Self::Url | Self::Email => {
                !(byte.is_ascii_whitespace() || byte == b'\x0b')
            }
            Self::Digits => byte.is_ascii_digit(),
            Self::Amount | Self::Number => {
                byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'+' | b'-' | b'e' | b'E')
            }
            Self::OneOf(words) => words
                .iter()
                .any(|word| word.bytes().any(|allowed| allowed.eq_ignore_ascii_case(&byte))),
            Self::Fixed => false,
        }
    }

    /// Returns whether a value has this shape. Every byte of it must be [allowed](Self::allows).
    pub(super) fn is_shape_of(self, value: &[u8]) -> bool {
        match self {
            Self::Text | Self::Any | Self::Number if value.is_empty() => true,
            Self::Text | Self::Any => true,
            Self::Line | Self::Word | Self::Digits => !value.is_empty(),
            Self::Url => value.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"http")),
            Self::Email => value.contains(&b'@'),
            Self::Amount | Self::Number => value.iter().any(u8::is_ascii_digit),
            Self::OneOf(words) => {
                words.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(value))
            }
            Self::Fixed => false,
        }
    }

    /// Returns whether a receiver accepts a value as having this shape, or as empty if that is
    /// allowed.
    pub fn accepts(self, value: &[u8], may_be_empty: bool) -> bool {
        if value.is_empty() && may_be_empty && self != Self::Fixed {
            return true;
        }
        value.iter().all(|byte| self.allows(*byte)) && self.is_shape_of(value)
    }
}

impl Shape {
    /// Returns whether a lenient receiver reads a value of this shape out of a text that follows a
    /// name. Such receivers trim the text, and read a number up to the first character that is not
    /// part of it.
    pub(super) fn is_read_out_of(self, text: &[u8]) -> bool {
        let text = text.trim_ascii();
        match self {
            Self::Digits | Self::Amount | Self::Number => {
                let end = text.iter().position(|byte| !self.allows(*byte));
                let number = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
                self.accepts(number, false) && !number.is_empty()
            }
            _ => self.accepts(text, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_accepts_what_a_receiver_would() {
        const CURRENCIES: Shape = Shape::OneOf(&["vnd", "usd"]);
        let cases: [(Shape, &[&str], &[&str]); 9] = [
            (Shape::Text, &["", "a b\n"], &[]),
            (Shape::Line, &["a b", "đ"], &["", "a\nb"]),
            (Shape::Word, &["A-1", "a|b", "đơn"], &["", "a b", "a\tb"]),
            (Shape::Url, &["https://x", "HTTP%3a"], &["", "//x", "https://x y"]),
            (Shape::Email, &["a@b"], &["", "ab", "a @b"]),
            (Shape::Digits, &["0", "007"], &["", "1.0", "-1"]),
            (Shape::Amount, &["1", "50.000", "1e3", "-5"], &["", "e", ".", "1 0", "1đ"]),
            (Shape::Number, &["", "1"], &["x"]),
            (CURRENCIES, &["vnd", "VND"], &["", "vn", "eur"]),
        ];
        for (shape, good, bad) in cases {
            for value in good {
                assert!(shape.accepts(value.as_bytes(), false), "{shape:?} {value:?}");
            }
            for value in bad {
                assert!(!shape.accepts(value.as_bytes(), false), "{shape:?} {value:?}");
            }
        }
        assert!(Shape::Word.accepts(b"", true) && !Shape::Fixed.accepts(b"", true));
    }
}
