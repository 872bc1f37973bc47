//! The simulated HPay, as the suite drives it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, Notifies, OpensVirtualAccounts,
    Operation, Payers, PaysOut, ReceivedFields, SignedIn, SignedResponse, TakesPayments, Tuning,
    WebhookSample,
};
use http::{Request, Response, StatusCode, Uri};
use md5::{Digest, Md5};
use payments_core::{
    Clock, EndpointName, ManualClock, OrderRef, PayoutRef, Provider, Role, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payment::{CreatePayment, NextAction},
    payout::{Beneficiary, CreatePayout, PayoutState},
    virtual_account::{OpenVirtualAccount, Uses, VirtualAccount},
};
use provider_hpay::endpoints::{NOTIFY, RETURN, VA_CALLBACK};
use provider_kit::{
    config::PaymentsConfig,
    registry::Registry,
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use simulator_hpay::{
    AccountStatus, Announcement, BookingKind, CallbackForm, HPaySimulator, PayAs, PayoutStart,
    Settings,
};

use super::{answers, openapi_answers};

/// 2024-11-16 07:14:21 UTC.
const NOW: i64 = 1_731_741_261;
const AMOUNT: Money = Money::vnd(50_000);
const HOLDER: &str = "CONG TY THU NGHIEM";
/// No server runs at this address: tests read what was sent from the simulator.
const NOTIFY_URL: &str = "http://127.0.0.1:1/notify";
const RETURN_URL: &str = "http://127.0.0.1:1/back";
const CODE: &str = "secure_code";

pub(crate) struct HPay {
    simulator: HPaySimulator,
    api: Api,
    clock: ManualClock,
    sent: Mutex<Vec<WebhookSample>>,
    browser: HttpClient,
}

/// What virtual accounts, payouts and the account speak.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    Reference,
    Openapi,
}

impl HPay {
    pub(crate) async fn of_the_reference() -> Self {
        Self::start(Api::Reference).await
    }

    pub(crate) async fn of_the_openapi() -> Self {
        Self::start(Api::Openapi).await
    }

    async fn start(api: Api) -> Self {
        let form = match api {
            Api::Reference => CallbackForm::Reference,
            Api::Openapi => CallbackForm::Openapi,
        };
        let settings =
            Settings::test().with_clock(simulator_kit::Clock::fixed(NOW)).with_callback_form(form);
        let simulator = HPaySimulator::start(settings).await.unwrap();
        simulator.delay_notifications();
        simulator.register_va_callback("http://127.0.0.1:1");
        simulator.start_payouts(PayoutStart::Accepted);
        Self {
            simulator,
            api,
            clock: ManualClock::at(Timestamp::from_unix(NOW)),
            sent: Mutex::default(),
            browser: HttpClient::new(HttpClientSettings::default()).unwrap(),
        }
    }

    fn end(&self) -> Timestamp {
        self.clock.now().plus(Duration::from_secs(3_600))
    }

    fn announced(&self, announcement: Announcement, endpoint: &str) {
        let mut sent = self.sent.lock().unwrap();
        sent.extend(announcement.request.map(|request| signed_in_query(endpoint, request)));
        let back = announcement.return_link.map(|link| Request::get(link).body(Bytes::new()));
        sent.extend(back.map(|back| signed_in_query(RETURN, back.unwrap()).by_browser()));
    }
}

fn signed_in_query(endpoint: &str, request: Request<Bytes>) -> WebhookSample {
    WebhookSample::new(EndpointName::new(endpoint).unwrap(), request, SignedIn::Query(CODE))
}

