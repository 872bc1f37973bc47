//! HPay: its simulator, its provider, and what can be changed in its answers.

use bytes::Bytes;
use conformance_tests::proxy::{Fault, SeenRequest};
use http::Response;
use payments_core::{
    PayoutRef,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::{Beneficiary, CreatePayout},
    registry::Registration,
};
use provider_hpay::simulator::{BookingKind, HPaySimulator, Settings};
use serde_json::json;

use super::forgery::{at, edited, forged};
use super::subject::{Hosts, Subject};

pub(crate) struct HPay(HPaySimulator);

impl Subject for HPay {
    const REGISTRATION: Registration = provider_hpay::REGISTRATION;

    async fn start() -> Self {
        Self(HPaySimulator::start(Settings::test()).await.unwrap())
    }

    fn hosts(&self) -> Hosts {
        self.0.hosts().into_iter().map(|(name, url)| (name.to_owned(), url)).collect()
    }

    fn configuration(&self, hosts: &Hosts) -> String {
        format!(
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
             return_url = 'http://127.0.0.1:1/back'\n",
            self.0.merchant_id(),
            self.0.merchant_email(),
            self.0.passcode(),
            self.0.merchant_private_key().unwrap(),
            self.0.hpay_certificate(),
            hosts["checkout"],
            hosts["account"],
            hosts["openapi"],
        )
    }

    /// To the account whose holder the simulator knows.
    fn payout(&self, reference: PayoutRef) -> CreatePayout {
        let bidv = Bin::new("970418").unwrap();
        let account = BankAccount::new(bidv, AccountNumber::new("1234567890912312").unwrap());
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        CreatePayout::new(reference, Money::vnd(20_000), beneficiary).unwrap()
    }

    fn is_payout(request: &SeenRequest) -> bool {
        ["/api/ibft/create", "/v1/fb/create"].contains(&request.path.as_str())
    }

    fn bookings(&self, reference: &PayoutRef) -> usize {
        let bookings = self.0.bookings();
        let payouts = bookings.iter().filter(|booking| booking.kind == BookingKind::Payout);
        payouts.filter(|payout| payout.reference == reference.as_str()).count()
    }

    fn forgeries() -> Vec<Fault> {
        vec![
            forged("bad signature", |answer| {
                edited(answer, |answer| {
                    let signature = at(answer, "/data/secureChain").as_str().unwrap().to_owned();
                    let (first, rest) = signature.split_at(1);
                    let other = if first == "A" { "B" } else { "A" };
                    *at(answer, "/data/secureChain") = json!(format!("{other}{rest}"));
                })
            }),
            forged("empty signature", |answer| {
                edited(answer, |answer| *at(answer, "/data/secureChain") = json!(""))
            }),
            forged("no signature", |answer| {
                edited(answer, |answer| {
                    at(answer, "/data").as_object_mut().unwrap().remove("secureChain");
                })
            }),
            forged("another account", |answer| {
                edited(answer, |answer| {
                    *at(answer, "/data/bankAccountNumber") = json!("1234567890912313");
                })
            }),
            forged("another reference", |answer| {
                edited(answer, |answer| *at(answer, "/data/requestId") = json!("20260041"))
            }),
            forged("another cashout", |answer| {
                edited(answer, |answer| *at(answer, "/data/omiCashoutId") = json!("1"))
            }),
            forged("undocumented code", |answer| {
                edited(answer, |answer| *at(answer, "/error_code") = json!("777777"))
            }),
            forged("forged refusal: balance too low", |answer| refusal(answer, "035")),
            forged("forged refusal: bad signature", |answer| refusal(answer, "001")),
            forged("forged refusal: unknown bank", |answer| refusal(answer, "116")),
            forged("forged refusal: undocumented", |answer| refusal(answer, "777777")),
        ]
    }
}

/// As HPay refuses: without a signature.
fn refusal(answer: Response<Bytes>, code: &str) -> Response<Bytes> {
    answer.map(|_| json!({ "error_code": code, "status": "", "data": [] }).to_string().into())
}
