//! The simulated payOS, as the suite drives it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, Notifies, Operation, Payers, PaysOut,
    ReceivedFields, SignedIn, SignedResponse, TakesPayments, Tuning, WebhookSample,
};
use http::{Request, Response};
use payments_core::{
    Clock, EndpointName, ManualClock, OrderRef, PayoutRef, Provider, Role, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payment::{CreatePayment, NextAction},
    payout::{Beneficiary, CreatePayout, PayoutState},
};
use provider_kit::{config::PaymentsConfig, registry::Registry};
use provider_payos::endpoints::{RETURN, WEBHOOK};
use serde_json::Value;
use simulator_payos::{
    BookingKind, PayOSSimulator, Receipt, Settings, TransactionState, Transferred, sign,
};

use super::answers;

/// 2024-11-16 07:14:21 UTC.
const NOW: i64 = 1_731_741_261;
const AMOUNT: Money = Money::vnd(50_000);
/// No server runs at this address: tests read what was sent from the simulator.
const WEBHOOK_URL: &str = "http://127.0.0.1:1/webhook";
const RETURN_URL: &str = "http://127.0.0.1:1/back";
const CANCEL_URL: &str = "http://127.0.0.1:1/cancelled";

pub(crate) struct PayOS {
    simulator: PayOSSimulator,
    clock: ManualClock,
    sent: Mutex<Vec<WebhookSample>>,
}

impl PayOS {
    pub(crate) async fn start() -> Self {
        let settings = Settings::test()
            .with_clock(simulator_kit::Clock::fixed(NOW))
            .with_webhook_url(WEBHOOK_URL)
            .with_payout_start(TransactionState::Received);
        Self {
            simulator: PayOSSimulator::start(settings).await.unwrap(),
            clock: ManualClock::at(Timestamp::from_unix(NOW)),
            sent: Mutex::default(),
        }
    }

    /// Keeps what a payment made the gateway and the buyer's browser send.
    fn told(&self, link: &str, transferred: &Transferred) {
        let mut sent = self.sent.lock().unwrap();
        sent.extend(transferred.deliveries.iter().map(webhook));
        let back = self.simulator.return_link(link).unwrap();
        let back = Request::get(back).body(Bytes::new()).unwrap();
        let endpoint = EndpointName::new(RETURN).unwrap();
        sent.push(WebhookSample::new(endpoint, back, SignedIn::Nowhere).by_browser());
    }

    /// Which link a next action leads to.
    fn link(&self, shown: &NextAction) -> Option<String> {
        match shown {
            NextAction::Redirect { url } => {
                let hosts = self.simulator.hosts();
                url.strip_prefix(&format!("{}/web/", hosts["pay"])).map(str::to_owned)
            }
            NextAction::Transfer(transfer) => {
                let account = self.simulator.settings().virtual_account.as_str();
                let memo = transfer.memo.clone()?;
                let is_ours = transfer.account.number.as_str() == account;
                let links = self.simulator.links();
                let of_memo = links.into_iter().find(|link| memo.starts_with(&link.code));
                of_memo.filter(|_| is_ours).map(|link| link.id)
            }
            _ => None,
        }
    }
}

fn webhook(receipt: &Receipt) -> WebhookSample {
    let endpoint = EndpointName::new(WEBHOOK).unwrap();
    WebhookSample::new(endpoint, receipt.request.clone(), SignedIn::Body("signature"))
}

