//! HPay's signatures and deliveries, checked against the vectors of its crate.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Program, Ran, file, payments, vectors};

/// The certificate of the vectors' merchant, which the vectors have in DER.
const MERCHANT_CERTIFICATE: &str =
    include_str!("../../../simulators/hpay/data/test-only/merchant.cert.pem");

fn section(name: &str) -> Value {
    vectors("provider-hpay/tests/data/vectors.json")[name].clone()
}

fn cases(section: &Value) -> &[Value] {
    section["cases"].as_array().unwrap()
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap_or_else(|| panic!("{key}: {vector}"))
}

/// Asserts the verdict of `check`, and that its exit code agrees.
fn checked(program: Program, valid: bool, what: &str) -> Ran {
    let ran = program.run();
    assert_eq!(ran.json()["valid"], valid, "{what}: {ran:?}");
    assert_eq!(ran.code, if valid { 0 } else { 3 }, "{what}: {ran:?}");
    ran
}

/// Asserts that `sign` prints the vector's string, with the secret masked, and its signature.
fn signed(program: Program, string: &str, secret: &str, signature: &str) {
    let ran = program.run();
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    let (before, after) = string.rsplit_once(secret).unwrap();
    assert_eq!(json["signed_string"], format!("{before}‹secret›{after}").as_str());
    assert_eq!(json["signature"], signature);
}

#[test]
fn checkout_links_f01() {
    for case in cases(&section("checkout_v1")) {
        let (secret, signature) = (text(case, "passcode"), text(case, "secure_code"));
        let link = |command| {
            let input = &case["input"];
            let site = text(case, "merchant_site_code");
            ["receiver", "price", "currency", "order_code"].iter().fold(
                payments([command, "hpay.checkout_v1_link"])
                    .field("merchant_site_code", site)
                    .secret(secret),
                |program, name| program.field(name, text(input, name)),
            )
        };
        signed(link("sign"), text(case, "signed_string"), secret, signature);
        checked(link("check").with("--signature", signature), true, text(case, "id"));
    }
}

/// Returns the fields of a link as it is sent.
fn sent(case: &Value) -> Vec<(String, String)> {
    let (_, query) = text(case, "url").split_once('?').unwrap();
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    pairs.filter(|(name, _)| name != "secure_code").collect()
}

/// Builds the command with the fields of a link.
fn link(command: &str, formula: &str, fields: &[(String, String)], case: &Value) -> Program {
    fields.iter().fold(
        payments([command, formula]).secret(text(case, "passcode")),
        |program, (name, value)| program.field(name, value),
    )
}

#[test]
fn older_links_f02_and_f03() {
    for (name, formula) in [
        ("checkout_legacy_php", "hpay.checkout_link"),
        ("checkout_legacy_woocommerce", "hpay.checkout_link"),
        ("checkout_legacy_basic_php", "hpay.checkout_link_short"),
    ] {
        for case in cases(&section(name)) {
            let fields = sent(case);
            let code = text(case, "secure_code");
            let ran = link("sign", formula, &fields, case).run();
            assert_eq!(ran.json()["signature"], code, "{name} {}: {ran:?}", case["id"]);
            if let Some(string) = case["signed_string"].as_str() {
                let string = string.strip_suffix(text(case, "passcode")).unwrap();
                assert_eq!(ran.json()["signed_string"], format!("{string}‹secret›").as_str());
            }
            let check = link("check", formula, &fields, case).with("--signature", code);
            checked(check, true, text(case, "id"));
        }
    }
    for case in cases(&section("checkout_legacy_python")) {
        // The library neither encodes its link nor changes the address to lower case.
        let given = case["input"].as_object().unwrap().iter();
        let mut fields: Vec<(String, String)> =
            given.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        fields.push(("merchant_site_code".into(), text(case, "merchant_site_code").into()));
        let address = text(&case["input"], "return_url");
        let check = link("check", "hpay.checkout_link", &fields, case)
            .with("--signature", text(case, "secure_code"));
        checked(check, address == address.to_ascii_lowercase(), text(case, "id"));
    }
}

