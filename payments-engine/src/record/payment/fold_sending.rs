//! The effect of observations of cancellations and virtual accounts on the record of a payment.

use payments_core::{
    Timestamp,
    payment::Payment,
    virtual_account::{OpenVirtualAccount, VirtualAccount, VirtualAccountRef},
};

use super::{
    AccountChange, AccountRecord, Cancellation, Instruction, PaymentObservation, PaymentRecord,
    Sending, fold::misreported,
};
use crate::record::{CaseKind, Observed, Outcome, Report, ReportData, Source};

impl PaymentRecord {
    /// Applies an observation of a cancellation or of a virtual account.
    pub(super) fn observe_other(&mut self, observed: &Observed<PaymentObservation>) {
        let at = observed.at;
        match &observed.observation {
            PaymentObservation::CancelAsked { provider, .. } => {
                let sending = Sending::new(at);
                let known = self.cancellations.iter_mut().find(|one| one.provider == *provider);
                match known {
                    Some(known) => known.sending = sending,
                    None => {
                        let provider = provider.clone();
                        self.cancellations.push(Cancellation { provider, sending });
                    }
                }
            }
            PaymentObservation::AccountAsked { provider, request, is_found_by_reference } => {
                let request = OpenVirtualAccount::clone(request);
                self.asked = self.asked.or(request.amount);
                let account =
                    self.account_of(provider, || VirtualAccountRef::new(request.order.clone()));
                account.opening = Some(Sending::new(at));
                account.attempts = account.attempts.saturating_add(1);
                account.request = Some(request);
                account.is_found_by_reference = *is_found_by_reference;
            }
            PaymentObservation::AccountChangeAsked { provider, account, change } => {
                let known = self.account_of(provider, || account.clone());
                let sending = Sending::new(at);
                known.change = Some(AccountChange { what: change.clone(), sending });
            }
            PaymentObservation::Cancelled { provider, token, outcome } => {
                if token.is_none() {
                    self.bypassed(at);
                }
                let of = Instruction::Cancel { provider: provider.clone() };
                self.answer(&of, outcome, at);
                if let Outcome::Accepted(payment) = outcome {
                    let data = ReportData::Payment(payment.clone());
                    let report = Report::new(provider.clone(), Source::Inquiry, data);
                    self.see(&report, &Payment::clone(payment), at);
                }
            }
            PaymentObservation::AccountAnswered { of, token, outcome } => {
                if token.is_none() {
                    self.bypassed(at);
                }
                self.answer_account(of, token.as_ref(), outcome, at);
            }
            PaymentObservation::AccountFound { provider, accounts } => {
                self.find_account(provider, accounts, at);
            }
            _ => {}
        }
    }

    pub(super) fn sending_mut(&mut self, of: &Instruction) -> Option<&mut Sending> {
        match of {
            Instruction::Cancel { provider } => {
                let known = self.cancellations.iter_mut().find(|one| one.provider == *provider);
                known.map(|known| &mut known.sending)
            }
            Instruction::Account { provider } => self.known_account(provider)?.opening.as_mut(),
            Instruction::AccountChange { provider } => {
                let change = self.known_account(provider)?.change.as_mut();
                change.map(|change| &mut change.sending)
            }
            Instruction::Opening { .. } | Instruction::Refund { .. } => None,
        }
    }

    fn known_account(
        &mut self,
        provider: &payments_core::ProviderId,
    ) -> Option<&mut AccountRecord> {
        self.accounts.iter_mut().find(|account| account.provider == *provider)
    }

    /// Returns the account at a provider, and adds it to the record if it is missing.
    fn account_of(
        &mut self,
        provider: &payments_core::ProviderId,
        reference: impl FnOnce() -> VirtualAccountRef,
    ) -> &mut AccountRecord {
        let known = self.accounts.iter().position(|account| account.provider == *provider);
        let index = known.unwrap_or_else(|| {
            self.accounts.push(AccountRecord::new(provider.clone(), reference()));
            self.accounts.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or pushed above")]
        &mut self.accounts[index]
    }

    /// Records an outcome of an instruction, and the case that follows from it.
    fn answer<T>(&mut self, of: &Instruction, outcome: &Outcome<T>, at: Timestamp) {
        if let Some(sending) = self.sending_mut(of) {
            sending.answer(outcome);
        }
        match outcome {
            Outcome::Uncertain(uncertain) if uncertain.needs_attention => {
                let detail = format!("{of}: {}", uncertain.message);
                self.open_case(CaseKind::Contradicted, &detail, Vec::new(), at);
            }
            Outcome::Misreported(error) => {
                let detail = format!("{of}: {}", misreported(error));
                self.open_case(CaseKind::ProviderMisreports, &detail, Vec::new(), at);
            }
            _ => {}
        }
    }

    fn answer_account(
        &mut self,
        of: &Instruction,
        token: Option<&String>,
        outcome: &Outcome<VirtualAccount>,
        at: Timestamp,
    ) {
        let (Instruction::Account { provider } | Instruction::AccountChange { provider }) = of
        else {
            return;
        };
        // The outcome of an earlier attempt does not affect the present one.
        let is_present = token.is_none() || self.sending(of).is_some_and(|one| one.is_under(token));
        if is_present {
            self.answer(of, outcome, at);
        }
        let Outcome::Accepted(seen) = outcome else { return };
        let is_opening = matches!(of, Instruction::Account { .. });
        if let Some(account) = self.known_account(provider) {
            if is_opening && !is_present {
                account.see_other(seen);
            } else {
                account.see(seen, at);
            }
        }
        self.compare_account(provider, seen, at);
    }

    fn find_account(
        &mut self,
        provider: &payments_core::ProviderId,
        accounts: &[VirtualAccount],
        at: Timestamp,
    ) {
        let Some((first, more)) = accounts.split_first() else { return };
        let known = self.account_of(provider, || first.reference());
        known.find(first, at);
        for other in more {
            known.see_other(other);
        }
        if !more.is_empty() {
            let detail =
                format!("{provider} reports {} virtual accounts of the order", accounts.len());
            self.open_case(CaseKind::Contradicted, &detail, Vec::new(), at);
        }
        self.compare_account(provider, first, at);
    }

    /// Opens a case if a provider reports another amount of an account than was requested.
    fn compare_account(
        &mut self,
        provider: &payments_core::ProviderId,
        seen: &VirtualAccount,
        at: Timestamp,
    ) {
        let request = self.account(provider).and_then(|account| account.request.as_ref());
        let asked = request.and_then(|request| request.amount);
        if asked.zip(seen.amount).is_some_and(|(asked, seen)| asked != seen) {
            let detail = format!("the virtual account at {provider} takes another amount");
            self.open_case(CaseKind::Differs, &detail, Vec::new(), at);
        }
    }
}
