//! The books: links, payouts and the ledger. Every answer is made of them.

use serde::{Deserialize, Serialize};

use simulator_kit::failing::PayoutFate;

use crate::{
    ControlError,
    ledger::{Booking, BookingKind},
    link::{Link, LinkTransfer},
    payout::{Payout, TransactionState},
    settings::Settings,
};

/// The books of the merchant.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Books {
    pub(crate) links: Vec<Link>,
    pub(crate) payouts: Vec<Payout>,
    pub(crate) bookings: Vec<Booking>,
    /// What can be paid out, in đồng.
    pub(crate) balance: i64,
    pub(crate) payout_start: TransactionState,
    /// How many numbers were given out.
    given: u64,
}

impl Books {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            links: Vec::new(),
            payouts: Vec::new(),
            bookings: Vec::new(),
            balance: settings.opening_balance,
            payout_start: settings.payout_start,
            given: 0,
        }
    }

    /// A number that was not given out before.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.given = self.given.saturating_add(1);
        self.given
    }

    /// A link by payOS's number of it or by its orderCode.
    pub(crate) fn link(&self, id: &str) -> Option<&Link> {
        let is_it = |link: &&Link| link.id == id || link.order_code.to_string() == id;
        self.links.iter().find(is_it)
    }

    pub(crate) fn link_mut(&mut self, id: &str) -> Option<&mut Link> {
        let is_it = |link: &&mut Link| link.id == id || link.order_code.to_string() == id;
        self.links.iter_mut().find(is_it)
    }

    /// The link whose code a memo begins with, or holds as a word.
    pub(crate) fn link_of_memo(&self, memo: &str) -> Option<&Link> {
        self.links.iter().find(|link| memo.split_whitespace().any(|word| word == link.code))
    }

    /// Books a transfer to a link, whatever its status: banks ask nobody.
    pub(crate) fn transfer(
        &mut self,
        id: &str,
        amount: i64,
        account: &str,
        at: i64,
    ) -> Result<(Link, LinkTransfer), ControlError> {
        if amount <= 0 {
            return Err(ControlError::NoAmount);
        }
        let number = self.next_number();
        let link = self.link_mut(id).ok_or(ControlError::UnknownLink)?;
        let transfer = LinkTransfer { reference: format!("FT{number:014}"), amount, at };
        link.transfers.push(transfer.clone());
        let link = link.clone();
        self.bookings.push(Booking {
            kind: BookingKind::LinkPayment,
            amount,
            reference: link.order_code.to_string(),
            bank: None,
            account: account.to_owned(),
            at,
        });
        Ok((link, transfer))
    }

    /// Moves a transaction of a payout to a state. The ledger has what reached a beneficiary, and what
    /// came back from one; the balance has what was set aside.
    pub(crate) fn settle(
        &mut self,
        reference: &str,
        state: TransactionState,
        at: i64,
    ) -> Result<(), ControlError> {
        let mut transactions =
            self.payouts.iter_mut().rev().flat_map(|payout| &mut payout.transactions);
        let transaction = transactions
            .find(|transaction| transaction.reference_id == reference)
            .ok_or(ControlError::UnknownPayout)?;
        let before = transaction.state;
        let is_possible = match (before, state) {
            (TransactionState::Succeeded, TransactionState::Reversed) => true,
            (before, _) if before.is_back() || before == TransactionState::Succeeded => false,
            (_, TransactionState::Reversed) => false,
            _ => true,
        };
        if !is_possible {
            return Err(ControlError::Impossible);
        }
        transaction.state = state;
        transaction.at = at;
        let kind = match state {
            TransactionState::Succeeded => Some(BookingKind::Payout),
            TransactionState::Reversed => Some(BookingKind::PayoutReturn),
            _ => None,
        };
        let transaction = transaction.clone();
        if state.is_back() {
            self.balance = self.balance.saturating_add(transaction.amount);
        }
        self.bookings.extend(kind.map(|kind| Booking {
            kind,
            amount: transaction.amount,
            reference: transaction.reference_id,
            bank: Some(transaction.to_bin),
            account: transaction.to_account_number,
            at,
        }));
        Ok(())
    }

    /// Takes a payout into the books: sets its money aside, and begins. `fate` is what becomes of a
    /// transfer to an account, if it is none of the usual.
    pub(crate) fn begin(
        &mut self,
        payout: Payout,
        at: i64,
        fate: impl Fn(&str) -> Option<PayoutFate>,
    ) {
        let amount: i64 = payout.transactions.iter().map(|transaction| transaction.amount).sum();
        self.balance = self.balance.saturating_sub(amount);
        let start = self.payout_start;
        let states = |account: &str| match fate(account) {
            None | Some(PayoutFate::AnswerLost | PayoutFate::RequestLost) => vec![start],
            Some(PayoutFate::Refused) => vec![TransactionState::Failed],
            Some(PayoutFate::Returned) => {
                vec![TransactionState::Succeeded, TransactionState::Reversed]
            }
            Some(_) => vec![TransactionState::Processing],
        };
        let begun: Vec<(String, Vec<TransactionState>)> = payout
            .transactions
            .iter()
            .map(|one| (one.reference_id.clone(), states(&one.to_account_number)))
            .collect();
        self.payouts.push(payout);
        for (reference, states) in begun {
            for state in states.into_iter().filter(|it| *it != TransactionState::Received) {
                // A state that a payout cannot begin in leaves it received.
                let _ = self.settle(&reference, state, at);
            }
        }
    }
}
