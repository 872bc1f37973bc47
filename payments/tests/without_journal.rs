//! A hub whose configuration has the table `[engine]`: without the journal it sends nothing, and
//! deliveries go to the engine.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use payments::{
    Error, ErrorKind, OrderRef, Payments, PayoutRef, Provider, RefundRef, Result,
    bank::{AccountNumber, BankAccount, Bin},
    engine::{Engine, Store},
    money::Money,
    notification::Delivery,
    payment::{CreatePayment, RefundPayment},
    payout::{Beneficiary, CreatePayout},
    testing::Mock,
    virtual_account::OpenVirtualAccount,
};

fn payment() -> CreatePayment {
    CreatePayment::new(OrderRef::new("A-1").unwrap(), Money::vnd(50_000)).unwrap()
}

fn payout() -> CreatePayout {
    let number = AccountNumber::new("0071001234567").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    CreatePayout::new(PayoutRef::new("P-1").unwrap(), Money::vnd(50_000), beneficiary).unwrap()
}

fn names<T>(result: Result<T>, call: &str) {
    let error: Error = result.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(error.to_string().contains(call), "{error}");
}

/// Asserts that every instruction of a provider is refused.
async fn refuses_instructions(provider: &Provider) {
    const CALL: &str = "payments.through(&engine)";
    let payments = provider.payments().unwrap();
    let refund = RefundPayment::new(RefundRef::new("R-1").unwrap(), payment().order);
    names(payments.create_payment(&payment()).await, CALL);
    names(payments.cancel_payment(&payment().order).await, CALL);
    names(payments.refund_payment(&refund).await, CALL);
    names(provider.payouts().unwrap().create_payout(&payout()).await, CALL);
    let accounts = provider.virtual_accounts().unwrap();
    let request = OpenVirtualAccount::new(payment().order, "NGUYEN VAN A").unwrap();
    names(accounts.open(&request).await, CALL);
}

#[tokio::test]
async fn a_hub_with_an_engine_in_its_configuration_sends_and_takes_nothing_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[providers.mock]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = 'k'\n\
         webhook_secret = 'w'\nurl = 'http://127.0.0.1:9'\n[engine]\nstore = 'sqlite:{}'\n",
        folder.path().join("shop.db").display()
    );
    let hub = Payments::from_toml(&text).unwrap();
    refuses_instructions(hub.provider("mock").unwrap()).await;
    names(hub.open_payment(&payment()).await, "payments.through(&engine)");
    let request = http::Request::new(bytes::Bytes::new());
    let delivery = Delivery::of(&request);
    names(hub.receive("mock", "events", &delivery).await, "Engine::accept");
    names(hub.check("mock", "events", &delivery, hub.now()), "Engine::accept");

    // The engine has the providers themselves, also if it is started from the hub behind it.
    let engine = hub.engine().unwrap().without_background().start().await.unwrap();
    let journaled = hub.through(&engine).unwrap();
    let handed_over = engine.submit("mock", &payout()).await.unwrap();
    assert!(matches!(handed_over, payments::engine::HandedOver::Recorded(_)), "{handed_over:?}");
    engine.stop().await;
    let engine = journaled.engine().unwrap().without_background().start().await.unwrap();
    refuses_instructions(hub.provider("mock").unwrap()).await;
    names(journaled.receive("mock", "events", &delivery).await, "Engine::accept");
    engine.stop().await;
}

#[tokio::test]
async fn what_a_hub_behind_a_journal_would_acknowledge_goes_to_the_engine() {
    let mock = Mock::new().unwrap();
    let provider = mock.payments().provider("mock").unwrap().clone();
    let builder = Engine::builder().with_store(Store::memory()).with_provider(provider);
    let engine = builder.without_background().start().await.unwrap();
    let hub = mock.payments().through(&engine).unwrap();
    assert!(hub.open_payment(&payment()).await.unwrap().submission.accepted().is_ok());
    mock.gateway().pay("A-1", Money::vnd(50_000)).unwrap();
    for notification in mock.gateway().take_notifications() {
        let delivery = Delivery::of(&notification);
        names(hub.receive("mock", "events", &delivery).await, "Engine::accept");
        names(hub.check("mock", "events", &delivery, hub.now()), "Engine::accept");
        let accepted = engine.accept("mock", "events", &delivery).await;
        assert!(accepted.reply.status().is_success(), "{accepted:?}");
    }
    engine.tick().await.unwrap();
    let record = engine.payment(&payment().order).await.unwrap().unwrap();
    assert!(record.may_ship(), "{record:?}");
    engine.stop().await;
}
