//! Checkout links (HPay API reference 1.0.0, Create Link and Advanced Checkout Payment): made
//! here, carried by the buyer.
//!
//! The reference has two pages. `/v1/checkout.php` takes a code over five fields and has its own
//! table of parameters. The links of instalments, frames and card tokens of domestic banks point to
//! `/checkout.php`, which took a code over eighteen when the provider's libraries were written;
//! what it takes now is not known, so the formula of each page is a setting.

mod method;
mod parameters;

use payments_core::{
    Error, Result, Timestamp,
    money::{Currency, Money},
    payment::CreatePayment,
};

use super::HPay;
use crate::{
    formula::{CHECKOUT_LINK, CHECKOUT_LINK_SHORT, CHECKOUT_V1_LINK},
    options::{AtmToken, HPayOptions},
    request::Fields,
};
use method::Method;
pub(super) use method::of_method;

/// A link and the end that it names.
pub(super) struct Link {
    pub(super) url: String,
    pub(super) expires_at: Option<Timestamp>,
}

/// What a link says, checked.
struct Terms<'a> {
    request: &'a CreatePayment,
    options: HPayOptions,
    price: String,
    currency: &'static str,
    return_url: &'a str,
    notify_url: Option<&'a str>,
    expires_at: Option<Timestamp>,
    method: Method,
}

/// The link for a request that the capabilities allow.
pub(super) fn link(hpay: &HPay, request: &CreatePayment) -> Result<Link> {
    let terms = Terms::read(hpay, request)?;
    let gateway = &hpay.gateway;
    let (path, formula) = if terms.is_advanced() {
        (&gateway.advanced_link_path, CHECKOUT_LINK)
    } else {
        (&gateway.link_path, CHECKOUT_V1_LINK)
    };
    // Each formula has parameters of its own.
    let parameters = hpay.formulas.chosen(&formula);
    let fields = if parameters.id == CHECKOUT_V1_LINK.id {
        parameters::v1(hpay, &terms)
    } else if parameters.id == CHECKOUT_LINK_SHORT.id {
        parameters::legacy_short(hpay, &terms)?
    } else {
        parameters::legacy(hpay, &terms)?
    };
    let fields = hpay.sign(fields, parameters::CODE, &formula)?;
    let url = format!("{}{path}?{}", gateway.checkout, fields.to_query());
    Ok(Link { url, expires_at: terms.expires_at })
}

impl<'a> Terms<'a> {
    fn read(hpay: &'a HPay, request: &'a CreatePayment) -> Result<Self> {
        let options = request.options.get::<HPayOptions>()?.unwrap_or_default();
        if let Some(info) = &options.transaction_info {
            check_transaction_info(info)?;
        }
        if let Some(sub_order) = &options.sub_order {
            check_printable("options.sub_order", sub_order)?;
        }
        if let Some(name) = &request.buyer.name {
            check_printable("buyer.name", name)?;
        }
        if options.atm_token.is_some() && options.card_token.is_some() {
            let words = "is of a domestic card, and options.card_token is of an international one";
            return Err(Error::invalid("options.atm_token", words));
        }
        let method = Method::chosen(request.method, &options)?;
        let return_url = request.return_url.as_deref().or(hpay.merchant.return_url.as_deref());
        let return_url = return_url.ok_or_else(|| {
            Error::invalid("return_url", "is needed; give it here or in the configuration")
        })?;
        Ok(Self {
            price: price(request.amount)?,
            currency: if request.amount.currency() == Currency::USD { "usd" } else { "vnd" },
            return_url,
            notify_url: request.notify_url.as_deref().or(hpay.merchant.notify_url.as_deref()),
            expires_at: end(request.expires_at, hpay.clock.now())?,
            request,
            options,
            method,
        })
    }

    /// Whether the reference sends such a link to its second page.
    fn is_advanced(&self) -> bool {
        self.options.installment || self.options.inpage || self.options.atm_token.is_some()
    }

    fn description(&self) -> Option<&'a str> {
        Some(self.request.description.as_str()).filter(|text| !text.is_empty())
    }

    /// `dd/mm/yyyy,hh:ii`, on a 24-hour clock in Vietnam.
    fn time_limit(&self) -> Option<String> {
        self.expires_at.map(|end| end.vietnam_civil("%d/%m/%Y,%H:%M"))
    }

    /// `token_type` and `token`.
    fn atm_token(&self) -> (&'static str, &str) {
        match &self.options.atm_token {
            None => ("", ""),
            Some(AtmToken::Create) => ("1", ""),
            Some(AtmToken::Pay(token)) => ("2", token.expose()),
        }
    }
}

/// Whole units, as decimal text: the reference types the price as an integer for both currencies.
fn price(amount: Money) -> Result<String> {
    if amount.currency() != Currency::USD {
        return Ok(amount.minor().to_string());
    }
    let cents = 100;
    if amount.minor() % cents != 0 {
        return Err(Error::invalid("amount", "has cents; HPay takes whole dollars"));
    }
    Ok((amount.minor() / cents).to_string())
}

/// The provider's PHP library decodes this text twice before it checks the signature of a
/// notification, its plug-in once: what reads differently then is refused.
fn check_transaction_info(text: &str) -> Result<()> {
    let field = "options.transaction_info";
    let stranger = |c: char| matches!(c, '+' | '%' | '<' | '>') || c.is_control();
    if let Some(character) = text.chars().find(|c| stranger(*c)) {
        return Err(Error::invalid(field, format!("the character {character:?} is not taken")));
    }
    if text.trim() != text {
        return Err(Error::invalid(field, "starts or ends with white space"));
    }
    Ok(())
}

fn check_printable(field: &'static str, text: &str) -> Result<()> {
    match text.chars().find(|c| c.is_control()) {
        Some(_) => Err(Error::invalid(field, "holds a control character")),
        None => Ok(()),
    }
}

/// HPay takes whole minutes; the end is that of the minute begun. The zone is not stated and
/// taken as Vietnam's.
fn end(asked: Option<Timestamp>, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(asked) = asked else { return Ok(None) };
    let end = Timestamp::from_unix(asked.unix_seconds() - asked.unix_seconds().rem_euclid(60));
    if end <= now {
        return Err(Error::invalid("expires_at", "has to be at least a whole minute from now"));
    }
    Ok(Some(end))
}
