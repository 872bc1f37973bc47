//! The control methods of [`HPaySimulator`].

use std::time::Duration;

use simulator_kit::{Clock, Receipt, Schedule};

use super::{Announcement, CheckoutTransfer, ControlError};
use crate::{
    Booking, Card, Fault, HPaySimulator, LoggedRequest, Operation, Order, PayAs, Payout,
    PayoutStart, PayoutState, VirtualAccount, When,
    checkout::{self, By},
    delayed_requests, payout, virtual_account,
};

/// # What the gateway knows
impl HPaySimulator {
    /// Every movement of money, oldest first. No entry is ever removed.
    pub fn bookings(&self) -> Vec<Booking> {
        self.gateway.books().ledger.bookings().to_vec()
    }

    /// What the merchant can pay out, in đồng.
    pub fn balance(&self) -> i64 {
        self.gateway.books().balance()
    }

    /// Every order that a buyer opened.
    pub fn orders(&self) -> Vec<Order> {
        self.gateway.books().orders.clone()
    }

    /// Every token of a card, also those that were revoked.
    pub fn cards(&self) -> Vec<Card> {
        self.gateway.books().cards.clone()
    }

    /// Every virtual account, also those whose create got no response.
    pub fn virtual_accounts(&self) -> Vec<VirtualAccount> {
        self.gateway.books().accounts.clone()
    }

    /// Every payout, in the order of booking.
    pub fn payouts(&self) -> Vec<Payout> {
        self.gateway.books().payouts.clone()
    }

    /// Every request to one of HPay's own addresses, whether it got a response or not.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.gateway.log.all()
    }

    /// Every notification that was sent, with the merchant's response.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.gateway.outbox.receipts()
    }
}

/// # Money that moves
impl HPaySimulator {
    /// Ends a buyer's attempt to pay on the page that they opened, and notifies `notify_url`.
    /// Paying twice makes two payments.
    ///
    /// To open the page, send a GET to the checkout link.
    ///
    /// # Errors
    /// The order was never opened, or is past its time limit.
    pub async fn buyer_pays(
        &self,
        order_code: &str,
        outcome: PayAs,
    ) -> Result<Announcement, ControlError> {
        checkout::pay(&self.gateway, By::OrderCode(order_code), outcome).await
    }

    /// Gives the money of a held payment to the merchant. The inquiry shows it; HPay documents no
    /// notification, and none is sent.
    ///
    /// # Errors
    /// HPay holds no money of this order.
    pub fn release_payment(&self, order_code: &str) -> Result<(), ControlError> {
        checkout::release_held(&self.gateway, order_code)
    }

    /// Removes a card as the buyer does on the page that they opened, and notifies the link's
    /// `notify_url`.
    ///
    /// # Errors
    /// No buyer opened a link that revokes this token.
    pub async fn buyer_removes_card(&self, token: &str) -> Result<Announcement, ControlError> {
        checkout::remove(&self.gateway, token).await
    }

    /// Where the buyer's browser goes after the latest attempt to pay.
    pub fn return_link(&self, order_code: &str) -> Option<String> {
        checkout::return_link(&self.gateway, order_code)
    }

    /// Transfers đồng to the account with this short or full number, and sends the registered
    /// callback. Any amount can arrive at any time: short, over, repeated or late.
    ///
    /// # Errors
    /// There is no such account, or the amount is not positive.
    pub async fn transfer_to_va(
        &self,
        account: &str,
        amount: i64,
    ) -> Result<Announcement, ControlError> {
        virtual_account::transfer(&self.gateway, account, amount).await
    }

    /// Pays an opened order by transfer to the virtual account that HPay shows on its page. It is
    /// one booking, reported to `notify_url` and then to `/va/callback` with the `order_code`. That
    /// the account's inquiry shows the credit too is an assumption.
    ///
    /// # Errors
    /// The order was never opened, or is past its time limit.
    pub async fn buyer_transfers(
        &self,
        order_code: &str,
    ) -> Result<CheckoutTransfer, ControlError> {
        virtual_account::transfer_for_order(&self.gateway, order_code).await
    }

