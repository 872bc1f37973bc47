//! The effect of each observation on the record of a payment.

use payments_core::{
    Decline, ProviderId, RefundRef, Timestamp, Uncertain, UncertainCause,
    payment::{Funding, Payment, Refund},
};

use super::{
    AccountRecord, Compared, Credit, CreditName, Instruction, OpeningState, PaymentObservation,
    PaymentOpening, PaymentRecord, RefundRecord, RefundRecordState, Sending, Standing,
    credit::stand,
};
use crate::record::{
    Case, CaseKind, CaseText, Decision, Observed, Outcome, Permit, Report, ReportData, Seen,
    Settled, Source,
};

impl PaymentRecord {
    pub(super) fn observe(&mut self, observed: &Observed<PaymentObservation>) {
        let at = observed.at;
        match &observed.observation {
            PaymentObservation::Asked { provider, request, is_offline } => {
                // An opening that was not sent may be requested with another amount.
                let counts = |opening: &&PaymentOpening| {
                    !matches!(opening.state, OpeningState::NotSent | OpeningState::Asked)
                };
                if self.asked.is_none() || !self.openings.iter().any(|one| counts(&one)) {
                    self.asked = Some(request.amount);
                }
                let opening = PaymentOpening::new(
                    provider.clone(),
                    payments_core::payment::CreatePayment::clone(request),
                    *is_offline,
                    at,
                );
                let known = self
                    .openings
                    .iter_mut()
                    .find(|known| known.provider == *provider && known.method() == request.method);
                match known {
                    Some(known) => *known = opening,
                    None => self.openings.push(opening),
                }
            }
            PaymentObservation::RefundAsked { provider, request } => {
                let Some(amount) = request.amount else { return };
                let mut refund =
                    RefundRecord::new(request.refund.clone(), provider.clone(), amount, at);
                refund.request = Some(payments_core::payment::RefundPayment::clone(request));
                match self.refunds.iter_mut().find(|known| known.refund == request.refund) {
                    Some(known) => *known = refund,
                    None => self.refunds.push(refund),
                }
            }
            PaymentObservation::PermitTaken { of, token, send_by } => {
                let (token, start) = (token.clone(), observed.start);
                let permit = Permit { token, start, taken_at: at, send_by: *send_by };
                match self.instruction(of) {
                    Some(Known::Opening(opening)) => {
                        opening.permit = Some(permit);
                        opening.state = OpeningState::Submitting;
                    }
                    Some(Known::Refund(refund)) => {
                        refund.permit = Some(permit);
                        refund.state = RefundRecordState::Submitting;
                    }
                    Some(Known::Other(sending)) => sending.take(permit),
                    None => {}
                }
            }
            PaymentObservation::NotSent { of, token, why } => match self.instruction(of) {
                Some(Known::Opening(opening)) => opening.close(token.as_ref(), why),
                Some(Known::Refund(refund)) => refund.close(token.as_ref(), why),
                Some(Known::Other(sending)) => sending.close(token.as_ref(), why),
                None => {}
            },
            PaymentObservation::Interrupted { of } => {
                let message = "its sender ended before it recorded an outcome";
                let doubt = Uncertain::new(UncertainCause::ConnectionLost, message);
                match self.instruction(of) {
                    Some(Known::Opening(opening)) => opening.doubt(doubt),
                    Some(Known::Refund(refund)) => refund.doubt(doubt),
                    Some(Known::Other(sending)) => sending.doubt(doubt),
                    None => {}
                }
            }
            PaymentObservation::Opened { provider, method, token, outcome } => {
                let of = Instruction::Opening { provider: provider.clone(), method: *method };
                let is_offline = self.opening(provider, *method).is_some_and(|one| one.is_offline);
                if token.is_none() && !is_offline {
                    self.bypassed(at);
                }
                self.open(&of, outcome, at);
            }
            PaymentObservation::Refunded { refund, token, outcome } => {
                if token.is_none() {
                    self.bypassed(at);
                }
                self.give_back(&Instruction::Refund { refund: refund.clone() }, outcome, at);
            }
            PaymentObservation::RefundByPayoutAsked { refund, provider, payout, amount } => {
                let mut asked = RefundRecord::new(refund.clone(), provider.clone(), *amount, at);
                asked.payout = Some(payout.clone());
                match self.refunds.iter_mut().find(|known| known.refund == *refund) {
                    Some(known) => *known = asked,
                    None => self.refunds.push(asked),
                }
            }
            PaymentObservation::RefundFollowed { refund, state } => {
                let known = self.refunds.iter_mut().find(|known| known.refund == *refund);
                if let Some(known) = known.filter(|known| known.payout.is_some()) {
                    known.follow(*state);
                }
            }
            PaymentObservation::CancelAsked { .. }
            | PaymentObservation::AccountAsked { .. }
            | PaymentObservation::AccountChangeAsked { .. }
            | PaymentObservation::Cancelled { .. }
            | PaymentObservation::AccountAnswered { .. }
            | PaymentObservation::AccountFound { .. } => self.observe_other(observed),
            PaymentObservation::NotCarriedOut { of, why } => {
                if let Some(Known::Other(sending)) = self.instruction(of) {
                    sending.was_not_carried_out(why);
                }
            }
            PaymentObservation::Reported { report, .. } => self.report(report, at),
            PaymentObservation::Several { provider, number, refund } => {
                self.found_several(provider, *number, refund.as_ref(), at);
            }
            PaymentObservation::ClaimedTwice { provider, key, order } => {
                let credit = CreditName { provider: provider.clone(), key: key.clone() };
                let detail = format!("the credit {key} of {provider} counts for the order {order}");
                self.open_case(CaseKind::Contradicted, &detail, vec![credit], at);
            }
            PaymentObservation::WindowPassed { of, seconds } => {
                let detail = format!("{of}: asked for {seconds} s, and still not known");
                self.open_unknown(of, &detail, at);
            }
            PaymentObservation::Decided { case, decision, who, why } => {
                self.decide(*case, *decision, who, why, at);
            }
            PaymentObservation::Reconciled { kind, detail, seen, credits, .. } => {
                let text = CaseText::new(detail, seen.clone());
                self.open_case(*kind, text, credits.clone(), at);
            }
            PaymentObservation::Unrecognised => {}
        }
        self.weigh(at);
    }

