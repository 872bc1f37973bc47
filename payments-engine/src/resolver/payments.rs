//! Inquires about orders with a doubtful opening or refund, and about those that are open and not
//! paid, because notifications can be lost. Closes instructions that were never sent.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{Lookup, OrderRef, ProviderId, Timestamp};

use super::{Done, schedule};
use crate::{
    record::{Instruction, LookedAfter, PaymentObservation, PaymentRecord, Permit},
    seeded::Seeded,
    shared::Shared,
    store::{Claim, Due, StoreError},
};

/// The result of an inquiry about an instruction.
struct Asked {
    /// Whether the provider supports the inquiry.
    can_ask: bool,
    /// The age up to which the provider supports it, if that is limited.
    window: Option<Duration>,
    /// Whether the provider knows the instruction.
    is_found: bool,
}

impl Shared {
    /// Inquires about the doubtful instructions of an order, and schedules the next inquiry or
    /// opens a case.
    pub(super) async fn look_after_payment(
        self: &Arc<Self>,
        claim: &Claim,
    ) -> Result<Done, StoreError> {
        let Ok(order) = OrderRef::new(claim.subject.as_str()) else {
            tracing::error!("a stored order is not valid: {:?}", claim.subject);
            return self.set_due_of(claim, Due::Never).await;
        };
        let Some(record) = self.journal.read_payment(&order).await? else {
            return self.set_due_of(claim, Due::Never).await;
        };
        let mut next: Option<Timestamp> = None;
        for (of, provider, asked_at) in record.unsent() {
            let due = self.close_unsent(&order, of, &provider, asked_at).await?;
            next = next.into_iter().chain(due).min();
        }
        for (of, provider, permit) in record.in_doubt() {
            let due = self.ask_about_instruction(&provider, &order, of, permit).await?;
            next = Some(next.map_or(due, |next| next.min(due)));
        }
        for (provider, since) in record.awaited() {
            let due = self.ask_about_awaited(&provider, &order, since).await;
            next = next.into_iter().chain(due).min();
        }
        for (provider, since) in record.awaited_accounts() {
            let due = self.ask_about_account(&provider, &record, since).await;
            next = next.into_iter().chain(due).min();
        }
        let record = self.journal.read_payment(&order).await?;
        let left = record.map(|record| record.looked_after()).unwrap_or_default();
        let due = next.filter(|_| left != LookedAfter::default());
        self.set_due_of(claim, due.map_or(Due::Never, Due::At)).await
    }

    /// Closes an instruction as not sent if its call has ended without taking a permit, for example
    /// because its process ended. Returns when to look again if the call may still send it.
    async fn close_unsent(
        &self,
        order: &OrderRef,
        of: Instruction,
        provider: &ProviderId,
        asked_at: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        if self.is_seeded(Seeded::ForgetsTheUnsent) {
            return Ok(None);
        }
        let limits = self.limits.get(provider).cloned().unwrap_or_default();
        let (now, ends_at) = (self.clock.now(), asked_at.plus(limits.waited_for()));
        if now < ends_at {
            return Ok(Some(ends_at));
        }
        let why = "its caller has ended".to_owned();
        let closing = PaymentObservation::NotSent { of: of.clone(), token: None, why };
        let closed = self.journal.change_payment(order, now, move |record| {
            let mut unsent = record?.unsent().into_iter();
            let is_it = unsent.any(|(known, _, since)| known == of && since == asked_at);
            is_it.then(|| closing.clone())
        });
        closed.await.map(|_| None)
    }

    /// Inquires about a payment that is open since a time and not paid. Returns when the next
    /// inquiry is due, or `None` if it is no longer open.
    async fn ask_about_awaited(
        &self,
        provider: &ProviderId,
        order: &OrderRef,
        since: Timestamp,
    ) -> Option<Timestamp> {
        if self.is_seeded(Seeded::ForgetsOpenPayments) {
            return None;
        }
        // If its provider is missing, no inquiry is possible.
        let member = self.payment_member(provider).ok()?;
        let can = member.payments.capabilities();
        let now = self.clock.now();
        let window = can.inquiry_window.unwrap_or(schedule::AWAITED_FOR);
        if !can.find || now.since(since) >= window.min(schedule::AWAITED_FOR) {
            return None;
        }
        if let Err(error) = self.find_payment(&member, order).await {
            tracing::info!(%order, "the inquiry failed and will be repeated: {error}");
        }
        Some(schedule::awaited(since, now))
    }

    /// Inquires about the credits of a virtual account, and returns when the next inquiry is due.
    async fn ask_about_account(
        &self,
        provider: &ProviderId,
        record: &PaymentRecord,
        since: Timestamp,
    ) -> Option<Timestamp> {
        if self.is_seeded(Seeded::ForgetsOpenAccounts) {
            return None;
        }
        let member = self.account_member(provider).ok()?;
        let account = record.account(provider)?;
        let can = member.accounts.capabilities();
        let now = self.clock.now();
        let window = can.credits_window.unwrap_or(schedule::AWAITED_FOR);
        if !can.credits || now.since(since) >= window.min(schedule::AWAITED_FOR) {
            return None;
        }
        if let Err(error) = self.account_credits(&member, &account.reference).await {
            let order = &record.order;
            tracing::info!(%order, "the inquiry about the credits failed and will be repeated: {error}");
        }
        Some(schedule::awaited(since, now))
    }

