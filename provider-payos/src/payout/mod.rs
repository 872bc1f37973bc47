//! Payouts (source: payos.vn/docs, API: payouts) from the account of a payout channel, which has
//! its own credentials. payOS sends no webhooks about payouts; their state is found by inquiry.

pub(crate) mod api;
pub(crate) mod batch;
mod idempotency_key;
pub(crate) mod options;
#[expect(clippy::module_inception, reason = "the file is named after what it reads")]
mod payout;
mod status;
mod wire;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Clock, Error, Lookup, PayoutProvider, PayoutRef, Result, Submission,
    bank::BankAccount,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutField},
    rules::{AbsenceRule, Repeat, RepeatWindow},
};

use crate::{channel::Channel, limits};

/// The payouts of one channel.
pub(crate) struct Sender {
    pub(crate) channel: Channel,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The role of payouts: the sender with its capabilities.
pub(crate) struct Payouts {
    sender: Arc<Sender>,
    capabilities: PayoutCapabilities,
}

impl Payouts {
    pub(crate) fn new(sender: Arc<Sender>) -> Self {
        Self { sender, capabilities: capabilities() }
    }
}

pub(crate) fn capabilities() -> PayoutCapabilities {
    PayoutCapabilities::new(
        vec![limits::amounts()],
        // payOS does not publish how long it remembers an idempotency key.
        Repeat::Deduplicated { within: RepeatWindow::Unknown },
    )
    .with_reference(limits::PAYOUT)
    .with_note(limits::PAYOUT_NOTE)
    .with_required(PayoutField::Note)
    .with_find(None, AbsenceRule::Never)
    .with_balance()
}

#[async_trait]
impl PayoutProvider for Payouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayout) -> Result<()> {
        api::options(request).map(drop)
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        self.sender.create(request).await
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        self.sender.find(payout).await
    }

    async fn verify_beneficiary(&self, _: &BankAccount) -> Result<Beneficiary> {
        Err(Error::unsupported(
            "payOS has no name checks; the response to a payout has the holder's name",
        ))
    }

    async fn balance(&self) -> Result<Balance> {
        self.sender.ask_balance().await
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("channel", &self.channel).finish_non_exhaustive()
    }
}
