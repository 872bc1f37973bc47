//! Tests of the format: building, parsing, and the inputs on which public implementations disagree.

use crate::crc::checksum;
use crate::{ParseError, Problem, VietQr};

mod bank;
mod building;
mod peers;
mod properties;
mod reading;

/// Returns a code to an account at Vietcombank, without optional fields.
fn plain() -> VietQr {
    VietQr::to_account("970436", "0071001234567").unwrap()
}

/// Returns an object as text. Its length counts characters.
fn object(id: &str, value: &str) -> String {
    format!("{id}{:02}{value}", value.chars().count())
}

/// Objects one after the other.
fn objects(parts: &[(&str, &str)]) -> String {
    parts.iter().map(|(id, value)| object(id, value)).collect()
}

/// Returns a text with its CRC.
fn sealed(body: &str) -> String {
    let covered = format!("{body}6304");
    format!("{covered}{:04X}", checksum(&covered))
}

/// Returns the template of the beneficiary of [`plain`].
fn beneficiary() -> String {
    let member = objects(&[("00", "970436"), ("01", "0071001234567")]);
    objects(&[("00", "A000000727"), ("01", &member), ("02", "QRIBFTTA")])
}

/// Returns the payload of [`plain`] with further objects at the root, before the CRC.
fn plain_with(more: &[(&str, &str)]) -> String {
    let fixed = [("00", "01"), ("01", "11"), ("38", &beneficiary()), ("53", "704"), ("58", "VN")];
    sealed(&(objects(&fixed) + &objects(more)))
}

/// Returns the problem of a text, and the object with the problem.
fn refusal(payload: &str) -> (String, Problem) {
    let error: ParseError = VietQr::parse(payload).expect_err(payload);
    assert!(error.offset() <= payload.len(), "{error}");
    (error.field().to_string(), error.problem().clone())
}
