//! The options that only HPay's checkout page has.

use payments_core::{
    Error, Result,
    options::{Options, ProviderOptions},
};
use serde::{Deserialize, Serialize};

use super::token::CardToken;

/// Options of a payment through HPay (source: HPay API reference 1.0.0, Create Link and Advanced
/// Checkout Payment). They are part of a link that the buyer can edit, and most of them are
/// unsigned, so the merchant cannot rely on them being kept.
///
/// Instalments, a page in a frame and tokens of domestic cards use HPay's older page. That page
/// does not show the buyer's name, and refuses a `return_url` with capital letters.
///
/// ```
/// use payments_core::{OrderRef, money::Money, payment::CreatePayment};
/// use provider_hpay::options::{HPayOptions, Language};
///
/// let request = CreatePayment::new(OrderRef::new("20260042")?, Money::vnd(50_000))?
///     .with_options(&HPayOptions::new().with_language(Language::English))?;
/// # Ok::<(), payments_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct HPayOptions {
    /// `transaction_info`: a text that HPay returns in the signed part of the notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_info: Option<String>,
    /// `sub_order`: the text that the page shows instead of the order reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_order: Option<String>,
    /// `lang`: the language of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Language>,
    /// `payment_method_id`: one method of table 1 of the reference, such as a single bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_id: Option<u32>,
    /// `method_group`: one group of methods of table 2 of the reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method_group: Option<MethodGroup>,
    /// `token_type` and `token`: creates a token of the buyer's domestic card, or pays with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub atm_token: Option<AtmToken>,
    /// `cyber_token`: the token of an international card to pay with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_token: Option<CardToken>,
    /// `installment`: whether the buyer pays by instalments.
    pub installment: bool,
    /// `inpage`: whether the page is shown in a frame on the merchant's site. Needs a
    /// `payment_method_id`.
    pub inpage: bool,
}

/// Creates or uses the token of a domestic card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtmToken {
    /// Pays, and creates a token, which arrives with the [notification](crate::HPay::saved_cards).
    Create,
    /// Pays with this token.
    Pay(CardToken),
}

/// A language of HPay's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// Vietnamese: `vi`.
    #[serde(rename = "vi")]
    Vietnamese,
    /// English: `en`.
    #[serde(rename = "en")]
    English,
}

/// A group of payment methods. HPay's spelling of each is in table 2 of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MethodGroup {
    /// Wallets. Refused, because the reference lists them as unsupported.
    Wallet,
    /// Domestic cards and internet banking.
    BankOnline,
    /// A virtual account for the order.
    Va,
    /// International cards.
    CreditCard,
}

impl ProviderOptions for HPayOptions {
    const KIND: &'static str = "hpay";
}

impl HPayOptions {
    /// Creates empty options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a text that HPay returns in the signed part of the notification. The text must not
    /// contain `+`, `%`, `<`, `>` or control characters, nor begin or end with white space, because
    /// HPay's own libraries disagree on how often such a text is decoded before it is signed.
    #[must_use]
    pub fn with_transaction_info(mut self, text: impl Into<String>) -> Self {
        self.transaction_info = Some(text.into());
        self
    }

    /// Sets the text that the page shows instead of the order reference.
    #[must_use]
    pub fn with_sub_order(mut self, text: impl Into<String>) -> Self {
        self.sub_order = Some(text.into());
        self
    }

    /// Sets the language of the page.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.lang = Some(language);
        self
    }

    /// Selects one method of table 1 of the reference.
    #[must_use]
    pub fn with_payment_method_id(mut self, id: u32) -> Self {
        self.payment_method_id = Some(id);
        self
    }

    /// Selects one group of table 2 of the reference.
    #[must_use]
    pub fn with_method_group(mut self, group: MethodGroup) -> Self {
        self.method_group = Some(group);
        self
    }

    /// Creates a token of the buyer's domestic card, or pays with one. Uses HPay's older page.
    #[must_use]
    pub fn with_atm_token(mut self, token: AtmToken) -> Self {
        self.atm_token = Some(token);
        self
    }

    /// Pays with the token of an international card.
    #[must_use]
    pub fn with_card_token(mut self, token: CardToken) -> Self {
        self.card_token = Some(token);
        self
    }

    /// Pays by instalments, with an international card. Uses HPay's older page.
    #[must_use]
    pub fn with_installment(mut self) -> Self {
        self.installment = true;
        self
    }

    /// Shows the page in a frame on the merchant's site. Uses HPay's older page and needs a
    /// `payment_method_id`. Allow HPay's host in `frame-src` of your `Content-Security-Policy`, and
    /// check the origin of the messages that the frame posts.
    #[must_use]
    pub fn with_inpage(mut self) -> Self {
        self.inpage = true;
        self
    }
}

impl Language {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }
}

impl MethodGroup {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Wallet => "WALLET",
            Self::BankOnline => "BANK_ONLINE",
            Self::Va => "VA",
            Self::CreditCard => "CREDIT_CARD",
        }
    }
}

/// Refuses HPay's options on a request other than a payment, where they have no effect.
pub(crate) fn refuse_options(options: &Options) -> Result<()> {
    match options.get::<HPayOptions>()? {
        None => Ok(()),
        Some(_) => {
            Err(Error::unsupported("HPay has options for payments only").with_field("options"))
        }
    }
}
