//! `payments doctor --online`: the meaning of a gateway's response to a harmless question.

use payments::simulators::{hpay, payos, sepay};
use serde_json::Value;

use crate::{
    gateways::{self, Config, always, nothing},
    program::{Ran, file, payments},
};

fn doctor(config: &Config, flags: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "payments.toml", config.toml());
    let all = ["doctor", "--online", "--config", path.to_str().unwrap()];
    payments(all.into_iter().chain(flags.iter().copied())).run()
}

/// Returns the meanings of the response to the question that begins with this text.
fn meanings(ran: &Ran, asks: &str) -> Vec<String> {
    let json = ran.json();
    let answers = json["providers"][0]["answers"].as_array().unwrap();
    let answer = answers.iter().find(|answer| answer["asks"].as_str().unwrap().starts_with(asks));
    let answer = answer.unwrap_or_else(|| panic!("{asks}: {ran:?}"));
    let texts = answer["meaning"].as_array().unwrap().iter();
    texts.map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// Asserts the meaning of the response to one question.
fn means(config: &Config, asks: &str, expected: &[&str]) -> Ran {
    let ran = doctor(config, &["--json"]);
    assert_eq!(meanings(&ran, asks), expected, "{asks}: {ran:?}");
    assert_eq!(ran.code, 1, "{ran:?}");
    ran
}

/// Asserts that every response is good, and how many there are.
fn is_well(config: &Config, count: usize) {
    let ran = doctor(config, &["--json"]);
    let json = ran.json();
    let answers = json["providers"][0]["answers"].as_array().unwrap();
    let good = |answer: &&Value| answer["meaning"] == serde_json::json!(["good"]);
    assert_eq!(answers.iter().filter(good).count(), count, "{ran:?}");
    assert_eq!((ran.code, answers.len()), (0, count), "{ran:?}");
}

const FORMULA_OR_KEY: [&str; 2] = ["formula_wrong", "credentials_wrong"];
const KEY: [&str; 1] = ["credentials_wrong"];
const ADDRESS: [&str; 1] = ["address_not_allowed"];

#[test]
fn every_gateway_is_well_with_its_own_settings_and_nothing_is_ordered() {
    let hpay = gateways::hpay(hpay::Settings::test());
    is_well(&gateways::hpay_config(&hpay.gateway), 4);
    is_well(&gateways::hpay_openapi_config(&hpay.gateway), 4);
    assert!(hpay.gateway.bookings().is_empty());
    assert!(hpay.gateway.virtual_accounts().is_empty());

    let sepay = gateways::sepay(sepay::Settings::test());
    let config = gateways::sepay_config(&sepay.gateway);
    is_well(&config, 3);
    is_well(&config.clone().text("statements_api", "v1"), 3);
    assert!(sepay.gateway.bookings().is_empty());

    let payos = gateways::payos(payos::Settings::test());
    is_well(&gateways::payos_config(&payos.gateway), 3);
    assert!(payos.gateway.bookings().is_empty());
}

#[test]
fn a_wrong_key_is_told_from_a_wrong_formula_where_the_gateway_tells_them_apart() {
    let hpay = gateways::hpay(hpay::Settings::test());
    let config = gateways::hpay_config(&hpay.gateway);
    let wrong = config.clone().text("passcode", "TEST-ONLY-another-passcode-0001");
    means(&wrong, "payments", &FORMULA_OR_KEY);
    means(&wrong, "virtual accounts", &FORMULA_OR_KEY);
    means(&wrong, "payouts: one", &FORMULA_OR_KEY);
    let wrong = config.text("merchant_id", "54321");
    means(&wrong, "virtual accounts", &FORMULA_OR_KEY);
    let config = gateways::hpay_openapi_config(&hpay.gateway);
    let wrong = config.clone().text("openapi_client_secret", "another");
    means(&wrong, "payouts: the balance", &KEY);
    let wrong = config.clone().text("passcode", "TEST-ONLY-another-passcode-0001");
    means(&wrong, "payouts: the balance", &FORMULA_OR_KEY);
    means(&wrong, "virtual accounts", &FORMULA_OR_KEY);
    let wrong = config.value("formulas.openapi_request", "'{data}{passcode}'");
    means(&wrong, "payouts: the balance", &FORMULA_OR_KEY);

    let sepay = gateways::sepay(sepay::Settings::test());
    let config = gateways::sepay_config(&sepay.gateway);
    means(&config.clone().text("secret_key", "spsk_test_another_0001"), "payments", &KEY);
    let wrong = config.clone().text("api_token", "ANOTHERxTOKEN");
    means(&wrong, "statements", &KEY);
    means(&wrong.text("statements_api", "v1"), "statements", &KEY);
    means(&config.text("oauth_client_secret", "another"), "oauth", &KEY);

    let payos = gateways::payos(payos::Settings::test());
    let config = gateways::payos_config(&payos.gateway);
    means(&config.clone().text("api_key", "another"), "payments", &KEY);
    let wrong = config.text("payout_checksum_key", "TEST-ONLY-another-checksum-key-0123456789");
    means(&wrong, "payouts: the balance", &FORMULA_OR_KEY);
}

#[test]
fn a_wrong_formula_is_named_with_the_key_that_replaces_it() {
    let hpay = gateways::hpay(hpay::Settings::test());
    let config = gateways::hpay_config(&hpay.gateway)
        .value("formulas.order_inquiry_request", "'{order_code}|{merchant_id}|{passcode}'");
    let ran = means(&config, "payments", &FORMULA_OR_KEY);
    assert!(ran.out.contains("formulas.order_inquiry_request"), "{ran:?}");
    let text = doctor(&config, &[]);
    assert!(text.out.starts_with("not ok: of 1 provider 1\n"), "{text:?}");
    assert!(text.out.contains(": signature formula wrong, or key"), "{text:?}");

    let payos = gateways::payos(payos::Settings::test());
    let config = gateways::payos_config(&payos.gateway).value("formulas.payout", "'{*},{*}'");
    means(&config, "payouts: the balance", &FORMULA_OR_KEY);
}

#[test]
fn an_address_that_the_gateway_does_not_know_is_named() {
    let simulated = gateways::hpay(hpay::Settings::test());
    let config = gateways::hpay_config(&simulated.gateway);
    let (operation, before) = (hpay::Operation::OrderInquiry, hpay::When::BeforeBooking);
    simulated.gateway.answer_next_with(operation, "02", before).unwrap();
    means(&config, "payments", &ADDRESS);
    let refusing =
        always("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    means(&config.text("account_url", &refusing), "payouts: the balance", &ADDRESS);

    let simulated = gateways::payos(payos::Settings::test());
    let refused = payos::Fault::RefuseWith { code: "403".into() };
    simulated.gateway.fail_next(payos::Operation::FindPayouts, refused);
    means(&gateways::payos_config(&simulated.gateway), "payouts: one", &ADDRESS);
}

#[test]
fn a_host_that_is_not_reached_is_told_by_what_fails() {
    let sepay = gateways::sepay(sepay::Settings::test());
    let config = gateways::sepay_config(&sepay.gateway);
    let deaf = config.clone().text("pgapi_url", &nothing());
    means(&deaf, "payments", &["connection_refused"]);
    let without_tls = sepay.gateway.hosts()["pgapi"].replace("http://", "https://");
    means(&config.clone().text("pgapi_url", &without_tls), "payments", &["tls_failed"]);
    // The other questions are still sent.
    let ran = doctor(&deaf, &["--json"]);
    assert_eq!(meanings(&ran, "statements"), ["good"], "{ran:?}");
}

#[test]
fn a_limit_and_an_outage_are_no_fault_of_the_configuration() {
    let simulated = gateways::sepay(sepay::Settings::test());
    let config = gateways::sepay_config(&simulated.gateway);
    let limit = http::StatusCode::TOO_MANY_REQUESTS;
    simulated.gateway.fail_next(sepay::Operation::BankAccountList, limit);
    means(&config, "statements", &["rate_limited"]);
    let broken = always(
        "HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\
         connection: close\r\n\r\n<html></html>",
    );
    means(&config.text("pgapi_url", &broken), "payments", &["gateway_unavailable"]);
    let simulated = gateways::hpay(hpay::Settings::test());
    let config = gateways::hpay_config(&simulated.gateway).text("checkout_url", &broken);
    means(&config, "payments", &["gateway_unavailable"]);
    let page = always(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\
         connection: close\r\n\r\n<html></html>",
    );
    means(&config.text("checkout_url", &page), "payments", &["not_understood"]);
}

#[test]
fn a_clock_that_differs_from_the_gateway_s_is_named() {
    let simulated = gateways::hpay(hpay::Settings::test());
    let late = always(
        "HTTP/1.1 500 No\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\ncontent-length: 0\r\n\
         connection: close\r\n\r\n",
    );
    let config = gateways::hpay_config(&simulated.gateway).text("checkout_url", &late);
    means(&config, "clock", &["clock_wrong"]);
}

#[test]
fn no_secret_is_printed() {
    let simulated = gateways::hpay(hpay::Settings::test());
    let config = gateways::hpay_openapi_config(&simulated.gateway);
    let broken = config.clone().value("formulas.order_inquiry_request", "'{order_code}{passcode}'");
    for config in [config, broken] {
        for flags in [&[][..], &["--json"]] {
            let ran = doctor(&config, flags);
            for secret in simulated.gateway.secrets() {
                assert!(!ran.out.contains(&secret) && !ran.err.contains(&secret), "{ran:?}");
            }
        }
    }
}

#[test]
fn nothing_is_asked_where_the_configuration_has_a_problem() {
    let simulated = gateways::hpay(hpay::Settings::test());
    let config = gateways::hpay_config(&simulated.gateway).text("colour", "red");
    let ran = doctor(&config, &["--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.json()["problems"][0]["path"], "providers.main.colour", "{ran:?}");
    assert!(simulated.gateway.requests().is_empty());
}