    /// Moves the latest payout with this `request_id` to `state`. A state that returns the money
    /// (failed, refunded, reversed) is booked and final.
    ///
    /// # Errors
    /// There is no such payout, or its money is back already.
    pub fn settle_payout(&self, request_id: &str, state: PayoutState) -> Result<(), ControlError> {
        payout::settle(&self.gateway, request_id, state)
    }

    /// Sets the state in which later payouts begin.
    pub fn start_payouts(&self, start: PayoutStart) {
        self.gateway.books().payout_start = start;
    }
}

/// # Notifications
impl HPaySimulator {
    /// Registers where credits are reported: at `base` with `/va/callback` appended.
    pub fn register_va_callback(&self, base: impl Into<String>) {
        self.gateway.register_va_callback(Some(base.into()));
    }

    /// Sets when and how often later notifications are sent.
    pub fn schedule_notifications(&self, schedule: Schedule) {
        self.gateway.schedule_notifications(schedule);
    }

    /// Keeps later notifications until they are released.
    pub fn delay_notifications(&self) {
        self.schedule_notifications(Schedule::Held);
    }

    /// Sends each later notification twice.
    pub fn double_notifications(&self) {
        self.schedule_notifications(Schedule::Twice);
    }

    /// Sends the notifications that were kept, the last one first. Later ones are kept again.
    pub async fn release_notifications(&self) -> Vec<Receipt> {
        self.gateway.outbox.release().await
    }
}

/// # Faults, each for one occurrence
impl HPaySimulator {
    /// Makes the next occurrence of `operation` fail. Several faults of one operation apply one
    /// after another.
    ///
    /// # Errors
    /// The fault makes no sense for the operation.
    pub fn script(&self, operation: Operation, fault: Fault) -> Result<(), ControlError> {
        self.gateway.add_fault(operation, fault)
    }

    /// Closes the connection of the next request for `operation` without a response.
    ///
    /// # Errors
    /// The operation is a notification, to which the gateway does not respond.
    pub fn lose_next_answer(&self, operation: Operation, when: When) -> Result<(), ControlError> {
        self.script(operation, Fault::LoseAnswer { when })
    }

    /// Loses the next request of `operation` on its way: its connection closes, and the gateway
    /// carries it out at [`deliver_late`](Self::deliver_late).
    ///
    /// # Errors
    /// The operation is no instruction.
    pub fn delay_next(&self, operation: Operation) -> Result<(), ControlError> {
        self.script(operation, Fault::DeliverLate)
    }

    /// Carries out every request that was [delayed](Self::delay_next), oldest first, and returns
    /// how many were accepted. Their responses are discarded.
    pub fn deliver_late(&self) -> usize {
        delayed_requests::deliver(&self.gateway)
    }

    /// Returns an error code for the next `operation`, whether a table lists it or not.
    ///
    /// # Errors
    /// The operation is a notification, to which the gateway does not respond.
    pub fn answer_next_with(
        &self,
        operation: Operation,
        code: impl Into<String>,
        when: When,
    ) -> Result<(), ControlError> {
        self.script(operation, Fault::AnswerCode { code: code.into(), when })
    }

    /// Puts an invalid signature on the next payout response, payment notification or account
    /// callback.
    ///
    /// # Errors
    /// The operation is another one, whose formula HPay does not publish.
    pub fn forge_next_signature(&self, operation: Operation) -> Result<(), ControlError> {
        self.script(operation, Fault::ForgeSignature)
    }

    /// Makes every access token of the newer OpenAPI invalid, before its end.
    pub fn revoke_tokens(&self) {
        self.gateway.tokens.revoke_all();
    }

    /// The next payout's response names another account, under a good signature.
    pub fn echo_wrong_account_next(&self) {
        self.gateway.script.add(Operation::CreatePayout, Fault::EchoWrongAccount);
    }
}

/// # Time
impl HPaySimulator {
    /// The gateway's clock; clones share its time.
    pub fn clock(&self) -> Clock {
        self.gateway.settings.clock.clone()
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.gateway.settings.clock.advance(by);
    }
}
