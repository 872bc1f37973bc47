//! Name checks, each of which costs a fee.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt;
use http::Response;
use payments_core::{
    ErrorKind,
    bank::{AccountNumber, BankAccount, Bin},
};
use provider_kit::transport::{Call, CallClass, Transport, TransportError};

use crate::support::{self, Script};

fn account() -> BankAccount {
    let number = AccountNumber::new("1234567890912312").unwrap();
    BankAccount::new(Bin::new("970418").unwrap(), number)
}

const NAME: &str = r#"{"error_code":"000","data":{"request_id":"20220912052918",
    "merchant_id":"12345","bank_account_number":"1234567890912312","bank_name":"BIDV",
    "bank_account_name":"NGUYEN VAN A"},"checksum":"c2b8"}"#;

#[tokio::test]
async fn a_name_is_paid_for_once() {
    let script = Script::new();
    script.answer(NAME);
    let provider = support::provider(&script);
    for _ in 0..3 {
        let found = provider.payouts().unwrap().verify_beneficiary(&account()).await.unwrap();
        assert_eq!(found.name, "NGUYEN VAN A");
    }
    let sent = script.request();
    assert_eq!(sent.uri().path(), "/api/ibft/CheckUserBank");
    assert_eq!(support::query(&sent)["bank_name"], "BIDV");
    assert_eq!(script.calls()[0].class, CallClass::PaidInquiry);
}

/// A gateway that takes its time: everybody has asked before anybody is answered.
struct Slow(Arc<Script>);

#[async_trait]
impl Transport for Slow {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let answer = self.0.send(call).await;
        tokio::task::yield_now().await;
        answer
    }
}

#[tokio::test]
async fn a_name_that_many_ask_for_at_once_is_paid_for_once() {
    for (answer, error) in
        [(NAME, None), (r#"{"error_code":"115","data":[]}"#, Some(ErrorKind::NotFound))]
    {
        let script = Script::new();
        script.answer(answer);
        let slow = Arc::new(Slow(Arc::clone(&script)));
        let provider = support::try_build(slow, support::table()).unwrap();
        let payouts = provider.payouts().unwrap();
        let account = account();
        let (one, other) = tokio::join!(
            payouts.verify_beneficiary(&account),
            payouts.verify_beneficiary(&account)
        );
        for answer in [one, other] {
            assert_eq!(answer.err().map(|error| error.kind()), error);
        }
        assert_eq!(script.calls().len(), 1);
    }
}

/// Drops `call` once it was polled so often; whether it was ended by then.
async fn dropped_after<F: Future>(polls: usize, call: F) -> bool {
    let mut call = Box::pin(call);
    for _ in 0..polls {
        if call.as_mut().now_or_never().is_some() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

#[tokio::test]
async fn a_name_check_whose_caller_leaves_at_any_moment_is_paid_for_once_and_kept() {
    let mut polls = 0;
    loop {
        let script = Script::new();
        script.answer(NAME);
        let slow = Arc::new(Slow(Arc::clone(&script)));
        let provider = support::try_build(slow, support::table()).unwrap();
        let payouts = provider.payouts().unwrap();
        let account = account();
        let has_ended = dropped_after(polls, payouts.verify_beneficiary(&account)).await;
        let name = payouts.verify_beneficiary(&account).await.unwrap();
        assert_eq!((&*name.name, script.calls().len()), ("NGUYEN VAN A", 1), "{polls} polls");
        if has_ended {
            assert!(polls > 1, "it was not dropped on its way");
            break;
        }
        polls += 1;
    }
}

#[test]
fn a_name_check_whose_runtime_ended_is_made_again() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let script = Script::new();
    script.answer(NAME);
    script.answer(NAME);
    let slow = Arc::new(Slow(Arc::clone(&script)));
    let provider = support::try_build(slow, support::table()).unwrap();
    let payouts = provider.payouts().unwrap();
    let account = account();
    runtime().block_on(async {
        assert!(payouts.verify_beneficiary(&account).now_or_never().is_none());
        tokio::task::yield_now().await;
    });
    assert_eq!(script.calls().len(), 1);
    runtime().block_on(payouts.verify_beneficiary(&account)).unwrap();
    assert_eq!(script.calls().len(), 2);
}

#[tokio::test]
async fn a_name_check_that_failed_is_over_also_for_who_has_not_heard_of_it_yet() {
    let script = Script::new();
    script.answer(r#"{"error_code":"99","data":[]}"#);
    script.answer(NAME);
    let slow = Arc::new(Slow(Arc::clone(&script)));
    let provider = support::try_build(slow, support::table()).unwrap();
    let payouts = provider.payouts().unwrap();
    let account = account();
    let mut waiting = payouts.verify_beneficiary(&account);
    assert!((&mut waiting).now_or_never().is_none());
    assert!(payouts.verify_beneficiary(&account).await.is_err());
    assert!(payouts.verify_beneficiary(&account).await.is_ok(), "asked anew");
    assert!(waiting.await.is_err());
}

#[tokio::test]
async fn a_name_that_was_not_told_is_not_remembered() {
    let script = Script::new();
    script.answer(r#"{"error_code":"99","data":[]}"#);
    script.answer(NAME);
    let provider = support::provider(&script);
    let payouts = provider.payouts().unwrap();
    let error = payouts.verify_beneficiary(&account()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(payouts.verify_beneficiary(&account()).await.is_ok());
}

/// A gateway that tells another name for each bank and number, however often it is asked.
#[derive(Default)]
struct Register(std::sync::Mutex<Vec<String>>);

#[async_trait]
impl Transport for Register {
    async fn send(&self, call: Call) -> Result<Response<Bytes>, TransportError> {
        let asked = support::query(&call.request);
        let (bank, number) = (&asked["bank_name"], &asked["bank_account_number"]);
        self.0.lock().unwrap().push(format!("{bank} {number}"));
        tokio::task::yield_now().await;
        let answer = format!(
            r#"{{"error_code":"000","checksum":"c","data":{{"bank_name":"{bank}",
                "bank_account_number":"{number}","bank_account_name":"HOLDER {bank} {number}"}}}}"#
        );
        Ok(Response::new(answer.into()))
    }
}

#[tokio::test]
async fn a_name_is_kept_for_its_bank_and_number_and_told_for_no_other() {
    let account = |bin: &str, number: &str| {
        BankAccount::new(Bin::new(bin).unwrap(), AccountNumber::new(number).unwrap())
    };
    let accounts = [
        account("970418", "1234567890"),
        account("970436", "1234567890"),
        account("970418", "1234567891"),
        account("970418", "12345678900"),
        account("970418", "0123456789"),
        account("970418", "123456789"),
        account("970422", "123456789"),
    ];
    let alone = async |account: &BankAccount| {
        let provider = support::try_build(Arc::<Register>::default(), support::table()).unwrap();
        provider.payouts().unwrap().verify_beneficiary(account).await.unwrap().name
    };
    let register = Arc::<Register>::default();
    let client = Arc::<Register>::clone(&register);
    let provider = support::try_build(client, support::table()).unwrap();
    let payouts = provider.payouts().unwrap();
    // All at once, so that one check may not answer for another, and then again from what is kept.
    for _ in 0..2 {
        let checks = accounts.iter().map(|account| payouts.verify_beneficiary(account));
        let names = futures_util::future::join_all(checks).await;
        for (account, name) in accounts.iter().zip(names) {
            assert_eq!(name.unwrap().name, alone(account).await, "{account:?}");
        }
        assert_eq!(register.0.lock().unwrap().len(), accounts.len(), "each is paid for once");
    }
}
