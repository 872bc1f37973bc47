//! The figures of [`Health`] as gauges of the `metrics` crate.

use metrics::gauge;
use payments_core::{Result, Timestamp};

use super::{Engine, Health};
use crate::record::{CaseKind, RecordState};

impl Engine {
    /// Sets a gauge of the `metrics` crate for each figure of [`health`](Self::health), and returns
    /// the figures. The names are those of docs/observability.md. Without a recorder nothing is
    /// set.
    ///
    /// Call it when your exporter is scraped, or every minute; each call counts every payout.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn publish_metrics(&self) -> Result<Health> {
        let health = self.health().await?;
        let shared = self.shared();
        let now = shared.clock.now();
        set_records(&health, now);
        set_inbox(&health, now);
        for (id, provider) in &shared.providers {
            let id = id.to_string();
            let is_held = health.held.iter().any(|held| held.as_str() == id);
            gauge!("payments_engine_permits_held", "provider" => id.clone())
                .set(f64::from(u8::from(is_held)));
            // The gauge of an endpoint must fall to 0 once nothing waits at it.
            let endpoints = provider.notifications().map(|one| one.endpoints()).unwrap_or_default();
            for endpoint in endpoints {
                let waiting =
                    health.inbox.unconfirmed_at.iter().find(|(provider, name, _)| {
                        provider.as_str() == id && *name == endpoint.name
                    });
                gauge!(
                    "payments_engine_unconfirmed_deliveries",
                    "provider" => id.clone(),
                    "endpoint" => endpoint.name.to_string()
                )
                .set(count(waiting.map_or(0, |(.., count)| *count)));
            }
            if let Some(at) = health.statements.get(provider.id()) {
                gauge!("payments_engine_statement_age_seconds", "provider" => id)
                    .set(seconds(Some(*at), now));
            }
        }
        gauge!("payments_engine_dead_letters").set(count(health.dead_letters));
        gauge!("payments_engine_missing_handlers").set(count(health.missing_handlers.len() as u64));
        gauge!("payments_engine_running").set(count(health.running));
        gauge!("payments_engine_store_waits_for_a_person")
            .set(f64::from(u8::from(health.restored.is_some())));
        Ok(health)
    }
}

fn set_records(health: &Health, now: Timestamp) {
    for state in RecordState::ALL {
        let known = health.records.iter().find(|(known, _)| *known == state);
        gauge!("payments_engine_payouts", "state" => state.as_str())
            .set(count(known.map_or(0, |(_, count)| *count)));
    }
    gauge!("payments_engine_uncertain_seconds").set(seconds(health.oldest_uncertain, now));
    for kind in CaseKind::ALL {
        let open = health.cases.get(&kind).copied().unwrap_or(0);
        gauge!("payments_engine_open_cases", "kind" => kind.as_str()).set(count(open));
    }
    gauge!("payments_engine_forgotten").set(count(health.forgotten));
    gauge!("payments_engine_forgotten_seconds").set(seconds(health.oldest_forgotten, now));
}

fn set_inbox(health: &Health, now: Timestamp) {
    let inbox = &health.inbox;
    gauge!("payments_engine_unconfirmed_seconds").set(seconds(inbox.oldest_unconfirmed, now));
    gauge!("payments_engine_doubtful_deliveries").set(count(inbox.doubtful));
    // The reasons of the last day: the gauge of a reason that ended must fall to 0.
    for (reason, _) in &inbox.refused {
        let lately = inbox.refused_lately.iter().find(|(known, _)| known == reason);
        gauge!("payments_engine_untrusted_deliveries", "reason" => reason.clone())
            .set(count(lately.map_or(0, |(_, count)| *count)));
    }
}

/// Converts a count to the value of a gauge.
#[expect(clippy::cast_precision_loss, reason = "no count reaches 2^53")]
fn count(count: u64) -> f64 {
    count as f64
}

/// Returns the seconds since a time, or 0 if there is none.
fn seconds(at: Option<Timestamp>, now: Timestamp) -> f64 {
    at.map_or(0.0, |at| now.since(at).as_secs_f64())
}
