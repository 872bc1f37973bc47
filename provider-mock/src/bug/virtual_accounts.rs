//! Mistakes in virtual accounts.

#![deny(clippy::missing_trait_methods)]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use payments_core::{
    AccountId, Listed, Lookup, Movement, Result, Submission, Timestamp, VirtualAccountProvider,
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, VirtualAccount, VirtualAccountCapabilities,
        VirtualAccountRef, VirtualAccountRules, VirtualAccountState,
    },
};

use super::Bug;

pub(super) struct Careless {
    bug: Bug,
    inner: Arc<dyn VirtualAccountProvider>,
    opened: Mutex<Vec<VirtualAccountRef>>,
}

impl Careless {
    pub(super) fn new(bug: Bug, inner: Arc<dyn VirtualAccountProvider>) -> Self {
        Self { bug, inner, opened: Mutex::default() }
    }

    fn opened(&self) -> MutexGuard<'_, Vec<VirtualAccountRef>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn asked(&self, account: &VirtualAccountRef) -> Option<i64> {
        let found = self.inner.find(account).await.ok()?.found().ok()?;
        found.amount.map(|amount| amount.minor())
    }
}

#[async_trait]
impl VirtualAccountProvider for Careless {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        self.inner.capabilities()
    }

    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        self.inner.check(request)
    }

    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        self.inner.rules_for(account).await
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        let mut request = request.clone();
        if self.bug == Bug::DropsTheRemark {
            request.remark = None;
        }
        let opened = self.inner.open(&request).await?;
        if let Submission::Accepted(account) = &opened {
            self.opened().push(account.reference());
        }
        Ok(opened)
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        let mut found = self.inner.find(account).await?;
        if let (Bug::TakesAnyCreditForAll, Lookup::Found(account)) = (self.bug, &mut found)
            && account.received.is_some_and(|received| received.is_positive())
        {
            account.received = account.amount;
        }
        if let (Bug::TakesTheCreditsForTheAsked, Lookup::Found(account)) = (self.bug, &mut found)
            && account.received.is_some_and(|received| received.is_positive())
        {
            account.amount = account.received;
        }
        if let (Bug::DoesNotKnowPartlyPaid, Lookup::Found(account)) = (self.bug, &mut found)
            && account.state == VirtualAccountState::PartlyPaid
        {
            account.state = VirtualAccountState::Uncertain;
        }
        Ok(found)
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        self.inner.update(request).await
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        self.inner.close(account).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        self.inner.reopen(account, until).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        let mut credits = super::of_rows(self.bug, self.inner.credits(account).await?)?;
        if self.bug == Bug::ComparesTheFirstRow {
            let first = credits.first().and_then(|row| row.as_result().ok()).cloned();
            for row in &mut credits {
                if let (Listed::Unreadable(stranger), Some(first)) = (&row, &first)
                    && stranger.detail == "it is of another order"
                {
                    *row = Listed::Read(first.clone());
                }
            }
        }
        if self.bug == Bug::ListsTheCreditsOfAllAccounts {
            let others: Vec<_> = self
                .opened()
                .iter()
                .filter(|other| other.order != account.order)
                .cloned()
                .collect();
            for other in others {
                credits.extend(self.inner.credits(&other).await?);
            }
        }
        if self.bug == Bug::DropsTheShortCredit {
            let asked = self.asked(account).await.unwrap_or_default();
            credits.retain(|credit| {
                credit.as_result().is_ok_and(|credit| credit.amount.minor() >= asked)
            });
        }
        Ok(credits)
    }
}
