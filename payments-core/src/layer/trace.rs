//! Emits one span, one event and one count per call of a role: the provider, the operation and the
//! outcome, never the content. Deliveries are counted here and traced where an app passes them to
//! the hub.

#![deny(clippy::missing_trait_methods)]

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use tracing::Instrument as _;

use super::metrics;
use crate::{
    AccountId, EndpointName, Listed, Lookup, Movement, NotificationReceiver, OrderRef, PayoutRef,
    ProviderId, RefundRef, Result, Submission, Timestamp,
    bank::BankAccount,
    notification::{Confirmation, Delivery, Endpoint, Event, Outcome, Received, SignedParts},
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

pub(super) struct Trace<R: ?Sized> {
    provider: ProviderId,
    inner: Arc<R>,
}

impl<R: ?Sized> Trace<R> {
    pub(super) fn new(provider: &ProviderId, inner: Arc<R>) -> Self {
        Self { provider: provider.clone(), inner }
    }

    async fn traced<T>(
        &self,
        operation: &'static str,
        word: fn(&T) -> &'static str,
        call: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let span = tracing::info_span!(
            "payments.call",
            provider = self.provider.as_str(),
            operation,
            outcome = tracing::field::Empty,
            error = tracing::field::Empty,
        );
        let started = Instant::now();
        let result = call.instrument(span.clone()).await;
        let (outcome, error) = match &result {
            Ok(answer) => (word(answer), None),
            Err(error) => ("error", Some(tracing::field::debug(error.kind()))),
        };
        span.record("outcome", outcome).record("error", error.as_ref());
        // Spans are printed only by subscribers that ask for them; this event is one line for each
        // call.
        tracing::info!(
            provider = self.provider.as_str(),
            operation,
            outcome,
            error,
            "call finished"
        );
        metrics::call(&self.provider, operation, outcome, started.elapsed());
        result
    }
}

// The words for outcomes in a span.

fn submission<T>(submission: &Submission<T>) -> &'static str {
    match submission {
        Submission::Accepted(_) => "accepted",
        Submission::Declined(_) => "declined",
        Submission::Uncertain(_) => "uncertain",
    }
}

fn lookup<T>(lookup: &Lookup<T>) -> &'static str {
    match lookup {
        Lookup::Found(_) => "found",
        Lookup::Several(_) => "several",
        Lookup::Absent(_) => "absent",
    }
}

fn answered<T>(_: &T) -> &'static str {
    "answered"
}

/// Emits an event for each row that a person has to look at: its identifier and the reason, never
/// its content.
fn report_unreadable<T>(rows: &[Listed<T>]) {
    for row in rows.iter().filter_map(|row| row.as_result().err()) {
        tracing::warn!(row = ?row.id, reason = ?row.detail, "a row cannot be read; it needs a person");
    }
}

#[async_trait]
impl PaymentProvider for Trace<dyn PaymentProvider> {
    fn capabilities(&self) -> &PaymentCapabilities {
        self.inner.capabilities()
    }

    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.inner.check(request)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.traced("create_payment", submission, self.inner.create_payment(request)).await
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        self.traced("find_payment", lookup, self.inner.find_payment(order)).await
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.traced("cancel_payment", submission, self.inner.cancel_payment(order)).await
    }

    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>> {
        self.traced("refund_payment", submission, self.inner.refund_payment(request)).await
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        self.traced("find_refund", lookup, self.inner.find_refund(refund)).await
    }
}

#[async_trait]
impl VirtualAccountProvider for Trace<dyn VirtualAccountProvider> {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        self.inner.capabilities()
    }

    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        self.inner.check(request)
    }

    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        self.traced("rules_for", answered, self.inner.rules_for(account)).await
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        self.traced("open_virtual_account", submission, self.inner.open(request)).await
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        self.traced("find_virtual_account", lookup, self.inner.find(account)).await
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        self.traced("update_virtual_account", submission, self.inner.update(request)).await
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        self.traced("close_virtual_account", submission, self.inner.close(account)).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        self.traced("reopen_virtual_account", submission, self.inner.reopen(account, until)).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        let credits = async {
            let credits = self.inner.credits(account).await?;
            report_unreadable(&credits);
            Ok(credits)
        };
        self.traced("credits", answered, credits).await
    }
}

#[async_trait]
impl PayoutProvider for Trace<dyn PayoutProvider> {
    fn capabilities(&self) -> &PayoutCapabilities {
        self.inner.capabilities()
    }

    fn check(&self, request: &CreatePayout) -> Result<()> {
        self.inner.check(request)
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        self.traced("create_payout", submission, self.inner.create_payout(request)).await
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        self.traced("find_payout", lookup, self.inner.find_payout(payout)).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        self.traced("verify_beneficiary", answered, self.inner.verify_beneficiary(account)).await
    }

    async fn balance(&self) -> Result<Balance> {
        self.traced("balance", answered, self.inner.balance()).await
    }
}

#[async_trait]
impl StatementProvider for Trace<dyn StatementProvider> {
    fn capabilities(&self) -> &StatementCapabilities {
        self.inner.capabilities()
    }

    async fn accounts(&self) -> Result<Vec<Listed<StatementAccount>>> {
        let accounts = async {
            let accounts = self.inner.accounts().await?;
            report_unreadable(&accounts);
            Ok(accounts)
        };
        self.traced("accounts", answered, accounts).await
    }

    async fn entries(&self, after: &Cursor, filter: &StatementFilter) -> Result<Page> {
        let page = async {
            let page = self.inner.entries(after, filter).await?;
            report_unreadable(&page.entries);
            Ok(page)
        };
        self.traced("entries", answered, page).await
    }
}

#[async_trait]
impl NotificationReceiver for Trace<dyn NotificationReceiver> {
    fn endpoints(&self) -> &[Endpoint] {
        self.inner.endpoints()
    }

    fn receive(
        &self,
        endpoint: &EndpointName,
        delivery: &Delivery<'_>,
        now: Timestamp,
    ) -> Received {
        let started = Instant::now();
        let received = self.inner.receive(endpoint, delivery, now);
        let verdict = received.verdict().as_str();
        metrics::delivery(&self.provider, endpoint, verdict, started.elapsed());
        received
    }

    async fn confirm(&self, event: &Event) -> Result<Confirmation> {
        let started = Instant::now();
        let result = self.inner.confirm(event).await;
        let outcome = match &result {
            Ok(Confirmation::Confirmed(_)) => "confirmed",
            Ok(Confirmation::Contradicted { .. }) => "contradicted",
            Ok(Confirmation::NotYet { .. }) => "not_yet",
            Err(_) => "error",
        };
        metrics::confirmation(&self.provider, outcome, started.elapsed());
        result
    }

    fn signed_parts<'a>(
        &'a self,
        endpoint: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        self.inner.signed_parts(endpoint, delivery)
    }

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        self.inner.reply(endpoint, outcome)
    }
}
