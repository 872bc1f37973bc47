//! `payments probe`: the reading that a gateway follows, and the configuration for it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use payments::simulators::{
    hpay::{AdvancedLink, HPaySimulator, Joint, Readings, RequestBody, Settings},
    sepay::{self, CheckoutOrder, OrderListSpelling},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    gateways::{self, Config, Gateway, fetch},
    program::{Program, Ran, file, payments},
};

fn probe(folder: &TempDir, config: &Config, reading: &str) -> Program {
    let path = file(folder, "payments.toml", config.toml());
    payments(["probe", "--json", "--config", path.to_str().unwrap(), "main", reading])
}

fn ran(config: &Config, reading: &str, flags: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let program = probe(&folder, config, reading);
    flags.iter().fold(program, |program, flag| program.flag(flag)).run()
}

/// Asserts which alternative is found, or `None` if it cannot tell.
fn settles(ran: &Ran, expected: Option<&str>) {
    let report = ran.json();
    assert_eq!(report["settled"].as_str(), expected, "{ran:?}");
    let word = if expected.is_some() { "settled" } else { "cannot_tell" };
    assert_eq!(report["verdict"], word, "{ran:?}");
    assert_eq!(ran.code, i32::from(expected.is_none()), "{ran:?}");
}

fn hpay(readings: Readings) -> (Gateway<HPaySimulator>, Config) {
    let simulated = gateways::hpay(Settings::test().with_readings(readings));
    let config = gateways::hpay_config(&simulated.gateway);
    (simulated, config)
}

#[test]
fn the_body_of_an_order_inquiry_is_settled_unless_several_are_read() {
    for (body, expected) in [
        (RequestBody::Form, Some("form")),
        (RequestBody::Json, Some("json")),
        (RequestBody::JsonAsForm, Some("json-as-form")),
        (RequestBody::AnyJson, None),
        (RequestBody::Any, None),
    ] {
        let (_gateway, config) = hpay(Readings::default().with_order_inquiry_body(body));
        let ran = ran(&config, "order_inquiry_body", &[]);
        settles(&ran, expected);
        assert!(ran.err.contains("/api/transaction/GetTransactionDetail"), "{ran:?}");
        if body == RequestBody::Json {
            let expected = json!({ "compat.order_inquiry_body": "json" });
            assert_eq!(ran.json()["configuration"], expected, "{ran:?}");
            assert_eq!(ran.json()["today"], "form", "{ran:?}");
        }
        if body == RequestBody::AnyJson {
            assert_eq!(ran.json()["why"], "several work: json, json-as-form", "{ran:?}");
        }
    }
}

#[test]
fn a_formula_with_one_known_reading_is_confirmed_or_no_other_is_known() {
    let (_gateway, config) = hpay(Readings::default());
    for reading in ["order_inquiry_request", "balance_request", "payout_inquiry_request"] {
        settles(&ran(&config, reading, &[]), Some("usual"));
    }
    let (_gateway, config) = hpay(Readings::default());
    let wrong = config.text("passcode", "TEST-ONLY-another-passcode-0001");
    let ran = ran(&wrong, "order_inquiry_request", &[]);
    settles(&ran, None);
    assert!(ran.json()["why"].as_str().unwrap().starts_with("none works"), "{ran:?}");
}

#[test]
fn readings_of_the_newer_openapi_are_settled_where_it_is_spoken() {
    let (gateway, config) = hpay(Readings::default());
    settles(&ran(&config, "openapi_request", &[]), None);
    let config = gateways::hpay_openapi_config(&gateway.gateway);
    settles(&ran(&config, "openapi_request", &[]), Some("usual"));
    settles(&ran(&config, "openapi_payout_inquiry", &[]), Some("inquiry"));
    settles(&ran(&config, "openapi_payout_service", &[]), Some("ibft"));
    settles(&ran(&config, "balance_request", &[]), None);
}

#[test]
fn the_body_of_opening_an_account_is_settled_by_instructions_that_are_agreed_to() {
    for (body, expected, opened) in [
        (RequestBody::Form, Some("form"), 1),
        (RequestBody::Json, Some("json"), 1),
        (RequestBody::AnyJson, None, 2),
    ] {
        let (gateway, config) = hpay(Readings::default().with_va_body(body));
        ran(&config, "va_body", &[]).refused("--yes");
        assert!(gateway.gateway.requests().is_empty());
        settles(&ran(&config, "va_body", &["--yes"]), expected);
        assert_eq!(gateway.gateway.virtual_accounts().len(), opened, "{body:?}");
    }
}

