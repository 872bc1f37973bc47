//! The checkout link, V1 (HPay API reference 1.0.0, Create Link): made here, carried by the buyer.

use payments_core::{
    Error, Result, Timestamp,
    payment::{CreatePayment, PaymentMethod},
};

use super::HPay;
use crate::{
    options::{HPayOptions, Language, MethodGroup},
    request::Fields,
    tables::{MethodKind, method_kind, takes_group},
};

/// A link and the end that it names.
pub(super) struct Link {
    pub(super) url: String,
    pub(super) expires_at: Option<Timestamp>,
}

/// The link for a request that the capabilities allow.
pub(super) fn link(hpay: &HPay, request: &CreatePayment) -> Result<Link> {
    let options = request.options.get::<HPayOptions>()?.unwrap_or_default();
    let info = options.transaction_info.as_deref();
    if let Some(info) = info {
        check_transaction_info(info)?;
    }
    if let Some(sub_order) = &options.sub_order {
        check_printable("options.sub_order", sub_order)?;
    }
    if let Some(name) = &request.buyer.name {
        check_printable("buyer.name", name)?;
    }
    let method_id = chosen_method(request.method, &options)?;
    let group = chosen_group(request.method, &options)?;
    let expires_at = end(request.expires_at, hpay.clock.now())?;
    let return_url = request.return_url.as_deref().or(hpay.merchant.return_url.as_deref());
    let return_url = return_url.ok_or_else(|| {
        Error::invalid("return_url", "is needed; give it here or in the configuration")
    })?;
    let notify_url = request.notify_url.as_deref().or(hpay.merchant.notify_url.as_deref());
    let description = Some(request.description.as_str()).filter(|text| !text.is_empty());

    let fields = Fields::new()
        .with("merchant_site_code", hpay.merchant_id())
        .with("return_url", return_url)
        .with("receiver", hpay.merchant.receiver.as_str())
        .with_some("transaction_info", info)
        .with("order_code", request.order.as_str())
        .with("price", request.amount.minor().to_string())
        .with("currency", "vnd")
        .with_some("order_description", description)
        .with_some("sub_order", options.sub_order.as_deref())
        .with_some("buyer_info", request.buyer.name.as_deref())
        .with_some("lang", options.lang.map(Language::word));
    let fields = hpay
        .sign(fields, "secure_code", &hpay.formulas.checkout_link)?
        .with_some("cancel_url", request.cancel_url.as_deref())
        .with_some("notify_url", notify_url)
        .with_some("time_limit", expires_at.map(|end| end.vietnam_civil("%d/%m/%Y,%H:%M")))
        .with("installment", if options.installment { "1" } else { "0" })
        .with_some("inpage", options.inpage.then_some("1"))
        .with_some("payment_method_id", method_id.map(|id| id.to_string()))
        .with_some("method_group", group.map(MethodGroup::word));
    let url = format!("{}/v1/checkout.php?{}", hpay.gateway.checkout, fields.to_query());
    Ok(Link { url, expires_at })
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

fn chosen_method(method: Option<PaymentMethod>, options: &HPayOptions) -> Result<Option<u32>> {
    let field = "options.payment_method_id";
    let Some(id) = options.payment_method_id else {
        return if options.inpage {
            Err(Error::invalid(field, "is needed for a page in a frame"))
        } else {
            Ok(None)
        };
    };
    let kind = method_kind(id).ok_or_else(|| {
        Error::unsupported(format!("HPay does not list the method {id} as supported"))
            .with_field(field)
    })?;
    match method {
        Some(method) if method != of_kind(kind) => {
            Err(Error::invalid(field, format!("{id} is {kind:?}, and `method` is {method:?}")))
        }
        _ => Ok(Some(id)),
    }
}

fn chosen_group(
    method: Option<PaymentMethod>,
    options: &HPayOptions,
) -> Result<Option<MethodGroup>> {
    let field = "options.method_group";
    let of_method = method.and_then(of_method);
    let group = match (options.method_group, of_method) {
        (Some(group), Some(of_method)) if group != of_method => {
            return Err(Error::invalid(
                field,
                format!("{} is not the group of `method`", group.word()),
            ));
        }
        (Some(group), _) => group,
        // One method says more than its group.
        (None, _) if options.payment_method_id.is_some() => return Ok(None),
        (None, Some(group)) => group,
        (None, None) => return Ok(None),
    };
    if takes_group(group.word()) {
        Ok(Some(group))
    } else {
        Err(Error::unsupported(format!("HPay does not list {} as supported", group.word()))
            .with_field(field))
    }
}

/// The group of table 2 that a method is asked for by. The methods of domestic banks share one
/// page, on which the buyer picks.
pub(super) fn of_method(method: PaymentMethod) -> Option<MethodGroup> {
    match method {
        PaymentMethod::DomesticCard | PaymentMethod::InternetBanking => {
            Some(MethodGroup::BankOnline)
        }
        PaymentMethod::Card => Some(MethodGroup::CreditCard),
        // As a single method, number 396284, table 1 has it as unsupported; as a group it is not.
        PaymentMethod::VirtualAccount => Some(MethodGroup::Va),
        _ => None,
    }
}

fn of_kind(kind: MethodKind) -> PaymentMethod {
    match kind {
        MethodKind::Atm => PaymentMethod::DomesticCard,
        MethodKind::InternetBanking => PaymentMethod::InternetBanking,
        MethodKind::VirtualAccount => PaymentMethod::VirtualAccount,
        MethodKind::Card => PaymentMethod::Card,
    }
}
