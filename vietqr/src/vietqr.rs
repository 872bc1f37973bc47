//! The code: its parts, and how it is built.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Detail, FieldPath, Flaw, Tip, VietQrError, rules, transfer_text};

/// The value that asks the payer to type a detail or the purpose (NAPAS VietQR format 1.0, template
/// 62).
pub const ASK_PAYER: &str = "***";

/// A transfer as a VietQR code describes it: the beneficiary, and the values that the payer need
/// not type.
///
/// Every value of this type is valid: values that the format does not allow are refused by the
/// methods that set them, so [`payload`](VietQr::payload) cannot fail. A value is never truncated.
///
/// A code for a virtual account is built in the same way: the number of the virtual account takes
/// the place of the account number, with the bank's own BIN.
///
/// A parsed code keeps the objects that this crate does not know and writes them unchanged.
#[derive(Clone)]
pub struct VietQr {
    pub(crate) bin: String,
    pub(crate) number: String,
    pub(crate) service: Service,
    pub(crate) initiation: Option<Initiation>,
    /// The amount in đồng.
    pub(crate) amount: Option<i64>,
    pub(crate) tip: Option<Tip>,
    /// All objects whose value is text, known or not.
    pub(crate) texts: BTreeMap<FieldPath, String>,
}

/// The kind of the beneficiary's number (NAPAS VietQR format 1.0, template 38, object 02).
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
    /// A code for any number of payments, such as a sticker on a counter: `11`.
    Static,
    /// A code for one payment, such as one order: `12`.
    Dynamic,
}

