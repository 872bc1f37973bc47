//! The gateway's ledger: every movement of money. No entry is ever removed.

use payments_core::{
    AccountId, OrderRef, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money, MoneyError},
    payment::PaymentCode,
};
use serde::Serialize;

use crate::wire::{self, Way};

/// One movement of money. It is never changed or removed: returned money gets a booking of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Booking {
    /// The number of the booking in the ledger, from 1.
    pub id: u64,
    /// The kind of movement.
    pub kind: BookingKind,
    /// The merchant's reference of the order, payout or refund. `None` for money that belongs to no
    /// order.
    pub reference: Option<String>,
    /// The order that the booking belongs to.
    pub order: Option<OrderRef>,
    /// The gateway's own name of the payment. An order that was opened several times has several.
    pub payment: Option<String>,
    /// The amount, never negative. The kind gives the direction.
    pub amount: Money,
    /// The virtual account that was credited, or the bank account that was paid.
    pub account: Option<String>,
    /// The bank account of the counterparty, if the gateway knows it: the buyer's of a payment and
    /// of its refunds, the beneficiary's of a payout.
    pub other_side: Option<BankAccount>,
    /// The time of the booking, by the gateway's clock.
    pub at: Timestamp,
    /// The gateway's name for the booking, the same on every route.
    pub transaction: String,
    /// The merchant's bank account that the money moved to or from.
    pub own_account: AccountId,
    /// The balance of that account after the booking.
    pub balance: Money,
    /// The transfer's memo.
    pub memo: Option<String>,
    /// The payment code in the memo.
    pub code: Option<PaymentCode>,
}

/// The kind of a [`Booking`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BookingKind {
    /// A buyer's payment for an order.
    Payment,
    /// Money that arrived on a virtual account.
    AccountCredit,
    /// Money that arrived and belongs to no order.
    UnmatchedCredit,
    /// Money that went back to a buyer.
    Refund,
    /// Money that the merchant paid out.
    Payout,
    /// Money of a [`Payout`](Self::Payout) that came back.
    PayoutReturned,
}

impl BookingKind {
    /// Returns `true` if money arrived, and `false` if it left.
    pub fn is_in(self) -> bool {
        match self {
            Self::Payment | Self::AccountCredit | Self::UnmatchedCredit | Self::PayoutReturned => {
                true
            }
            Self::Refund | Self::Payout => false,
        }
    }
}

/// One of the merchant's bank accounts.
#[derive(Clone, Debug)]
pub(super) struct OwnAccount {
    pub(super) id: AccountId,
    pub(super) bank: Bin,
    pub(super) number: AccountNumber,
    pub(super) holder: String,
    pub(super) label: String,
    pub(super) balance: Money,
}

/// A booking before it gets its number.
pub(super) struct Entry<'a> {
    pub(super) kind: BookingKind,
    pub(super) reference: Option<&'a str>,
    pub(super) order: Option<&'a OrderRef>,
    pub(super) payment: Option<&'a str>,
    pub(super) amount: Money,
    pub(super) account: Option<&'a str>,
    pub(super) other_side: Option<BankAccount>,
    pub(super) memo: Option<&'a str>,
    pub(super) code: Option<&'a PaymentCode>,
    pub(super) transaction: String,
    pub(super) at: Timestamp,
}

/// The subject of bookings.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of<'a> {
    /// A payment, by the gateway's own name.
    Payment(&'a str),
    Order(&'a OrderRef),
}

impl Of<'_> {
    fn has(self, booking: &Booking) -> bool {
        match self {
            Self::Payment(id) => booking.payment.as_deref() == Some(id),
            Self::Order(order) => booking.order.as_ref() == Some(order),
        }
    }
}

/// The entries, of which none is ever removed, on one account for each currency.
#[derive(Debug)]
pub(super) struct Ledger {
    accounts: Vec<OwnAccount>,
    bookings: Vec<Booking>,
}

impl Ledger {
    pub(super) fn new(accounts: Vec<OwnAccount>) -> Self {
        Self { accounts, bookings: Vec::new() }
    }

    /// Books on the account in the currency of the amount.
    ///
    /// # Errors
    /// Returns an error if there is no such account, or if its balance would overflow. Nothing is
    /// booked.
    pub(super) fn book(&mut self, entry: Entry<'_>) -> Result<Booking, MoneyError> {
        let currency = entry.amount.currency();
        let own = self
            .accounts
            .iter_mut()
            .find(|own| own.balance.currency() == currency)
            .ok_or(MoneyError::OutOfRange { currency })?;
        own.balance = if entry.kind.is_in() {
            own.balance.checked_add(entry.amount)?
        } else {
            own.balance.checked_sub(entry.amount)?
        };
        let booking = Booking {
            id: u64::try_from(self.bookings.len()).unwrap_or(u64::MAX).saturating_add(1),
            kind: entry.kind,
            reference: entry.reference.map(str::to_owned),
            order: entry.order.cloned(),
            payment: entry.payment.map(str::to_owned),
            amount: entry.amount,
            account: entry.account.map(str::to_owned),
            other_side: entry.other_side,
            at: entry.at,
            transaction: entry.transaction,
            own_account: own.id.clone(),
            balance: own.balance,
            memo: entry.memo.map(str::to_owned),
            code: entry.code.cloned(),
        };
        self.bookings.push(booking.clone());
        Ok(booking)
    }

    pub(super) fn bookings(&self) -> &[Booking] {
        &self.bookings
    }

    pub(super) fn accounts(&self) -> &[OwnAccount] {
        &self.accounts
    }

    pub(super) fn account_in(&self, currency: Currency) -> Option<&OwnAccount> {
        self.accounts.iter().find(|own| own.balance.currency() == currency)
    }

    /// Returns the bookings of a kind that belong together, oldest first.
    pub(super) fn all<'a>(
        &'a self,
        kind: BookingKind,
        of: Of<'a>,
    ) -> impl Iterator<Item = &'a Booking> {
        self.bookings.iter().filter(move |booking| booking.kind == kind && of.has(booking))
    }

    /// Returns the sum of the bookings of a kind that belong together.
    pub(super) fn total(&self, kind: BookingKind, of: Of<'_>, currency: Currency) -> Money {
        let amounts = self.all(kind, of).map(|booking| booking.amount);
        let sum = amounts
            .into_iter()
            .try_fold(Money::zero(currency), |sum, amount| sum.checked_add(amount));
        // The total of an order is part of a balance, so that it cannot overflow.
        sum.unwrap_or(Money::zero(currency))
    }

    /// Converts a booking to the form of the protocol. `None` if its account is not the merchant's.
    pub(super) fn movement(&self, booking: &Booking) -> Option<wire::Movement> {
        let own = self.accounts.iter().find(|own| own.id == booking.own_account)?;
        Some(wire::Movement {
            id: booking.transaction.clone(),
            direction: if booking.kind.is_in() { Way::In } else { Way::Out },
            amount: booking.amount,
            own_account: own.id.clone(),
            account: own.number.clone(),
            virtual_account: booking.account.clone().filter(|_| {
                matches!(booking.kind, BookingKind::Payment | BookingKind::AccountCredit)
            }),
            at: booking.at,
            bank_reference: format!("FT{:08}", booking.id),
            memo: booking.memo.clone(),
            code: booking.code.clone(),
            order: booking.order.clone(),
            balance: booking.balance,
        })
    }

    /// Returns the bookings of a kind that belong together, in the form of the protocol.
    pub(super) fn movements(&self, kind: BookingKind, of: Of<'_>) -> Vec<wire::Movement> {
        self.all(kind, of).filter_map(|booking| self.movement(booking)).collect()
    }
}