#[test]
fn the_guesses_are_those_that_are_proposed() {
    for case in cases(&section("guessed_templates")) {
        let formula = match text(case, "id") {
            "order_inquiry_by_code" | "order_inquiry_by_id" | "order_inquiry_both" => {
                "hpay.order_inquiry_request"
            }
            "va_update" => "hpay.va_rename_request",
            "va_revoke" => "hpay.va_close_request",
            "va_inquiry" => "hpay.va_inquiry_request",
            "check_user_bank" => "hpay.name_check_request",
            "ibft_inquiry" => "hpay.payout_inquiry_request",
            "revoke_token" => "hpay.revoke_token_link",
            // It is possible only by a template in the configuration.
            "ibft_inquiry_with_tx" => continue,
            other => panic!("no formula for {other}"),
        };
        let fields: Vec<(String, String)> = case["fields"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let program = link("sign", formula, &fields, case);
        signed(program, text(case, "signed_string"), text(case, "passcode"), text(case, "md5"));
        let check = link("check", formula, &fields, case).with("--signature", text(case, "md5"));
        checked(check, true, text(case, "id"));
    }
}

#[test]
fn notifications_f04() {
    for case in cases(&section("ipn")) {
        let decoded = &case["decoded"];
        let names =
            ["transaction_info", "order_code", "price", "payment_id", "payment_type", "error_text"];
        let site = text(case, "merchant_site_code");
        let program = names.iter().fold(
            payments(["check", "hpay.payment_notification"])
                .field("merchant_site_code", site)
                .secret(text(case, "passcode"))
                .with("--signature", text(case, "secure_code")),
            |program, name| program.field(name, decoded[name].as_str().unwrap_or_default()),
        );
        checked(program, is_valid(case), text(case, "id"));
    }
}

/// Returns whether the code is valid. A code in upper case is left to the client; this one accepts
/// it.
fn is_valid(case: &Value) -> bool {
    case["expect_valid"] == true || case["expect_valid"] == "client policy"
}

#[test]
fn virtual_accounts_f11_and_callbacks_f18() {
    for case in cases(&section("va_create")) {
        let open = |command| {
            payments([command, "hpay.va_create_request"])
                .field("merchantId", text(case, "merchantId"))
                .field("condition", text(case, "condition"))
                .secret(text(case, "passcode"))
        };
        let signature = text(case, "secure_code");
        signed(open("sign"), text(case, "signed_string"), text(case, "passcode"), signature);
        checked(open("check").with("--signature", signature), true, text(case, "id"));
    }
    for case in cases(&section("va_callback")) {
        let callback = |command| {
            payments([command, "hpay.va_callback"])
                .field("cashin", text(case, "cashin"))
                .field("order_id", text(case, "order_id"))
                .secret(text(case, "passcode"))
        };
        let codes = &case["secure_code_by_separator"];
        let ran = callback("sign").run();
        assert_eq!(ran.json()["signature"], codes["pipe"], "{ran:?}");
        for (separator, code) in codes.as_object().unwrap() {
            let check = callback("check").with("--signature", code.as_str().unwrap());
            checked(check, separator == "pipe", separator);
        }
    }
}

#[test]
fn callbacks_of_the_newer_openapi() {
    for case in cases(&section("va_callback_openapi")) {
        let names = [
            "va_account",
            "amount",
            "cashin_id",
            "transaction_id",
            "client_request_id",
            "merchant_id",
        ];
        let callback = |command| {
            let program = payments([command, "hpay.openapi_va_callback"]);
            let program =
                names.iter().fold(program, |program, name| program.field(name, text(case, name)));
            program.secret(text(case, "passcode"))
        };
        let signature = text(case, "secure_code");
        signed(callback("sign"), text(case, "signed_string"), text(case, "passcode"), signature);
        checked(callback("check").with("--signature", signature), true, text(case, "id"));
        let other = "00000000000000000000000000000000";
        checked(callback("check").with("--signature", other), false, text(case, "id"));
    }
}

#[test]
fn payouts_f19_and_their_answers_f20() {
    let (keys, folder) = (section("keys"), tempfile::tempdir().unwrap());
    let private = file(&folder, "merchant.pem", text(&keys["merchantA"], "private_key_pkcs8_pem"));
    let public = file(&folder, "merchant.cert.pem", MERCHANT_CERTIFICATE);
    for case in cases(&section("ibft_request")) {
        let payout = |command, key: &Path| {
            ["requestId", "merchantId", "amount", "bankAccountName"].iter().fold(
                payments([command, "hpay.payout_request"])
                    .secret(text(case, "passcode"))
                    .with("--key", key.to_str().unwrap()),
                |program, name| program.field(name, text(&case["body"], name)),
            )
        };
        let (string, chain) = (text(case, "signed_string"), text(case, "secureChain"));
        signed(payout("sign", &private), string, text(case, "passcode"), chain);
        checked(payout("check", &public).with("--signature", chain), true, text(case, "id"));
    }

    let certificate = file(&folder, "hpay.pem", text(&keys["providerA"], "certificate_pem"));
    let hpay = file(&folder, "hpay.key.pem", text(&keys["providerA"], "private_key_pkcs8_pem"));
    for case in cases(&section("ibft_response")) {
        let valid = case["expect_valid"] == true;
        let (string, chain) = (text(case, "checked_string"), text(case, "secureChain"));
        let (program, passcode) = answer("check", case, &certificate);
        checked(program.with("--signature", chain), valid, text(case, "id"));
        // The wrong ones have a valid signature of something else.
        if valid {
            signed(answer("sign", case, &hpay).0, string, passcode, chain);
        }
    }
}

#[test]
fn envelopes_of_the_newer_openapi() {
    let (keys, folder) = (section("keys"), tempfile::tempdir().unwrap());
    let private = file(&folder, "merchant.pem", text(&keys["merchantA"], "private_key_pkcs8_pem"));
    let public = file(&folder, "merchant.cert.pem", MERCHANT_CERTIFICATE);
    let certificate = file(&folder, "hpay.pem", text(&keys["providerA"], "certificate_pem"));
    let hpay = file(&folder, "hpay.key.pem", text(&keys["providerA"], "private_key_pkcs8_pem"));
    for case in cases(&section("openapi_envelope")) {
        let secret = text(case, "passcode");
        let with = |command, formula: &str, key: &Path| {
            payments([command, formula]).secret(secret).with("--key", key.to_str().unwrap())
        };
        let request = |command, key| {
            with(command, "hpay.openapi_request", key).field("data", text(case, "data"))
        };
        let (string, chain) =
            (text(case, "request_signed_string"), text(case, "request_signature"));
        signed(request("sign", &private), string, secret, chain);
        checked(request("check", &public).with("--signature", chain), true, text(case, "id"));

        let answer = &case["response"];
        let response = |command, key, code| {
            with(command, "hpay.openapi_response", key)
                .field("errorCode", code)
                .field("data", text(answer, "data"))
        };
        let (string, chain) = (text(case, "response_signed_string"), text(answer, "signature"));
        signed(response("sign", &hpay, "00"), string, secret, chain);
        for (code, valid) in [("00", true), ("214404", false)] {
            let check = response("check", &certificate, code).with("--signature", chain);
            checked(check, valid, text(case, "id"));
        }
    }
}

#[test]
fn the_guessed_formulas_are_what_the_vectors_compute() {
    let ids = [
        ("va_update", "hpay.va_rename_request"),
        ("va_revoke", "hpay.va_close_request"),
        ("va_inquiry", "hpay.va_inquiry_request"),
        ("check_user_bank", "hpay.name_check_request"),
        ("ibft_inquiry", "hpay.payout_inquiry_request"),
    ];
    let guesses = section("guessed_templates");
    for (id, formula) in ids {
        let case = cases(&guesses).iter().find(|case| case["id"] == id).unwrap();
        let message = |command| {
            let fields = case["fields"].as_object().unwrap();
            fields.iter().fold(
                payments([command, formula]).secret(text(case, "passcode")),
                |program, (name, value)| program.field(name, value.as_str().unwrap()),
            )
        };
        let (string, code) = (text(case, "signed_string"), text(case, "md5"));
        signed(message("sign"), string, text(case, "passcode"), code);
        checked(message("check").with("--signature", code), true, id);
    }
}

/// Builds the command about the response to a payout, and returns it with the passcode.
fn answer<'a>(command: &str, case: &'a Value, key: &Path) -> (Program, &'a str) {
    let (formula, second) = match text(case, "layout") {
        "documented" => ("hpay.payout_response", "bankAccountNumber"),
        _ => ("hpay.payout_response_by_name", "bankAccountName"),
    };
    let mut parts = text(case, "checked_string").splitn(4, '|');
    let mut part = || parts.next().unwrap();
    let program = payments([command, formula])
        .field("requestId", part())
        .field(second, part())
        .field("omiCashoutId", part());
    let passcode = part();
    (program.secret(passcode).with("--key", key.to_str().unwrap()), passcode)
}

