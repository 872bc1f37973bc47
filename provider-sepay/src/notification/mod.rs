//! The role of receiving what SePay sends: IPNs of the payment gateway, webhooks about bank
//! transactions.

mod bank;
mod ipn;
mod reply;
mod sources;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Response};
use payments_core::{
    EndpointName, Error, Movement, NotificationReceiver, Result, Timestamp,
    notification::{
        Confirmation, Delivery, Endpoint, Event, EventData, Outcome, Received, SignedParts,
        Untrusted, UntrustedReason,
    },
    payment::Payment,
};

pub(crate) use bank::{BankWebhook, TokenEndpoint, WebhookAuth};
pub(crate) use ipn::Ipn;
pub use sources::DOCUMENTED_SOURCES;
pub(crate) use sources::Sources;

use crate::{
    client::{OrderApi, UserApi},
    map, wire,
};

/// How far the times of a webhook and of its line in the statement are apart at most.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The name of the endpoint for the payment gateway's IPNs.
pub const IPN: &str = "ipn";

/// The name of the endpoint for webhooks about bank transactions.
pub const BANK_WEBHOOK: &str = "bank-webhook";

/// The name of the endpoint where SePay fetches the tokens that webhooks with OAuth 2.0 carry.
pub const BANK_TOKEN: &str = "bank-token";

/// Receives at the endpoints that are configured.
#[derive(Debug)]
pub(crate) struct Notifications {
    endpoints: Vec<Endpoint>,
    ipn: Option<(Ipn, OrderApi)>,
    bank: Option<BankWebhook>,
    statement: Option<UserApi>,
    sources: Sources,
}

impl Notifications {
    /// `statement` is where a webhook without a signature is confirmed.
    ///
    /// # Errors
    /// None in fact: both names are valid.
    pub(crate) fn new(
        ipn: Option<(Ipn, OrderApi)>,
        bank: Option<BankWebhook>,
        statement: Option<UserApi>,
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

    /// Takes deliveries from these addresses only.
    pub(crate) fn with_sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }

    async fn payment(&self, claimed: &Payment) -> Result<Confirmation> {
        let Some((_, orders)) = &self.ipn else {
            return Err(Error::unsupported("the payment gateway is not configured"));
        };
        Ok(map::payment_told(claimed, orders.payment(&claimed.order).await?))
    }

    /// Looks for the line in at most two pages of the statement: by the bank's reference within a
    /// day of the claimed time or, without a reference, by its amount and second.
    async fn movement(&self, claimed: &Movement) -> Result<Confirmation> {
        let Some(statement) = &self.statement else {
            return Err(Error::unsupported("the statement cannot be asked; give `api_token`"));
        };
        for query in statement_queries(claimed) {
            let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let page = statement.transactions(&query, 1, |_| true).await?;
            if !page.more {
                // A line that cannot be read confirms nothing.
                let lines = page.lines.into_iter().filter_map(|line| line.row);
                let lines = lines.filter_map(|line| line.into_result().ok()).collect();
                return Ok(map::movement_told(claimed, lines));
            }
        }
        // There is nothing to ask by, or more lines than a confirmation reads.
        Ok(map::movement_told(claimed, Vec::new()))
    }
}

/// How to find the line of a claimed movement, one query after another until the answer fits one
/// page. The first has every amount, because a line of another amount contradicts the claim.
fn statement_queries(claimed: &Movement) -> Vec<Vec<(&'static str, String)>> {
    let (direction, least, most) = if claimed.is_credit() {
        ("in", "amount_in_min", "amount_in_max")
    } else {
        ("out", "amount_out_min", "amount_out_max")
    };
    let direction = ("transfer_type", direction.to_owned());
    let amount = claimed.amount.minor().to_string();
    let amount = [(least, amount.clone()), (most, amount)];
    let between = |from: Timestamp, to: Timestamp| {
        [("transaction_date_from", wire::civil(from)), ("transaction_date_to", wire::civil(to))]
    };
    let before = |at: Timestamp| {
        Timestamp::from_unix(at.unix_seconds().saturating_sub_unsigned(A_DAY.as_secs()))
    };
    let reference = claimed.bank_reference.clone().map(|name| ("reference_number", name));
    match (reference, claimed.at) {
        (Some(reference), Some(at)) => {
            let day = between(before(at), at.plus(A_DAY));
            let by_reference: Vec<_> = [direction, reference].into_iter().chain(day).collect();
            let by_amount = by_reference.iter().cloned().chain(amount).collect();
            vec![by_reference, by_amount]
        }
        (Some(reference), None) => vec![[direction, reference].into_iter().chain(amount).collect()],
        (None, Some(at)) => {
            vec![[direction].into_iter().chain(amount).chain(between(at, at)).collect()]
        }
        (None, None) => Vec::new(),
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

    fn signed_parts<'a>(
        &'a self,
        name: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        let bank = self.bank.as_ref().filter(|_| name.as_str() == BANK_WEBHOOK)?;
        bank.signed_parts(delivery)
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        match event.data() {
            EventData::Payment(claimed) => self.payment(claimed).await,
            EventData::Movement(claimed) => self.movement(claimed).await,
            _ => Err(Error::unsupported("SePay tells nothing of this kind")),
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
