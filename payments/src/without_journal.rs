//! The providers of a hub whose configuration has the table `[engine]`, before it is behind the
//! journal: they return what they know, and refuse instructions, which nothing would record.

#![deny(clippy::missing_trait_methods)]

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    AccountId, Error, ErrorKind, Listed, Lookup, Movement, OrderRef, PaymentProvider,
    PayoutProvider, PayoutRef, Provider, RefundRef, Result, Submission, Timestamp,
    VirtualAccountProvider,
    bank::BankAccount,
    payment::{CreatePayment, Payment, PaymentCapabilities, Refund, RefundPayment},
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, VirtualAccount, VirtualAccountCapabilities,
        VirtualAccountRef, VirtualAccountRules,
    },
};

/// Returns a provider whose roles refuse instructions.
pub(crate) fn refusing(provider: Provider) -> Provider {
    let mut refusing = provider.clone();
    if let Ok(role) = provider.payments() {
        refusing = refusing.with_payments(Arc::new(WithoutJournal(Arc::clone(role))));
    }
    if let Ok(role) = provider.virtual_accounts() {
        refusing = refusing.with_virtual_accounts(Arc::new(WithoutJournal(Arc::clone(role))));
    }
    if let Ok(role) = provider.payouts() {
        refusing = refusing.with_payouts(Arc::new(WithoutJournal(Arc::clone(role))));
    }
    refusing
}

/// A role that refuses instructions.
struct WithoutJournal<R: ?Sized>(Arc<R>);

fn refused<T>() -> Result<T> {
    Err(Error::new(
        ErrorKind::Configuration,
        "the configuration has [engine], but this hub is not behind its journal: start the engine \
         by payments.engine()?.start(), and use the hub that payments.through(&engine)? returns",
    ))
}

#[async_trait]
impl PaymentProvider for WithoutJournal<dyn PaymentProvider> {
    fn capabilities(&self) -> &PaymentCapabilities {
        self.0.capabilities()
    }

    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.0.check(request)
    }

    async fn create_payment(&self, _: &CreatePayment) -> Result<Submission<Payment>> {
        refused()
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        self.0.find_payment(order).await
    }

    async fn cancel_payment(&self, _: &OrderRef) -> Result<Submission<Payment>> {
        refused()
    }

    async fn refund_payment(&self, _: &RefundPayment) -> Result<Submission<Refund>> {
        refused()
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        self.0.find_refund(refund).await
    }
}

#[async_trait]
impl VirtualAccountProvider for WithoutJournal<dyn VirtualAccountProvider> {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        self.0.capabilities()
    }

    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        self.0.check(request)
    }

    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        self.0.rules_for(account).await
    }

    async fn open(&self, _: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        refused()
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        self.0.find(account).await
    }

    async fn update(&self, _: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        refused()
    }

    async fn close(&self, _: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        refused()
    }

    async fn reopen(
        &self,
        _: &VirtualAccountRef,
        _: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        refused()
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        self.0.credits(account).await
    }
}

#[async_trait]
impl PayoutProvider for WithoutJournal<dyn PayoutProvider> {
    fn capabilities(&self) -> &PayoutCapabilities {
        self.0.capabilities()
    }

    fn check(&self, request: &CreatePayout) -> Result<()> {
        self.0.check(request)
    }

    async fn create_payout(&self, _: &CreatePayout) -> Result<Submission<Payout>> {
        refused()
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        self.0.find_payout(payout).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        self.0.verify_beneficiary(account).await
    }

    async fn balance(&self) -> Result<Balance> {
        self.0.balance().await
    }
}
