//! SePay's bank side: transfers to our own account, virtual accounts of orders, statements, and
//! signed webhooks.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, ListsStatements, Notifies,
    OpensVirtualAccounts, Operation, Payers, ReceivedFields, TakesPayments, Tuning, WebhookSample,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Request, Response, StatusCode};
use payments_core::{
    Clock, EndpointName, OrderRef, Provider, Timestamp,
    money::Money,
    payment::{CreatePayment, NextAction, PaymentMethod},
    virtual_account::{OpenVirtualAccount, Uses, VirtualAccount},
};
use sha2::Sha256;
use simulator_sepay::{
    BankAccount, BookingKind, Notification, OrderStatus, Settings, Webhook, WebhookAuth,
};

use super::{
    answers,
    gateway::{AMOUNT, Simulated, dong, plain, received, sent},
};

pub(crate) struct BankSide {
    simulated: Simulated,
    version: Version,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

/// What codes begin with; the order follows.
const PREFIX: &str = "SPT";

impl BankSide {
    pub(crate) async fn v1() -> Self {
        Self::start(Version::V1).await
    }

    pub(crate) async fn v2() -> Self {
        Self::start(Version::V2).await
    }

    async fn start(version: Version) -> Self {
        let settings = Settings::test();
        let secret = settings.webhook_secret().to_owned();
        // No server runs at this address: tests read what was sent from the simulator.
        let url = "http://127.0.0.1:1/hook".parse().unwrap();
        let webhook = Webhook::new(url, WebhookAuth::HmacSha256 { secret });
        Self { simulated: Simulated::start(settings.with_webhook(webhook)).await, version }
    }

    /// The account that buyers transfer to.
    fn own(&self) -> BankAccount {
        self.simulated.simulator.bank_accounts()[0].clone()
    }

    /// The account whose orders take parts.
    fn bidv(&self) -> BankAccount {
        self.simulated.simulator.bank_accounts()[2].clone()
    }

    async fn transfer(&self, to: &str, amount: Money, memo: &str) -> Result<(), Impossible> {
        let transferred = self.simulated.simulator.bank_transfer(to, plain(amount), memo).await;
        transferred.map(drop).map_err(|_| Impossible)
    }
}

#[async_trait]
impl Gateway for BankSide {
    fn hosts(&self) -> Hosts {
        self.simulated.hosts()
    }

    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let settings = self.simulated.simulator.settings();
        let (api, va_account) = match self.version {
            // The third account, by its number there.
            Version::V1 => ("v1", "21".to_owned()),
            Version::V2 => ("v2", self.bidv().id),
        };
        let lines = format!(
            "api_token = '{}'\n\
             webhook_secret = '{}'\n\
             userapi_url = '{}'\n\
             userapi_v1_url = '{}/userapi'\n\
             userapi_rate = {}\n\
             userapi_v1_rate = {}\n\
             statements_api = '{api}'\n\
             va_api = '{api}'\n\
             va_account = '{va_account}'\n\
             account_bin = '970436'\n\
             account_number = '{}'\n\
             account_holder = '{}'\n\
             code_prefix = '{PREFIX}'\n\
             code_min = 8\n",
            settings.api_token(),
            settings.webhook_secret(),
            hosts["userapi"],
            hosts["my"],
            rate(tuning, 3),
            rate(tuning, 2),
            self.own().number,
            self.own().holder,
        );
        self.simulated.provider(&lines, tuning)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.simulated.clock()
    }

    async fn advance(&self, by: Duration) {
        self.simulated.advance(by);
    }

    async fn bookings(&self) -> Vec<Booking> {
        let booking = |booking: simulator_sepay::Booking| {
            let order = booking.code.and_then(|code| code.strip_prefix(PREFIX).map(str::to_owned));
            match booking.kind {
                BookingKind::BankDebit => Booking::sent(dong(booking.amount)),
                _ => received(booking.amount, order),
            }
        };
        self.simulated.simulator.bookings().into_iter().map(booking).collect()
    }

    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        let orders = self.simulated.simulator.va_orders();
        let of_reference = orders.iter().filter(|order| order.order_code == reference);
        match operation {
            Operation::OpenVirtualAccount => of_reference.count(),
            Operation::CloseVirtualAccount => {
                of_reference.filter(|order| order.status == OrderStatus::Cancelled).count()
            }
            _ => 0,
        }
    }

    /// A transfer carries nothing of the request but what its memo is made of, and the holder of a
    /// virtual account is the bank's unless names are switched on.
    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields {
        let mut orders = self.simulated.simulator.va_orders();
        orders.retain(|order| order.order_code == reference);
        match orders.first().and_then(|order| order.va.first()) {
            Some(account) if instruction == Operation::OpenVirtualAccount => {
                let end = account.expired_at.map_or_else(String::new, |end| end.to_string());
                [("expires_at", end)].into()
            }
            _ => ReceivedFields::new(),
        }
    }

    fn secrets(&self) -> Vec<String> {
        let settings = self.simulated.simulator.settings();
        vec![settings.api_token().to_owned(), settings.webhook_secret().to_owned()]
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        let mut all = answers::of_virtual_accounts();
        let is_v1 = self.version == Version::V1;
        all.extend(answers::of_lines(Operation::Entries, is_v1));
        all.extend(answers::of_lines(Operation::Credits, false));
        all.extend(answers::of_other_lines(Operation::Credits));
        all.extend(answers::of_other_lines(Operation::FindPayment));
        all.extend(answers::of_other_orders(is_v1));
        match self.version {
            Version::V1 => all.extend(answers::of_other_lines_v1()),
            Version::V2 => all.extend(answers::of_other_lines(Operation::Entries)),
        }
        all
    }

    /// What became of a transfer is told by its credits.
    fn names_a_state(&self, inquiry: Operation) -> bool {
        inquiry != Operation::FindPayment
    }

    fn calls_per_second(&self, inquiry: Operation) -> Option<u32> {
        match self.retry_after(inquiry) {
            "retry-after" => Some(3),
            _ => Some(2),
        }
    }

    /// Payments and credits are found by the second version in any case.
    fn retry_after(&self, inquiry: Operation) -> &'static str {
        match (self.version, inquiry) {
            (
                Version::V1,
                Operation::FindVirtualAccount | Operation::Accounts | Operation::Entries,
            ) => "x-sepay-userapi-retry-after",
            _ => "retry-after",
        }
    }
}

