//! Looks for records of the period that no line of the statement matches, and opens a case for each
//! that needs a person.

use payments_core::{Movement, SameMoney, Timestamp, same_credit};

use super::{
    Comparing, Marks, Place, ReconciliationRow, RowKind, RunState, lines::is_other_source, mark,
    period::may_be_entered,
};
use crate::{
    booking::{self, COMPARED},
    change::{Change, Subject},
    journal,
    record::{
        CaseId, CaseKind, CaseText, CreditName, CreditRecord, Observation, PaymentObservation,
        PayoutRecord, RecordState,
    },
    store::{Due, StoreError},
};

/// The maximum number of records that one transaction examines, and of marks that it removes.
const MOST: usize = 200;
const MARKS: usize = 10_000;

/// Examines the next records, and stores the progress of the run.
pub(crate) fn look_for_missing(mut comparing: Comparing<'_>) -> Result<(), StoreError> {
    let marks = Marks::new(comparing.stored.run.number, 0);
    let number = comparing.stored.run.number;
    let next = match comparing.stored.place.clone() {
        Place::Credits(after) => match comparing.look_at_credits(&marks, after.as_ref())? {
            Some(last) => Place::Credits(Some(last)),
            None => Place::Payouts(None),
        },
        Place::Payouts(after) => match comparing.look_at_payouts(&marks, after.as_ref())? {
            Some(last) => Place::Payouts(Some(last)),
            None => Place::Marks,
        },
        Place::Marks if comparing.rows.reconciliation().remove_marks(number, MARKS)? == MARKS => {
            Place::Marks
        }
        Place::Marks => {
            comparing.stored.run.state = RunState::Done;
            Place::End
        }
        other => other,
    };
    comparing.stored.place = next;
    comparing.end()
}

