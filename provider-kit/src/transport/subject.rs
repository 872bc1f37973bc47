//! The subject of a call.

use std::fmt;

use payments_core::{OrderRef, PayoutRef, RefundRef};

/// The order, payout, refund or virtual account that a call is about, by the merchant's own
/// reference.
///
/// Hooks, spans and a journal of instructions identify a call by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// A payment, by the order that it pays for.
    Order(OrderRef),
    /// A payout.
    Payout(PayoutRef),
    /// A refund.
    Refund(RefundRef),
    /// A virtual account, by the order that it was opened for.
    VirtualAccount(OrderRef),
}

impl Subject {
    /// Returns the merchant's own reference of the subject, without its kind.
    pub fn reference(&self) -> &str {
        match self {
            Self::Order(order) | Self::VirtualAccount(order) => order.as_str(),
            Self::Payout(payout) => payout.as_str(),
            Self::Refund(refund) => refund.as_str(),
        }
    }
}

impl fmt::Display for Subject {
    /// Writes the kind of the subject and its reference, such as `payout P-1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(order) => write!(f, "order {order}"),
            Self::Payout(payout) => write!(f, "payout {payout}"),
            Self::Refund(refund) => write!(f, "refund {refund}"),
            Self::VirtualAccount(order) => write!(f, "virtual account of order {order}"),
        }
    }
}

impl From<&OrderRef> for Subject {
    fn from(order: &OrderRef) -> Self {
        Self::Order(order.clone())
    }
}

impl From<&PayoutRef> for Subject {
    fn from(payout: &PayoutRef) -> Self {
        Self::Payout(payout.clone())
    }
}

impl From<&RefundRef> for Subject {
    fn from(refund: &RefundRef) -> Self {
        Self::Refund(refund.clone())
    }
}