/// Data about the payer that the payer's app is asked to send (NAPAS VietQR format 1.0, template
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
    /// Creates a code that pays to an account or virtual account.
    ///
    /// # Errors
    /// Returns an error if `bin`, the number of the bank, is not six digits, or if `number` is not
    /// 1 to 19 letters and digits. Spaces are not dropped.
    pub fn to_account(bin: &str, number: &str) -> Result<Self, VietQrError> {
        Self::new(bin, number, Service::Account)
    }

    /// Creates a code that pays to a card.
    ///
    /// # Errors
    /// Returns the errors of [`to_account`](Self::to_account).
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
    /// Returns an error if the amount is not above zero or has more than 13 digits (NAPAS VietQR
    /// format 1.0, object 54). NAPAS's limit for one transfer is not an error but a
    /// [`Warning`](crate::Warning).
    pub fn with_amount(mut self, dong: i64) -> Result<Self, VietQrError> {
        rules::check_amount(dong).map_err(|flaw| VietQrError::new(FieldPath::AMOUNT, flaw))?;
        self.amount = Some(dong);
        Ok(self)
    }

    /// Sets the purpose, which bank apps show and send as the content of the transfer.
    ///
    /// The text is converted by [`transfer_text`], so `Đơn hàng 5` is sent as `Don hang 5`. Include
    /// the payment code by which the credit will be matched. Use letters and digits only, because
    /// several banks drop punctuation.
    ///
    /// # Errors
    /// Returns an error if the purpose contains a character that transfers do not allow, is empty,
    /// or has more than 25 characters (NAPAS VietQR format 1.0, template 62, object 08). For longer
    /// ones there is [`VietQr::with_long_purpose`].
    pub fn with_purpose(self, purpose: &str) -> Result<Self, VietQrError> {
        self.with_purpose_up_to(rules::MAX_PURPOSE, purpose)
    }

    /// Sets a purpose of up to 90 characters, more than the format allows.
    ///
    /// Such codes usually scan, but some apps truncate the purpose or refuse the code. Use it if
    /// you know the apps of your payers; [`VietQr::warnings`] lists such a purpose.
    ///
    /// # Errors
    /// Returns the errors of [`VietQr::with_purpose`], but for more than 90 characters, and an
    /// error if the additional data become longer than 99 characters.
    pub fn with_long_purpose(self, purpose: &str) -> Result<Self, VietQrError> {
        self.with_purpose_up_to(rules::MAX_LONG_PURPOSE, purpose)
    }

    /// Sets how often the code may be paid. By default a code with an amount is for one payment,
    /// and a code without an amount is for many.
    #[must_use]
    pub fn with_initiation(self, initiation: Initiation) -> Self {
        Self { initiation: Some(initiation), ..self }
    }

    /// Sets one of the further details: a bill number, a store, a terminal and so on.
    ///
    /// Bank apps send the [purpose](VietQr::with_purpose) with the transfer, but not the details.
    /// So put data that must return with the money into the purpose.
    ///
    /// # Errors
    /// Returns an error if the value is not 1 to 25 printable ASCII characters (it is not
    /// converted), or if all additional data together exceed 99 characters (NAPAS VietQR format
    /// 1.0, template 62).
    pub fn with_detail(self, detail: Detail, value: &str) -> Result<Self, VietQrError> {
        self.with_text(detail.path(), value.to_owned())
    }

    /// Asks the payer's app to send data about the payer. A repeated item counts once, and an empty
    /// list asks for nothing.
    ///
    /// # Errors
    /// Returns an error if the additional data become longer than 99 characters.
    pub fn with_consumer_data(mut self, wanted: &[ConsumerData]) -> Result<Self, VietQrError> {
        let letters = ConsumerData::ALL.into_iter().filter(|data| wanted.contains(data));
        let letters: String = letters.map(ConsumerData::letter).collect();
        if letters.is_empty() {
            self.texts.remove(&FieldPath::CONSUMER_DATA);
            return Ok(self);
        }
        self.with_text(FieldPath::CONSUMER_DATA, letters)
    }

    /// Sets the merchant category of ISO 18245, four digits. It is optional here, although the EMV
    /// format demands it (NAPAS VietQR format 1.0, object 52).
    ///
    /// # Errors
    /// Returns an error if `category` is not four digits.
    pub fn with_category(self, category: &str) -> Result<Self, VietQrError> {
        self.with_text(FieldPath::CATEGORY, category.to_owned())
    }

    /// Sets the merchant's name, up to 25 characters after [`transfer_text`] (NAPAS VietQR format
    /// 1.0, object 59).
    ///
    /// # Errors
    /// Returns an error if the name contains a character that transfers do not allow, is empty or
    /// is too long.
    pub fn with_merchant_name(self, name: &str) -> Result<Self, VietQrError> {
        self.with_plain_text(FieldPath::MERCHANT_NAME, name)
    }

    /// Sets the merchant's city, up to 15 characters after [`transfer_text`] (NAPAS VietQR format
    /// 1.0, object 60).
    ///
    /// # Errors
    /// Returns an error if the city contains a character that transfers do not allow, is empty or
    /// is too long.
    pub fn with_merchant_city(self, city: &str) -> Result<Self, VietQrError> {
        self.with_plain_text(FieldPath::MERCHANT_CITY, city)
    }

    /// Sets the merchant's postal code, up to 10 characters after [`transfer_text`] (NAPAS VietQR
    /// format 1.0, object 61).
    ///
    /// # Errors
    /// Returns an error if the code contains a character that transfers do not allow, is empty or
    /// is too long.
    pub fn with_postal_code(self, code: &str) -> Result<Self, VietQrError> {
        self.with_plain_text(FieldPath::POSTAL_CODE, code)
    }

    /// Sets the merchant's name, and optionally the city, in another language. These are the only
    /// texts of a code that need not be ASCII (NAPAS VietQR format 1.0, template 64).
    ///
    /// `language` is two letters of ISO 639-1, `vi` for Vietnamese.
    ///
    /// # Errors
    /// Returns an error if the language is not two letters, if the name has more than 25 characters
    /// or the city more than 15, or if a text is empty or contains control characters. In a parsed
    /// code, unknown objects may also leave no room for them.
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
    /// Returns an error if a fixed fee is not valid as an amount by
    /// [`with_amount`](VietQr::with_amount), or if a percentage is not between 0.01 and 99.99.
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

/// Shows only the end of the number, for logs.
impl fmt::Debug for VietQr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.number.len().saturating_sub(4);
        // Four characters of a number this short would reveal too much.
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
