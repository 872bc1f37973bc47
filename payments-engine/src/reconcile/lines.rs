//! Compares the lines of a statement with the records.

use std::collections::HashMap;

use payments_core::{
    DedupeKey, Listed, Movement, OrderRef, SameMoney, Timestamp, money::Money, same_credit,
};

use super::{Comparing, LATE, Marks, ReconciliationRow, RowKind, mark, report_of};
use crate::{
    booking::{self, COMPARED},
    change::Subject,
    record::{
        CaseKind, CaseText, CreditName, CreditRecord, PayoutRecord, RecordState, Seen, Source,
    },
    seeded::Seeded,
    store::StoreError,
};

/// The maximum number of payouts of one amount that a line without a reference is compared with.
const LIKE: usize = 200;

/// The detail of a row whose line has another amount than the record; the row shows both.
const ANOTHER_AMOUNT: &str = "it is on record with another amount";

/// The record of the same money under the key of another source.
struct Partner {
    key: DedupeKey,
    order: Option<OrderRef>,
    amount: Money,
}

/// Compares some lines of the page with the number `page` of the run. Lines that were compared
/// before are skipped, so that reading a page twice adds nothing.
pub(crate) fn compare_lines(
    mut comparing: Comparing<'_>,
    page: u64,
    lines: &[(usize, Listed<Movement>)],
) -> Result<(), StoreError> {
    let marks = Marks::new(comparing.stored.run.number, page);
    let names: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(index, (again, line))| match line {
            Listed::Read(line) => mark::line(&line.key, *again),
            Listed::Unreadable(row) => {
                let id = row.id.clone().unwrap_or_else(|| index.to_string());
                format!("unreadable {page} {id}")
            }
        })
        .collect();
    let marked = marks.set(comparing.rows, &names)?;
    let known = comparing.known_credits(lines)?;
    for ((again, line), marked) in lines.iter().zip(marked) {
        if marked == Some(page) {
            continue;
        }
        comparing.stored.run.lines += 1;
        let line = match line {
            Listed::Read(line) => line,
            Listed::Unreadable(row) => {
                let detail = payments_core::printable(&row.detail).to_string();
                comparing.add(ReconciliationRow::new(RowKind::Unreadable, detail));
                continue;
            }
        };
        let is_inside = comparing.is_inside(line.at);
        let is_again =
            (*again > 0 || marked.is_some()) && !comparing.is_seeded(Seeded::MatchesALineAgain);
        let known = known.get(&line.key);
        let row = if is_again {
            let order = known.and_then(|credit| credit.order.clone());
            let detail = "a line with this key was listed before";
            let row = ReconciliationRow::of(line, RowKind::Duplicate, detail);
            Some(row.about(order.map(Subject::Payment)))
        } else if line.is_credit() {
            comparing.credit_line(&marks, line, known, is_inside)?
        } else {
            comparing.debit_line(&marks, line, is_inside)?
        };
        if let Some(row) = row.filter(|_| is_inside) {
            comparing.add(row);
        }
    }
    comparing.end()
}

