//! Each setting on every operation that it governs, and on those that it does not.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::{Request, header::CONTENT_TYPE};
use payments_core::{ErrorKind, Secret, UncertainCause};
use provider_hpay::formulas::{
    BALANCE_RESPONSE, NAME_CHECK_RESPONSE, ORDER_INQUIRY_RESPONSE, PAYOUT_INQUIRY_RESPONSE,
    VA_CLOSE_RESPONSE, VA_CREATE_RESPONSE, VA_INQUIRY_RESPONSE,
};
use provider_kit::{
    config::Value,
    signature::{Formula, Keys, SigningKeys},
};

use crate::{
    operations::{self, INQUIRIES, Operation, Outcome, good},
    support::{self, PASSCODE, Script},
};

/// What each operation's answer is checked by, where it carries a code that the reference prints
/// no formula of.
fn formula_of(operation: &str) -> Option<(&'static str, Formula)> {
    Some(match operation {
        "find_payment" | "find_transaction" | "confirm_payment" => {
            ("formulas.order_inquiry_response", ORDER_INQUIRY_RESPONSE)
        }
        "balance" => ("formulas.balance_response", BALANCE_RESPONSE),
        "open" => ("formulas.va_create_response", VA_CREATE_RESPONSE),
        "close" | "reopen" => ("formulas.va_close_response", VA_CLOSE_RESPONSE),
        "credits" | "confirm_credit" => ("formulas.va_inquiry_response", VA_INQUIRY_RESPONSE),
        "verify_beneficiary" => ("formulas.name_check_response", NAME_CHECK_RESPONSE),
        "find_payout" | "find_payout_transaction" | "find_payout_like" => {
            ("formulas.payout_inquiry_response", PAYOUT_INQUIRY_RESPONSE)
        }
        // Signed by RSA, and signed by nothing.
        "create_payout" | "update" => return None,
        other => panic!("{other}"),
    })
}

const TEMPLATE: &str = "md5_hex({error_code}|{passcode})";

/// The code over an answer by [`TEMPLATE`].
fn code(operation: &str, formula: &Formula, passcode: &str) -> String {
    let formula = formula.replaced(&TEMPLATE.replace("passcode", "secret")).unwrap();
    let answer = good(operation, "");
    let keys = Keys::one(Secret::new(passcode).unwrap());
    let error_code = answer["error_code"].as_str().unwrap().as_bytes();
    let keys = SigningKeys { secret: Some(&keys), signer: None };
    formula.sign(&[("error_code", error_code)], keys).unwrap()
}

async fn outcome(operation: &Operation, changes: &[(&str, &str)], answer: String) -> Outcome {
    let script = Script::new();
    script.answer(answer);
    (operation.call)(&support::provider_with(&script, changes)).await
}

#[tokio::test]
async fn unverified_answers_are_believed_or_refused_by_every_operation() {
    const REFUSE: (&str, &str) = ("unverified_answers", "refuse");
    for operation in operations::all() {
        let name = operation.name;
        let believed =
            if operation.is_instruction() { Outcome::Accepted } else { Outcome::Answered };
        let disbelieved = match operation.is_instruction() {
            true => Outcome::Uncertain(UncertainCause::BadSignature),
            false => Outcome::Failed(ErrorKind::Malformed),
        };
        let unchecked = || good(name, "c0de").to_string();
        assert_eq!(outcome(operation, &[], unchecked()).await, believed, "{name}");
        let refusing = outcome(operation, &[REFUSE], unchecked()).await;
        // The answer to a payout is signed by a formula that the reference prints.
        let expected = if name == "create_payout" { believed } else { disbelieved };
        assert_eq!(refusing, expected, "{name}");
        let Some((key, formula)) = formula_of(name) else { continue };
        let given = [REFUSE, (key, TEMPLATE)];
        let checked = good(name, &code(name, &formula, PASSCODE)).to_string();
        assert_eq!(outcome(operation, &given, checked).await, believed, "{name}");
        for forged in [unchecked(), good(name, "").to_string()] {
            assert_eq!(outcome(operation, &given, forged.clone()).await, disbelieved, "{name}");
            assert_eq!(outcome(operation, &given[1..], forged).await, disbelieved, "{name}");
        }
    }
}

#[tokio::test]
async fn an_older_passcode_checks_the_code_of_every_answer() {
    let mut table = support::table();
    let keys = ["the passcode to come, which is long".into(), PASSCODE.into()];
    table.insert("passcode".into(), Value::List(keys.into()));
    for operation in operations::all() {
        let Some((key, formula)) = formula_of(operation.name) else { continue };
        // A confirmation begins with a delivery that the newest passcode need not have signed.
        let mut table = table.clone();
        table.insert(key.into(), TEMPLATE.into());
        let newest = "the passcode to come, which is long";
        for (passcode, is_good) in [(newest, true), (PASSCODE, true), ("of a stranger", false)] {
            let script = Script::new();
            let code = code(operation.name, &formula, passcode);
            script.answer(good(operation.name, &code).to_string());
            let client = Arc::<Script>::clone(&script);
            let provider = support::try_build(client, table.clone()).unwrap();
            let outcome = (operation.call)(&provider).await;
            let believed = matches!(outcome, Outcome::Accepted | Outcome::Answered);
            assert_eq!(believed, is_good, "{}: {passcode}: {outcome:?}", operation.name);
        }
    }
}

