//! `payments engine`: what a person sees of a store, and what is recorded of a decision.

use std::path::Path;
use std::time::Duration;

use payments::{
    bank::{AccountNumber, BankAccount, Bin},
    engine::{Engine, Limits, Store},
    mock::{MockGateway, Scripted, Settings},
    money::Money,
    payout::{Beneficiary, CreatePayout},
};

use crate::program::{Ran, file, payments};

/// A store with one payout whose outcome is not known.
fn store_with_a_case(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let gateway = MockGateway::new(Settings::test()).unwrap();
        gateway.next_payout(Scripted::lost_before_booking()).unwrap();
        let engine = Engine::builder()
            .with_store(Store::sqlite(path))
            .with_provider(gateway.provider("main").unwrap())
            .with_limits("main", Limits::default().with_ask_for(Duration::ZERO))
            .without_background();
        let engine = engine.start().await.unwrap();
        let number = AccountNumber::new("0071001234567").unwrap();
        let account = BankAccount::new(Bin::new("970436").unwrap(), number);
        let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
        let payout = payments::PayoutRef::new("P-1").unwrap();
        let request = CreatePayout::new(payout, Money::vnd(50_000), beneficiary).unwrap();
        let payouts = engine.payouts("main").unwrap();
        let _ = payouts.create_payout(&request).await.unwrap();
        // It is asked about once, and then put before a person.
        while engine.cases().await.unwrap().is_empty() {
            engine.tick().await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        engine.stop().await;
    });
}

#[test]
fn a_case_is_listed_decided_and_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    store_with_a_case(&path);
    let config = format!(
        "[providers.main]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = 'k'\n\
         webhook_secret = 'w'\n[engine]\nstore = 'sqlite:{}'\n",
        path.display()
    );
    let config = file(&folder, "payments.toml", &config);
    let engine = |arguments: &[&str]| -> Ran {
        let all = ["engine", "--config", config.to_str().unwrap()];
        payments(all.into_iter().chain(arguments.iter().copied())).run()
    };

    let status = engine(&["status"]);
    assert_eq!(status.code, 1, "{status:?}");
    assert!(status.out.contains("1 uncertain"), "{status:?}");
    let cases = engine(&["cases"]);
    assert!(cases.out.contains("payout:P-1#1 unknown since"), "{cases:?}");
    let payout = engine(&["payout", "P-1"]);
    assert!(payout.out.contains("\"uncertain\""), "{payout:?}");

    let decide = ["decide", "payout:P-1#1", "closed", "--who", "Lan", "--why", "asked by phone"];
    let decided = engine(&decide);
    assert_eq!((decided.code, decided.out.as_str()), (0, "payout:P-1#1 is settled\n"));
    assert_eq!(engine(&["cases"]).out, "no case is open\n");
    let again = engine(&decide);
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("there is no open case payout:P-1#1"), "{again:?}");
    assert_eq!(engine(&["payout", "P-2"]).code, 1);
}

#[test]
fn a_configuration_without_an_engine_is_refused_with_the_line_to_add() {
    let folder = tempfile::tempdir().unwrap();
    let config = file(&folder, "payments.toml", "");
    let ran = payments(["engine", "--config", config.to_str().unwrap(), "status"]).run();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("add it with store = "), "{ran:?}");
}
