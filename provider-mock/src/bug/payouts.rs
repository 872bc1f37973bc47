//! Mistakes in payouts.

#![deny(clippy::missing_trait_methods)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use payments_core::{
    Absence, Clock, DeclineReason, Error, ErrorKind, Lookup, PayoutProvider, PayoutRef, Result,
    Submission, Timestamp, Uncertain, UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutState},
    rules::Repeat,
};

use super::{Bug, VIETNAM};

pub(super) struct Careless {
    bug: Bug,
    inner: Arc<dyn PayoutProvider>,
    capabilities: PayoutCapabilities,
    clock: Arc<dyn Clock>,
    /// The time at which each reference was first sent.
    sent: Mutex<Vec<(PayoutRef, Timestamp)>>,
    calls: AtomicUsize,
    /// The payout that is in progress.
    busy: Mutex<Option<PayoutRef>>,
    /// The payouts of earlier responses.
    known: Mutex<Vec<Payout>>,
    /// The cached names.
    names: Mutex<Vec<Beneficiary>>,
}

impl Careless {
    pub(super) fn new(bug: Bug, inner: Arc<dyn PayoutProvider>, clock: Arc<dyn Clock>) -> Self {
        let mut capabilities = inner.capabilities().clone();
        match bug {
            Bug::ClaimsToPayAgain => capabilities.repeat = Repeat::PaysAgain,
            Bug::AsksForAFeeAgain | Bug::PaysAgainAfterACallerLeft => {
                capabilities.name_check_costs = true;
            }
            _ => {}
        }
        Self {
            bug,
            inner,
            capabilities,
            clock,
            sent: Mutex::default(),
            calls: AtomicUsize::new(0),
            busy: Mutex::default(),
            known: Mutex::default(),
            names: Mutex::default(),
        }
    }

