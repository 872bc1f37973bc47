//! What keeps an order from being cancelled or voided.

use std::fmt;

use payments_core::payment::{PaymentMethod, PaymentState};

use super::order::{Order, TransactionStatus};

/// Why SePay refuses to cancel or to void an order, by its documented preconditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Obstacle {
    /// It is paid: too late to cancel.
    Paid,
    /// It is not paid: there is nothing to void.
    Unpaid,
    /// It is cancelled already.
    Cancelled,
    /// Its money went back already.
    Refunded,
    /// A transfer paid it: only card payments are voided.
    NotByCard,
}

impl Order {
    /// What keeps [`cancel_payment`](payments_core::PaymentProvider::cancel_payment) from
    /// succeeding, as far as the order tells.
    ///
    /// Only orders by bank transfer or NAPAS that are neither captured nor cancelled can be
    /// cancelled (developer.sepay.vn, payment gateway, API: cancel order). An order does not tell
    /// its method before somebody tried to pay it, so SePay may refuse all the same.
    pub fn cancel_obstacle(&self) -> Option<Obstacle> {
        match self.state {
            PaymentState::Settled => Some(Obstacle::Paid),
            PaymentState::Cancelled => Some(Obstacle::Cancelled),
            PaymentState::Refunded => Some(Obstacle::Refunded),
            _ => None,
        }
    }

    /// What keeps [`void_transaction`](crate::SePay::void_transaction) from succeeding, as far as
    /// the order tells. Ask for the order with its transactions: a list has none.
    ///
    /// Only captured card payments can be voided, and only before they settle (developer.sepay.vn,
    /// payment gateway, API: void transaction). When a payment settles, the order does not tell.
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
