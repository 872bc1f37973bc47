//! Applies reports of a payment by deliveries, inquiries and statements.

use payments_core::{
    Movement, Timestamp,
    money::Money,
    payment::{Payment, PaymentState},
    step::Step,
};

use super::{
    Credit, OpeningState, PaymentOpening, PaymentRecord, RefundRecord, Standing, Stated,
    money::from_minor,
};
use crate::record::{CaseKind, Report, ReportData, Seen, Source};

impl PaymentRecord {
    pub(super) fn report(&mut self, report: &Report, at: Timestamp) {
        match &report.data {
            ReportData::Payment(payment) => self.see(report, payment, at),
            ReportData::Movement(movement) if movement.is_credit() => {
                self.credit(report, movement, at);
            }
            ReportData::Movement(movement) => {
                let payment = Payment::new(self.order.clone(), PaymentState::Uncertain);
                let stated = self.stated_by(report, payment);
                if stated.left.iter().all(|known| known.key != movement.key) {
                    stated.left.push(Movement::clone(movement));
                }
            }
            ReportData::Refund(seen) => {
                let known = self.refunds.iter_mut().find(|known| known.refund == seen.refund);
                let contradiction = match known {
                    Some(known) => known.see(seen),
                    None => {
                        let (name, provider) = (seen.refund.clone(), report.provider.clone());
                        let mut refund = RefundRecord::new(name, provider, seen.amount, at);
                        let contradiction = refund.see(seen);
                        self.refunds.push(refund);
                        contradiction
                    }
                };
                if let Some(detail) = contradiction {
                    self.open_case(CaseKind::Contradicted, &detail, Vec::new(), at);
                }
            }
            ReportData::Payout(_) | ReportData::Test | ReportData::Unrecognised => {}
        }
    }

    /// Applies a provider's report of the payment.
    pub(super) fn see(&mut self, report: &Report, payment: &Payment, at: Timestamp) {
        let is_first = self.stated(&report.provider).is_none();
        let stated = self.stated_by(report, payment.clone());
        let known = stated.state;
        let mut case = None;
        let step = if is_first { Step::Advance(payment.state) } else { known.step(payment.state) };
        match step {
            Step::Advance(state) => stated.state = state,
            Step::Same | Step::Stale => {}
            Step::Conflict { known, seen } => {
                let detail = format!("it is {known:?}, and the provider reports {seen:?}");
                let has_money = matches!(
                    seen,
                    PaymentState::Settled | PaymentState::Held | PaymentState::Refunded
                );
                let is_an_end = matches!(
                    known,
                    PaymentState::Expired | PaymentState::Cancelled | PaymentState::Failed
                );
                if has_money && is_an_end {
                    // Money that arrived after an end still arrived.
                    stated.state = seen;
                    case = Some((CaseKind::Late, detail));
                } else {
                    case = Some((CaseKind::Contradicted, detail));
                }
            }
        }
        if !matches!(step, Step::Stale | Step::Conflict { .. }) {
            stated.payment = payment.clone();
        }
        let mut other_currency = None;
        if let Some(received) = payment.received.filter(Money::is_positive) {
            match stated.total {
                Some(total) if total.currency() != received.currency() => {
                    other_currency = Some(received);
                }
                Some(total) if total.minor() >= received.minor() => {}
                _ => stated.total = Some(received),
            }
        }
        self.find_opening(report, payment);
        let cancellations = self.cancellations.iter_mut();
        for known in cancellations.filter(|known| known.provider == report.provider) {
            known.see(payment.state);
        }
        if let Some((kind, detail)) = case {
            self.open_case(kind, &detail, Vec::new(), at);
        }
        let differs = payment.asked.zip(self.asked).is_some_and(|(seen, asked)| seen != asked);
        if differs {
            let detail = format!("{} reports another amount as asked for", report.provider);
            self.open_case(CaseKind::Differs, &detail, Vec::new(), at);
        }
        let stated = self.stated(&report.provider).and_then(|stated| stated.total);
        let is_other =
            |money: &Money| self.asked.is_some_and(|asked| asked.currency() != money.currency());
        if let Some(money) = other_currency.or(stated.filter(is_other)) {
            let provider = report.provider.clone();
            let seen = Seen::StatedInAnotherCurrency { provider, amount: money };
            self.open_case(CaseKind::OtherCurrency, seen, Vec::new(), at);
        }
        for movement in payment.credits.iter().filter(|movement| movement.is_credit()) {
            self.credit(report, movement, at);
        }
        if payment.state == PaymentState::Refunded {
            self.see_given_back(report, payment);
        }
    }

