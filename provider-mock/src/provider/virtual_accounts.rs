//! The role of virtual accounts.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    AccountId, Error, ErrorKind, Listed, Lookup, Movement, OrderRef, Result, Submission, Timestamp,
    UnreadableRow, VirtualAccountProvider,
    virtual_account::{
        OpenVirtualAccount, ResolveOpen, UpdateVirtualAccount, Uses, VirtualAccount,
        VirtualAccountCapabilities, VirtualAccountRef, VirtualAccountRules, VirtualAccountState,
    },
};
use provider_kit::transport::{Subject, Unreadable};
use serde::Serialize;

use super::{
    client::Client,
    map,
    payments::unknown_word,
    response::{Decoded, malformed, mismatch, unknown},
};
use crate::{
    rules::{HOLDER, LONGEST, REFERENCE, TEXT, limits},
    wire::{self, Operation},
};

/// The role of virtual accounts.
pub(super) struct VirtualAccounts {
    client: Arc<Client>,
    capabilities: VirtualAccountCapabilities,
}

impl VirtualAccounts {
    pub(super) fn new(client: Arc<Client>) -> Self {
        Self { client, capabilities: capabilities() }
    }

    fn check_life(&self, end: Option<Timestamp>) -> Result<()> {
        self.client.check_end(end)?;
        match end {
            Some(end) if end.since(self.client.now()) > LONGEST => {
                Err(Error::invalid("expires_at", "is more than a year away"))
            }
            _ => Ok(()),
        }
    }

    /// Changes the virtual account of an order.
    async fn change(
        &self,
        operation: Operation,
        account: &VirtualAccountRef,
        body: &(impl Serialize + Sync),
    ) -> Result<Submission<VirtualAccount>> {
        let order = &account.order;
        REFERENCE.check("order", order.as_str())?;
        let accept = |decoded: Decoded<wire::VirtualAccount>| {
            if decoded.content.order != *order {
                return Ok(mismatch("order"));
            }
            let submission = known(decoded)?;
            Ok(match &submission {
                Submission::Accepted(account) if !fits(operation, account.state) => {
                    mismatch("state")
                }
                _ => submission,
            })
        };
        let subject = Subject::VirtualAccount(order.clone());
        self.client.instruct(operation, &[order.as_str()], subject, body, accept).await
    }
}

fn capabilities() -> VirtualAccountCapabilities {
    let uses = vec![Uses::Once, Uses::Many];
    VirtualAccountCapabilities::new(limits(), uses, ResolveOpen::ByReference)
        .with_reference(REFERENCE)
        .with_holder(HOLDER)
        .with_remark(TEXT)
        .with_any_amount()
        .with_longest(LONGEST)
        .with_find()
        .with_update()
        .with_close()
        .with_reopen()
        .with_credits(None)
}

#[async_trait]
impl VirtualAccountProvider for VirtualAccounts {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        self.check_life(request.expires_at)
    }

    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        let found = self.client.inquire(Operation::Accounts, &[], "").await?;
        let known = found.is_some_and(|decoded: Decoded<wire::Accounts>| {
            decoded.content.accounts.iter().any(|own| own.id == *account)
        });
        if !known {
            return Err(Error::new(ErrorKind::NotFound, "is not one of our bank accounts")
                .with_operation("rules_for")
                .with_field("account"));
        }
        Ok(VirtualAccountRules::new().with_parts())
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        let body = wire::OpenAccount {
            order: request.order.clone(),
            holder: request.holder.clone(),
            amount: request.amount,
            uses: request.uses,
            expires_at: request.expires_at,
            remark: request.remark.clone(),
            account: request.account.clone(),
        };
        let order = &request.order;
        let accept = |decoded: Decoded<wire::VirtualAccount>| {
            if decoded.content.order != *order {
                return Ok(mismatch("order"));
            }
            if decoded.content.amount != request.amount {
                return Ok(mismatch("amount"));
            }
            known(decoded)
        };
        let operation = Operation::OpenVirtualAccount;
        let subject = Subject::VirtualAccount(order.clone());
        self.client.instruct(operation, &[], subject, &body, accept).await
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        let name = account.order.as_str();
        REFERENCE.check("order", name)?;
        let found = self.client.inquire(Operation::FindVirtualAccount, &[name], "").await?;
        let Some(Decoded { content, raw }) = found else {
            return Ok(Lookup::Absent(unknown()));
        };
        map::virtual_account(content, raw).map(Lookup::Found).map_err(malformed)
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        HOLDER.check("holder", &request.holder)?;
        TEXT.check("remark", request.remark.as_deref().unwrap_or_default())?;
        let body =
            wire::ChangeAccount { holder: request.holder.clone(), remark: request.remark.clone() };
        self.change(Operation::UpdateVirtualAccount, &request.account, &body).await
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        self.change(Operation::CloseVirtualAccount, account, &()).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        self.check_life(until)?;
        let body = wire::ReopenAccount { until };
        self.change(Operation::ReopenVirtualAccount, account, &body).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        let name = account.order.as_str();
        REFERENCE.check("order", name)?;
        let found = self.client.inquire(Operation::Credits, &[name], "").await?;
        let Some(Decoded::<wire::ReadCredits> { content, .. }) = found else {
            return Err(Error::new(
                ErrorKind::NotFound,
                "there is no virtual account of this order",
            )
            .with_operation(Operation::Credits.name()));
        };
        let credits = content.credits.iter().map(|credit| map::listed(credit));
        Ok(credits.map(|credit| of_order(credit, &account.order)).collect())
    }
}

/// Turns a credit of another order into an unreadable row.
fn of_order(credit: Listed<Movement>, order: &OrderRef) -> Listed<Movement> {
    match credit {
        Listed::Read(credit) if credit.order.as_ref() != Some(order) => {
            Listed::Unreadable(UnreadableRow::new("it is of another order"))
        }
        credit => credit,
    }
}

/// Accepts a virtual account, unless its state is undocumented.
fn known(decoded: Decoded<wire::VirtualAccount>) -> Result<Submission<VirtualAccount>, Unreadable> {
    let word = decoded.content.status.clone();
    let account = map::virtual_account(decoded.content, decoded.raw)?;
    Ok(match account.state {
        VirtualAccountState::Uncertain => unknown_word(&word),
        _ => Submission::Accepted(account),
    })
}

/// Returns `true` if the operation leads to this state.
fn fits(operation: Operation, state: VirtualAccountState) -> bool {
    match operation {
        Operation::CloseVirtualAccount => state == VirtualAccountState::Closed,
        Operation::ReopenVirtualAccount => state != VirtualAccountState::Closed,
        _ => true,
    }
}
