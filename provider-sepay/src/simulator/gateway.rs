//! The simulated gateway behind its hosts: books, dashboard, clock and outgoing notifications.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Request;
use simulator_kit::{Outbox, Outgoing, Receipt, Schedule};

use super::{
    Delivered, Notification, PaymentMethod, Refused,
    bank::BankTransaction,
    books::{Attempted, Books},
    dashboard::Dashboard,
    faults::Faults,
    notify::{bank, ipn},
    requests::RequestLog,
    settings::Settings,
    transfer::Transfer,
    userapi::RateLimit,
};

#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) settings: Settings,
    pub(super) faults: Faults,
    pub(super) requests: RequestLog,
    pub(super) rate_limit: Option<RateLimit>,
    books: Mutex<Books>,
    dashboard: Mutex<Dashboard>,
    outbox: Outbox,
}

impl Gateway {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            faults: Faults::default(),
            requests: RequestLog::default(),
            rate_limit: settings.rate_limit().map(RateLimit::new),
            books: Mutex::new(Books::new(
                settings.accounts().to_vec(),
                settings.code_rule().clone(),
            )),
            dashboard: Mutex::new(Dashboard {
                ipn_url: settings.ipn_url().cloned(),
                webhooks: settings.webhooks().to_vec(),
                schedule: Schedule::Once,
            }),
            outbox: Outbox::new(settings.answer_timeout()),
            settings,
        }
    }

    /// Seconds since the Unix epoch.
    pub(super) fn now(&self) -> i64 {
        self.settings.clock().unix_seconds()
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn dashboard(&self) -> MutexGuard<'_, Dashboard> {
        self.dashboard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buyer pays; SePay notifies.
    pub(super) async fn pay(
        self: &Arc<Self>,
        order: &str,
        method: Option<PaymentMethod>,
    ) -> Result<Vec<Delivered>, Refused> {
        let paid = self.books().pay(order, method, self.now())?;
        Ok(self.send_ipn(ipn::Happening::OrderPaid, &paid).await)
    }

    /// A buyer fails to pay. SePay documents no notification of that.
    pub(super) fn fail(&self, order: &str, method: Option<PaymentMethod>) -> Result<(), Refused> {
        self.books().fail(order, method, self.now())
    }

    /// The merchant cancels an order. SePay documents no notification of that either.
    pub(super) fn cancel(&self, invoice: &str) -> Result<(), Refused> {
        self.books().cancel(invoice, self.now())
    }

    /// The merchant voids a payment; SePay notifies.
    pub(super) async fn void(self: &Arc<Self>, invoice: &str) -> Result<Vec<Delivered>, Refused> {
        let voided = self.books().void(invoice, self.now())?;
        Ok(self.send_ipn(ipn::Happening::TransactionVoid, &voided).await)
    }

    /// Money moves on a bank account; SePay notifies.
    pub(super) async fn transfer(
        self: &Arc<Self>,
        transfer: &Transfer,
    ) -> Result<(BankTransaction, Vec<Delivered>), Refused> {
        let transaction = self.books().transfer(transfer, self.now())?;
        let delivered = self.send_webhooks(&transaction).await;
        Ok((transaction, delivered))
    }

    /// SePay notifies again of a bank transaction.
    pub(super) async fn redeliver(
        self: &Arc<Self>,
        webhook_id: u64,
    ) -> Result<Vec<Delivered>, Refused> {
        let transaction = self.books().transaction(webhook_id)?.clone();
        Ok(self.send_webhooks(&transaction).await)
    }

    /// Sends what was held.
    pub(super) async fn release(&self) -> Vec<Delivered> {
        let receipts = self.outbox.release().await;
        self.delivered(receipts)
    }

    /// Every notification so far, oldest first.
    pub(super) fn deliveries(&self) -> Vec<Delivered> {
        self.outbox.receipts().into_iter().map(Delivered::from).collect()
    }

    async fn send_ipn(
        self: &Arc<Self>,
        happening: ipn::Happening,
        subject: &Attempted,
    ) -> Vec<Delivered> {
        let Some(url) = self.dashboard().ipn_url.clone() else { return Vec::new() };
        let secret = self.settings.ipn_secret();
        self.send(vec![ipn::request(url, secret, happening, subject, self.now())]).await
    }

    async fn send_webhooks(self: &Arc<Self>, transaction: &BankTransaction) -> Vec<Delivered> {
        let requests = self
            .dashboard()
            .webhooks
            .iter()
            .map(|webhook| bank::request(webhook, transaction, self.now()))
            .collect();
        self.send(requests).await
    }

    /// Sends `requests` one after the other, also when the caller does not wait for the answers: a
    /// client that hangs up does not keep SePay from notifying.
    async fn send(self: &Arc<Self>, requests: Vec<Request<Bytes>>) -> Vec<Delivered> {
        let gateway = Arc::clone(self);
        let sending = tokio::spawn(async move {
            let mut receipts = Vec::with_capacity(requests.len());
            for request in requests {
                let schedule = gateway.dashboard().schedule.clone();
                receipts.extend(gateway.outbox.send(Outgoing { request, schedule }).await);
            }
            gateway.delivered(receipts)
        });
        // It ends early only with the runtime.
        sending.await.unwrap_or_default()
    }

    /// What SePay makes of `receipts`; statements show how many webhooks were taken.
    fn delivered(&self, receipts: Vec<Receipt>) -> Vec<Delivered> {
        let delivered: Vec<Delivered> = receipts.into_iter().map(Delivered::from).collect();
        let mut books = self.books();
        for delivery in &delivered {
            if let Notification::Bank { id } = delivery.notification {
                books.webhook_sent(id, delivery.acknowledged);
            }
        }
        delivered
    }
}
