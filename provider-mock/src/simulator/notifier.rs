//! Sends the gateway's notifications to the merchant.

use std::sync::{Mutex, MutexGuard, PoisonError};

use simulator_kit::{About, Outbox, Outgoing, PrintedHeaders, Receipt, Schedule, Sent};

use super::SimulatorSettings;
use crate::{
    MockGateway,
    wire::{SIGNATURE, TIMESTAMP},
};

/// The header names as the protocol's documents spell them.
const HEADERS: PrintedHeaders = PrintedHeaders(&[SIGNATURE, TIMESTAMP]);

/// The name of the endpoint that receives notifications.
pub(super) const ENDPOINT: &str = "events";

/// The order or payout that a notification reports, or else its kind.
fn subject_of(body: &[u8]) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let subject = ["/data/order", "/data/payout", "/type"];
    let subject = subject.iter().find_map(|place| body.pointer(place)?.as_str());
    subject.unwrap_or_default().to_owned()
}

/// Sends the notifications of one gateway.
#[derive(Debug)]
pub(super) struct Notifier {
    gateway: MockGateway,
    outbox: Outbox,
    schedule: Mutex<Schedule>,
}

impl Notifier {
    pub(super) fn new(gateway: MockGateway, settings: &SimulatorSettings) -> Self {
        let outbox = Outbox::new(settings.notification_timeout)
            .with_clock(settings.clock.clone())
            .with_destinations(settings.destinations)
            .with_trusted(settings.trusted.clone());
        Self { gateway, outbox, schedule: Mutex::default() }
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
        let about = About::new(ENDPOINT, subject_of(request.body()));
        request.extensions_mut().insert(about);
        let schedule = self.schedule().clone();
        self.outbox.send(Outgoing { request, schedule }).await
    }

    pub(super) async fn release(&self) -> Vec<Receipt> {
        self.outbox.release().await
    }

    pub(super) fn receipts(&self) -> Vec<Receipt> {
        self.outbox.receipts()
    }

    /// Everything sent so far, oldest first.
    pub(super) fn sent(&self) -> Vec<Sent> {
        self.outbox.sent()
    }

    /// The notification with this number.
    pub(super) fn find(&self, id: &str) -> Option<Sent> {
        self.outbox.find(id)
    }

    pub(super) fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
