//! The mock's gateway over HTTP, as the suite drives it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, ListsStatements, Notifies,
    OpensVirtualAccounts, Operation, Payers, PaysOut, ReceivedFields, SignedIn, SignedResponse,
    Subject, TakesPayments, Tuning, WebhookSample,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Request, Response, StatusCode};
use payments_core::{
    Clock, EndpointName, OrderRef, PayoutRef, Provider, Role, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payment::{CreateMode, CreatePayment, NextAction},
    payout::{Beneficiary, CreatePayout, PayoutState},
    rules::{Repeat, RepeatWindow},
    virtual_account::{OpenVirtualAccount, Uses, VirtualAccount},
};
use provider_kit::{
    config::PaymentsConfig,
    registry::Registry,
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};
use provider_mock::{
    BookingKind, EventSignature, PayoutOutcome, Settings,
    bug::{Bug, of_roles},
    simulator::{MockSimulator, SimulatorSettings},
    wire::{RETURN_SIGNATURE, SIGNATURE, TIMESTAMP},
};
use serde_json::value::RawValue;
use sha2::Sha256;
use simulator_kit::Clock as GatewayClock;

/// 2024-11-16 07:14:21 UTC.
const NOW: i64 = 1_731_741_261;
const AMOUNT: Money = Money::vnd(50_000);
const RETURN_URL: &str = "http://127.0.0.1:1/back";

pub(crate) struct Mock {
    simulator: MockSimulator,
    /// What is wrong with its provider.
    bug: Option<Bug>,
    /// The roles that its provider has; `None` for all.
    roles: Option<&'static [Role]>,
    answers: Vec<ChangedResponse>,
    /// The orders whose buyers have come back.
    returned: Mutex<BTreeSet<String>>,
}

#[allow(dead_code, reason = "each test that includes this file uses a part of it")]
impl Mock {
    pub(crate) async fn start(answers: Vec<ChangedResponse>) -> Self {
        Self::start_as(Settings::test(), answers).await
    }

    /// With a gateway of these settings.
    pub(crate) async fn start_as(settings: Settings, answers: Vec<ChangedResponse>) -> Self {
        let clock = GatewayClock::fixed(NOW);
        let settings = SimulatorSettings::test().with_gateway(settings).with_clock(clock);
        let simulator = MockSimulator::start(settings).await.unwrap();
        Self { simulator, bug: None, roles: None, answers, returned: Mutex::default() }
    }

    /// With a bug in its provider.
    pub(crate) fn with_bug(self, bug: Option<Bug>) -> Self {
        Self { bug, ..self }
    }

    /// What the suite tests of it: these roles alone, or all of them.
    pub(crate) fn subject(self, roles: Option<&'static [Role]>) -> Subject {
        let mock = Arc::new(Self { roles, ..self });
        let of = |role| roles.is_none_or(|roles| roles.contains(&role)).then(|| mock.clone());
        let mut subject = Subject::new(mock.clone());
        subject.payments = of(Role::Payments).map(|mock| mock as _);
        subject.virtual_accounts = of(Role::VirtualAccounts).map(|mock| mock as _);
        subject.payouts = of(Role::Payouts).map(|mock| mock as _);
        subject.statements = of(Role::Statements).map(|mock| mock as _);
        subject.notifications = of(Role::Notifications).map(|mock| mock as _);
        subject
    }

    fn payers(&self) -> Payers {
        let can = self.simulator.gateway().settings().payers;
        let with = |can: bool, payers: Payers, more: fn(Payers) -> Payers| {
            if can { more(payers) } else { payers }
        };
        let payers = with(can.any_amount, Payers::exact(), Payers::any_amount);
        let payers = with(can.twice, payers, Payers::twice);
        with(can.late, payers, Payers::late)
    }

    fn end(&self) -> Timestamp {
        self.simulator.gateway().now().plus(Duration::from_secs(3_600))
    }

