//! Template's payments, as an app calls them.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use payments_core::{
    Error, Lookup, OrderRef, PaymentProvider, Result, Secret, Submission,
    money::{Money, wire::Number},
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentMethod, Refund,
        RefundPayment,
    },
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, TextRules},
    transport::{Call, Transport},
};

use crate::{map, wire};

/// Where Template is, and who we are there.
pub(crate) struct Credentials {
    pub(crate) url: String,
    pub(crate) merchant: String,
    pub(crate) api_key: Secret,
}

pub(crate) struct Client {
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    capabilities: PaymentCapabilities,
}

impl Client {
    pub(crate) fn new(credentials: Credentials, transport: Arc<dyn Transport>) -> Self {
        Self { credentials, transport, capabilities: capabilities() }
    }

    pub(crate) fn merchant(&self) -> &str {
        &self.credentials.merchant
    }

    /// Refuses what would not fit into a path, or would name something else there.
    fn payment_path(&self, order: &OrderRef) -> Result<String> {
        self.capabilities.reference.check("order", order.as_str())?;
        Ok(format!("/v1/payments/{order}"))
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> Result<Request<Bytes>> {
        let unwritable = |error: http::Error| {
            Error::invalid("request", "cannot be written as HTTP").with_source(error)
        };
        let Credentials { url, api_key, .. } = &self.credentials;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", api_key.expose()))
            .map_err(|error| unwritable(error.into()))?;
        bearer.set_sensitive(true);
        Request::builder()
            .method(method)
            .uri(format!("{url}{path}"))
            .header(header::AUTHORIZATION, bearer)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(unwritable)
    }
}

/// What the guide says (chapters "Open a payment" and "Limits"). Every yes and every no here is a
/// promise that the tests hold.
fn capabilities() -> PaymentCapabilities {
    PaymentCapabilities::new(
        CreateMode::Networked,
        vec![PaymentMethod::NapasQr, PaymentMethod::Card],
        vec![AmountLimits::at_least(Money::vnd(1_000)).up_to(Money::vnd(500_000_000))],
    )
    .with_buyer_choice()
    .with_reference(TextRules::new(1, 40, Alphabet::AlphanumericAnd("-_")))
    .with_description(TextRules::new(0, 100, Alphabet::Printable))
    .with_find(None, AbsenceRule::Never)
    .with_cancel()
    .with_repeat(Repeat::Deduplicated { within: None })
}

#[async_trait]
impl PaymentProvider for Client {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.capabilities.check(request)?;
        let body = serde_json::to_vec(&wire::OpenPayment {
            merchant: &self.credentials.merchant,
            // The reference itself, and nothing random: a repeated call names the same payment.
            reference: request.order.as_str(),
            amount: Number::from(request.amount),
            currency: request.amount.currency().code(),
            description: &request.description,
            method: request.method.and_then(map::method),
            return_url: request.return_url.as_deref(),
            cancel_url: request.cancel_url.as_deref(),
            notify_url: request.notify_url.as_deref(),
        })
        .map_err(|error| {
            Error::invalid("request", "cannot be written as JSON").with_source(error)
        })?;
        let http = self.request(Method::POST, "/v1/payments", body.into())?;
        // Up to here an error means that nothing left; from here on there is no way back to one.
        let sent = self.transport.instruct(Call::instruction("create_payment", http)).await?;
        Ok(sent.read(|response| map::opened(response, request)))
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        let http = self.request(Method::GET, &self.payment_path(order)?, Bytes::new())?;
        let response = self.transport.inquire(Call::inquiry("find_payment", http)).await?;
        map::found(&response, order)
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        let path = format!("{}/cancel", self.payment_path(order)?);
        let http = self.request(Method::POST, &path, Bytes::new())?;
        let sent = self.transport.instruct(Call::instruction("cancel_payment", http)).await?;
        Ok(sent.read(|response| map::cancelled(response, order)))
    }

    async fn refund_payment(&self, _: &RefundPayment) -> Result<Submission<Refund>> {
        Err(Error::unsupported("Template gives no money back by itself; use its dashboard"))
    }
}
