//! The record of one payout.

use std::time::Duration;

use payments_core::{
    Decline, DeclineReason, PayoutRef, ProviderId, Submission, Timestamp, Uncertain,
    UncertainCause,
    payout::{CreatePayout, Payout, PayoutState},
    rules::AbsenceRule,
    step::Step,
};
use serde::{Deserialize, Serialize};

use super::{
    Case, CaseKind, CaseText, Conclusion, Decision, Observation, Observed, Outcome, RecordState,
    RefundOf, Seen, Settled,
};

/// The state of one payout and everything known about it. The engine stores it.
///
/// The record follows only from the payout's history, which is a list of [`Observation`]s: the
/// engine's own steps, such as giving a permit to send, and the provider's reports.
/// [`after`](Self::after) takes a record and the next observation and returns the record that
/// follows. An instruction that follows one that was not sent replaces every field except
/// `revision` and `cases`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PayoutRecord {
    /// The provider that is to send the payout.
    pub provider: ProviderId,
    /// The request.
    pub request: CreatePayout,
    /// Who sends the payout.
    pub kind: RecordKind,
    /// The state of the payout.
    pub state: RecordState,
    /// Grows by one with every observation.
    pub revision: u64,
    /// The number of the engine start that recorded the instruction, or 0 if a visitor recorded it in
    /// the transaction of its app.
    pub start: u64,
    /// When the payout was instructed: the last time, if earlier instructions were not sent.
    pub opened_at: Timestamp,
    /// When the record last changed.
    pub changed_at: Timestamp,
    /// The end of the time for sending a payout that was handed over. After it, the engine closes
    /// the payout as not sent, unless it was sent before. A new instruction may then send it.
    pub send_before: Timestamp,
    /// The last permit, unless it was given back.
    #[serde(default)]
    pub permit: Option<Permit>,
    /// The payout as the provider reported it, or `None` if it reported none. An outdated report,
    /// or one that contradicts the state, does not replace an earlier report.
    #[serde(default)]
    pub payout: Option<Payout>,
    /// The refusal, or `None` if the provider did not refuse the payout.
    #[serde(default)]
    pub decline: Option<Decline>,
    /// When the provider refused the payout, or `None` if it did not.
    #[serde(default)]
    pub declined_at: Option<Timestamp>,
    /// Why the outcome is or was uncertain, or `None` if it never was.
    #[serde(default)]
    pub uncertain: Option<Uncertain>,
    /// Why the payout was closed as not sent, or `None` if it never was.
    #[serde(default)]
    pub not_sent: Option<String>,
    /// The refund that the payout carries out, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_of: Option<RefundOf>,
    /// The cases of the payout, open and decided.
    #[serde(default)]
    pub cases: Vec<Case>,
}

/// Who sends a recorded payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordKind {
    /// The engine sends the payout, as soon as it can.
    HandedOver,
    /// The call that recorded the payout sends it, while its caller waits. A stored kind that this
    /// version does not know is read as this one, because the engine sends nothing that it does not
    /// understand.
    #[serde(other)]
    WaitedFor,
}

/// The permission to send one instruction, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Permit {
    /// The unique token of the permit.
    pub token: String,
    /// The number of the engine start that took the permit.
    pub start: u64,
    /// When the permit was taken.
    pub taken_at: Timestamp,
    /// The time after which its holder writes no byte.
    pub send_by: Timestamp,
}

impl PayoutRecord {
    /// Returns the merchant's reference of the payout.
    pub fn reference(&self) -> &PayoutRef {
        &self.request.payout
    }

    /// Returns when its money moved, as far as that is known: when its provider booked it, or else
    /// when it was sent or instructed.
    pub(crate) fn moved_at(&self) -> Timestamp {
        let booked = self.payout.as_ref().and_then(|payout| payout.at);
        let sent = || self.permit.as_ref().map(|permit| permit.taken_at);
        booked.or_else(sent).unwrap_or(self.opened_at)
    }

