//! The state that the three hosts share: books, keys, clock and scripted faults.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use simulator_kit::{
    About, Acknowledgement, Destinations, Outbox, Outgoing, Receipt, Schedule,
    failing::{OrderFate, PayoutFate},
    has_member,
};

use super::{
    checkout::{Card, Order},
    control::ControlError,
    delayed_requests::DelayedRequests,
    faults::{Fault, Operation, Script},
    keys::{Keys, UnreadableKey},
    ledger::Ledger,
    openapi::Tokens,
    payout::{Payout, PayoutStart},
    request_log::{Host, RequestLog},
    settings::Settings,
    sign::Codes,
    virtual_account::VirtualAccount,
};

/// The name of the endpoint that receives payment notifications.
pub(crate) const NOTIFY: &str = "notify";

/// The name of the endpoint that receives virtual account callbacks.
pub(crate) const VA_CALLBACK: &str = "va-callback";

/// One simulated HPay.
pub(crate) struct Gateway {
    pub(crate) settings: Settings,
    pub(crate) codes: Codes,
    pub(crate) keys: Keys,
    pub(crate) outbox: Outbox,
    pub(crate) script: Script,
    pub(crate) log: RequestLog,
    pub(crate) tokens: Tokens,
    pub(crate) delayed_requests: DelayedRequests,
    schedule: Mutex<Schedule>,
    va_callback_base: Mutex<Option<String>>,
    notify_url: Mutex<Option<String>>,
    urls: OnceLock<Vec<(Host, String)>>,
    books: Mutex<Books>,
}

/// The stored state of the gateway. No future is awaited while it is locked.
#[derive(Serialize, Deserialize)]
pub(crate) struct Books {
    pub(crate) ledger: Ledger,
    pub(crate) orders: Vec<Order>,
    pub(crate) cards: Vec<Card>,
    pub(crate) accounts: Vec<VirtualAccount>,
    pub(crate) payouts: Vec<Payout>,
    pub(crate) payout_start: PayoutStart,
    pub(crate) numbers: Numbers,
}

/// The next number of each kind. They begin where HPay's examples are, so that a program with too
/// small a number type fails here and not in production.
#[derive(Serialize, Deserialize)]
pub(crate) struct Numbers {
    transaction: u64,
    order: u64,
    cashin: u64,
    cashout: u64,
    account: u64,
}

impl Gateway {
    pub(crate) fn new(settings: Settings) -> Result<Self, UnreadableKey> {
        Ok(Self {
            codes: Codes::new(&settings.merchant_id, &settings.passcode),
            keys: Keys::read(&settings.hpay_private_key, &settings.merchant_certificate)?,
            outbox: Outbox::new(settings.notification_timeout)
                .with_clock(settings.clock.clone())
                .with_destinations(settings.destinations)
                .with_trusted(settings.trusted.clone()),
            script: Script::default(),
            log: RequestLog::default(),
            tokens: Tokens::default(),
            delayed_requests: DelayedRequests::default(),
            schedule: Mutex::default(),
            va_callback_base: Mutex::new(settings.va_callback_base.clone()),
            notify_url: Mutex::new(settings.notify_url.clone()),
            urls: OnceLock::new(),
            books: Mutex::new(Books {
                ledger: Ledger::new(settings.opening_balance),
                orders: Vec::new(),
                cards: Vec::new(),
                accounts: Vec::new(),
                payouts: Vec::new(),
                payout_start: settings.payout_start,
                numbers: Numbers::new(),
            }),
            settings,
        })
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        self.settings.clock.unix_seconds()
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        lock(&self.books)
    }

    pub(crate) fn is_merchant(&self, merchant_id: &str) -> bool {
        merchant_id == self.settings.merchant_id
    }

    /// `http://host:port` of a host; empty until it listens.
    pub(crate) fn url(&self, host: Host) -> &str {
        self.urls
            .get()
            .and_then(|urls| urls.iter().find(|(of, _)| *of == host))
            .map_or("", |(_, url)| url)
    }

    /// Sets the addresses, once, when the hosts listen.
    pub(crate) fn listens_at(&self, urls: Vec<(Host, String)>) {
        // Only `start` calls this, and it calls it once.
        let _ = self.urls.set(urls);
    }

    pub(crate) fn va_callback_base(&self) -> Option<String> {
        lock(&self.va_callback_base).clone()
    }

    pub(crate) fn register_va_callback(&self, base: Option<String>) {
        *lock(&self.va_callback_base) = base;
    }

