//! The fields of a checkout form, in order (source: developer.sepay.vn, payment form; npm
//! sepay-pg-node; github.com/sepayvn/sepay-pg-php).

use std::borrow::Cow;

use payments_core::{Error, Result, money::Money};

use super::Checkout;
use crate::payment_gateway::options::{Agreement, HostedMethod, SePayOptions};

/// The action that the buyer is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operation {
    Purchase,
    Verify,
}

/// The content of a form.
pub(super) struct Content<'a> {
    pub(super) operation: Operation,
    pub(super) amount: Money,
    pub(super) description: Cow<'a, str>,
    pub(super) order: Option<&'a str>,
    pub(super) customer_id: Option<&'a str>,
    pub(super) method: Option<HostedMethod>,
    pub(super) success_url: Option<&'a str>,
    pub(super) cancel_url: Option<&'a str>,
    pub(super) options: &'a SePayOptions,
}

/// A field of the form, with the name of its value in the request.
pub(super) struct Input<'a> {
    pub(super) name: &'static str,
    pub(super) asked: &'static str,
    pub(super) value: Cow<'a, str>,
}

type Row<'a> = (&'static str, &'static str, Option<Cow<'a, str>>);

/// Returns the signed fields in the order of the newest form page. No page shows the place of
/// `env`, `agreement_*` and `order_id`; here they come before the addresses.
pub(super) fn signed<'a>(checkout: &'a Checkout, content: &Content<'a>) -> Vec<Input<'a>> {
    let options = content.options;
    let urls = &checkout.return_urls;
    let success = content.success_url.or(urls.success.as_deref());
    let error = options.error_url.as_deref().or(urls.error.as_deref());
    let cancel = content.cancel_url.or(urls.cancel.as_deref());
    let [id, name, kind, frequency, amount] = agreement(options.agreement.as_ref());
    said([
        ("order_amount", "amount", Some(digits(content.amount))),
        ("merchant", "merchant_id", text(Some(&checkout.merchant_id))),
        ("currency", "amount", Some(content.amount.currency().to_string().into())),
        ("operation", "operation", text(Some(content.operation.word()))),
        ("order_description", "description", Some(content.description.clone())),
        ("order_invoice_number", "order", text(content.order)),
        ("customer_id", "buyer.id", text(content.customer_id)),
        ("payment_method", "method", text(content.method.map(HostedMethod::word))),
        ("env", "options.env", text(options.env.as_deref())),
        id,
        name,
        kind,
        frequency,
        amount,
        ("order_id", "options.order_id", text(options.order_id.as_deref())),
        ("success_url", "return_url", text(success)),
        ("error_url", "options.error_url", text(error)),
        ("cancel_url", "cancel_url", text(cancel)),
    ])
}

fn agreement(agreement: Option<&Agreement>) -> [Row<'_>; 5] {
    let field = |pick: fn(&Agreement) -> Option<&str>| text(agreement.and_then(pick));
    let amount = agreement.and_then(|agreement| agreement.amount_per_payment).map(digits);
    [
        ("agreement_id", "options.agreement.id", field(|it| it.id.as_deref())),
        ("agreement_name", "options.agreement.name", field(|it| it.name.as_deref())),
        ("agreement_type", "options.agreement.type", field(|it| it.kind.as_deref())),
        (
            "agreement_payment_frequency",
            "options.agreement.payment_frequency",
            field(|it| it.payment_frequency.as_deref()),
        ),
        ("agreement_amount_per_payment", "options.agreement.amount_per_payment", amount),
    ]
}

/// Returns the fields that are sent unsigned, which the buyer can change.
pub(super) fn unsigned<'a>(content: &Content<'a>) -> Result<Vec<Input<'a>>> {
    let options = content.options;
    let amounts = [
        ("options.order_tax_amount", options.order_tax_amount),
        (
            "options.agreement.amount_per_payment",
            options.agreement.as_ref().and_then(|agreement| agreement.amount_per_payment),
        ),
    ];
    for (field, amount) in amounts {
        match amount {
            Some(amount) if amount.currency() != content.amount.currency() => {
                return Err(Error::invalid(field, "is in another currency than the amount"));
            }
            Some(amount) if amount.minor() < 0 => {
                return Err(Error::invalid(field, "is below zero"));
            }
            _ => {}
        }
    }
    Ok(said([
        ("custom_data", "options.custom_data", text(options.custom_data.as_deref())),
        ("order_tax_amount", "options.order_tax_amount", options.order_tax_amount.map(digits)),
        ("branch_code", "options.branch_code", text(options.branch_code.as_deref())),
    ]))
}

/// Returns the fields that are not empty, because SePay's three libraries treat an empty field in
/// three ways.
fn said<'a, const N: usize>(rows: [Row<'a>; N]) -> Vec<Input<'a>> {
    rows.into_iter()
        .filter_map(|(name, asked, value)| Some(Input { name, asked, value: value? }))
        .filter(|input| !input.value.is_empty())
        .collect()
}

fn text(value: Option<&str>) -> Option<Cow<'_, str>> {
    value.map(Cow::Borrowed)
}

fn digits(amount: Money) -> Cow<'static, str> {
    Cow::Owned(amount.to_decimal().to_string())
}

impl Operation {
    fn word(self) -> &'static str {
        match self {
            Self::Purchase => "PURCHASE",
            Self::Verify => "VERIFY",
        }
    }
}

impl Input<'_> {
    /// Refuses line breaks, because a browser changes them before it posts the form, which makes
    /// the signature wrong.
    pub(super) fn check(&self) -> Result<()> {
        if let Some(control) = self.value.chars().find(|c| c.is_control()) {
            return Err(Error::invalid(
                self.asked,
                format!("contains the control character {control:?}, which a form cannot transmit"),
            ));
        }
        let is_web = self.value.starts_with("https://") || self.value.starts_with("http://");
        if self.name.ends_with("_url") && !is_web {
            return Err(Error::invalid(self.asked, "is not an http or https address"));
        }
        Ok(())
    }

    pub(super) fn into_pair(self) -> (String, String) {
        (self.name.to_owned(), self.value.into_owned())
    }
}