    /// Inquires about one instruction, and returns when the next inquiry is due.
    async fn ask_about_instruction(
        self: &Arc<Self>,
        provider: &ProviderId,
        order: &OrderRef,
        of: Instruction,
        permit: Option<Permit>,
    ) -> Result<Timestamp, StoreError> {
        let now = self.clock.now();
        if !self.interrupt(order, of.clone(), permit.clone()).await? {
            // Its sender may still write; an inquiry before that proves little.
            return Ok(permit.map_or(now, |permit| permit.send_by).plus(schedule::FIRST));
        }
        let limits = self.limits.get(provider).cloned().unwrap_or_default();
        let asked = match &of {
            Instruction::Account { .. } | Instruction::AccountChange { .. } => {
                self.ask_for_account(provider, order).await
            }
            of => self.ask_for_payment(provider, order, of).await,
        };
        let asked = asked.unwrap_or_else(|error| {
            tracing::info!(%order, "the inquiry failed and will be repeated: {error}");
            Asked { can_ask: true, window: None, is_found: false }
        });
        let Asked { can_ask, window, is_found } = asked;
        if is_found && self.is_over(permit.as_ref(), &limits, now) {
            self.end_unless_shown(order, &of, permit.clone()).await?;
        }
        let since = permit.as_ref().map_or(now, |permit| permit.taken_at);
        let age = now.since(since);
        let is_over =
            !can_ask || window.is_some_and(|window| age >= window) || age >= limits.ask_for;
        if is_over {
            let passed =
                PaymentObservation::WindowPassed { of: of.clone(), seconds: age.as_secs() };
            let calling = self.journal.change_payment(order, now, move |record| {
                let has_case = |record: &PaymentRecord| {
                    let mut cases = record.cases.iter();
                    cases.any(|case| case.is_about(&of) && case.opened_at >= since)
                };
                let is_news = record.is_some_and(|record| {
                    record.is_in_doubt_under(&of, permit.as_ref()) && !has_case(record)
                });
                is_news.then(|| passed.clone())
            });
            calling.await?;
        }
        Ok(schedule::next(since, now))
    }

    /// Inquires about the payment of an order or about one of its refunds.
    async fn ask_for_payment(
        &self,
        provider: &ProviderId,
        order: &OrderRef,
        of: &Instruction,
    ) -> payments_core::Result<Asked> {
        let member = self.payment_member(provider)?;
        let can = member.payments.capabilities();
        let is_found = match of {
            Instruction::Refund { refund } if can.find_refund => {
                matches!(self.find_refund(&member, refund).await?, Lookup::Found(_))
            }
            _ if can.find => {
                matches!(self.find_payment(&member, order).await?, Lookup::Found(_))
            }
            _ => false,
        };
        let can_ask = can.find || can.find_refund;
        Ok(Asked { can_ask, window: can.inquiry_window, is_found })
    }

    /// Inquires about the virtual account of an order.
    async fn ask_for_account(
        &self,
        provider: &ProviderId,
        order: &OrderRef,
    ) -> payments_core::Result<Asked> {
        let member = self.account_member(provider)?;
        let record = self.journal.read_payment(order).await.map_err(StoreError::into_error)?;
        let account = record.as_ref().and_then(|record| record.account(provider));
        let can_ask = member.accounts.capabilities().find;
        let is_found = match account.filter(|_| can_ask) {
            Some(account) => {
                let found = self.find_account(&member, &account.reference).await?;
                matches!(found, Lookup::Found(_))
            }
            None => false,
        };
        Ok(Asked { can_ask, window: None, is_found })
    }

    /// Ends a cancellation or a change of a virtual account that is still uncertain although it can
    /// no longer arrive, if its provider shows that it was not carried out.
    async fn end_unless_shown(
        &self,
        order: &OrderRef,
        of: &Instruction,
        permit: Option<Permit>,
    ) -> Result<(), StoreError> {
        let of = of.clone();
        let ending = self.journal.change_payment(order, self.clock.now(), move |record| {
            let why = "its provider shows that it was not carried out".to_owned();
            let shows = record.is_some_and(|record| {
                record.is_uncertain_under(&of, permit.as_ref()) && record.shows_undone(&of)
            });
            shows.then(|| PaymentObservation::NotCarriedOut { of: of.clone(), why })
        });
        ending.await.map(|_| ())
    }

    pub(super) async fn set_due_of(&self, claim: &Claim, due: Due) -> Result<Done, StoreError> {
        let claim = claim.clone();
        self.journal.store.run(move |backend| backend.set_due(&claim, due)).await?;
        Ok(Done::Other)
    }
}
