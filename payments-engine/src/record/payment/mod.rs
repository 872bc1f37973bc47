//! The record of the payment of one order.

mod account;
mod cancellation;
mod credit;
mod fold;
mod fold_sending;
mod money;
mod observation;
mod opening;
mod refund;
mod reported;
mod sending;

use payments_core::{
    OrderRef, ProviderId, RefundRef, Timestamp,
    money::Money,
    payment::{Funding, Payment, PaymentMethod, PaymentState},
    virtual_account::{Uses, VirtualAccountState},
};
use serde::{Deserialize, Serialize};

pub use account::{AccountChange, AccountChangeKind, AccountRecord};
pub use cancellation::Cancellation;
pub use credit::{Compared, Credit, CreditName, Standing};
pub use observation::{Instruction, PaymentObservation};
pub use opening::{OpeningState, PaymentOpening};
pub use refund::{RefundRecord, RefundRecordState};
pub use sending::{Sending, SendingState};

use super::{Case, Observed, Permit};
use crate::resolver::schedule;

/// The payment of one order: where it was opened, what was reported about it, and how much arrived.
///
/// The record is the fold of its [observations](PaymentObservation): [`after`](Self::after) applies
/// an observation to a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaymentRecord {
    /// The merchant's reference of the order.
    pub order: OrderRef,
    /// Grows by one with every observation.
    pub revision: u64,
    /// When the first observation was made.
    pub opened_at: Timestamp,
    /// When the record last changed.
    pub changed_at: Timestamp,
    /// The requested amount, or `None` if nothing with an amount was opened through the engine.
    #[serde(default)]
    pub asked: Option<Money>,
    /// The openings, one for each provider and method.
    #[serde(default)]
    pub openings: Vec<PaymentOpening>,
    /// The reports of each provider.
    #[serde(default)]
    pub providers: Vec<Stated>,
    /// The reported credits, each key of a provider once.
    #[serde(default)]
    pub credits: Vec<Credit>,
    /// The refunds.
    #[serde(default)]
    pub refunds: Vec<RefundRecord>,
    /// The cancellations, one for each provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancellations: Vec<Cancellation>,
    /// The virtual accounts, one for each provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountRecord>,
    /// A person's decisions about credits that may be the same money.
    #[serde(default)]
    pub compared: Vec<Compared>,
    /// The cases of the payment, open and decided.
    #[serde(default)]
    pub cases: Vec<Case>,
}

/// The reports of one provider about a payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stated {
    /// The provider.
    pub provider: ProviderId,
    /// The state of the payment according to these reports.
    pub state: PaymentState,
    /// The largest total that the provider ever reported as received.
    #[serde(default)]
    pub total: Option<Money>,
    /// The amount that had arrived when the provider reported the payment as refunded, and that was
    /// therefore returned. Money that arrives later is not part of it.
    #[serde(default)]
    pub given_back: Option<Money>,
    /// The outgoing movements of the provider's accounts that name the order.
    #[serde(default)]
    pub left: Vec<payments_core::Movement>,
    /// The provider's latest report. An outdated report, or one that contradicts the state, does
    /// not replace an earlier report.
    pub payment: Payment,
}

/// What the engine looks after: instructions that are recorded and not sent, those with an unknown
/// outcome, and money that is expected for openings and on virtual accounts, each with the time of
/// its request.
#[derive(Default, PartialEq)]
pub(crate) struct LookedAfter {
    unsent: Vec<(Instruction, ProviderId, Timestamp)>,
    in_doubt: Vec<(Instruction, ProviderId, Option<Permit>)>,
    awaited: Vec<(ProviderId, Timestamp)>,
    accounts: Vec<(ProviderId, Timestamp)>,
}

impl LookedAfter {
    /// Returns when the engine looks for the first time after a change at this time, or `None` if
    /// nothing is left to look after.
    pub(crate) fn first_due(&self, at: Timestamp) -> Option<Timestamp> {
        let is_awaited = !self.awaited.is_empty() || !self.accounts.is_empty();
        let due = [
            (!self.in_doubt.is_empty()).then(|| at.plus(schedule::FIRST)),
            (!self.unsent.is_empty()).then(|| at.plus(schedule::UNSENT)),
            is_awaited.then(|| schedule::awaited(at, at)),
        ];
        due.into_iter().flatten().min()
    }
}

impl PaymentRecord {
    /// Returns the opening at a provider by a method.
    pub fn opening(
        &self,
        provider: &ProviderId,
        method: Option<PaymentMethod>,
    ) -> Option<&PaymentOpening> {
        let is_it =
            |opening: &&PaymentOpening| opening.provider == *provider && opening.method() == method;
        self.openings.iter().find(is_it)
    }

