//! A gateway, the proxy in front of it, and the provider that calls it through the proxy.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    PaymentProvider, PayoutProvider, Provider, StatementProvider, Timestamp,
    VirtualAccountProvider, money::Money,
};
use provider_kit::transport::{CallClass, RetryPolicy, Transport};

use crate::{
    Booking, Flaw, ListsStatements, OpensVirtualAccounts, PaysOut, Start, Subject, TakesPayments,
    Tuning,
    client::{PATIENT, client},
    proxy::FaultProxy,
    recording_transport::{Note, RecordingTransport, line},
};

const RETRY: RetryPolicy = RetryPolicy::new(2, Duration::from_millis(1), PATIENT);

pub(crate) struct Fixture {
    pub(crate) subject: Subject,
    pub(crate) proxy: Arc<FaultProxy>,
    pub(crate) recorder: Arc<RecordingTransport>,
    client: Arc<dyn Transport>,
    pub(crate) provider: Provider,
}

impl Fixture {
    /// Starts a new gateway, with a provider that waits long for its responses.
    pub(crate) async fn open(start: &Start) -> Result<Self, Flaw> {
        let subject = start.start().await;
        let proxy = FaultProxy::start_all(subject.gateway.hosts()).await;
        let proxy = proxy.map(Arc::new).map_err(|error| {
            Flaw::new("a proxy before every host of the gateway", format!("an error: {error}"))
        })?;
        let client = start.client()?;
        let recorder = Arc::new(RecordingTransport::new(Arc::clone(&client), Arc::clone(&proxy)));
        let tuning = tuning(&subject, Arc::clone(&recorder) as Arc<dyn Transport>);
        let provider = subject.gateway.provider(&proxy.hosts(), &tuning);
        Ok(Self { subject, proxy, recorder, client, provider })
    }

    /// Returns a provider like that of another process after a crash: its caches are empty.
    pub(crate) fn restarted(&self) -> Provider {
        self.over(Arc::clone(&self.client))
    }

    /// Returns a provider like that of another process, with a client that has not made a call yet.
    pub(crate) fn unconnected(&self) -> Result<Provider, Flaw> {
        Ok(self.over(client()?))
    }

    fn over(&self, client: Arc<dyn Transport>) -> Provider {
        let tuning = tuning(&self.subject, client);
        self.subject.gateway.provider(&self.proxy.hosts(), &tuning)
    }

    /// Returns the role of payments, if both the provider and its gateway have it.
    pub(crate) fn payments(&self) -> Option<(&dyn TakesPayments, &dyn PaymentProvider)> {
        Some((self.subject.payments.as_deref()?, self.provider.payments().ok()?.as_ref()))
    }

    /// Returns the role of virtual accounts, if both the provider and its gateway have it.
    pub(crate) fn virtual_accounts(
        &self,
    ) -> Option<(&dyn OpensVirtualAccounts, &dyn VirtualAccountProvider)> {
        let role = self.provider.virtual_accounts().ok()?;
        Some((self.subject.virtual_accounts.as_deref()?, role.as_ref()))
    }

    /// Returns the role of payouts, if both the provider and its gateway have it.
    pub(crate) fn payouts(&self) -> Option<(&dyn PaysOut, &dyn PayoutProvider)> {
        Some((self.subject.payouts.as_deref()?, self.provider.payouts().ok()?.as_ref()))
    }

    /// Returns the role of statements, if both the provider and its gateway have it.
    pub(crate) fn statements(&self) -> Option<(&dyn ListsStatements, &dyn StatementProvider)> {
        let role = self.provider.statements().ok()?;
        Some((self.subject.statements.as_deref()?, role.as_ref()))
    }

    /// Returns this amount in a currency that arrives on an account of a statement.
    pub(crate) fn deposit(&self, minor: i64) -> Result<Money, Flaw> {
        let role = self.provider.statements();
        let role = role.map_err(|error| Flaw::new("statements", error))?;
        let currency = role.capabilities().currencies.first().copied();
        let currency = currency.ok_or_else(|| Flaw::new("a currency", "`currencies` is empty"))?;
        Ok(Money::from_minor(minor, currency))
    }

    /// Returns the number of calls that the provider has made so far.
    pub(crate) fn mark(&self) -> usize {
        self.recorder.since(0).len()
    }

    /// Returns the provider's line that made the first call of this class after the mark, or else
    /// the last call of any class.
    pub(crate) fn line(&self, mark: usize, class: CallClass) -> Option<&'static Location<'static>> {
        line(&self.since(mark), class)
    }

    /// Makes the proxy forward everything unchanged.
    pub(crate) fn heal(&self) -> Result<(), Flaw> {
        self.proxy.heal().map_err(|error| Flaw::new("the proxy listens again", error))
    }

    /// Removes a fault that has not taken effect yet, and makes the proxy forward everything
    /// unchanged. Returns whether the fault took effect.
    pub(crate) fn heal_after_fault(&self) -> Result<bool, Flaw> {
        let waits = self.recorder.disarm();
        self.heal()?;
        Ok(!waits)
    }

    /// Returns the calls after the mark.
    pub(crate) fn since(&self, mark: usize) -> Vec<Note> {
        self.recorder.since(mark)
    }

    pub(crate) async fn bookings(&self) -> Vec<Booking> {
        self.subject.gateway.bookings().await
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.subject.gateway.clock().now()
    }
}

fn tuning(subject: &Subject, client: Arc<dyn Transport>) -> Tuning {
    Tuning::new(client, subject.gateway.clock(), RETRY)
}