/// The request of every operation, by the operation's name.
async fn requests(changes: &[(&str, &str)]) -> BTreeMap<&'static str, Request<bytes::Bytes>> {
    let script = Script::new();
    let provider = support::provider_with(&script, changes);
    let mut requests = BTreeMap::new();
    for operation in operations::all() {
        script.answer_with(503, "");
        let _ = (operation.call)(&provider).await;
        requests.insert(operation.name, script.calls().pop().unwrap().request);
    }
    assert_eq!(script.calls().len(), requests.len(), "one request each");
    requests
}

/// What a request is written in: its header and whether it is JSON.
fn form_of(request: &Request<bytes::Bytes>) -> (&str, bool) {
    let header = request.headers().get(CONTENT_TYPE).map_or("", |text| text.to_str().unwrap());
    (header, serde_json::from_slice::<serde_json::Value>(request.body()).is_ok())
}

#[tokio::test]
async fn a_setting_of_bodies_and_paths_changes_the_operations_that_it_governs_and_no_other() {
    const FORM: &str = "application/x-www-form-urlencoded";
    const JSON: &str = "application/json";
    let usual = requests(&[]).await;
    let orders: &[&str] = &["find_payment", "find_transaction", "confirm_payment"];
    let accounts: &[&str] = &["open", "close", "reopen"];
    for (key, governed) in [("compat.order_inquiry_body", orders), ("compat.va_body", accounts)] {
        for (value, form) in
            [("form", (FORM, false)), ("json", (JSON, true)), ("json-as-form", (FORM, true))]
        {
            for (name, request) in requests(&[(key, value)]).await {
                let expected = if governed.contains(&name) { form } else { form_of(&usual[name]) };
                assert_eq!(form_of(&request), expected, "{key} = {value}: {name}");
                assert_eq!(request.uri(), usual[name].uri(), "{key} = {value}: {name}");
            }
        }
    }
    for (name, request) in requests(&[("compat.order_inquiry_path", "/v3/order")]).await {
        let path = if orders.contains(&name) { "/v3/order" } else { usual[name].uri().path() };
        assert_eq!(request.uri().path(), path, "{name}");
        assert_eq!(form_of(&request), form_of(&usual[name]), "{name}");
    }
    for endpoint in ["json", "openapi", "form"] {
        for (name, request) in requests(&[("payout_endpoint", endpoint)]).await {
            if name != "create_payout" {
                assert_eq!(request.uri(), usual[name].uri(), "{endpoint}: {name}");
                assert_eq!(request.body(), usual[name].body(), "{endpoint}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_configured_bank_code_is_sent_and_read_wherever_a_bank_is_named() {
    let mut table = support::table();
    let codes = [("970418".to_owned(), "BIDVX".into())];
    table.insert("bank_codes".into(), Value::Table(codes.into()));
    let build = |answer: String| {
        let script = Script::new();
        script.answer(answer);
        let client = Arc::<Script>::clone(&script);
        (support::try_build(client, table.clone()).unwrap(), script)
    };
    let (provider, script) = build(good("create_payout", "").to_string());
    let payout = operations::all().find(|it| it.name == "create_payout").unwrap();
    assert_eq!((payout.call)(&provider).await, Outcome::Accepted);
    assert_eq!(support::json_body(&script.request())["bankName"], "BIDVX");

    let check = INQUIRIES.iter().find(|it| it.name == "verify_beneficiary").unwrap();
    for (bank, expected) in
        [("BIDVX", Outcome::Answered), ("BIDV", Outcome::Failed(ErrorKind::Malformed))]
    {
        let answer = good(check.name, "").to_string().replace("\"BIDV\"", &format!("\"{bank}\""));
        let (provider, script) = build(answer);
        assert_eq!((check.call)(&provider).await, expected, "{bank}");
        assert_eq!(support::query(&script.request())["bank_name"], "BIDVX");
    }
    // The table's own code still names the bank.
    for (bank, bin) in [("BIDVX", Some("970418")), ("BIDV", Some("970418")), ("BID", None)] {
        let answer = good("open", "").to_string().replace("\"BIDV\"", &format!("\"{bank}\""));
        let (provider, _) = build(answer);
        let request = payments_core::virtual_account::OpenVirtualAccount::new(
            support::order(),
            "NGUYEN VAN A",
        );
        let request = request.unwrap().with_amount(payments_core::money::Money::vnd(100_000));
        let opened = provider.virtual_accounts().unwrap().open(&request.unwrap()).await.unwrap();
        let number = opened.accepted().unwrap().numbers.remove(0);
        assert_eq!(number.bank.map(|bin| bin.to_string()).as_deref(), bin, "{bank}");
    }
}
