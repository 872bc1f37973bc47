//! The control methods: actions of buyers, banks and the merchant's staff, and what a test reads
//! afterwards.

use std::time::Duration;

use http::{StatusCode, Uri};
use simulator_kit::{Receipt, Schedule};

use crate::{
    BankAccount, Booking, Delivered, Description, LoggedRequest, Operation, OrderTexts,
    PaymentMethod, Refused, SePaySimulator, Transfer, VaOrder, Webhook, When,
    bank::BankTransaction, description, faults::Fault, my,
};

/// A bank transfer that was booked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Transferred {
    /// Its `id` in webhooks.
    pub webhook_id: u64,
    /// Its `id` in the User API v2.
    pub uuid: String,
    /// The bank's reference.
    pub reference: String,
    /// The memo as the bank reports it.
    pub content: String,
    /// The payment code that SePay recognised in it.
    pub code: Option<String>,
    /// The webhooks that were sent.
    pub deliveries: Vec<Delivered>,
}

impl Transferred {
    pub(super) fn new((transaction, deliveries): (BankTransaction, Vec<Delivered>)) -> Self {
        Self {
            webhook_id: transaction.webhook_id,
            uuid: transaction.uuid,
            reference: transaction.reference,
            content: transaction.content,
            code: transaction.code,
            deliveries,
        }
    }
}

/// Buyers and banks. Methods that notify the merchant return once it has responded.
impl SePaySimulator {
    /// Pays the order of a buyer who arrived with the form of `invoice`: by the form's method, or
    /// by bank transfer if it names none.
    ///
    /// # Errors
    /// There is no such order, or it cannot be paid.
    pub async fn buyer_pays(&self, invoice: &str) -> Result<Vec<Delivered>, Refused> {
        self.gateway.pay(invoice, None).await
    }

    /// Pays by the method that the buyer chooses.
    ///
    /// # Errors
    /// As [`buyer_pays`](Self::buyer_pays), or the form fixed another method.
    pub async fn buyer_pays_by(
        &self,
        invoice: &str,
        method: PaymentMethod,
    ) -> Result<Vec<Delivered>, Refused> {
        self.gateway.pay(invoice, Some(method)).await
    }

    /// The buyer's card is declined, or their transfer never made. Nothing is booked, and no
    /// notification is sent, because SePay documents none.
    ///
    /// # Errors
    /// There is no such order, or it cannot be paid.
    pub fn buyer_fails(&self, invoice: &str) -> Result<(), Refused> {
        self.gateway.fail(invoice, None)
    }

    /// The agreement that the paid order of `invoice` opened is paid once more, as a new order with
    /// the invoice number `invoice` and `-R1`, `-R2` and so on behind it.
    ///
    /// # Errors
    /// There is no such order, or it opened no agreement or is not paid.
    pub async fn agreement_renews(&self, invoice: &str) -> Result<Vec<Delivered>, Refused> {
        self.gateway.renew(invoice).await
    }

    /// Transfers `amount` đồng to the account numbered `account`.
    ///
    /// # Errors
    /// The account is unknown or the amount zero.
    pub async fn bank_transfer(
        &self,
        account: &str,
        amount: u64,
        memo: &str,
    ) -> Result<Transferred, Refused> {
        self.transfer(Transfer::into_account(account, amount, memo)).await
    }

    /// Transfers `amount` đồng from the account numbered `account`, as the merchant's staff would.
    ///
    /// # Errors
    /// The account is unknown or its balance is too low, or the amount is zero.
    pub async fn bank_transfer_out(
        &self,
        account: &str,
        amount: u64,
        memo: &str,
    ) -> Result<Transferred, Refused> {
        self.transfer(Transfer::out_of_account(account, amount, memo)).await
    }

    /// Books `count` credits on the account numbered `account` and sends no notification, to make a
    /// long statement. Their memos count from 1.
    ///
    /// # Errors
    /// The account is unknown.
    pub fn fill_statement(&self, account: &str, count: u64) -> Result<(), Refused> {
        self.gateway.fill_statement(account, count)
    }

    /// Makes a transfer through a bank that may change the memo.
    ///
    /// # Errors
    /// The account is unknown or its balance is too low, or the amount is zero.
    pub async fn transfer(&self, transfer: Transfer) -> Result<Transferred, Refused> {
        self.gateway.transfer(&transfer).await.map(Transferred::new)
    }
}

/// The dashboard, and how notifications go out.
impl SePaySimulator {
    /// Sets where later IPNs go; `None` sends none.
    pub fn set_ipn_url(&self, url: Option<Uri>) {
        self.gateway.dashboard().ipn_url = url;
    }

    /// Adds a webhook about later bank transactions.
    pub fn add_webhook(&self, webhook: Webhook) {
        let now = self.gateway.now();
        self.gateway.dashboard().add(webhook, now);
    }

    /// Removes every webhook.
    pub fn remove_webhooks(&self) {
        self.gateway.dashboard().clear_webhooks();
    }

