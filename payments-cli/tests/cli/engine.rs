//! `payments engine`: shows a store to a person, and records decisions.

use std::path::{Path, PathBuf};
use std::time::Duration;

use payments::{
    Clock as _, OrderRef, PayoutRef, SystemClock,
    bank::{AccountNumber, BankAccount, Bin},
    engine::{Engine, EngineBuilder, Limits, Store},
    mock::{
        MockGateway, Scripted, Settings,
        simulator::{MockSimulator, SimulatorSettings},
    },
    money::Money,
    payout::{Beneficiary, CreatePayout},
    virtual_account::OpenVirtualAccount,
};
use tempfile::TempDir;

use crate::program::{Ran, file, payments};

/// A configuration of one provider and a store, with text added to the provider's table.
struct Shop {
    folder: TempDir,
    config: PathBuf,
}

impl Shop {
    fn new(added: &str) -> Self {
        Self::with(added, "")
    }

    /// Creates it with text added to the engine's table as well.
    fn with(added: &str, engine: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "[providers.main]\nkind = 'mock'\nenvironment = 'sandbox'\napi_key = '{}'\n\
             webhook_secret = '{}'\n{added}\n[engine]\nstore = 'sqlite:{}'\n{engine}\n",
            Settings::test().api_key,
            Settings::test().webhook_secret,
            folder.path().join("shop.db").display()
        );
        let config = file(&folder, "payments.toml", &config);
        Self { folder, config }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("shop.db")
    }

    fn engine(&self, arguments: &[&str]) -> Ran {
        let all = ["engine", "--config", self.config.to_str().unwrap()];
        payments(all.into_iter().chain(arguments.iter().copied())).run()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work)
}

fn builder(gateway: &MockGateway, path: &Path) -> EngineBuilder {
    Engine::builder()
        .with_store(Store::sqlite(path))
        .with_provider(gateway.provider("main").unwrap())
        .without_background()
}

fn payout(reference: &str) -> CreatePayout {
    let number = AccountNumber::new("0071001234567").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number);
    let beneficiary = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    let payout = PayoutRef::new(reference).unwrap();
    CreatePayout::new(payout, Money::vnd(50_000), beneficiary).unwrap()
}

