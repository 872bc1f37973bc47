//! The control methods of [`PayOSSimulator`].

use std::collections::BTreeMap;
use std::time::Duration;

use simulator_kit::{Receipt, Schedule, Section};

use super::ControlError;
use crate::{
    Booking, Fault, Link, LoggedRequest, Operation, PayOSSimulator, Payout, Settings,
    TransactionState, Transferred, description, pay,
};

/// # What the gateway knows
impl PayOSSimulator {
    /// Every host's base address by its name, without a slash at the end.
    pub fn hosts(&self) -> BTreeMap<&'static str, String> {
        BTreeMap::from([
            ("api", self.gateway.api_url().to_owned()),
            ("pay", self.gateway.pay_url().to_owned()),
        ])
    }

    /// What it was started with.
    pub fn settings(&self) -> &Settings {
        &self.gateway.settings
    }

    /// Every movement of money, oldest first. No entry is ever removed.
    pub fn bookings(&self) -> Vec<Booking> {
        self.gateway.books().bookings.clone()
    }

    /// Every link, also those whose creation got no response.
    pub fn links(&self) -> Vec<Link> {
        self.gateway.books().links.clone()
    }

    /// The status of a link in payOS's word, by its number or its orderCode.
    pub fn link_status(&self, id: &str) -> Option<&'static str> {
        let now = self.gateway.now();
        self.gateway.books().link(id).map(|link| link.status(now))
    }

    /// Every payout, oldest first.
    pub fn payouts(&self) -> Vec<Payout> {
        self.gateway.books().payouts.clone()
    }

    /// What can be paid out, in đồng.
    pub fn balance(&self) -> i64 {
        self.gateway.books().balance
    }

    /// Every request to payOS's own addresses.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.gateway.log.all()
    }

    /// Every webhook that was sent, with the merchant's response, oldest first.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.gateway.outbox.receipts()
    }

    /// Where webhooks go.
    pub fn webhook_url(&self) -> Option<String> {
        self.gateway.webhook_url().clone()
    }

    /// Every secret, for tests that no secret is printed.
    pub fn secrets(&self) -> Vec<String> {
        let channels = [&self.gateway.settings.payment, &self.gateway.settings.payout];
        let secrets =
            |channel: &&crate::Credentials| [channel.api_key.clone(), channel.checksum_key.clone()];
        channels.iter().flat_map(secrets).collect()
    }

    /// The description for a landing page: addresses, test credentials and what to try.
    pub fn description(&self) -> Vec<Section> {
        description::of(&self.gateway)
    }
}

/// # Money that moves
impl PayOSSimulator {
    /// A buyer follows a link to its page and pays any amount there, or later by the same QR code.
    ///
    /// # Errors
    /// There is no such link, or the amount is not above zero.
    pub async fn buyer_pays(&self, link: &str, amount: i64) -> Result<Transferred, ControlError> {
        self.gateway.transfer(link, amount).await
    }

    /// A buyer transfers any amount to the channel's account with this memo.
    ///
    /// # Errors
    /// The account is another one, no link has the memo's code, or the amount is not above zero.
    pub async fn buyer_transfers(
        &self,
        account: &str,
        memo: &str,
        amount: i64,
    ) -> Result<Transferred, ControlError> {
        if account != self.gateway.settings.virtual_account {
            return Err(ControlError::UnknownLink);
        }
        let link = self.gateway.books().link_of_memo(memo).map(|link| link.id.clone());
        self.gateway.transfer(&link.ok_or(ControlError::UnknownLink)?, amount).await
    }

    /// Sends the webhook about the latest transfer to a link again, to the letter.
    ///
    /// # Errors
    /// There is no such link, or nothing reached it.
    pub async fn redeliver(&self, link: &str) -> Result<Vec<Receipt>, ControlError> {
        let (link, transfer) = {
            let books = self.gateway.books();
            let link = books.link(link).ok_or(ControlError::UnknownLink)?;
            let transfer = link.transfers.last().ok_or(ControlError::Impossible)?;
            (link.clone(), transfer.clone())
        };
        Ok(self.gateway.tell(&link, &transfer).await)
    }

    /// Where the buyer's browser goes now.
    pub fn return_link(&self, link: &str) -> Option<String> {
        let now = self.gateway.now();
        self.gateway.books().link(link).and_then(|link| pay::return_link(link, now))
    }

    /// Moves the latest transaction with this referenceId to `state`.
    ///
    /// # Errors
    /// There is no such payout, or it cannot get there from its state.
    pub fn settle_payout(
        &self,
        reference: &str,
        state: TransactionState,
    ) -> Result<(), ControlError> {
        self.gateway.books().settle(reference, state, self.gateway.now())
    }

    /// Sets the state in which later payouts begin.
    pub fn start_payouts(&self, start: TransactionState) {
        self.gateway.books().payout_start = start;
    }
}

/// # Webhooks, faults and time
impl PayOSSimulator {
    /// Sets how later webhooks are sent: once, twice, or kept until they are released.
    pub fn set_schedule(&self, schedule: Schedule) {
        *self.gateway.schedule() = schedule;
    }

    /// Sends the webhooks that were kept, the last one first.
    pub async fn release(&self) -> Vec<Receipt> {
        self.gateway.outbox.release().await
    }

    /// Scripts a fault for the next occurrence of an operation.
    pub fn fail_next(&self, operation: Operation, fault: Fault) {
        self.gateway.faults.add(operation, fault);
    }

    /// Moves the gateway's clock forward by whole seconds.
    pub fn advance(&self, by: Duration) {
        self.gateway.settings.clock.advance(by);
    }
}