    /// The webhooks, oldest first, however they were added.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.gateway.dashboard().webhooks().to_vec()
    }

    /// Every request to the merchant for a token, for webhooks with OAuth 2.0, oldest first.
    pub fn token_requests(&self) -> Vec<Receipt> {
        self.gateway.token_requests()
    }

    /// Opens the page at `url`, to which an app sent a merchant, and allows everything. Returns the
    /// query with which the merchant's browser returns to the app; `None` if the page refuses the
    /// address.
    pub fn merchant_allows(&self, url: &str) -> Option<String> {
        my::allowed(&self.gateway, url)
    }

    /// Revokes every access token. Refresh tokens stay valid.
    pub fn revoke_access_tokens(&self) {
        self.gateway.grants().revoke_access();
    }

    /// Sets how later notifications are sent: once, twice, or kept until they are released.
    pub fn set_schedule(&self, schedule: Schedule) {
        self.gateway.dashboard().schedule = schedule;
    }

    /// Sends the notifications that were kept, the last one first.
    pub async fn release(&self) -> Vec<Delivered> {
        self.gateway.release().await
    }

    /// Sends the webhooks about a bank transaction again, once: the same body, a new time and
    /// signature. It is not repeated if it is not acknowledged.
    ///
    /// # Errors
    /// There is no such transaction.
    pub async fn redeliver(&self, webhook_id: u64) -> Result<Vec<Delivered>, Refused> {
        self.gateway.redeliver(webhook_id).await
    }
}

/// Faults and time.
impl SePaySimulator {
    /// Loses the response to the next `operation`: the connection closes without one.
    pub fn lose_next_answer(&self, operation: Operation, when: When) {
        self.gateway.faults.script(operation, Fault::LoseAnswer(when));
    }

    /// Responds to the next `operation` with `status` and a page that SePay does not document, as a
    /// proxy in front of it would. The operation is not carried out.
    pub fn fail_next(&self, operation: Operation, status: StatusCode) {
        self.gateway.faults.script(operation, Fault::Answer(status));
    }

    /// Sets whether transactions and virtual account orders of one second are listed in another
    /// order on every request, or in the order of arrival.
    pub fn list_seconds_in_any_order(&self, any: bool) {
        self.gateway.same_second.set_any(any);
    }

    /// Moves the gateway's clock forward by whole seconds. Nothing is sent; see
    /// [`pass`](Self::pass).
    pub fn advance(&self, by: Duration) {
        self.gateway.settings.clock().advance(by);
    }

    /// Lets whole seconds pass on the gateway's clock. Notifications that the merchant did not
    /// acknowledge are sent again when they are due: one, two, four, seven, twelve, twenty and
    /// thirty-three minutes after the first sending.
    pub async fn pass(&self, by: Duration) -> Vec<Delivered> {
        self.gateway.pass(by).await
    }
}

/// The state of the gateway.
impl SePaySimulator {
    /// Every movement of money, oldest first. No entry is ever removed.
    pub fn bookings(&self) -> Vec<Booking> {
        self.gateway.books().bookings().to_vec()
    }

    /// The status of the checkout order of `invoice`, in SePay's spelling; `None` until its buyer
    /// arrives.
    pub fn order_status(&self, invoice: &str) -> Option<&'static str> {
        self.gateway.books().order(invoice).map(|order| order.status.name())
    }

    /// The texts of the form of `invoice`; `None` until its buyer arrives.
    pub fn order_texts(&self, invoice: &str) -> Option<OrderTexts> {
        self.gateway.books().order(invoice).map(|order| order.purchase.texts())
    }

    /// The merchant's bank accounts with their balances now.
    pub fn bank_accounts(&self) -> Vec<BankAccount> {
        self.gateway.books().accounts().to_vec()
    }

    /// The orders with virtual accounts, oldest first.
    pub fn va_orders(&self) -> Vec<VaOrder> {
        self.gateway.books().virtual_accounts().orders().to_vec()
    }

    /// How many calls of the User API were refused for their rate, v1 and v2 together.
    pub fn rate_limited(&self) -> u64 {
        self.gateway.v1_limit.refused().saturating_add(self.gateway.v2_limit.refused())
    }

    /// Every request to SePay's own routes, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.gateway.requests.all()
    }

    /// Every notification that was sent, with the merchant's response, oldest first.
    pub fn deliveries(&self) -> Vec<Delivered> {
        self.gateway.deliveries()
    }

    /// Every secret, for tests that no secret is printed.
    pub fn secrets(&self) -> Vec<String> {
        let settings = self.settings();
        let mut secrets: Vec<String> =
            [settings.secret_key(), settings.api_token(), settings.webhook_secret()]
                .into_iter()
                .chain(settings.ipn_secret())
                .map(str::to_owned)
                .collect();
        let dashboard = self.gateway.dashboard();
        let of_webhooks = dashboard.webhooks().iter().filter_map(|webhook| webhook.auth.secret());
        secrets.extend(of_webhooks.map(str::to_owned));
        secrets.push(settings.oauth_client_secret().to_owned());
        secrets.extend(self.gateway.grants().secrets());
        secrets.sort();
        secrets.dedup();
        secrets
    }

    /// The description for a landing page: addresses, test credentials and what to try.
    pub fn description(&self) -> Description {
        description::of(self)
    }
}
