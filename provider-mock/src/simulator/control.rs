//! The control methods of [`MockSimulator`]. Those that move money return once the merchant
//! responded to the notifications.

use std::time::Duration;

use payments_core::money::Money;
use simulator_kit::{Clock, Receipt, Schedule};

use super::MockSimulator;
use crate::{Booking, ControlError, LoggedRequest, Operation, PayoutOutcome, Scripted};

/// A change at the gateway, and the merchant's responses to its notifications.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Announcement {
    /// The money that moved, if it did.
    pub booking: Option<Booking>,
    /// The merchant's responses; none while notifications are kept or have no address.
    pub receipts: Vec<Receipt>,
}

/// # Money that moves
impl MockSimulator {
    /// See [`MockGateway::pay`](crate::MockGateway::pay).
    ///
    /// # Errors
    /// There is no such order, or the amount is impossible.
    pub async fn pay(
        &self,
        order: impl AsRef<str>,
        amount: Money,
    ) -> Result<Announcement, ControlError> {
        let booking = self.gateway().pay(order, amount)?;
        Ok(self.announce(Some(booking)).await)
    }

    /// See [`MockGateway::credit`](crate::MockGateway::credit).
    ///
    /// # Errors
    /// There is no such number, or the amount is impossible.
    pub async fn credit(
        &self,
        number: impl AsRef<str>,
        amount: Money,
    ) -> Result<Announcement, ControlError> {
        let booking = self.gateway().credit(number, amount)?;
        Ok(self.announce(Some(booking)).await)
    }

    /// See [`MockGateway::deposit`](crate::MockGateway::deposit).
    ///
    /// # Errors
    /// The amount is impossible.
    pub async fn deposit(
        &self,
        amount: Money,
        memo: impl AsRef<str>,
    ) -> Result<Announcement, ControlError> {
        let booking = self.gateway().deposit(amount, memo)?;
        Ok(self.announce(Some(booking)).await)
    }

    /// See [`MockGateway::settle_payout`](crate::MockGateway::settle_payout).
    ///
    /// # Errors
    /// There is no such payout, or it cannot end in this way.
    pub async fn settle_payout(
        &self,
        payout: impl AsRef<str>,
        outcome: PayoutOutcome,
    ) -> Result<Announcement, ControlError> {
        self.gateway().settle_payout(payout, outcome)?;
        Ok(self.announce(None).await)
    }
}

/// # Buyers who do not pay
impl MockSimulator {
    /// See [`MockGateway::process`](crate::MockGateway::process).
    ///
    /// # Errors
    /// There is no such order, or it is not open.
    pub async fn process(&self, order: impl AsRef<str>) -> Result<Announcement, ControlError> {
        self.gateway().process(order)?;
        Ok(self.announce(None).await)
    }

    /// See [`MockGateway::fail`](crate::MockGateway::fail).
    ///
    /// # Errors
    /// There is no such order, or it is paid or over.
    pub async fn fail(&self, order: impl AsRef<str>) -> Result<Announcement, ControlError> {
        self.gateway().fail(order)?;
        Ok(self.announce(None).await)
    }

    /// See [`MockGateway::cancel`](crate::MockGateway::cancel).
    ///
    /// # Errors
    /// There is no such order, or it is paid or over.
    pub async fn cancel(&self, order: impl AsRef<str>) -> Result<Announcement, ControlError> {
        self.gateway().cancel(order)?;
        Ok(self.announce(None).await)
    }
}

/// # Notifications
impl MockSimulator {
    /// Sends the queued notifications that have an address. Control methods do so themselves;
    /// notifications of the merchant's own calls, such as a refund, are sent in the background.
    pub async fn deliver(&self) -> Vec<Receipt> {
        self.world.notifier.deliver().await
    }

    /// Sends a notification again: the same body, a new time and signature. `id` is the one in its
    /// body.
    ///
    /// # Errors
    /// There is no such notification.
    pub async fn redeliver(&self, id: impl AsRef<str>) -> Result<Vec<Receipt>, ControlError> {
        let request = self.gateway().redeliver(id)?;
        Ok(self.world.notifier.send(request).await)
    }

    /// Sets when and how often later notifications are sent.
    pub fn schedule_notifications(&self, schedule: Schedule) {
        *self.world.notifier.schedule() = schedule;
    }

    /// Sends the notifications that were kept, the last one first. Later ones are kept again.
    pub async fn release_notifications(&self) -> Vec<Receipt> {
        self.world.notifier.release().await
    }

    /// Every notification that was sent, with the merchant's response.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.world.notifier.receipts()
    }
}

/// # Outcomes and time
impl MockSimulator {
    /// See [`MockGateway::script`](crate::MockGateway::script).
    ///
    /// # Errors
    /// The outcome makes no sense for the operation.
    pub fn script(&self, operation: Operation, outcome: Scripted) -> Result<(), ControlError> {
        self.gateway().script(operation, outcome)
    }

    /// The gateway's clock; clones share its time.
    pub fn clock(&self) -> Clock {
        self.world.clock.clone()
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }
}

/// # What the gateway knows
impl MockSimulator {
    /// Every movement of money, oldest first. No entry is ever removed.
    pub fn bookings(&self) -> Vec<Booking> {
        self.gateway().bookings()
    }

    /// Every request to the gateway, whether it got a response or not.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.gateway().requests()
    }

    /// Every secret that a client has, which it must never print.
    pub fn secrets(&self) -> Vec<String> {
        self.gateway().secrets()
    }

    async fn announce(&self, booking: Option<Booking>) -> Announcement {
        Announcement { booking, receipts: self.deliver().await }
    }
}