impl Comparing<'_> {
    /// Returns whether a line of this time belongs to the period. A line without a time does.
    fn is_inside(&self, at: Option<Timestamp>) -> bool {
        let period = self.stored.run.period;
        let is_at_the_end =
            at == Some(period.until()) && self.is_seeded(Seeded::CountsTheEndOfThePeriod);
        is_at_the_end || at.is_none_or(|at| period.contains(at))
    }

    /// Returns the credits on record under the keys of these lines.
    fn known_credits(
        &mut self,
        lines: &[(usize, Listed<Movement>)],
    ) -> Result<HashMap<DedupeKey, CreditRecord>, StoreError> {
        let read = lines.iter().filter_map(|(_, line)| line.as_result().ok());
        let credits = read.filter(|line| line.is_credit());
        let keys: Vec<DedupeKey> = credits.map(|line| line.key.clone()).collect();
        let provider = self.provider().clone();
        let known = self.rows.reconciliation().credits_of(&provider, &keys)?;
        Ok(known.into_iter().map(|credit| (credit.movement.key.clone(), credit)).collect())
    }

    /// Compares an incoming line. If it is not on record and belongs to the period, it is booked.
    fn credit_line(
        &mut self,
        marks: &Marks,
        line: &Movement,
        known: Option<&CreditRecord>,
        is_inside: bool,
    ) -> Result<Option<ReconciliationRow>, StoreError> {
        let is_same = |credit: &CreditRecord| credit.movement.amount == line.amount;
        let ignores = self.is_seeded(Seeded::IgnoresAnotherAmount);
        if let Some(credit) = known.filter(|credit| is_same(credit) || ignores)
            && let Some(order) = &credit.order
            && credit.source == Source::Statement
        {
            let subject = Subject::Payment(order.clone());
            return Ok(Some(ReconciliationRow::of(line, RowKind::Matched, "").about(subject)));
        }
        let partner = if known.is_none() { self.partner(marks, line)? } else { None };
        if let Some(partner) = &partner {
            marks.set_one(self.rows, mark::credit(&partner.key))?;
            marks.set_one(self.rows, mark::pair(partner.key.scope(), &line.key))?;
        }
        if !is_inside {
            return Ok(None);
        }
        let provider = self.provider().clone();
        let token = self.next_token();
        let report = report_of(&provider, line);
        booking::book(self.rows, &report, &token, self.at, self.start)?;
        let booked = self.rows.payments().credit(&provider, &line.key)?;
        let first = booked.as_ref().and_then(|credit| credit.same_as.clone());
        let order = booked.and_then(|credit| credit.order);
        let order = order.or_else(|| partner.as_ref().and_then(|one| one.order.clone()));
        let Some(order) = order else {
            let subject = Subject::Credit(provider, line.key.clone());
            let of = first.map(|first| Subject::Credit(first.provider, first.key));
            let of = of.as_ref().unwrap_or(&subject);
            let case = self.open_case(of, CaseKind::Unmatched, None)?;
            let detail = "money arrived for no order on record";
            let row = ReconciliationRow::of(line, RowKind::Unmatched, detail);
            return Ok(Some(row.about(subject).with_case(case)));
        };
        let subject = Subject::Payment(order);
        let recorded = known
            .map(|credit| credit.movement.amount)
            .or_else(|| partner.as_ref().map(|partner| partner.amount));
        let row = |kind, detail| ReconciliationRow::of(line, kind, detail).about(subject.clone());
        Ok(Some(match recorded {
            None => row(RowKind::MissingHere, "it was not on record, and is booked now"),
            Some(amount) if amount == line.amount || ignores => row(RowKind::Matched, ""),
            Some(amount) => {
                let name = CreditName { provider, key: line.key.clone() };
                let credit = Some(name.key.to_string());
                let seen = Seen::Listed { amount: line.amount, credit };
                let kind = match known {
                    Some(_) => CaseKind::Contradicted,
                    None => CaseKind::Differs,
                };
                let case = self.call_a_person(&subject, kind, seen, Some(name))?;
                let row = row(RowKind::Differs, ANOTHER_AMOUNT);
                ReconciliationRow { recorded: Some(amount), ..row }.with_case(case)
            }
        }))
    }

    /// Finds a credit that another source of the provider reported and that is not matched with a
    /// line yet. It is certainly the same money, may be the same for its order, or differs from the
    /// line only in the amount.
    fn partner(&mut self, marks: &Marks, line: &Movement) -> Result<Option<Partner>, StoreError> {
        let provider = self.provider().clone();
        let like = self.rows.payments().credits_like(line, COMPARED)?;
        let same: Vec<Partner> = like
            .into_iter()
            .filter(|credit| credit.provider == provider && is_other_source(&credit.movement, line))
            .filter(|credit| same_credit(&credit.movement, line) == SameMoney::Same)
            .map(|credit| Partner {
                key: credit.movement.key,
                order: credit.order,
                amount: credit.movement.amount,
            })
            .collect();
        if let Some(partner) = self.first_free(marks, same)? {
            return Ok(Some(partner));
        }
        let Some(order) = booking::order_of(self.rows, &provider, line)? else { return Ok(None) };
        let record = self.rows.payments().payment(&order)?;
        let credits = record.into_iter().flat_map(|record| record.credits);
        let mut own: Vec<Movement> = credits
            .filter(|credit| credit.provider == provider && is_other_source(&credit.movement, line))
            .map(|credit| credit.movement)
            .collect();
        let may_be = |movement: &Movement| same_credit(movement, line) != SameMoney::Different;
        own.retain(|movement| may_be(movement) || differs_in_amount(movement, line));
        // Credits with the amount of the line come first.
        own.sort_by_key(|movement| !may_be(movement));
        let own = own.into_iter().map(|movement| Partner {
            key: movement.key,
            order: Some(order.clone()),
            amount: movement.amount,
        });
        self.first_free(marks, own.collect())
    }

    /// Returns the first credit that is not matched with a line.
    fn first_free(
        &mut self,
        marks: &Marks,
        partners: Vec<Partner>,
    ) -> Result<Option<Partner>, StoreError> {
        for partner in partners {
            let names = [mark::credit(&partner.key), mark::line(&partner.key, 0)];
            if marks.are_set(self.rows, &names)?.iter().all(|is_set| !is_set) {
                return Ok(Some(partner));
            }
        }
        Ok(None)
    }

    /// Compares an outgoing line.
    fn debit_line(
        &mut self,
        marks: &Marks,
        line: &Movement,
        is_inside: bool,
    ) -> Result<Option<ReconciliationRow>, StoreError> {
        if let Some(order) = &line.order {
            return self.refund_line(marks, line, order, is_inside);
        }
        let row = |record: &PayoutRecord, kind, detail: &str| {
            let subject = Subject::Payout(record.reference().clone());
            ReconciliationRow::of(line, kind, detail).about(subject)
        };
        let provider = self.provider().clone();
        let Some(record) = booking::named_payout(self.rows, &provider, line)? else {
            let Some(record) = self.payout_like(marks, line)? else {
                return self.unexplained(line, is_inside);
            };
            let detail = "by amount and day: the line names no payout";
            return Ok(Some(row(&record, RowKind::Matched, detail)));
        };
        let subject = Subject::Payout(record.reference().clone());
        let is_first = marks.set_one(self.rows, mark::payout(record.reference()))?;
        let guess = mark::guess(record.reference());
        let is_guessed = marks.are_set(self.rows, &[guess])?.contains(&true);
        // A line without a reference may belong to another payout of the same amount.
        let is_free = is_first && (!is_guessed || self.payout_like(marks, line)?.is_some());
        if !is_inside {
            return Ok(None);
        }
        let amount = record.request.amount;
        let (kind, case, text) = if !is_free {
            let detail = format!("the statement lists it more than once, last as {}", line.key);
            (RowKind::Duplicate, CaseKind::PaidTwice, CaseText::from(&detail))
        } else if amount != line.amount && !self.is_seeded(Seeded::IgnoresAnotherAmount) {
            let seen = Seen::Listed { amount: line.amount, credit: None };
            (RowKind::Differs, CaseKind::Differs, CaseText::from(seen))
        } else if !may_have_left(record.state) {
            let detail = format!("it is {}, and the statement lists it", record.state);
            (RowKind::Differs, CaseKind::Contradicted, CaseText::from(&detail))
        } else {
            let (token, at, start) = (self.next_token(), self.at, self.start);
            if !self.is_seeded(Seeded::IgnoresAListedPayout) {
                booking::list_payout(self.rows, &record, line, &token, at, start)?;
            }
            return Ok(Some(row(&record, RowKind::Matched, "")));
        };
        let detail = match &text.seen {
            Some(_) => ANOTHER_AMOUNT.to_owned(),
            None => text.detail.clone(),
        };
        let case = self.call_a_person(&subject, case, text, None)?;
        let recorded = (amount != line.amount).then_some(amount);
        let row = row(&record, kind, &detail).with_case(case);
        Ok(Some(ReconciliationRow { recorded, ..row }))
    }

    /// Opens a case about money that left without a payout or refund on record.
    fn unexplained(
        &mut self,
        line: &Movement,
        is_inside: bool,
    ) -> Result<Option<ReconciliationRow>, StoreError> {
        if !is_inside || self.is_seeded(Seeded::IgnoresWhatLeft) {
            return Ok(None);
        }
        let provider = self.provider().clone();
        if self.rows.payments().credit(&provider, &line.key)?.is_none() {
            let (source, at) = (Source::Statement, self.at);
            let left = CreditRecord::new(provider.clone(), line.clone(), source, None, at);
            let (token, start) = (self.next_token(), self.start);
            booking::settle_credit(self.rows, &left, &token, at, start)?;
        }
        let subject = Subject::Credit(provider, line.key.clone());
        let case = self.open_case(&subject, CaseKind::LeftUnexplained, None)?;
        let detail = "money left for no payout or refund on record";
        let row = ReconciliationRow::of(line, RowKind::Unmatched, detail);
        Ok(Some(row.about(subject).with_case(case)))
    }

    /// Finds the payout of the same amount that is not matched with a line yet and is nearest in
    /// time, within a day, and marks it.
    fn payout_like(
        &mut self,
        marks: &Marks,
        line: &Movement,
    ) -> Result<Option<PayoutRecord>, StoreError> {
        let Some(at) = line.at else { return Ok(None) };
        let from =
            Timestamp::from_unix(at.unix_seconds() - i64::try_from(LATE.as_secs()).unwrap_or(0));
        let provider = self.provider().clone();
        let between = (from, at.plus(LATE));
        let mut like =
            self.rows.reconciliation().payouts_like(&provider, line.amount, between, LIKE)?;
        like.sort_by_key(|(moved, _)| moved.distance(at));
        for (_, record) in like {
            if !may_have_left(record.state) {
                continue;
            }
            let guess = mark::guess(record.reference());
            let names = [mark::payout(record.reference()), guess.clone()];
            if marks.are_set(self.rows, &names)?.iter().all(|is_set| !is_set) {
                marks.set_one(self.rows, guess)?;
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// Compares a line of money that was refunded to the payer of an order.
    fn refund_line(
        &mut self,
        marks: &Marks,
        line: &Movement,
        order: &OrderRef,
        is_inside: bool,
    ) -> Result<Option<ReconciliationRow>, StoreError> {
        let provider = self.provider().clone();
        let record = self.rows.payments().payment(order)?;
        let left = record.iter().filter_map(|record| record.stated(&provider));
        let is_booked = left.flat_map(|stated| &stated.left).any(|known| known.key == line.key);
        let refunds = record.iter().flat_map(|record| &record.refunds);
        let fits = refunds.filter(|refund| {
            refund.provider == provider && refund.amount == line.amount && refund.state.may_cost()
        });
        let fits: Vec<String> = fits.map(|refund| mark::refund(order, &refund.refund)).collect();
        let mut is_known = is_booked;
        for name in fits {
            if marks.set_one(self.rows, name)? {
                is_known = true;
                break;
            }
        }
        if !is_inside {
            return Ok(None);
        }
        let (token, report) = (self.next_token(), report_of(&provider, line));
        booking::book(self.rows, &report, &token, self.at, self.start)?;
        let (kind, detail) = match is_known {
            true => (RowKind::Matched, ""),
            false => (RowKind::MissingHere, "it was not on record, and is booked now"),
        };
        let row = ReconciliationRow::of(line, kind, detail);
        Ok(Some(row.about(Subject::Payment(order.clone()))))
    }
}

/// Returns whether two movements come from different sources, which name the same money by
/// different keys.
pub(super) fn is_other_source(one: &Movement, other: &Movement) -> bool {
    one.key.scope() != other.key.scope()
}

/// Returns whether two movements have the same bank reference, the same day and different amounts.
fn differs_in_amount(one: &Movement, other: &Movement) -> bool {
    let stated = |movement: &Movement| {
        let reference = movement.bank_reference.as_deref().unwrap_or_default().trim().to_owned();
        Some(reference).filter(|text| text.chars().any(char::is_alphanumeric))
    };
    let (Some(a), Some(b)) = (stated(one), stated(other)) else { return false };
    let is_of_one_day = match (one.at, other.at) {
        (Some(a), Some(b)) => a.distance(b) < LATE,
        _ => true,
    };
    one.direction == other.direction && one.amount != other.amount && a == b && is_of_one_day
}

/// Returns whether money may have left in this state.
fn may_have_left(state: RecordState) -> bool {
    !matches!(state, RecordState::Prepared | RecordState::NotSent | RecordState::Failed)
}