    /// Returns the time at which a reference was first sent. `None` if it is sent now for the first
    /// time.
    fn first_sent(&self, reference: &PayoutRef) -> Option<Timestamp> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sent.iter().find(|(known, _)| known == reference).map(|(_, at)| *at);
        if known.is_none() {
            sent.push((reference.clone(), self.clock.now()));
        }
        known
    }

    /// Returns the request to the same beneficiary that is sent instead.
    fn sent(&self, request: &CreatePayout) -> CreatePayout {
        let mut request = request.clone();
        match self.bug {
            Bug::DropsTheNote => request.note = None,
            Bug::CutsTheNote => {
                request.note = request.note.map(|note| note.chars().take(50).collect());
            }
            _ => {}
        }
        request
    }

    /// Returns the request to another beneficiary that is sent instead, or `None` if the original
    /// is sent.
    fn misdirected(&self, request: &CreatePayout) -> Option<CreatePayout> {
        let asked = &request.beneficiary;
        let account = match self.bug {
            Bug::SendsToAnotherAccount => {
                let number = AccountNumber::new(format!("{}0", asked.account.number)).ok()?;
                BankAccount::new(asked.account.bin, number)
            }
            Bug::SendsToOneBank => {
                let bank = Bin::new("970436").ok()?;
                BankAccount::new(bank, asked.account.number.clone())
            }
            Bug::SendsToTheFirstBeneficiary => {
                let mut names = self.names();
                if names.is_empty() {
                    names.push(asked.clone());
                }
                names.first()?.account.clone()
            }
            _ => return None,
        };
        let mut sent = request.clone();
        // The gateway knows the holder of one account.
        let holder = if account == asked.account { &asked.name } else { "NGUYEN VAN A" };
        sent.beneficiary = Beneficiary::new(account, holder).ok()?;
        Some(sent)
    }

    fn names(&self) -> MutexGuard<'_, Vec<Beneficiary>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn busy(&self) -> MutexGuard<'_, Option<PayoutRef>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, Vec<Payout>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the first response about this payout.
    fn first_answer(&self, reference: &PayoutRef) -> Option<Payout> {
        self.known().iter().find(|known| known.payout == *reference).cloned()
    }

    fn freshly_named(&self, request: &CreatePayout) -> CreatePayout {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut request = request.clone();
        if let Ok(fresh) = PayoutRef::new(format!("{}-{number}", request.payout)) {
            request.payout = fresh;
        }
        request
    }

    /// Returns the outcome that replaces an uncertain one.
    fn decided(&self, request: &CreatePayout, uncertain: Uncertain) -> Submission<Payout> {
        let status = uncertain.status.and_then(|status| StatusCode::from_u16(status).ok());
        let is = |cause| uncertain.cause == cause;
        let has = |wanted: fn(StatusCode) -> bool| {
            is(UncertainCause::UnreadableAnswer) && status.is_some_and(wanted)
        };
        match self.bug {
            Bug::TakesAServerErrorForARefusal if has(|status| status.is_server_error()) => {
                super::refused(DeclineReason::Other)
            }
            Bug::TakesAnyStatusForARefusal if has(|status| status.is_client_error()) => {
                super::refused(DeclineReason::Authentication)
            }
            Bug::TakesAny200ForSuccess if has(|status| status == StatusCode::OK) => {
                Submission::Accepted(as_asked(request))
            }
            Bug::BelievesAnyEcho if is(UncertainCause::Mismatch) => {
                Submission::Accepted(as_asked(request))
            }
            Bug::TakesUndecidedForFailed if is(UncertainCause::ProviderUndecided) => {
                super::refused(DeclineReason::Other)
            }
            _ => Submission::Uncertain(uncertain),
        }
    }

    fn timed(&self, mut payout: Payout) -> Payout {
        if self.bug == Bug::ReadsPayoutTimesAsLocal {
            let local = |at: Timestamp| at.unix_seconds() - VIETNAM.as_secs().cast_signed();
            payout.at = payout.at.map(|at| Timestamp::from_unix(local(at)));
        }
        payout
    }

    fn found(&self, payout: Payout) -> Payout {
        let mut payout = self.timed(payout);
        let is_unknown = payout.state == PayoutState::Uncertain;
        let is_undecided = payout.provider_state.as_deref() == Some("undecided");
        match self.bug {
            Bug::TakesAnUnknownWordForFailed if is_unknown && !is_undecided => {
                payout.state = PayoutState::Failed;
            }
            Bug::TakesUndecidedForFailed if is_undecided => payout.state = PayoutState::Failed,
            Bug::ReportsTheGatewaysId
                if self.known().iter().all(|known| known.payout != payout.payout) =>
            {
                let name = payout.gateway_ref.as_ref().map(|name| PayoutRef::new(name.as_str()));
                if let Some(Ok(name)) = name {
                    payout.payout = name;
                }
            }
            Bug::PaysTheFeeToTheBeneficiary => {
                payout.amount = payout.amount.map(|amount| with_the_fee(amount, -FEE))
            }
            Bug::RemembersTheFirstState => self.known().push(payout.clone()),
            Bug::SendsToAnotherAccount | Bug::SendsToOneBank | Bug::SendsToTheFirstBeneficiary => {
                (payout.account, payout.bank) = (None, None);
            }
            _ => {}
        }
        payout
    }
}

const HOUR: Duration = Duration::from_secs(3_600);

const FEE: i64 = 1_100;

fn with_the_fee(amount: Money, fee: i64) -> Money {
    Money::from_minor(amount.minor().saturating_add(fee), amount.currency())
}

/// Returns the payout that is reported if the response is not read.
fn as_asked(request: &CreatePayout) -> Payout {
    Payout::new(request.payout.clone(), request.amount, PayoutState::Pending)
}

