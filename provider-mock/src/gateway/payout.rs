//! Payouts, which are booked when they are accepted, and settled by hand or immediately.

use payments_core::{
    Timestamp,
    bank::BankAccount,
    money::{Currency, MoneyError},
    rules::check_amount,
};
use serde::{Deserialize, Serialize};

use super::{
    Booking, BookingKind, ControlError, PayoutStart,
    books::{Again, Books},
    ledger::Entry,
    refused::Refused,
};
use crate::{
    rules,
    wire::{self, Operation, PAYOUT_CHANGED, RefusalCode},
};

/// The end of a payout, for [`MockGateway::settle_payout`](super::MockGateway::settle_payout).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutOutcome {
    /// The beneficiary has the money.
    Succeeded,
    /// The payout failed, and the money came back.
    Failed,
    /// The money came back after the payout had succeeded.
    Reversed,
}

/// A payout in the gateway's state.
#[derive(Debug)]
pub(super) struct Payout {
    id: String,
    terms: wire::SendMoney,
    status: Status,
    /// Whether the merchant refused to approve the payout.
    is_refused: bool,
    at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// A person at the merchant must approve the payout; nothing is booked yet.
    AwaitingApproval,
    Pending,
    /// The gateway has not decided. Such a payout is settled like a pending one.
    Undecided,
    Succeeded,
    Failed,
    Reversed,
}

impl Status {
    /// Returns the state after `outcome`, if that is possible.
    fn ended(self, outcome: PayoutOutcome) -> Option<Self> {
        match (self, outcome) {
            (Self::Pending | Self::Undecided, PayoutOutcome::Succeeded) => Some(Self::Succeeded),
            (Self::Pending | Self::Undecided, PayoutOutcome::Failed) => Some(Self::Failed),
            (Self::Succeeded, PayoutOutcome::Reversed) => Some(Self::Reversed),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::AwaitingApproval => "awaiting_approval",
            Self::Pending => "pending",
            Self::Undecided => "undecided",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Reversed => "reversed",
        }
    }
}

/// # What the merchant's program asks for
impl Books {
    pub(super) fn send_money(
        &mut self,
        asked: wire::SendMoney,
        decided: bool,
        now: Timestamp,
    ) -> Result<wire::Payout, Refused> {
        let repeat = self.payout_repeat;
        if let Some(known) = self.payout(asked.payout.as_str()) {
            let terms = &known.terms;
            let same = (terms.amount, terms.bank, &terms.account)
                == (asked.amount, asked.bank, &asked.account);
            match Again::of(repeat, known.at, now) {
                Again::AsFirst if same => return Ok(known.shown()),
                Again::AsFirst | Again::Refused => {
                    return Err(Refused::used(asked.payout.as_str()));
                }
                Again::CarriedOut => {}
            }
        }
        rules::REFERENCE.check("payout", asked.payout.as_str())?;
        rules::HOLDER.check("name", &asked.name)?;
        rules::TEXT.check("note", asked.note.as_deref().unwrap_or_default())?;
        check_amount(&rules::limits(), asked.amount)?;
        let holder = self.holder(asked.bank.as_str(), asked.account.as_str());
        if holder.is_some_and(|holder| holder.name != asked.name) {
            return Err(Refused::new(
                RefusalCode::Beneficiary,
                "the account belongs to somebody else",
            ));
        }
        self.check_funds(asked.amount)?;
        let status = match self.payout_start {
            _ if !decided => Status::Undecided,
            PayoutStart::AwaitingApproval => Status::AwaitingApproval,
            PayoutStart::Pending => Status::Pending,
            PayoutStart::Succeeded => Status::Succeeded,
        };
        if status != Status::AwaitingApproval {
            self.book_payout(&asked, BookingKind::Payout, now)?;
        }
        let id = self.ids.name("out");
        let payout = Payout { id, terms: asked, status, is_refused: false, at: now };
        let shown = payout.shown();
        self.payouts.push(payout);
        self.carried_out(Operation::CreatePayout, shown.payout.as_str());
        Ok(shown)
    }

    /// Returns the first payout with a reference, and those that were paid later with it.
    pub(super) fn show_payout(&self, reference: &str) -> Result<wire::FoundPayout, Refused> {
        let mut all = self.payouts.iter().filter(|known| known.terms.payout.as_str() == reference);
        let first = all.next().ok_or_else(|| Refused::unknown("payout", reference))?;
        Ok(wire::FoundPayout { payout: first.shown(), again: all.map(Payout::shown).collect() })
    }

    /// Returns the holder of an account, if the gateway knows it.
    pub(super) fn holder(&self, bank: &str, number: &str) -> Option<wire::Holder> {
        let known = self.beneficiaries.iter().find(|known| {
            known.account.bin.as_str() == bank && known.account.number.as_str() == number
        })?;
        Some(wire::Holder {
            bank: known.account.bin,
            account: known.account.number.clone(),
            name: known.name.clone(),
        })
    }

