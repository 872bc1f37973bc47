//! The health of the engine.

use std::collections::BTreeMap;

use payments_core::{ProviderId, Result, Timestamp};

use super::Engine;
use crate::{
    inbox::InboxHealth,
    notice,
    record::{CaseKind, RecordState},
    seeded::Seeded,
    statements,
    store::{Backend, StoreError},
};

/// The health of the engine, as figures.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// The number of payouts on record, by state. States without records are left out.
    pub records: Vec<(RecordState, u64)>,
    /// The number of open cases, which is the number that [`Engine::cases`] lists.
    pub open_cases: u64,
    /// The number of open cases by kind. Kinds without cases are left out. Contradicted deliveries,
    /// dead letters and unreadable lines are included. Cases that an earlier version stored count as
    /// unrecognised until their records change.
    pub cases: BTreeMap<CaseKind, u64>,
    /// The number of payouts, payments and deliveries that are not final, have no due task and no
    /// open case. It must be 0.
    pub forgotten: u64,
    /// When the record that has been forgotten the longest last changed. `None` if no record is
    /// forgotten.
    pub oldest_forgotten: Option<Timestamp>,
    /// When the oldest uncertain payout last changed, or `None` if none is uncertain.
    pub oldest_uncertain: Option<Timestamp>,
    /// The providers whose permits are held, because their instructions keep failing.
    pub held: Vec<ProviderId>,
    /// Why the engine sends nothing, if the store seems to be an older copy of itself. Otherwise
    /// `None`.
    pub restored: Option<String>,
    /// The health of the inbox.
    pub inbox: InboxHealth,
    /// The number of changes for which a handler failed too often, see [`Engine::dead_letters`].
    pub dead_letters: u64,
    /// The number of engines that run on the store. It is 0 only for a
    /// [visitor](crate::EngineBuilder::visit).
    pub running: u64,
    /// The handlers that were registered before but not by this engine. Changes are kept for them.
    /// It is empty for a visitor, which has no handlers.
    pub missing_handlers: Vec<String>,
    /// When the end of each provider's statement was last reached. Providers whose statement was
    /// never read to its end are left out.
    pub statements: BTreeMap<ProviderId, Timestamp>,
}

impl Engine {
    /// Returns the health of the engine.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn health(&self) -> Result<Health> {
        let shared = self.shared();
        let limit = |member: &crate::shared::Member| shared.hold_after(&member.limits);
        let members: Vec<(ProviderId, u32)> =
            shared.members.iter().map(|(id, member)| (id.clone(), limit(member))).collect();
        let providers: Vec<ProviderId> = shared.providers.keys().cloned().collect();
        let handlers = shared.handlers.get().map(crate::handlers::Handlers::names);
        let restored = shared.restored.why();
        let hours_ago =
            |hours: i64| Timestamp::from_unix(shared.clock.now().unix_seconds() - hours * 3_600);
        let forgets_notices = shared.is_seeded(Seeded::ForgetsNotices);
        let (day, hour) = (hours_ago(24), hours_ago(1));
        let read = shared.journal.store.run(move |backend| {
            let counts = backend.counts()?;
            let lately = backend.inbox().inbox_counts(hour)?.refused;
            let inbox = InboxHealth::new(backend.inbox().inbox_counts(day)?, lately);
            let mut cases = counts.cases;
            let notices = if forgets_notices { Vec::new() } else { notice::notices(backend)? };
            for notice in notices {
                *cases.entry(notice.case.kind).or_default() += 1;
            }
            let dead_letters = backend.handling().dead_letters()?.len() as u64;
            let mut missing_handlers = backend.handlers()?;
            missing_handlers
                .retain(|name| handlers.as_ref().is_some_and(|names| !names.contains(name)));
            Ok(Health {
                records: counts.by_state,
                open_cases: cases.values().sum(),
                cases,
                forgotten: counts.forgotten,
                oldest_forgotten: counts.oldest_forgotten,
                oldest_uncertain: counts.oldest_uncertain,
                held: held(backend, &members)?,
                restored: restored.clone(),
                inbox,
                dead_letters,
                running: counts.running,
                missing_handlers,
                statements: read_at(backend, &providers)?,
            })
        });
        read.await.map_err(StoreError::into_error)
    }
}

/// Returns the providers whose permits are held.
fn held(
    backend: &mut dyn Backend,
    members: &[(ProviderId, u32)],
) -> std::result::Result<Vec<ProviderId>, StoreError> {
    let mut held = Vec::new();
    for (provider, hold_after) in members {
        if backend.breaker(provider)?.holds(*hold_after) {
            held.push(provider.clone());
        }
    }
    Ok(held)
}

/// Returns when the end of each statement was last reached.
fn read_at(
    backend: &mut dyn Backend,
    providers: &[ProviderId],
) -> std::result::Result<BTreeMap<ProviderId, Timestamp>, StoreError> {
    let mut read_at = BTreeMap::new();
    for provider in providers {
        let stored = backend.inbox().progress(provider)?;
        if let Some(at) = stored.as_deref().and_then(statements::read_at) {
            read_at.insert(provider.clone(), at);
        }
    }
    Ok(read_at)
}
