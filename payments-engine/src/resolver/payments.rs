//! Asks about orders of which an opening or a refund is in doubt, and about those that are open and
//! not paid, because notifications can be lost.

use std::sync::Arc;

use payments_core::{OrderRef, ProviderId, Timestamp};

use super::{Done, schedule};
use crate::{
    journal::PaymentMember,
    record::{CaseKind, Instruction, PaymentObservation, PaymentRecord, Permit},
    seeded::Seeded,
    shared::Shared,
    store::{Claim, Due, StoreError},
};

impl Shared {
    /// Asks about what is in doubt of an order, and sets when it is asked about next, or calls a
    /// person.
    pub(super) async fn look_after_payment(
        self: &Arc<Self>,
        claim: &Claim,
    ) -> Result<Done, StoreError> {
        let Ok(order) = OrderRef::new(claim.subject.as_str()) else {
            tracing::error!("a stored order is none: {:?}", claim.subject);
            return self.set_due_of(claim, Due::Never).await;
        };
        let Some(record) = self.journal.read_payment(&order).await? else {
            return self.set_due_of(claim, Due::Never).await;
        };
        let mut next: Option<Timestamp> = None;
        for (of, provider, permit) in record.in_doubt() {
            let due = match self.payment_member(&provider) {
                Ok(member) => self.ask_about_instruction(&member, &order, of, permit).await?,
                Err(error) => {
                    tracing::error!(%order, "cannot be asked about: {error}");
                    self.clock.now().plus(super::LEASE)
                }
            };
            next = Some(next.map_or(due, |next| next.min(due)));
        }
        for (provider, since) in record.awaited() {
            let due = self.ask_about_awaited(&provider, &order, since).await;
            next = next.into_iter().chain(due).min();
        }
        let record = self.journal.read_payment(&order).await?;
        let is_asked_about = record.map(|record| record.is_asked_about()).unwrap_or_default();
        let due = next.filter(|_| is_asked_about != (false, false));
        self.set_due_of(claim, due.map_or(Due::Never, Due::At)).await
    }

    /// Asks about a payment that is open since then and not paid, and returns when it is asked about
    /// next; `None` if it is no longer.
    async fn ask_about_awaited(
        &self,
        provider: &ProviderId,
        order: &OrderRef,
        since: Timestamp,
    ) -> Option<Timestamp> {
        if self.is_seeded(Seeded::ForgetsOpenPayments) {
            return None;
        }
        // Without its provider nobody can be asked.
        let member = self.payment_member(provider).ok()?;
        let can = member.payments.capabilities();
        let now = self.clock.now();
        let window = can.inquiry_window.unwrap_or(schedule::AWAITED_FOR);
        if !can.find || now.since(since) >= window.min(schedule::AWAITED_FOR) {
            return None;
        }
        if let Err(error) = self.find_payment(&member, order).await {
            tracing::info!(%order, "could not be asked about yet: {error}");
        }
        Some(schedule::awaited(since, now))
    }

    /// Asks about one instruction, and returns when it is asked about next.
    async fn ask_about_instruction(
        self: &Arc<Self>,
        member: &PaymentMember,
        order: &OrderRef,
        of: Instruction,
        permit: Option<Permit>,
    ) -> Result<Timestamp, StoreError> {
        let now = self.clock.now();
        if !self.interrupt(order, of.clone(), permit.clone()).await? {
            // Its sender may be about to write: before, an inquiry says little.
            return Ok(permit.map_or(now, |permit| permit.send_by).plus(schedule::FIRST));
        }
        let can = member.payments.capabilities();
        let (can_ask, window) = (can.find || can.find_refund, can.inquiry_window);
        let asked = match &of {
            Instruction::Refund { refund } if can.find_refund => {
                self.find_refund(member, refund).await.map(|_| ())
            }
            _ if can.find => self.find_payment(member, order).await.map(|_| ()),
            _ => Ok(()),
        };
        if let Err(error) = asked {
            tracing::info!(%order, "could not be asked about yet: {error}");
        }
        let since = permit.map_or(now, |permit| permit.taken_at);
        let age = now.since(since);
        let is_over =
            !can_ask || window.is_some_and(|window| age >= window) || age >= member.limits.ask_for;
        if is_over {
            let passed = PaymentObservation::WindowPassed { of, seconds: age.as_secs() };
            let calling = self.journal.change_payment(order, now, move |record| {
                let has_case = |record: &PaymentRecord| {
                    let mut cases = record.cases.iter();
                    cases.any(|case| case.kind == CaseKind::Unknown && case.opened_at >= since)
                };
                let is_news =
                    record.is_some_and(|record| record.is_in_doubt() && !has_case(record));
                is_news.then(|| passed.clone())
            });
            calling.await?;
        }
        Ok(schedule::next(since, now))
    }

    async fn set_due_of(&self, claim: &Claim, due: Due) -> Result<Done, StoreError> {
        let claim = claim.clone();
        self.journal.store.run(move |backend| backend.set_due(&claim, due)).await?;
        Ok(Done::Other)
    }
}