    /// Whether a link may have this `notify_url`, which may be empty.
    pub(crate) fn can_notify(&self, url: &str) -> bool {
        let destinations = self.settings.destinations;
        url.is_empty() || destinations == Destinations::Loopback || destinations.check(url).is_ok()
    }

    /// Where payments of links without a `notify_url` are reported.
    pub(crate) fn notify_url(&self) -> Option<String> {
        lock(&self.notify_url).clone()
    }

    pub(crate) fn register_notify_url(&self, url: Option<String>) {
        *lock(&self.notify_url) = url;
    }

    /// Whether a response acknowledges a notification for `endpoint`: status 200, and strictly for
    /// virtual account callbacks the JSON `{"error": "00"}` (merchants' public code). HPay prints no
    /// reply to payment notifications.
    pub(crate) fn acknowledges(&self, endpoint: &str, response: &Response<Bytes>) -> bool {
        let is_strict = self.settings.acknowledgement == Acknowledgement::Strict;
        response.status() == StatusCode::OK
            && (!is_strict
                || endpoint != VA_CALLBACK
                || has_member(response.body(), "error", &"00".into()))
    }

    /// What becomes of an order of this amount, if it is one of the failing values.
    pub(crate) fn order_fate(&self, amount: i64) -> Option<OrderFate> {
        OrderFate::of(amount).filter(|_| self.settings.failing_values)
    }

    /// What becomes of a payout to this account, if it is one of the failing values.
    pub(crate) fn payout_fate(&self, account: &str) -> Option<PayoutFate> {
        PayoutFate::of(account).filter(|_| self.settings.failing_values)
    }

    pub(crate) fn schedule_notifications(&self, schedule: Schedule) {
        *lock(&self.schedule) = schedule;
    }

    pub(crate) fn schedule(&self) -> Schedule {
        lock(&self.schedule).clone()
    }

    /// Scripts a fault, if it is possible for the operation.
    pub(crate) fn add_fault(&self, operation: Operation, fault: Fault) -> Result<(), ControlError> {
        if !fault.fits(operation) {
            return Err(ControlError::ImpossibleFault { operation, fault });
        }
        self.script.add(operation, fault);
        Ok(())
    }

    /// Sends a notification on the current schedule until the merchant responds with 200, at most
    /// so many times. A notification that is kept for a later release is sent once then.
    pub(crate) async fn notify_until_accepted(
        &self,
        request: Request<Bytes>,
        tries: u32,
    ) -> Vec<Receipt> {
        let mut receipts = self.notify(request.clone()).await;
        for _ in 1..tries {
            if receipts.last().is_none_or(|receipt| self.is_accepted(receipt)) {
                break;
            }
            receipts.extend(self.notify(request.clone()).await);
        }
        receipts
    }

    fn is_accepted(&self, receipt: &Receipt) -> bool {
        let about: Option<&About> = receipt.request.extensions().get();
        let endpoint = about.map_or(NOTIFY, |about| &about.endpoint);
        receipt.answer.as_ref().is_ok_and(|response| self.acknowledges(endpoint, response))
    }

    /// Sends a notification on the current schedule.
    pub(crate) async fn notify(&self, request: Request<Bytes>) -> Vec<Receipt> {
        let schedule = lock(&self.schedule).clone();
        self.outbox.send(Outgoing { request, schedule }).await
    }
}

impl Books {
    /// What the merchant can pay out, in đồng.
    pub(crate) fn balance(&self) -> i64 {
        self.ledger.balance()
    }
}

impl Numbers {
    fn new() -> Self {
        Self {
            transaction: 96_138_500,
            order: 51_279_022,
            cashin: 28_275_709,
            cashout: 231_423,
            account: 1_000_000_000_032,
        }
    }

    /// Payments, credits and payouts share one series.
    pub(crate) fn transaction(&mut self) -> u64 {
        next(&mut self.transaction)
    }

    pub(crate) fn order(&mut self) -> u64 {
        next(&mut self.order)
    }

    pub(crate) fn cashin(&mut self) -> u64 {
        next(&mut self.cashin)
    }

    pub(crate) fn cashout(&mut self) -> u64 {
        next(&mut self.cashout)
    }

    /// The number that the next virtual account has.
    pub(crate) fn next_account(&self) -> u64 {
        self.account
    }

    /// The number that the next payment, credit or payout has.
    pub(crate) fn next_transaction(&self) -> u64 {
        self.transaction
    }

    /// A short virtual account number.
    pub(crate) fn account(&mut self) -> u64 {
        next(&mut self.account)
    }
}

fn next(number: &mut u64) -> u64 {
    let current = *number;
    *number = current.saturating_add(1);
    current
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