    pub(super) fn instruction(&mut self, of: &Instruction) -> Option<Known<'_>> {
        match of {
            Instruction::Opening { provider, method } => self
                .openings
                .iter_mut()
                .find(|opening| opening.provider == *provider && opening.method() == *method)
                .map(Known::Opening),
            Instruction::Refund { refund } => {
                self.refunds.iter_mut().find(|known| known.refund == *refund).map(Known::Refund)
            }
            of => self.sending_mut(of).map(Known::Other),
        }
    }

    pub(super) fn bypassed(&mut self, at: Timestamp) {
        let detail = "the provider answered an instruction that took no permit";
        self.open_case(CaseKind::Bypassed, detail, Vec::new(), at);
    }

    fn open(&mut self, of: &Instruction, outcome: &Outcome<Payment>, at: Timestamp) {
        let Some(Known::Opening(opening)) = self.instruction(of) else { return };
        match outcome {
            Outcome::Accepted(payment) => {
                opening.state = OpeningState::Open;
                opening.payment = Some(Payment::clone(payment));
                let provider = opening.provider.clone();
                self.see(
                    &Report::new(provider, Source::Inquiry, ReportData::Payment(payment.clone())),
                    payment,
                    at,
                );
            }
            Outcome::Declined(decline) => {
                if matches!(
                    opening.state,
                    OpeningState::Asked | OpeningState::Submitting | OpeningState::Uncertain
                ) {
                    let is_known = decline.is_confirmed();
                    opening.state =
                        if is_known { OpeningState::Declined } else { OpeningState::Uncertain };
                }
                opening.decline = Some(decline.clone());
            }
            Outcome::Uncertain(uncertain) => {
                opening.doubt(uncertain.clone());
                if uncertain.needs_attention {
                    let detail = uncertain.message.clone();
                    self.open_case(CaseKind::Contradicted, &detail, Vec::new(), at);
                }
            }
            Outcome::Misreported(error) => {
                let detail = misreported(error);
                opening.doubt(Uncertain::new(UncertainCause::ConnectionLost, detail.clone()));
                self.open_case(CaseKind::ProviderMisreports, &detail, Vec::new(), at);
            }
        }
    }

    fn give_back(&mut self, of: &Instruction, outcome: &Outcome<Refund>, at: Timestamp) {
        let Some(Known::Refund(refund)) = self.instruction(of) else { return };
        let case = match outcome {
            Outcome::Accepted(seen) => {
                refund.see(seen).map(|detail| (CaseKind::Contradicted, detail))
            }
            Outcome::Declined(decline) => {
                decline_refund(refund, decline);
                None
            }
            Outcome::Uncertain(uncertain) => {
                refund.doubt(uncertain.clone());
                let detail = uncertain.message.clone();
                uncertain.needs_attention.then_some((CaseKind::Contradicted, detail))
            }
            Outcome::Misreported(error) => {
                let detail = misreported(error);
                refund.doubt(Uncertain::new(UncertainCause::ConnectionLost, detail.clone()));
                Some((CaseKind::ProviderMisreports, detail))
            }
        };
        if let Some((kind, detail)) = case {
            self.open_case(kind, &detail, Vec::new(), at);
        }
    }

    /// Opens a case about several payments of the order, or about several refunds under one name.
    /// Each of these names has its own case.
    fn found_several(
        &mut self,
        provider: &ProviderId,
        number: usize,
        refund: Option<&RefundRef>,
        at: Timestamp,
    ) {
        let Some(refund) = refund else {
            let detail = format!("{provider} reports {number} payments under the order");
            return self.open_case(CaseKind::PaidTwice, &detail, Vec::new(), at);
        };
        if !self.is_refunded_twice(refund) {
            let detail = format!("{provider} reports {number} refunds under the name {refund}");
            let of = Instruction::Refund { refund: refund.clone() };
            self.add_case(CaseKind::PaidTwice, detail.as_str().into(), Vec::new(), Some(of), at);
        }
    }

    /// Returns whether a case says that a provider reports a refund more than once.
    pub(crate) fn is_refunded_twice(&self, refund: &RefundRef) -> bool {
        let of = Instruction::Refund { refund: refund.clone() };
        let mut cases = self.cases.iter().filter(|case| case.kind == CaseKind::PaidTwice);
        cases.any(|case| case.about.as_ref() == Some(&of))
    }

    /// Opens a case about an instruction whose outcome is unknown, unless one is open. Each
    /// instruction has its own case, because a person decides about one of them at a time.
    fn open_unknown(&mut self, of: &Instruction, detail: &str, at: Timestamp) {
        if self.open_cases().any(|case| case.is_about(of)) {
            return;
        }
        self.add_case(CaseKind::Unknown, detail.into(), Vec::new(), Some(of.clone()), at);
    }

    /// Closes the cases of unknown outcomes once the outcomes are known.
    fn settle_unknown(&mut self, at: Timestamp) {
        let doubted = self.in_doubt();
        let is_known = |case: &&Case| {
            case.kind == CaseKind::Unknown && !doubted.iter().any(|(of, ..)| case.is_about(of))
        };
        let known: Vec<u32> = self.open_cases().filter(is_known).map(|case| case.number).collect();
        for number in known {
            self.settle(number, Decision::Closed, "the engine", "its outcome is known", at);
        }
    }

    /// Decides what counts, and opens and closes the cases that follow from it.
    fn weigh(&mut self, at: Timestamp) {
        self.settle_unknown(at);
        stand(&mut self.credits, &self.compared);
        self.weigh_held(at);
        self.weigh_late(at);
        self.weigh_over(at);
    }

    fn weigh_held(&mut self, at: Timestamp) {
        let held: Vec<&Credit> =
            self.credits.iter().filter(|credit| credit.standing == Standing::Held).collect();
        let is_held = |name: &CreditName| held.iter().any(|credit| credit.name() == *name);
        let stays = |case: &Case| case.credits.first().is_some_and(is_held);
        let pairs: Vec<Vec<CreditName>> = held
            .iter()
            .filter_map(|credit| {
                let counted = self.credits.iter().find(|other| {
                    other.standing == Standing::Counted
                        && super::credit::compare(credit, other, &self.compared)
                            == payments_core::SameMoney::Maybe
                })?;
                Some(vec![credit.name(), counted.name()])
            })
            .collect();
        let settled: Vec<u32> = self
            .open_cases()
            .filter(|case| case.kind == CaseKind::MaybeSame && !stays(case))
            .map(|case| case.number)
            .collect();
        for number in settled {
            self.settle(number, Decision::Closed, "the engine", "it is known which count", at);
        }
        for pair in pairs {
            let is_known = self.cases.iter().any(|case| {
                case.kind == CaseKind::MaybeSame && case.credits.first() == pair.first()
            });
            if !is_known {
                let names: Vec<_> = pair.iter().map(|name| name.key.as_str()).collect();
                let detail = format!("may be the same money: {}", names.join(" and "));
                self.open_case(CaseKind::MaybeSame, &detail, pair, at);
            }
        }
    }

    fn weigh_late(&mut self, at: Timestamp) {
        let live = self.openings.iter().filter(|opening| opening.is_live());
        let accounts = self.accounts.iter().filter(|account| account.account.is_some());
        let expiries = live.map(PaymentOpening::expires_at);
        let expiries = expiries.chain(accounts.map(AccountRecord::expires_at));
        let expiries: Option<Vec<Timestamp>> = expiries.collect();
        let Some(last) = expiries.and_then(|expiries| expiries.into_iter().max()) else { return };
        let late = self.credits.iter().filter(|credit| {
            credit.standing == Standing::Counted && credit.movement.at.is_some_and(|at| at > last)
        });
        let is_new = |name: &CreditName| {
            let late = self.cases.iter().filter(|case| case.kind == CaseKind::Late);
            late.flat_map(|case| &case.credits).all(|known| known != name)
        };
        for name in late.map(Credit::name).filter(is_new).collect::<Vec<_>>() {
            let detail = format!("the credit {} came after the last opening expired", name.key);
            self.open_case(CaseKind::Late, &detail, vec![name], at);
        }
    }

    fn weigh_over(&mut self, at: Timestamp) {
        let over = match self.funding() {
            Some(Funding::Over { excess }) => Some(excess),
            _ => None,
        };
        let Some(excess) = over else {
            let settled: Vec<u32> = self
                .open_cases()
                .filter(|case| case.kind == CaseKind::Over)
                .map(|case| case.number)
                .collect();
            for number in settled {
                self.settle(
                    number,
                    Decision::Closed,
                    "the engine",
                    "no more than the requested amount is left",
                    at,
                );
            }
            return;
        };
        let currency = excess.currency();
        let paying = self.providers.iter().map(|stated| {
            let total = stated.total.filter(|total| total.currency() == currency);
            (&stated.provider, total.map_or(0, |total| i128::from(total.minor())))
        });
        let mut payers: std::collections::BTreeMap<_, i128> = paying.collect();
        for credit in self.credits.iter().filter(|one| one.standing == Standing::Counted) {
            let minor = i128::from(credit.movement.amount.minor());
            let sum = payers.entry(&credit.provider).or_default();
            *sum = (*sum).max(minor);
        }
        let paid = payers.values().filter(|sum| **sum > 0).count();
        if paid > 1 {
            let providers = u32::try_from(paid).unwrap_or(u32::MAX);
            let seen = Seen::TooMuch { excess, providers };
            self.open_case(CaseKind::PaidTwice, seen, Vec::new(), at);
        }
        let seen = Seen::TooMuch { excess, providers: 1 };
        self.open_case(CaseKind::Over, seen, Vec::new(), at);
    }

    /// Opens a case, unless one of its kind has the same detail, or one of its kind is open, to which
    /// the credits are then added. Details are stored and compared, so a detail that is worded in
    /// another way would open a second case for the same finding.
    pub(super) fn open_case(
        &mut self,
        kind: CaseKind,
        text: impl Into<CaseText>,
        credits: Vec<CreditName>,
        at: Timestamp,
    ) {
        let CaseText { detail, seen } = text.into();
        let was_settled = self.cases.iter().any(|case| case.kind == kind && case.detail == detail);
        if was_settled {
            return;
        }
        let many = matches!(kind, CaseKind::MaybeSame);
        let open = self.cases.iter_mut().find(|case| case.is_open() && case.kind == kind);
        if let Some(case) = open.filter(|_| !many) {
            // A case of the same kind with a longer finding asks for one decision.
            if kind == CaseKind::Over {
                (case.detail, case.seen) = (detail, seen);
            }
            case.credits.extend(credits);
            return;
        }
        self.add_case(kind, CaseText { detail, seen }, credits, None, at);
    }

    fn add_case(
        &mut self,
        kind: CaseKind,
        CaseText { detail, seen }: CaseText,
        credits: Vec<CreditName>,
        about: Option<Instruction>,
        at: Timestamp,
    ) {
        let number = u32::try_from(self.cases.len()).unwrap_or(u32::MAX).saturating_add(1);
        let (opened_at, settled) = (at, None);
        self.cases.push(Case { number, kind, opened_at, detail, seen, credits, about, settled });
    }

    fn settle(&mut self, number: u32, decision: Decision, who: &str, why: &str, at: Timestamp) {
        let open = self.cases.iter_mut().find(|case| case.number == number && case.is_open());
        if let Some(case) = open {
            let (who, why) = (who.to_owned(), why.to_owned());
            case.settled = Some(Settled { at, decision, who, why });
        }
    }

    fn decide(&mut self, number: u32, decision: Decision, who: &str, why: &str, at: Timestamp) {
        let open = self.cases.iter().find(|case| case.number == number && case.is_open());
        let Some(case) = open.cloned() else { return };
        if case.kind == CaseKind::MaybeSame
            && let [one, other] = case.credits.as_slice()
            && matches!(decision, Decision::Same | Decision::Different)
        {
            let (one, other) = (one.clone(), other.clone());
            self.compared.push(Compared { one, other, is_same: decision == Decision::Same });
        }
        let doubted = self.in_doubt().into_iter().map(|(of, ..)| of);
        for of in doubted.filter(|of| case.is_about(of)).collect::<Vec<_>>() {
            self.end_doubt(&of, decision, why);
        }
        self.settle(number, decision, who, why, at);
    }

    /// Ends a doubtful instruction by a person's decision.
    fn end_doubt(&mut self, of: &Instruction, decision: Decision, why: &str) {
        match (self.instruction(of), decision) {
            (Some(Known::Opening(opening)), Decision::NeverArrived) => {
                opening.state = OpeningState::NotSent;
                opening.permit = None;
                opening.not_sent = Some(why.to_owned());
            }
            (Some(Known::Opening(opening)), Decision::WasPaid) => {
                opening.state = OpeningState::Open
            }
            (Some(Known::Refund(refund)), Decision::NeverArrived) => {
                refund.state = RefundRecordState::Failed;
            }
            (Some(Known::Refund(refund)), Decision::WasPaid) => {
                refund.state = RefundRecordState::Done;
            }
            (Some(Known::Other(sending)), Decision::NeverArrived) => {
                sending.was_not_carried_out(why);
            }
            (Some(Known::Other(sending)), Decision::WasPaid) => sending.is_done(),
            _ => {}
        }
    }
}

/// An instruction of the record.
pub(super) enum Known<'a> {
    Opening(&'a mut PaymentOpening),
    Refund(&'a mut RefundRecord),
    Other(&'a mut Sending),
}

fn decline_refund(refund: &mut RefundRecord, decline: &Decline) {
    refund.decline = Some(decline.clone());
    let is_open = matches!(
        refund.state,
        RefundRecordState::Asked | RefundRecordState::Submitting | RefundRecordState::Uncertain
    );
    if is_open {
        refund.state = if decline.is_confirmed() {
            RefundRecordState::Failed
        } else {
            RefundRecordState::Uncertain
        };
    }
}

pub(super) fn misreported(error: &str) -> String {
    format!("an error after the instruction may have left: {error}")
}
