//! The payment method that a link requests: the chosen method, checked against tables 1 and 2 of
//! the reference.

use payments_core::{Error, Result, payment::PaymentMethod};

use super::{
    methods::{MethodKind, method_kind, takes_group},
    options::{HPayOptions, MethodGroup},
};

/// The method and group in a link. If both are absent, the buyer chooses.
pub(super) struct Method {
    pub(super) id: Option<u32>,
    pub(super) group: Option<MethodGroup>,
}

impl Method {
    /// Returns the method that a request and its options select.
    pub(super) fn chosen(method: Option<PaymentMethod>, options: &HPayOptions) -> Result<Self> {
        let chosen =
            Self { id: chosen_id(method, options)?, group: chosen_group(method, options)? };
        let only = |field: &'static str, is_asked: bool, kind: MethodKind| {
            if is_asked && !chosen.may_be(method, kind) {
                let words = format!("is for {:?} only, and the method is another", of_kind(kind));
                return Err(Error::invalid(field, words));
            }
            Ok(())
        };
        only("options.installment", options.installment, MethodKind::Card)?;
        only("options.card_token", options.card_token.is_some(), MethodKind::Card)?;
        only("options.atm_token", options.atm_token.is_some(), MethodKind::Atm)?;
        Ok(chosen)
    }

    /// Returns `true` if the selection allows a kind of method.
    fn may_be(&self, method: Option<PaymentMethod>, kind: MethodKind) -> bool {
        method.is_none_or(|method| method == of_kind(kind))
            && self.id.and_then(method_kind).is_none_or(|chosen| chosen == kind)
            && self.group.is_none_or(|group| Some(group) == of_method(of_kind(kind)))
    }
}

fn chosen_id(method: Option<PaymentMethod>, options: &HPayOptions) -> Result<Option<u32>> {
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
        // A single method is more specific than its group.
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

/// Returns the group of table 2 that selects a method. The methods of domestic banks share one
/// page, on which the buyer chooses the bank.
pub(super) fn of_method(method: PaymentMethod) -> Option<MethodGroup> {
    match method {
        PaymentMethod::DomesticCard | PaymentMethod::InternetBanking => {
            Some(MethodGroup::BankOnline)
        }
        PaymentMethod::Card => Some(MethodGroup::CreditCard),
        // Table 1 lists it as unsupported as a single method, number 396284, but table 2 lists its
        // group as supported.
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
