//! The sandbox with your own merchant.

use std::fs;

use serde_json::Value;

use super::world::{Sandbox, shell};
use crate::program::{file, payments};

const MERCHANT_KEY: &str = "../simulators/hpay/data/test-only/merchant.key.pem";

#[test]
fn the_gateways_have_the_merchants_of_the_configuration_and_print_no_secret_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let secret = file(&folder, "secret", "own-secret-0123456789\n");
    let key = file(&folder, "key.pem", fs::read(MERCHANT_KEY).unwrap());
    let (secret, key) = (secret.display(), key.display());
    let config = format!(
        "[providers.hpay-main]\nkind = \"hpay\"\nenvironment = \"sandbox\"\n\
         merchant_id = \"777\"\nreceiver = \"shop@example.vn\"\n\
         passcode = {{ file = \"{secret}\" }}\nprivate_key = {{ file = \"{key}\" }}\n\
         [providers.payos]\nkind = \"payos\"\nenvironment = \"sandbox\"\n\
         client_id = \"own-client\"\napi_key = {{ file = \"{secret}\" }}\n\
         checksum_key = {{ file = \"{secret}\" }}\n\
         [providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n\
         merchant_id = \"SP-OWN\"\nsecret_key = {{ file = \"{secret}\" }}\n\
         account_bin = \"970422\"\naccount_number = \"555000111\"\n\
         code_prefix = \"SHOP\"\ncode_min = 4\ncode_max = 6\n\
         formulas.checkout = \"checkout.allowlist\"\n"
    );
    let config = file(&folder, "payments.toml", config);
    let sandbox = Sandbox::start(["--config", config.to_str().unwrap()]);
    let printed = &sandbox.config;
    for part in [
        "merchant_id = \"777\"",
        "client_id = \"own-client\"",
        "merchant_id = \"SP-OWN\"",
        "account_number = \"555000111\"",
        "code_prefix = \"SHOP\"",
        &format!("passcode = {{ file = \"{secret}\" }}"),
        &format!("private_key = {{ file = \"{key}\" }}"),
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert!(!printed.contains("own-secret") && !printed.contains("PRIVATE KEY"), "{printed}");
    let again = file(&folder, "printed.toml", printed);
    let ran = payments(["doctor", "--config", again.to_str().unwrap()]).run();
    assert_eq!(ran.code, 0, "{ran:?}\n{printed}");

    for (provider, part) in
        [("hpay", "merchant_site_code=777"), ("payos", "own-client"), ("sepay", "SP-OWN")]
    {
        let samples = sandbox.read(provider, "samples");
        assert!(samples.to_string().contains(part), "{provider}");
        for sample in samples.as_array().unwrap() {
            let answer = shell(sample["curl"].as_str().unwrap());
            assert!(answer.contains(sample["answers"].as_str().unwrap()), "{answer}\n{sample}");
        }
    }
    let credits = sandbox.read("sepay", "overview");
    assert_eq!(credits["credits"][0]["order"], Value::from("SHOP1111"));
}

#[test]
fn what_cannot_be_honoured_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for (lines, named) in [
        ("kind = 'hpay'\nformulas.payment_notification = 'x'", "formulas.payment_notification"),
        ("kind = 'sepay'\nformulas.checkout = 'merchant,amount'", "formulas.checkout"),
        ("kind = 'payos'\nclient_idd = 'x'", "providers.shop.client_idd"),
        ("kind = 'sepay'\naccount_number = '1'\naccount_bin = '970499'", "account_bin"),
        ("kind = 'sepay'\ncode_prefix = 'TOOLONG'", "code_prefix"),
        ("kind = 'hpay'\npasscode = { env = 'NOT_SET_ANYWHERE' }", "NOT_SET_ANYWHERE"),
        ("kind = 'hpay'\nprivate_key = 'no key'", "private_key"),
        ("kind = 'payos'\n[providers.other]\nkind = 'payos'", "two providers"),
        ("kind = ", "not TOML"),
    ] {
        let config = file(&folder, "payments.toml", format!("[providers.shop]\n{lines}\n"));
        let sandbox = payments(["sandbox", "--port", "0"]);
        let ran = sandbox.with("--config", config.to_str().unwrap()).run();
        ran.refused(named);
        assert!(!ran.err.contains("no key"), "{ran:?}");
    }
}
