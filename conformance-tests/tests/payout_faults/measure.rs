//! One payout under one fault, and then an inquiry.

use std::sync::Arc;
use std::time::Duration;

use conformance_tests::proxy::{Fault, FaultProxy};
use payments_core::{
    PayoutProvider, PayoutRef,
    config::PaymentsConfig,
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings, RetryPolicy, Transport},
};

use super::row::{Found, Outcome, Row};
use super::subject::{Hosts, Subject};

/// How long a provider waits at first for an answer that never comes.
const IMPATIENT: Duration = Duration::from_millis(300);
/// Longer than any answer takes that does come, on a busy machine too.
const PATIENT: Duration = Duration::from_secs(60);
const RETRY: RetryPolicy = RetryPolicy::new(2, Duration::from_millis(1), Duration::from_secs(1));

/// What a provider sends by.
pub(crate) type Client = fn(HttpClient) -> Arc<dyn Transport>;

/// Pays out once under `fault`, or without one, and asks what became of it.
///
/// Where only a time limit ends the waiting, a busy machine can reach it before the request has
/// left: then once more, with a longer one and another gateway.
pub(crate) async fn measure<S: Subject>(fault: Option<Fault>, client: Client) -> Row {
    let mut limit = IMPATIENT;
    while limit < PATIENT {
        if let Some(row) = try_to_measure::<S>(fault, client, limit).await {
            return row;
        }
        limit *= 2;
    }
    panic!("{fault:?} never struck: the provider sent nothing that it matches")
}

async fn try_to_measure<S: Subject>(
    fault: Option<Fault>,
    client: Client,
    limit: Duration,
) -> Option<Row> {
    let gateway = S::start().await;
    let proxy = FaultProxy::start_all(gateway.hosts()).await.unwrap();
    let timeout = if fault.is_some_and(Fault::is_silent) { limit } else { PATIENT };
    let paying = payouts(&gateway, &proxy.hosts(), client, timeout);
    if let Some(Fault::KeptAliveClosed(_)) = fault {
        // Leaves a connection to be kept alive.
        let earlier = PayoutRef::new("20260041").unwrap();
        let _ = paying.find_payout(&earlier).await.unwrap();
    }
    if let Some(fault) = fault {
        proxy.inject_if(fault, S::is_payout);
    }

    let reference = PayoutRef::new("20260042").unwrap();
    let request = gateway.payout(reference.clone());
    let outcome = paying.create_payout(&request).await;
    tokio::time::timeout(limit, proxy.settled()).await.ok()?;
    proxy.heal().unwrap();

    // Another process asks, as after a crash.
    let asking = payouts(&gateway, &proxy.hosts(), client, PATIENT);
    let lookup = asking.find_payout(&reference).await;
    Some(Row {
        fault,
        sent: proxy.requests().iter().filter(|request| S::is_payout(request)).count(),
        outcome: Outcome::of(outcome, &request),
        bookings: gateway.bookings(&reference),
        found: Found::of(lookup, &request),
    })
}

/// The provider as an app makes it: out of its configuration, with its layers.
fn payouts<S: Subject>(
    gateway: &S,
    hosts: &Hosts,
    client: Client,
    timeout: Duration,
) -> Arc<dyn PayoutProvider> {
    let settings = HttpClientSettings::default().with_timeout(timeout);
    let client = client(HttpClient::new(settings).unwrap());
    let context = Context::new(client).with_retry(RETRY);
    let config: PaymentsConfig = toml::from_str(&gateway.configuration(hosts)).unwrap();
    let providers = Registry::empty().add(S::REGISTRATION).build(&config, &context);
    let [provider] = providers.unwrap().try_into().unwrap();
    Arc::clone(provider.layered().payouts().unwrap())
}
