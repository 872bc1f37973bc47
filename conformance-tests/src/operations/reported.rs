//! A value that a provider reports, in any role.

use payments_core::{
    Listed, Movement, Timestamp,
    money::Money,
    payment::{Payment, PaymentState, Refund, RefundState},
    payout::{Balance, Beneficiary, Payout, PayoutState},
    statement::StatementAccount,
    virtual_account::{VirtualAccount, VirtualAccountRules, VirtualAccountState},
};
use serde::Serialize;

use crate::Meaning;

/// A value that a provider reported.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
#[doc(hidden)]
pub enum Reported {
    Payment(Payment),
    Refund(Refund),
    VirtualAccount(VirtualAccount),
    Payout(Payout),
    Movements(Vec<Listed<Movement>>),
    Accounts(Vec<Listed<StatementAccount>>),
    Holder(Beneficiary),
    Balance(Balance),
    Rules(VirtualAccountRules),
}

impl Reported {
    /// Returns the merchant's reference.
    pub(crate) fn reference(&self) -> Option<&str> {
        match self {
            Self::Payment(payment) => Some(payment.order.as_str()),
            Self::Refund(refund) => Some(refund.refund.as_str()),
            Self::VirtualAccount(account) => Some(account.order.as_str()),
            Self::Payout(payout) => Some(payout.payout.as_str()),
            _ => None,
        }
    }

    /// Returns the gateway's own reference.
    pub(crate) fn gateway_ref(&self) -> Option<&str> {
        let name = match self {
            Self::Payment(payment) => payment.gateway_ref.as_ref(),
            Self::Payout(payout) => payout.gateway_ref.as_ref(),
            _ => None,
        };
        name.map(|name| name.as_str())
    }

    /// Returns the amount of the request.
    pub(crate) fn asked(&self) -> Option<Money> {
        match self {
            Self::Payment(payment) => payment.asked,
            Self::Refund(refund) => Some(refund.amount),
            Self::VirtualAccount(account) => account.amount,
            Self::Payout(payout) => payout.amount,
            _ => None,
        }
    }

    /// Returns the sum of the money that arrived.
    pub(crate) fn received(&self) -> Option<Money> {
        match self {
            Self::Payment(payment) => payment.received,
            Self::VirtualAccount(account) => account.received,
            _ => None,
        }
    }

    /// Returns the rows that could be read, or the credits of a payment.
    pub(crate) fn movements(&self) -> Vec<&Movement> {
        match self {
            Self::Payment(payment) => payment.credits.iter().collect(),
            Self::Movements(rows) => rows.iter().filter_map(|row| row.as_result().ok()).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the time of the value.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Payout(payout) => payout.at,
            _ => None,
        }
    }

    /// Returns the expiry, for a virtual account that of each number.
    pub(crate) fn ends(&self) -> Vec<Timestamp> {
        match self {
            Self::Payment(payment) => payment.expires_at.into_iter().collect(),
            Self::VirtualAccount(account) => {
                account.numbers.iter().filter_map(|number| number.expires_at).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns its state in the form of a changed response's meaning, if it has one.
    pub(crate) fn state(&self) -> Option<Meaning> {
        match self {
            Self::Payment(payment) => Some(Meaning::Payment(payment.state)),
            Self::VirtualAccount(account) => Some(Meaning::VirtualAccount(account.state)),
            Self::Payout(payout) => Some(Meaning::Payout(payout.state)),
            _ => None,
        }
    }

    pub(crate) fn is_uncertain(&self) -> bool {
        match self {
            Self::Payment(payment) => payment.state == PaymentState::Uncertain,
            Self::Refund(refund) => refund.state == RefundState::Uncertain,
            Self::VirtualAccount(account) => account.state == VirtualAccountState::Uncertain,
            Self::Payout(payout) => payout.state == PayoutState::Uncertain,
            _ => false,
        }
    }
}
