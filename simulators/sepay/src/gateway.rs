//! The simulated gateway behind its hosts: books, dashboard, clock and outgoing notifications.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use simulator_kit::{Outbox, Outgoing, Receipt, Sent, failing::OrderFate};

use super::{
    Delivered, Host, Notification, PaymentMethod, Refused, Webhook, WebhookAuth,
    bank::BankTransaction,
    books::{Attempted, Books},
    dashboard::Dashboard,
    faults::Faults,
    my::{Company, Grants},
    notify::{Message, Retries, Sending, TokenCache, bank, ipn},
    requests::RequestLog,
    same_second::SameSecondOrder,
    settings::Settings,
    transfer::Transfer,
    userapi::RateLimit,
    virtual_account::VaBooks,
};

/// The name of the endpoint that receives IPNs.
pub(super) const IPN: &str = "ipn";

/// The name of the endpoint that receives webhooks about bank transactions.
pub(super) const BANK_WEBHOOK: &str = "bank-webhook";

/// The name of the endpoint where tokens for webhooks with OAuth 2.0 are fetched.
pub(super) const BANK_TOKEN: &str = "bank-token";

#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) settings: Settings,
    pub(super) faults: Faults,
    pub(super) requests: RequestLog,
    pub(super) v1_limit: RateLimit,
    pub(super) v2_limit: RateLimit,
    pub(super) outbox: Outbox,
    pub(super) retries: Retries,
    pub(super) same_second: SameSecondOrder,
    books: Mutex<Books>,
    dashboard: Mutex<Dashboard>,
    grants: Mutex<Grants>,
    company: Mutex<Company>,
    token_cache: TokenCache,
    urls: OnceLock<BTreeMap<Host, String>>,
}

