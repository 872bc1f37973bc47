//! Inquires about an open payout, and decides whether an absence is conclusive.

use std::sync::Arc;

use payments_core::{Lookup, ProviderId, Raw, Result, Timestamp, payout::Payout};

use super::{Done, schedule};
use crate::{
    journal::{BETWEEN, Change, change_breaker},
    record::{CaseKind, Observation, PayoutRecord, RecordState},
    seeded::Seeded,
    shared::{Flight, Member, Shared},
    store::{Claim, Due, StoreError},
};

/// Returns what an inquiry shows about a record, or `None` if it shows nothing new.
type Observe = Box<dyn Fn(&PayoutRecord) -> Option<Observation> + Send>;

impl Shared {
    /// Inquires about an open payout, and schedules the next inquiry or opens a case.
    pub(super) async fn look_after(
        self: &Arc<Self>,
        member: &Member,
        record: &PayoutRecord,
        claim: &Claim,
        flight: &Flight<'_>,
    ) -> Result<Done, StoreError> {
        let reference = record.reference();
        if self.is_seeded(Seeded::ForgetsTheUncertain) {
            let far = Timestamp::from_unix(i64::MAX);
            return self.put_off(claim, far).await;
        }
        let can_ask = member.payouts.capabilities().find;
        let is_answered = can_ask && self.ask(member, record, Some(flight)).await.is_ok();
        let now = self.clock.now();
        let Some(record) = self.journal.read(reference).await? else { return Ok(Done::Other) };
        if !record.state.is_open() {
            // It has an outcome, or it is not sent yet, which makes it due by itself.
            return Ok(Done::Asked);
        }
        let next = schedule::next(asked_since(&record), now);
        let (window, ask_for) =
            (member.payouts.capabilities().inquiry_window, member.limits.ask_for);
        let passed = self.journal.observe(reference, now, move |record| {
            let since = asked_since(record);
            let asked = now.since(since);
            let is_over = window.is_some_and(|window| asked >= window)
                || !can_ask
                || record.state == RecordState::Uncertain && asked >= ask_for;
            let has_case = record.cases.iter().any(|case| case.kind == CaseKind::Unknown);
            let observation = Observation::WindowPassed { seconds: asked.as_secs() };
            let due = Due::At(schedule::next(since, now));
            (record.state.is_open() && is_over && !has_case).then_some(Change { observation, due })
        });
        if !passed.await?.is_written {
            self.put_off(claim, next).await?;
        }
        Ok(if is_answered { Done::Asked } else { Done::Other })
    }

    /// Inquires about the last failed payout of a provider whose permits are held, once a minute
    /// until the provider responds. The response shows that the provider works and that our
    /// credentials are right, so one permit a minute is given again.
    pub(super) async fn ask_while_held(
        self: &Arc<Self>,
        claim: &Claim,
    ) -> Result<Done, StoreError> {
        let now = self.clock.now();
        let member = ProviderId::new(claim.subject.as_str());
        let member = member.ok().and_then(|id| self.member(&id).ok());
        let can_ask = |member: &&Arc<Member>| member.payouts.capabilities().find;
        let Some(member) = member.filter(can_ask) else {
            return self.set_due_of(claim, Due::Never).await;
        };
        let (provider, hold_after) =
            (member.provider.id().clone(), self.hold_after(&member.limits));
        let breaker = self.journal.store.run(move |backend| backend.breaker(&provider)).await?;
        let payout = breaker.asks_about(hold_after);
        let Some(payout) = payout.filter(|_| !self.is_seeded(Seeded::ForgetsTheHeld)) else {
            return self.set_due_of(claim, Due::Never).await;
        };
        let Some(record) = self.journal.read(payout).await? else {
            return self.set_due_of(claim, Due::Never).await;
        };
        match self.ask(member, &record, None).await {
            Ok(_) => {
                self.wake.notify_one();
                self.set_due_of(claim, Due::Never).await?;
                Ok(Done::Asked)
            }
            Err(error) => {
                let provider = member.provider.id();
                tracing::info!(%provider, "permits stay held: the inquiry failed: {error}");
                self.put_off(claim, now.plus(BETWEEN)).await
            }
        }
    }

    /// Inquires about a recorded payout, and records the response. Only the worker of the payout
    /// may conclude from an absence, because another one may be sending it.
    ///
    /// # Errors
    /// The inquiry failed. The record did not change.
    pub(crate) async fn ask(
        &self,
        member: &Member,
        record: &PayoutRecord,
        flight: Option<&Flight<'_>>,
    ) -> Result<Lookup<Payout>> {
        let reference = record.reference();
        let asked_at = self.clock.now();
        let found = member.payouts.find_payout(reference).await?;
        self.inquiry_was_answered(member).await;
        let observe: Observe = match &found {
            Lookup::Found(payout) => {
                let payout = payout.clone();
                Box::new(move |record| {
                    let found = || Observation::Found { payouts: vec![payout.clone()] };
                    is_news(record, &payout).then(found)
                })
            }
            Lookup::Several(payouts) => {
                let first = self.is_seeded(Seeded::TakesTheFirstOfSeveral);
                let most = if first { 1 } else { payouts.len() };
                let payouts: Vec<_> = payouts.iter().take(most).cloned().collect();
                Box::new(move |_| Some(Observation::Found { payouts: payouts.clone() }))
            }
            Lookup::Absent(_) if flight.is_none() => return Ok(found),
            Lookup::Absent(_) => {
                let rule = member.limits.absence.unwrap_or(member.payouts.capabilities().absence);
                let quiet = member.limits.quiet;
                let asked_at = if self.is_seeded(Seeded::ConcludesWithoutQuiet) {
                    Timestamp::from_unix(i64::MAX)
                } else {
                    asked_at
                };
                Box::new(move |record| {
                    let by = record.conclusion(rule, quiet, asked_at)?;
                    Some(Observation::Concluded { by })
                })
            }
        };
        let now = self.clock.now();
        let observed = self.journal.observe(reference, now, move |record| {
            let observation = observe(record)?;
            let due = Due::At(schedule::next(asked_since(record), now));
            Some(Change { observation, due })
        });
        if observed.await.map_err(StoreError::into_error)?.is_written {
            self.notify(reference);
        }
        Ok(found)
    }

    /// Resumes held permits, now that the provider responds.
    async fn inquiry_was_answered(&self, member: &Member) {
        let provider = member.provider.id().clone();
        let hold_after = self.hold_after(&member.limits);
        let answered = self
            .journal
            .store
            .run(move |backend| {
                change_breaker(backend, &provider, |breaker| breaker.after_inquiry(hold_after))?;
                Ok(())
            })
            .await;
        if let Err(error) = answered {
            tracing::warn!("an answered inquiry could not be counted: {error}");
        }
    }
}

/// Returns whether a reported payout contains more than its record does.
fn is_news(record: &PayoutRecord, found: &Payout) -> bool {
    // The provider's raw response is not stored.
    let mut found = found.clone();
    found.raw = Raw::default();
    let is_known = record.payout.as_ref() == Some(&found);
    let is_differing = found.differs_from(&record.request).is_some();
    !is_known || !is_differing && record.state != RecordState::from(found.state)
}

/// Returns since when inquiries are possible: since its permit, or else since it was instructed.
fn asked_since(record: &PayoutRecord) -> Timestamp {
    record.permit.as_ref().map_or(record.opened_at, |permit| permit.taken_at)
}
