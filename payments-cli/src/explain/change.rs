//! Changes of a text before it was signed.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use unicode_normalization::UnicodeNormalization as _;

use super::json::JsonWriter;

/// The characters to escape besides the unreserved characters of RFC 3986.
const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The characters that JavaScript's `encodeURIComponent` escapes (ECMA-262, section 19.2.6.5).
pub(super) const URI_COMPONENT: &AsciiSet =
    &RFC_3986.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// A change of a text before it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// As it was sent, if the formula would change it first.
    AsSent,
    /// Percent-encoded, with `+` for a space.
    UrlEncoded,
    /// Percent-encoded, with lower-case letters in the escapes.
    UrlEncodedLower,
    /// Percent-encoded, with `%20` for a space (RFC 3986).
    PercentEncoded,
    /// Percent-encoded by the rules of JavaScript's `encodeURIComponent`.
    ComponentEncoded,
    /// Decoded once more.
    UrlDecoded,
    /// With `+` in place of spaces.
    PlusForSpaces,
    /// With spaces in place of `+`.
    SpacesForPlus,
    /// Escaped for HTML.
    HtmlEscaped,
    /// Without the escapes of HTML.
    HtmlUnescaped,
    /// In lower case.
    Lower,
    /// In upper case.
    Upper,
    /// With each letter and its diacritics as one character (NFC).
    Composed,
    /// With letters and their diacritics as separate characters (NFD).
    Decomposed,
    /// Without white space at its ends.
    Trimmed,
    /// With a line end after it.
    LineEnd,
    /// With CR and LF after it.
    WindowsLineEnd,
    /// With lines ended by CR and LF.
    WindowsLines,
    /// With lines ended by LF.
    UnixLines,
    /// With a byte order mark before it.
    ByteOrderMark,
    /// Without the byte order mark before it.
    WithoutByteOrderMark,
    /// In quotation marks.
    Quoted,
    /// Without quotation marks around it.
    Unquoted,
    /// Without the `NAME=` before it.
    WithoutName,
    /// Without the name, quotation marks, byte order mark and white space around it.
    Bare,
    /// Decoded from hexadecimal.
    HexDecoded,
    /// Decoded from base64.
    Base64Decoded,
    /// With `.00` after it.
    Decimals,
    /// Without decimals.
    WithoutDecimals,
    /// With commas between thousands.
    Commas,
    /// Without commas and points between digits.
    WithoutCommas,
    /// Multiplied by 100.
    Hundredths,
    /// As JSON without white space between its tokens, and otherwise unchanged.
    CompactJson,
    /// As JSON in the style of another writer.
    Json(JsonWriter),
}

impl Change {
    /// The changes that are tried on single values, the likeliest first.
    pub(super) const OF_VALUES: [Self; 27] = [
        Self::AsSent,
        Self::Lower,
        Self::Upper,
        Self::UrlEncoded,
        Self::UrlEncodedLower,
        Self::PercentEncoded,
        Self::ComponentEncoded,
        Self::UrlDecoded,
        Self::Trimmed,
        Self::LineEnd,
        Self::Decimals,
        Self::WithoutDecimals,
        Self::Commas,
        Self::WithoutCommas,
        Self::Hundredths,
        Self::HtmlEscaped,
        Self::HtmlUnescaped,
        Self::PlusForSpaces,
        Self::SpacesForPlus,
        Self::Composed,
        Self::Decomposed,
        Self::WithoutByteOrderMark,
        Self::ByteOrderMark,
        Self::WindowsLineEnd,
        Self::WindowsLines,
        Self::UnixLines,
        Self::CompactJson,
    ];

    /// The number of changes that are tried together with two other differences.
    pub(super) const COMMON_VALUES: usize = 15;

    /// The changes that happen to secrets when they are copied, the likeliest first.
    pub(super) const OF_SECRETS: [Self; 11] = [
        Self::LineEnd,
        Self::Trimmed,
        Self::WithoutByteOrderMark,
        Self::Unquoted,
        Self::WithoutName,
        Self::Bare,
        Self::WindowsLineEnd,
        Self::Quoted,
        Self::ByteOrderMark,
        Self::HexDecoded,
        Self::Base64Decoded,
    ];

    /// The number of changes that are tried together with two other differences.
    pub(super) const COMMON_SECRETS: usize = 2;

