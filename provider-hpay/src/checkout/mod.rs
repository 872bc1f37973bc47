//! The checkout: payments by a signed link that the buyer opens, found by order inquiry; tokens of
//! cards.

pub(crate) mod api;
mod inquiry_window;
mod link;
mod link_parameters;
mod link_terms;
mod method;
mod methods;
pub mod options;
mod order;
pub(crate) mod payment_notification;
mod saved_card;
pub(crate) mod status;
pub mod token;
mod token_revocation;
mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Error, Lookup, OrderRef, PaymentProvider, Result, Submission,
    money::{Currency, Money},
    payment::{
        CreateMode, CreatePayment, NextAction, Payment, PaymentCapabilities, PaymentMethod,
        PaymentState, Refund, RefundPayment,
    },
    rules::{AbsenceRule, AmountLimits, Repeat},
};

use crate::{
    client::HPay,
    limits::{DESCRIPTION, REFERENCE},
};
use inquiry_window::INQUIRY_WINDOW;
use link::link;
use method::of_method;
use methods::takes_group;

/// Payments through HPay's page.
pub(crate) struct Payments {
    hpay: Arc<HPay>,
    capabilities: PaymentCapabilities,
}

impl Payments {
    pub(crate) fn new(hpay: Arc<HPay>) -> Self {
        let capabilities = capabilities(hpay.merchant.currency);
        Self { hpay, capabilities }
    }
}

/// Returns the capabilities. No absence is ever conclusive, because the expiry of a link is not
/// signed, so that a buyer can remove it, and because HPay has one code for an unknown order and
/// one that it no longer stores.
fn capabilities(currency: Currency) -> PaymentCapabilities {
    let methods = [
        PaymentMethod::DomesticCard,
        PaymentMethod::InternetBanking,
        PaymentMethod::Card,
        PaymentMethod::VirtualAccount,
    ];
    let is_taken =
        |method: &PaymentMethod| of_method(*method).is_some_and(|group| takes_group(group.word()));
    PaymentCapabilities::new(
        CreateMode::Offline,
        methods.into_iter().filter(is_taken).collect(),
        vec![AmountLimits::at_least(match currency {
            // Prices are whole units in either currency.
            Currency::USD => Money::from_minor(100, currency),
            _ => Money::vnd(1),
        })],
    )
    .with_buyer_choice()
    .with_reference(REFERENCE)
    .with_description(DESCRIPTION)
    .with_expiry()
    .with_find(Some(INQUIRY_WINDOW), AbsenceRule::Never)
    .with_repeat(Repeat::PaysAgain)
}

#[async_trait]
impl PaymentProvider for Payments {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    /// Creates the whole link, and refuses a request if that fails.
    fn check(&self, request: &CreatePayment) -> Result<()> {
        link(&self.hpay, request).map(drop)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        let link = link(&self.hpay, request)?;
        let mut payment = Payment::new(request.order.clone(), PaymentState::Open)
            .with_asked(request.amount)
            .registered_when_buyer_acts()
            .with_next(NextAction::Redirect { url: link.url });
        if let Some(method) = request.method {
            payment = payment.with_method(method);
        }
        if let Some(end) = link.expires_at {
            payment = payment.with_expiry(end);
        }
        Ok(Submission::Accepted(payment))
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        self.capabilities.reference.check("order", order.as_str())?;
        self.hpay.find_order(&api::FIND_PAYMENT, order, None).await
    }

    async fn cancel_payment(&self, _: &OrderRef) -> Result<Submission<Payment>> {
        Err(Error::unsupported("HPay cannot cancel a payment; let its link expire")
            .with_operation("cancel_payment"))
    }

    async fn refund_payment(&self, _: &RefundPayment) -> Result<Submission<Refund>> {
        Err(Error::unsupported("HPay documents no refunds; ask its staff, or make a payout")
            .with_operation("refund_payment"))
    }
}
