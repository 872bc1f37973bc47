//! A signature as it was received, in every form in which it can be read.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::super::Algorithm;

/// A signature, read.
pub(super) struct Presented {
    readings: Vec<Reading>,
    characters: usize,
}

/// One way to read it.
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    /// How it is written, where the formula says otherwise.
    pub(super) unexpected: Option<&'static str>,
    words: &'static str,
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

impl Presented {
    pub(super) fn read(signature: &str, algorithm: Algorithm) -> Self {
        let signature = signature.trim();
        let (prefix, is_hex) = match algorithm {
            Algorithm::Md5Hex | Algorithm::HmacSha512Hex => ("", true),
            Algorithm::HmacSha256Hex { prefix } => (prefix, true),
            Algorithm::HmacSha256Base64 | Algorithm::RsaSha256Base64 => ("", false),
        };
        let (rest, prefix_is_right) = match signature.strip_prefix(prefix) {
            Some(rest) if prefix.is_empty() => (without_name(rest), without_name(rest) == rest),
            Some(rest) => (rest, true),
            None => (without_name(signature), false),
        };
        let mut readings = Vec::new();
        if rest.is_empty() {
            return Self { readings, characters: signature.chars().count() };
        }
        if let Ok(bytes) = hex::decode(rest) {
            let unexpected = match (is_hex, prefix_is_right) {
                (true, true) => None,
                (true, false) if prefix.is_empty() => Some("with a prefix"),
                (true, false) => Some("without its prefix"),
                (false, _) => Some("in hexadecimal"),
            };
            readings.push(Reading { bytes, unexpected, words: "hexadecimal" });
        } else {
            for (engine, words) in [(BASE64, "base64"), (URL_SAFE, "URL-safe base64")] {
                let Ok(bytes) = engine.decode(rest) else { continue };
                let unexpected = (is_hex || words != "base64").then_some(match words {
                    "base64" => "in base64",
                    _ => "in URL-safe base64",
                });
                readings.push(Reading { bytes, unexpected, words });
                break;
            }
        }
        Self { readings, characters: signature.chars().count() }
    }

    pub(super) fn readings(&self) -> &[Reading] {
        &self.readings
    }

    pub(super) fn description(&self) -> String {
        match self.readings.first() {
            _ if self.characters == 0 => "there is none".to_owned(),
            None => format!("{} characters of no known encoding", self.characters),
            Some(reading) => format!("{} bytes in {}", reading.bytes.len(), reading.words),
        }
    }
}

/// What follows a name such as `sha256=`.
fn without_name(text: &str) -> &str {
    match text.split_once('=') {
        Some((name, rest)) if !rest.is_empty() && !rest.starts_with('=') && name.len() < 12 => rest,
        _ => text,
    }
}
