//! A departure reaches the instructions of one call of a role, through every layer, and nothing
//! else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use payments_core::{
    Environment, Error, Lookup, PayoutProvider, PayoutRef, Provider, ProviderId, ProviderKind,
    Result, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutState},
    rules::{AmountLimits, Repeat},
};
use provider_kit::transport::{
    BootInstant, Call, Departure, DepartureDecision, Rate, Stack, Subject, Transport,
    TransportError, with_departure, without_departure,
};
use tokio::time::Instant;

/// A transport that asks departures and records each call's operation, subject and departure.
#[derive(Default)]
struct Client(Mutex<Vec<Seen>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    operation: &'static str,
    about: Option<Subject>,
    departs: bool,
}

#[async_trait]
impl Transport for Client {
    async fn send(&self, call: Call) -> Result<http::Response<Bytes>, TransportError> {
        let departs = match call.departure() {
            Some(departure) => matches!(departure.depart().await, DepartureDecision::Go { .. }),
            None => false,
        };
        let about = call.about.clone();
        self.0.lock().unwrap().push(Seen { operation: call.operation, about, departs });
        Ok(http::Response::new(Bytes::new()))
    }

    fn departs(&self) -> bool {
        true
    }
}

/// Counts how many times it was asked.
#[derive(Default)]
struct Asked(Mutex<u32>);

#[async_trait]
impl Departure for Asked {
    async fn depart(&self) -> DepartureDecision {
        *self.0.lock().unwrap() += 1;
        DepartureDecision::Go {
            not_after: BootInstant::now().saturating_add(Duration::from_secs(60)),
        }
    }

    fn wrote(&self, _: u64) {}
}

/// A provider that exchanges a token, asks, and then pays out.
struct Payouts(PayoutCapabilities, Arc<dyn Transport>);

fn request() -> http::Request<Bytes> {
    http::Request::post("https://gateway.example/").body(Bytes::new()).unwrap()
}

#[async_trait]
impl PayoutProvider for Payouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.0
    }

    async fn create_payout(&self, payout: &CreatePayout) -> Result<Submission<Payout>> {
        let transport = &self.1;
        let token = transport.instruct(Call::instruction("exchange_token", request()));
        drop(without_departure(token).await?);
        transport.inquire(Call::inquiry("balance", request())).await?;
        let call = Call::instruction("create_payout", request()).with_about(&payout.payout);
        let sent = transport.instruct(call).await?;
        Ok(sent.read(|_| {
            let payout = Payout::new(payout.payout.clone(), payout.amount, PayoutState::Pending);
            Ok(Submission::Accepted(payout))
        }))
    }

    async fn find_payout(&self, _: &PayoutRef) -> Result<Lookup<Payout>> {
        Err(Error::unsupported("not here"))
    }

    async fn verify_beneficiary(&self, _: &BankAccount) -> Result<Beneficiary> {
        Err(Error::unsupported("not here"))
    }

    async fn balance(&self) -> Result<Balance> {
        Err(Error::unsupported("not here"))
    }
}

fn every_layer(client: Arc<dyn Transport>) -> Arc<dyn Transport> {
    let rate = Rate::new(NonZeroU32::new(1000).unwrap(), Duration::from_secs(1));
    Stack::new(client).with_call_time(Duration::from_secs(5)).with_rate(rate).build()
}

fn provider(client: Arc<dyn Transport>) -> Provider {
    let capabilities =
        PayoutCapabilities::new(vec![AmountLimits::at_least(Money::vnd(1))], Repeat::Refused);
    let payouts = Payouts(capabilities, every_layer(client));
    let (id, kind) = (ProviderId::new("main").unwrap(), ProviderKind::new("test").unwrap());
    Provider::new(id, kind, Environment::Sandbox).with_payouts(Arc::new(payouts))
}

fn payout() -> CreatePayout {
    let number = AccountNumber::new("0071001234567").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    CreatePayout::new(PayoutRef::new("P-1").unwrap(), Money::vnd(1), beneficiary).unwrap()
}

#[tokio::test]
async fn a_departure_reaches_the_instruction_of_its_call_and_no_other_call() {
    let client = Arc::new(Client::default());
    let provider = provider(client.clone());
    let payouts = provider.payouts().unwrap();
    let request = payout();
    let departure = Arc::new(Asked::default());
    let accepted = with_departure(departure.clone(), payouts.create_payout(&request)).await;
    assert!(matches!(accepted, Ok(Submission::Accepted(_))), "{accepted:?}");
    assert_eq!(*departure.0.lock().unwrap(), 1, "times that the departure was asked");

    let about = Some(Subject::Payout(request.payout.clone()));
    let expected = vec![
        Seen { operation: "exchange_token", about: None, departs: false },
        Seen { operation: "balance", about: None, departs: false },
        Seen { operation: "create_payout", about: about.clone(), departs: true },
    ];
    assert_eq!(std::mem::take(&mut *client.0.lock().unwrap()), expected);

    let accepted = payouts.create_payout(&request).await;
    assert!(matches!(accepted, Ok(Submission::Accepted(_))), "{accepted:?}");
    let seen = client.0.lock().unwrap().clone();
    assert!(seen.iter().all(|seen| !seen.departs), "after the call: {seen:?}");
}

#[tokio::test]
async fn two_calls_at_once_ask_each_its_own_departure() {
    let client = Arc::new(Client::default());
    let provider = provider(client.clone());
    let payouts = provider.payouts().unwrap();
    let request = payout();
    let departures: Vec<_> = (0..8).map(|_| Arc::new(Asked::default())).collect();
    let calls = departures
        .iter()
        .map(|departure| with_departure(departure.clone(), payouts.create_payout(&request)));
    futures_util::future::join_all(calls).await;
    let asked: Vec<_> = departures.iter().map(|departure| *departure.0.lock().unwrap()).collect();
    assert_eq!(asked, [1; 8], "times that each departure was asked");
}

#[test]
fn every_layer_departs_exactly_if_its_client_does() {
    struct Plain;
    #[async_trait]
    impl Transport for Plain {
        async fn send(&self, _: Call) -> Result<http::Response<Bytes>, TransportError> {
            Ok(http::Response::new(Bytes::new()))
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    assert!(every_layer(Arc::new(Client::default())).departs());
    assert!(!every_layer(Arc::new(Plain)).departs());
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_two_deadlines_stays() {
    let now = Instant::now();
    let (early, late) = (now + Duration::from_secs(1), now + Duration::from_secs(2));
    for call in [
        Call::inquiry("find", request()).with_deadline(early).with_deadline(late),
        Call::inquiry("find", request()).with_deadline(late).with_deadline(early),
    ] {
        assert_eq!(call.deadline, Some(early));
    }
}