#[async_trait]
impl Gateway for HPay {
    fn hosts(&self) -> Hosts {
        self.simulator.hosts().into_iter().map(|(name, url)| (name.to_owned(), url)).collect()
    }

    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let config: PaymentsConfig = toml::from_str(&format!(
            "[providers.hpay-main]\n\
             kind = 'hpay'\n\
             environment = 'sandbox'\n\
             merchant_id = '{}'\n\
             receiver = '{}'\n\
             passcode = '{}'\n\
             private_key = '''{}'''\n\
             hpay_certificate = '''{}'''\n\
             checkout_url = '{}'\n\
             account_url = '{}'\n\
             openapi_url = '{}'\n\
             return_url = '{RETURN_URL}'\n\
             openapi_client_id = '{}'\n\
             openapi_client_secret = '{}'\n\
             api = '{}'\n",
            self.simulator.merchant_id(),
            self.simulator.merchant_email(),
            self.simulator.passcode(),
            self.simulator.merchant_private_key().unwrap(),
            self.simulator.hpay_certificate(),
            hosts["checkout"],
            hosts["account"],
            hosts["openapi"],
            self.simulator.settings().openapi_client_id,
            self.simulator.settings().openapi_client_secret,
            match self.api {
                Api::Reference => "reference",
                Api::Openapi => "openapi",
            },
        ))
        .unwrap();
        let registry = Registry::empty().add(provider_hpay::REGISTRATION);
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
        let booking = |booking: simulator_hpay::Booking| {
            let amount = Money::vnd(booking.amount);
            let made = match booking.kind {
                BookingKind::Payout => {
                    let bank = Bin::new(booking.bank.unwrap()).unwrap();
                    let number = AccountNumber::new(&booking.account).unwrap();
                    Booking::sent(amount).to(BankAccount::new(bank, number))
                }
                _ => Booking::received(amount),
            };
            made.of(booking.reference)
        };
        self.simulator.bookings().into_iter().map(booking).collect()
    }

    /// HPay is not told the order of a virtual account, so that all of them are counted.
    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        let mut accounts = self.simulator.virtual_accounts();
        accounts.retain(|account| account.remark == remark(reference));
        let with = |status| accounts.iter().filter(|account| account.status == status).count();
        match operation {
            Operation::OpenVirtualAccount => accounts.len(),
            Operation::UpdateVirtualAccount => {
                accounts.iter().filter(|account| account.name != HOLDER).count()
            }
            Operation::CloseVirtualAccount => with(AccountStatus::Closed),
            Operation::ReopenVirtualAccount => with(AccountStatus::Active),
            Operation::CreatePayout => {
                let payouts = self.simulator.payouts();
                payouts.iter().filter(|payout| payout.request_id == reference).count()
            }
            _ => 0,
        }
    }

    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields {
        match instruction {
            Operation::CreatePayment => {
                let orders = self.simulator.orders();
                let order = orders.into_iter().rev().find(|one| one.link.order_code == reference);
                let Some(link) = order.map(|order| order.link) else {
                    return ReceivedFields::new();
                };
                let end = link.time_limit.map_or_else(String::new, |end| end.to_string());
                [
                    ("description", link.order_description),
                    ("return_url", link.return_url),
                    ("cancel_url", link.cancel_url),
                    ("notify_url", link.notify_url),
                    ("expires_at", end),
                ]
                .into()
            }
            Operation::OpenVirtualAccount => {
                let accounts = self.simulator.virtual_accounts();
                let opened = accounts.into_iter().find(|one| one.remark == remark(reference));
                let Some(account) = opened else { return ReceivedFields::new() };
                let end = account.time_limit.to_string();
                [("holder", account.name), ("remark", account.remark), ("expires_at", end)].into()
            }
            Operation::CreatePayout => {
                let payouts = self.simulator.payouts();
                let payout = payouts.into_iter().find(|payout| payout.request_id == reference);
                let Some(payout) = payout else { return ReceivedFields::new() };
                [("holder", payout.name), ("note", payout.note)].into()
            }
            _ => ReceivedFields::new(),
        }
    }

    fn secrets(&self) -> Vec<String> {
        self.simulator.secrets()
    }

    /// By the reference's API only the response to a payout is signed in a known way.
    fn signed_response(&self, call: Operation) -> SignedResponse {
        const COVERED: &[&str] = &["requestId", "bankAccountNumber", "omiCashoutId"];
        match call {
            _ if self.api == Api::Openapi && call.role() != Role::Payments => {
                SignedResponse::over(SignedIn::Body("signature"), &["errorCode", "data"])
            }
            Operation::CreatePayout => {
                SignedResponse::over(SignedIn::Body("data/secureChain"), COVERED)
            }
            _ => SignedResponse::nowhere(),
        }
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        match self.api {
            Api::Reference => answers::all(),
            Api::Openapi => openapi_answers::all(),
        }
    }
}

#[async_trait]
impl TakesPayments for HPay {
    fn payment(&self, order: OrderRef) -> CreatePayment {
        CreatePayment::new(order, AMOUNT)
            .unwrap()
            .with_description("Hai ly ca phe")
            .with_expiry(self.end())
            .with_notify_url(NOTIFY_URL)
            .unwrap()
    }

    /// The page asks for the price of the link, until its end.
    fn buyers(&self) -> Payers {
        Payers::exact().twice()
    }

    async fn visit(&self, shown: &NextAction) {
        let NextAction::Redirect { url } = shown else { panic!("{shown:?}") };
        let request = Request::get(url).body(Bytes::new()).unwrap();
        let page = self.browser.send(Call::inquiry("visit", request)).await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
    }

    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
        let NextAction::Redirect { url } = shown else { panic!("{shown:?}") };
        let link: Uri = url.parse().unwrap();
        let fields: Vec<(String, String)> =
            form_urlencoded::parse(link.query().unwrap().as_bytes()).into_owned().collect();
        let value = |name: &str| &fields.iter().find(|(key, _)| key == name).unwrap().1;
        if *value("price") != amount.minor().to_string() || value("currency") != "vnd" {
            return Err(Impossible);
        }
        let paid = self.simulator.buyer_pays(value("order_code"), PayAs::Now).await;
        self.announced(paid.map_err(|_| Impossible)?, NOTIFY);
        Ok(())
    }
}

