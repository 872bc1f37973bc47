//! A payment as the provider sees it.

use serde::{Deserialize, Serialize};

use super::{Funding, NextAction, PaymentMethod, PaymentState};
use crate::{
    GatewayRef, Movement, OrderRef, Timestamp,
    money::{Money, MoneyError},
    raw::Raw,
};

/// A payment as the provider sees it.
#[doc(alias("charge", "transaction", "payment intent"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Payment {
    /// The merchant's own name for what is being paid.
    pub order: OrderRef,
    /// How much is asked, as far as the provider knows; a statement, for one, does not.
    pub asked: Option<Money>,
    /// How much arrived in all, as far as the provider says.
    pub received: Option<Money>,
    /// Where it is. `Settled` says that what arrived is ours; whether that is enough is
    /// [`funding`](Self::funding).
    pub state: PaymentState,
    /// Whether the provider knows of it already.
    pub registered: Registered,
    /// What the buyer does next: one of these, in the provider's order of preference. An app takes
    /// the first that it can show. Empty where the provider names none, as for a payment that was
    /// found or is paid.
    #[serde(deserialize_with = "super::stored::known")]
    pub next: Vec<NextAction>,
    /// How the buyer pays or paid.
    #[serde(default, deserialize_with = "super::stored::if_known")]
    pub method: Option<PaymentMethod>,
    /// The provider's own name for it.
    pub gateway_ref: Option<GatewayRef>,
    /// Until when the buyer may pay. A fact; whether it is past is only a hint for pages.
    pub expires_at: Option<Timestamp>,
    /// The credits that arrived for it, each once.
    pub credits: Vec<Movement>,
    /// The provider's own word for the state.
    pub provider_state: Option<String>,
    /// The provider's own words.
    #[serde(skip)]
    pub raw: Raw,
}

/// Whether the provider knows of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    /// It does.
    ByProvider,
    /// Only once the buyer acts; until then an inquiry may find nothing.
    WhenBuyerActs,
}

impl Payment {
    /// A payment of which only its state is known.
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

    /// Says how much is asked.
    #[must_use]
    pub fn with_asked(mut self, amount: Money) -> Self {
        self.asked = Some(amount);
        self
    }

    /// Says how much arrived in all.
    #[must_use]
    pub fn with_received(mut self, amount: Money) -> Self {
        self.received = Some(amount);
        self
    }

    /// Says that the provider learns of it only when the buyer acts.
    #[must_use]
    pub fn registered_when_buyer_acts(mut self) -> Self {
        self.registered = Registered::WhenBuyerActs;
        self
    }

    /// Adds what the buyer can do next, after what is preferred to it.
    #[must_use]
    pub fn with_next(mut self, next: NextAction) -> Self {
        self.next.push(next);
        self
    }

    /// Says how the buyer pays.
    #[must_use]
    pub fn with_method(mut self, method: PaymentMethod) -> Self {
        self.method = Some(method);
        self
    }

    /// Keeps the provider's own name for it.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Says until when the buyer may pay.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Keeps the credits that arrived.
    #[must_use]
    pub fn with_credits(mut self, credits: Vec<Movement>) -> Self {
        self.credits = credits;
        self
    }

    /// Keeps the provider's own word for the state.
    #[must_use]
    pub fn with_provider_state(mut self, word: impl Into<String>) -> Self {
        self.provider_state = Some(word.into());
        self
    }

    /// Keeps the provider's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Whether `expires_at` has passed: a hint for pages. Money may still arrive.
    pub fn is_past(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at < now)
    }

    /// How what arrived compares with what you asked for: your own figure, never the provider's.
    ///
    /// # Errors
    /// The currencies differ.
    pub fn funding(&self, asked: Money) -> Result<Funding, MoneyError> {
        Funding::of(asked, self.received.unwrap_or(Money::zero(asked.currency())))
    }

    /// Whether the money is ours and exactly what you asked for: the question to ask before
    /// handing anything over.
    pub fn settles(&self, asked: Money) -> bool {
        self.state == PaymentState::Settled && self.funding(asked) == Ok(Funding::Exact)
    }
}
