//! A refund: what is asked for, and what the provider says of it.

use serde::{Deserialize, Serialize};

use crate::{
    GatewayRef, OrderRef, RefundRef, Result, money::Money, raw::Raw, rules::check_positive,
};

/// Money to give back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundPayment {
    /// The merchant's own name for the refund.
    pub refund: RefundRef,
    /// The order that was paid.
    pub order: OrderRef,
    /// How much; without one, everything.
    pub amount: Option<Money>,
    /// Why, for the provider's books.
    pub reason: Option<String>,
}

impl RefundPayment {
    /// Gives everything back that was paid for `order`.
    pub fn new(refund: RefundRef, order: OrderRef) -> Self {
        Self { refund, order, amount: None, reason: None }
    }

    /// Gives back only so much.
    ///
    /// # Errors
    /// `InvalidRequest` if the amount is not positive.
    pub fn with_amount(mut self, amount: Money) -> Result<Self> {
        check_positive(amount)?;
        self.amount = Some(amount);
        Ok(self)
    }

    /// Says why.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refund {
    /// The merchant's own name for it.
    pub refund: RefundRef,
    /// The order that was paid.
    pub order: OrderRef,
    /// How much goes back.
    pub amount: Money,
    /// Where it is.
    pub state: RefundState,
    /// The provider's own name for it.
    pub gateway_ref: Option<GatewayRef>,
    /// The provider's own words.
    #[serde(skip)]
    pub raw: Raw,
}

impl Refund {
    /// A refund of `amount`.
    pub fn new(refund: RefundRef, order: OrderRef, amount: Money, state: RefundState) -> Self {
        Self { refund, order, amount, state, gateway_ref: None, raw: Raw::default() }
    }

    /// Keeps the provider's own name for it.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Keeps the provider's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }
}

/// Where a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundState {
    /// The provider works on it.
    Pending,
    /// The money went back.
    Done,
    /// The provider says that it failed.
    Failed,
    /// The provider said something that it documents nowhere.
    ///
    /// A stored word that this version does not know is read as this state.
    #[serde(other)]
    Uncertain,
}
