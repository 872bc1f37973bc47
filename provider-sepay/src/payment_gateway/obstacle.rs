//! The reasons why an order cannot be cancelled or voided.

use std::fmt;

use payments_core::payment::{PaymentMethod, PaymentState};

use super::order::{Order, TransactionStatus};

/// The reason why SePay refuses to cancel or void an order, according to its documented
/// preconditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Obstacle {
    /// The order is paid, so it is too late to cancel it.
    Paid,
    /// The order is not paid, so there is nothing to void.
    Unpaid,
    /// The order is already cancelled.
    Cancelled,
    /// The money was already returned.
    Refunded,
    /// The order was paid by transfer; only card payments can be voided.
    NotByCard,
}

impl Order {
    /// Returns the reason why [`cancel_payment`](payments_core::PaymentProvider::cancel_payment)
    /// would be refused, or `None` if the order shows none.
    ///
    /// Only orders by bank transfer or NAPAS that are neither captured nor cancelled can be
    /// cancelled (source: developer.sepay.vn, payment gateway, API: cancel order). The order does
    /// not show its method before somebody has tried to pay it, so SePay may refuse even if this
    /// method returns `None`.
    pub fn cancel_obstacle(&self) -> Option<Obstacle> {
        match self.state {
            PaymentState::Settled => Some(Obstacle::Paid),
            PaymentState::Cancelled => Some(Obstacle::Cancelled),
            PaymentState::Refunded => Some(Obstacle::Refunded),
            _ => None,
        }
    }

    /// Returns the reason why [`void_transaction`](crate::SePay::void_transaction) would be
    /// refused, or `None` if the order shows none. The order must have its transactions, which the
    /// orders of a list do not have.
    ///
    /// Only captured card payments can be voided, and only before they settle (source:
    /// developer.sepay.vn, payment gateway, API: void transaction). The order does not show when a
    /// payment settles.
    pub fn void_obstacle(&self) -> Option<Obstacle> {
        match self.state {
            PaymentState::Open | PaymentState::Processing => Some(Obstacle::Unpaid),
            PaymentState::Cancelled => Some(Obstacle::Cancelled),
            PaymentState::Refunded => Some(Obstacle::Refunded),
            PaymentState::Settled => {
                let mut paid = self.transactions.iter().filter(|attempt| {
                    attempt.status == TransactionStatus::Approved && attempt.method.is_some()
                });
                let paid_by = paid.next_back().and_then(|attempt| attempt.method);
                paid_by.filter(|method| *method != PaymentMethod::Card).map(|_| Obstacle::NotByCard)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paid => "the order is paid",
            Self::Unpaid => "the order is not paid",
            Self::Cancelled => "the order is cancelled already",
            Self::Refunded => "the order's money went back already",
            Self::NotByCard => "the order was not paid by card",
        })
    }
}
