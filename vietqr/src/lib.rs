//! VietQR codes and the directory of Vietnamese banks.
//!
//! [`VietQr`] is the QR code that a Vietnamese bank app scans to make a transfer. It builds the
//! text of the code ([`payload`](VietQr::payload)) and parses it ([`parse`](VietQr::parse)); with
//! the feature `qr`, `render` draws it. [`Bank`] is the directory, and [`transfer_text`] converts a
//! text to the characters that a transfer allows. The crate does not use the network.
//!
//! ```
//! use vietqr::{Bank, Initiation, VietQr};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bank = Bank::one_by_code("VCB")?;
//! let qr = VietQr::to_account(bank.bin(), "0071001234567")?
//!     .with_amount(50_000)?
//!     .with_purpose("Thanh toán đơn DH1001")?;
//!
//! let payload = qr.payload();
//! assert!(payload.contains("0821Thanh toan don DH1001"));
//!
//! let read = VietQr::parse(&payload)?;
//! assert_eq!(read.purpose(), Some("Thanh toan don DH1001"));
//! assert_eq!(read.initiation(), Initiation::Dynamic);
//! # Ok(())
//! # }
//! ```
//!
//! The format is NAPAS, *VietQR code format in the NAPAS247 fast-transfer service*, version 1.0 of
//! September 2021 (in these pages: NAPAS VietQR format 1.0), a profile of the EMV
//! merchant-presented code. A payload is a list of objects: two digits of ID, two digits of length,
//! and the value. Some values are themselves such lists, called templates. Fields are named by
//! their IDs, from the outside in: `38.01.01` is the account number. Amounts are whole đồng; banks
//! and accounts are text.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod bank;
mod crc;
mod error;
mod field;
mod objects;
mod parse;
mod read;
#[cfg(feature = "qr")]
pub mod render;
mod rules;
mod tip;
mod transfer_text;
mod vietqr;
mod warning;
mod write;

#[cfg(test)]
mod tests;

pub use bank::{Bank, BankCodeError, VietQrSupport};
pub use error::{Flaw, ParseError, Problem, VietQrError};
pub use field::{Detail, FieldPath};
pub use read::OtherLanguage;
pub use tip::Tip;
pub use transfer_text::{TextError, transfer_text};
pub use vietqr::{ASK_PAYER, ConsumerData, Initiation, Service, VietQr};
pub use warning::Warning;

/// Lets rustdoc test the code of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
