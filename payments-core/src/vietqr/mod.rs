//! VietQR: the QR code that a Vietnamese bank app scans to make a transfer, as text.
//!
//! [`VietQr`] builds the text ([`payload`](VietQr::payload)) and reads it back
//! ([`parse`](VietQr::parse)); with feature `qr`, `render` draws it. No network is involved.
//!
//! ```
//! use payments_core::bank::{AccountNumber, Bank};
//! use payments_core::money::Money;
//! use payments_core::vietqr::{Initiation, VietQr};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bank = Bank::one_by_code("VCB")?;
//! let qr = VietQr::to_account(bank.bin(), AccountNumber::new("0071001234567")?)
//!     .with_amount(Money::vnd(50_000))?
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
//! September 2021 (here: NAPAS VietQR format 1.0), a profile of the EMV merchant-presented code. A
//! payload is a list of objects: two digits of ID, two digits of length, and the value; some values
//! are such lists themselves. Fields are named by their IDs, from the outside in: `38.01.01` is the
//! account number.

use std::collections::BTreeMap;

use crate::bank::{AccountNumber, Bin, transfer_text};
use crate::money::Money;

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
mod warning;
mod write;

#[cfg(test)]
mod tests;

pub use error::{Flaw, ParseError, Problem, VietQrError};
pub use field::{Detail, FieldPath};
pub use read::OtherLanguage;
pub use tip::Tip;
pub use warning::Warning;

/// The value by which a payer is asked to type a detail or the purpose (NAPAS VietQR format 1.0,
/// template 62).
pub const ASK_PAYER: &str = "***";

/// A transfer as a VietQR code describes it: whom to pay, and what the payer need not type.
///
/// Every value of this type is valid: what the format does not allow is refused where it is set, so
/// [`payload`](VietQr::payload) cannot fail. Nothing is ever cut to fit.
///
/// A virtual account is no different kind of code: its number stands in place of the account
/// number, with the bank's own BIN.
///
/// Codes that were read keep the objects that are not known here, and write them again.
#[derive(Debug, Clone)]
pub struct VietQr {
    bin: Bin,
    number: AccountNumber,
    service: Service,
    initiation: Option<Initiation>,
    amount: Option<Money>,
    tip: Option<Tip>,
    /// All objects whose value is only text, known or not.
    texts: BTreeMap<FieldPath, String>,
}

/// What the number of the beneficiary is (NAPAS VietQR format 1.0, template 38, object 02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// The number of an account or virtual account: `QRIBFTTA`.
    Account,
    /// The number of a card: `QRIBFTTC`.
    Card,
}

/// How often a code may be paid (NAPAS VietQR format 1.0, object 01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Initiation {
    /// Any number of times, such as a sticker on a counter: `11`.
    Static,
    /// Once, such as a code for one order: `12`.
    Dynamic,
}

/// What the payer's app is asked to send along about the payer (NAPAS VietQR format 1.0, template
/// 62, object 09).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsumerData {
    /// The payer's address: `A`.
    Address,
    /// The payer's mobile number: `M`.
    Mobile,
    /// The payer's e-mail address: `E`.
    Email,
}

impl VietQr {
    /// A code that pays to an account or virtual account.
    #[must_use]
    pub fn to_account(bin: Bin, number: AccountNumber) -> Self {
        Self::new(bin, number, Service::Account)
    }

    /// A code that pays to a card.
    #[must_use]
    pub fn to_card(bin: Bin, number: AccountNumber) -> Self {
        Self::new(bin, number, Service::Card)
    }

    fn new(bin: Bin, number: AccountNumber, service: Service) -> Self {
        let (initiation, amount, tip, texts) = (None, None, None, BTreeMap::new());
        Self { bin, number, service, initiation, amount, tip, texts }
    }

    /// Sets the amount that the payer's app fills in.
    ///
    /// # Errors
    ///
    /// The amount must be in VND, above zero and of at most 13 digits (NAPAS VietQR format 1.0,
    /// object 54). NAPAS's limit for one transfer is no error but a [`Warning`].
    pub fn with_amount(mut self, amount: Money) -> Result<Self, VietQrError> {
        rules::check_amount(amount).map_err(|flaw| VietQrError::new(FieldPath::AMOUNT, flaw))?;
        self.amount = Some(amount);
        Ok(self)
    }