/// Creates a store with one payout whose outcome is unknown.
fn store_with_a_case(path: &Path) {
    run(async {
        let gateway = MockGateway::new(Settings::test()).unwrap();
        gateway.next_payout(Scripted::lost_before_booking()).unwrap();
        let limits = Limits::default().with_ask_for(Duration::ZERO);
        let engine = builder(&gateway, path).with_limits("main", limits).start().await.unwrap();
        let payouts = engine.payouts("main").unwrap();
        let _ = payouts.create_payout(&payout("P-1")).await.unwrap();
        // One inquiry is sent, and then a case is opened.
        while engine.cases().await.unwrap().is_empty() {
            engine.tick().await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        engine.stop().await;
    });
}

#[test]
fn records_are_listed_by_state() {
    let shop = Shop::new("");
    run(async {
        let gateway = MockGateway::new(Settings::test()).unwrap();
        let engine = builder(&gateway, &shop.store()).start().await.unwrap();
        let payouts = engine.payouts("main").unwrap();
        for reference in ["P-1", "P-2"] {
            let _ = payouts.create_payout(&payout(reference)).await.unwrap();
        }
        gateway.next_payout(Scripted::lost_after_booking()).unwrap();
        let _ = payouts.create_payout(&payout("P-3")).await.unwrap();
        let order = OrderRef::new("A-1").unwrap();
        let request = OpenVirtualAccount::new(order, "CONG TY A").unwrap();
        let request = request.with_amount(Money::vnd(50_000)).unwrap();
        let accounts = engine.virtual_accounts("main").unwrap();
        let opened = accounts.open(&request).await.unwrap().accepted().unwrap();
        gateway.credit(opened.numbers[0].number.as_str(), Money::vnd(20_000)).unwrap();
        let _ = accounts.credits(&opened.reference()).await.unwrap();
        engine.stop().await;
    });
    let listed = |arguments: &[&str]| {
        let ran = shop.engine(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let uncertain = listed(&["payouts", "--state", "uncertain"]);
    assert!(uncertain.len() == 1 && uncertain[0].starts_with("P-3 uncertain"), "{uncertain:?}");
    assert_eq!(listed(&["payouts"]).len(), 3);
    assert_eq!(listed(&["payouts", "--after", "P-1", "--most", "1"]).len(), 1);
    let short = listed(&["payments", "--filter", "short"]);
    assert!(short.len() == 1 && short[0].starts_with("A-1 received 20,000 VND of "), "{short:?}");
    assert_eq!(listed(&["payments", "--filter", "exact"]), ["none is on record"]);
    let accounts = listed(&["accounts", "--provider", "main"]);
    assert!(accounts.len() == 1 && accounts[0].starts_with("A-1 "), "{accounts:?}");
    assert_eq!(listed(&["accounts", "--provider", "other"]), ["none is on record"]);
    let one = shop.engine(&["account", "main", "A-1"]);
    assert!(one.out.contains("account_asked") && one.out.contains("CONG TY A"), "{one:?}");
    let refused = shop.engine(&["payouts", "--state", "lost"]);
    assert_eq!(refused.code, 2, "{refused:?}");
}

#[test]
fn a_case_is_listed_decided_and_gone() {
    let shop = Shop::new("");
    store_with_a_case(&shop.store());
    let engine = |arguments: &[&str]| shop.engine(arguments);

    let status = engine(&["status"]);
    assert_eq!(status.code, 1, "{status:?}");
    assert!(status.out.contains("1 uncertain"), "{status:?}");
    let cases = engine(&["cases"]);
    assert!(cases.out.contains("payout:P-1#1 unknown since"), "{cases:?}");
    let payout = engine(&["payout", "P-1"]);
    assert!(payout.out.contains("\"uncertain\""), "{payout:?}");

    let decide = ["decide", "payout:P-1#1", "closed", "--who", "Lan", "--why", "asked by phone"];
    let decided = engine(&decide);
    assert_eq!((decided.code, decided.out.as_str()), (0, "payout:P-1#1 is closed\n"));
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

#[test]
fn a_payout_is_withdrawn_before_it_is_sent() {
    let shop = Shop::new("");
    let gateway = MockGateway::new(Settings::test()).unwrap();
    run(async {
        let engine = builder(&gateway, &shop.store()).start().await.unwrap();
        let _ = engine.submit("main", &payout("P-1")).await.unwrap();
        engine.stop().await;
    });
    let withdraw = ["withdraw", "P-1", "--who", "Lan", "--why", "a wrong account"];
    let ran = shop.engine(&withdraw);
    let expected = "payout P-1 is withdrawn: it will not be sent\n";
    assert_eq!((ran.code, ran.out.as_str()), (0, expected), "{ran:?}");
    assert!(shop.engine(&["status"]).out.contains("1 not sent"));
    assert_eq!(shop.engine(&["withdraw", "P-2", "--who", "Lan", "--why", "x"]).code, 1);
}

#[test]
fn the_tables_are_made_and_an_older_copy_is_accepted() {
    let shop = Shop::new("");
    let status = shop.engine(&["status"]);
    assert!(status.err.contains("start the engine on it first"), "{status:?}");
    let made = shop.engine(&["migrate"]);
    assert!(made.code == 0 && made.out.starts_with("the store has the tables of"), "{made:?}");
    let again = shop.engine(&["migrate"]);
    assert!(again.code == 0 && again.out.ends_with("already\n"), "{again:?}");
    assert_eq!(shop.engine(&["status"]).code, 0);

    let nothing = shop.engine(&["accept-store"]);
    assert!(nothing.out.starts_with("there is nothing to accept"), "{nothing:?}");
    let copy = shop.folder.path().join("copy.db");
    std::fs::copy(shop.store(), &copy).unwrap();
    let gateway = MockGateway::new(Settings::test()).unwrap();
    run(async { builder(&gateway, &shop.store()).start().await.unwrap().stop().await });
    std::fs::copy(&copy, shop.store()).unwrap();
    let accepted = shop.engine(&["accept-store"]);
    assert!(accepted.code == 0 && accepted.out.contains("it is an older copy"), "{accepted:?}");
    let nothing = shop.engine(&["accept-store"]);
    assert!(nothing.out.starts_with("there is nothing to accept"), "{nothing:?}");
}

#[test]
fn a_statement_is_reconciled_and_its_rows_are_printed() {
    let settings = SimulatorSettings::test().with_gateway(Settings::test());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(MockSimulator::start(settings)).unwrap();
    let shop = Shop::new(&format!("url = '{}'", simulator.url()));
    run(async { builder(simulator.gateway(), &shop.store()).start().await.unwrap().stop().await });
    assert_eq!(shop.engine(&["reconciliations"]).out, "there are none\n");
    simulator.gateway().deposit(Money::vnd(70_000), "no order").unwrap();
    let last = simulator.gateway().deposit(Money::vnd(1), "no order").unwrap();
    let begun = simulator.gateway().bookings()[0].at;
    // The moment of the last line belongs to the period, which has to be over.
    let until = last.at.plus(Duration::from_secs(1));
    while SystemClock.now() < until {
        std::thread::yield_now();
    }
    let (from, to) = (begun.to_string(), until.to_string());
    let with = |form: &str| shop.engine(&["reconcile", "main", "--from", &from, "--to", &to, form]);
    let json = with("--json");
    assert_eq!(json.code, 1, "{json:?}");
    assert!(json.err.contains("reconciliation 1: reading, 0 lines"), "{json:?}");
    let found = json.json();
    assert_eq!(found["run"]["rows"]["unmatched"], 2, "{json:?}");
    let row = &found["rows"][0];
    assert_eq!((&row["amount"], &row["currency"]), (&70_000.into(), &"VND".into()), "{json:?}");
    let case = row["case"].as_str().unwrap();
    let cases = shop.engine(&["cases"]).out;
    let said = ": 70,000 VND arrived for no known order\n";
    assert!(cases.contains(case) && cases.contains(said), "{case}: {cases}");

    let csv = with("--csv");
    let mut lines = csv.out.lines();
    let names = "number,kind,direction,amount,currency,recorded_amount,recorded_currency,at,key,\
                 subject,case,detail";
    assert_eq!(lines.next(), Some(names), "{csv:?}");
    let first = lines.next().unwrap();
    let expected = format!("1,unmatched,in,70000,VND,,,{begun},mock.transaction:");
    assert!(first.starts_with(&expected), "{csv:?}");
    assert_eq!(lines.count(), 1, "{csv:?}");

    let listed = shop.engine(&["reconciliations"]);
    assert_eq!(listed.out.lines().count(), 2, "{listed:?}");
    let again = shop.engine(&["reconciliation", "1", "--json"]);
    assert_eq!(again.json(), found, "the rows of a run stay as they are");
    let resumed = shop.engine(&["reconcile", "--resume", "2"]);
    assert!(resumed.code == 1 && resumed.out.contains("2 unmatched"), "{resumed:?}");

    // The gateway has ended.
    drop(simulator);
    drop(runtime);
    let interrupted = with("--json");
    assert_eq!(interrupted.code, 1, "{interrupted:?}");
    assert!(interrupted.err.contains("engine reconcile --resume 3"), "{interrupted:?}");
    assert!(shop.engine(&["reconciliations"]).out.contains("interrupted: "));
    for bad in [
        &["reconcile", "main", "--from", "2024-11-16"][..],
        &["reconcile", "main", "--from", "2024-11-17", "--to", "2024-11-16"],
        &["reconcile", "main", "--from", "yesterday", "--to", "2024-11-16"],
    ] {
        assert_eq!(shop.engine(bad).code, 2, "{bad:?}");
    }
}

#[test]
fn rows_are_sealed_with_a_new_key() {
    let key = "key = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='";
    let shop = Shop::with("", key);
    let gateway = MockGateway::new(Settings::test()).unwrap();
    run(async {
        let engine = builder(&gateway, &shop.store()).start().await.unwrap();
        let _ = engine.submit("main", &payout("P-1")).await.unwrap();
        engine.stop().await;
    });
    // The record and its observation were not sealed before.
    assert_eq!(shop.engine(&["reseal"]).out, "2 values are sealed with the first key now\n");
    assert_eq!(shop.engine(&["reseal"]).out, "0 values are sealed with the first key now\n");
    assert!(shop.engine(&["payout", "P-1"]).out.contains("NGUYEN VAN A"));
    let refused = Shop::new("").engine(&["reseal"]);
    assert_eq!(refused.code, 1, "{refused:?}");
}
