//! Every key of every provider's configuration, and its effect in the sandbox.

use payments::{hpay, payos, sepay};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    receiver::Receiver,
    world::{Sandbox, shell},
};
use crate::program::{file, payments};

/// The evidence that a key is honoured, or the reason why it has no meaning in a sandbox.
enum Shows {
    /// A ready call contains this text, and gets the documented response.
    Call(&'static str),
    /// The overview contains this text.
    Overview(&'static str),
    /// A webhook contains this text in its headers or body. The endpoints are registered, and the
    /// action makes the gateway send it.
    Webhook(&'static [&'static str], fn() -> Value, &'static str),
    /// A call that breaks the rule is refused with this text. It is the first call with one text
    /// replaced by another.
    Refusal(&'static str, &'static str, &'static str),
    /// Only the client uses it, so the printed configuration contains it unchanged.
    Client,
    /// The printed configuration contains the sandbox's own value instead.
    Sandbox,
    /// Another row or another test shows it.
    Elsewhere,
}

use Shows::{Call, Client, Elsewhere, Overview, Refusal, Webhook};

type Row = (&'static str, &'static str, Shows);

fn credit() -> Value {
    json!({ "action": "credit", "account": "0900000001", "amount": 5000, "memo": "x" })
}

fn credit_of_va() -> Value {
    json!({ "action": "credit", "account": "1000000000032", "amount": 5000 })
}

const ACCOUNT: &str = "account_bin = '970422'\naccount_number = '555000111'\n";
const CODE: &str = "code_prefix = 'SHOP'\ncode_min = 4\ncode_max = 4\n";

fn sepay() -> Vec<Row> {
    vec![
        ("environment", "", Elsewhere),
        ("merchant_id", "merchant_id = 'SP-OWN'", Call("merchant=SP-OWN")),
        (
            "secret_key",
            "secret_key = 'own-secret'",
            Call("U1AtVEVTVC1TSU1VTEFUT1I6b3duLXNlY3JldA=="),
        ),
        ("ipn_secret", "", Elsewhere),
        ("success_url", "success_url = 'https://shop.example/ok'", Client),
        ("error_url", "error_url = 'https://shop.example/ok'", Client),
        ("cancel_url", "cancel_url = 'https://shop.example/ok'", Client),
        ("api_token", "api_token = 'own-token'", Call("Bearer own-token")),
        ("account_bin", ACCOUNT, Overview("MBBank")),
        ("account_number", ACCOUNT, Overview("\"account\":\"555000111\"")),
        (
            "account_holder",
            "account_bin = '970422'\naccount_number = '5'\naccount_holder = 'ONG A'",
            Overview("ONG A"),
        ),
        (
            "sub_accounts",
            "account_bin = '970422'\naccount_number = '5'\nsub_accounts = ['VQRQ01', 'VQRQ02']",
            Webhook(
                &["bank-webhook"],
                || json!({ "action": "credit", "account": "VQRQ02", "amount": 5000, "memo": "x" }),
                "\"subAccount\":\"VQRQ02\"",
            ),
        ),
        ("code_prefix", CODE, Call("SHOP1111")),
        ("code_min", CODE, Call("SHOP1111")),
        (
            "code_max",
            CODE,
            Webhook(
                &["bank-webhook"],
                || {
                    json!({ "action": "credit", "account": "0900000001", "amount": 5000,
                 "memo": "SHOP12345" })
                },
                "\"code\":\"SHOP1234\"",
            ),
        ),
        (
            "code_characters",
            "code_prefix = 'SHOP'\ncode_min = 4\ncode_characters = 'digits'",
            Webhook(
                &["bank-webhook"],
                || {
                    json!({ "action": "credit", "account": "0900000001", "amount": 5000,
                 "memo": "SHOPA111" })
                },
                "\"code\":null",
            ),
        ),
        ("accept_bank_word", "accept_bank_word = true", Client),
        (
            "memo_lead",
            "account_bin = '970422'\naccount_number = '5'\nmemo_lead = 'ABC'",
            Call("ABC SPT111111 cam on"),
        ),
        ("statements_api", "statements_api = 'v1'", Client),
        ("va_account", "va_account = 'own-account'", Call("/bank-accounts/own-account/orders")),
        (
            "va_prefix",
            "va_account = 'own-account'\nva_prefix = 'SEP7WEB'",
            Call("/bank-accounts/own-account/prefixes/SEP7WEB"),
        ),
        (
            "va_tid",
            "va_account = 'own-account'\nva_tid = '12345678'",
            Call("/bank-accounts/own-account/terminals"),
        ),
        ("va_holder_names", "va_holder_names = true", Client),
        ("va_api", "va_account = '57'\nva_api = 'v1'", Call("/userapi/bidv/57/orders")),
        ("webhook_secret", "", Elsewhere),
        (
            "webhook_client_id",
            "webhook_client_id = 'sepay-1'\nwebhook_client_secret = 's3cret'",
            Webhook(&["bank-token", "bank-webhook"], credit, "client_id=sepay-1"),
        ),
        (
            "webhook_client_secret",
            "webhook_client_id = 'sepay-1'\nwebhook_client_secret = 's3cret'",
            Webhook(&["bank-token", "bank-webhook"], credit, "client_secret=s3cret"),
        ),
        (
            "webhook_api_key",
            "webhook_api_key = 'own-key'",
            Webhook(&["bank-webhook"], credit, "Apikey own-key"),
        ),
        (
            "webhook_unauthenticated",
            "webhook_unauthenticated = true",
            Webhook(&["bank-webhook"], credit, "\"transferAmount\":5000"),
        ),
        ("source_ips", "source_ips = ['127.0.0.1']", Client),
        ("oauth_client_id", "oauth_client_id = 'own-app'", Call("client_id=own-app")),
        ("oauth_client_secret", "oauth_client_secret = 'own-s'", Call("client_secret=own-s")),
        (
            "oauth_redirect_url",
            "oauth_redirect_url = 'http://127.0.0.1:9/own'",
            Call("redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fown"),
        ),
        ("oauth_url", "oauth_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("pay_url", "pay_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("pgapi_url", "pgapi_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("userapi_url", "userapi_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("userapi_v1_url", "userapi_v1_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("userapi_rate", "userapi_rate = 1", Client),
        ("userapi_v1_rate", "userapi_v1_rate = 1", Client),
        ("compat", "", Elsewhere),
        ("formulas", "", Elsewhere),
        (
            "compat.order_list_end",
            "compat = { order_list_end = 'end_created_at', order_list_sort = 'colon' }",
            Client,
        ),
        (
            "compat.order_list_sort",
            "compat = { order_list_end = 'end_created_at', order_list_sort = 'colon' }",
            Client,
        ),
        ("compat.userapi_v1_va_path", "compat = { userapi_v1_va_path = 'vas' }", Call("/vas")),
        ("compat.checkout_path", "compat = { checkout_path = '/v2/form' }", Call("/v2/form")),
    ]
}

fn hpay() -> Vec<Row> {
    vec![
        ("environment", "", Elsewhere),
        ("merchant_id", "merchant_id = '777'", Call("merchant_site_code=777")),
        ("receiver", "receiver = 'shop@own.vn'", Call("receiver=shop%40own.vn")),
        ("passcode", "", Elsewhere),
        ("return_url", "return_url = 'https://shop.example/ok'", Client),
        ("notify_url", "notify_url = 'https://shop.example/ok'", Client),
        ("currency", "currency = 'usd'", Client),
        ("private_key", "", Elsewhere),
        ("hpay_certificate", "hpay_certificate = { file = '/no/such/file' }", Shows::Sandbox),
        ("signer", "signer = 'aws-lc'", Client),
        (
            "api",
            "api = { virtual_accounts = 'openapi' }",
            Webhook(&["va-callback"], credit_of_va, "cashin_id="),
        ),
        ("openapi_client_id", "openapi_client_id = 'own-app'", Call("client_id=own-app")),
        ("openapi_client_secret", "openapi_client_secret = 'own-s'", Call("client_secret=own-s")),
        ("payout_endpoint", "payout_endpoint = 'form'", Client),
        (
            "bank_codes",
            "bank_codes = { 970499 = 'OWNBANK' }",
            Refusal("/api/ibft/create", "bankName=BIDV", "bankName=OWNBANK"),
        ),
        ("unverified_answers", "unverified_answers = 'accept'", Client),
        ("formulas", "", Elsewhere),
        ("compat", "", Elsewhere),
        ("checkout_url", "checkout_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("account_url", "account_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("openapi_url", "openapi_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("compat.link_path", "compat = { link_path = '/own/link' }", Call("/own/link?")),
        (
            "compat.advanced_link_path",
            "compat = { advanced_link_path = '/own/link' }",
            Call("/own/link?"),
        ),
        ("compat.revoke_token_path", "compat = { revoke_token_path = '/own/revoke' }", Client),
        ("compat.revoke_token_merchant", "compat = { revoke_token_merchant = 'both' }", Client),
        (
            "compat.order_inquiry_path",
            "compat = { order_inquiry_path = '/own/order' }",
            Call("/own/order "),
        ),
        (
            "compat.order_inquiry_body",
            "compat = { order_inquiry_body = 'json' }",
            Call("'content-type: application/json' -d '{\"checksum\""),
        ),
        (
            "compat.va_body",
            "compat = { va_body = 'json-as-form' }",
            Call("/api/va/create -d '{\"accountVaName\""),
        ),
        (
            "compat.openapi_payout_service",
            "compat = { openapi_payout_service = 'firm' }",
            Call("/service/firm/v1/transfer"),
        ),
        (
            "compat.openapi_payout_inquiry",
            "compat = { openapi_payout_inquiry = 'get-status' }",
            Call("/service/ibft/v1/get-status"),
        ),
        ("compat.openapi_note", "compat = { openapi_note = 'remark' }", Client),
    ]
}

fn payos() -> Vec<Row> {
    vec![
        ("environment", "", Elsewhere),
        ("client_id", "client_id = 'own'", Call("x-client-id: own")),
        ("api_key", "api_key = 'own-key'", Call("x-api-key: own-key")),
        ("checksum_key", "", Elsewhere),
        ("payout_client_id", "payout_client_id = 'own'", Call("x-client-id: own")),
        ("payout_api_key", "payout_api_key = 'own-key'", Call("x-api-key: own-key")),
        ("payout_checksum_key", "", Elsewhere),
        ("partner_code", "partner_code = 'P1'", Client),
        ("return_url", "return_url = 'https://shop.example/ok'", Client),
        ("cancel_url", "cancel_url = 'https://shop.example/ok'", Client),
        (
            "longest_description",
            "longest_description = 9",
            Refusal("/v2/payment-requests -H", "Don hang thu", "Don hang thu"),
        ),
        ("formulas", "", Elsewhere),
        ("api_url", "api_url = 'http://127.0.0.1:9'", Shows::Sandbox),
        ("pay_url", "pay_url = 'http://127.0.0.1:9'", Shows::Sandbox),
    ]
}

/// Returns the keys of a typed configuration, from its error about an unknown one.
fn keys_of<T: DeserializeOwned>() -> Vec<String> {
    let refusal = toml::from_str::<T>("nonsense = 1").err().unwrap().to_string();
    assert!(refusal.contains("expected"), "{refusal}");
    let names = refusal.split("expected").nth(1).unwrap().split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

/// Asserts that the rows are exactly the keys.
fn is_complete(rows: &[Row], keys: Vec<String>, compat: Vec<String>) {
    let compat = compat.into_iter().map(|key| format!("compat.{key}"));
    let mut keys: Vec<String> = keys.into_iter().chain(compat).collect();
    let mut named: Vec<String> = rows.iter().map(|(key, ..)| (*key).to_owned()).collect();
    keys.sort();
    named.sort();
    assert_eq!(named, keys);
}

#[test]
fn every_key_of_a_configuration_has_a_row() {
    is_complete(&sepay(), keys_of::<sepay::Config>(), keys_of::<sepay::Compat>());
    is_complete(&hpay(), keys_of::<hpay::Config>(), keys_of::<hpay::Compat>());
    is_complete(&payos(), keys_of::<payos::Config>(), Vec::new());
}

#[test]
fn every_key_of_sepay_s_is_honoured_or_the_client_s_own() {
    check("sepay", sepay());
}

#[test]
fn every_key_of_hpay_s_is_honoured_or_the_client_s_own() {
    check("hpay", hpay());
}

#[test]
fn every_key_of_payos_s_is_honoured_or_the_client_s_own() {
    check("payos", payos());
}

fn check(kind: &str, rows: Vec<Row>) {
    let folder = tempfile::tempdir().unwrap();
    for (key, lines, shows) in rows {
        if let Elsewhere = shows {
            continue;
        }
        let config = format!("[providers.p]\nkind = '{kind}'\nenvironment = 'sandbox'\n{lines}\n");
        let config = file(&folder, "payments.toml", config);
        let sandbox = Sandbox::start(["--config", config.to_str().unwrap()]);
        let printed: toml::Table = toml::from_str(&sandbox.config).unwrap();
        let printed = &printed["providers"][kind];
        let given: toml::Table = toml::from_str(lines).unwrap();
        let name = key.split('.').next().unwrap();
        match shows {
            Client => assert_eq!(printed.get(name), given.get(name), "{key}: {}", sandbox.config),
            Shows::Sandbox => {
                assert!(printed.get(name).is_some(), "{key}: {}", sandbox.config);
                assert_ne!(printed.get(name), given.get(name), "{key}");
            }
            Overview(text) => {
                let overview = sandbox.read(kind, "overview").to_string();
                assert!(overview.contains(text), "{key}: {overview}");
            }
            Call(text) => call(&sandbox, kind, key, text),
            Refusal(path, from, to) => refusal(&sandbox, kind, key, path, from, to),
            Webhook(endpoints, action, text) => {
                let shop = Receiver::start();
                for endpoint in endpoints {
                    sandbox.register(kind, endpoint, &shop.url);
                }
                if kind == "hpay" {
                    call(&sandbox, kind, key, "/api/va/create");
                }
                let answer = sandbox.act(kind, &action());
                assert!(answer.ends_with(" 200"), "{key}: {answer}");
                let arrived: String = endpoints.iter().map(|_| everything(&shop.next())).collect();
                assert!(arrived.contains(text), "{key}: {text} in {arrived}");
            }
            Elsewhere => {}
        }
    }
}

/// Formats a request as text: target, headers and body.
fn everything(request: &http::Request<Vec<u8>>) -> String {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
    let body = String::from_utf8_lossy(request.body());
    format!("{}\n{}{body}\n", request.uri(), headers.collect::<String>())
}

/// Runs the lines up to the last one that contains a text, because each may need those before it.
fn call(sandbox: &Sandbox, kind: &str, key: &str, text: &str) {
    let samples = sandbox.read(kind, "samples");
    let samples = samples.as_array().unwrap();
    let curl = |sample: &Value| sample["curl"].as_str().unwrap().to_owned();
    let last = samples.iter().position(|sample| curl(sample).contains(text));
    let last = last.unwrap_or_else(|| panic!("{key}: no line has {text}: {samples:#?}"));
    for sample in &samples[..=last] {
        let answer = shell(&curl(sample));
        let expected = sample["answers"].as_str().unwrap();
        assert!(answer.contains(expected), "{key}: {answer}\n{sample}");
    }
}

/// Asserts that the first line with a path gets the documented response with the second text in
/// place of the first under this key, and without the key does not; or the reverse.
fn refusal(sandbox: &Sandbox, kind: &str, key: &str, path: &str, from: &str, to: &str) {
    let usual = Sandbox::start([]);
    let answers = |sandbox: &Sandbox| {
        let samples = sandbox.read(kind, "samples");
        let line = samples.as_array().unwrap().iter().map(|it| it["curl"].as_str().unwrap());
        let line = line.into_iter().find(|line| line.contains(path)).unwrap();
        assert!(line.contains(from), "{line}");
        shell(&line.replace(from, to))
    };
    let code = |answer: &str| -> Value {
        let answer: Value = serde_json::from_str(answer).unwrap();
        answer.get("error_code").or(answer.get("code")).unwrap().clone()
    };
    assert_ne!(code(&answers(sandbox)), code(&answers(&usual)), "{key}");
}

#[test]
fn what_has_no_meaning_is_refused_by_its_name_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (lines, named) in [
        ("kind = 'payos'\nclient_idd = 'x'", "providers.shop.client_idd"),
        ("kind = 'payos'\nformulas.refund = '{amount}'", "formulas.refund"),
        ("kind = 'hpay'\nformulas.va_callback = '{cashin'", "formulas.va_callback"),
        ("kind = 'hpay'\ncompat.link_path = '/checkout.php'", "compat.link_path"),
        ("kind = 'hpay'\ncompat.link_pathh = '/x'", "compat.link_pathh"),
        ("kind = 'hpay'\ncompat.va_body = 'xml'", "compat.va_body"),
        ("kind = 'sepay'\nformulas.checkout = 'merchant,amount'", "formulas.checkout"),
        ("kind = 'sepay'\ncompat.checkout_path = 'x'", "compat.checkout_path"),
        ("kind = 'sepay'\nwebhook_client_id = 'x'", "webhook_client_secret"),
        ("kind = 'sepay'\nsub_accounts = 'x'", "account_number"),
        ("kind = 'sepay'\nva_account = 'x'\nva_api = 'v1'", "va_account"),
        ("kind = 'sepay'\nva_account = 'x'\nva_tid = 'POS'", "va_tid"),
    ] {
        let config = file(&folder, "payments.toml", format!("[providers.shop]\n{lines}\n"));
        let sandbox = payments(["sandbox", "--port", "0"]);
        sandbox.with("--config", config.to_str().unwrap()).run().refused(named);
    }
}
