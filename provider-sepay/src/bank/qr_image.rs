//! Addresses of QR images that SePay's server draws.

use form_urlencoded::Serializer;
use payments_core::{
    Error, Result,
    bank::AccountNumber,
    money::{Currency, Money},
    payment::Transfer,
};
use serde::{Deserialize, Serialize};

/// The address of SePay's server for QR images (source: developer.sepay.vn, QR images).
const IMAGE: &str = "https://qr.sepay.vn/img";

/// The address of a QR image that SePay's server draws. Bank apps read the account, the amount and
/// the memo from it.
///
/// It is meant for pages and mails that can only show an image. Opening the address sends the
/// account, the amount and the memo to SePay. A QR code made from
/// [`Transfer::vietqr`](payments_core::payment::Transfer) needs no server and discloses nothing.
///
/// ```
/// use payments_core::{bank::AccountNumber, money::Money};
/// use provider_sepay::QrImage;
///
/// let image = QrImage::new("Vietcombank", AccountNumber::new("0123499999")?)
///     .with_amount(Money::vnd(50_000))?
///     .with_memo("DH20260042")?;
/// assert_eq!(
///     image.url(),
///     "https://qr.sepay.vn/img?acc=0123499999&bank=Vietcombank&amount=50000&des=DH20260042"
/// );
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrImage {
    base: String,
    bank: String,
    account: AccountNumber,
    amount: Option<Money>,
    memo: Option<String>,
    template: Option<QrTemplate>,
    download: bool,
}

/// The frame around the QR code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum QrTemplate {
    /// `compact`: the code with the logos of VietQR and the bank.
    #[default]
    Compact,
    /// `qronly`: the code alone.
    QrOnly,
}

impl QrTemplate {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::QrOnly => "qronly",
        }
    }
}

impl QrImage {
    /// Creates the address of a code that pays to an account or a virtual account of a bank. `bank`
    /// is SePay's short name of the bank, such as `Vietcombank` or `MBBank`, as in
    /// `https://qr.sepay.vn/banks.json` and in
    /// [`LinkedBank::short_name`](crate::oauth::LinkedBank).
    pub fn new(bank: impl Into<String>, account: AccountNumber) -> Self {
        Self {
            base: IMAGE.to_owned(),
            bank: bank.into(),
            account,
            amount: None,
            memo: None,
            template: None,
            download: false,
        }
    }

    /// Creates the address of the code for a payment by transfer, with its account, amount and
    /// memo.
    ///
    /// # Errors
    /// Returns the errors of [`with_amount`](Self::with_amount) and [`with_memo`](Self::with_memo).
    pub fn of(bank: impl Into<String>, transfer: &Transfer) -> Result<Self> {
        let mut image = Self::new(bank, transfer.account.number.clone());
        if let Some(amount) = transfer.amount {
            image = image.with_amount(amount)?;
        }
        match &transfer.memo {
            Some(memo) => image.with_memo(memo),
            None => Ok(image),
        }
    }

    /// Sets the amount, which the payer's app then shows.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest), naming `amount`, if it
    /// is not a positive amount of VND.
    pub fn with_amount(mut self, amount: Money) -> Result<Self> {
        if amount.currency() != Currency::VND || !amount.is_positive() {
            return Err(Error::invalid("amount", "is not a positive amount of VND"));
        }
        self.amount = Some(amount);
        Ok(self)
    }

    /// Sets the memo, after removing its Vietnamese diacritics.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest), naming `memo`, if it
    /// contains a character that bank transfers do not allow, or an underscore, which SePay's
    /// images omit, so that the code would not find its order.
    pub fn with_memo(mut self, memo: &str) -> Result<Self> {
        if memo.contains('_') {
            return Err(Error::invalid("memo", "contains an underscore, which the image omits"));
        }
        let memo = vietqr::transfer_text(memo)
            .map_err(|error| Error::invalid("memo", error.to_string()).with_source(error))?;
        self.memo = Some(memo.into_owned()).filter(|memo| !memo.is_empty());
        Ok(self)
    }

    /// Sets the frame around the code.
    #[must_use]
    pub fn with_template(mut self, template: QrTemplate) -> Self {
        self.template = Some(template);
        self
    }

    /// Makes the browser save the image instead of showing it.
    #[must_use]
    pub fn as_download(mut self) -> Self {
        self.download = true;
        self
    }

    /// Loads the image from another address than SePay's, such as a proxy of the shop.
    #[must_use]
    pub fn at(mut self, address: impl Into<String>) -> Self {
        self.base = address.into();
        self
    }

    /// Returns the address of the image.
    pub fn url(&self) -> String {
        let amount = self.amount.map(|amount| amount.minor().to_string());
        let template = self.template.map(QrTemplate::word);
        let fields = [
            ("acc", Some(self.account.as_str())),
            ("bank", Some(self.bank.as_str())),
            ("amount", amount.as_deref()),
            ("des", self.memo.as_deref()),
            ("template", template),
            ("download", self.download.then_some("true")),
        ];
        let said = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let address = format!("{}?", self.base);
        let start = address.len();
        Serializer::for_suffix(address, start).extend_pairs(said).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::bank::{BankAccount, Bin};

    fn image() -> QrImage {
        QrImage::new("MBBank", AccountNumber::new("0900000002").unwrap())
    }

    #[test]
    fn an_image_says_only_what_was_fixed_and_escapes_it() {
        assert_eq!(image().url(), "https://qr.sepay.vn/img?acc=0900000002&bank=MBBank");
        let full = image()
            .with_amount(Money::vnd(1_000))
            .unwrap()
            .with_memo("Đơn hàng DH1&x")
            .unwrap()
            .with_template(QrTemplate::QrOnly)
            .as_download()
            .at("https://shop.example/qr");
        assert_eq!(
            full.url(),
            "https://shop.example/qr?acc=0900000002&bank=MBBank&amount=1000&des=Don+hang+DH1%26x\
             &template=qronly&download=true"
        );
        assert!(image().with_template(QrTemplate::Compact).url().ends_with("&template=compact"));
    }

    #[test]
    fn what_the_picture_would_lose_is_refused() {
        for memo in ["DH_1", "DH\n1", "DH😀"] {
            assert_eq!(image().with_memo(memo).unwrap_err().field(), Some("memo"), "{memo:?}");
        }
        for amount in [Money::vnd(0), Money::vnd(-1), Money::from_minor(1, Currency::USD)] {
            assert_eq!(image().with_amount(amount).unwrap_err().field(), Some("amount"));
        }
    }

    #[test]
    fn an_image_of_a_transfer_has_its_account_amount_and_memo() {
        let number = AccountNumber::new("0900000002").unwrap();
        let account = BankAccount::new(Bin::new("970422").unwrap(), number);
        let transfer = Transfer::new(account).with_amount(Money::vnd(5)).with_memo("DH1");
        let url = QrImage::of("MBBank", &transfer).unwrap().url();
        assert_eq!(url, "https://qr.sepay.vn/img?acc=0900000002&bank=MBBank&amount=5&des=DH1");
    }
}