/// 0 does not wait.
fn rate(tuning: &Tuning, documented: u32) -> u32 {
    match tuning.calls_per_second(documented) {
        kept if kept == documented => kept,
        _ => 0,
    }
}

#[async_trait]
impl TakesPayments for BankSide {
    fn payment(&self, order: OrderRef) -> CreatePayment {
        CreatePayment::new(order, AMOUNT).unwrap().with_method(PaymentMethod::BankTransfer)
    }

    fn buyers(&self) -> Payers {
        Payers::exact().any_amount().twice()
    }

    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
        let NextAction::Transfer(transfer) = shown else { panic!("{shown:?}") };
        let memo = transfer.memo.as_deref().unwrap();
        self.transfer(transfer.account.number.as_str(), amount, memo).await
    }
}

#[async_trait]
impl OpensVirtualAccounts for BankSide {
    /// For any amount, so that a payer may pay any.
    fn virtual_account(&self, order: OrderRef) -> OpenVirtualAccount {
        let end = self.simulated.clock.now().plus(Duration::from_secs(3_600));
        OpenVirtualAccount::new(order, self.bidv().holder)
            .unwrap()
            .with_uses(Uses::Many)
            .with_expiry(end)
    }

    fn payers(&self) -> Payers {
        Payers::exact().any_amount().twice().late()
    }

    async fn credit(&self, account: &VirtualAccount, amount: Money) -> Result<(), Impossible> {
        self.transfer(account.numbers[0].number.as_str(), amount, "chuyen tien").await
    }
}

#[async_trait]
impl ListsStatements for BankSide {
    async fn receive(&self, amount: Money, memo: &str) {
        self.transfer(&self.own().number, amount, memo).await.unwrap();
    }

    async fn lists_seconds_in_any_order(&self) {
        self.simulated.simulator.list_seconds_in_any_order(true);
    }

    async fn send(&self, amount: Money, memo: &str) -> Result<(), Impossible> {
        let own = self.own().number;
        let sent = self.simulated.simulator.bank_transfer_out(&own, plain(amount), memo).await;
        sent.map(drop).map_err(|_| Impossible)
    }
}

#[async_trait]
impl Notifies for BankSide {
    async fn take(&self) -> Vec<WebhookSample> {
        self.simulated.take()
    }

    async fn again(&self, original: &WebhookSample) -> WebhookSample {
        let Some(Notification::Bank { id }) = original.request.extensions().get().copied() else {
            panic!("not a bank webhook")
        };
        sent(&self.simulated.simulator.redeliver(id).await.unwrap()[0])
    }

    fn signed(&self, sent: &WebhookSample, secret: &str, at: Timestamp) -> Option<Request<Bytes>> {
        let stamp = at.unix_seconds().to_string();
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        hmac.update(format!("{stamp}.").as_bytes());
        hmac.update(sent.request.body());
        let signature = format!("sha256={}", hex::encode(hmac.finalize().into_bytes()));
        let mut request = sent.request.clone();
        let headers = request.headers_mut();
        headers.insert("x-sepay-signature", HeaderValue::from_str(&signature).unwrap());
        headers.insert("x-sepay-timestamp", HeaderValue::from_str(&stamp).unwrap());
        Some(request)
    }

    /// Its deliveries name no kind.
    async fn unknown(&self) -> Option<WebhookSample> {
        None
    }

    /// The test button of SePay's dashboard sends a webhook without a transaction.
    async fn test(&self) -> Option<WebhookSample> {
        self.simulated.simulator.bank_transfer(&self.own().number, 1, "x").await.unwrap();
        let mut sent = self.simulated.take().pop()?;
        *sent.request.body_mut() = Bytes::from_static(br#"{"gateway":"BIDV"}"#);
        let secret = self.simulated.simulator.settings().webhook_secret().to_owned();
        sent.request = self.signed(&sent, &secret, self.simulated.clock.now())?;
        Some(sent)
    }

    fn acknowledges(&self, _: &EndpointName, reply: &Response<Bytes>) -> bool {
        let words: serde_json::Value = serde_json::from_slice(reply.body()).unwrap_or_default();
        matches!(reply.status(), StatusCode::OK | StatusCode::CREATED) && words["success"] == true
    }
}
