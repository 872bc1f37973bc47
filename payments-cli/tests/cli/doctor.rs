//! `payments doctor`: lists every problem, and never a value.

use crate::program::{Ran, file, payments};

fn doctor(config: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "payments.toml", config);
    payments(["doctor", "--config", path.to_str().unwrap()]).variable("SET_BUT_EMPTY", "").run()
}

#[test]
fn a_broken_configuration_shows_every_problem_and_no_secret() {
    let ran = doctor(
        r#"
        expect = ["hpay", "momo", "vnpay"]
        colour = "hunter2"

        [providers.main]
        kind = "hpay"
        environment = "sandbox"
        merchant_id = "12345"
        receiver = "shop@example.com"
        passcode = { env = "NOT_SET" }
        pascode = "hunter2-literal"
        checkout_url = "http://shop.example/hunter2"

        [providers.live]
        kind = "sepay"
        environment = "production"
        merchant_id = "SP-LIVE-1"
        secret_key = "hunter2-written-out"

        [providers.empty]
        kind = "hpay"
        environment = "sandbox"
        merchant_id = "12345"
        receiver = "shop@example.com"
        passcode = { env = "SET_BUT_EMPTY" }

        [providers.fraction]
        kind = "mock"
        environment = "sandbox"
        api_key = 1.5

        [providers.stranger]
        kind = "momo"
        environment = "somewhere"
        "#,
    );
    assert_eq!(ran.code, 1, "{ran:?}");
    let places = [
        "colour: ",
        "providers.main.passcode: ",
        "providers.main.pascode: ",
        "providers.main.checkout_url: ",
        "providers.live.secret_key: ",
        "providers.empty.passcode: ",
        "providers.fraction.api_key: ",
        "providers.stranger.environment: ",
    ];
    for place in places {
        let lines = ran.out.lines().filter(|line| line.starts_with(place)).count();
        assert_eq!(lines, 1, "{place}{}", ran.out);
    }
    for missing in ["momo", "vnpay"] {
        let line = format!("expect: no provider of kind \"{missing}\"");
        assert!(ran.out.contains(&line), "{line}: {}", ran.out);
    }
    assert!(ran.out.contains("NOT_SET") && ran.out.contains("did you mean \"passcode\"?"));
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{ran:?}");
}

#[test]
fn a_file_that_is_no_toml_is_named_by_its_lines_and_not_repeated() {
    let ran = doctor("[providers.main]\npasscode = hunter2\nkind = 'hpay\n");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("payments.toml:2:"), "{ran:?}");
    assert!(ran.out.contains("payments.toml:3:"), "{ran:?}");
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{ran:?}");
}

#[test]
fn a_file_that_is_no_utf_8_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.toml");
    let text = "\u{feff}[providers.main]\r\nkind = 'hpay'\r\n";
    std::fs::write(&path, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
        .unwrap();
    payments(["doctor", "--config", path.to_str().unwrap()]).run().refused("save it as UTF-8");
}

#[test]
fn a_configuration_without_providers_is_a_problem() {
    let ran = doctor("");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.starts_with("providers: "), "{ran:?}");
}

#[test]
fn the_configuration_of_the_readme_has_no_problem() {
    let readme = include_str!("../../../README.md");
    let (_, config) = readme.split_once("# payments.toml\n").unwrap();
    let (config, _) = config.split_once("```").unwrap();
    let ran = doctor(
        &config.replace("{ env = \"HPAY_PASSCODE\" }", "\"TEST-ONLY-0123456789-0123456789\""),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("ok: 1 provider\n  main (hpay, sandbox): payments"), "{ran:?}");
    assert!(!ran.out.contains("TEST-ONLY"), "{ran:?}");
}

#[test]
fn a_short_passcode_is_warned_of_and_not_shown() {
    let ran = doctor(
        r#"
        [providers.main]
        kind = "hpay"
        environment = "sandbox"
        merchant_id = "12345"
        receiver = "shop@example.com"
        passcode = "hunter2"
        "#,
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("    unwise: passcode: "), "{ran:?}");
    assert!(!ran.out.contains("hunter2"), "{ran:?}");
}

#[test]
fn a_file_that_is_not_there_is_bad_usage() {
    payments(["doctor", "--config", "/nowhere/payments.toml"]).run().refused("--config");
    payments(["doctor"]).run().refused("--config");
}
