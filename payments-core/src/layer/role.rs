//! The layer around a role. It refuses requests beyond the capabilities or the provider's own check,
//! before anything is sent, and emits one span, one event and one count per call: the provider, the
//! operation and the outcome, never the content. Deliveries are counted here and traced where an app
//! passes them to the hub.

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
    AccountId, EndpointName, Error, Listed, Lookup, Movement, NotificationReceiver, OrderRef,
    PayoutRef, ProviderId, RefundRef, Result, Submission, Timestamp,
    bank::BankAccount,
    notification::{Confirmation, Delivery, Endpoint, Event, Outcome, Received},
    payment::{
        CreatePayment, Payment, PaymentCapabilities, PaymentProvider, Refund, RefundPayment,
    },
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutProvider},
    rules::check_positive,
    statement::{
        Cursor, Page, StatementAccount, StatementCapabilities, StatementFilter, StatementProvider,
    },
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, VirtualAccount, VirtualAccountCapabilities,
        VirtualAccountProvider, VirtualAccountRef, VirtualAccountRules,
    },
};

pub(super) struct RoleLayer<R: ?Sized> {
    provider: ProviderId,
    inner: Arc<R>,
}

impl<R: ?Sized> RoleLayer<R> {
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

fn allow(capability: bool, what: &'static str) -> Result<()> {
    if capability { Ok(()) } else { Err(Error::unsupported(format!("the provider cannot {what}"))) }
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
impl PaymentProvider for RoleLayer<dyn PaymentProvider> {
    fn capabilities(&self) -> &PaymentCapabilities {
        self.inner.capabilities()
    }

    /// Checks the capabilities first, then calls the provider's own check.
    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.capabilities().check(request)?;
        self.inner.check(request)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        let call = async {
            self.check(request)?;
            self.inner.create_payment(request).await
        };
        self.traced("create_payment", submission, call).await
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        let call = async {
            allow(self.capabilities().find, "find payments")?;
            self.inner.find_payment(order).await
        };
        self.traced("find_payment", lookup, call).await
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        let call = async {
            allow(self.capabilities().cancel, "cancel payments")?;
            self.inner.cancel_payment(order).await
        };
        self.traced("cancel_payment", submission, call).await
    }

    async fn refund_payment(&self, request: &RefundPayment) -> Result<Submission<Refund>> {
        let call = async {
            allow(self.capabilities().refund, "refund payments")?;
            request.amount.map_or(Ok(()), check_positive)?;
            self.inner.refund_payment(request).await
        };
        self.traced("refund_payment", submission, call).await
    }

    async fn find_refund(&self, refund: &RefundRef) -> Result<Lookup<Refund>> {
        let call = async {
            allow(self.capabilities().find_refund, "find refunds")?;
            self.inner.find_refund(refund).await
        };
        self.traced("find_refund", lookup, call).await
    }
}

#[async_trait]
impl VirtualAccountProvider for RoleLayer<dyn VirtualAccountProvider> {
    fn capabilities(&self) -> &VirtualAccountCapabilities {
        self.inner.capabilities()
    }

    /// Checks the capabilities first, then calls the provider's own check.
    fn check(&self, request: &OpenVirtualAccount) -> Result<()> {
        self.capabilities().check(request)?;
        self.inner.check(request)
    }

    async fn rules_for(&self, account: &AccountId) -> Result<VirtualAccountRules> {
        self.traced("rules_for", answered, self.inner.rules_for(account)).await
    }

    async fn open(&self, request: &OpenVirtualAccount) -> Result<Submission<VirtualAccount>> {
        let call = async {
            self.check(request)?;
            self.inner.open(request).await
        };
        self.traced("open_virtual_account", submission, call).await
    }

    async fn find(&self, account: &VirtualAccountRef) -> Result<Lookup<VirtualAccount>> {
        let call = async {
            allow(self.capabilities().find, "find virtual accounts")?;
            self.inner.find(account).await
        };
        self.traced("find_virtual_account", lookup, call).await
    }

    async fn update(&self, request: &UpdateVirtualAccount) -> Result<Submission<VirtualAccount>> {
        let call = async {
            allow(self.capabilities().update, "change virtual accounts")?;
            self.inner.update(request).await
        };
        self.traced("update_virtual_account", submission, call).await
    }

    async fn close(&self, account: &VirtualAccountRef) -> Result<Submission<VirtualAccount>> {
        let call = async {
            allow(self.capabilities().close, "close virtual accounts")?;
            self.inner.close(account).await
        };
        self.traced("close_virtual_account", submission, call).await
    }

    async fn reopen(
        &self,
        account: &VirtualAccountRef,
        until: Option<Timestamp>,
    ) -> Result<Submission<VirtualAccount>> {
        let call = async {
            allow(self.capabilities().reopen, "reopen closed virtual accounts")?;
            self.inner.reopen(account, until).await
        };
        self.traced("reopen_virtual_account", submission, call).await
    }

    async fn credits(&self, account: &VirtualAccountRef) -> Result<Vec<Listed<Movement>>> {
        let credits = async {
            allow(self.capabilities().credits, "list credits")?;
            let credits = self.inner.credits(account).await?;
            report_unreadable(&credits);
            Ok(credits)
        };
        self.traced("credits", answered, credits).await
    }
}

#[async_trait]
impl PayoutProvider for RoleLayer<dyn PayoutProvider> {
    fn capabilities(&self) -> &PayoutCapabilities {
        self.inner.capabilities()
    }

    /// Checks the capabilities first, then calls the provider's own check.
    fn check(&self, request: &CreatePayout) -> Result<()> {
        self.capabilities().check(request)?;
        self.inner.check(request)
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let call = async {
            self.check(request)?;
            self.inner.create_payout(request).await
        };
        self.traced("create_payout", submission, call).await
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        let call = async {
            allow(self.capabilities().find, "find payouts")?;
            self.inner.find_payout(payout).await
        };
        self.traced("find_payout", lookup, call).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        let call = async {
            allow(self.capabilities().name_check, "look up the holder of an account")?;
            self.inner.verify_beneficiary(account).await
        };
        self.traced("verify_beneficiary", answered, call).await
    }

    async fn balance(&self) -> Result<Balance> {
        let call = async {
            allow(self.capabilities().balance, "report the balance")?;
            self.inner.balance().await
        };
        self.traced("balance", answered, call).await
    }
}

#[async_trait]
impl StatementProvider for RoleLayer<dyn StatementProvider> {
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
impl NotificationReceiver for RoleLayer<dyn NotificationReceiver> {
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

    fn reply(&self, endpoint: &EndpointName, outcome: Outcome) -> Response<Bytes> {
        self.inner.reply(endpoint, outcome)
    }
}