    /// Returns the balance that can be paid out, in đồng.
    pub(super) fn sendable(&self, now: Timestamp) -> Result<wire::Balance, Refused> {
        let own = self.ledger.account_in(Currency::VND);
        let own = own.ok_or_else(|| Refused::unknown("account in", "VND"))?;
        Ok(wire::Balance { amount: own.balance, at: now })
    }
}

/// # What the merchant's staff do
impl Books {
    /// Approves or refuses the first payout with a reference that awaits approval.
    pub(super) fn approve_payout(
        &mut self,
        reference: &str,
        is_approved: bool,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        let of_reference = |known: &&Payout| known.terms.payout.as_str() == reference;
        let first = self.payouts.iter().find(of_reference);
        let first = first.ok_or_else(|| ControlError::UnknownPayout(reference.to_owned()))?;
        let (unfit, terms) = (first.status.word(), first.terms.clone());
        let awaits = |known: &&mut Payout| {
            known.terms.payout.as_str() == reference && known.status == Status::AwaitingApproval
        };
        let Some(payout) = self.payouts.iter_mut().find(awaits) else {
            return Err(ControlError::WrongState(unfit));
        };
        payout.status = if is_approved { Status::Pending } else { Status::Failed };
        payout.is_refused = !is_approved;
        let shown = payout.shown();
        if is_approved {
            self.book_payout(&terms, BookingKind::Payout, now)
                .map_err(|_| ControlError::ImpossibleAmount(terms.amount))?;
        }
        self.announce(PAYOUT_CHANGED, &shown, None, now);
        Ok(())
    }
}

/// # What banks do
impl Books {
    pub(super) fn settle_payout(
        &mut self,
        reference: &str,
        outcome: PayoutOutcome,
        now: Timestamp,
    ) -> Result<(), ControlError> {
        // If a reference was paid several times, the first payout that can have this outcome gets
        // it.
        let of_reference = |known: &&mut Payout| known.terms.payout.as_str() == reference;
        let mut all = self.payouts.iter_mut().filter(of_reference);
        let first = all.next().ok_or_else(|| ControlError::UnknownPayout(reference.to_owned()))?;
        let unfit = first.status.word();
        let mut fitting = std::iter::once(first)
            .chain(all)
            .filter_map(|payout| payout.status.ended(outcome).map(|status| (payout, status)));
        let (payout, status) = fitting.next().ok_or(ControlError::WrongState(unfit))?;
        payout.status = status;
        let (terms, shown) = (payout.terms.clone(), payout.shown());
        if status != Status::Succeeded {
            self.book_payout(&terms, BookingKind::PayoutReturned, now)
                .map_err(|_| ControlError::ImpossibleAmount(terms.amount))?;
        }
        self.announce(PAYOUT_CHANGED, &shown, None, now);
        Ok(())
    }

    /// Returns the current state of every payout.
    #[cfg(feature = "simulator")]
    pub(super) fn shown_payouts(&self) -> Vec<wire::Payout> {
        self.payouts.iter().map(Payout::shown).collect()
    }

    fn book_payout(
        &mut self,
        terms: &wire::SendMoney,
        kind: BookingKind,
        now: Timestamp,
    ) -> Result<Booking, MoneyError> {
        self.ledger.book(Entry {
            kind,
            reference: Some(terms.payout.as_str()),
            order: None,
            payment: None,
            amount: terms.amount,
            account: Some(terms.account.as_str()),
            other_side: Some(BankAccount::new(terms.bank, terms.account.clone())),
            memo: terms.note.as_deref(),
            code: None,
            transaction: self.ids.name("txn"),
            at: now,
        })
    }

    fn payout(&mut self, reference: &str) -> Option<&mut Payout> {
        self.payouts.iter_mut().find(|known| known.terms.payout.as_str() == reference)
    }
}

impl Payout {
    fn shown(&self) -> wire::Payout {
        wire::Payout {
            id: self.id.clone(),
            payout: self.terms.payout.clone(),
            status: self.status.word().to_owned(),
            amount: self.terms.amount,
            bank: self.terms.bank,
            account: self.terms.account.clone(),
            holder: Some(self.terms.name.clone()),
            failure: self.failure(),
            at: self.at,
        }
    }

    fn failure(&self) -> Option<wire::Failure> {
        let (code, message) = match self.status {
            Status::Failed if self.is_refused => {
                ("not_approved", "the merchant did not approve it")
            }
            Status::Failed => ("account_closed", "the beneficiary's account is closed"),
            Status::Reversed => ("returned", "the beneficiary's bank sent the money back"),
            _ => return None,
        };
        Some(wire::Failure { code: code.to_owned(), message: message.to_owned() })
    }
}
