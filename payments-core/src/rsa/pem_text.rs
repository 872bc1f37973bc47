//! PEM as people save it: with a byte order mark, in UTF-16, indented, in quotes, in one string of
//! an environment file.

use secrecy::zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";

/// A file in PEM as the parser reads it; wiped when dropped, because it may be a private key.
pub(super) struct PemText(Zeroizing<String>);

impl PemText {
    /// Reads a file as PEM; `None` if it is not PEM but DER or something else.
    pub(super) fn of(file: &[u8]) -> Option<Self> {
        let text = decoded(file)?;
        if !text.contains(BEGIN) {
            return None;
        }
        // A variable of an environment file has its line ends written out.
        let text = Zeroizing::new(text.replace("\\r\\n", "\n").replace("\\n", "\n"));
        let mut clean = Zeroizing::new(String::with_capacity(text.len()));
        for line in text.split(['\n', '\r']) {
            clean.push_str(line.trim_matches(is_wrapping));
            clean.push('\n');
        }
        // Both labels name content that the parser recognises by itself.
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

    /// The text.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether a line holds this.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }

    /// Whether there is a section with this label.
    pub(super) fn has(&self, label: &str) -> bool {
        self.0.contains(&format!("{BEGIN}{label}-----"))
    }
}

/// What stands around a line of PEM without being part of it. Base64 and labels hold none of it.
fn is_wrapping(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '\u{feff}' | '\\')
}

/// The text of a file in UTF-8, or in UTF-16 as PowerShell writes it.
fn decoded(file: &[u8]) -> Option<Zeroizing<String>> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
        char::decode_utf16(pairs.map(unit)).collect::<Result<String, _>>().ok()
    };
    let text = match file {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes)?,
        // What stands around a key need not be UTF-8.
        _ if file.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes()) => {
            String::from_utf8_lossy(file).into_owned()
        }
        _ => return None,
    };
    Some(Zeroizing::new(text))
}