    /// Returns another provider that may have the payment by this method, unless this one may have
    /// it.
    pub(crate) fn opened_elsewhere(
        &self,
        provider: &ProviderId,
        method: Option<PaymentMethod>,
    ) -> Option<&ProviderId> {
        let of_method = |one: &&PaymentOpening| one.is_live() && one.method() == method;
        let mut live = self.openings.iter().filter(of_method).map(|opening| &opening.provider);
        let first = live.next()?;
        (first != provider && live.all(|other| other != provider)).then_some(first)
    }

    /// Returns the open cases.
    pub fn open_cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(|case| case.is_open())
    }

    /// Returns the refund with this name.
    pub fn refund(&self, refund: &RefundRef) -> Option<&RefundRecord> {
        self.refunds.iter().find(|known| known.refund == *refund)
    }

    /// Returns the virtual account at a provider.
    pub fn account(&self, provider: &ProviderId) -> Option<&AccountRecord> {
        self.accounts.iter().find(|account| account.provider == *provider)
    }

    /// Returns the cancellation at a provider.
    pub fn cancellation(&self, provider: &ProviderId) -> Option<&Cancellation> {
        self.cancellations.iter().find(|known| known.provider == *provider)
    }

    /// Returns whether an instruction about it may be under way, or has an unknown outcome.
    pub(crate) fn is_in_doubt(&self) -> bool {
        !self.in_doubt().is_empty()
    }

    /// Returns whether it is unknown if a provider opened it.
    pub(crate) fn is_opening_in_doubt(&self, provider: &ProviderId) -> bool {
        self.openings.iter().any(|one| one.provider == *provider && one.is_in_doubt())
    }

    /// Returns the instructions that may be under way or have an unknown outcome, each with its
    /// provider and its permit.
    pub(crate) fn in_doubt(&self) -> Vec<(Instruction, ProviderId, Option<Permit>)> {
        let openings = self.openings.iter().filter(|opening| opening.is_in_doubt());
        let openings = openings.map(|opening| {
            let (provider, method) = (opening.provider.clone(), opening.method());
            let of = Instruction::Opening { provider: provider.clone(), method };
            (of, provider, opening.permit.clone())
        });
        let refunds = self.refunds.iter().filter(|refund| refund.is_in_doubt()).map(|refund| {
            let of = Instruction::Refund { refund: refund.refund.clone() };
            (of, refund.provider.clone(), refund.permit.clone())
        });
        openings.chain(refunds).chain(self.others_in_doubt()).collect()
    }

    /// Returns the instructions that are recorded and have no permit, each with its provider and the
    /// time of its request. The call that recorded them sends them. A refund that a payout carries
    /// out is not among them, because it ends with its payout.
    pub(crate) fn unsent(&self) -> Vec<(Instruction, ProviderId, Timestamp)> {
        let mut all = Vec::new();
        for one in self.openings.iter().filter(|one| one.state == OpeningState::Asked) {
            let (provider, method) = (one.provider.clone(), one.method());
            let of = Instruction::Opening { provider: provider.clone(), method };
            all.push((of, provider, one.asked_at));
        }
        for one in self.refunds.iter().filter(|one| one.is_unsent()) {
            let of = Instruction::Refund { refund: one.refund.clone() };
            all.push((of, one.provider.clone(), one.asked_at));
        }
        let cancellations = self.cancellations.iter().map(|one| {
            let provider = one.provider.clone();
            (Instruction::Cancel { provider }, &one.provider, &one.sending)
        });
        let openings = self.accounts.iter().filter_map(|account| {
            let of = Instruction::Account { provider: account.provider.clone() };
            Some((of, &account.provider, account.opening.as_ref()?))
        });
        let changes = self.accounts.iter().filter_map(|account| {
            let of = Instruction::AccountChange { provider: account.provider.clone() };
            Some((of, &account.provider, &account.change.as_ref()?.sending))
        });
        for (of, provider, sending) in cancellations.chain(openings).chain(changes) {
            if sending.state == SendingState::Asked {
                all.push((of, provider.clone(), sending.asked_at));
            }
        }
        all
    }

    /// Returns whether an instruction about it is not final: it may still be sent, may be under way,
    /// or has an unknown outcome.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.is_in_doubt() || !self.unsent().is_empty()
    }

    /// Returns the doubtful cancellations and instructions about virtual accounts.
    fn others_in_doubt(&self) -> Vec<(Instruction, ProviderId, Option<Permit>)> {
        let mut all = Vec::new();
        for known in self.cancellations.iter().filter(|known| known.sending.is_in_doubt()) {
            let provider = known.provider.clone();
            all.push((Instruction::Cancel { provider }, &known.provider, &known.sending));
        }
        for account in &self.accounts {
            let provider = account.provider.clone();
            if let Some(opening) =
                account.opening.as_ref().filter(|_| account.is_opening_in_doubt())
            {
                all.push((Instruction::Account { provider }, &account.provider, opening));
            } else if let Some(change) = account.change.as_ref()
                && account.is_change_in_doubt()
            {
                let of = Instruction::AccountChange { provider };
                all.push((of, &account.provider, &change.sending));
            }
        }
        let all = all.into_iter();
        all.map(|(of, provider, sending)| (of, provider.clone(), sending.permit.clone())).collect()
    }

    /// Returns the virtual accounts on which less arrived than is expected, because a notification
    /// of a credit may be lost. Each comes with the time at which it was instructed. An account for
    /// many transfers of any amount has no expected amount.
    pub(crate) fn awaited_accounts(&self) -> Vec<(ProviderId, Timestamp)> {
        let is_paid = match self.funding() {
            Some(funding) => matches!(funding, Funding::Exact | Funding::Over { .. }),
            None => self.received().is_some_and(|received| received.is_positive()),
        };
        if is_paid {
            return Vec::new();
        }
        let is_awaited = |account: &&AccountRecord| {
            let request = account.request.as_ref();
            let expects = request.is_some_and(|one| one.amount.is_some() || one.uses == Uses::Once);
            expects && account.closed_at.is_none() && account.account.is_some()
        };
        let awaited = self.accounts.iter().filter(is_awaited);
        awaited
            .filter_map(|account| {
                Some((account.provider.clone(), account.opening.as_ref()?.asked_at))
            })
            .collect()
    }

    /// Returns the state of an instruction about a cancellation or a virtual account.
    pub(crate) fn sending(&self, of: &Instruction) -> Option<&Sending> {
        match of {
            Instruction::Cancel { provider } => self.cancellation(provider).map(|one| &one.sending),
            Instruction::Account { provider } => self.account(provider)?.opening.as_ref(),
            Instruction::AccountChange { provider } => {
                self.account(provider)?.change.as_ref().map(|change| &change.sending)
            }
            Instruction::Opening { .. } | Instruction::Refund { .. } => None,
        }
    }

    /// Returns whether an instruction can be closed as not sent: no permit is out, or only this
    /// one.
    pub(crate) fn may_close(&self, of: &Instruction, token: Option<&String>) -> bool {
        match of {
            Instruction::Opening { provider, method } => {
                self.opening(provider, *method).is_some_and(|opening| opening.may_close(token))
            }
            Instruction::Refund { refund } => {
                self.refund(refund).is_some_and(|refund| refund.may_close(token))
            }
            of => self.sending(of).is_some_and(|sending| sending.may_close(token)),
        }
    }

    /// Returns the providers at which the payment is open while less arrived than was requested,
    /// because a notification may be lost. Each comes with the time of its last request.
    pub(crate) fn awaited(&self) -> Vec<(ProviderId, Timestamp)> {
        if matches!(self.funding(), Some(Funding::Exact | Funding::Over { .. })) {
            return Vec::new();
        }
        let is_over = |provider: &ProviderId| {
            let state = self.stated(provider).map(|stated| stated.state);
            matches!(
                state,
                Some(PaymentState::Cancelled | PaymentState::Expired | PaymentState::Refunded)
            )
        };
        let open = self
            .openings
            .iter()
            .filter(|opening| opening.state == OpeningState::Open && !is_over(&opening.provider));
        let mut awaited: Vec<(ProviderId, Timestamp)> = Vec::new();
        for opening in open {
            match awaited.iter_mut().find(|(provider, _)| *provider == opening.provider) {
                Some((_, asked_at)) => *asked_at = opening.asked_at.max(*asked_at),
                None => awaited.push((opening.provider.clone(), opening.asked_at)),
            }
        }
        awaited
    }

    /// Returns what the engine looks after. Once it changes, the next look follows soon.
    pub(crate) fn looked_after(&self) -> LookedAfter {
        LookedAfter {
            unsent: self.unsent(),
            in_doubt: self.in_doubt(),
            awaited: self.awaited(),
            accounts: self.awaited_accounts(),
        }
    }

    /// Returns whether an instruction is in doubt, and this is its last permit.
    pub(crate) fn is_in_doubt_under(&self, of: &Instruction, permit: Option<&Permit>) -> bool {
        let doubted = self.in_doubt();
        doubted.iter().any(|(doubted, _, last)| doubted == of && last.as_ref() == permit)
    }

    /// Returns whether an instruction may be under way, or has an unknown outcome.
    pub(crate) fn is_on_its_way(&self, of: &Instruction) -> bool {
        self.in_doubt().iter().any(|(doubted, ..)| doubted == of)
    }

    /// Returns whether the last reports of a provider show that a cancellation or a change of a
    /// virtual account was not carried out.
    pub(crate) fn shows_undone(&self, of: &Instruction) -> bool {
        match of {
            Instruction::Cancel { provider } => self.stated(provider).is_some_and(|stated| {
                matches!(stated.state, PaymentState::Open | PaymentState::Processing)
            }),
            Instruction::AccountChange { provider } => {
                let change = self
                    .account(provider)
                    .and_then(|account| Some((&account.change.as_ref()?.what, account.state()?)));
                change.is_some_and(|(what, state)| match what {
                    AccountChangeKind::Close => matches!(
                        state,
                        VirtualAccountState::Open
                            | VirtualAccountState::PartlyPaid
                            | VirtualAccountState::Paid
                    ),
                    AccountChangeKind::Reopen { .. } => state == VirtualAccountState::Closed,
                    AccountChangeKind::Update { .. } => false,
                })
            }
            _ => false,
        }
    }

    /// Returns whether the record shows an instruction as under way, under this permit.
    pub(crate) fn is_submitting(&self, of: &Instruction, under: Option<&Permit>) -> bool {
        let (is_submitting, permit) = match of {
            Instruction::Opening { provider, method } => {
                let Some(opening) = self.opening(provider, *method) else { return false };
                (opening.state == OpeningState::Submitting, &opening.permit)
            }
            Instruction::Refund { refund } => {
                let Some(refund) = self.refund(refund) else { return false };
                (refund.state == RefundRecordState::Submitting, &refund.permit)
            }
            of => {
                let Some(sending) = self.sending(of) else { return false };
                (sending.state == SendingState::Submitting, &sending.permit)
            }
        };
        is_submitting && permit.as_ref() == under
    }

    /// Returns whether a cancellation or an instruction about a virtual account has an unknown
    /// outcome, and this is its last permit.
    pub(crate) fn is_uncertain_under(&self, of: &Instruction, permit: Option<&Permit>) -> bool {
        self.sending(of).is_some_and(|sending| {
            sending.state == SendingState::Uncertain && sending.permit.as_ref() == permit
        })
    }

    /// Returns whether a person may decide that the instruction of a case never arrived: its sender
    /// can no longer write, and the quiet time of its provider has passed since.
    pub(crate) fn is_quiet(
        &self,
        case: &Case,
        quiet: impl Fn(&ProviderId) -> std::time::Duration,
        now: Timestamp,
    ) -> bool {
        let doubted = self.in_doubt().into_iter().filter(|(of, ..)| case.is_about(of));
        doubted
            .filter_map(|(_, provider, permit)| Some((provider, permit?)))
            .all(|(provider, permit)| now > permit.send_by.plus(quiet(&provider)))
    }

    /// Returns the reports of a provider.
    pub fn stated(&self, provider: &ProviderId) -> Option<&Stated> {
        self.providers.iter().find(|stated| stated.provider == *provider)
    }

    /// Applies an observation to a record. Returns `None` if there is no record and the observation
    /// does not begin one.
    ///
    /// It accepts every observation in every state, and none loses money.
    #[must_use]
    pub fn after(record: Option<Self>, observed: &Observed<PaymentObservation>) -> Option<Self> {
        let mut record = match record {
            Some(record) => record,
            None => Self::begin(observed)?,
        };
        record.revision += 1;
        record.changed_at = observed.at;
        record.observe(observed);
        Some(record)
    }

    /// Creates the record from its first observation.
    fn begin(observed: &Observed<PaymentObservation>) -> Option<Self> {
        let order = match &observed.observation {
            PaymentObservation::Asked { request, .. } => request.order.clone(),
            PaymentObservation::Reported { order, .. }
            | PaymentObservation::CancelAsked { order, .. } => order.clone(),
            PaymentObservation::AccountAsked { request, .. } => request.order.clone(),
            PaymentObservation::AccountChangeAsked { account, .. } => account.order.clone(),
            _ => return None,
        };
        Some(Self {
            order,
            revision: 0,
            opened_at: observed.at,
            changed_at: observed.at,
            asked: None,
            openings: Vec::new(),
            providers: Vec::new(),
            credits: Vec::new(),
            refunds: Vec::new(),
            cancellations: Vec::new(),
            accounts: Vec::new(),
            compared: Vec::new(),
            cases: Vec::new(),
        })
    }
}