impl Gateway {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            faults: Faults::default(),
            requests: RequestLog::default(),
            v1_limit: RateLimit::new(settings.v1_rate_limit()),
            v2_limit: RateLimit::new(settings.rate_limit()),
            same_second: SameSecondOrder::new(settings.seconds_in_any_order()),
            books: Mutex::new(Books::new(
                settings.accounts().to_vec(),
                settings.code_rule().clone(),
                VaBooks::new(settings.va_prefix(), settings.terminal()),
            )),
            dashboard: Mutex::new(Dashboard::new(
                settings.ipn_url().cloned(),
                settings.webhooks(),
                settings.clock().unix_seconds(),
            )),
            grants: Mutex::default(),
            company: Mutex::new(Company::new(settings.code_rule())),
            outbox: Outbox::new(settings.answer_timeout())
                .with_clock(settings.clock().clone())
                .with_destinations(settings.destinations())
                .with_trusted(settings.trusted().clone()),
            token_cache: TokenCache::new(&settings),
            retries: Retries::default(),
            urls: OnceLock::new(),
            settings,
        }
    }

    /// Seconds since the Unix epoch.
    pub(super) fn now(&self) -> i64 {
        self.settings.clock().unix_seconds()
    }

    /// Sets the addresses, once, when the hosts listen.
    pub(super) fn listens_at(&self, urls: BTreeMap<Host, String>) {
        // Only `start` calls this, and it calls it once.
        let _ = self.urls.set(urls);
    }

    /// `http://host:port` of a host; empty until it listens.
    pub(super) fn url(&self, host: Host) -> &str {
        self.urls.get().and_then(|urls| urls.get(&host)).map_or("", String::as_str)
    }

    /// Every notification so far, also what has no response yet, oldest first.
    pub(super) fn sent(&self) -> Vec<Sent> {
        self.outbox.sent()
    }

    /// The notification with this number.
    pub(super) fn find_sent(&self, id: &str) -> Option<Sent> {
        self.outbox.find(id)
    }

    /// When the message of this sending is sent next, if it is sent again.
    pub(super) fn next_sending_of(&self, sending: &Sending) -> Option<i64> {
        self.retries.next_of(sending)
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn dashboard(&self) -> MutexGuard<'_, Dashboard> {
        self.dashboard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn company(&self) -> MutexGuard<'_, Company> {
        self.company.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every request to the merchant for a token, with its response.
    pub(super) fn token_requests(&self) -> Vec<Receipt> {
        self.token_cache.receipts()
    }

    /// What becomes of an order of this amount, if it is one of the failing values.
    pub(super) fn order_fate(&self, amount: u64) -> Option<OrderFate> {
        let fate = OrderFate::of(i64::try_from(amount).ok()?);
        fate.filter(|_| self.settings.failing_values())
    }

    /// Whether the buyer's attempt to pay an order is declined, because of its amount.
    pub(super) fn is_declined(&self, order: &str) -> bool {
        let amount = self.books().order(order).map(|order| order.purchase.amount);
        amount.and_then(|amount| self.order_fate(amount)) == Some(OrderFate::Declined)
    }

    /// Whether nothing is sent about a message, because of its amount.
    fn is_not_sent(&self, message: &Message) -> bool {
        let amount = match message {
            Message::Ipn { subject, .. } => subject.attempt.amount,
            Message::Bank { transaction, .. } => transaction.amount,
        };
        self.order_fate(amount) == Some(OrderFate::NoWebhook)
    }

    /// Books a payment by the buyer and notifies the merchant.
    pub(super) async fn pay(
        self: &Arc<Self>,
        order: &str,
        method: Option<PaymentMethod>,
    ) -> Result<Vec<Delivered>, Refused> {
        let paid = self.books().pay(order, method, self.now())?;
        Ok(self.send_ipn(ipn::Happening::OrderPaid, &paid).await)
    }

    /// Makes the next payment of an agreement and notifies the merchant.
    pub(super) async fn renew(self: &Arc<Self>, order: &str) -> Result<Vec<Delivered>, Refused> {
        let paid = self.books().renew(order, self.now())?;
        Ok(self.send_ipn(ipn::Happening::RenewalOrderPaid, &paid).await)
    }

    /// Records a failed attempt to pay. SePay documents no notification of it.
    pub(super) fn fail(&self, order: &str, method: Option<PaymentMethod>) -> Result<(), Refused> {
        self.books().fail(order, method, self.now())
    }

    /// Cancels an order for the merchant. SePay documents no notification of it.
    pub(super) fn cancel(&self, invoice: &str) -> Result<(), Refused> {
        self.books().cancel(invoice, self.now())
    }

    /// Voids a payment for the merchant and notifies the merchant.
    pub(super) async fn void(self: &Arc<Self>, invoice: &str) -> Result<Vec<Delivered>, Refused> {
        let voided = self.books().void(invoice, self.now())?;
        Ok(self.send_ipn(ipn::Happening::TransactionVoid, &voided).await)
    }

    /// Books a transfer on a bank account and notifies the merchant.
    pub(super) async fn transfer(
        self: &Arc<Self>,
        transfer: &Transfer,
    ) -> Result<(BankTransaction, Vec<Delivered>), Refused> {
        let transaction = self.books().transfer(transfer, self.now())?;
        let delivered = self.send_webhooks(&transaction).await;
        Ok((transaction, delivered))
    }

    /// Books many credits without notifications, a second apart until now.
    pub(super) fn fill_statement(&self, account: &str, count: u64) -> Result<(), Refused> {
        let now = self.now();
        let mut books = self.books();
        for number in 1..=count {
            let seconds = count.saturating_sub(number);
            let memo = format!("MBVCB.3278907687.thanh toan don hang so {number}.CT tu 0901234567");
            let transfer = Transfer::into_account(account, 1_000 + number, &memo)
                .told_late(std::time::Duration::from_secs(seconds));
            books.transfer(&transfer, now)?;
        }
        Ok(())
    }

    /// Sends the webhooks of a bank transaction again, once: they are not repeated if they are not
    /// acknowledged.
    pub(super) async fn redeliver(
        self: &Arc<Self>,
        webhook_id: u64,
    ) -> Result<Vec<Delivered>, Refused> {
        let transaction = self.books().transaction(webhook_id)?.clone();
        let messages = self.messages_about(&transaction);
        Ok(self.send(messages.into_iter().map(|it| Sending::only(it, self.now())).collect()).await)
    }

    /// Sends the notifications that were kept.
    pub(super) async fn release(&self) -> Vec<Delivered> {
        let receipts = self.outbox.release().await;
        self.delivered(receipts)
    }

    /// Every notification so far, oldest first.
    pub(super) fn deliveries(&self) -> Vec<Delivered> {
        let needed = self.settings.acknowledgement();
        let receipts = self.outbox.receipts().into_iter();
        receipts.map(|receipt| Delivered::new(receipt, needed)).collect()
    }

    /// Lets time pass. Notifications that become due are sent at their time.
    pub(super) async fn pass(self: &Arc<Self>, by: Duration) -> Vec<Delivered> {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        let end = self.now().saturating_add(seconds);
        let mut delivered = self.send_due().await;
        while let Some(due) = self.retries.next_due().filter(|due| *due <= end) {
            self.move_clock_to(due);
            delivered.extend(self.send_due().await);
        }
        self.move_clock_to(end);
        delivered
    }

    fn move_clock_to(&self, moment: i64) {
        let seconds = u64::try_from(moment.saturating_sub(self.now())).unwrap_or(0);
        self.settings.clock().advance(Duration::from_secs(seconds));
    }

    /// Sends the due notifications that were not acknowledged.
    pub(super) async fn send_due(self: &Arc<Self>) -> Vec<Delivered> {
        self.send(self.retries.take_due(self.now())).await
    }

    pub(super) async fn send_ipn(
        self: &Arc<Self>,
        happening: ipn::Happening,
        subject: &Attempted,
    ) -> Vec<Delivered> {
        let message = Message::Ipn { happening, subject: subject.clone() };
        self.send(vec![Sending::first(message, self.now())]).await
    }

    pub(super) async fn send_webhooks(
        self: &Arc<Self>,
        transaction: &BankTransaction,
    ) -> Vec<Delivered> {
        let messages = self.messages_about(transaction);
        self.send(messages.into_iter().map(|it| Sending::first(it, self.now())).collect()).await
    }

    /// The messages of the dashboard's webhooks about `transaction`.
    fn messages_about(&self, transaction: &BankTransaction) -> Vec<Message> {
        let dashboard = self.dashboard();
        let webhooks = dashboard.webhooks().iter().filter(|webhook| webhook.tells(transaction));
        let message = |webhook: &Webhook| Message::Bank {
            webhook: webhook.clone(),
            transaction: transaction.clone(),
        };
        webhooks.map(message).collect()
    }

    /// Sends one message after the other, even if the caller does not wait for the responses: SePay
    /// notifies although a client has closed its connection.
    pub(super) async fn send(self: &Arc<Self>, sendings: Vec<Sending>) -> Vec<Delivered> {
        let gateway = Arc::clone(self);
        let sending = tokio::spawn(async move {
            let mut receipts = Vec::with_capacity(sendings.len());
            for sending in sendings {
                if gateway.is_not_sent(&sending.message) {
                    continue;
                }
                let token = gateway.token_for(&sending.message).await;
                let good = token.as_ref().ok().and_then(Option::as_deref);
                let Some(mut request) = gateway.write(&sending.message, good) else { continue };
                request.extensions_mut().insert(sending.message.about());
                request.extensions_mut().insert(sending);
                if let Err(why) = token {
                    receipts.push(Receipt { request, answer: Err(why) });
                    continue;
                }
                let schedule = gateway.dashboard().schedule.clone();
                receipts.extend(gateway.outbox.send(Outgoing { request, schedule }).await);
            }
            gateway.delivered(receipts)
        });
        // It ends early only with the runtime.
        sending.await.unwrap_or_default()
    }

    /// The token that `message` needs, if it needs one.
    async fn token_for(&self, message: &Message) -> Result<Option<String>, String> {
        match message {
            Message::Bank {
                webhook:
                    Webhook {
                        auth: WebhookAuth::OAuth2 { token_url, client_id, client_secret }, ..
                    },
                ..
            } => {
                let now = self.now();
                self.token_cache.token(token_url, client_id, client_secret, now).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The request of `message`, signed now; `None` if the dashboard has no address.
    fn write(&self, message: &Message, token: Option<&str>) -> Option<Request<Bytes>> {
        match message {
            Message::Ipn { happening, subject } => {
                let url = self.dashboard().ipn_url.clone()?;
                let secret = self.settings.ipn_secret();
                let now = self.settings.clock().receivers_unix_seconds();
                Some(ipn::request(url, secret, *happening, subject, now))
            }
            Message::Bank { webhook, transaction } => {
                let now = self.settings.clock().receivers_unix_seconds();
                Some(bank::request(webhook, transaction, token, now, &self.settings.formulas))
            }
        }
    }

    /// Evaluates `receipts` as SePay does: what was not acknowledged is sent again later, and
    /// statements show how many webhooks were acknowledged.
    fn delivered(&self, receipts: Vec<Receipt>) -> Vec<Delivered> {
        let needed = self.settings.acknowledgement();
        let receipts = receipts.into_iter();
        let delivered: Vec<_> = receipts.map(|it| Delivered::new(it, needed)).collect();
        let sendings: Vec<(Sending, bool)> = delivered
            .iter()
            .filter_map(|it| {
                let sending: &Sending = it.receipt.request.extensions().get()?;
                // Some webhooks are sent again only if there was no response.
                let settled = match &*sending.message {
                    Message::Bank { webhook, .. } if !webhook.retry_error_status => {
                        it.receipt.answer.is_ok()
                    }
                    _ => it.acknowledged,
                };
                Some((sending.clone(), settled))
            })
            .collect();
        self.retries.learn(&sendings, self.now());
        let mut books = self.books();
        for delivery in &delivered {
            if let Notification::Bank { id } = delivery.notification {
                books.webhook_sent(id, delivery.acknowledged);
            }
        }
        delivered
    }
}
