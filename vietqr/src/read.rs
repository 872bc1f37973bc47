//! What a code says: the readers of [`VietQr`].

use crate::{ConsumerData, Detail, FieldPath, Initiation, Service, Tip, VietQr, rules};

/// A merchant's name and city in a language that is not ASCII.
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
    /// The bank of the beneficiary, by its BIN of six digits.
    #[must_use]
    pub fn bin(&self) -> &str {
        &self.bin
    }

    /// The number of the beneficiary's account, virtual account or card.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Whether the number is an account's or a card's.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.service
    }

    /// How often the code may be paid, as it was said or as the amount implies.
    #[must_use]
    pub fn initiation(&self) -> Initiation {
        self.initiation.unwrap_or(match self.amount {
            Some(_) => Initiation::Dynamic,
            None => Initiation::Static,
        })
    }

    /// The amount in đồng, unless the payer is to type it.
    #[must_use]
    pub const fn amount(&self) -> Option<i64> {
        self.amount
    }

    /// The purpose, which becomes the content of the transfer.
    #[must_use]
    pub fn purpose(&self) -> Option<&str> {
        self.text(FieldPath::PURPOSE)
    }

    /// One of the further details.
    #[must_use]
    pub fn detail(&self, detail: Detail) -> Option<&str> {
        self.text(detail.path())
    }

    /// What the payer's app is asked to send along about the payer.
    pub fn consumer_data(&self) -> impl Iterator<Item = ConsumerData> {
        let letters = self.text(FieldPath::CONSUMER_DATA).unwrap_or_default();
        ConsumerData::ALL.into_iter().filter(move |data| letters.contains(data.letter()))
    }

    /// The merchant category, four digits of ISO 18245.
    #[must_use]
    pub fn category(&self) -> Option<&str> {
        self.text(FieldPath::CATEGORY)
    }

    /// The merchant's name.
    #[must_use]
    pub fn merchant_name(&self) -> Option<&str> {
        self.text(FieldPath::MERCHANT_NAME)
    }

    /// The merchant's city.
    #[must_use]
    pub fn merchant_city(&self) -> Option<&str> {
        self.text(FieldPath::MERCHANT_CITY)
    }

    /// The merchant's postal code.
    #[must_use]
    pub fn postal_code(&self) -> Option<&str> {
        self.text(FieldPath::POSTAL_CODE)
    }

    /// The merchant's name and city in another language.
    #[must_use]
    pub fn other_language(&self) -> Option<OtherLanguage<'_>> {
        Some(OtherLanguage {
            language: self.text(FieldPath::LANGUAGE)?,
            name: self.text(FieldPath::LOCAL_NAME)?,
            city: self.text(FieldPath::LOCAL_CITY),
        })
    }

    /// The tip or fee.
    #[must_use]
    pub const fn tip(&self) -> Option<Tip> {
        self.tip
    }

    /// The objects of a code that was read which are not known here, in ascending order.
    ///
    /// MoMo, for one, puts three digits of a telephone number into object 80.
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

/// Equal codes have equal payloads: it does not matter whether the initiation was said or implied.
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
