//! The weaknesses of HPay's own design that concern virtual accounts and payouts, one test for
//! each: what a safe client has to do about it, done.

use std::sync::Arc;

use http::Request;
use payments_core::{
    EndpointName, ErrorKind, GatewayRef, Lookup, OrderRef, PayoutRef, Submission, Timestamp,
    UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::{Confirmation, Delivery, Event, EventData, Notification, Outcome},
    payout::{Beneficiary, CreatePayout, Payout, PayoutState},
    rules::Repeat,
    virtual_account::{OpenVirtualAccount, VirtualAccountRef},
};
use provider_hpay::{
    HPay,
    endpoints::VA_CALLBACK,
    testing::{CreditDelivery, Deliveries},
};
use provider_kit::signature::rsa::SignerKind;
use serde_json::{Value, json};

use crate::support::{self, HPAY_KEY, NOW, PASSCODE, Script};

const NUMBER: &str = "1234567890912312";
const ACCOUNT: &str = "9631241000000000178";

fn payout_to(number: &str) -> CreatePayout {
    let number = AccountNumber::new(number).unwrap();
    let account = BankAccount::new(Bin::new("970418").unwrap(), number);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    CreatePayout::new(PayoutRef::new("P-1").unwrap(), Money::vnd(20_000), beneficiary).unwrap()
}

/// HPay's answer to a payout, with a good signature by this passcode.
fn answer_to(reference: &str, number: &str, code: &str, passcode: &str) -> String {
    let signer = SignerKind::Rsa.read(HPAY_KEY.as_bytes()).unwrap();
    let signed = signer.sign(format!("{reference}|{number}|231423|{passcode}").as_bytes()).unwrap();
    let signature = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, signed);
    json!({ "error_code": code, "status": "", "data": {
        "requestId": reference, "bankAccountNumber": number, "omiCashoutId": 231_423,
        "omiTransactionId": "96061677", "secureChain": signature,
    }})
    .to_string()
}

async fn pay(script: &Arc<Script>, request: &CreatePayout) -> Submission<Payout> {
    support::provider(script).payouts().unwrap().create_payout(request).await.unwrap()
}

fn rows(rows: &[Value]) -> Arc<Script> {
    let script = Script::new();
    script.answer(json!({ "error_code": "000", "data": rows, "secure_chain": "x" }).to_string());
    script
}

fn row(id: &str, number: &str, amount: &str, statuses: [&str; 2]) -> Value {
    json!({
        "time_tranfer": "1689842444", "transaction_id": id, "note": "", "amount": amount,
        "transaction_status": statuses[0], "cashout_status": statuses[1], "refund_status": "",
        "bankAccount_name": "NGUYEN VAN A", "merchant_id": "12345", "request_id": "P-1",
        "bankAccount_number": number,
    })
}

