//! The content of a link: a request and its options, checked and written as HPay accepts them.

use payments_core::{
    Error, Result, Timestamp,
    money::{Currency, Money},
    payment::CreatePayment,
};

use super::{
    method::Method,
    options::{AtmToken, HPayOptions},
};
use crate::client::HPay;

/// The content of a link, checked.
pub(super) struct Terms<'a> {
    pub(super) request: &'a CreatePayment,
    pub(super) options: HPayOptions,
    pub(super) price: String,
    pub(super) currency: &'static str,
    pub(super) return_url: &'a str,
    pub(super) notify_url: Option<&'a str>,
    pub(super) method: Method,
    pub(super) expires_at: Option<Timestamp>,
}

impl<'a> Terms<'a> {
    pub(super) fn read(hpay: &'a HPay, request: &'a CreatePayment) -> Result<Self> {
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

    /// Returns `true` if the reference uses its second page for such a link.
    pub(super) fn is_advanced(&self) -> bool {
        self.options.installment || self.options.inpage || self.options.atm_token.is_some()
    }

    pub(super) fn description(&self) -> Option<&'a str> {
        Some(self.request.description.as_str()).filter(|text| !text.is_empty())
    }

    /// Returns the expiry as `dd/mm/yyyy,hh:ii`, on a 24-hour clock in Vietnamese time.
    pub(super) fn time_limit(&self) -> Option<String> {
        self.expires_at.map(|end| end.vietnam_civil("%d/%m/%Y,%H:%M"))
    }

    /// Returns `token_type` and `token`.
    pub(super) fn atm_token(&self) -> (&'static str, &str) {
        match &self.options.atm_token {
            None => ("", ""),
            Some(AtmToken::Create) => ("1", ""),
            Some(AtmToken::Pay(token)) => ("2", token.expose()),
        }
    }
}

/// Formats an amount in whole units as decimal text. The reference defines the price as an integer
/// for both currencies.
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

/// Checks the transaction information. The provider's PHP library decodes this text twice before it
/// checks the signature of a notification, its plug-in once; a text that the two would read
/// differently is refused.
fn check_transaction_info(text: &str) -> Result<()> {
    let field = "options.transaction_info";
    let stranger = |c: char| matches!(c, '+' | '%' | '<' | '>') || c.is_control();
    if let Some(character) = text.chars().find(|c| stranger(*c)) {
        return Err(Error::invalid(field, format!("the character {character:?} is not accepted")));
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

/// Returns the expiry rounded up to the whole minutes that HPay accepts. HPay does not document the
/// time zone, which is assumed to be Vietnam's.
fn end(asked: Option<Timestamp>, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(asked) = asked else { return Ok(None) };
    let end = Timestamp::from_unix(asked.unix_seconds() - asked.unix_seconds().rem_euclid(60));
    if end <= now {
        return Err(Error::invalid("expires_at", "must be at least a whole minute from now"));
    }
    Ok(Some(end))
}