    /// Sets the purpose, which bank apps show and send as the content of the transfer.
    ///
    /// The text goes through [`transfer_text`], so `Đơn hàng 5` is sent as `Don hang 5`. A payment
    /// code by which the credit will be matched belongs here; keep it to letters and digits,
    /// because several banks drop punctuation.
    ///
    /// # Errors
    ///
    /// A character that transfers cannot carry; no text; more than 25 characters (NAPAS VietQR
    /// format 1.0, template 62, object 08), for which there is [`VietQr::with_long_purpose`].
    pub fn with_purpose(self, purpose: &str) -> Result<Self, VietQrError> {
        self.with_purpose_up_to(rules::MAX_PURPOSE, purpose)
    }

    /// Sets a purpose of up to 90 characters, beyond what the format allows.
    ///
    /// Such codes usually scan, but some apps cut the purpose or refuse the code. Use it if you know
    /// the apps of your payers; [`VietQr::warnings`] will remind you.
    ///
    /// # Errors
    ///
    /// Those of [`VietQr::with_purpose`], from 91 characters on, and additional data that becomes
    /// longer than its 99 characters.
    pub fn with_long_purpose(self, purpose: &str) -> Result<Self, VietQrError> {
        self.with_purpose_up_to(rules::MAX_LONG_PURPOSE, purpose)
    }

    /// Says how often the code may be paid. Unless it is said, a code with an amount is for one
    /// payment and a code without is for many.
    #[must_use]
    pub fn with_initiation(self, initiation: Initiation) -> Self {
        Self { initiation: Some(initiation), ..self }
    }

    /// Sets one of the further details: a bill number, a store, a terminal and so on.
    ///
    /// Bank apps send the [purpose](VietQr::with_purpose) with the transfer and not the details: what
    /// must come back with the money belongs there.
    ///
    /// # Errors
    ///
    /// The value must be 1 to 25 printable ASCII characters, and is not changed to become so; and
    /// all additional data together must fit into 99 characters (NAPAS VietQR format 1.0, template
    /// 62).
    pub fn with_detail(self, detail: Detail, value: &str) -> Result<Self, VietQrError> {
        self.with_text(detail.path(), value.to_owned())
    }

    /// Asks the payer's app to send data about the payer. Saying one twice is saying it once; an
    /// empty list asks for nothing.
    ///
    /// # Errors
    ///
    /// Additional data that becomes longer than its 99 characters.
    pub fn with_consumer_data(mut self, wanted: &[ConsumerData]) -> Result<Self, VietQrError> {
        let letters = ConsumerData::ALL.into_iter().filter(|data| wanted.contains(data));
        let letters: String = letters.map(ConsumerData::letter).collect();
        if letters.is_empty() {
            self.texts.remove(&FieldPath::CONSUMER_DATA);
            return Ok(self);
        }
        self.with_text(FieldPath::CONSUMER_DATA, letters)
    }

    /// Sets the merchant category of ISO 18245, four digits. Optional here, although the EMV format
    /// demands it (NAPAS VietQR format 1.0, object 52).
    ///
    /// # Errors
    ///
    /// Anything but four digits.
    pub fn with_category(self, category: &str) -> Result<Self, VietQrError> {
        self.with_text(FieldPath::CATEGORY, category.to_owned())
    }

    /// Sets the merchant's name, up to 25 characters after [`transfer_text`] (NAPAS VietQR format
    /// 1.0, object 59).
    ///
    /// # Errors
    ///
    /// A character that transfers cannot carry, no text, or too long a text.
    pub fn with_merchant_name(self, name: &str) -> Result<Self, VietQrError> {
        self.with_plain_text(FieldPath::MERCHANT_NAME, name)
    }

    /// Sets the merchant's city, up to 15 characters after [`transfer_text`] (NAPAS VietQR format
    /// 1.0, object 60).
    ///
    /// # Errors
    ///
    /// A character that transfers cannot carry, no text, or too long a text.
    pub fn with_merchant_city(self, city: &str) -> Result<Self, VietQrError> {
        self.with_plain_text(FieldPath::MERCHANT_CITY, city)
    }