    fn notification(&self, request: Request<Bytes>) -> WebhookSample {
        let endpoint = |name| EndpointName::new(name).unwrap();
        match self.simulator.gateway().settings().event_signature {
            EventSignature::InHeader => {
                let signature = SignedIn::Header(SIGNATURE);
                WebhookSample::new(endpoint("events"), request, signature).timestamped()
            }
            EventSignature::InBody => {
                let signature = SignedIn::Body("signature");
                WebhookSample::new(endpoint("signed-events"), request, signature)
            }
        }
    }
}

#[async_trait]
impl Gateway for Mock {
    fn hosts(&self) -> Hosts {
        self.simulator.hosts().into_iter().map(|(name, url)| (name.to_owned(), url)).collect()
    }

    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let settings = self.simulator.gateway().settings();
        let config: PaymentsConfig = toml::from_str(&format!(
            "[providers.mock]\n\
             kind = 'mock'\n\
             environment = 'sandbox'\n\
             url = '{}'\n\
             api_key = '{}'\n\
             webhook_secret = '{}'\n\
             calls_per_second = {}\n\
             create = '{}'\n\
             payment_repeat = '{}'\n\
             payout_repeat = '{}'\n",
            hosts["gateway"],
            settings.api_key,
            settings.webhook_secret,
            tuning.calls_per_second(20).min(10_000),
            match settings.create {
                CreateMode::Networked => "networked",
                CreateMode::Offline => "offline",
            },
            name(settings.payment_repeat),
            name(settings.payout_repeat),
        ))
        .unwrap();
        let registry = Registry::empty().add(provider_mock::REGISTRATION);
        let build = move |context: &_| registry.build(&config, context).unwrap().remove(0);
        let provider = match self.bug {
            Some(bug) => bug.seed(settings, &tuning.context(), build),
            None => build(&tuning.context()),
        };
        self.roles.map_or(provider.clone(), |roles| of_roles(&provider, roles))
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.simulator.shared_clock()
    }

    async fn advance(&self, by: Duration) {
        self.simulator.advance(by);
    }

    async fn bookings(&self) -> Vec<Booking> {
        let booking = |booking: provider_mock::Booking| {
            let made = match (booking.kind.is_in(), booking.other_side) {
                (true, None) => Booking::received(booking.amount),
                (true, Some(payer)) => Booking::received(booking.amount).from(payer),
                (false, None) => Booking::sent(booking.amount),
                (false, Some(beneficiary)) => Booking::sent(booking.amount).to(beneficiary),
            };
            match booking.reference {
                Some(reference) => made.of(reference),
                None => made,
            }
        };
        self.simulator.bookings().into_iter().map(booking).collect()
    }

    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        self.simulator.gateway().carried_out(of_the_mock(operation), reference)
    }

    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields {
        let body = self.simulator.gateway().received(of_the_mock(instruction), reference);
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let names =
            ["description", "return_url", "cancel_url", "notify_url", "note", "remark", "reason"];
        let mut fields: ReceivedFields = names.into_iter().map(|name| (name, text(name))).collect();
        let holder = if instruction == Operation::CreatePayout { "name" } else { "holder" };
        fields.insert("holder", text(holder));
        let end = text("expires_at").parse().map(Timestamp::unix_seconds);
        fields.insert("expires_at", end.map_or_else(|_| String::new(), |end| end.to_string()));
        fields
    }

    fn secrets(&self) -> Vec<String> {
        self.simulator.secrets()
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        self.answers.clone()
    }

    fn signed_response(&self, _: Operation) -> SignedResponse {
        SignedResponse::over_the_body(SignedIn::Header(SIGNATURE))
    }

    fn calls_per_second(&self, _: Operation) -> Option<u32> {
        Some(20)
    }
}

#[async_trait]
impl TakesPayments for Mock {
    fn payment(&self, order: OrderRef) -> CreatePayment {
        CreatePayment::new(order, AMOUNT)
            .unwrap()
            .with_description("Hai ly cà phê")
            .with_expiry(self.end())
            .with_return_url(RETURN_URL)
            .unwrap()
    }

    fn buyers(&self) -> Payers {
        self.payers()
    }

