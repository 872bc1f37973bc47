//! The code itself: what it is made of, and how it is built.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Detail, FieldPath, Flaw, Tip, VietQrError, rules, transfer_text};

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
#[derive(Clone)]
pub struct VietQr {
    pub(crate) bin: String,
    pub(crate) number: String,
    pub(crate) service: Service,
    pub(crate) initiation: Option<Initiation>,
    /// In đồng.
    pub(crate) amount: Option<i64>,
    pub(crate) tip: Option<Tip>,
    /// All objects whose value is only text, known or not.
    pub(crate) texts: BTreeMap<FieldPath, String>,
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
    ///
    /// # Errors
    ///
    /// `bin`, the number of the bank, must be six digits, and `number` 1 to 19 letters and digits:
    /// nothing is dropped from a number unasked.
    pub fn to_account(bin: &str, number: &str) -> Result<Self, VietQrError> {
        Self::new(bin, number, Service::Account)
    }

    /// A code that pays to a card.
    ///
    /// # Errors
    ///
    /// Those of [`to_account`](Self::to_account).
    pub fn to_card(bin: &str, number: &str) -> Result<Self, VietQrError> {
        Self::new(bin, number, Service::Card)
    }

    fn new(bin: &str, number: &str, service: Service) -> Result<Self, VietQrError> {
        for (field, text) in [(FieldPath::BIN, bin), (FieldPath::NUMBER, number)] {
            rules::check_text(field, text).map_err(|flaw| VietQrError::new(field, flaw))?;
        }
        let (bin, number) = (bin.to_owned(), number.to_owned());
        let (initiation, amount, tip, texts) = (None, None, None, BTreeMap::new());
        Ok(Self { bin, number, service, initiation, amount, tip, texts })
    }

    /// Sets the amount in đồng that the payer's app fills in.
    ///
    /// # Errors
    ///
    /// The amount must be above zero and of at most 13 digits (NAPAS VietQR format 1.0, object 54).
    /// NAPAS's limit for one transfer is no error but a [`Warning`](crate::Warning).
    pub fn with_amount(mut self, dong: i64) -> Result<Self, VietQrError> {
        rules::check_amount(dong).map_err(|flaw| VietQrError::new(FieldPath::AMOUNT, flaw))?;
        self.amount = Some(dong);
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
        let text = transfer_text(purpose).map_err(|error| refuse(error.into()))?;
        match text.len() {
            length if length <= limit => self.with_text(FieldPath::PURPOSE, text.into_owned()),
            length if limit == rules::MAX_PURPOSE => Err(refuse(Flaw::LongPurpose { length })),
            length => Err(refuse(Flaw::TooLong { length, limit })),
        }
    }

    fn with_plain_text(self, field: FieldPath, text: &str) -> Result<Self, VietQrError> {
        let text = transfer_text(text)
            .map_err(|error| VietQrError::new(field, error.into()))?
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
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Account => "QRIBFTTA",
            Self::Card => "QRIBFTTC",
        }
    }
}

impl Initiation {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Static => "11",
            Self::Dynamic => "12",
        }
    }
}

impl ConsumerData {
    pub(crate) const ALL: [Self; 3] = [Self::Address, Self::Mobile, Self::Email];

    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Address => 'A',
            Self::Mobile => 'M',
            Self::Email => 'E',
        }
    }
}

/// Of the number only the end, for logs.
impl fmt::Debug for VietQr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.number.len().saturating_sub(4);
        // Of a number this short, the last four characters would tell too much.
        let shown = if hidden < 4 { "" } else { self.number.get(hidden..).unwrap_or_default() };
        f.debug_struct("VietQr")
            .field("bin", &self.bin)
            .field("number", &format_args!("…{shown}"))
            .field("service", &self.service)
            .field("initiation", &self.initiation)
            .field("amount", &self.amount)
            .field("tip", &self.tip)
            .field("texts", &self.texts)
            .finish()
    }
}