#[async_trait]
impl OpensVirtualAccounts for HPay {
    fn virtual_account(&self, order: OrderRef) -> OpenVirtualAccount {
        let remark = remark(order.as_str());
        OpenVirtualAccount::new(order, HOLDER)
            .unwrap()
            .with_remark(remark)
            .with_amount(AMOUNT)
            .unwrap()
            .with_uses(Uses::Many)
            .with_expiry(self.end())
    }

    fn payers(&self) -> Payers {
        Payers::exact().any_amount().twice().late()
    }

    async fn credit(&self, account: &VirtualAccount, amount: Money) -> Result<(), Impossible> {
        let number = account.numbers[0].number.as_str();
        let credited = self.simulator.transfer_to_va(number, amount.minor()).await;
        self.announced(credited.map_err(|_| Impossible)?, VA_CALLBACK);
        Ok(())
    }
}

#[async_trait]
impl PaysOut for HPay {
    /// To the account whose holder the simulator knows.
    fn payout(&self, payout: PayoutRef) -> CreatePayout {
        let bidv = Bin::new("970418").unwrap();
        let account = BankAccount::new(bidv, AccountNumber::new("1234567890912312").unwrap());
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        CreatePayout::new(payout, Money::vnd(20_000), beneficiary).unwrap()
    }

    fn another_beneficiary(&self) -> Beneficiary {
        let bank = Bin::new("970436").unwrap();
        let account = BankAccount::new(bank, AccountNumber::new("0071001234567").unwrap());
        Beneficiary::new(account, "NGUYEN THI B").unwrap()
    }

    async fn end_payout(&self, payout: &PayoutRef, end: PayoutState) -> Result<(), Impossible> {
        let state = match end {
            PayoutState::Succeeded => simulator_hpay::PayoutState::Succeeded,
            PayoutState::Failed => simulator_hpay::PayoutState::Failed,
            PayoutState::Reversed => simulator_hpay::PayoutState::Reversed,
            _ => return Err(Impossible),
        };
        self.simulator.settle_payout(payout.as_str(), state).map_err(|_| Impossible)
    }
}

#[async_trait]
impl Notifies for HPay {
    async fn take(&self) -> Vec<WebhookSample> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// HPay repeats itself to the letter.
    async fn again(&self, sent: &WebhookSample) -> WebhookSample {
        sent.clone()
    }

    fn signed(&self, sent: &WebhookSample, secret: &str, _: Timestamp) -> Option<Request<Bytes>> {
        let uri = sent.request.uri();
        let mut pairs: Vec<(String, String)> =
            form_urlencoded::parse(uri.query()?.as_bytes()).into_owned().collect();
        let value = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let text = if sent.endpoint.as_str() == VA_CALLBACK && self.api == Api::Openapi {
            let before = ["va_account", "amount", "cashin_id", "transaction_id"].map(value);
            let request = value("client_request_id");
            format!("{}|{secret}|{request}|{}", before.join("|"), self.simulator.merchant_id())
        } else if sent.endpoint.as_str() == VA_CALLBACK {
            format!("{}|{}|{secret}", value("cashin"), value("order_id"))
        } else {
            let fields = [
                "transaction_info",
                "order_code",
                "price",
                "payment_id",
                "payment_type",
                "error_text",
            ];
            let fields: Vec<String> = fields.into_iter().map(value).collect();
            format!(" {} {} {secret}", fields.join(" "), self.simulator.merchant_id())
        };
        let code = hex::encode(Md5::digest(text));
        pairs.iter_mut().filter(|(key, _)| key == CODE).for_each(|pair| pair.1 = code.clone());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let mut request = sent.request.clone();
        *request.uri_mut() = Uri::try_from(format!("{}?{query}", uri.path())).unwrap();
        Some(request)
    }

    /// Its deliveries name no kind.
    async fn unknown(&self) -> Option<WebhookSample> {
        None
    }

    /// What became of a payout is asked for.
    fn tells_of(&self, role: Role) -> bool {
        role != Role::Payouts
    }

    fn acknowledges(&self, endpoint: &EndpointName, reply: &Response<Bytes>) -> bool {
        let words: serde_json::Value = serde_json::from_slice(reply.body()).unwrap_or_default();
        let is_good = match endpoint.as_str() {
            VA_CALLBACK => words["error"] == "00",
            _ => words["error_code"] == "000",
        };
        reply.status() == StatusCode::OK && is_good
    }
}

/// HPay's wire has no reference of the merchant for a virtual account: the remark identifies it.
fn remark(reference: &str) -> String {
    hex::encode(Md5::digest(reference))
}
