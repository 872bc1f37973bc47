//! The journal around a provider's virtual accounts.

#![deny(clippy::missing_trait_methods)]

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    AccountId, Listed, Lookup, Movement, Result, Submission, Timestamp, VirtualAccountProvider,
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, VirtualAccount, VirtualAccountCapabilities,
        VirtualAccountRef, VirtualAccountRules,
    },
};

use super::AccountMember;
use crate::{
    engine::Running,
    journal::payments::{stopped, under_way},
    record::AccountChangeKind,
    shared::Shared,
};

/// The virtual accounts of a provider behind the journal: one account for each order, and a permit
/// for each change.
///
/// Calls run completely on the engine's runtime. Dropping the future of a caller changes nothing.
pub(crate) struct JournaledAccounts {
    engine: Arc<Running>,
    member: Arc<AccountMember>,
}

impl JournaledAccounts {
    pub(crate) fn new(engine: Arc<Running>, member: AccountMember) -> Self {
        Self { engine, member: Arc::new(member) }
    }

    /// Runs work on the engine's runtime, and waits for it.
    async fn run<T, W>(
        &self,
        work: impl FnOnce(Arc<Shared>, Arc<AccountMember>) -> W,
    ) -> Option<Result<T>>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let member = Arc::clone(&self.member);
        self.engine.run(|shared| work(shared, member)).await
    }

    async fn change(
        &self,
        account: &VirtualAccountRef,
        what: AccountChangeKind,
    ) -> Result<Submission<VirtualAccount>> {
        self.engine.shared().check_sends()?;
        let account = account.clone();
        let done = self.run(|shared, member| async move {
            shared.change_account(&member, account, what).await
        });
        done.await.unwrap_or_else(|| Ok(under_way("the engine ended while it was changed")))
    }
}

#[async_trait]
impl VirtualAccountProvider for JournaledAccounts {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        self.member.accounts.capabilities()
    }

    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        self.member.accounts.check(request)
    }

    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        self.member.accounts.rules_for(account).await
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        self.check(request)?;
        self.engine.shared().check_sends()?;
        let request = request.clone();
        let done = self
            .run(|shared, member| async move { shared.open_account(&member, request).await })
            .await;
        done.unwrap_or_else(|| Ok(under_way("the engine ended while the account was opened")))
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        let account = account.clone();
        let done = self
            .run(|shared, member| async move { shared.find_account(&member, &account).await })
            .await;
        done.unwrap_or_else(|| Err(stopped()))
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        let (holder, remark) = (request.holder.clone(), request.remark.clone());
        self.change(&request.account, AccountChangeKind::Update { holder, remark }).await
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        self.change(account, AccountChangeKind::Close).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        self.change(account, AccountChangeKind::Reopen { until }).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        let account = account.clone();
        let done = self
            .run(|shared, member| async move { shared.account_credits(&member, &account).await })
            .await;
        done.unwrap_or_else(|| Err(stopped()))
    }
}
