//! Refuses requests beyond the capabilities or the provider's own check, before anything is sent.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    AccountId, Error, Listed, Lookup, Movement, OrderRef, PayoutRef, RefundRef, Result, Submission,
    Timestamp,
    bank::BankAccount,
    payment::{
        CreatePayment, Payment, PaymentCapabilities, PaymentProvider, Refund, RefundPayment,
    },
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutProvider},
    statement::{
        Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter, StatementProvider,
    },
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, VirtualAccount, VirtualAccountCapabilities,
        VirtualAccountProvider, VirtualAccountRef, VirtualAccountRules,
    },
};

pub(super) struct Guard<R: ?Sized>(pub(super) Arc<R>);

fn allow(capability: bool, what: &'static str) -> Result<()> {
    if capability { Ok(()) } else { Err(Error::unsupported(format!("the provider cannot {what}"))) }
}

#[async_trait]
impl PaymentProvider for Guard<dyn PaymentProvider> {
    fn capabilities(&self) -> &PaymentCapabilities {
        self.0.capabilities()
    }

    /// Checks the capabilities first, then calls the provider's own check.
    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.capabilities().check(request)?;
        self.0.check(request)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.check(request)?;
        self.0.create_payment(request).await
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        allow(self.capabilities().find, "find payments")?;
        self.0.find_payment(order).await
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        allow(self.capabilities().cancel, "cancel payments")?;
        self.0.cancel_payment(order).await
    }

    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>> {
        allow(self.capabilities().refund, "refund payments")?;
        self.0.refund_payment(request).await
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        allow(self.capabilities().find_refund, "find refunds")?;
        self.0.find_refund(refund).await
    }
}

#[async_trait]
impl VirtualAccountProvider for Guard<dyn VirtualAccountProvider> {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        self.0.capabilities()
    }

    /// Checks the capabilities first, then calls the provider's own check.
    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        self.capabilities().check(request)?;
        self.0.check(request)
    }

    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        self.0.rules_for(account).await
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        self.check(request)?;
        self.0.open(request).await
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        allow(self.capabilities().find, "find virtual accounts")?;
        self.0.find(account).await
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        allow(self.capabilities().update, "change virtual accounts")?;
        self.0.update(request).await
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        allow(self.capabilities().close, "close virtual accounts")?;
        self.0.close(account).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        allow(self.capabilities().reopen, "reopen closed virtual accounts")?;
        self.0.reopen(account, until).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        allow(self.capabilities().credits, "list credits")?;
        self.0.credits(account).await
    }
}

#[async_trait]
impl PayoutProvider for Guard<dyn PayoutProvider> {
    fn capabilities(&self) -> &PayoutCapabilities {
        self.0.capabilities()
    }

    /// Checks the capabilities first, then calls the provider's own check.
    fn check(&self, request: &CreatePayout) -> Result<()> {
        self.capabilities().check(request)?;
        self.0.check(request)
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        self.check(request)?;
        self.0.create_payout(request).await
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        allow(self.capabilities().find, "find payouts")?;
        self.0.find_payout(payout).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        allow(self.capabilities().name_check, "look up the holder of an account")?;
        self.0.verify_beneficiary(account).await
    }

    async fn balance(&self) -> Result<Balance> {
        allow(self.capabilities().balance, "report the balance")?;
        self.0.balance().await
    }
}

#[async_trait]
impl StatementProvider for Guard<dyn StatementProvider> {
    fn capabilities(&self) -> &StatementCapabilities {
        self.0.capabilities()
    }

    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        self.0.accounts().await
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        self.0.entries(after, filter).await
    }
}
