//! The mock: its gateway over HTTP, its provider, and what can be changed in its answers.

use bytes::Bytes;
use conformance_tests::proxy::{Fault, SeenRequest};
use http::{HeaderValue, Method, Response, StatusCode};
use payments_core::{
    PayoutRef,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Beneficiary, CreatePayout},
    registry::Registration,
};
use provider_mock::{
    BookingKind, Operation, RefusalCode,
    simulator::{MockSimulator, Settings},
    wire::SIGNATURE,
};
use serde_json::json;

use super::forgery::{at, edited, forged};
use super::subject::{Hosts, Subject};

pub(crate) struct Mock(MockSimulator);

impl Subject for Mock {
    const REGISTRATION: Registration = provider_mock::REGISTRATION;

    async fn start() -> Self {
        Self(MockSimulator::start(Settings::test()).await.unwrap())
    }

    fn hosts(&self) -> Hosts {
        self.0.hosts().into_iter().map(|(name, url)| (name.to_owned(), url)).collect()
    }

    fn configuration(&self, hosts: &Hosts) -> String {
        let settings = self.0.gateway().settings();
        format!(
            "[providers.mock]\n\
             kind = 'mock'\n\
             environment = 'sandbox'\n\
             url = '{}'\n\
             api_key = '{}'\n\
             webhook_secret = '{}'\n",
            hosts["gateway"], settings.api_key, settings.webhook_secret,
        )
    }

    fn payout(&self, reference: PayoutRef) -> CreatePayout {
        let bank = Bin::new("970436").unwrap();
        let account = BankAccount::new(bank, AccountNumber::new("0071001234567").unwrap());
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        CreatePayout::new(reference, Money::vnd(20_000), beneficiary).unwrap()
    }

    fn is_payout(request: &SeenRequest) -> bool {
        request.method == Method::POST && request.path == Operation::CreatePayout.pattern()
    }

    fn bookings(&self, reference: &PayoutRef) -> usize {
        let bookings = self.0.bookings();
        let payouts = bookings.iter().filter(|booking| booking.kind == BookingKind::Payout);
        payouts.filter(|payout| payout.reference.as_deref() == Some(reference.as_str())).count()
    }

    fn forgeries() -> Vec<Fault> {
        vec![
            forged("bad signature", |mut answer| {
                let forgery = format!("sha256={}", "0".repeat(64));
                answer.headers_mut().insert(SIGNATURE, HeaderValue::try_from(forgery).unwrap());
                answer
            }),
            forged("empty signature", |mut answer| {
                answer.headers_mut().insert(SIGNATURE, HeaderValue::from_static(""));
                answer
            }),
            forged("no signature", |mut answer| {
                answer.headers_mut().remove(SIGNATURE);
                answer
            }),
            forged("signature twice", |mut answer| {
                let signature = answer.headers()[SIGNATURE].clone();
                answer.headers_mut().append(SIGNATURE, signature);
                answer
            }),
            forged("another amount", |answer| {
                edited(answer, |answer| *at(answer, "/amount/amount") = json!("200000"))
            }),
            forged("another account", |answer| {
                edited(answer, |answer| *at(answer, "/account") = json!("0071001234568"))
            }),
            forged("another reference", |answer| {
                edited(answer, |answer| *at(answer, "/payout") = json!("20260041"))
            }),
            forged("another status", |mut answer| {
                *answer.status_mut() = StatusCode::ACCEPTED;
                answer
            }),
            forged("forged refusal: unauthorized", |answer| {
                refusal(answer, RefusalCode::Unauthorized)
            }),
            forged("forged refusal: insufficient funds", |answer| {
                refusal(answer, RefusalCode::InsufficientFunds)
            }),
        ]
    }
}

/// As the gateway refuses, but for the signature, which a stranger cannot make.
fn refusal(mut answer: Response<Bytes>, code: RefusalCode) -> Response<Bytes> {
    *answer.status_mut() = code.status();
    answer.headers_mut().remove(SIGNATURE);
    let refusal = json!({ "code": code.as_str(), "message": "", "reference": "20260042" });
    answer.map(|_| refusal.to_string().into())
}
