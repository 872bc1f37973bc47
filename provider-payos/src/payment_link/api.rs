//! The operations of payment links (source: payos.vn/docs, API: payment links).

use http::Method;
use payments_core::{
    Absence, Decline, DeclineReason, Error, Lookup, OrderRef, Result, Submission, Uncertain,
    UncertainCause,
    payment::{CreatePayment, Payment, PaymentState},
};
use provider_kit::wire::Number;

use super::{Links, options::PayOSOptions, payment, status, wire};
use crate::{
    channel::Asked,
    limits,
    operation::{Class, Operation, RequestSignature, ResponseSignature},
    order_code::OrderCode,
};

/// Opens a link.
pub(crate) const CREATE: Operation = Operation {
    name: "create_payment",
    method: Method::POST,
    path: "/v2/payment-requests",
    class: Class::Instruction,
    request: RequestSignature::Member,
    response: ResponseSignature::BesideData,
    codes: status::refusal,
};

/// Finds a link by its orderCode.
pub(crate) const FIND: Operation = Operation {
    name: "find_payment",
    method: Method::GET,
    path: "/v2/payment-requests/{id}",
    class: Class::Inquiry,
    request: RequestSignature::Unsigned,
    response: ResponseSignature::BesideData,
    codes: status::refusal,
};

/// Cancels a link by its orderCode.
pub(crate) const CANCEL: Operation = Operation {
    name: "cancel_payment",
    method: Method::POST,
    path: "/v2/payment-requests/{id}/cancel",
    class: Class::Instruction,
    request: RequestSignature::Unsigned,
    response: ResponseSignature::BesideData,
    codes: status::refusal,
};

impl Links {
    /// Checks the rules that the capabilities do not express, and that the request can be signed.
    /// Nothing is sent.
    ///
    /// # Errors
    /// Returns an error if payOS would refuse the request or could divide its signed text
    /// differently.
    pub(super) fn check_create(&self, request: &CreatePayment) -> Result<()> {
        if request.order.as_str() == limits::SAMPLE_ORDER {
            let message = "is the order of payOS's sample delivery; use another number";
            return Err(Error::invalid("order", message));
        }
        if request.expires_at.is_some_and(|end| end.unix_seconds() > limits::LATEST_END) {
            return Err(Error::invalid("expires_at", "is too far away; payOS ends in 2038"));
        }
        let options = options(request)?;
        self.body(request, &options).map(drop)
    }

    pub(super) async fn create(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        let options = options(request)?;
        let asked = Asked::with_body(CREATE.path, &self.body(request, &options)?)?;
        self.channel
            .instruct(&CREATE, Some((&request.order).into()), asked, |reply| {
                reply.submission(|link, raw| payment::created(request, &link, raw))
            })
            .await
    }

    /// Finds a link by its orderCode.
    ///
    /// # Errors
    /// The request to payOS failed, its response could not be read, or the response is not about
    /// this order.
    pub(crate) async fn find(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        // A value in a path is checked first, because another text could lead to another path.
        limits::ORDER.check("order", order.as_str())?;
        let asked = Asked::path(FIND.path_of(order.as_str())?);
        self.channel
            .inquire(&FIND, asked, |reply| {
                if reply.refusal() == Some(status::NO_SUCH_LINK) {
                    // The response is not signed, and a request whose response was lost may still
                    // arrive.
                    let why = "payOS knows no such order yet; a request on its way would open it";
                    return Ok(Lookup::Absent(Absence::inconclusive(why)));
                }
                let (link, raw) = reply.found()?;
                let found = payment::found(&link, &self.pay, raw)
                    .map_err(|unreadable| reply.unreadable(unreadable))?;
                match found.order == *order {
                    true => Ok(Lookup::Found(found)),
                    false => Err(reply.malformed("payOS's response is about another order")),
                }
            })
            .await
    }

