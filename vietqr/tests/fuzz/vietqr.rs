//! VietQR codes and the texts of transfers. The fuzz targets use this file as well.

use crc::{CRC_16_IBM_3740, Crc};
use serde_json::Value;
use vietqr::{VietQr, transfer_text};

/// Returns every payload of the vectors.
pub(crate) fn seeds() -> Vec<String> {
    let vectors = include_str!("../data/vietqr_vectors.json");
    let mut payloads = Vec::new();
    collect(&serde_json::from_str(vectors).unwrap(), &mut payloads);
    payloads
}

fn collect(value: &Value, payloads: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("0002") => payloads.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, payloads)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, payloads)),
        _ => {}
    }
}

/// Parses a payload unchanged, and once with the right checksum.
pub(crate) fn read(text: &str) {
    if let Ok(written) = transfer_text(text) {
        assert!(written.is_ascii(), "{text:?}");
    }
    read_text(text);
    if let Some((fields, _)) = text.rsplit_once("6304") {
        let checked = format!("{fields}6304");
        let checksum = Crc::<u16>::new(&CRC_16_IBM_3740).checksum(checked.as_bytes());
        read_text(&format!("{checked}{checksum:04X}"));
    }
}

/// Checks that a parsed code is written as a text that parses to the same code.
fn read_text(text: &str) {
    let strict = VietQr::parse(text);
    if let Ok(code) = &strict {
        assert_eq!(VietQr::parse(&code.payload()).as_ref(), Ok(code), "{text:?}");
        let _ = (code.warnings(), format!("{code:?}"));
        let _ = (code.unknown_objects().count(), code.consumer_data().count());
    }
    if let Ok(code) = VietQr::parse_lenient(text) {
        let _ = (code.warnings(), format!("{code:?}"), code.payload());
    } else {
        assert!(strict.is_err(), "read strictly and not leniently: {text:?}");
    }
}
