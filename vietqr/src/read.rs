//! The getters of [`VietQr`].

use crate::{ConsumerData, Detail, FieldPath, Initiation, Service, Tip, VietQr, rules};

/// A merchant's name and city in another language, which need not be ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OtherLanguage<'a> {
    /// The language, as two letters of ISO 639-1.
    pub language: &'a str,
    /// The merchant's name.
    pub name: &'a str,
    /// The merchant's city.
    pub city: Option<&'a str>,
}

impl VietQr {
    /// Returns the beneficiary's bank, as its BIN of six digits.
    #[must_use]
    pub fn bin(&self) -> &str {
        &self.bin
    }

    /// Returns the number of the beneficiary's account, virtual account or card.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Returns whether the number is that of an account or of a card.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.service
    }

    /// Returns how often the code may be paid, as set or as implied by the amount.
    #[must_use]
    pub fn initiation(&self) -> Initiation {
        self.initiation.unwrap_or(match self.amount {
            Some(_) => Initiation::Dynamic,
            None => Initiation::Static,
        })
    }

    /// Returns the amount in đồng, or `None` if the payer types it.
    #[must_use]
    pub const fn amount(&self) -> Option<i64> {
        self.amount
    }

    /// Returns the purpose, which becomes the content of the transfer.
    #[must_use]
    pub fn purpose(&self) -> Option<&str> {
        self.text(FieldPath::PURPOSE)
    }

    /// Returns one of the further details.
    #[must_use]
    pub fn detail(&self, detail: Detail) -> Option<&str> {
        self.text(detail.path())
    }

    /// Returns the data about the payer that the payer's app is asked to send.
    pub fn consumer_data(&self) -> impl Iterator<Item = ConsumerData> {
        let letters = self.text(FieldPath::CONSUMER_DATA).unwrap_or_default();
        ConsumerData::ALL.into_iter().filter(move |data| letters.contains(data.letter()))
    }

    /// Returns the merchant category, four digits of ISO 18245.
    #[must_use]
    pub fn category(&self) -> Option<&str> {
        self.text(FieldPath::CATEGORY)
    }

    /// Returns the merchant's name.
    #[must_use]
    pub fn merchant_name(&self) -> Option<&str> {
        self.text(FieldPath::MERCHANT_NAME)
    }

    /// Returns the merchant's city.
    #[must_use]
    pub fn merchant_city(&self) -> Option<&str> {
        self.text(FieldPath::MERCHANT_CITY)
    }

    /// Returns the merchant's postal code.
    #[must_use]
    pub fn postal_code(&self) -> Option<&str> {
        self.text(FieldPath::POSTAL_CODE)
    }

    /// Returns the merchant's name and city in another language.
    #[must_use]
    pub fn other_language(&self) -> Option<OtherLanguage<'_>> {
        Some(OtherLanguage {
            language: self.text(FieldPath::LANGUAGE)?,
            name: self.text(FieldPath::LOCAL_NAME)?,
            city: self.text(FieldPath::LOCAL_CITY),
        })
    }

    /// Returns the tip or fee.
    #[must_use]
    pub const fn tip(&self) -> Option<Tip> {
        self.tip
    }

    /// Returns the objects of a parsed code that this crate does not know, in ascending order.
    ///
    /// For example, MoMo puts three digits of a telephone number into object 80.
    pub fn unknown_objects(&self) -> impl Iterator<Item = (FieldPath, &str)> {
        self.texts
            .iter()
            .filter(|(field, _)| !rules::is_known(**field))
            .map(|(field, text)| (*field, text.as_str()))
    }

    fn text(&self, field: FieldPath) -> Option<&str> {
        self.texts.get(&field).map(String::as_str)
    }
}

/// Codes are equal if their payloads are equal, whether the initiation was set or implied.
impl PartialEq for VietQr {
    fn eq(&self, other: &Self) -> bool {
        let parts = |qr: &Self| (qr.service, qr.initiation(), qr.amount, qr.tip);
        parts(self) == parts(other)
            && self.bin == other.bin
            && self.number == other.number
            && self.texts == other.texts
    }
}

impl Eq for VietQr {}
