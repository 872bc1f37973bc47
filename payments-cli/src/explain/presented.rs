//! A signature as it was received, in every form in which it can be decoded.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use payments::signature::Algorithm;

/// A received signature.
pub(super) struct Presented {
    readings: Vec<Reading>,
    characters: usize,
}

/// One way to decode the signature.
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    /// The form of the text, if it differs from that of the formula.
    pub(super) unexpected: Option<String>,
    words: &'static str,
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The quotation marks that people and programs put around a text.
const QUOTES: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')];
/// A byte order mark and other characters without width.
const INVISIBLE: [char; 5] = ['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\0'];
/// How JSON and HTML escape the characters of a signature.
const ESCAPES: [(&str, &str); 13] = [
    ("\\/", "/"),
    ("\\u002f", "/"),
    ("\\u002F", "/"),
    ("\\u002b", "+"),
    ("\\u002B", "+"),
    ("\\u003d", "="),
    ("\\u003D", "="),
    ("&#43;", "+"),
    ("&#x2B;", "+"),
    ("&#47;", "/"),
    ("&#x2F;", "/"),
    ("&#61;", "="),
    ("&#x3D;", "="),
];

impl Presented {
    pub(super) fn read(signature: &str, algorithm: Algorithm) -> Self {
        let mut presented = Self { readings: Vec::new(), characters: 0 };
        presented.characters = signature.trim().chars().count();
        let (text, mut marks) = cleaned(signature.trim());
        presented.decode(&text, &marks, algorithm);
        // A space that was a plus would be trimmed at an end.
        let with_ends = signature.trim_matches(['\r', '\n', '\t']);
        if with_ends != signature.trim() && text.is_ascii() {
            marks.push("with a space for each +");
            presented.decode(&with_ends.replace(' ', "+"), &marks, algorithm);
        }
        presented
    }

    fn decode(&mut self, signature: &str, marks: &[&str], algorithm: Algorithm) {
        let (prefix, is_hex) = match algorithm {
            Algorithm::Md5Hex | Algorithm::HmacSha512Hex => ("", true),
            Algorithm::HmacSha256Hex { prefix } => (prefix, true),
            _ => ("", false),
        };
        let (rest, prefix_is_right) = match signature.strip_prefix(prefix) {
            Some(rest) if prefix.is_empty() => (without_name(rest), without_name(rest) == rest),
            Some(rest) => (rest, true),
            None => (without_name(signature), false),
        };
        if rest.is_empty() {
            return;
        }
        let reading = |bytes: Vec<u8>, how: Option<&str>, words: &'static str| {
            let marks: Vec<&str> = marks.iter().copied().chain(how).collect();
            let unexpected = (!marks.is_empty()).then(|| marks.join(", "));
            Reading { bytes, unexpected, words }
        };
        if let Ok(bytes) = hex::decode(rest) {
            let how = match (is_hex, prefix_is_right) {
                (true, true) => None,
                (true, false) if prefix.is_empty() => Some("with a prefix"),
                (true, false) => Some("without its prefix"),
                (false, _) => Some("in hexadecimal"),
            };
            self.readings.push(reading(bytes, how, "hexadecimal"));
            return;
        }
        for (engine, words, how) in
            [(BASE64, "base64", "in base64"), (URL_SAFE, "URL-safe base64", "in URL-safe base64")]
        {
            let Ok(bytes) = engine.decode(rest) else { continue };
            if let Ok(inner) = hex::decode(&bytes)
                && !inner.is_empty()
            {
                let how = Some("in base64 of its hexadecimal digits");
                self.readings.push(reading(inner, how, "hexadecimal in base64"));
            }
            let how = (is_hex || words != "base64").then_some(how);
            self.readings.push(reading(bytes, how, words));
            break;
        }
    }

    pub(super) fn readings(&self) -> &[Reading] {
        &self.readings
    }

    pub(super) fn description(&self) -> String {
        match self.readings.first() {
            _ if self.characters == 0 => "no signature".to_owned(),
            None => format!("{} characters of no known encoding", self.characters),
            Some(reading) => format!("{} bytes in {}", reading.bytes.len(), reading.words),
        }
    }
}

/// Removes from the signature what was added on its way, and describes what was removed.
fn cleaned(signature: &str) -> (String, Vec<&'static str>) {
    let mut marks = Vec::new();
    let mut text = signature.to_owned();
    if text.contains(INVISIBLE) {
        marks.push("with invisible characters in it");
        text = text.replace(INVISIBLE, "").trim().to_owned();
    }
    let inner =
        QUOTES.into_iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    if let Some(inner) = inner {
        marks.push("in quotation marks");
        text = inner.trim().to_owned();
    }
    // JSON and HTML escape characters that occur in base64.
    let unescaped = ESCAPES.iter().fold(text.clone(), |text, (escape, plain)| {
        if text.contains(escape) { text.replace(escape, plain) } else { text }
    });
    if unescaped != text {
        marks.push("with the escapes of JSON or HTML in it");
        text = unescaped;
    }
    if text.contains('%') {
        // A plus stays a plus here, although a form would decode it.
        let pair = format!("={}", text.replace('&', "%26").replace('+', "%2B"));
        let decoded: String =
            form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value).collect();
        if decoded != text {
            marks.push("percent-encoded");
            text = decoded;
        }
    }
    if text.contains(' ') {
        marks.push("with a space for each +");
        text = text.replace(' ', "+");
    }
    if text.contains(['\n', '\r']) {
        marks.push("with line ends in it");
        text.retain(|character| !matches!(character, '\n' | '\r'));
    }
    (text, marks)
}

/// Returns the text after a name such as `sha256=`.
fn without_name(text: &str) -> &str {
    match text.split_once('=') {
        Some((name, rest)) if !rest.is_empty() && !rest.starts_with('=') && name.len() < 12 => rest,
        _ => text,
    }
}
