//! The table `[engine]`: which store and which keys an engine has.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use payments::{ErrorKind, Payments};

const MOCK: &str = "[providers.main]\nkind = 'mock'\nenvironment = 'sandbox'\n\
    api_key = 'k'\nwebhook_secret = 'w'\n";
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

fn problem(engine: &str) -> String {
    match Payments::from_toml(&format!("{MOCK}{engine}")) {
        Ok(_) => panic!("was accepted: {engine}"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            format!("{error}")
        }
    }
}

#[test]
fn an_engine_starts_from_the_configuration_and_seals_with_its_key() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("shop.db"), folder.path().join("engine.key"));
    std::fs::write(&key, format!("{KEY}\n")).unwrap();
    let text = format!(
        "{MOCK}[engine]\nstore = 'sqlite:{}'\nkey = {{ file = '{}' }}\n",
        file.display(),
        key.display()
    );
    runtime.block_on(async {
        let payments = Payments::from_toml(&text).unwrap();
        let engine = payments.engine().unwrap().start().await.unwrap();
        assert!(engine.payouts("main").is_ok());
        engine.stop().await;
    });
    assert!(file.exists());
    // The key is remembered: without it the store is refused.
    let text = format!("{MOCK}[engine]\nstore = 'sqlite:{}'\n", file.display());
    let error = runtime
        .block_on(async { Payments::from_toml(&text).unwrap().engine().unwrap().start().await })
        .unwrap_err();
    assert!(error.to_string().contains("is sealed with the key"), "{error}");
}

#[test]
fn the_table_sets_the_limits_of_every_provider() {
    let text = |more: &str| format!("{MOCK}[engine]\nstore = 'sqlite:unused'\n{more}");
    let more = "send_within = '10s'\nquiet = '2m'\nsend_for = '1h'\nask_for = '2d'\n\
                at_once = 4\nhold_after = 5\nabsence_after = { main = '24h' }\n\
                retired = ['old']\nrenamed = { older = 'main' }\n";
    assert!(Payments::from_toml(&text(more)).unwrap().engine().is_ok());
    let other = text("absence_after = { other = '24h' }\n");
    let error = Payments::from_toml(&other).unwrap().engine().err().unwrap().to_string();
    assert!(error.contains("engine.absence_after names other"), "{error}");
}

#[test]
fn every_problem_of_the_table_is_named_without_its_value() {
    for (engine, said) in [
        ("[engine]\n", "engine.store: is missing"),
        ("[engine]\nstore = 'canary'\n", "engine.store: is neither sqlite:"),
        ("[engine]\nstore = 'sqlite:'\n", "engine.store: is neither sqlite:"),
        ("[engine]\nstore = 'sqlite:a'\nkey = 'canary'\n", "engine.key: the key is not Base64"),
        ("[engine]\nstore = 'sqlite:a'\nkeys = 'canary'\n", "engine.keys: is not a known key"),
        ("[engine]\nstore = 'sqlite:a'\nquiet = '5'\n", "engine.quiet: is not a time such as"),
        ("[engine]\nstore = 'sqlite:a'\nask_for = '0h'\n", "engine.ask_for: is not a time"),
        ("[engine]\nstore = 'sqlite:a'\nat_once = 0\n", "engine.at_once: is not between 1 and"),
        (
            "[engine]\nstore = 'sqlite:a'\nabsence_after = { main = 'soon' }\n",
            "engine.absence_after: main is not a time such as",
        ),
        ("[engine]\nstore = 'sqlite:a'\nretired = [' ']\n", "engine.retired: "),
        ("[engine]\nstore = 'sqlite:a'\nrenamed = { a = ' ' }\n", "engine.renamed: "),
        ("engine = 'canary'\n", "engine: is not a table; write [engine]"),
    ] {
        let problem = match engine.starts_with('[') {
            true => problem(engine),
            false => format!("{}", Payments::from_toml(engine).err().unwrap()),
        };
        assert!(problem.contains(said) && !problem.contains("canary"), "{engine}: {problem}");
    }
}

#[test]
fn a_provider_for_real_money_allows_no_key_in_the_file_itself() {
    let text = format!(
        "[providers.live]\nkind = 'mock'\nenvironment = 'production'\n\
         [engine]\nstore = 'sqlite:a'\nkey = '{KEY}'\n"
    );
    let error = Payments::from_toml(&text).err().unwrap().to_string();
    assert!(error.contains("engine.key: is in plain text"), "{error}");
    assert!(!error.contains(KEY), "{error}");
}

#[test]
fn without_the_table_an_engine_is_refused_with_the_line_to_add() {
    let error = Payments::from_toml(MOCK).unwrap().engine().err().unwrap();
    assert!(error.to_string().contains("add it with store = "), "{error}");
}