#[test]
fn the_response_to_one_payout_is_read_with_each_alternative() {
    let beneficiary = ["--beneficiary", "970418/1234567890912/NGUYEN VAN B"];
    let payout = [&["--yes"][..], &beneficiary].concat();
    let by_name = Readings::default().with_payout_response_by_name();
    for (readings, expected) in
        [(Readings::default(), "payout_response"), (by_name, "payout_response_by_name")]
    {
        let (gateway, config) = hpay(readings);
        ran(&config, "payout_response", &beneficiary).refused("--yes");
        ran(&config, "payout_response", &["--yes"]).refused("--beneficiary");
        assert!(gateway.gateway.payouts().is_empty());
        let ran_once = ran(&config, "payout_response", &payout);
        settles(&ran_once, Some(expected));
        assert_eq!(gateway.gateway.payouts().len(), 1, "{ran_once:?}");
        settles(&ran(&config, "payout_request", &payout), Some("usual"));
        assert_eq!(gateway.gateway.payouts().len(), 2);
    }
    let (_gateway, config) = hpay(Readings::default());
    let wrong = config.text("passcode", "TEST-ONLY-another-passcode-0001");
    settles(&ran(&wrong, "payout_request", &payout), None);
    settles(&ran(&wrong, "payout_response", &payout), None);
}

/// The query of the callback about a credit on a fresh account.
fn callback(gateway: &Gateway<HPaySimulator>, config: &Config) -> String {
    settles(&ran(config, "va_body", &["--yes"]), None);
    let number = gateway.gateway.virtual_accounts()[0].number.clone();
    gateway.gateway.register_va_callback(gateways::nothing());
    let credit = gateway.runtime.block_on(gateway.gateway.transfer_to_va(&number, 50_000));
    credit.unwrap().request.unwrap().uri().query().unwrap().to_owned()
}

#[test]
fn the_joint_of_a_callback_is_settled_by_a_captured_one() {
    for (joint, expected) in
        [(Joint::Pipe, "pipe"), (Joint::Space, "space"), (Joint::Nothing, "nothing")]
    {
        let (gateway, config) = hpay(Readings::default().with_va_callback(joint));
        let query = callback(&gateway, &config);
        settles(&ran(&config, "va_callback", &["--query", &query]), Some(expected));
        let folder = tempfile::tempdir().unwrap();
        let request = format!("GET /va/callback?{query} HTTP/1.1\r\nHost: shop.example\r\n\r\n");
        let request = file(&folder, "callback.http", request);
        let whole = ["--delivery", request.to_str().unwrap()];
        settles(&ran(&config, "va_callback", &whole), Some(expected));
        // It shows nothing about a callback under the newer names.
        settles(&ran(&config, "openapi_va_callback", &["--query", &query]), None);
        let forged = query.replace("cashin=", "cashin=9");
        let forged = ran(&config, "va_callback", &["--query", &forged]);
        settles(&forged, None);
        assert!(forged.json()["why"].as_str().unwrap().starts_with("none works"), "{forged:?}");
    }
    let (_gateway, config) = hpay(Readings::default());
    ran(&config, "va_callback", &[]).refused("va-callback");
}

#[test]
fn the_last_fields_of_a_callback_under_the_newer_names_are_settled_unless_they_are_alike() {
    use payments::simulators::hpay::CallbackForm::Openapi;

    let usual = "client_request_id before merchant_id";
    let swapped = "merchant_id before client_request_id";
    for (readings, expected) in [
        (Readings::default(), usual),
        (Readings::default().with_openapi_va_callback_swapped(), swapped),
    ] {
        let settings = Settings::test().with_callback_form(Openapi).with_readings(readings);
        let gateway = gateways::hpay(settings);
        let config = gateways::hpay_config(&gateway.gateway);
        let query = callback(&gateway, &config);
        settles(&ran(&config, "openapi_va_callback", &["--query", &query]), Some(expected));
    }
    let (gateway, config) = hpay(Readings::default());
    let merchant = gateway.gateway.merchant_id();
    let code = gateway.gateway.codes().openapi_account_callback("99", "1", "2", "3", merchant);
    let query = format!(
        "va_account=99&amount=1&cashin_id=2&transaction_id=3&client_request_id={merchant}\
         &merchant_id={merchant}&time_paid=1&order_id=1&secure_code={code}"
    );
    let alike = ran(&config, "openapi_va_callback", &["--query", &query]);
    settles(&alike, None);
    assert!(alike.json()["why"].as_str().unwrap().starts_with("several work"), "{alike:?}");
}

