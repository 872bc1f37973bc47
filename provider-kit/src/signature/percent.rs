//! Percent-encoding as programs write it.

/// The characters beside ASCII letters and digits that `encodeURIComponent` does not encode
/// (ECMA-262, section 19.2.6.5).
pub(super) const URI_COMPONENT: &[u8] = b"-_.!~*'()";

/// Encodes every byte except ASCII letters, digits and `unreserved` as `%XX` with capital letters.
pub(super) fn encoded(value: &[u8], unreserved: &[u8]) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value {
        if byte.is_ascii_alphanumeric() || unreserved.contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push('%');
            text.push_str(&hex::encode_upper([*byte]));
        }
    }
    text
}