#[async_trait]
impl PayoutProvider for Careless {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayout) -> Result<()> {
        let text = request.payout.as_str();
        let has = |is: fn(&char) -> bool| text.chars().any(|character| is(&character));
        if self.bug == Bug::TakesNoMixedCase
            && has(char::is_ascii_lowercase)
            && has(char::is_ascii_uppercase)
        {
            return Err(Error::invalid("payout", "mixes capitals with small letters"));
        }
        self.inner.check(request)
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        if self.bug == Bug::TakesNoMixedCase {
            self.check(request)?;
        }
        if self.bug == Bug::SendsBesideItsDeparture {
            let (inner, request) = (Arc::clone(&self.inner), request.clone());
            let sent = tokio::spawn(async move { inner.create_payout(&request).await });
            return sent.await.unwrap_or_else(|_| {
                let cause = UncertainCause::ConnectionLost;
                Ok(Submission::Uncertain(Uncertain::new(cause, "the task ended early")))
            });
        }
        if self.bug == Bug::DrawsAFreshReference {
            return self.inner.create_payout(&self.freshly_named(request)).await;
        }
        if let Some(misdirected) = self.misdirected(request) {
            let asked = request.beneficiary.account.clone();
            let sent = self.inner.create_payout(&misdirected).await?;
            return Ok(sent.map(|payout| payout.with_account(asked.number).with_bank(asked.bin)));
        }
        if self.bug == Bug::PaysTheFeeToTheBeneficiary {
            let mut request = request.clone();
            request.amount = with_the_fee(request.amount, FEE);
            let sent = self.inner.create_payout(&request).await?;
            return Ok(sent.map(|payout| self.found(payout)));
        }
        let busy = self.busy().replace(request.payout.clone());
        if self.bug == Bug::StaysBusy && busy.is_some_and(|other| other != request.payout) {
            return Err(Error::new(ErrorKind::Conflict, "another payout is under way"));
        }
        if matches!(self.bug, Bug::ClaimsToDeduplicate | Bug::ForgetsAReferenceAfterAnHour)
            && let Some(first) = self.first_sent(&request.payout)
        {
            if self.bug == Bug::ClaimsToDeduplicate {
                return Ok(super::refused(DeclineReason::Duplicate));
            }
            if self.clock.now().since(first) > HOUR {
                let again = self.inner.create_payout(&self.freshly_named(request)).await?;
                return Ok(again.map(|mut payout| {
                    payout.payout = request.payout.clone();
                    payout
                }));
            }
        }
        let outcome = self.inner.create_payout(&self.sent(request)).await;
        *self.busy() = None;
        Ok(match outcome?.map(|payout| self.timed(payout)) {
            Submission::Uncertain(uncertain) => self.decided(request, uncertain),
            Submission::Accepted(payout)
                if matches!(
                    self.bug,
                    Bug::FindsByTheGatewaysIdOnly | Bug::ReportsTheGatewaysId
                ) =>
            {
                self.known().push(payout.clone());
                Submission::Accepted(payout)
            }
            Submission::Declined(decline)
                if self.bug == Bug::TakesADuplicateForARefusal && decline.is_duplicate() =>
            {
                super::refused(DeclineReason::Other)
            }
            other => other,
        })
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        let first = self.first_answer(payout);
        match (self.bug, first) {
            (Bug::RemembersTheFirstState, Some(first)) => return Ok(Lookup::Found(first)),
            (Bug::FindsByTheGatewaysIdOnly, None) => {
                return Ok(Lookup::Absent(Absence::inconclusive("nothing is known of it")));
            }
            _ => {}
        }
        match self.inner.find_payout(payout).await {
            Ok(Lookup::Found(payout)) => Ok(Lookup::Found(self.found(payout))),
            Ok(Lookup::Absent(_)) if self.bug == Bug::TakesAnAbsenceForConclusive => {
                Ok(Lookup::Absent(Absence::Conclusive))
            }
            Err(error)
                if self.bug == Bug::TakesAny404ForAnAbsence
                    && error.status() == Some(StatusCode::NOT_FOUND) =>
            {
                Ok(Lookup::Absent(Absence::inconclusive("it was not found")))
            }
            other => other,
        }
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        if self.bug == Bug::InventsTheHolder {
            return Beneficiary::new(account.clone(), "NGUYEN VAN A");
        }
        let is_known = |name: &&Beneficiary| match self.bug {
            Bug::PaysAgainAfterACallerLeft => name.account == *account,
            Bug::RemembersHoldersByNumber => name.account.number == account.number,
            Bug::RemembersHoldersByBank => name.account.bin == account.bin,
            _ => false,
        };
        let known = self.names().iter().find(is_known).cloned();
        if let Some(name) = known {
            return Ok(name);
        }
        let name = self.inner.verify_beneficiary(account).await?;
        self.names().push(name.clone());
        Ok(name)
    }

    async fn balance(&self) -> Result<Balance> {
        if self.bug == Bug::InventsTheBalance {
            return Ok(Balance::new(Money::vnd(0), Timestamp::from_unix(0)));
        }
        let mut balance = self.inner.balance().await?;
        if self.bug == Bug::ReadsTheBalanceInHundredths {
            balance.amount = Money::vnd(balance.amount.minor() / 100);
        }
        Ok(balance)
    }
}