fn callback(
    change: impl FnOnce(CreditDelivery<'_>) -> CreditDelivery<'_>,
) -> Request<bytes::Bytes> {
    let maker = Deliveries::new("12345", payments_core::Secret::new(PASSCODE).unwrap());
    let credit = maker.credit("28275709", ACCOUNT, Money::vnd(30_000));
    change(credit).callback("/va/callback").unwrap()
}

/// The callback with another value under a name that nobody signed.
fn changed(request: &Request<bytes::Bytes>, from: &str, to: &str) -> Request<bytes::Bytes> {
    let address = request.uri().to_string();
    assert!(address.contains(from), "{address}");
    Request::get(address.replace(from, to)).body(bytes::Bytes::new()).unwrap()
}

fn received(request: &Request<bytes::Bytes>) -> Notification {
    let provider = support::provider(&Script::new());
    let endpoint = EndpointName::new(VA_CALLBACK).unwrap();
    let now = Timestamp::from_unix(NOW);
    let received =
        provider.notifications().unwrap().receive(&endpoint, &Delivery::of(request), now);
    received.notification().expect("the code is good")
}

/// What the inquiry makes of the callback, if these credits are on the account.
async fn confirmed(event: &Event, credits: &[Value]) -> Confirmation {
    let script = Script::new();
    script.answer(json!({ "error_code": "00", "message": "", "data": credits }).to_string());
    support::provider(&script).notifications().unwrap().confirm(event).await.unwrap()
}

fn credit_row(amount: i64) -> Value {
    json!({
        "transaction_id": 9_600_617, "full_account_number": ACCOUNT, "amount": amount,
        "time_paid": NOW, "cashin": 28_275_709, "remark": "",
    })
}

#[test]
fn pipe_joined_without_escaping_so_no_signed_value_takes_a_pipe() {
    let mut table = support::table();
    table.insert("merchant_id".into(), "123|45".into());
    assert!(support::try_build(Script::new(), table).is_err(), "VA_CREATE_REQUEST, PAYOUT_REQUEST");
    assert!(
        AccountNumber::new("96312|1000000000178").is_err(),
        "VA_RENAME_REQUEST, VA_CLOSE_REQUEST, VA_INQUIRY_REQUEST"
    );
    // A callback's order_id with the separator in it is the twin of another callback.
    let twin = callback(|credit| credit.with_order_id("5|1239782"));
    let provider = support::provider(&Script::new());
    let endpoint = EndpointName::new(VA_CALLBACK).unwrap();
    let received = provider.notifications().unwrap().receive(
        &endpoint,
        &Delivery::of(&twin),
        Timestamp::from_unix(NOW),
    );
    assert!(received.notification().is_none());
}

#[tokio::test]
async fn pipe_joined_without_escaping_so_no_payout_has_a_pipe() {
    let script = Script::new();
    let provider = support::provider(&script);
    let mut by_reference = payout_to(NUMBER);
    by_reference.payout = PayoutRef::new("P|1").unwrap();
    let mut by_name = payout_to(NUMBER);
    by_name.beneficiary.name = "NGUYEN|VAN A".to_owned();
    for request in [by_reference, by_name] {
        let error = provider.payouts().unwrap().create_payout(&request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    assert!(script.calls().is_empty());
}

#[tokio::test]
async fn pipe_joined_without_escaping_so_no_inquiry_has_a_pipe() {
    let script = Script::new();
    let provider = support::provider(&script);
    let hpay = provider.extension::<HPay>().unwrap();
    let id = |text| GatewayRef::new(text).unwrap();
    let (payout, piped) = (PayoutRef::new("P-1").unwrap(), PayoutRef::new("P|1").unwrap());
    let mut like = payout_to(NUMBER);
    like.payout = piped.clone();
    let order = OrderRef::new("DH|1").unwrap();
    let errors = [
        hpay.find_payout_transaction(&piped, &id("1")).await.unwrap_err(),
        hpay.find_payout_transaction(&payout, &id("1|2")).await.unwrap_err(),
        hpay.find_payout_like(&like).await.unwrap_err(),
        hpay.find_transaction(&order, &id("1")).await.unwrap_err(),
        hpay.find_transaction(&support::order(), &id("1|2")).await.unwrap_err(),
    ];
    let fields = errors.each_ref().map(|error| error.field().unwrap());
    assert_eq!(fields, ["payout", "transaction", "payout", "order", "transaction"]);
    assert!(script.calls().is_empty());
}

#[test]
fn get_callbacks_so_the_reply_is_neither_stored_nor_referred_to_and_the_query_is_not_printed() {
    let provider = support::provider(&Script::new());
    let endpoint = EndpointName::new(VA_CALLBACK).unwrap();
    for outcome in [Outcome::Handled, Outcome::Untrusted, Outcome::TryAgain] {
        let reply = provider.notifications().unwrap().reply(&endpoint, outcome);
        assert_eq!(reply.headers()["cache-control"], "no-store");
        assert_eq!(reply.headers()["referrer-policy"], "no-referrer");
    }
    let request = callback(|credit| credit);
    let code = support::query(&request)["secure_code"].clone();
    let printed = format!("{:?} {:?}", Delivery::of(&request), received(&request));
    assert!(!printed.contains(&code), "{printed}");
}

#[test]
fn no_timestamp_or_nonce_so_a_replay_has_the_key_of_the_first() {
    let first = received(&callback(|credit| credit));
    let replayed = received(&callback(|credit| credit));
    let key = |told: &Notification| match told.events()[0].data() {
        EventData::Movement(movement) => movement.key.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(key(&first), key(&replayed));
    // What nobody signed does not make another happening of it.
    let request = callback(|credit| credit);
    for (from, to) in
        [("amount=30000", "amount=99930000"), (ACCOUNT, "9631241000000000179"), ("9600617", "1")]
    {
        let other = received(&changed(&request, from, to));
        assert_eq!(key(&other), key(&first), "{from}");
    }
    let other = received(&callback(|credit| credit.with_order_id("51239783")));
    assert_eq!(key(&other), key(&first), "one cashin is one credit");
}

#[tokio::test]
async fn a_va_callback_signs_no_amount_so_it_is_a_hint_and_the_inquiry_is_booked() {
    let request = callback(|credit| credit);
    for (from, to) in [("amount=30000", "amount=99930000"), ("amount=30000", "amount=1")] {
        let event = received(&changed(&request, from, to)).into_events().remove(0);
        assert!(!event.is_trusted());
        let Confirmation::Confirmed(event) = confirmed(&event, &[credit_row(30_000)]).await else {
            panic!("not confirmed")
        };
        let EventData::Movement(credit) = event.into_data() else { panic!("no credit") };
        assert_eq!(credit.amount, Money::vnd(30_000));
    }
    let elsewhere = changed(&request, ACCOUNT, "9631241000000000179");
    let event = received(&elsewhere).into_events().remove(0);
    let confirmation = confirmed(&event, &[credit_row(30_000)]).await;
    assert!(matches!(confirmation, Confirmation::Contradicted { .. }), "{confirmation:?}");
    let confirmation = confirmed(&event, &[]).await;
    assert!(matches!(confirmation, Confirmation::NotYet { .. }), "{confirmation:?}");
}

#[tokio::test]
async fn the_code_of_a_va_create_is_constant_so_it_is_kept_like_a_password() {
    let mut codes = Vec::new();
    for name in ["NGUYEN VAN A", "TRAN THI B"] {
        let script = Script::new();
        script.answer_with(500, "<html>");
        let provider = support::provider(&script);
        let request = OpenVirtualAccount::new(support::order(), name).unwrap();
        let submission = provider.virtual_accounts().unwrap().open(&request).await.unwrap();
        let code = support::form_body(&script.request())["secure_code"].clone();
        let printed = format!("{submission:?} {provider:?} {:?}", script.calls());
        assert!(!printed.contains(&code), "{printed}");
        codes.push(code);
    }
    assert_eq!(codes[0], codes[1], "one leak is the right to create for ever");
}

#[tokio::test]
async fn an_ibft_request_does_not_sign_the_account_so_the_echo_and_the_inquiry_are_compared() {
    let mut chains = Vec::new();
    for number in [NUMBER, "9991234567890912"] {
        let script = Script::new();
        script.answer(answer_to("P-1", number, "000", PASSCODE));
        assert!(pay(&script, &payout_to(number)).await.accepted().is_ok());
        chains.push(support::json_body(&script.request())["secureChain"].clone());
    }
    assert_eq!(chains[0], chains[1], "whoever is inside TLS can change the account");

    let script = Script::new();
    script.answer(answer_to("P-1", "9991234567890912", "000", PASSCODE));
    let Submission::Uncertain(swapped) = pay(&script, &payout_to(NUMBER)).await else {
        panic!("a swapped account was believed")
    };
    assert_eq!((swapped.cause, swapped.needs_attention), (UncertainCause::Mismatch, true));
    let script = rows(&[row("1", "9991234567890912", "20000", ["4", "3"])]);
    let provider = support::provider(&script);
    let hpay = provider.extension::<HPay>().unwrap();
    let found = hpay.find_payout_like(&payout_to(NUMBER)).await.unwrap().found().unwrap();
    assert!(found.needs_attention, "{found:?}");
}

#[tokio::test]
async fn an_ibft_answer_does_not_sign_its_code_so_a_failure_is_final_only_by_inquiry() {
    for code in ["035", "001", "010", "014", "117", "4"] {
        let script = Script::new();
        script.answer(format!(r#"{{"error_code":"{code}","status":"","data":[]}}"#));
        let Submission::Declined(decline) = pay(&script, &payout_to(NUMBER)).await else {
            panic!("{code}")
        };
        assert!(!decline.is_confirmed(), "nobody signed {code}");
        // The code stands beside a good signature and not under it: HPay has booked the payout.
        let script = Script::new();
        script.answer(answer_to("P-1", NUMBER, code, PASSCODE));
        assert!(pay(&script, &payout_to(NUMBER)).await.is_uncertain(), "{code}");
    }
    let script = rows(&[row("1", NUMBER, "20000", ["3", "4"])]);
    let provider = support::provider(&script);
    let reference = PayoutRef::new("P-1").unwrap();
    let found = provider.payouts().unwrap().find_payout(&reference).await.unwrap();
    assert_eq!(found.found().unwrap().state, PayoutState::Failed);
}

#[tokio::test]
async fn a_request_id_is_not_unique_so_it_is_sent_once_and_two_payouts_are_an_alarm() {
    let script = Script::new();
    script.answer(r#"{"error_code":"129","status":"","data":[]}"#);
    assert!(pay(&script, &payout_to(NUMBER)).await.is_uncertain(), "performed before: adopt that");
    assert_eq!(script.instructions(), 1);
    let script =
        rows(&[row("1", NUMBER, "20000", ["4", "3"]), row("2", NUMBER, "20000", ["4", "3"])]);
    let provider = support::provider(&script);
    let payouts = provider.payouts().unwrap();
    assert_eq!(payouts.capabilities().repeat, Repeat::PaysAgain);
    let found = payouts.find_payout(&PayoutRef::new("P-1").unwrap()).await.unwrap();
    let Lookup::Several(both) = found else { panic!("two were made one") };
    assert!(both.iter().all(|payout| payout.needs_attention));
    assert!(both.iter().all(|payout| payout.amount == Some(Money::vnd(20_000))), "never added up");
}

#[tokio::test]
async fn the_same_numbers_mean_other_things_so_each_is_read_in_its_own_place() {
    for (statuses, state) in
        [(["4", "3"], PayoutState::Succeeded), (["3", "4"], PayoutState::Failed)]
    {
        let script = rows(&[row("1", NUMBER, "20000", statuses)]);
        let provider = support::provider(&script);
        let reference = PayoutRef::new("P-1").unwrap();
        let found = provider.payouts().unwrap().find_payout(&reference).await.unwrap();
        assert_eq!(found.found().unwrap().state, state);
    }
    // 043: null data of a payout; an account that was paid.
    let script = Script::new();
    script.answer(r#"{"error_code":"043","status":"","data":[]}"#);
    assert!(pay(&script, &payout_to(NUMBER)).await.is_uncertain());
    let script = Script::new();
    script.answer(r#"{"error_code":"043","data":[],"checksum":""}"#);
    let provider = support::provider(&script);
    let account =
        VirtualAccountRef::new(support::order()).with_number(AccountNumber::new(ACCOUNT).unwrap());
    let reopened = provider.virtual_accounts().unwrap().reopen(&account, None).await.unwrap();
    assert!(matches!(reopened, Submission::Declined(_)), "{reopened:?}");
}

#[tokio::test]
async fn secrets_stand_in_get_queries_so_no_query_is_printed() {
    let script = Script::new();
    script.answer_with(502, "<html>");
    script.answer_with(502, "<html>");
    let provider = support::provider(&script);
    let payouts = provider.payouts().unwrap();
    let account = payout_to(NUMBER).beneficiary.account;
    let name = payouts.verify_beneficiary(&account).await.unwrap_err();
    let payout = payouts.find_payout(&PayoutRef::new("P-1").unwrap()).await.unwrap_err();
    let printed = format!("{name} {name:?} {payout} {payout:?} {:?}", script.calls());
    for (call, field) in script.calls().iter().zip(["secure_code", "secureChain"]) {
        let code = support::query(&call.request)[field].clone();
        assert!(!printed.contains(&code) && !printed.contains(NUMBER), "{printed}");
    }
}

#[tokio::test]
async fn the_provider_s_samples_leak_the_passcode_so_it_goes_nowhere() {
    let script = Script::new();
    for _ in 0..5 {
        script.answer_with(500, "");
    }
    let provider = support::provider(&script);
    let payouts = provider.payouts().unwrap();
    let accounts = provider.virtual_accounts().unwrap();
    let account =
        VirtualAccountRef::new(support::order()).with_number(AccountNumber::new(ACCOUNT).unwrap());
    let _ = payouts.create_payout(&payout_to(NUMBER)).await.unwrap();
    let _ = payouts.find_payout(&PayoutRef::new("P-1").unwrap()).await;
    let _ = payouts.verify_beneficiary(&payout_to(NUMBER).beneficiary.account).await;
    let _ = accounts.close(&account).await.unwrap();
    let _ = accounts.credits(&account).await;
    assert_eq!(script.calls().len(), 5);
    for call in script.calls() {
        let sent =
            format!("{} {}", call.request.uri(), String::from_utf8_lossy(call.request.body()));
        assert!(!sent.contains(PASSCODE), "{sent}");
        assert_eq!(call.request.uri().scheme_str(), Some("https"), "TLS is never left out");
    }
}

#[tokio::test]
async fn an_inquiry_sees_two_days_so_the_window_is_declared_and_a_miss_is_not_a_no() {
    let provider = support::provider(&Script::new());
    let window = provider.virtual_accounts().unwrap().capabilities().credits_window;
    assert_eq!(window.map(|window| window.as_secs()), Some(24 * 3600), "T-1 to T");
    let event = received(&callback(|credit| credit)).into_events().remove(0);
    assert!(matches!(confirmed(&event, &[]).await, Confirmation::NotYet { .. }));
}

#[tokio::test]
async fn sandbox_and_production_may_share_hpay_s_key_so_passcode_and_reference_are_bound() {
    for body in [
        answer_to("P-1", NUMBER, "000", "the passcode of the sandbox"),
        answer_to("P-2", NUMBER, "000", PASSCODE),
    ] {
        let script = Script::new();
        script.answer(body);
        assert!(pay(&script, &payout_to(NUMBER)).await.is_uncertain());
    }
}

#[test]
fn an_error_code_that_no_signature_covers_proves_nothing_and_uses_up_no_key() {
    for code in ["99", "1", "x"] {
        let request =
            changed(&callback(|credit| credit), "error_code=0", &format!("error_code={code}"));
        let told = received(&request);
        let event = &told.events()[0];
        assert!(!event.is_trusted() && event.key().is_none(), "{code}: {event:?}");
    }
}
