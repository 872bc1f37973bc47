//! Lists of records.

use std::fmt;
use std::str::FromStr;

use payments_core::{Error, OrderRef, PayoutRef, Result, payment::Funding};

use super::Engine;
use crate::{
    record::{AccountRecord, PaymentRecord, PayoutRecord, RecordState},
    store::StoreError,
};

/// The number of payments that are read at a time.
const PAGE: usize = 200;

/// Selects the payments of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaymentFilter {
    /// Every payment.
    All,
    /// Payments for which nothing was received.
    Nothing,
    /// Payments for which less was received than was requested.
    Short,
    /// Payments for which exactly the requested amount was received.
    Exact,
    /// Payments for which more was received than was requested.
    Over,
    /// Payments for which no amount was requested, such as those that are known only from reports.
    NotAsked,
    /// Payments with an instruction whose outcome is unknown.
    InDoubt,
}

impl PaymentFilter {
    /// Every filter.
    pub const ALL: [Self; 7] = [
        Self::All,
        Self::Nothing,
        Self::Short,
        Self::Exact,
        Self::Over,
        Self::NotAsked,
        Self::InDoubt,
    ];

    /// Returns the filter as one word, such as `in_doubt`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Nothing => "nothing",
            Self::Short => "short",
            Self::Exact => "exact",
            Self::Over => "over",
            Self::NotAsked => "not_asked",
            Self::InDoubt => "in_doubt",
        }
    }

    fn takes(self, record: &PaymentRecord) -> bool {
        match (self, record.funding()) {
            (Self::All, _)
            | (Self::Nothing, Some(Funding::Nothing))
            | (Self::Short, Some(Funding::Short { .. }))
            | (Self::Exact, Some(Funding::Exact))
            | (Self::Over, Some(Funding::Over { .. }))
            | (Self::NotAsked, None) => true,
            (Self::InDoubt, _) => record.is_in_doubt(),
            _ => false,
        }
    }
}

impl fmt::Display for PaymentFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PaymentFilter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            Error::invalid("filter", format!("is not one of {known}"))
        })
    }
}

impl Engine {
    /// Returns up to `most` payouts in the order of their references, beginning after the reference
    /// `after`. With a `state` it returns only the payouts in that state.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn list_payouts(
        &self,
        state: Option<RecordState>,
        after: Option<&PayoutRef>,
        most: usize,
    ) -> Result<Vec<PayoutRecord>> {
        let after = after.map(ToString::to_string).unwrap_or_default();
        let store = &self.0.shared().journal.store;
        let read = store.run(move |backend| backend.payouts_after(state, &after, most));
        read.await.map_err(StoreError::into_error)
    }

    /// Returns up to `most` payments that match a filter, in the order of their references,
    /// beginning after the reference `after`.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn list_payments(
        &self,
        filter: PaymentFilter,
        after: Option<&OrderRef>,
        most: usize,
    ) -> Result<Vec<PaymentRecord>> {
        let taken = move |record: PaymentRecord| filter.takes(&record).then_some(record);
        self.listed(after, most, move |record| taken(record).into_iter().collect()).await
    }

    /// Returns virtual accounts, each with its order, sorted by the references of the orders and
    /// beginning after `after`: at least `most` accounts, if there are that many, with all accounts
    /// of the last order.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn list_virtual_accounts(
        &self,
        after: Option<&OrderRef>,
        most: usize,
    ) -> Result<Vec<(OrderRef, AccountRecord)>> {
        let accounts = |record: PaymentRecord| {
            let order = record.order;
            record.accounts.into_iter().map(|account| (order.clone(), account)).collect()
        };
        self.listed(after, most, accounts).await
    }

    /// Maps each payment after `after`, until there are at least `most` results.
    async fn listed<T: Send + 'static>(
        &self,
        after: Option<&OrderRef>,
        most: usize,
        made: impl Fn(PaymentRecord) -> Vec<T>,
    ) -> Result<Vec<T>> {
        let mut after = after.map(ToString::to_string).unwrap_or_default();
        let mut listed = Vec::new();
        while listed.len() < most {
            let store = &self.0.shared().journal.store;
            let from = after.clone();
            let read = store.run(move |backend| backend.payments().payments_after(&from, PAGE));
            let page = read.await.map_err(StoreError::into_error)?;
            let Some(last) = page.last() else { break };
            after = last.order.to_string();
            for record in page {
                if listed.len() >= most {
                    break;
                }
                listed.extend(made(record));
            }
        }
        Ok(listed)
    }
}