#[async_trait]
impl Gateway for PayOS {
    fn hosts(&self) -> Hosts {
        self.simulator.hosts().into_iter().map(|(name, url)| (name.to_owned(), url)).collect()
    }

    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let settings = self.simulator.settings();
        let config: PaymentsConfig = toml::from_str(&format!(
            "[providers.payos-main]\n\
             kind = 'payos'\n\
             environment = 'sandbox'\n\
             client_id = '{}'\n\
             api_key = '{}'\n\
             checksum_key = '{}'\n\
             payout_client_id = '{}'\n\
             payout_api_key = '{}'\n\
             payout_checksum_key = '{}'\n\
             return_url = '{RETURN_URL}'\n\
             cancel_url = '{CANCEL_URL}'\n\
             api_url = '{}'\n\
             pay_url = '{}'\n",
            settings.payment.client_id,
            settings.payment.api_key,
            settings.payment.checksum_key,
            settings.payout.client_id,
            settings.payout.api_key,
            settings.payout.checksum_key,
            hosts["api"],
            // The buyer's browser goes to the gateway itself.
            self.simulator.hosts()["pay"],
        ))
        .unwrap();
        let registry = Registry::empty().add(provider_payos::REGISTRATION);
        registry.build(&config, &tuning.context()).unwrap().remove(0)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.simulator.advance(by);
    }

    async fn bookings(&self) -> Vec<Booking> {
        let booking = |booking: simulator_payos::Booking| {
            let amount = Money::vnd(booking.amount);
            let made = match booking.kind {
                BookingKind::Payout => {
                    let bank = Bin::new(&booking.bank.unwrap()).unwrap();
                    let number = AccountNumber::new(&booking.account).unwrap();
                    Booking::sent(amount).to(BankAccount::new(bank, number))
                }
                _ => Booking::received(amount),
            };
            made.of(booking.reference)
        };
        self.simulator.bookings().into_iter().map(booking).collect()
    }

    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        let links = self.simulator.links();
        let of_order = || links.iter().filter(|link| link.order_code.to_string() == reference);
        match operation {
            Operation::CreatePayment => of_order().count(),
            Operation::CancelPayment => of_order().filter(|link| link.cancelled.is_some()).count(),
            Operation::CreatePayout => {
                let payouts = self.simulator.payouts();
                payouts.iter().filter(|payout| payout.reference_id == reference).count()
            }
            _ => 0,
        }
    }

    /// The name of a beneficiary has no place on the wire.
    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields {
        match instruction {
            Operation::CreatePayment => {
                let links = self.simulator.links();
                let link = links.into_iter().find(|one| one.order_code.to_string() == reference);
                let Some(link) = link else { return ReceivedFields::new() };
                let end = link.expired_at.map_or_else(String::new, |end| end.to_string());
                [
                    ("description", link.description),
                    ("return_url", link.return_url),
                    ("cancel_url", link.cancel_url),
                    ("expires_at", end),
                ]
                .into()
            }
            Operation::CreatePayout => {
                let payouts = self.simulator.payouts();
                let payout = payouts.into_iter().find(|one| one.reference_id == reference);
                let Some(payout) = payout else { return ReceivedFields::new() };
                [("note", payout.transactions[0].description.clone())].into()
            }
            _ => ReceivedFields::new(),
        }
    }

    fn secrets(&self) -> Vec<String> {
        self.simulator.secrets()
    }

    fn signed_response(&self, call: Operation) -> SignedResponse {
        match call {
            Operation::CreatePayment => {
                SignedResponse::over(SignedIn::Body("signature"), answers::CREATED)
            }
            Operation::FindPayment | Operation::CancelPayment => {
                SignedResponse::over(SignedIn::Body("signature"), answers::FOUND)
            }
            Operation::CreatePayout => {
                SignedResponse::over(SignedIn::Header("x-signature"), answers::PAYOUT)
            }
            Operation::FindPayout => {
                SignedResponse::over(SignedIn::Header("x-signature"), answers::PAYOUTS)
            }
            Operation::Balance => {
                SignedResponse::over(SignedIn::Header("x-signature"), answers::BALANCE)
            }
            _ => SignedResponse::nowhere(),
        }
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        answers::all()
    }

    /// An order is a number, and 123 is taken.
    fn reference(&self, number: u32) -> String {
        format!("{}", 20_260_000 + u64::from(number))
    }
}

#[async_trait]
impl TakesPayments for PayOS {
    fn payment(&self, order: OrderRef) -> CreatePayment {
        CreatePayment::new(order, AMOUNT)
            .unwrap()
            .with_description("Hai ly ca phe")
            .with_expiry(self.clock.now().plus(Duration::from_secs(3_600)))
    }

