//! What only HPay's checkout page understands.

use payments_core::{
    Error, Result,
    options::{Options, ProviderOptions},
};
use serde::{Deserialize, Serialize};

use super::token::CardToken;

/// Options of a payment through HPay (HPay API reference 1.0.0, Create Link and Advanced Checkout
/// Payment). They travel in a link that the buyer can edit, most of them unsigned: they are
/// wishes, not limits.
///
/// Instalments, a page in a frame and tokens of domestic cards take HPay's older page, which shows
/// no buyer's name and takes a `return_url` without capital letters only.
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
    /// `transaction_info`: a text that comes back, signed, in the notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_info: Option<String>,
    /// `sub_order`: what the page shows in the place of the order reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_order: Option<String>,
    /// `lang`: the language of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Language>,
    /// `payment_method_id`: one method of table 1 of the reference, such as a bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_id: Option<u32>,
    /// `method_group`: one group of methods of table 2 of the reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method_group: Option<MethodGroup>,
    /// `token_type` and `token`: makes a token of the buyer's domestic card, or pays with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub atm_token: Option<AtmToken>,
    /// `cyber_token`: pays with the token of an international card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_token: Option<CardToken>,
    /// `installment`: pay by instalments.
    pub installment: bool,
    /// `inpage`: the page stands in a frame of the merchant's; needs a `payment_method_id`.
    pub inpage: bool,
}

/// What to do with the token of a domestic card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtmToken {
    /// Pay, and make one: it comes with the [notification](crate::HPay::saved_cards).
    Create,
    /// Pay with this one.
    Pay(CardToken),
}

/// A language of HPay's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// `vi`.
    #[serde(rename = "vi")]
    Vietnamese,
    /// `en`.
    #[serde(rename = "en")]
    English,
}

/// A group of payment methods, spelt as table 2 of the reference spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MethodGroup {
    /// Wallets. The reference lists them as unsupported, so they are refused.
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
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a text that comes back, signed, in the notification. It takes no `+`, `%`, `<`, `>`
    /// or control character, and no white space at its ends: HPay's own libraries disagree on how
    /// often such a text is decoded before it is signed.
    #[must_use]
    pub fn with_transaction_info(mut self, text: impl Into<String>) -> Self {
        self.transaction_info = Some(text.into());
        self
    }

    /// Shows this on the page in the place of the order reference.
    #[must_use]
    pub fn with_sub_order(mut self, text: impl Into<String>) -> Self {
        self.sub_order = Some(text.into());
        self
    }

    /// Chooses the language of the page.
    #[must_use]
    pub fn with_language(mut self, language: Language) -> Self {
        self.lang = Some(language);
        self
    }

    /// Chooses one method of table 1.
    #[must_use]
    pub fn with_payment_method_id(mut self, id: u32) -> Self {
        self.payment_method_id = Some(id);
        self
    }

    /// Chooses one group of table 2.
    #[must_use]
    pub fn with_method_group(mut self, group: MethodGroup) -> Self {
        self.method_group = Some(group);
        self
    }

    /// Makes a token of the buyer's domestic card, or pays with one. Takes HPay's older page.
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

    /// Pays by instalments, with an international card. Takes HPay's older page.
    #[must_use]
    pub fn with_installment(mut self) -> Self {
        self.installment = true;
        self
    }

    /// Shows the page in a frame of the merchant's: allow HPay's host there (`frame-src` of your
    /// `Content-Security-Policy`), and check where messages from it come from. Takes HPay's older
    /// page and a `payment_method_id`.
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

/// Refuses options of HPay's on a request other than a payment, where they would have no effect.
pub(crate) fn refuse_options(options: &Options) -> Result<()> {
    match options.get::<HPayOptions>()? {
        None => Ok(()),
        Some(_) => {
            Err(Error::unsupported("HPay has options for payments only").with_field("options"))
        }
    }
}