/// Delivers a query to an endpoint of a merchant with this passcode.
fn deliver(endpoint: &str, merchant: &str, passcode: &str, query: &str) -> Ran {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let config = file(
        &folder,
        "payments.toml",
        format!(
            r#"
            [providers.shop]
            kind = "hpay"
            environment = "sandbox"
            merchant_id = "{merchant}"
            receiver = "merchant@example.com"
            passcode = "{passcode}"
            "#
        ),
    );
    payments(["verify", "--provider", "shop", "--endpoint", endpoint, "--method", "GET"])
        .with("--config", config.to_str().unwrap())
        .with("--path", "/hooks/hpay")
        .with("--query", query)
        .with("--at", "1768202539")
        .run()
}

#[test]
fn a_notification_is_trusted_only_with_its_code() {
    for case in cases(&section("ipn")) {
        let (merchant, passcode) = (text(case, "merchant_site_code"), text(case, "passcode"));
        let ran = deliver("notify", merchant, passcode, text(case, "query"));
        let (json, id) = (ran.json(), text(case, "id"));
        // The code of a boundary shift is valid, but the fields are not those that were signed.
        if is_valid(case) && !id.ends_with("boundary-shift") {
            assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("trusted")), "{id}: {ran:?}");
            let covered = json["proof"]["coverage"]["fields"].as_array().unwrap();
            assert!(covered.contains(&"price".into()), "{id}: {json}");
            assert!(!covered.contains(&"card_number".into()), "{id}: {json}");
        } else {
            assert_eq!(ran.code, 3, "{id}: {ran:?}");
            assert_eq!(json["verdict"], "untrusted", "{id}: {ran:?}");
            assert!(
                json["reason"].is_string() && json["events"] == serde_json::json!([]),
                "{json}"
            );
        }
    }
}

