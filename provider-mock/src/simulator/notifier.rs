//! Sends the gateway's notifications to the merchant.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use simulator_kit::{Outbox, Outgoing, PrintedHeaders, Receipt, Schedule};

use crate::{
    MockGateway,
    wire::{SIGNATURE, TIMESTAMP},
};

/// The header names as the protocol's documents spell them.
const HEADERS: PrintedHeaders = PrintedHeaders(&[SIGNATURE, TIMESTAMP]);

/// Sends the notifications of one gateway.
#[derive(Debug)]
pub(super) struct Notifier {
    gateway: MockGateway,
    outbox: Outbox,
    schedule: Mutex<Schedule>,
}

impl Notifier {
    pub(super) fn new(gateway: MockGateway, timeout: Duration) -> Self {
        Self { gateway, outbox: Outbox::new(timeout), schedule: Mutex::default() }
    }

    /// Sends the queued notifications that have an address, on the current schedule.
    pub(super) async fn deliver(&self) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for request in self.gateway.take_addressed() {
            receipts.extend(self.send(request).await);
        }
        receipts
    }

    /// Sends one notification, on the current schedule.
    pub(super) async fn send(&self, mut request: http::Request<bytes::Bytes>) -> Vec<Receipt> {
        request.extensions_mut().insert(HEADERS);
        let schedule = self.schedule().clone();
        self.outbox.send(Outgoing { request, schedule }).await
    }

    pub(super) async fn release(&self) -> Vec<Receipt> {
        self.outbox.release().await
    }

    pub(super) fn receipts(&self) -> Vec<Receipt> {
        self.outbox.receipts()
    }

    pub(super) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
