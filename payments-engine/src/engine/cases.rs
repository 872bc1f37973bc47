//! Cases, and a person's decisions about them.

use payments_core::{Error, ErrorKind, OrderRef, PayoutRef, Result};

use super::Engine;
use crate::{
    booking,
    change::{Change, Subject},
    record::{
        Case, CaseId, CaseKind, Decision, Observation, PaymentObservation, PaymentRecord,
        PayoutRecord,
    },
    seeded::Seeded,
    store::{Backend, StoreError},
};

impl Engine {
    /// Returns the open cases, each with its record.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn cases(&self) -> Result<Vec<(CaseId, Case, Change)>> {
        let store = &self.0.shared().journal.store;
        let read = store.run(|backend| {
            let payouts = backend.with_open_cases()?.into_iter();
            let payments = backend.payments().payments_with_cases()?.into_iter();
            let credits = backend.payments().credits_with_cases()?.into_iter();
            let payouts = payouts.map(|record| Change::Payout(Box::new(record)));
            let payments = payments.map(|record| Change::Payment(Box::new(record)));
            let credits = credits.map(|credit| Change::Unmatched(Box::new(credit)));
            Ok(payouts.chain(payments).chain(credits).collect::<Vec<_>>())
        });
        let mut cases = Vec::new();
        let notices = store.run(crate::notice::notices).await.map_err(StoreError::into_error)?;
        let notices = notices.into_iter().map(|notice| Change::Notice(Box::new(notice)));
        let is_forgotten = self.0.shared().is_seeded(Seeded::ForgetsNotices);
        let notices = notices.filter(|_| !is_forgotten);
        for change in read.await.map_err(StoreError::into_error)?.into_iter().chain(notices) {
            let open = change.cases().iter().filter(|case| case.is_open());
            cases.extend(open.map(|case| {
                (CaseId::new(change.subject(), case.number), case.clone(), change.clone())
            }));
        }
        Ok(cases)
    }

    /// Records a person's decision about a case, with who decided and why, and returns the record
    /// after the decision.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if there is no open case with this
    /// id. Returns [`Conflict`](payments_core::ErrorKind::Conflict) if the decision does not apply
    /// to the case or to the state of its record, or if it is too early to decide that an
    /// instruction never arrived, because its sender may still write or the gateway may still book.
    /// Nothing changed.
    pub async fn decide(
        &self,
        case: &CaseId,
        decision: Decision,
        who: &str,
        why: &str,
    ) -> Result<Change> {
        if decision == Decision::BelongsTo {
            return Err(conflict("name the order: call assign".to_owned()));
        }
        match &case.subject {
            Subject::Payout(payout) => {
                let record = self.decide_payout(payout, case, decision, who, why).await?;
                Ok(Change::Payout(Box::new(record)))
            }
            Subject::Payment(order) => {
                let record = self.decide_payment(order, case, decision, who, why).await?;
                Ok(Change::Payment(Box::new(record)))
            }
            Subject::Delivery(_) | Subject::DeadLetter { .. } | Subject::Line(..)
                if decision == Decision::Closed =>
            {
                self.close_notice(case, who, why).await
            }
            Subject::Delivery(_) | Subject::DeadLetter { .. } | Subject::Line(..) => {
                Err(conflict("a case of this kind can only be closed".to_owned()))
            }
            Subject::Credit(..) if decision == Decision::Closed => {
                self.settle_credit(case, None, who, why).await
            }
            Subject::Credit(..) => {
                let why = "a credit without a known order can only be assigned to one, or its case closed";
                Err(conflict(why.to_owned()))
            }
        }
    }

    /// Assigns an unmatched credit to an order, with who decided and why. The credit counts for the
    /// order from now on, and the case is closed.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if there is no open case of a
    /// credit with this id. The journal cannot be used.
    pub async fn assign(
        &self,
        case: &CaseId,
        order: &OrderRef,
        who: &str,
        why: &str,
    ) -> Result<Change> {
        self.settle_credit(case, Some(order.clone()), who, why).await
    }

    async fn decide_payout(
        &self,
        payout: &PayoutRef,
        case: &CaseId,
        decision: Decision,
        who: &str,
        why: &str,
    ) -> Result<PayoutRecord> {
        let shared = self.0.shared();
        let known = self.payout(payout).await?.ok_or_else(|| missing(case))?;
        if !known.open_cases().any(|open| open.number == case.number) {
            return Err(missing(case));
        }
        if matches!(decision, Decision::Same | Decision::Different) {
            return Err(conflict(
                "only credits can be the same money or different money".to_owned(),
            ));
        }
        let quiet = shared.limits.get(&known.provider).cloned().unwrap_or_default().quiet;
        let now = shared.clock.now();
        let is_early =
            !known.is_quiet(quiet, now) && !shared.is_seeded(Seeded::DecidesWithoutQuiet);
        if decision == Decision::NeverArrived && is_early {
            let message =
                "it is too early to decide that it never arrived, because it may still be booked";
            return Err(conflict(message.to_owned()));
        }
        if decision != Decision::Closed && !known.state.is_open() {
            let message = format!("the payout is {}, which no decision can change", known.state);
            return Err(conflict(message));
        }
        let (number, revision) = (case.number, known.revision);
        let (who, why) = (who.to_owned(), why.to_owned());
        let observation = Observation::Decided { case: number, decision, who, why };
        let changed = shared.journal.decide(payout, number, revision, observation, now).await;
        let changed = changed.map_err(StoreError::into_error)?;
        shared.notify(payout);
        changed.record.filter(|_| changed.is_written).ok_or_else(|| missing(case))
    }

    async fn decide_payment(
        &self,
        order: &OrderRef,
        case: &CaseId,
        decision: Decision,
        who: &str,
        why: &str,
    ) -> Result<PaymentRecord> {
        let known = self.payment(order).await?.ok_or_else(|| missing(case))?;
        let open = known.open_cases().find(|open| open.number == case.number);
        let open = open.ok_or_else(|| missing(case))?;
        let kind = open.kind;
        let fits = match decision {
            Decision::Closed => true,
            Decision::Same | Decision::Different => kind == CaseKind::MaybeSame,
            Decision::NeverArrived | Decision::WasPaid => kind == CaseKind::Unknown,
            Decision::BelongsTo => false,
        };
        let (shared, now) = (self.0.shared(), self.0.shared().clock.now());
        let quiet = |provider: &_| shared.limits.get(provider).cloned().unwrap_or_default().quiet;
        if decision == Decision::NeverArrived && !known.is_quiet(open, quiet, now) {
            let message =
                "it is too early to decide that it never arrived, because it may still be booked";
            return Err(conflict(message.to_owned()));
        }
        if !fits {
            let message = "the decision does not fit the case: cases of payments are closed, and \
                           credits that may be the same money are the same or different";
            return Err(conflict(message.to_owned()));
        }
        let (number, revision) = (case.number, known.revision);
        let (who, why) = (who.to_owned(), why.to_owned());
        let decided = PaymentObservation::Decided { case: number, decision, who, why };
        let journal = &self.0.shared().journal;
        let changed = journal.change_payment(order, self.0.shared().clock.now(), move |record| {
            let is_open = |record: &PaymentRecord| {
                record.revision == revision && record.open_cases().any(|open| open.number == number)
            };
            record.is_some_and(is_open).then(|| decided.clone())
        });
        let (record, is_written) = changed.await.map_err(StoreError::into_error)?;
        record.filter(|_| is_written).ok_or_else(|| missing(case))
    }

    async fn close_notice(&self, case: &CaseId, who: &str, why: &str) -> Result<Change> {
        let (shared, subject) = (self.0.shared(), case.subject.clone());
        let (now, who, why) = (shared.clock.now(), who.to_owned(), why.to_owned());
        let closing = shared
            .journal
            .store
            .run(move |backend| crate::notice::close(backend, &subject, now, &who, &why));
        let closed = closing.await.map_err(StoreError::into_error)?;
        closed.map(|notice| Change::Notice(Box::new(notice))).ok_or_else(|| missing(case))
    }

    async fn settle_credit(
        &self,
        case: &CaseId,
        order: Option<OrderRef>,
        who: &str,
        why: &str,
    ) -> Result<Change> {
        let Subject::Credit(provider, key) = &case.subject else { return Err(missing(case)) };
        let shared = self.0.shared();
        let (token, now, start) =
            (shared.journal.token(), shared.clock.now(), shared.journal.start);
        let (provider, key, number) = (provider.clone(), key.clone(), case.number);
        let (who, why) = (who.to_owned(), why.to_owned());
        let settling = move |backend: &mut dyn Backend| {
            let credit = backend.payments().credit(&provider, &key)?;
            let is_open = |credit: &crate::record::CreditRecord| {
                credit.open_cases().any(|open| open.number == number)
            };
            let Some(mut credit) = credit else { return Ok(None) };
            if !is_open(&credit) {
                // Nothing was changed: either this write was made before, or the case does not
                // exist.
                let is_written = backend.payments().has_written_payment(&token)?;
                return Ok(is_written.then_some(credit));
            }
            match &order {
                Some(order) => credit.belongs_to(order.clone(), &who, &why, now),
                None => credit.settle(Decision::Closed, &who, &why, now),
            }
            booking::settle_credit(backend, &credit, &token, now, start)?;
            Ok(Some(credit))
        };
        let settled = shared.journal.store.run(settling).await.map_err(StoreError::into_error)?;
        settled.map(|credit| Change::Unmatched(Box::new(credit))).ok_or_else(|| missing(case))
    }
}

fn missing(case: &CaseId) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no open case {case}"))
}

fn conflict(message: String) -> Error {
    Error::new(ErrorKind::Conflict, message)
}