    /// Banks do not ask payOS first: the QR code can be paid with any amount, more than once, and late.
    fn buyers(&self) -> Payers {
        Payers::exact().any_amount().twice().late()
    }

    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
        let link = self.link(shown).ok_or(Impossible)?;
        let transferred = match shown {
            NextAction::Transfer(transfer) => {
                let (account, memo) = (transfer.account.number.as_str(), transfer.memo.as_ref());
                let memo = memo.ok_or(Impossible)?;
                self.simulator.buyer_transfers(account, memo, amount.minor()).await
            }
            _ => self.simulator.buyer_pays(&link, amount.minor()).await,
        };
        self.told(&link, &transferred.map_err(|_| Impossible)?);
        Ok(())
    }
}

#[async_trait]
impl PaysOut for PayOS {
    /// To the account whose holder the simulator knows.
    fn payout(&self, payout: PayoutRef) -> CreatePayout {
        let holder = &self.simulator.settings().holders[0];
        let bank = Bin::new(&holder.bin).unwrap();
        let account = BankAccount::new(bank, AccountNumber::new(&holder.number).unwrap());
        let beneficiary = Beneficiary::new(account, &holder.name).unwrap();
        CreatePayout::new(payout, Money::vnd(20_000), beneficiary).unwrap().with_note("Hoan tien")
    }

    fn another_beneficiary(&self) -> Beneficiary {
        let bank = Bin::new("970436").unwrap();
        let account = BankAccount::new(bank, AccountNumber::new("0071001234567").unwrap());
        Beneficiary::new(account, "NGUYEN THI B").unwrap()
    }

    async fn end_payout(&self, payout: &PayoutRef, end: PayoutState) -> Result<(), Impossible> {
        let state = match end {
            PayoutState::Succeeded => TransactionState::Succeeded,
            PayoutState::Failed => TransactionState::Failed,
            PayoutState::Reversed => TransactionState::Reversed,
            _ => return Err(Impossible),
        };
        self.simulator.settle_payout(payout.as_str(), state).map_err(|_| Impossible)
    }
}

#[async_trait]
impl Notifies for PayOS {
    async fn take(&self) -> Vec<WebhookSample> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// payOS repeats itself to the letter.
    async fn again(&self, sent: &WebhookSample) -> WebhookSample {
        sent.clone()
    }

    fn signed(&self, sent: &WebhookSample, secret: &str, _: Timestamp) -> Option<Request<Bytes>> {
        let mut body: Value = serde_json::from_slice(sent.request.body()).ok()?;
        let signature = sign::data(secret, body["data"].as_object()?);
        body["signature"] = Value::String(signature);
        let mut request = sent.request.clone();
        *request.body_mut() = body.to_string().into();
        Some(request)
    }

    /// Its deliveries name no kind; another code than 00 is none that is documented.
    async fn unknown(&self) -> Option<WebhookSample> {
        let mut data = simulator_payos::sample();
        data.insert("accountNumber".to_owned(), "8610009999".into());
        data.insert("code".to_owned(), "99".into());
        let key = &self.simulator.settings().payment.checksum_key;
        let request = simulator_payos::webhook(WEBHOOK_URL, data, key)?;
        let endpoint = EndpointName::new(WEBHOOK).unwrap();
        Some(WebhookSample::new(endpoint, request, SignedIn::Body("signature")))
    }

    async fn test(&self) -> Option<WebhookSample> {
        let key = &self.simulator.settings().payment.checksum_key;
        let request = simulator_payos::webhook(WEBHOOK_URL, simulator_payos::sample(), key)?;
        let endpoint = EndpointName::new(WEBHOOK).unwrap();
        Some(WebhookSample::new(endpoint, request, SignedIn::Body("signature")))
    }

    /// What became of a payout is asked for.
    fn tells_of(&self, role: Role) -> bool {
        role != Role::Payouts
    }

    fn acknowledges(&self, _: &EndpointName, reply: &Response<Bytes>) -> bool {
        reply.status().is_success()
    }
}
