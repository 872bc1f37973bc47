//! A payment as the provider reports it.

use serde::{Deserialize, Serialize};

use super::{Funding, NextAction, PaymentMethod, PaymentState};
use crate::{
    GatewayRef, Movement, OrderRef, Timestamp,
    money::{Money, MoneyError},
    raw::Raw,
};

/// A payment as the provider reports it.
#[doc(alias("charge", "transaction", "payment intent"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Payment {
    /// The merchant's own name for the order.
    pub order: OrderRef,
    /// The requested amount. `None` if the provider does not know it, for example because it only
    /// reads a bank statement.
    pub asked: Option<Money>,
    /// The total that arrived, if the provider reports it.
    pub received: Option<Money>,
    /// The state of the payment. [`PaymentState::Settled`] means that the money that arrived is the
    /// merchant's; [`funding`](Self::funding) compares the money with the requested amount.
    pub state: PaymentState,
    /// Whether the gateway has the payment on record already.
    pub registered: Registered,
    /// The alternatives for the buyer's next step, preferred first. The app uses the first one that
    /// it can show. It is empty if the provider gives none, for example for a payment that was
    /// found by an inquiry or is already paid.
    #[serde(deserialize_with = "super::stored::known")]
    pub next: Vec<NextAction>,
    /// The method by which the buyer pays or paid.
    #[serde(default, deserialize_with = "super::stored::if_known")]
    pub method: Option<PaymentMethod>,
    /// The gateway's own name for the payment.
    pub gateway_ref: Option<GatewayRef>,
    /// The time until which the buyer may pay. Use it for display only: money may still arrive
    /// later.
    pub expires_at: Option<Timestamp>,
    /// The credits that arrived for the payment, without duplicates.
    pub credits: Vec<Movement>,
    /// The gateway's own word for the state.
    pub provider_state: Option<String>,
    /// The gateway's response, unchanged.
    #[serde(skip)]
    pub raw: Raw,
}

/// Whether the gateway has a payment on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    /// The gateway has the payment on record.
    ByProvider,
    /// The gateway records the payment when the buyer acts. Until then an inquiry may not find it.
    WhenBuyerActs,
}

impl Payment {
    /// Creates a payment with the state given and no other information.
    pub fn new(order: OrderRef, state: PaymentState) -> Self {
        Self {
            order,
            asked: None,
            received: None,
            state,
            registered: Registered::ByProvider,
            next: Vec::new(),
            method: None,
            gateway_ref: None,
            expires_at: None,
            credits: Vec::new(),
            provider_state: None,
            raw: Raw::default(),
        }
    }

    /// Sets the requested amount.
    #[must_use]
    pub fn with_asked(mut self, amount: Money) -> Self {
        self.asked = Some(amount);
        self
    }

    /// Sets the total that arrived.
    #[must_use]
    pub fn with_received(mut self, amount: Money) -> Self {
        self.received = Some(amount);
        self
    }

    /// Declares that the gateway records the payment only when the buyer acts.
    #[must_use]
    pub fn registered_when_buyer_acts(mut self) -> Self {
        self.registered = Registered::WhenBuyerActs;
        self
    }

    /// Adds a next step for the buyer, after those that are preferred to it.
    #[must_use]
    pub fn with_next(mut self, next: NextAction) -> Self {
        self.next.push(next);
        self
    }

    /// Sets the method by which the buyer pays.
    #[must_use]
    pub fn with_method(mut self, method: PaymentMethod) -> Self {
        self.method = Some(method);
        self
    }

    /// Sets the gateway's own name for the payment.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Sets the time until which the buyer may pay.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets the credits that arrived.
    #[must_use]
    pub fn with_credits(mut self, credits: Vec<Movement>) -> Self {
        self.credits = credits;
        self
    }

    /// Sets the gateway's own word for the state.
    #[must_use]
    pub fn with_provider_state(mut self, word: impl Into<String>) -> Self {
        self.provider_state = Some(word.into());
        self
    }

    /// Sets the gateway's response.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Returns whether `expires_at` has passed. Use it for display only: money may still arrive.
    pub fn is_past(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at < now)
    }

    /// Compares the amount that arrived with `asked`. Pass the amount from your own records, never
    /// the provider's.
    ///
    /// # Errors
    /// Returns an error if the currencies differ.
    pub fn funding(&self, asked: Money) -> Result<Funding, MoneyError> {
        Funding::of(asked, self.received.unwrap_or(Money::zero(asked.currency())))
    }

    /// Returns whether the merchant has the money and it is exactly the requested amount. Check it
    /// before you deliver anything.
    pub fn settles(&self, asked: Money) -> bool {
        self.state == PaymentState::Settled && self.funding(asked) == Ok(Funding::Exact)
    }
}