    /// Returns the changed value, or `None` if it stays the same. [`AsSent`](Self::AsSent) cannot
    /// be made from the value.
    pub(super) fn apply<'a>(self, value: &[u8]) -> Option<Cow<'a, [u8]>> {
        let text = std::str::from_utf8(value).ok()?;
        let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let changed = match self {
            Self::UrlEncoded => form_encoded(value),
            Self::UrlEncodedLower => form_encoded(value).to_ascii_lowercase(),
            Self::PercentEncoded => percent_encode(value, RFC_3986).to_string(),
            Self::ComponentEncoded => percent_encode(value, URI_COMPONENT).to_string(),
            Self::UrlDecoded => decoded(text),
            Self::PlusForSpaces => text.replace(' ', "+"),
            Self::SpacesForPlus => text.replace('+', " "),
            Self::HtmlEscaped => html_escaped(text),
            Self::HtmlUnescaped => html_unescaped(text),
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Composed => text.nfc().collect(),
            Self::Decomposed => text.nfd().collect(),
            Self::Trimmed => text.trim().to_owned(),
            Self::LineEnd => format!("{text}\n"),
            Self::WindowsLineEnd => format!("{text}\r\n"),
            Self::WindowsLines => unix_lines(text).replace('\n', "\r\n"),
            Self::UnixLines => unix_lines(text),
            Self::ByteOrderMark => format!("\u{feff}{text}"),
            Self::WithoutByteOrderMark => text.strip_prefix('\u{feff}')?.to_owned(),
            Self::Quoted => format!("\"{text}\""),
            Self::Unquoted => unquoted(text)?.to_owned(),
            Self::WithoutName => without_name(text)?.to_owned(),
            Self::Bare => bare(text).to_owned(),
            Self::HexDecoded => return hex::decode(text.trim()).ok().map(Cow::Owned),
            Self::Base64Decoded => {
                use base64::{Engine as _, engine::general_purpose::STANDARD};
                return STANDARD.decode(text.trim()).ok().map(Cow::Owned);
            }
            Self::Decimals if is_whole => format!("{text}.00"),
            Self::WithoutDecimals => match text.split_once('.') {
                Some((whole, zeros)) if zeros.bytes().all(|zero| zero == b'0') => whole.to_owned(),
                _ => return None,
            },
            Self::Commas if is_whole => with_commas(text),
            Self::WithoutCommas if text.bytes().all(|b| matches!(b, b'0'..=b'9' | b',' | b'.')) => {
                text.replace([',', '.'], "")
            }
            Self::Hundredths if is_whole => format!("{text}00"),
            Self::CompactJson if text.trim_start().starts_with(['{', '[']) => compact(text),
            Self::Json(writer) => writer.write(text)?,
            Self::AsSent
            | Self::Decimals
            | Self::Commas
            | Self::WithoutCommas
            | Self::Hundredths
            | Self::CompactJson => return None,
        };
        (changed.as_bytes() != value).then(|| Cow::Owned(changed.into_bytes()))
    }

    pub(super) fn words(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::AsSent => "as it was sent",
            Self::UrlEncoded => "percent-encoded",
            Self::UrlEncodedLower => "percent-encoded in small letters",
            Self::PercentEncoded => "percent-encoded with %20 for a space",
            Self::ComponentEncoded => "percent-encoded as encodeURIComponent does",
            Self::UrlDecoded => "decoded once more",
            Self::PlusForSpaces => "with + for each space",
            Self::SpacesForPlus => "with a space for each +",
            Self::HtmlEscaped => "escaped for HTML",
            Self::HtmlUnescaped => "without the escapes of HTML",
            Self::Lower => "in small letters",
            Self::Upper => "in capital letters",
            Self::Composed => "with composed letters (NFC)",
            Self::Decomposed => "with decomposed letters (NFD)",
            Self::Trimmed => "without white space at its ends",
            Self::LineEnd => "with a line end behind it",
            Self::WindowsLineEnd => "with CR and LF behind it",
            Self::WindowsLines => "with lines ended by CR and LF",
            Self::UnixLines => "with lines ended by LF only",
            Self::ByteOrderMark => "with a byte order mark before it",
            Self::WithoutByteOrderMark => "without the byte order mark before it",
            Self::Quoted => "in quotation marks",
            Self::Unquoted => "without the quotation marks around it",
            Self::WithoutName => "without the name and = before it",
            Self::Bare => {
                "without name, quotation marks, byte order mark and white space around it"
            }
            Self::HexDecoded => "as the bytes of which it is the hexadecimal text",
            Self::Base64Decoded => "as the bytes of which it is the base64",
            Self::Decimals => "with .00 behind it",
            Self::WithoutDecimals => "without decimals",
            Self::Commas => "with commas between thousands",
            Self::WithoutCommas => "without commas and points",
            Self::Hundredths => "in hundredths",
            Self::CompactJson => "as JSON without white space between its tokens",
            Self::Json(writer) => return Cow::Owned(writer.words()),
        })
    }
}

/// Encodes like PHP's `urlencode` and HTML forms.
fn form_encoded(value: &[u8]) -> String {
    form_urlencoded::byte_serialize(value).collect()
}

fn decoded(text: &str) -> String {
    let pair = format!("={}", text.replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value).collect()
}

/// Escapes like PHP's `htmlspecialchars`.
fn html_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#039;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn html_unescaped(text: &str) -> String {
    const ESCAPES: [(&str, &str); 8] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&apos;", "'"),
        // It is last, so that its result is not unescaped again.
        ("&amp;", "&"),
    ];
    ESCAPES.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn unquoted(text: &str) -> Option<&str> {
    let text = text.trim();
    let marks = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')];
    marks.into_iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
}

/// Returns the text after the name of a variable: `NAME=`, `export NAME=`, `set NAME=`, `$env:NAME
/// = `, or `NAME: ` in YAML.
fn without_name(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let text = ["export ", "set ", "SET ", "$env:", "ENV "]
        .into_iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    let (name, value) = match (text.split_once('='), text.split_once(": ")) {
        (Some(equals), Some(colon)) if colon.0.len() < equals.0.len() => colon,
        (Some(equals), _) => equals,
        (None, colon) => colon?,
    };
    let name = name.trim().trim_matches('"');
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    (is_name && !value.is_empty()).then_some(value)
}

fn bare(text: &str) -> &str {
    // A comma or a semicolon ends a line of JSON or of a program.
    let text = text.trim_start_matches('\u{feff}').trim();
    let text = without_name(text).unwrap_or(text).trim();
    let inner = unquoted(text).or_else(|| unquoted(text.strip_suffix([',', ';'])?));
    inner.unwrap_or(text).trim()
}

fn with_commas(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Removes the white space between the tokens of a JSON text, but not in its strings.
fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for character in json.chars() {
        if in_string {
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else if character.is_ascii_whitespace() {
            continue;
        } else {
            in_string = character == '"';
        }
        text.push(character);
    }
    text
}