    /// A link that was made offline opens its payment.
    async fn visit(&self, shown: &NextAction) {
        if let NextAction::Redirect { url } = shown
            && url.contains("/pay/new?")
        {
            let browser = HttpClient::new(HttpClientSettings::default()).unwrap();
            let request = Request::get(url).body(Bytes::new()).unwrap();
            let page = browser.send(Call::inquiry("visit", request)).await.unwrap();
            assert!(!page.status().is_client_error(), "{}", page.status());
        }
    }

    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
        self.simulator.gateway().pay_as_shown(shown, amount).map(drop).map_err(|_| Impossible)
    }
}

#[async_trait]
impl OpensVirtualAccounts for Mock {
    fn virtual_account(&self, order: OrderRef) -> OpenVirtualAccount {
        OpenVirtualAccount::new(order, "CONG TY THU NGHIEM")
            .unwrap()
            .with_amount(AMOUNT)
            .unwrap()
            .with_uses(Uses::Many)
            .with_expiry(self.end())
    }

    fn payers(&self) -> Payers {
        Self::payers(self)
    }

    async fn credit(&self, account: &VirtualAccount, amount: Money) -> Result<(), Impossible> {
        let number = account.numbers[0].number.as_str();
        self.simulator.credit(number, amount).await.map(drop).map_err(|_| Impossible)
    }
}

#[async_trait]
impl PaysOut for Mock {
    fn payout(&self, payout: PayoutRef) -> CreatePayout {
        let bank = Bin::new("970436").unwrap();
        let account = BankAccount::new(bank, AccountNumber::new("0071001234567").unwrap());
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        CreatePayout::new(payout, Money::vnd(20_000), beneficiary).unwrap().with_note("Luong")
    }

    fn another_beneficiary(&self) -> Beneficiary {
        let bank = Bin::new("970415").unwrap();
        let account = BankAccount::new(bank, AccountNumber::new("102870001234").unwrap());
        Beneficiary::new(account, "TRAN THI B").unwrap()
    }

    async fn end_payout(&self, payout: &PayoutRef, end: PayoutState) -> Result<(), Impossible> {
        let outcome = match end {
            PayoutState::Succeeded => PayoutOutcome::Succeeded,
            PayoutState::Failed => PayoutOutcome::Failed,
            PayoutState::Reversed => PayoutOutcome::Reversed,
            _ => return Err(Impossible),
        };
        let settled = self.simulator.settle_payout(payout, outcome).await;
        settled.map(drop).map_err(|_| Impossible)
    }
}

#[async_trait]
impl ListsStatements for Mock {
    async fn receive(&self, amount: Money, memo: &str) {
        self.simulator.deposit(amount, memo).await.unwrap();
    }

    async fn gives_empty_pages(&self) {
        self.simulator.gateway().give_empty_pages();
    }

    /// Only payouts leave the mock's accounts.
    async fn send(&self, amount: Money, memo: &str) -> Result<(), Impossible> {
        let request = self.payout(PayoutRef::new(memo).unwrap());
        let provider = self.simulator.gateway().provider("mock").unwrap();
        let request = CreatePayout::new(request.payout, amount, request.beneficiary).unwrap();
        let sent = provider.payouts().unwrap().create_payout(&request).await.unwrap();
        sent.accepted().map(drop).map_err(|_| Impossible)
    }
}

#[async_trait]
impl Notifies for Mock {
    async fn take(&self) -> Vec<WebhookSample> {
        let gateway = self.simulator.gateway();
        let taken = gateway.take_notifications();
        let mut sent: Vec<WebhookSample> =
            taken.into_iter().map(|one| self.notification(one)).collect();
        let mut orders: Vec<String> = gateway
            .bookings()
            .into_iter()
            .filter(|booking| booking.kind == BookingKind::Payment)
            .filter_map(|booking| booking.reference)
            .collect();
        orders.retain(|order| self.returned.lock().unwrap().insert(order.clone()));
        for order in orders {
            let Some(link) = gateway.return_link(&order) else { continue };
            let request = Request::get(link).body(Bytes::new()).unwrap();
            let endpoint = EndpointName::new("return").unwrap();
            let back = WebhookSample::new(endpoint, request, SignedIn::Query(RETURN_SIGNATURE));
            sent.push(back.timestamped().by_browser());
        }
        sent
    }

