//! JSON as PHP's `json_encode` writes it: only ASCII, and slashes escaped.

use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// The body that PHP would send for `value`.
pub(super) fn encode(value: &impl Serialize) -> Bytes {
    let mut body = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut body, PhpFormatter));
    // Plain structs always serialise into memory.
    if written.is_ok() { Bytes::from(body) } else { Bytes::new() }
}

struct PhpFormatter;

impl Formatter for PhpFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for char in fragment.chars() {
            match char {
                '/' => writer.write_all(b"\\/")?,
                _ if char.is_ascii() => write!(writer, "{char}")?,
                _ => {
                    for unit in char.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unicode_and_slashes_are_escaped_as_php_does() {
        let body = encode(&("Thanh toán đơn hàng 1/2", "😀", "\"\\\n"));
        assert_eq!(
            body,
            r#"["Thanh to\u00e1n \u0111\u01a1n h\u00e0ng 1\/2","\ud83d\ude00","\"\\\n"]"#
        );
        let read: (String, String, String) = serde_json::from_slice(&body).unwrap();
        assert_eq!(read.0, "Thanh toán đơn hàng 1/2");
    }
}