/// Runs a probe whose pages a person opens. `look` returns what the person types about the page.
fn with_a_person(config: &Config, reading: &str, look: impl Fn(&str) -> &'static str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "payments.toml", config.toml());
    let mut child = Command::new(env!("CARGO_BIN_EXE_payments"))
        .args(["probe", "--json", "--config", path.to_str().unwrap(), "main", reading])
        .args(["--folder", folder.path().to_str().unwrap()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = child.stdin.take().unwrap();
    let mut err = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let page = match line.split_once(": ") {
            Some(("  Open this link", url)) => Some(fetch("GET", url, "")),
            Some((words, path)) if words.starts_with("  Open this file") => Some(posted(path)),
            _ => None,
        };
        if let Some(page) = page {
            writeln!(typed, "{}", look(&page)).unwrap();
        }
        err.push_str(&line);
        err.push('\n');
    }
    drop(typed);
    let output = child.wait_with_output().unwrap();
    Ran { code: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err }
}

/// Posts the form of a file like a browser, and returns the page.
fn posted(path: &str) -> String {
    let html = std::fs::read_to_string(path).unwrap();
    let unescaped = |text: &str| {
        text.replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&amp;", "&")
    };
    let value = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("{name}=\"")).unwrap();
        unescaped(rest.split_once('"').unwrap().0)
    };
    let mut body = form_urlencoded::Serializer::new(String::new());
    for input in html.split("<input ").skip(1) {
        body.append_pair(&value(input, "name"), &value(input, "value"));
    }
    fetch("POST", &value(&html, "action"), &body.finish())
}

#[test]
fn the_formula_of_a_link_is_settled_by_what_a_person_sees() {
    let look = |page: &str| {
        let refuses = |code: &str| page.contains(&format!("<strong>{code}</strong>"));
        match (refuses("30014") || refuses("03"), page.contains("PROBE")) {
            (true, _) => "2",
            (false, true) => "1",
            (false, false) => "3",
        }
    };
    for (takes, expected) in
        [(AdvancedLink::Full, "checkout_link"), (AdvancedLink::Short, "checkout_link_short")]
    {
        let gateway = gateways::hpay(Settings::test().with_advanced_link(takes));
        let config = gateways::hpay_config(&gateway.gateway);
        settles(&with_a_person(&config, "checkout_link", look), Some(expected));
    }
    let (_gateway, config) = hpay(Readings::default());
    settles(&with_a_person(&config, "checkout_v1_link", look), Some("checkout_v1_link"));
    settles(&with_a_person(&config, "checkout_v1_link", |_| "1"), None);
    // The person types nothing.
    settles(&ran(&config, "checkout_v1_link", &[]), None);
}

#[test]
fn the_order_of_the_fields_of_a_form_is_settled_by_what_a_person_sees() {
    for (order, expected) in [
        (CheckoutOrder::AsListed, Some("in the order of the list")),
        (CheckoutOrder::NotAsListed, Some("in the order of the form")),
        (CheckoutOrder::AsReceived, None),
    ] {
        let readings = sepay::Readings::default().with_checkout(order);
        let gateway = gateways::sepay(sepay::Settings::test().with_readings(readings));
        let config = gateways::sepay_config(&gateway.gateway);
        let look = |page: &str| if page.contains("không hợp lệ") { "2" } else { "1" };
        settles(&with_a_person(&config, "checkout", look), expected);
    }
}

#[test]
fn the_parameters_of_the_list_of_orders_are_settled_once_there_are_orders() {
    for (spelling, end, sort) in [
        (OrderListSpelling::Libraries, Some("to_created_at"), Some("brackets")),
        (OrderListSpelling::Tables, Some("end_created_at"), Some("colon")),
        (OrderListSpelling::Either, None, None),
    ] {
        let readings = sepay::Readings::default().with_order_list(spelling);
        let gateway = gateways::sepay(sepay::Settings::test().with_readings(readings));
        let config = gateways::sepay_config(&gateway.gateway);
        settles(&ran(&config, "order_list_end", &[]), None);
        settles(&ran(&config, "order_list_sort", &[]), None);
        for invoice in ["DH1", "DH2"] {
            post_form(&gateway.gateway, invoice);
            gateway.gateway.advance(Duration::from_secs(60));
        }
        settles(&ran(&config, "order_list_end", &[]), end);
        settles(&ran(&config, "order_list_sort", &[]), sort);
    }
}

