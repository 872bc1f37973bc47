//! The parameters of a checkout link (reference, "Create Link (V1)").

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use simulator_kit::Algorithm;
use url::Url;

use crate::{
    amount, civil_time, codes::checkout as code, fields::Fields, formulas, gateway::Gateway,
    response::Refusal, settings::AdvancedLink, tables, tables::Static,
};

/// The parameters of a checkout link.
///
/// The signature covers the order code, price, currency and receiver. The buyer can change the
/// rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Link {
    /// The merchant's reference.
    pub order_code: String,
    /// The price in whole units of the currency, without tax, shipping and discount.
    pub price: i64,
    /// The tax on top of the price; legacy links only.
    pub tax: i64,
    /// The discount off the price; legacy links only.
    pub discount: i64,
    /// The cost of shipping on top of the price; legacy links only.
    pub fee_shipping: i64,
    /// `vnd` or `usd`.
    pub currency: String,
    /// Where the buyer's browser goes afterwards.
    pub return_url: String,
    /// Where the buyer's browser goes if the buyer gives up; may be empty.
    pub cancel_url: String,
    /// Where the outcome is reported; may be empty, and then it is not reported.
    pub notify_url: String,
    /// Free text of the merchant that comes back in the notification.
    pub transaction_info: String,
    /// What the order is.
    pub order_description: String,
    /// What the page shows in place of the order code, unless empty.
    pub sub_order: String,
    /// The buyer's name.
    pub buyer_info: String,
    /// When the page stops taking money, in seconds since the Unix epoch.
    pub time_limit: Option<i64>,
    /// What the buyer pays with.
    pub instrument: Instrument,
    /// Whether the buyer pays by instalments.
    pub by_instalments: bool,
    /// Whether a token of the buyer's ATM card was asked for.
    pub wants_atm_token: bool,
}

/// The two pages of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// `/v1/checkout.php`.
    V1,
    /// `/checkout.php`.
    Advanced,
}

/// The test card that the simulated buyer pays with, chosen by what the link asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Instrument {
    /// An international card, also where the link leaves the choice open.
    Visa,
    /// An international card.
    MasterCard,
    /// An international card.
    Jcb,
    /// A domestic bank card or internet banking.
    Atm,
}

impl Instrument {
    /// `bank_code` of a notification.
    pub fn bank_code(self) -> &'static str {
        match self {
            Self::Visa => "VISA",
            Self::MasterCard => "MASTERCARD",
            Self::Jcb => "JCB",
            Self::Atm => "BIDV",
        }
    }

    /// `card_number` of a notification, masked.
    pub fn card_number(self) -> &'static str {
        match self {
            Self::Visa => "400000xxxxxx1091",
            Self::MasterCard => "520000xxxxxx1005",
            Self::Jcb => "356996xxxxxx1069",
            Self::Atm => "970418xxxxxx0018",
        }
    }

    /// `card_type` of a notification: empty for a domestic card.
    pub fn card_type(self) -> &'static str {
        match self {
            Self::Atm => "",
            card => card.bank_code(),
        }
    }

    const ALL: [Self; 4] = [Self::Visa, Self::MasterCard, Self::Jcb, Self::Atm];

    pub(super) fn deserialize_bank_code<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Static, D::Error> {
        let code = String::deserialize(deserializer)?;
        let found = Self::ALL.into_iter().map(Self::bank_code).find(|known| *known == code);
        found.ok_or_else(|| D::Error::custom(format!("no card has the bank code {code}")))
    }

    pub(super) fn deserialize_number<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Static, D::Error> {
        let number = String::deserialize(deserializer)?;
        let found = Self::ALL.into_iter().map(Self::card_number).find(|known| *known == number);
        found.ok_or_else(|| D::Error::custom(format!("no card has the number {number}")))
    }

    fn asked_for(fields: &Fields) -> Result<Self, Refusal> {
        let id = fields.given("payment_method_id").filter(|id| *id != "0");
        let group = fields.given("method_group");
        if group.is_some_and(|group| !tables::is_supported_group(group)) {
            return Err(Refusal(code::INVALID_METHOD));
        }
        let Some(id) = id else {
            let is_domestic = group == Some("BANK_ONLINE") || fields.given("token_type").is_some();
            return Ok(if is_domestic { Self::Atm } else { Self::Visa });
        };
        match tables::supported_method(id).ok_or(Refusal(code::INVALID_METHOD))? {
            "Visa" => Ok(Self::Visa),
            "MasterCard" => Ok(Self::MasterCard),
            "JCB" => Ok(Self::Jcb),
            _ => Ok(Self::Atm),
        }
    }
}