    /// Applies a report that all received money was refunded.
    fn see_given_back(&mut self, report: &Report, payment: &Payment) {
        let total = self.stated(&report.provider).and_then(|stated| stated.total);
        let stated = payment.received.filter(Money::is_positive).or(total);
        let credited = || {
            let currency = self.currency()?;
            Some(from_minor(self.credited(&report.provider, currency), currency))
        };
        let Some(amount) = stated.or_else(credited) else { return };
        let stated = self.stated_by(report, payment.clone());
        let is_more =
            |known: Money| known.currency() == amount.currency() && known.minor() >= amount.minor();
        if !stated.given_back.is_some_and(is_more) {
            stated.given_back = Some(amount);
        }
    }

    /// Returns the reports of the provider, which begin with this payment.
    fn stated_by(&mut self, report: &Report, payment: Payment) -> &mut Stated {
        let known = self.providers.iter().position(|stated| stated.provider == report.provider);
        let index = known.unwrap_or_else(|| {
            self.providers.push(Stated {
                provider: report.provider.clone(),
                state: payment.state,
                total: None,
                given_back: None,
                left: Vec::new(),
                payment,
            });
            self.providers.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or pushed above")]
        &mut self.providers[index]
    }

    /// Marks a doubtful opening as open, once its provider knows the payment.
    fn find_opening(&mut self, report: &Report, payment: &Payment) {
        let is_in_doubt = |opening: &PaymentOpening| {
            opening.provider == report.provider
                && matches!(
                    opening.state,
                    OpeningState::Submitting | OpeningState::Uncertain | OpeningState::Declined
                )
        };
        let in_doubt = self.openings.iter().filter(|opening| is_in_doubt(opening)).count();
        let found = self.openings.iter_mut().find(|opening| {
            is_in_doubt(opening)
                && (in_doubt == 1
                    || opening.method().is_some() && opening.method() == payment.method)
        });
        if let Some(opening) = found {
            opening.state = OpeningState::Open;
            opening.payment = Some(payment.clone());
        }
    }

    fn credit(&mut self, report: &Report, movement: &Movement, at: Timestamp) {
        let known = self
            .credits
            .iter_mut()
            .find(|known| known.provider == report.provider && known.movement.key == movement.key);
        if let Some(known) = known {
            // The same row of a source. A statement turns it into a line.
            if report.source == Source::Statement && known.source != Source::Statement {
                known.source = Source::Statement;
                known.reported_at = at;
            }
            if known.movement.amount != movement.amount {
                let name = known.name();
                let detail = format!("the credit {} is reported with two amounts", name.key);
                self.open_case(CaseKind::Contradicted, &detail, vec![name], at);
            }
            return;
        }
        let currency = self.asked.map(|asked| asked.currency());
        let is_other = currency.is_some_and(|currency| currency != movement.amount.currency());
        let credit = Credit {
            provider: report.provider.clone(),
            source: report.source,
            reported_at: at,
            movement: movement.clone(),
            standing: if is_other { Standing::OtherCurrency } else { Standing::Held },
        };
        if is_other {
            let seen = Seen::ArrivedInAnotherCurrency { amount: movement.amount };
            let name = credit.name();
            self.open_case(CaseKind::OtherCurrency, seen, vec![name], at);
        }
        self.credits.push(credit);
    }
}