/// Posts a form like a buyer.
fn post_form(gateway: &sepay::SePaySimulator, invoice: &str) {
    let settings = gateway.settings();
    let fields = [
        ("order_amount", "50000"),
        ("merchant", settings.merchant_id()),
        ("currency", "VND"),
        ("operation", "PURCHASE"),
        ("order_description", "Hai ly"),
        ("order_invoice_number", invoice),
    ];
    let signature = sepay::sign::checkout(settings.secret_key(), fields);
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields).append_pair("signature", &signature);
    let url = format!("{}/v1/checkout/init", gateway.hosts()["pay"]);
    let page = fetch("POST", &url, &body.finish());
    assert!(gateway.order_status(invoice).is_some(), "{page}");
}

#[test]
fn production_is_refused_and_nothing_is_sent() {
    let (gateway, config) = hpay(Readings::default());
    let folder = tempfile::tempdir().unwrap();
    let passcode = file(&folder, "passcode", gateway.gateway.passcode());
    let key = file(&folder, "key.pem", gateway.gateway.merchant_private_key().unwrap());
    let config = config
        .text("environment", "production")
        .value("passcode", format!("{{ file = '{}' }}", passcode.display()))
        .value("private_key", format!("{{ file = '{}' }}", key.display()));
    ran(&config, "order_inquiry_body", &[]).refused("sandbox");
    assert!(gateway.gateway.requests().is_empty());
}

#[test]
fn the_readings_of_a_provider_are_listed_with_what_settles_them() {
    let (_gateway, config) = hpay(Readings::default());
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "payments.toml", config.text("compat.va_body", "json").toml());
    let list = ["probe", "--config", path.to_str().unwrap(), "hpay"];
    let ran_list = payments(list).flag("--json").run();
    let listed = ran_list.json();
    let of = |name: &str| {
        let mut readings = listed.as_array().unwrap().iter();
        readings.find(|reading| reading["reading"] == name).unwrap().clone()
    };
    assert_eq!(of("va_body")["today"], "json", "{ran_list:?}");
    assert_eq!(of("va_body")["settled_by"], "instruction", "{ran_list:?}");
    assert_eq!(of("va_callback")["today"], "pipe", "{ran_list:?}");
    assert_eq!(of("order_inquiry_body")["settled_by"], "inquiry", "{ran_list:?}");
    let text = payments(list).run();
    assert!(text.out.contains("checkout_link  the formula of a link to /checkout.php"), "{text:?}");
    payments(list).flag("no_such_reading").run().refused("va_callback");
}

#[test]
fn no_secret_is_printed() {
    let (gateway, config) = hpay(Readings::default());
    for reading in ["order_inquiry_body", "balance_request", "va_callback"] {
        let ran = ran(&config, reading, &["--query", "cashin=1&order_id=2&secure_code=3"]);
        for secret in gateway.gateway.secrets() {
            assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{ran:?}");
        }
    }
}

/// Returns the rows of docs/unverified.md that a command can decide, by provider and reading.
fn documented() -> Vec<(String, String)> {
    let page = include_str!("../../../docs/unverified.md");
    let commands = page.split("`payments probe ").skip(1);
    let commands = commands.filter_map(|rest| rest.split_once('`')).map(|(command, _)| command);
    commands
        .filter_map(|command| command.split_once(' '))
        // Leave out the command in the introduction, which names no reading.
        .filter(|(kind, _)| kind.bytes().all(|byte| byte.is_ascii_lowercase()))
        .map(|(kind, reading)| (kind.to_owned(), reading.to_owned()))
        .collect()
}

#[test]
fn the_page_of_readings_names_the_command_of_each_and_no_other() {
    let mut expected = Vec::new();
    for simulated in ["hpay", "sepay", "payos"] {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("[providers.main]\nkind = '{simulated}'\nenvironment = 'sandbox'\n");
        let path = file(&folder, "payments.toml", config);
        let ran = payments(["probe", "--json", "--config", path.to_str().unwrap(), "main"]).run();
        let listed: Vec<Value> = ran.json().as_array().unwrap().clone();
        let names = listed.iter().map(|reading| reading["reading"].as_str().unwrap().to_owned());
        expected.extend(names.map(|name| (simulated.to_owned(), name)));
    }
    let mut documented = documented();
    expected.sort();
    documented.sort();
    assert_eq!(documented, expected);
}