/// The parameters that every link must have.
const REQUIRED: [&str; 6] =
    ["merchant_site_code", "return_url", "receiver", "order_code", "price", "secure_code"];

/// The parameters that a link with the short code may leave out.
const REQUIRED_UNLESS_SHORT: [&str; 2] = ["currency", "installment"];

/// The order of HPay's libraries, after the merchant's number and the address to return to.
const HASHED: [&str; 16] = [
    "receiver",
    "transaction_info",
    "order_code",
    "price",
    "currency",
    "quantity",
    "tax",
    "discount",
    "fee_cal",
    "fee_shipping",
    "order_description",
    "buyer_info",
    "affiliate_code",
    "installment",
    "inpage",
    "payment_method_id",
];

impl Link {
    /// What the buyer pays: the price with tax and shipping, less the discount.
    pub fn total(&self) -> i64 {
        let more = self.price.saturating_add(self.tax).saturating_add(self.fee_shipping);
        more.saturating_sub(self.discount)
    }

    /// Reads and checks a link as it was received.
    ///
    /// The reference gives the codes but not the order of the checks. A wrong `secure_code` returns
    /// 30014, the only code whose description fits.
    pub(super) fn read(gateway: &Gateway, fields: &Fields, page: Page) -> Result<Self, Refusal> {
        let takes = match page {
            Page::V1 => gateway.settings.v1_link(),
            Page::Advanced => gateway.settings.advanced_link,
        };
        let is_short = takes == AdvancedLink::Short;
        if !fields.has_all(&REQUIRED) || (!is_short && !fields.has_all(&REQUIRED_UNLESS_SHORT)) {
            return Err(Refusal(code::WRONG_PARAMETERS));
        }
        if !gateway.is_merchant(fields.text("merchant_site_code")) {
            return Err(Refusal(code::UNKNOWN_MERCHANT));
        }
        let usual = usual_code(gateway, fields, takes);
        let code = fields.text("secure_code");
        if !gateway.is_code(formulas::of_link(takes), fields, code, &[usual]) {
            return Err(Refusal(code::WRONG_CODE));
        }
        if fields.text("receiver") != gateway.settings.merchant_email {
            return Err(Refusal(code::WRONG_RECEIVER));
        }
        let is_flag = |name: &str| matches!(fields.text(name), "" | "0" | "1");
        let needs_method = fields.text("inpage") == "1";
        let has_method = fields.given("payment_method_id").is_some_and(|id| id != "0");
        if !is_flag("installment")
            || !is_flag("inpage")
            || !matches!(fields.text("token_type"), "" | "1" | "2")
            || (needs_method && !has_method)
            || (fields.text("token_type") == "2" && fields.given("token").is_none())
        {
            return Err(Refusal(code::WRONG_PARAMETERS));
        }
        let pays_with = match fields.text("token_type") {
            "2" => fields.given("token"),
            _ => fields.given("cyber_token"),
        };
        if pays_with.is_some_and(|token| !gateway.books().has_card(token)) {
            return Err(Refusal(code::UNKNOWN_TOKEN));
        }
        let instrument = Instrument::asked_for(fields)?;
        let by_instalments = fields.text("installment") == "1";
        if by_instalments && instrument == Instrument::Atm {
            return Err(Refusal(code::NO_INSTALLMENT));
        }
        let time_limit = match fields.given("time_limit") {
            None => None,
            Some(text) => Some(
                civil_time::time_limit(text)
                    .filter(|limit| *limit >= gateway.now())
                    .ok_or(Refusal(code::INVALID_TIME_LIMIT))?,
            ),
        };
        let text = |name: &str| fields.text(name).to_owned();
        // The legacy signature covers these amounts. In other links they are unsigned and must not
        // change the price.
        let extra = |name: &str| match fields.given(name).filter(|_| takes == AdvancedLink::Full) {
            None => Ok(0),
            Some(text) => amount::whole(text).ok_or(Refusal(code::INVALID_AMOUNT)),
        };
        let link = Self {
            order_code: text("order_code"),
            price: amount::whole(fields.text("price"))
                .filter(|price| *price > 0)
                .ok_or(Refusal(code::INVALID_AMOUNT))?,
            tax: extra("tax")?,
            discount: extra("discount")?,
            fee_shipping: extra("fee_shipping")?,
            currency: match fields.given("currency") {
                None => "vnd".to_owned(),
                Some(currency @ ("vnd" | "usd")) => currency.to_owned(),
                Some(_) => return Err(Refusal(code::INVALID_CURRENCY)),
            },
            return_url: address(fields, "return_url", code::INVALID_RETURN_URL)?,
            cancel_url: address(fields, "cancel_url", code::INVALID_CANCEL_URL)?,
            notify_url: notify_url(gateway, fields)?,
            transaction_info: text("transaction_info"),
            order_description: text("order_description"),
            sub_order: text("sub_order"),
            buyer_info: text("buyer_info"),
            time_limit,
            instrument,
            by_instalments,
            wants_atm_token: fields.text("token_type") == "1",
        };
        if link.total() > 0 { Ok(link) } else { Err(Refusal(code::INVALID_AMOUNT)) }
    }
}

