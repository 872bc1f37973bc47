//! A gateway, the proxy before it, and the provider that speaks through the proxy.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Clock, OrderRef, PayoutRef, Provider, RefundRef,
    transport::{HttpClient, HttpClientSettings, RetryPolicy, Transport},
};

use crate::{
    Booking, Flaw, Start, Subject, Tuning,
    proxy::FaultProxy,
    watch::{Note, Watch},
};

/// Longer than any answer takes that does come, on a busy machine too.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);
const RETRY: RetryPolicy = RetryPolicy::new(2, Duration::from_millis(1), Duration::from_secs(1));

pub(crate) struct Scene {
    pub(crate) subject: Subject,
    pub(crate) proxy: Arc<FaultProxy>,
    pub(crate) watch: Arc<Watch>,
    /// As the registration builds it.
    pub(crate) bare: Provider,
    /// With the layers around it, as apps hold it.
    pub(crate) provider: Provider,
}

impl Scene {
    /// A fresh gateway with a provider that waits long for its answers.
    pub(crate) async fn open(start: &Start) -> Result<Self, Flaw> {
        Self::with_timeout(start, PATIENT).await
    }

    /// The same with a provider that waits so long.
    pub(crate) async fn with_timeout(start: &Start, timeout: Duration) -> Result<Self, Flaw> {
        let subject = start.start().await;
        let proxy = FaultProxy::start_all(subject.gateway.hosts()).await;
        let proxy = proxy.map(Arc::new).map_err(|error| {
            Flaw::new("a proxy before every host of the gateway", format!("an error: {error}"))
        })?;
        let client = HttpClient::new(HttpClientSettings::default().with_timeout(timeout));
        let client = client.map_err(|error| Flaw::new("an HTTP client", error))?;
        let watch = Arc::new(Watch::new(Arc::new(client), Arc::clone(&proxy)));
        let tuning = tuning(&subject, Arc::clone(&watch) as Arc<dyn Transport>);
        let bare = subject.gateway.provider(&proxy.hosts(), &tuning);
        let provider = bare.clone().layered();
        Ok(Self { subject, proxy, watch, bare, provider })
    }

    /// A provider of another process, as after a crash: nothing is remembered, and every answer
    /// is waited for.
    pub(crate) fn anew(&self) -> Result<Provider, Flaw> {
        let client = HttpClient::new(HttpClientSettings::default().with_timeout(PATIENT));
        let client = client.map_err(|error| Flaw::new("an HTTP client", error))?;
        let tuning = tuning(&self.subject, Arc::new(client));
        Ok(self.subject.gateway.provider(&self.proxy.hosts(), &tuning).layered())
    }

    /// How many calls the provider has handed to its client so far.
    pub(crate) fn mark(&self) -> usize {
        self.watch.notes().len()
    }

    /// The calls since then.
    pub(crate) fn since(&self, mark: usize) -> Vec<Note> {
        self.watch.notes().split_off(mark)
    }

    pub(crate) async fn bookings(&self) -> Vec<Booking> {
        self.subject.gateway.bookings().await
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.subject.gateway.clock()
    }

    pub(crate) fn order(&self, number: u32) -> Result<OrderRef, Flaw> {
        self.subject.order(number)
    }

    pub(crate) fn payout(&self, number: u32) -> Result<PayoutRef, Flaw> {
        self.subject.payout(number)
    }

    pub(crate) fn refund(&self, number: u32) -> Result<RefundRef, Flaw> {
        self.subject.refund(number)
    }
}

pub(crate) fn tuning(subject: &Subject, client: Arc<dyn Transport>) -> Tuning {
    Tuning::new(client, subject.gateway.clock(), RETRY)
}