#[test]
fn both_decodings_of_the_transaction_info_are_trusted() {
    for case in cases(&section("ipn_double_decoding")) {
        let (merchant, passcode) = (text(case, "merchant_site_code"), text(case, "passcode"));
        let ran = deliver("notify", merchant, passcode, text(case, "query"));
        assert_eq!((ran.code, ran.json()["verdict"].as_str()), (0, Some("trusted")), "{ran:?}");
    }
}

#[test]
fn a_callback_signs_no_amount_and_its_credit_has_to_be_confirmed() {
    for case in cases(&section("va_callback")) {
        // One of them has the code of another layout.
        let pipe = text(&case["secure_code_by_separator"], "pipe");
        let ran = deliver("va-callback", "63575", text(case, "passcode"), text(case, "query"));
        let json = ran.json();
        if !text(case, "query").ends_with(pipe) {
            assert_eq!((ran.code, json["verdict"].as_str()), (3, Some("untrusted")), "{ran:?}");
            continue;
        }
        assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("trusted")), "{ran:?}");
        let uncovered = &json["events"][0]["evidence"]["unconfirmed"]["uncovered"];
        assert!(uncovered.as_array().unwrap().contains(&"amount".into()), "{json}");
    }
}

#[test]
fn nothing_of_a_delivery_or_a_secret_is_repeated_in_errors() {
    let ran = deliver("nowhere", "64916", "hunter2-hunter2-hunter2-hunter2", "secure_code=sesame");
    ran.refused("--endpoint");
    assert!(!ran.err.contains("hunter2") && !ran.err.contains("sesame"), "{ran:?}");
}
