//! PEM in the forms in which people save it: with a byte order mark, in UTF-16, indented, in
//! quotes, in one string of an environment file; also the base64 of a key without PEM.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::zeroize::Zeroizing;

use payments_core::is_invisible;

const BEGIN: &str = "-----BEGIN ";

/// A file in PEM as the parser reads it. It is wiped when dropped, because it may be a private key.
pub(super) struct PemText(Zeroizing<String>);

impl PemText {
    /// Reads a file as PEM. Returns `None` if it is not PEM, for example DER.
    pub(super) fn of(file: &[u8]) -> Option<Self> {
        let text = decoded(file)?;
        if !text.contains(BEGIN) {
            return None;
        }
        // In an environment file the line endings of a variable are escape sequences.
        let text = Zeroizing::new(text.replace("\\r\\n", "\n").replace("\\n", "\n"));
        let is_seen =
            |character: &char| matches!(character, '\n' | '\r') || !is_invisible(*character);
        let text = Zeroizing::new(text.chars().filter(is_seen).collect::<String>());
        let mut clean = Zeroizing::new(String::with_capacity(text.len()));
        for line in text.split(['\n', '\r']) {
            clean.push_str(pem_of(line));
            clean.push('\n');
        }
        // The parser recognises the content under both labels.
        for (label, usual) in [
            ("X509 CERTIFICATE-----", "CERTIFICATE-----"),
            ("RSA PUBLIC KEY-----", "PUBLIC KEY-----"),
        ] {
            if clean.contains(label) {
                clean = Zeroizing::new(clean.replace(label, usual));
            }
        }
        Some(Self(clean))
    }

    /// Returns the text.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns whether a line contains `text`.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// Returns whether there is a section with this label.
    pub(super) fn has(&self, label: &str) -> bool {
        self.0.contains(&format!("{BEGIN}{label}-----"))
    }
}

/// Returns the part of a line that is PEM, without the name of a variable or of a JSON member
/// before it.
fn pem_of(line: &str) -> &str {
    let start = line.find(BEGIN).unwrap_or_default();
    line.get(start..).unwrap_or_default().trim_matches(is_wrapping)
}

/// Returns whether a character may surround a line of PEM: a quotation mark, the sign of a quoted
/// mail, or what follows a JSON member. Base64 and labels contain none of them.
fn is_wrapping(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}')
        || matches!(character, '\\' | '>' | ',' | ';' | '}' | ']' | ')')
}

/// Returns the content of a file in base64 without BEGIN and END: the DER or PEM of a key, as
/// gateways and cluster secrets give it.
pub(super) fn bare_base64(file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let text = Zeroizing::new(String::from_utf8(file.to_vec()).ok()?);
    let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", ""));
    let is_part = |character: &char| !is_wrapping(*character) && !is_invisible(*character);
    let text = Zeroizing::new(text.chars().filter(is_part).collect::<String>());
    let inside = Zeroizing::new(STANDARD.decode(text.as_bytes()).ok()?);
    let is_key = inside.starts_with(&[0x30]) || find(&inside, BEGIN.as_bytes());
    is_key.then_some(inside)
}

fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Returns the text of a file in UTF-8, or in UTF-16 as Windows writes it.
fn decoded(file: &[u8]) -> Option<Zeroizing<String>> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
        char::decode_utf16(pairs.map(unit)).collect::<Result<String, _>>().ok()
    };
    let begin = |unit: fn(u16) -> [u8; 2]| BEGIN.encode_utf16().flat_map(unit).collect::<Vec<_>>();
    let text = match file {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes)?,
        // The text around a key need not be UTF-8.
        _ if find(file, BEGIN.as_bytes()) => String::from_utf8_lossy(file).into_owned(),
        _ if find(file, &begin(u16::to_be_bytes)) && file.first() == Some(&0) => {
            units(file, u16::from_be_bytes)?
        }
        _ if find(file, &begin(u16::to_le_bytes)) => units(file, u16::from_le_bytes)?,
        _ => return None,
    };
    Some(Zeroizing::new(text))
}