    /// Sets the merchant's postal code, up to 10 characters after [`transfer_text`] (NAPAS VietQR
    /// format 1.0, object 61).
    ///
    /// # Errors
    ///
    /// A character that transfers cannot carry, no text, or too long a text.
    pub fn with_postal_code(self, code: &str) -> Result<Self, VietQrError> {
        self.with_plain_text(FieldPath::POSTAL_CODE, code)
    }

    /// Sets the merchant's name in a language with marks, and optionally the city: the only texts
    /// of a code that need not be ASCII (NAPAS VietQR format 1.0, template 64).
    ///
    /// `language` is the two letters of ISO 639-1, `vi` for Vietnamese.
    ///
    /// # Errors
    ///
    /// Another language than two letters, names of more than 25 and cities of more than 15
    /// characters, empty texts and control characters; and, in a code that was read, unknown objects
    /// that leave no room for them.
    pub fn with_other_language(
        self,
        language: &str,
        name: &str,
        city: Option<&str>,
    ) -> Result<Self, VietQrError> {
        let mut qr = self
            .with_text(FieldPath::LANGUAGE, language.to_owned())?
            .with_text(FieldPath::LOCAL_NAME, name.to_owned())?;
        match city {
            Some(city) => qr.with_text(FieldPath::LOCAL_CITY, city.to_owned()),
            None => {
                qr.texts.remove(&FieldPath::LOCAL_CITY);
                Ok(qr)
            }
        }
    }

    /// Asks the payer for a tip, or adds a fee (NAPAS VietQR format 1.0, objects 55 to 57).
    ///
    /// # Errors
    ///
    /// A fixed fee must be as [`with_amount`](VietQr::with_amount) wants an amount, and a
    /// percentage between 0.01 and 99.99.
    pub fn with_tip(mut self, tip: Tip) -> Result<Self, VietQrError> {
        tip.check()?;
        self.tip = Some(tip);
        Ok(self)
    }

    fn with_purpose_up_to(self, limit: usize, purpose: &str) -> Result<Self, VietQrError> {
        let refuse = |flaw| VietQrError::new(FieldPath::PURPOSE, flaw);
        let text = transfer_text(purpose).map_err(|error| refuse(Flaw::from_bank(&error)))?;
        match text.len() {
            length if length <= limit => self.with_text(FieldPath::PURPOSE, text.into_owned()),
            length if limit == rules::MAX_PURPOSE => Err(refuse(Flaw::LongPurpose { length })),
            length => Err(refuse(Flaw::TooLong { length, limit })),
        }
    }

    fn with_plain_text(self, field: FieldPath, text: &str) -> Result<Self, VietQrError> {
        let text = transfer_text(text)
            .map_err(|error| VietQrError::new(field, Flaw::from_bank(&error)))?
            .into_owned();
        self.with_text(field, text)
    }

    fn with_text(mut self, field: FieldPath, text: String) -> Result<Self, VietQrError> {
        rules::check_text(field, &text).map_err(|flaw| VietQrError::new(field, flaw))?;
        self.texts.insert(field, text);
        let templates = [FieldPath::ADDITIONAL_DATA, FieldPath::OTHER_LANGUAGE];
        let template = templates.into_iter().find(|&template| field.is_within(template));
        match template.map_or(0, |template| self.template_length(template)) {
            length if length > rules::MAX_VALUE => {
                Err(VietQrError::new(field, Flaw::TemplateFull { length }))
            }
            _ => Ok(self),
        }
    }
}

impl Service {
    const fn code(self) -> &'static str {
        match self {
            Self::Account => "QRIBFTTA",
            Self::Card => "QRIBFTTC",
        }
    }
}

impl Initiation {
    const fn code(self) -> &'static str {
        match self {
            Self::Static => "11",
            Self::Dynamic => "12",
        }
    }
}

impl ConsumerData {
    const ALL: [Self; 3] = [Self::Address, Self::Mobile, Self::Email];

    const fn letter(self) -> char {
        match self {
            Self::Address => 'A',
            Self::Mobile => 'M',
            Self::Email => 'E',
        }
    }
}
