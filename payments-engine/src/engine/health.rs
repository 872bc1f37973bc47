//! How the engine is.

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

/// How the engine is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// How many payouts are on record, by state; states without records are left out.
    pub records: Vec<(RecordState, u64)>,
    /// How many cases wait for a person, as many as [`Engine::cases`] lists.
    pub open_cases: u64,
    /// The same by kind; kinds without cases are left out. Contradicted deliveries, dead letters and
    /// unreadable lines count too. Cases that an earlier version stored are unrecognised until their
    /// records change.
    pub cases: BTreeMap<CaseKind, u64>,
    /// How many payouts, payments and deliveries are neither final nor due nor before a person. It
    /// has to be 0.
    pub forgotten: u64,
    /// When the one of them changed that is forgotten longest.
    pub oldest_forgotten: Option<Timestamp>,
    /// When the oldest uncertain payout changed last.
    pub oldest_uncertain: Option<Timestamp>,
    /// The providers whose permits are held, because their instructions come to nothing.
    pub held: Vec<ProviderId>,
    /// Why nothing is sent, if the store seems to be an older copy of itself.
    pub restored: Option<String>,
    /// How the inbox is.
    pub inbox: InboxHealth,
    /// How many changes a handler failed at too often, see [`Engine::dead_letters`].
    pub dead_letters: u64,
    /// How many engines run on the store: 0 only for a [visitor](crate::EngineBuilder::visit).
    pub running: u64,
    /// The handlers that were registered before and are not by this engine: changes wait for them. A
    /// visitor, which has no handlers, names none.
    pub missing_handlers: Vec<String>,
    /// When the end of each provider's statement was reached last; providers whose statements were
    /// not read are left out.
    pub statements: BTreeMap<ProviderId, Timestamp>,
}

impl Engine {
    /// How the engine is.
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

/// The providers whose permits are held.
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

/// When the end of each statement was reached last.
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
