//! The control methods of [`MockSimulator`]. A method that moves money returns once the merchant
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
    /// The money that moved. `None` if no money moved.
    pub booking: Option<Booking>,
    /// The merchant's responses. Empty while notifications are kept or have no address.
    pub receipts: Vec<Receipt>,
}

/// # Money that moves
impl MockSimulator {
    /// Pays for an order, as [`MockGateway::pay`](crate::MockGateway::pay) does, and sends the
    /// notifications.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or the amount is impossible.
    pub async fn pay(
        &self,
        order: impl AsRef<str>,
        amount: Money,
    ) -> Result<Announcement, ControlError> {
        let booking = self.gateway().pay(order, amount)?;
        Ok(self.announce(Some(booking)).await)
    }

    /// Transfers to a virtual account, as [`MockGateway::credit`](crate::MockGateway::credit) does,
    /// and sends the notifications.
    ///
    /// # Errors
    /// Returns an error if there is no such number, or the amount is impossible.
    pub async fn credit(
        &self,
        number: impl AsRef<str>,
        amount: Money,
    ) -> Result<Announcement, ControlError> {
        let booking = self.gateway().credit(number, amount)?;
        Ok(self.announce(Some(booking)).await)
    }

    /// Transfers to the merchant's own account, as
    /// [`MockGateway::deposit`](crate::MockGateway::deposit) does, and sends the notifications.
    ///
    /// # Errors
    /// Returns an error if the amount is impossible.
    pub async fn deposit(
        &self,
        amount: Money,
        memo: impl AsRef<str>,
    ) -> Result<Announcement, ControlError> {
        let booking = self.gateway().deposit(amount, memo)?;
        Ok(self.announce(Some(booking)).await)
    }

    /// Ends a payout, as [`MockGateway::settle_payout`](crate::MockGateway::settle_payout) does,
    /// and sends the notifications.
    ///
    /// # Errors
    /// Returns an error if there is no such payout, or if it cannot end with this outcome.
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
    /// Makes a payment processing, as [`MockGateway::process`](crate::MockGateway::process) does,
    /// and sends the notifications.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or if it is not open.
    pub async fn process(&self, order: impl AsRef<str>) -> Result<Announcement, ControlError> {
        self.gateway().process(order)?;
        Ok(self.announce(None).await)
    }

    /// Makes a payment failed, as [`MockGateway::fail`](crate::MockGateway::fail) does, and sends
    /// the notifications.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or if it is already paid or ended.
    pub async fn fail(&self, order: impl AsRef<str>) -> Result<Announcement, ControlError> {
        self.gateway().fail(order)?;
        Ok(self.announce(None).await)
    }

    /// Cancels a payment, as [`MockGateway::cancel`](crate::MockGateway::cancel) does, and sends
    /// the notifications.
    ///
    /// # Errors
    /// Returns an error if there is no such order, or if it is already paid or ended.
    pub async fn cancel(&self, order: impl AsRef<str>) -> Result<Announcement, ControlError> {
        self.gateway().cancel(order)?;
        Ok(self.announce(None).await)
    }
}

/// # Notifications
impl MockSimulator {
    /// Sends the queued notifications that have an address. The control methods call it themselves.
    /// Notifications caused by the merchant's own calls, such as a refund, are sent in the
    /// background.
    pub async fn deliver(&self) -> Vec<Receipt> {
        self.world.notifier.deliver().await
    }

    /// Sends a notification again, with the same body, a new time and a new signature. `id` is the
    /// id in its body.
    ///
    /// # Errors
    /// Returns an error if there is no such notification.
    pub async fn redeliver(&self, id: impl AsRef<str>) -> Result<Vec<Receipt>, ControlError> {
        let request = self.gateway().redeliver(id)?;
        Ok(self.world.notifier.send(request).await)
    }

    /// Sets when and how often later notifications are sent.
    pub fn schedule_notifications(&self, schedule: Schedule) {
        *self.world.notifier.schedule() = schedule;
    }

    /// Sends the notifications that were kept, the latest first. Later notifications are kept as
    /// before.
    pub async fn release_notifications(&self) -> Vec<Receipt> {
        self.world.notifier.release().await
    }

    /// Returns every notification that was sent, with the merchant's response.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.world.notifier.receipts()
    }
}

/// # Outcomes and time
impl MockSimulator {
    /// Sets the outcome of the next call of `operation`, as
    /// [`MockGateway::script`](crate::MockGateway::script) does.
    ///
    /// # Errors
    /// Returns an error if the operation cannot have this outcome.
    pub fn script(&self, operation: Operation, outcome: Scripted) -> Result<(), ControlError> {
        self.gateway().script(operation, outcome)
    }

    /// Returns the gateway's clock. Clones share its time.
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
    /// Returns every movement of money, oldest first. No entry is ever removed.
    pub fn bookings(&self) -> Vec<Booking> {
        self.gateway().bookings()
    }

    /// Returns every request to the gateway, whether it got a response or not.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.gateway().requests()
    }

    /// Returns every secret that a client has and must never print.
    pub fn secrets(&self) -> Vec<String> {
        self.gateway().secrets()
    }

    async fn announce(&self, booking: Option<Booking>) -> Announcement {
        Announcement { booking, receipts: self.deliver().await }
    }
}
