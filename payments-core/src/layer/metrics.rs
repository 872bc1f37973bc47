//! Counters and histograms of calls and deliveries, for the app's exporter. Their names and labels
//! are in docs/observability.md. Without the feature `metrics` nothing is counted.

use std::time::Duration;

use crate::{EndpointName, ProviderId};

/// The names of a counter and of its histogram.
type Names = (&'static str, &'static str);

const CALLS: Names = ("payments_calls_total", "payments_call_seconds");
const DELIVERIES: Names = ("payments_deliveries_total", "payments_delivery_seconds");
const CONFIRMATIONS: Names = ("payments_confirmations_total", "payments_confirmation_seconds");

/// Counts a call of a role when it ends.
pub(super) fn call(
    provider: &ProviderId,
    operation: &'static str,
    outcome: &'static str,
    took: Duration,
) {
    count(CALLS, provider, &[("operation", operation), ("outcome", outcome)], took);
}

/// Counts a delivery when it was checked.
pub(super) fn delivery(
    provider: &ProviderId,
    endpoint: &EndpointName,
    verdict: &'static str,
    took: Duration,
) {
    count(DELIVERIES, provider, &[("endpoint", endpoint.as_str()), ("verdict", verdict)], took);
}

/// Counts a confirmation of an event, with its outcome.
pub(super) fn confirmation(provider: &ProviderId, outcome: &'static str, took: Duration) {
    count(CONFIRMATIONS, provider, &[("outcome", outcome)], took);
}

#[cfg(feature = "metrics")]
fn count(names: Names, provider: &ProviderId, labels: &[(&'static str, &str)], took: Duration) {
    let provider = metrics::Label::new("provider", provider.as_str().to_owned());
    let others = labels.iter().map(|(name, value)| metrics::Label::new(*name, (*value).to_owned()));
    let labels: Vec<_> = std::iter::once(provider).chain(others).collect();
    metrics::counter!(names.0, labels.clone()).increment(1);
    metrics::histogram!(names.1, labels).record(took);
}

#[cfg(not(feature = "metrics"))]
fn count(_: Names, _: &ProviderId, _: &[(&'static str, &str)], _: Duration) {}
