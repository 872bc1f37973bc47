//! A virtual account and its credits.

use serde::{Deserialize, Serialize};

use crate::gateway::Books;

/// The prefix that BIDV puts before HPay's short numbers.
pub(super) const PREFIX: &str = "963124";

/// The bank that keeps the simulated accounts, by its code in table 3.
pub(crate) const BANK: &str = "BIDV";

/// A bank account number that HPay opened for the merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccount {
    /// The short number, which the response to a create contains.
    pub number: String,
    /// The bank's prefix and the short number: what a payer transfers to.
    pub full_number: String,
    /// The merchant's number of the call that opened it, if that was one of the newer OpenAPI.
    pub request_id: Option<String>,
    /// HPay's order behind the account, which callbacks name.
    pub order_id: u64,
    /// The order of the checkout page that it was shown for, if it was.
    pub order_code: Option<String>,
    /// The name on it.
    pub name: String,
    /// Meant for one transfer (`va_type` 1) rather than many (2).
    pub is_one_time: bool,
    /// Meant for exactly `amount` (`va_condition` 1) rather than any (2).
    pub is_fixed: bool,
    /// The amount that the merchant asked for, in đồng; 0 for any amount.
    pub amount: i64,
    /// The merchant's text.
    pub remark: String,
    /// When it was opened, in seconds since the Unix epoch.
    pub created_at: i64,
    /// Until when it is meant to be paid.
    pub time_limit: i64,
    /// Everything that arrived, oldest first.
    pub credits: Vec<Credit>,
    /// The status as last set; see [`status_at`](Self::status_at).
    pub status: AccountStatus,
}

/// A transfer that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Credit {
    /// HPay's transaction.
    pub transaction_id: u64,
    /// HPay's number of the credit itself, which the callback's signature covers.
    pub cashin: u64,
    /// The amount, in đồng.
    pub amount: i64,
    /// The payer's text.
    pub remark: String,
    /// When, in seconds since the Unix epoch.
    pub at: i64,
}

/// `va_status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountStatus {
    /// 1: open.
    Active,
    /// 2: a one-time account that was paid.
    Paid,
    /// 3: closed by the merchant.
    Closed,
    /// 4: past its time limit.
    Expired,
}

impl AccountStatus {
    /// The digit on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Active => "1",
            Self::Paid => "2",
            Self::Closed => "3",
            Self::Expired => "4",
        }
    }
}

impl VirtualAccount {
    /// The status at a moment: an open account expires at its time limit.
    pub fn status_at(&self, now: i64) -> AccountStatus {
        match self.status {
            AccountStatus::Active if now > self.time_limit => AccountStatus::Expired,
            status => status,
        }
    }

    /// Whether `number` is its short or its full number.
    pub(super) fn is_called(&self, number: &str) -> bool {
        self.number == number || self.full_number == number
    }

    /// Adds a credit. The bank accepts any amount at any time: nothing is refused here.
    pub(super) fn receive(&mut self, credit: Credit) {
        let is_enough = !self.is_fixed || credit.amount >= self.amount;
        if self.is_one_time && is_enough && self.status_at(credit.at) == AccountStatus::Active {
            self.status = AccountStatus::Paid;
        }
        self.credits.push(credit);
    }
}

impl Books {
    /// The account under a short or a full number.
    pub(super) fn account_mut(&mut self, number: &str) -> Option<&mut VirtualAccount> {
        self.accounts.iter_mut().find(|account| account.is_called(number))
    }
}
