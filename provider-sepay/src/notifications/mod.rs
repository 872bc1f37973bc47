//! The role of notifications: IPNs of the payment gateway, and webhooks about bank transactions.

mod reply;
mod source_ips;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Response};
use payments_core::{
    EndpointName, Error, Movement, NotificationReceiver, Result, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Outcome, Received, Untrusted,
        UntrustedReason,
    },
    payment::Payment,
};
use provider_kit::signature::{ExplainSignature, SignedParts};

pub use source_ips::DOCUMENTED_SOURCES;
pub(crate) use source_ips::Sources;

use crate::{
    bank::{
        self,
        statement::StatementV2,
        webhook::{BankWebhook, WebhookAuth},
    },
    payment_gateway::{self, Ipn, OrderApi},
};

/// The name of the endpoint for the payment gateway's IPNs.
pub const IPN: &str = "ipn";

/// The name of the endpoint for webhooks about bank transactions.
pub const BANK_WEBHOOK: &str = "bank-webhook";

/// The name of the endpoint where SePay requests the tokens that it sends with webhooks that use
/// OAuth 2.0.
pub const BANK_TOKEN: &str = "bank-token";

/// Receives deliveries at the configured endpoints.
#[derive(Debug)]
pub(crate) struct Notifications {
    endpoints: Vec<Endpoint>,
    ipn: Option<(Ipn, OrderApi)>,
    bank: Option<BankWebhook>,
    statement: Option<StatementV2>,
    sources: Sources,
}

impl Notifications {
    /// Creates the role. `statement` is used to confirm a webhook without a signature.
    ///
    /// # Errors
    /// Does not occur, because both names are valid.
    pub(crate) fn new(
        ipn: Option<(Ipn, OrderApi)>,
        bank: Option<BankWebhook>,
        statement: Option<StatementV2>,
    ) -> Result<Self> {
        let mut endpoints = Vec::new();
        if ipn.is_some() {
            endpoints.push(Endpoint::new(
                EndpointName::new(IPN)?,
                Method::POST,
                "SePay's dashboard, payment gateway, IPN: this address, authentication by secret \
                 key",
            ));
        }
        if let Some(bank) = &bank {
            endpoints.push(Endpoint::new(
                EndpointName::new(BANK_WEBHOOK)?,
                Method::POST,
                bank.register(),
            ));
            if let WebhookAuth::OAuth2(_) = bank.auth {
                endpoints.push(Endpoint::new(
                    EndpointName::new(BANK_TOKEN)?,
                    Method::POST,
                    "SePay's dashboard, webhooks, authentication by OAuth 2.0: this is the address \
                     of access tokens",
                ));
            }
        }
        Ok(Self { endpoints, ipn, bank, statement, sources: Sources::default() })
    }

    /// Accepts deliveries only from these addresses.
    pub(crate) fn with_sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }

    async fn payment(&self, claimed: &Payment) -> Result<Confirmation> {
        let Some((_, orders)) = &self.ipn else {
            return Err(Error::unsupported("the payment gateway is not configured"));
        };
        let found = orders.payment(&claimed.order).await?;
        Ok(payment_gateway::confirmation(claimed, found))
    }

    async fn movement(&self, claimed: &Movement) -> Result<Confirmation> {
        match &self.statement {
            Some(statement) => bank::confirm(statement, claimed).await,
            None => Err(Error::unsupported("the statement cannot be asked; give `api_token`")),
        }
    }
}

#[async_trait]
impl NotificationReceiver for Notifications {
    fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    fn receive(&self, name: &EndpointName, delivery: &Delivery<'_>, now: Timestamp) -> Received {
        let endpoint = Endpoint::find(&self.endpoints, name, delivery.method());
        let received = endpoint.and_then(|endpoint| {
            self.sources.check(delivery)?;
            match (name.as_str(), &self.ipn, &self.bank) {
                (IPN, Some((ipn, _)), _) => ipn.receive(endpoint, delivery),
                (BANK_TOKEN, _, Some(BankWebhook { auth: WebhookAuth::OAuth2(tokens), .. })) => {
                    Ok(tokens.receive(delivery, now))
                }
                (BANK_WEBHOOK, _, Some(bank)) => bank.receive(endpoint, delivery, now),
                _ => Err(Untrusted::new(UntrustedReason::WrongEndpoint, "no such endpoint")),
            }
        });
        received.into()
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        match event.data() {
            EventData::Payment(claimed) => self.payment(claimed).await,
            EventData::Movement(claimed) => self.movement(claimed).await,
            _ => Err(Error::unsupported("SePay has no notifications of this kind")),
        }
    }

    fn reply(&self, name: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        match (name.as_str(), &self.bank) {
            (BANK_TOKEN, _) => reply::without_a_token(outcome),
            (BANK_WEBHOOK, Some(BankWebhook { auth: WebhookAuth::OAuth2(_), .. })) => {
                reply::to_oauth2(outcome)
            }
            _ => reply::to(outcome),
        }
    }
}

impl ExplainSignature for Notifications {
    fn signed_parts<'a>(
        &'a self,
        name: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        let bank = self.bank.as_ref().filter(|_| name.as_str() == BANK_WEBHOOK)?;
        bank.signed_parts(delivery)
    }
}
