//! The payment requests that a provider accepts and the operations that it offers.

use std::time::Duration;

use serde::Serialize;

use super::{CreatePayment, PaymentField, PaymentMethod};
use crate::{
    Error, Result,
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, TextRules, check_amount},
};

/// The payment requests that a provider accepts and the operations that it offers.
///
/// The capabilities are data: a router, a settings page and the documentation read them, and the
/// conformance suite tests that the provider behaves as each of them declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PaymentCapabilities {
    /// The methods that a request can choose.
    pub methods: Vec<PaymentMethod>,
    /// Whether the buyer can choose the method on the gateway's page, so that a request may leave
    /// it out.
    pub buyer_chooses: bool,
    /// The accepted amounts, for each currency.
    pub limits: Vec<AmountLimits>,
    /// The rules of order references.
    pub reference: TextRules,
    /// The rules of descriptions.
    pub description: TextRules,
    /// The fields that a request must have, although [`CreatePayment`] can be made without them.
    pub required: Vec<PaymentField>,
    /// Whether opening a payment calls the gateway.
    pub create: CreateMode,
    /// Whether the provider passes `expires_at` to the gateway. If `false`, a request with
    /// `expires_at` is refused.
    pub expiry: bool,
    /// Whether payments can be found.
    pub find: bool,
    /// Whether open payments can be cancelled.
    pub cancel: bool,
    /// Whether paid payments can be refunded.
    pub refund: bool,
    /// Whether refunds can be found.
    pub find_refund: bool,
    /// The effect of opening a second payment for the same order.
    pub repeat: Repeat,
    /// How far back an inquiry finds payments. `None` if there is no limit.
    pub inquiry_window: Option<Duration>,
    /// When an inquiry that does not find an order proves that the gateway does not have it.
    pub absence: AbsenceRule,
}

/// Whether opening a payment calls the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateMode {
    /// Opening sends a request to the gateway.
    Networked,
    /// Opening sends nothing: the request is signed locally and the buyer's browser takes it to the
    /// gateway. Its success therefore does not show that the gateway is available.
    Offline,
}

impl PaymentCapabilities {
    /// Creates capabilities that accept `methods` within `limits` and offer nothing else. The
    /// `with_` methods add to them.
    pub fn new(create: CreateMode, methods: Vec<PaymentMethod>, limits: Vec<AmountLimits>) -> Self {
        Self {
            methods,
            buyer_chooses: false,
            limits,
            reference: TextRules::new(1, 200, Alphabet::Printable),
            description: TextRules::new(0, 200, Alphabet::Printable),
            required: Vec::new(),
            create,
            expiry: false,
            find: false,
            cancel: false,
            refund: false,
            find_refund: false,
            repeat: Repeat::PaysAgain,
            inquiry_window: None,
            absence: AbsenceRule::Never,
        }
    }

    /// Declares that the buyer can choose the method on the gateway's page.
    #[must_use]
    pub fn with_buyer_choice(mut self) -> Self {
        self.buyer_chooses = true;
        self
    }

    /// Sets the rules of order references.
    #[must_use]
    pub fn with_reference(mut self, rules: TextRules) -> Self {
        self.reference = rules;
        self
    }

    /// Sets the rules of descriptions.
    #[must_use]
    pub fn with_description(mut self, rules: TextRules) -> Self {
        self.description = rules;
        self
    }

    /// Adds a field that every request must have.
    #[must_use]
    pub fn with_required(mut self, field: PaymentField) -> Self {
        self.required.push(field);
        self
    }

    /// Declares that the provider passes `expires_at` to the gateway.
    #[must_use]
    pub fn with_expiry(mut self) -> Self {
        self.expiry = true;
        self
    }

    /// Declares that payments can be found, within `window` back from now, and when not finding one
    /// proves its absence.
    #[must_use]
    pub fn with_find(mut self, window: Option<Duration>, absence: AbsenceRule) -> Self {
        self.find = true;
        self.inquiry_window = window;
        self.absence = absence;
        self
    }

    /// Declares that open payments can be cancelled.
    #[must_use]
    pub fn with_cancel(mut self) -> Self {
        self.cancel = true;
        self
    }

    /// Declares that paid payments can be refunded.
    #[must_use]
    pub fn with_refund(mut self) -> Self {
        self.refund = true;
        self
    }

    /// Declares that refunds can be found.
    #[must_use]
    pub fn with_find_refund(mut self) -> Self {
        self.find_refund = true;
        self
    }

    /// Sets the effect of opening a second payment for the same order.
    #[must_use]
    pub fn with_repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// Checks a request against these capabilities, without sending anything.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if a value is outside the
    /// declared rules or limits, and [`Unsupported`](crate::ErrorKind::Unsupported) if the request
    /// needs something that the provider does not offer. The error names the field.
    pub fn check(&self, request: &CreatePayment) -> Result<()> {
        match request.method {
            None if !self.buyer_chooses => {
                return Err(Error::invalid(
                    "method",
                    "is required; the provider has no page on which the buyer chooses",
                ));
            }
            Some(method) if !self.methods.contains(&method) => {
                return Err(
                    Error::unsupported(format!("{method:?} is not accepted")).with_field("method")
                );
            }
            _ => {}
        }
        check_amount(&self.limits, request.amount)?;
        self.reference.check("order", request.order.as_str())?;
        self.description.check("description", &request.description)?;
        if request.expires_at.is_some() && !self.expiry {
            return Err(Error::unsupported("the expiry of a payment cannot be set")
                .with_field("expires_at"));
        }
        self.required.iter().try_for_each(|field| field.check(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OrderRef, Timestamp, money::Money, payment::Buyer};

    #[test]
    fn a_field_that_is_required_and_missing_is_refused_by_its_name() {
        let limits = vec![AmountLimits::at_least(Money::vnd(1))];
        let can = PaymentCapabilities::new(CreateMode::Networked, Vec::new(), limits)
            .with_buyer_choice()
            .with_expiry();
        let buyer = Buyer::new().with_id("7").with_name("A").with_email("a@b.vn").with_phone("09");
        let whole = CreatePayment::new(OrderRef::new("A1").unwrap(), Money::vnd(1))
            .unwrap()
            .with_description("Tea")
            .with_buyer(buyer)
            .with_expiry(Timestamp::from_unix(1))
            .with_return_url("https://shop.example")
            .and_then(|request| request.with_cancel_url("https://shop.example"))
            .and_then(|request| request.with_notify_url("https://shop.example"))
            .unwrap();
        for field in PaymentField::ALL {
            let can = can.clone().with_required(field);
            can.check(&whole).unwrap();
            let mut without = whole.clone();
            field.take_from(&mut without);
            assert!(!field.is_in(&without), "{field:?}");
            let error = can.check(&without).unwrap_err();
            assert_eq!(error.field(), Some(field.name()), "{error}");
        }
        let blank = whole.with_description(" \t");
        assert!(can.with_required(PaymentField::Description).check(&blank).is_err());
    }

    #[test]
    fn an_order_that_is_no_number_is_refused_where_references_are_numbers() {
        let limits = vec![AmountLimits::at_least(Money::vnd(1))];
        let can = PaymentCapabilities::new(CreateMode::Networked, Vec::new(), limits)
            .with_buyer_choice()
            .with_reference(TextRules::numbers(1, 9_007_199_254_740_991));
        let field = |order| {
            let request = CreatePayment::new(OrderRef::new(order).unwrap(), Money::vnd(1)).unwrap();
            can.check(&request).err().map(|error| error.field().unwrap().to_owned())
        };
        assert_eq!((field("42"), field("DH1")), (None, Some("order".to_owned())));
    }
}