    async fn again(&self, sent: &WebhookSample) -> WebhookSample {
        let body: serde_json::Value = serde_json::from_slice(sent.request.body()).unwrap();
        let id = body.get("event").unwrap_or(&body)["id"].as_str().unwrap();
        self.notification(self.simulator.gateway().redeliver(id).unwrap())
    }

    fn signed(&self, sent: &WebhookSample, secret: &str, at: Timestamp) -> Option<Request<Bytes>> {
        let stamp = at.unix_seconds().to_string();
        let mut request = sent.request.clone();
        if sent.by_browser {
            let pairs: Vec<_> =
                form_urlencoded::parse(request.uri().query()?.as_bytes()).into_owned().collect();
            let value = |name: &str| pairs.iter().find(|(key, _)| key == name).unwrap().1.clone();
            let signed = format!("{}.{}.{stamp}", value("order"), value("status"));
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("order", &value("order"))
                .append_pair("status", &value("status"))
                .append_pair("stamp", &stamp)
                .append_pair(RETURN_SIGNATURE, &hmac(secret, signed.as_bytes()))
                .finish();
            *request.uri_mut() = format!("{RETURN_URL}?{query}").parse().unwrap();
        } else if sent.endpoint.as_str() == "signed-events" {
            *request.body_mut() = signed_in_body(request.body(), secret)?;
        } else {
            let signed = [stamp.as_bytes(), b".", request.body()].concat();
            let signature = format!("sha256={}", hmac(secret, &signed));
            let headers = request.headers_mut();
            headers.insert(SIGNATURE, HeaderValue::try_from(signature).unwrap());
            headers.insert(TIMESTAMP, HeaderValue::try_from(stamp).unwrap());
        }
        Some(request)
    }

    async fn unknown(&self) -> Option<WebhookSample> {
        let now = self.simulator.gateway().now();
        let body = format!(
            r#"{{"id":"evt_unknown","type":"holiday.announced","at":"{now}","data":{{}}}}"#
        );
        Some(self.notification(self.simulator.gateway().notification(body)))
    }

    async fn test(&self) -> Option<WebhookSample> {
        let gateway = self.simulator.gateway();
        gateway.send_test();
        gateway.take_notifications().pop().map(|request| self.notification(request))
    }

    fn acknowledges(&self, _: &EndpointName, reply: &Response<Bytes>) -> bool {
        reply.status() == StatusCode::OK
    }
}

/// The body with the signature of its event, over all members by their names.
fn signed_in_body(body: &[u8], secret: &str) -> Option<Bytes> {
    type Object = BTreeMap<String, Box<RawValue>>;
    let members: Object = serde_json::from_slice(body).ok()?;
    let event: Object = serde_json::from_str(members.get("event")?.get()).ok()?;
    let text = |value: &RawValue| {
        serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned())
    };
    let fields: Vec<String> =
        event.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    let signature = format!("\"{}\"", hmac(secret, fields.join("&").as_bytes()));
    let body = std::str::from_utf8(body).ok()?;
    Some(body.replace(members.get("signature")?.get(), &signature).into())
}

/// A rule of repeats as the configuration names it.
fn name(repeat: Repeat) -> &'static str {
    match repeat {
        Repeat::Deduplicated { within: RepeatWindow::Forever } => "deduplicated",
        Repeat::Deduplicated { within: RepeatWindow::For(_) } => "deduplicated-for-an-hour",
        Repeat::Deduplicated { .. } => "deduplicated-for-a-time",
        Repeat::Refused => "refused",
        _ => "pays-again",
    }
}

fn of_the_mock(operation: Operation) -> provider_mock::Operation {
    let mut known = provider_mock::Operation::ALL.into_iter();
    known.find(|known| known.name() == operation.name()).unwrap()
}

fn hmac(secret: &str, message: &[u8]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    hmac.update(message);
    hex::encode(hmac.finalize().into_bytes())
}
