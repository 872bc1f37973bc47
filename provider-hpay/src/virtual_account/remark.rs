//! The remark of a transfer: the memo written by the payer.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Decodes a remark. It is base64 of UTF-8, with or without padding, and its plus signs arrive as
/// spaces. A text that is not base64 is returned unchanged.
pub(crate) fn decoded(remark: &str) -> String {
    const TOLERANT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let standard: String = remark
        .chars()
        .map(|character| match character {
            ' ' | '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let text = TOLERANT.decode(standard).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.unwrap_or_else(|| remark.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_read_in_every_form_in_which_it_arrives() {
        let remarks = [
            ("bWluaCB0ZXN0IEdEIFZB", "minh test GD VA"),
            ("eA==", "x"),
            ("eA", "x"),
            // `>>>?`, with a plus sign that became a space, and in the alphabet for URLs.
            ("Pj4 Pw==", ">>>?"),
            ("Pj4-Pw==", ">>>?"),
            // `???`, with the other character of that alphabet.
            ("Pz8/", "???"),
            ("Pz8_", "???"),
            ("CK DH-1!", "CK DH-1!"),
            ("", ""),
        ];
        for (remark, text) in remarks {
            assert_eq!(decoded(remark), text, "{remark:?}");
        }
    }
}
