//! An order and its states.

use std::cmp::Ordering;

use http::Uri;
use payments_core::{
    OrderRef, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    payment::PaymentCode,
};

use super::{
    BookingKind,
    ledger::{Ledger, Of},
};
use crate::wire::{self, Next};

/// An order in the gateway's state. The amount that arrived is only in the ledger.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) opened_at: Timestamp,
    pub(super) terms: wire::OpenPayment,
    /// The payment code of a transfer.
    pub(super) code: PaymentCode,
    /// The account number to transfer to, if the order has its own.
    pub(super) number: Option<String>,
    pub(super) next: Vec<Next>,
    pub(super) notify_url: Option<Uri>,
    /// The buyer acted and the money has not arrived.
    pub(super) acted: bool,
    pub(super) end: Option<End>,
}

/// How an order ended without money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Expired,
    Cancelled,
    Failed,
}

/// The status of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Open,
    Processing,
    Short,
    Settled,
    Over,
    Expired,
    Cancelled,
    Failed,
    Refunded,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Short => "short",
            Self::Settled => "settled",
            Self::Over => "over",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

/// The bank of every buyer.
const BUYERS_BANK: &str = "970422";

impl Order {
    /// Returns the bank account from which the buyer pays. It is different for each order.
    pub(super) fn buyer(&self) -> Option<BankAccount> {
        let number = AccountNumber::new(self.code.as_str()).ok()?;
        Some(BankAccount::new(Bin::new(BUYERS_BANK).ok()?, number))
    }

    /// Returns the current status. An ended order keeps its status: money that arrives afterwards
    /// is counted and settles nothing.
    pub(super) fn status(&self, ledger: &Ledger) -> Status {
        match self.end {
            Some(End::Expired) => return Status::Expired,
            Some(End::Cancelled) => return Status::Cancelled,
            Some(End::Failed) => return Status::Failed,
            None => {}
        }
        let asked = self.terms.amount;
        let total = |kind| ledger.total(kind, Of::Payment(&self.id), asked.currency());
        let received = total(BookingKind::Payment);
        if received.is_zero() {
            return if self.acted { Status::Processing } else { Status::Open };
        }
        if received == total(BookingKind::Refund) {
            return Status::Refunded;
        }
        match received.minor().cmp(&asked.minor()) {
            Ordering::Less => Status::Short,
            Ordering::Equal => Status::Settled,
            Ordering::Greater => Status::Over,
        }
    }

    /// Returns `true` if the request has the same amount and method.
    pub(super) fn is_of(&self, asked: &wire::OpenPayment) -> bool {
        (self.terms.amount, self.terms.method) == (asked.amount, asked.method)
    }

    fn expire(&mut self, ledger: &Ledger, now: Timestamp) {
        let past = self.terms.expires_at.is_some_and(|end| end < now);
        if past && self.status(ledger) == Status::Open {
            self.end = Some(End::Expired);
        }
    }

    /// Returns the order in the form of the protocol.
    pub(super) fn shown(&self, ledger: &Ledger) -> wire::Payment {
        let (of, asked) = (Of::Payment(&self.id), self.terms.amount);
        let status = self.status(ledger);
        let waits = matches!(status, Status::Open | Status::Short);
        wire::Payment {
            id: self.id.clone(),
            order: self.terms.order.clone(),
            status: status.word().to_owned(),
            amount: asked,
            received: ledger.total(BookingKind::Payment, of, asked.currency()),
            method: self.terms.method,
            expires_at: self.terms.expires_at,
            next: if waits { self.next.clone() } else { Vec::new() },
            credits: ledger.movements(BookingKind::Payment, of),
        }
    }
}

/// Every order, oldest first.
#[derive(Debug, Default)]
pub(super) struct Orders(Vec<Order>);

impl Orders {
    pub(super) fn add(&mut self, order: Order) {
        self.0.push(order);
    }

    /// Returns the current payments of an order, in the order of opening. A payment that was not
    /// paid in time is expired.
    pub(super) fn of<'a>(
        &'a mut self,
        reference: &'a str,
        ledger: &'a Ledger,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a mut Order> {
        self.0.iter_mut().filter_map(move |order| {
            (order.terms.order.as_str() == reference).then(|| {
                order.expire(ledger, now);
                order
            })
        })
    }

    /// Returns the payment with this name of the gateway.
    pub(super) fn named(
        &mut self,
        id: &str,
        ledger: &Ledger,
        now: Timestamp,
    ) -> Option<&mut Order> {
        let order = self.0.iter_mut().find(|order| order.id == id)?;
        order.expire(ledger, now);
        Some(order)
    }

    /// Returns the gateway's name of the payment with this payment code or this account number.
    pub(super) fn named_by(&self, code_or_number: &str) -> Option<String> {
        let found = self.0.iter().find(|order| {
            order.code.as_str() == code_or_number || order.number.as_deref() == Some(code_or_number)
        });
        found.map(|order| order.id.clone())
    }

    /// Returns the address for notifications of an order, if the merchant gave one.
    pub(super) fn address_of(&self, order: &OrderRef) -> Option<Uri> {
        let found = self.0.iter().find(|known| known.terms.order == *order);
        found.and_then(|known| known.notify_url.clone())
    }

    /// Returns the order whose page has this id.
    pub(super) fn on_page(&self, id: &str) -> Option<&wire::OpenPayment> {
        self.0.iter().find(|order| order.id == id).map(|order| &order.terms)
    }

    /// Every order in the form of the protocol, with its description and the time of its opening.
    #[cfg(feature = "simulator")]
    pub(super) fn shown_with_terms(&self, ledger: &Ledger) -> Vec<super::ShownPayment> {
        let shown = |order: &Order| super::ShownPayment {
            payment: order.shown(ledger),
            description: order.terms.description.clone(),
            opened_at: order.opened_at,
        };
        self.0.iter().map(shown).collect()
    }

    /// Returns every order in the form of the protocol.
    #[cfg(feature = "simulator")]
    pub(super) fn shown(&self, ledger: &Ledger) -> Vec<wire::Payment> {
        self.0.iter().map(|order| order.shown(ledger)).collect()
    }
}