    /// Returns the open cases.
    pub fn open_cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.is_open())
    }

    /// Applies an observation to a record. Returns `None` if there is no record and the observation
    /// does not open one.
    ///
    /// It accepts every observation in every state, and none loses money.
    #[must_use]
    pub fn after(record: Option<Self>, observed: &Observed) -> Option<Self> {
        let at = observed.at;
        let mut record = match (&observed.observation, record) {
            (Observation::Opened { provider, request, kind, send_before, refund_of }, before) => {
                Self {
                    provider: provider.clone(),
                    request: CreatePayout::clone(request),
                    kind: *kind,
                    state: RecordState::Prepared,
                    revision: before.as_ref().map_or(0, |record| record.revision),
                    start: observed.start,
                    opened_at: at,
                    changed_at: at,
                    send_before: *send_before,
                    permit: None,
                    payout: None,
                    decline: None,
                    declined_at: None,
                    uncertain: None,
                    not_sent: None,
                    refund_of: refund_of.clone(),
                    cases: before.map(|record| record.cases).unwrap_or_default(),
                }
            }
            (_, record) => record?,
        };
        record.revision += 1;
        record.changed_at = at;
        record.observe(observed);
        if record.state.is_final() && record.state != RecordState::NotSent {
            record.settle_unknown(at);
        }
        Some(record)
    }

    fn observe(&mut self, observed: &Observed) {
        let at = observed.at;
        match &observed.observation {
            Observation::Opened { .. } | Observation::Unrecognised => {}
            Observation::TakenOver { send_before } => {
                self.kind = RecordKind::HandedOver;
                self.send_before = *send_before;
            }
            Observation::PermitTaken { token, send_by } => {
                let (token, start) = (token.clone(), observed.start);
                self.permit = Some(Permit { token, start, taken_at: at, send_by: *send_by });
                self.see(PayoutState::Submitting, at);
            }
            Observation::PermitReturned { token, .. } => {
                if self.returns(token) {
                    self.permit = None;
                    self.state = RecordState::Prepared;
                }
            }
            Observation::NotSent { token, why } => {
                let is_back = token.as_ref().is_some_and(|token| self.returns(token));
                if is_back || self.state == RecordState::Prepared {
                    self.permit = None;
                    self.state = RecordState::NotSent;
                    self.not_sent = Some(why.clone());
                }
            }
            Observation::Responded { token, outcome } => {
                if token.is_none() {
                    let detail = "the provider answered an instruction that took no permit";
                    self.open_case(CaseKind::Bypassed, detail, at);
                }
                self.respond(outcome, at);
            }
            Observation::Interrupted => {
                if self.state != RecordState::Submitting {
                    return;
                }
                let message = "its sender ended before it recorded an outcome";
                self.doubt(Uncertain::new(UncertainCause::ConnectionLost, message), at);
            }
            Observation::Found { payouts } => self.find(payouts, at),
            Observation::Concluded { .. } => {
                if matches!(self.state, RecordState::Submitting | RecordState::Uncertain) {
                    self.state = RecordState::Failed;
                }
            }
            Observation::WindowPassed { seconds } => {
                let detail = format!("asked for {seconds} s, and still not known");
                self.open_case(CaseKind::Unknown, &detail, at);
            }
            Observation::Listed { amount, .. } => self.list(*amount, at),
            Observation::Reconciled { kind, detail, seen, .. } => {
                self.open_case(*kind, CaseText::new(detail, seen.clone()), at);
            }
            Observation::Decided { case, decision, who, why } => {
                self.decide(*case, *decision, who, why, at);
            }
        }
    }

    /// Returns whether a permit with this token is out, and nobody but its holder reported anything
    /// since.
    fn returns(&self, token: &str) -> bool {
        self.state == RecordState::Submitting
            && self.permit.as_ref().is_some_and(|permit| permit.token == token)
    }

    fn respond(&mut self, outcome: &Outcome<Payout>, at: Timestamp) {
        match outcome {
            Outcome::Accepted(payout) => self.find(std::slice::from_ref(payout), at),
            Outcome::Declined(decline) => {
                self.decline = Some(decline.clone());
                self.declined_at = Some(at);
                if decline.is_confirmed() {
                    self.see(PayoutState::Failed, at);
                } else {
                    let message = format!("the provider refused it, unconfirmed: {decline}");
                    self.doubt(Uncertain::new(UncertainCause::ProviderUndecided, message), at);
                }
            }
            Outcome::Uncertain(uncertain) => {
                if uncertain.needs_attention {
                    self.open_case(CaseKind::Contradicted, &uncertain.message, at);
                }
                self.doubt(uncertain.clone(), at);
            }
            Outcome::Misreported(error) => {
                let detail = format!("an error after the instruction may have left: {error}");
                self.open_case(CaseKind::ProviderMisreports, &detail, at);
                self.doubt(Uncertain::new(UncertainCause::ConnectionLost, detail), at);
            }
        }
    }

    /// Applies the provider's reports of this reference.
    fn find(&mut self, payouts: &[Payout], at: Timestamp) {
        let alive =
            |payout: &&Payout| !matches!(payout.state, PayoutState::Failed | PayoutState::Reversed);
        if payouts.iter().filter(alive).count() > 1 {
            let names: Vec<_> = payouts
                .iter()
                .filter_map(|payout| payout.gateway_ref.as_ref())
                .map(ToString::to_string)
                .collect();
            let detail = format!("{} payouts under it: {}", payouts.len(), names.join(", "));
            self.open_case(CaseKind::PaidTwice, &detail, at);
        }
        // The most advanced one counts, so that a success is not hidden by a failure.
        let Some(payout) = payouts.iter().max_by_key(|payout| weight(payout.state)) else { return };
        if let Some(field) = payout.differs_from(&self.request) {
            let detail = format!("the provider reports another {field} than was instructed");
            self.open_case(CaseKind::Differs, &detail, at);
            self.payout = Some(payout.clone());
            let doubt = Uncertain::new(UncertainCause::Mismatch, detail).needing_attention();
            return self.doubt(doubt, at);
        }
        let is_news = self.see(payout.state, at);
        if is_news || self.payout.is_none() {
            self.payout = Some(payout.clone());
        }
    }

    /// Applies a line of a statement that names it: its money left, whatever was known before.
    fn list(&mut self, amount: payments_core::money::Money, at: Timestamp) {
        if amount != self.request.amount {
            let seen = Seen::Listed { amount, credit: None };
            self.open_case(CaseKind::Differs, seen, at);
        } else if self.state != RecordState::Reversed {
            self.see(PayoutState::Succeeded, at);
        }
    }

    /// Applies a state that the provider reports, and returns whether it is the state now.
    fn see(&mut self, seen: PayoutState, at: Timestamp) -> bool {
        let Some(known) = self.state.of_payout() else {
            if seen == PayoutState::Failed {
                return false;
            }
            // It was closed as not sent, but the provider knows it.
            let detail = format!("it was not sent, and the provider reports it as {seen:?}");
            self.open_case(CaseKind::Contradicted, &detail, at);
            self.state = seen.into();
            return true;
        };
        match known.step(seen) {
            Step::Advance(state) => {
                self.state = state.into();
                true
            }
            Step::Same => true,
            Step::Stale => false,
            Step::Conflict { known, seen } => {
                let detail = format!("it is {known:?}, and the provider reports {seen:?}");
                self.open_case(CaseKind::Contradicted, &detail, at);
                false
            }
        }
    }

    /// Makes it uncertain, unless its outcome is known.
    fn doubt(&mut self, uncertain: Uncertain, at: Timestamp) {
        self.see(PayoutState::Uncertain, at);
        self.uncertain = Some(uncertain);
    }

    fn open_case(&mut self, kind: CaseKind, text: impl Into<CaseText>, at: Timestamp) {
        if self.open_cases().any(|case| case.kind == kind) {
            return;
        }
        let number = u32::try_from(self.cases.len()).unwrap_or(u32::MAX).saturating_add(1);
        let (CaseText { detail, seen }, credits) = (text.into(), Vec::new());
        let (opened_at, about, settled) = (at, None, None);
        self.cases.push(Case { number, kind, opened_at, detail, seen, credits, about, settled });
    }

    fn decide(&mut self, number: u32, decision: Decision, who: &str, why: &str, at: Timestamp) {
        let open = self.cases.iter_mut().find(|case| case.number == number && case.is_open());
        let Some(case) = open else { return };
        let (who, why) = (who.to_owned(), why.to_owned());
        case.settled = Some(Settled { at, decision, who, why });
        match decision {
            Decision::NeverArrived if self.state.is_open() => self.state = RecordState::Failed,
            Decision::WasPaid if self.state.is_open() => self.state = RecordState::Succeeded,
            _ => {}
        }
    }

    /// Closes the case of an unknown outcome, once the outcome is known.
    fn settle_unknown(&mut self, at: Timestamp) {
        let open = |case: &&mut Case| case.is_open() && case.kind == CaseKind::Unknown;
        if let Some(case) = self.cases.iter_mut().find(open) {
            let (who, why) = ("the engine".to_owned(), "its outcome is known".to_owned());
            case.settled = Some(Settled { at, decision: Decision::Closed, who, why });
        }
    }

    /// Returns the rule by which an absence at `asked_at` proves that the payout was not and will
    /// not be carried out, or `None` if it does not prove that. It does if its sender can no longer
    /// write, `quiet` has passed since, and the rule holds.
    pub(crate) fn conclusion(
        &self,
        rule: AbsenceRule,
        quiet: Duration,
        asked_at: Timestamp,
    ) -> Option<Conclusion> {
        if !matches!(self.state, RecordState::Submitting | RecordState::Uncertain) {
            return None;
        }
        // A payout that the provider once reported is not absent.
        if self.payout.is_some() || asked_at <= self.permit.as_ref()?.send_by.plus(quiet) {
            return None;
        }
        let sent_by = self.permit.as_ref()?.send_by;
        let refused = self
            .declined_at
            .filter(|_| self.decline.as_ref().is_some_and(|decline| !decline.is_duplicate()));
        match rule {
            AbsenceRule::Always => Some(Conclusion::Always),
            AbsenceRule::After(time) if asked_at > sent_by.plus(time) => Some(Conclusion::After),
            AbsenceRule::AfterRefusal(time) if asked_at > refused?.plus(time) => {
                Some(Conclusion::AfterRefusal)
            }
            _ => None,
        }
    }

    /// Returns whether a person may decide that it never arrived: its sender can no longer write,
    /// and `quiet` has passed since.
    pub(crate) fn is_quiet(&self, quiet: Duration, now: Timestamp) -> bool {
        self.permit.as_ref().is_none_or(|permit| now > permit.send_by.plus(quiet))
    }

    /// Returns the result of a repeated instruction. It is `None` while the outcome is unknown, or
    /// if it was not sent.
    pub(crate) fn submission(&self) -> Option<Submission<Payout>> {
        match self.state {
            RecordState::NotSent | RecordState::Prepared | RecordState::Submitting => None,
            RecordState::AwaitingApproval
            | RecordState::Pending
            | RecordState::Succeeded
            | RecordState::Reversed => {
                let request = &self.request;
                let mut payout = self.payout.clone().unwrap_or_else(|| {
                    Payout::new(request.payout.clone(), request.amount, PayoutState::Pending)
                });
                payout.state = self.state.of_payout()?;
                Some(Submission::Accepted(payout))
            }
            RecordState::Failed => Some(Submission::Declined(self.refusal())),
            RecordState::Uncertain => Some(match (&self.decline, &self.uncertain) {
                (Some(decline), _) => Submission::Declined(decline.clone()),
                (None, Some(uncertain)) => Submission::Uncertain(uncertain.clone()),
                (None, None) => Submission::Uncertain(Uncertain::new(
                    UncertainCause::ProviderUndecided,
                    "its outcome is not known",
                )),
            }),
        }
    }

    /// Returns why it failed: the provider's refusal, or the reason why an accepted payout failed.
    fn refusal(&self) -> Decline {
        if let Some(decline) = &self.decline {
            // An inquiry confirmed it; otherwise the state would not be final.
            return decline.clone().confirmed();
        }
        let failure = self.payout.as_ref().and_then(|payout| payout.failure.as_ref());
        let reason = failure.map_or(DeclineReason::Other, |failure| failure.reason);
        let mut decline = Decline::new(reason).confirmed();
        if let Some(code) = failure.and_then(|failure| failure.code.as_ref()) {
            decline = decline.with_code(code);
        }
        match failure.and_then(|failure| failure.message.as_ref()) {
            Some(message) => decline.with_message(message),
            None => decline,
        }
    }
}

/// Ranks a state, to choose one of several payouts under a reference.
fn weight(state: PayoutState) -> u8 {
    match state {
        PayoutState::Succeeded => 6,
        PayoutState::Pending => 5,
        PayoutState::AwaitingApproval => 4,
        PayoutState::Reversed => 2,
        PayoutState::Failed => 1,
        _ => 3,
    }
}