    /// Cancels a link. payOS documents no code for a link that is paid or already cancelled, so
    /// after any refusal the link is queried, and its state is certain.
    ///
    /// # Errors
    /// The request is invalid, or there was no connection. Nothing was sent.
    pub(crate) async fn cancel(
        &self,
        order: &OrderRef,
        reason: Option<&str>,
    ) -> Result<Submission<Payment>> {
        limits::ORDER.check("order", order.as_str())?;
        let body = wire::CancelLink { cancellation_reason: reason };
        let asked = Asked::with_body(CANCEL.path_of(order.as_str())?, &body)?;
        let submission = self
            .channel
            .instruct(&CANCEL, Some(order.into()), asked, |reply| {
                reply.submission(|link, raw| {
                    let found = payment::found(&link, &self.pay, raw)?;
                    Ok(cancelled(order, found))
                })
            })
            .await?;
        let refused = match &submission {
            Submission::Declined(decline) => decline.clone(),
            Submission::Uncertain(uncertain) if uncertain.cause == UncertainCause::UnknownCode => {
                let decline = Decline::new(DeclineReason::State);
                match &uncertain.code {
                    Some(code) => decline.with_code(code),
                    None => decline,
                }
            }
            _ => return Ok(submission),
        };
        if matches!(refused.reason, DeclineReason::Authentication | DeclineReason::Permission) {
            return Ok(submission);
        }
        Ok(match self.find(order).await {
            // payOS's signed response shows that it is paid, so it can no longer be cancelled.
            Ok(Lookup::Found(found)) if found.state == PaymentState::Settled => {
                Submission::Declined(refused.confirmed())
            }
            _ => submission,
        })
    }

    /// Returns the body of a request, signed.
    fn body<'a>(
        &'a self,
        request: &'a CreatePayment,
        options: &'a PayOSOptions,
    ) -> Result<wire::CreateLink<'a>> {
        let order_code = OrderCode::of(&request.order)?.0;
        let url = |field: &'static str, given: &'a Option<String>, usual: &'a Option<String>| {
            given.as_deref().or(usual.as_deref()).ok_or_else(|| {
                Error::invalid(field, "is missing; give it here or in the configuration")
            })
        };
        let return_url = url("return_url", &request.return_url, &self.return_url)?;
        let cancel_url = url("cancel_url", &request.cancel_url, &self.cancel_url)?;
        let (amount, code) = (request.amount.minor().to_string(), order_code.to_string());
        let fields = [
            ("amount", amount.as_bytes()),
            ("cancelUrl", cancel_url.as_bytes()),
            ("description", request.description.as_bytes()),
            ("orderCode", code.as_bytes()),
            ("returnUrl", return_url.as_bytes()),
        ];
        let signature = self
            .channel
            .sign(&self.channel.formulas.payment_link, &fields)
            .map_err(naming_the_requests_field)?;
        Ok(wire::CreateLink {
            order_code,
            amount: Number::from(request.amount),
            description: &request.description,
            cancel_url,
            return_url,
            signature,
            expired_at: request.expires_at.map(|end| end.unix_seconds()),
            items: options.items(),
            buyer_name: request.buyer.name.as_deref(),
            buyer_company_name: options.buyer_company_name.as_deref(),
            buyer_tax_code: options.buyer_tax_code.as_deref(),
            buyer_address: options.buyer_address.as_deref(),
            buyer_email: request.buyer.email.as_deref(),
            buyer_phone: request.buyer.phone.as_deref(),
        })
    }
}

fn options(request: &CreatePayment) -> Result<PayOSOptions> {
    Ok(request.options.get::<PayOSOptions>()?.unwrap_or_default())
}

/// Reads a signed and documented success of a cancellation.
fn cancelled(order: &OrderRef, found: Payment) -> Submission<Payment> {
    if found.order != *order {
        let message = "payOS's response is about another order";
        let uncertain = Uncertain::new(UncertainCause::Mismatch, message).needing_attention();
        return Submission::Uncertain(uncertain);
    }
    match found.state {
        PaymentState::Cancelled => Submission::Accepted(found),
        _ => {
            let message = "payOS's response does not report the link as cancelled";
            let uncertain = Uncertain::new(UncertainCause::ProviderUndecided, message);
            Submission::Uncertain(match &found.provider_state {
                Some(word) => uncertain.with_code(word),
                None => uncertain,
            })
        }
    }
}

/// Replaces the field in an error by that of the app's request.
fn naming_the_requests_field(error: Error) -> Error {
    let field = match error.field() {
        Some("cancelUrl") => "cancel_url",
        Some("returnUrl") => "return_url",
        Some("orderCode") => "order",
        _ => return error,
    };
    error.with_field(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A response to a cancellation that is about a paid link may be an old one that was sent
    /// again, so it is not a refusal.
    #[test]
    fn a_cancellation_that_is_answered_by_a_paid_link_is_no_refusal() {
        let order = OrderRef::new("20260042").unwrap();
        let found = Payment::new(order.clone(), PaymentState::Settled).with_provider_state("PAID");
        let Submission::Uncertain(uncertain) = cancelled(&order, found) else {
            panic!("it is not known");
        };
        assert_eq!(uncertain.cause, UncertainCause::ProviderUndecided);
    }
}
