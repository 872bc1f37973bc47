//! A refund: the request for it, and its state as the provider reports it.

use serde::{Deserialize, Serialize};

use crate::{
    GatewayRef, OrderRef, RefundRef, Result,
    money::Money,
    raw::Raw,
    rules::{check_positive, positive_if_any},
};

/// A request to refund a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundPayment {
    /// The merchant's own name for the refund.
    pub refund: RefundRef,
    /// The order that was paid.
    pub order: OrderRef,
    /// The amount to refund. It is positive. `None` refunds everything.
    #[serde(default, deserialize_with = "positive_if_any")]
    pub amount: Option<Money>,
    /// The reason, which the gateway records.
    pub reason: Option<String>,
}

impl RefundPayment {
    /// Creates a request to refund everything that was paid for `order`.
    pub fn new(refund: RefundRef, order: OrderRef) -> Self {
        Self { refund, order, amount: None, reason: None }
    }

    /// Sets the amount to refund.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the amount is not positive.
    pub fn with_amount(mut self, amount: Money) -> Result<Self> {
        check_positive(amount)?;
        self.amount = Some(amount);
        Ok(self)
    }

    /// Sets the reason.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// A refund as the provider reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refund {
    /// The merchant's own name for the refund.
    pub refund: RefundRef,
    /// The order that was paid.
    pub order: OrderRef,
    /// The refunded amount.
    pub amount: Money,
    /// The state of the refund.
    pub state: RefundState,
    /// The gateway's own name for the refund.
    pub gateway_ref: Option<GatewayRef>,
    /// The gateway's response, unchanged.
    #[serde(skip)]
    pub raw: Raw,
}

impl Refund {
    /// Creates a refund of `amount`.
    pub fn new(refund: RefundRef, order: OrderRef, amount: Money, state: RefundState) -> Self {
        Self { refund, order, amount, state, gateway_ref: None, raw: Raw::default() }
    }

    /// Sets the gateway's own name for the refund.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Sets the gateway's response.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }
}

/// The state of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefundState {
    /// The gateway is processing the refund.
    Pending,
    /// The money was refunded.
    Done,
    /// The provider reports that the refund failed.
    Failed,
    /// The state is not known: the provider reported none, or one that it does not document.
    ///
    /// A stored state that this version does not know is also read as `Uncertain`.
    #[serde(other)]
    Uncertain,
}
