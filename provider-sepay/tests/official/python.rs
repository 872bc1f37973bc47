//! PyPI `sepay`, a library of the User API v1.

use std::path::Path;

use serde_json::json;
use simulator_sepay::{Host, SePaySimulator, Settings};

use crate::frame::{asked_for, pip, python, ran, told};

const CLIENT: &str = "sepay";
const VERSION: &str = "0.1.0";

/// What `.ci/run` looks for; npm has another library, whose name begins alike.
const NAME: &str = "sepay (PyPI)";

/// What the library needs to run; it also asks for the tools of its documentation.
const NEEDS: [&str; 2] = ["pydantic>=2.9.2,<3", "requests>=2.31.0,<3"];

#[tokio::test]
async fn the_python_library_takes_the_simulator_for_sepay() {
    if !asked_for(NAME) {
        return;
    }
    let folder = pip(&[&format!("{CLIENT}=={VERSION}")], &NEEDS);
    let sepay = SePaySimulator::start(Settings::test()).await.unwrap();
    // The library cannot read an account on which nothing ever moved.
    for account in sepay.bank_accounts() {
        sepay.bank_transfer(&account.number, 50_000, "SPT123456").await.unwrap();
    }
    let paid = sepay.bank_transfer_out("0900000002", 700, "hoan tien").await.unwrap();
    let input = json!({
        "userapi": format!("{}/userapi/", sepay.url(Host::My)),
        "api_token": sepay.settings().api_token(),
        "account_number": "0900000002",
        "reference_number": paid.reference,
    });
    let path = folder.path().to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/python/user_api.py");
    let saw = tokio::task::spawn_blocking(move || told(&python(&path), [script], &path, &input))
        .await
        .unwrap();

    assert_eq!(saw["transactions"].as_array().unwrap().len(), 5, "{saw}");
    assert_eq!(saw["transactions"][0]["amount_out"], "700.00", "the newest comes first: {saw}");
    assert_eq!(saw["narrowed"].as_array().unwrap().len(), 2, "{saw}");
    assert_eq!(saw["transaction"], saw["transactions"][0], "{saw}");
    assert_eq!(saw["transaction"]["reference_number"], paid.reference.as_str(), "{saw}");
    assert_eq!((&saw["count"], &saw["count_of_one"]), (&json!(5), &json!(2)), "{saw}");
    assert_eq!(saw["accounts"][0]["accumulated"], "10050000.00", "{saw}");
    assert_eq!(saw["account"], saw["accounts"][1], "{saw}");
    assert_eq!(saw["count_of_accounts"], 4, "{saw}");
    assert_eq!(saw["stranger"], "JSONDecodeError", "an empty answer is no JSON: {saw}");
    ran(NAME);
}
