//! The role of payments.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Lookup, OrderRef, PaymentProvider, RefundRef, Result, Submission, Uncertain, UncertainCause,
    payment::{
        CreateMode, CreatePayment, NextAction, Payment, PaymentCapabilities, PaymentMethod,
        PaymentState, Refund, RefundPayment, RefundState,
    },
    rules::{AbsenceRule, Repeat},
};

use super::{
    client::Client,
    map,
    response::{Decoded, malformed, mismatch, unknown},
};
use crate::{
    rules::{REFERENCE, TEXT, limits},
    wire::{self, Operation},
};

/// The role of payments.
pub(super) struct Payments {
    client: Arc<Client>,
    capabilities: PaymentCapabilities,
}

impl Payments {
    pub(super) fn new(client: Arc<Client>, create: CreateMode, repeat: Repeat) -> Self {
        Self { client, capabilities: capabilities(create, repeat) }
    }
}

fn capabilities(create: CreateMode, repeat: Repeat) -> PaymentCapabilities {
    PaymentCapabilities::new(create, PaymentMethod::ALL.to_vec(), limits())
        .with_buyer_choice()
        .with_reference(REFERENCE)
        .with_description(TEXT)
        .with_expiry()
        .with_find(None, AbsenceRule::Never)
        .with_cancel()
        .with_refund()
        .with_find_refund()
        .with_repeat(repeat)
}

#[async_trait]
impl PaymentProvider for Payments {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.client.check_end(request.expires_at)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        let body = wire::OpenPayment {
            order: request.order.clone(),
            amount: request.amount,
            method: request.method,
            description: request.description.clone(),
            expires_at: request.expires_at,
            return_url: request.return_url.clone(),
            cancel_url: request.cancel_url.clone(),
            notify_url: request.notify_url.clone(),
        };
        let order = &request.order;
        if self.capabilities.create == CreateMode::Offline {
            let link = NextAction::Redirect { url: self.client.link(&body)? };
            let mut payment = Payment::new(order.clone(), PaymentState::Open)
                .with_asked(request.amount)
                .registered_when_buyer_acts()
                .with_next(link);
            (payment.method, payment.expires_at) = (request.method, request.expires_at);
            return Ok(Submission::Accepted(payment));
        }
        let accept = |decoded: Decoded<wire::Payment>| {
            if decoded.content.order != *order {
                return Ok(mismatch("order"));
            }
            if decoded.content.amount != request.amount {
                return Ok(mismatch("amount"));
            }
            Ok(known(map::payment(decoded.content, decoded.raw)?))
        };
        self.client.instruct(Operation::CreatePayment, &[], order, &body, accept).await
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        REFERENCE.check("order", order.as_str())?;
        let found = self.client.inquire(Operation::FindPayment, &[order.as_str()], "").await?;
        let Some(Decoded::<wire::FoundPayment> { content, raw }) = found else {
            return Ok(Lookup::Absent(unknown()));
        };
        let all = std::iter::once(content.payment).chain(content.again);
        let all = all.map(|payment| map::payment(payment, raw.clone()));
        let all = all.collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        Ok(Lookup::from_vec(all, unknown()))
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        REFERENCE.check("order", order.as_str())?;
        let accept = |decoded: Decoded<wire::Payment>| {
            if decoded.content.order != *order {
                return Ok(mismatch("order"));
            }
            let payment = map::payment(decoded.content, decoded.raw)?;
            Ok(match payment.state {
                PaymentState::Cancelled => Submission::Accepted(payment),
                _ => mismatch("state"),
            })
        };
        self.client.instruct(Operation::CancelPayment, &[order.as_str()], order, &(), accept).await
    }

    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>> {
        REFERENCE.check("refund", request.refund.as_str())?;
        REFERENCE.check("order", request.order.as_str())?;
        TEXT.check("reason", request.reason.as_deref().unwrap_or_default())?;
        let body = wire::GiveBack {
            refund: request.refund.clone(),
            order: request.order.clone(),
            amount: request.amount,
            reason: request.reason.clone(),
        };
        let accept = |decoded: Decoded<wire::Refund>| {
            if decoded.content.refund != request.refund || decoded.content.order != request.order {
                return Ok(mismatch("refund"));
            }
            if request.amount.is_some_and(|amount| amount != decoded.content.amount) {
                return Ok(mismatch("amount"));
            }
            let word = decoded.content.status.clone();
            let refund = map::refund(decoded.content, decoded.raw)?;
            Ok(match refund.state {
                RefundState::Uncertain => unknown_word(&word),
                _ => Submission::Accepted(refund),
            })
        };
        self.client.instruct(Operation::RefundPayment, &[], &request.refund, &body, accept).await
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        REFERENCE.check("refund", refund.as_str())?;
        let found = self.client.inquire(Operation::FindRefund, &[refund.as_str()], "").await?;
        let Some(Decoded { content, raw }) = found else {
            return Ok(Lookup::Absent(unknown()));
        };
        map::refund(content, raw).map(Lookup::Found).map_err(malformed)
    }
}

/// Accepts a payment, unless its state is undocumented.
fn known(payment: Payment) -> Submission<Payment> {
    match payment.state {
        PaymentState::Uncertain => {
            unknown_word(payment.provider_state.as_deref().unwrap_or_default())
        }
        _ => Submission::Accepted(payment),
    }
}

/// Returns the outcome of a response with an undocumented state.
pub(super) fn unknown_word<T>(word: &str) -> Submission<T> {
    let message = "the response has an undocumented state";
    Submission::Uncertain(Uncertain::new(UncertainCause::UnknownCode, message).with_code(word))
}