/// The code of a link with these parameters, for a line that a person can run.
pub(crate) fn code_of_link(
    gateway: &Gateway,
    takes: AdvancedLink,
    parameters: &[(&'static str, String)],
) -> Option<String> {
    let usual = || Some(usual_code(gateway, &Fields::of(parameters), takes));
    let formula = formulas::of_link(takes);
    gateway.merchants_signature(formula, Algorithm::Md5Hex, parameters, usual)
}

/// The code of a link by HPay's formula.
fn usual_code(gateway: &Gateway, fields: &Fields, takes: AdvancedLink) -> String {
    let text = |name: &str| fields.text(name);
    match takes {
        AdvancedLink::Full => {
            gateway.codes.legacy_link(text("return_url"), HASHED.map(|name| fields.text(name)))
        }
        AdvancedLink::Short => gateway.codes.legacy_short_link(
            text("return_url"),
            text("receiver"),
            text("transaction_info"),
            text("order_code"),
            text("price"),
        ),
        AdvancedLink::V1 => gateway.codes.checkout_link(
            text("receiver"),
            text("price"),
            text("currency"),
            text("order_code"),
        ),
    }
}

/// Where the outcome is reported, if it can be reported there.
fn notify_url(gateway: &Gateway, fields: &Fields) -> Result<String, Refusal> {
    let url = address(fields, "notify_url", code::WRONG_PARAMETERS)?;
    match gateway.can_notify(&url) {
        true => Ok(url),
        false => Err(Refusal(code::WRONG_PARAMETERS)),
    }
}

/// An absolute address, or nothing.
fn address(fields: &Fields, name: &str, code: &'static str) -> Result<String, Refusal> {
    let Some(text) = fields.given(name) else { return Ok(String::new()) };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(text.to_owned()),
        _ => Err(Refusal(code)),
    }
}
