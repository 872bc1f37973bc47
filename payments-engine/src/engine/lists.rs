//! Lists of records.

use std::fmt;
use std::str::FromStr;

use payments_core::{Error, OrderRef, PayoutRef, Result, payment::Funding};

use super::Engine;
use crate::{
    record::{AccountRecord, PaymentRecord, PayoutRecord, RecordState},
    store::StoreError,
};

/// How many payments are read at a time.
const PAGE: usize = 200;

/// Which payments are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaymentFilter {
    /// All of them.
    All,
    /// Those of which nothing was received.
    Nothing,
    /// Those of which less was received than was asked for.
    Short,
    /// Those of which exactly what was asked for was received.
    Exact,
    /// Those of which more was received than was asked for.
    Over,
    /// Those about which nothing was asked: they are only known by reports.
    NotAsked,
    /// Those with an instruction of which it is not known what became.
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

    /// The filter in one word, such as `in_doubt`.
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
            Error::invalid("filter", format!("is none of {known}"))
        })
    }
}

impl Engine {
    /// The payouts in a state, or all of them, in the order of their references: up to `most` after
    /// one.
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

    /// The payments that a filter takes, in the order of their references: up to `most` after one.
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

    /// The virtual accounts, each with its order, in the order of these: at least those of `most` orders
    /// after one, if there are so many.
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

    /// What is made of each payment after one, until there is `most` of it.
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