impl Comparing<'_> {
    /// Examines the next credits of the period, and returns where to continue.
    fn look_at_credits(
        &mut self,
        marks: &Marks,
        after: Option<&(Timestamp, String)>,
    ) -> Result<Option<(Timestamp, String)>, StoreError> {
        let run = &self.stored.run;
        let (provider, period) = (run.provider.clone(), run.period);
        let credits =
            self.rows.reconciliation().credits_between(&provider, &period, after, MOST)?;
        let last = credits.last().map(|(at, credit)| (*at, credit.movement.key.to_string()));
        let names = |(_, credit): &(Timestamp, CreditRecord)| {
            let key = &credit.movement.key;
            [mark::line(key, 0), mark::credit(key)]
        };
        let names: Vec<String> = credits.iter().flat_map(names).collect();
        let are_set = marks.are_set(self.rows, &names)?;
        let is_full = credits.len() == MOST;
        for ((at, credit), is_set) in credits.into_iter().zip(are_set.chunks(2)) {
            if is_set.contains(&true) || self.is_of_a_line(marks, &credit)? {
                continue;
            }
            self.credit_is_missing(&credit, at)?;
        }
        Ok(last.filter(|_| is_full))
    }

    /// Returns whether a credit of another source is the money of a line that is not matched with
    /// another credit of that source.
    fn is_of_a_line(&mut self, marks: &Marks, credit: &CreditRecord) -> Result<bool, StoreError> {
        let movement = &credit.movement;
        let mut lines: Vec<Movement> = match &credit.order {
            Some(order) => {
                let record = self.rows.payments().payment(order)?;
                let credits = record.into_iter().flat_map(|record| record.credits);
                let own = credits.filter(|other| other.provider == credit.provider);
                own.map(|other| other.movement).collect()
            }
            None => {
                let like = self.rows.payments().credits_like(movement, COMPARED)?;
                let own = like.into_iter().filter(|other| other.provider == credit.provider);
                let own = own.map(|other| other.movement);
                own.filter(|other| same_credit(other, movement) == SameMoney::Same).collect()
            }
        };
        lines.retain(|line| {
            is_other_source(line, movement) && same_credit(line, movement) != SameMoney::Different
        });
        lines.sort_by_key(|line| same_credit(line, movement) != SameMoney::Same);
        for line in lines {
            let is_listed = marks.are_set(self.rows, &[mark::line(&line.key, 0)])?;
            if is_listed.contains(&true)
                && marks.set_one(self.rows, mark::pair(movement.key.scope(), &line.key))?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn credit_is_missing(
        &mut self,
        credit: &CreditRecord,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let name = credit.name();
        let subject = match &credit.order {
            Some(order) => Subject::Payment(order.clone()),
            None => Subject::Credit(name.provider.clone(), name.key.clone()),
        };
        let row = |detail| {
            let row = ReconciliationRow::of(&credit.movement, RowKind::MissingThere, detail);
            ReconciliationRow { at: Some(at), ..row }.about(subject.clone())
        };
        if may_be_entered(at, self.at) {
            let row = row("it arrived less than 24 h ago: the bank may still enter it");
            self.add(row);
            return Ok(());
        }
        let case = match &subject {
            Subject::Payment(_) => {
                let detail = format!("the statement does not list the credit {}", name.key);
                self.call_a_person(&subject, CaseKind::NotInStatement, &detail, Some(name))?
            }
            _ => self.open_case(&subject, CaseKind::Unmatched, None)?,
        };
        let row = row("the statement does not list it").with_case(case);
        self.add(row);
        Ok(())
    }

    /// Examines the next payouts of the period, and returns where to continue.
    fn look_at_payouts(
        &mut self,
        marks: &Marks,
        after: Option<&(Timestamp, String)>,
    ) -> Result<Option<(Timestamp, String)>, StoreError> {
        if !self.stored.lists_outgoing {
            return Ok(None);
        }
        let run = &self.stored.run;
        let (provider, period) = (run.provider.clone(), run.period);
        let payouts =
            self.rows.reconciliation().payouts_between(&provider, &period, after, MOST)?;
        let last = payouts.last().map(|(at, record)| (*at, record.reference().to_string()));
        let names = |(_, record): &(Timestamp, PayoutRecord)| {
            [mark::payout(record.reference()), mark::guess(record.reference())]
        };
        let names: Vec<String> = payouts.iter().flat_map(names).collect();
        let are_set = marks.are_set(self.rows, &names)?;
        let is_full = payouts.len() == MOST;
        for ((at, record), is_set) in payouts.into_iter().zip(are_set.chunks(2)) {
            let has_left = matches!(record.state, RecordState::Succeeded | RecordState::Reversed);
            if has_left && !is_set.contains(&true) {
                self.payout_is_missing(&record, at)?;
            }
        }
        Ok(last.filter(|_| is_full))
    }

    fn payout_is_missing(
        &mut self,
        record: &PayoutRecord,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let subject = Subject::Payout(record.reference().clone());
        let is_early = may_be_entered(at, self.at);
        let detail = match is_early {
            true => "it left less than 24 h ago: the bank may still enter it".to_owned(),
            false => format!("it is {}, and the statement does not list it", record.state),
        };
        let case = match is_early {
            true => None,
            false => self.call_a_person(&subject, CaseKind::NotInStatement, &detail, None)?,
        };
        let row = ReconciliationRow::new(RowKind::MissingThere, detail);
        self.add(ReconciliationRow {
            direction: Some(payments_core::Direction::Out),
            amount: Some(record.request.amount),
            at: Some(at),
            subject: Some(subject),
            case,
            ..row
        });
        Ok(())
    }

    /// Returns the open case of this kind of a record, about this credit if one is given.
    pub(super) fn open_case(
        &mut self,
        subject: &Subject,
        kind: CaseKind,
        credit: Option<&CreditName>,
    ) -> Result<Option<CaseId>, StoreError> {
        let Some(change) = Change::of(self.rows, subject)? else { return Ok(None) };
        let mut cases = change.cases().iter().filter(|case| case.is_open() && case.kind == kind);
        let case = cases.find(|case| credit.is_none_or(|name| case.credits.contains(name)));
        Ok(case.map(|case| CaseId::new(subject.clone(), case.number)))
    }

    /// Opens a case of a payment or a payout unless it is open, and returns it. Returns `None` if a
    /// person has closed it.
    pub(super) fn call_a_person(
        &mut self,
        subject: &Subject,
        kind: CaseKind,
        text: impl Into<CaseText>,
        credit: Option<CreditName>,
    ) -> Result<Option<CaseId>, StoreError> {
        let CaseText { detail, seen } = text.into();
        let Some(change) = Change::of(self.rows, subject)? else { return Ok(None) };
        let is_it = |case: &&crate::record::Case| {
            let is_of_it = credit.as_ref().is_some_and(|name| case.credits.contains(name));
            case.kind == kind && (case.detail == detail || is_of_it)
        };
        if let Some(case) = change.cases().iter().find(is_it) {
            return Ok(case.is_open().then(|| CaseId::new(subject.clone(), case.number)));
        }
        let (token, at, start) = (self.next_token(), self.at, self.start);
        let run = self.stored.run.number;
        match subject {
            Subject::Payout(payout) => {
                journal::change(self.rows, payout, &token, at, start, |record, _| {
                    let due = Due::At(at);
                    let (detail, seen) = (detail.clone(), seen.clone());
                    let observation = Observation::Reconciled { run, kind, detail, seen };
                    Ok(record.map(|_| journal::Change { observation, due }))
                })?;
            }
            Subject::Payment(order) => {
                let credits = credit.iter().cloned().collect();
                let observation =
                    PaymentObservation::Reconciled { run, kind, detail, seen, credits };
                booking::change_payment(self.rows, order, &token, at, start, |record| {
                    record.map(|_| observation)
                })?;
            }
            _ => return self.open_case(subject, kind, None),
        }
        self.open_case(subject, kind, credit.as_ref())
    }
}
