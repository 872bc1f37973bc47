//! The payments of Template, as an app calls them.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use payments_core::{
    Error, Lookup, OrderRef, PaymentProvider, Result, Secret, Submission,
    money::Money,
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentField, Refund,
        RefundPayment,
    },
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, RepeatWindow, TextRules},
};
use provider_kit::{
    transport::{Call, Transport},
    wire::Number,
};

use crate::{map, wire};

pub(crate) struct Client {
    url: String,
    merchant: String,
    api_key: Secret,
    transport: Arc<dyn Transport>,
    capabilities: PaymentCapabilities,
}

/// The limits of the guide (chapters "Open a payment" and "Limits"). The suite tests that what they
/// allow is accepted and that the rest is refused.
fn capabilities() -> PaymentCapabilities {
    // No methods: the buyer chooses on Template's page.
    let limits = AmountLimits::at_least(Money::vnd(1_000)).up_to(Money::vnd(500_000_000));
    PaymentCapabilities::new(CreateMode::Networked, Vec::new(), vec![limits])
        .with_buyer_choice()
        .with_reference(TextRules::new(1, 40, Alphabet::AlphanumericAnd("-_")))
        .with_description(TextRules::new(0, 100, Alphabet::Printable))
        .with_find(None, AbsenceRule::Never)
        .with_required(PaymentField::ReturnUrl)
        .with_repeat(Repeat::Deduplicated { within: RepeatWindow::Forever })
}

impl Client {
    pub(crate) fn new(
        url: String,
        merchant: String,
        api_key: Secret,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self { url, merchant, api_key, transport, capabilities: capabilities() }
    }

    pub(crate) fn merchant(&self) -> &str {
        &self.merchant
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Bytes>> {
        let unwritable = |error: http::Error| {
            Error::invalid("request", "cannot be written as HTTP").with_source(error)
        };
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.api_key.expose()))
            .map_err(|error| unwritable(error.into()))?;
        bearer.set_sensitive(true);
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(header::AUTHORIZATION, bearer)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(unwritable)
    }
}

#[async_trait]
impl PaymentProvider for Client {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        let body = serde_json::to_vec(&wire::OpenPayment {
            merchant: &self.merchant,
            // It is the reference itself, without anything random, so a repeated call names the
            // same payment.
            reference: request.order.as_str(),
            amount: Number::from(request.amount),
            currency: request.amount.currency().code(),
            description: &request.description,
            return_url: request.return_url.as_deref(),
            cancel_url: request.cancel_url.as_deref(),
            notify_url: request.notify_url.as_deref(),
        })
        .map_err(|error| {
            Error::invalid("request", "cannot be written as JSON").with_source(error)
        })?;
        let http = self.request(Method::POST, "/v1/payments", body.into())?;
        // Until here an error means that nothing was sent. From here on no error can be returned.
        let call = Call::instruction("create_payment", http).with_about(&request.order);
        let sent = self.transport.instruct(call).await?;
        Ok(sent.read(|response| map::opened(response, request)))
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        // A value in a path is checked first: the order `../secrets` would lead to another path.
        self.capabilities.reference.check("order", order.as_str())?;
        let http = self.request(Method::GET, &format!("/v1/payments/{order}"), Bytes::new())?;
        let response = self.transport.inquire(Call::inquiry("find_payment", http)).await?;
        map::found(&response, order)
    }

    async fn cancel_payment(&self, _: &OrderRef) -> Result<Submission<Payment>> {
        Err(Error::unsupported("Template cancels nothing; an unpaid payment expires"))
    }

    async fn refund_payment(&self, _: &RefundPayment) -> Result<Submission<Refund>> {
        Err(Error::unsupported("Template gives no money back by itself; use its dashboard"))
    }
}
