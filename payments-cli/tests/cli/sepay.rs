//! SePay's signatures and deliveries, checked against the vectors of its crate.

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{Program, Ran, file, payments, vectors};

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap_or_else(|| panic!("{key}: {vector}"))
}

fn list(vectors: &Value) -> &[Value] {
    vectors.as_array().unwrap()
}

fn all() -> Value {
    vectors("provider-sepay/tests/data/vectors.json")
}

/// Builds the command with the fields as they are posted.
fn form(command: &str, formula: &str, emitted: &Value) -> Program {
    list(emitted).iter().fold(payments([command, formula]), |program, pair| {
        program.field(pair[0].as_str().unwrap(), pair[1].as_str().unwrap())
    })
}

#[test]
fn checkout_forms_are_signed_and_checked_in_both_orders() {
    let file = all();
    for vector in list(&file["checkout"]) {
        let orders =
            [("recommended", "sepay.checkout"), ("allowlist_order", "sepay.checkout.allowlist")];
        for (order, formula) in orders {
            let (vector, secret) = (&vector[order], text(vector, "secret"));
            let signed = form("sign", formula, &vector["emitted"]).secret(secret).run();
            assert_eq!(signed.code, 0, "{order}: {signed:?}");
            let json = signed.json();
            assert_eq!(json["formula"], formula);
            assert_eq!(json["signed_string"], vector["signed_string"], "{order}");
            assert_eq!(json["signature"], vector["signature"], "{order}");

            let checked = form("check", formula, &vector["emitted"])
                .secret(secret)
                .with("--signature", text(vector, "signature"))
                .run();
            assert_eq!((checked.code, &checked.json()["valid"]), (0, &true.into()), "{checked:?}");
        }
    }
}

#[test]
fn what_sepays_libraries_signed_is_signed_and_checked_in_the_order_in_which_they_posted_it() {
    let file = all();
    for vector in list(&file["checkout"]) {
        for library in ["node_sdk", "php_sdk"] {
            let (theirs, secret) = (&vector[library], text(vector, "secret"));
            let signed = form("sign", "sepay.checkout", &theirs["emitted"]).secret(secret).run();
            assert_eq!(signed.json()["signature"], theirs["signature"], "{library}: {signed:?}");
            let checked = form("check", "sepay.checkout", &theirs["emitted"])
                .secret(secret)
                .with("--signature", text(theirs, "signature"))
                .run();
            assert_eq!((checked.code, &checked.json()["valid"]), (0, &true.into()), "{checked:?}");
        }
        // That one posts in another order than it signs, which no server can know.
        let python = &vector["python_sdk"];
        let checked = form("check", "sepay.checkout", &python["emitted"])
            .secret(text(vector, "secret"))
            .with("--signature", text(python, "signature"))
            .run();
        assert_eq!((checked.code, &checked.json()["valid"]), (3, &false.into()), "{checked:?}");
    }
}

#[test]
fn a_form_in_which_any_signed_field_was_changed_is_not_valid() {
    let file = all();
    let vector = &list(&file["checkout"])[0];
    let (recommended, secret) = (&vector["recommended"], text(vector, "secret"));
    let emitted = list(&recommended["emitted"]);
    for changed in 0..emitted.len() {
        let mut fields = emitted.to_vec();
        let value = fields[changed][1].as_str().unwrap().to_owned();
        fields[changed][1] = format!("{value}0").into();
        let checked = form("check", "sepay.checkout", &fields.into())
            .secret(secret)
            .with("--signature", text(recommended, "signature"))
            .run();
        assert_eq!((checked.code, &checked.json()["valid"]), (3, &false.into()), "{checked:?}");
    }
}

#[test]
fn the_order_of_the_flags_is_the_order_of_the_form() {
    let fields = |first: &str, second: &str| {
        let ran = payments(["sign", "sepay.checkout", "--field", first, "--field", second])
            .secret("spsk_test")
            .run();
        ran.json()["signed_string"].as_str().unwrap().to_owned()
    };
    assert_eq!(fields("merchant=A", "currency=VND"), "merchant=A,currency=VND");
    assert_eq!(fields("currency=VND", "merchant=A"), "currency=VND,merchant=A");
}

fn webhook(command: &str, vector: &Value, body: &str) -> Program {
    payments([command, "sepay.webhook"])
        .field("timestamp", text(vector, "timestamp"))
        .field("body", body)
        .secret(text(vector, "secret"))
}

#[test]
fn webhooks_are_signed_and_checked_whatever_their_age() {
    let file = all();
    for vector in list(&file["webhooks"]) {
        let (body, signature) = (text(vector, "raw_body"), text(vector, "x_sepay_signature"));
        let signed = webhook("sign", vector, body).run();
        assert_eq!(signed.json()["signature"], signature, "{signed:?}");
        assert_eq!(signed.json()["signed_string"], vector["signed_string"]);

        let good = webhook("check", vector, body).with("--signature", signature).run();
        assert_eq!((good.code, &good.json()["valid"]), (0, &true.into()), "{good:?}");

        let changed = format!("{body} ");
        let bad = webhook("check", vector, &changed).with("--signature", signature).run();
        assert_eq!((bad.code, &bad.json()["valid"]), (3, &false.into()), "{bad:?}");
        assert_eq!(bad.json()["reason"], "wrong_signature");
        let bare = signature.trim_start_matches("sha256=");
        let bare = webhook("check", vector, body).with("--signature", bare).run();
        assert_eq!((bare.code, bare.json()["reason"].as_str()), (3, Some("malformed_signature")));
        for ran in [signed, good, bad, bare] {
            assert!(!ran.out.contains(text(vector, "secret")), "{ran:?}");
        }
    }
}

/// Delivers the vector to a provider with its secret.
fn deliver(vector: &Value, body: &str, at: i64) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let body = file(&folder, "body", body);
    delivery(vector, at, &folder).with("--body-file", body.to_str().unwrap()).run()
}

/// Prepares `payments verify` at an endpoint of a shop with these keys.
fn verify(endpoint: &str, keys: &str, folder: &TempDir) -> Program {
    let config = file(
        folder,
        "payments.toml",
        format!("[providers.shop]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{keys}\n"),
    );
    payments(["verify", "--provider", "shop", "--endpoint", endpoint, "--method", "POST"])
        .with("--config", config.to_str().unwrap())
        .with("--path", "/hooks/bank")
}

fn delivery(vector: &Value, at: i64, folder: &TempDir) -> Program {
    let keys = format!("webhook_secret = \"{}\"", text(vector, "secret"));
    verify("bank-webhook", &keys, folder)
        .with("--header", format!("Content-Type: {}", text(vector, "content_type")))
        .with("--header", format!("X-SePay-Timestamp: {}", text(vector, "x_sepay_timestamp")))
        .with("--header", format!("X-SePay-Signature: {}", text(vector, "x_sepay_signature")))
        .with("--at", at.to_string())
}

#[test]
fn a_webhook_is_trusted_at_its_time_and_proven() {
    let file = all();
    // The others contain no whole transaction.
    let vector = &list(&file["webhooks"])[0];
    let (body, sent) = (text(vector, "raw_body"), text(vector, "timestamp").parse().unwrap());
    let ran = deliver(vector, body, sent);
    let json = ran.json();
    assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("trusted")), "{ran:?}");
    assert_eq!(json["proof"]["coverage"], "body");
    let event = &json["events"][0];
    assert!(event["key"].is_string(), "{json}");
    assert_eq!(event["evidence"], "proven", "{json}");
    assert_eq!(event["data"]["movement"]["amount"]["amount"], "2277000", "{json}");
    assert_eq!(json["reply"]["status"], 200, "{json}");
    assert!(json.get("reason").is_none(), "{json}");

    let late = deliver(vector, body, sent + 86_400);
    assert_eq!(
        (late.code, late.json()["reason"].as_str()),
        (3, Some("stale_timestamp")),
        "{late:?}"
    );
}

#[test]
fn every_webhook_of_the_vectors_is_proven_and_the_empty_one_is_unrecognised() {
    let file = all();
    for vector in list(&file["webhooks"]) {
        let body = text(vector, "raw_body");
        let ran = deliver(vector, body, text(vector, "timestamp").parse().unwrap());
        let json = ran.json();
        if body.is_empty() {
            assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("trusted")), "{ran:?}");
            assert_eq!(json["events"][0]["data"], "test", "{ran:?}");
            continue;
        }
        assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("trusted")), "{ran:?}");
        assert_eq!(json["events"][0]["evidence"], "proven", "{json}");
        let key = json["events"][0]["key"].as_str().unwrap();
        assert!(key.starts_with("sepay.webhook:"), "{json}");
    }
}

/// Delivers the first webhook of the vectors to a shop with another authentication.
fn unsigned(keys: &str, headers: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let body = file(&folder, "body", text(&list(&all()["webhooks"])[0], "raw_body"));
    let keys = format!("api_token = \"TOKEN\"\n{keys}");
    let program =
        verify("bank-webhook", &keys, &folder).with("--body-file", body.to_str().unwrap());
    let program = headers.iter().fold(program, |program, header| program.with("--header", header));
    program.with("--source", "127.0.0.1").with("--at", "1700000000").run()
}

#[test]
fn without_a_signature_a_webhook_is_taken_and_its_content_left_to_be_confirmed() {
    let from_here = "webhook_unauthenticated = true\nsource_ips = [\"127.0.0.1\"]";
    for (keys, headers, scheme, code, verdict) in [
        ("webhook_api_key = \"k\"", vec!["Authorization: Apikey k"], "shared_token", 0, "trusted"),
        ("webhook_unauthenticated = true", vec![], "unauthenticated", 4, "unauthenticated"),
        (from_here, vec![], "unauthenticated", 4, "unauthenticated"),
    ] {
        let ran = unsigned(keys, &headers);
        let json = ran.json();
        assert_eq!((ran.code, json["proof"]["scheme"].as_str()), (code, Some(scheme)), "{ran:?}");
        assert_eq!(json["verdict"], verdict, "{json}");
        assert_eq!(ran.err.contains("without any secret"), code == 4, "{ran:?}");
        assert!(json["events"][0].get("key").is_none(), "{json}");
        let uncovered = &json["events"][0]["evidence"]["unconfirmed"]["uncovered"];
        assert!(uncovered.as_array().unwrap().contains(&"transferAmount".into()), "{json}");
    }
    for (keys, headers, reason) in [
        ("webhook_api_key = \"k\"", vec!["Authorization: Apikey x"], "wrong_signature"),
        ("webhook_api_key = \"k\"", vec![], "missing_signature"),
        ("webhook_unauthenticated = true\nsource_ips = \"documented\"", vec![], "unknown_source"),
    ] {
        let ran = unsigned(keys, &headers);
        assert_eq!((ran.code, ran.json()["reason"].as_str()), (3, Some(reason)), "{ran:?}");
    }
}

#[test]
fn a_token_is_answered_and_opens_the_webhook() {
    let folder = tempfile::tempdir().unwrap();
    let keys = "webhook_client_id = \"shop\"\nwebhook_client_secret = \"hunter2\"";
    let request = "grant_type=client_credentials&client_id=shop&client_secret=hunter2".to_owned();
    let token = |body: String| {
        let body = file(&folder, "body", body);
        verify("bank-token", &format!("api_token = \"TOKEN\"\n{keys}"), &folder)
            .with("--header", "Content-Type: application/x-www-form-urlencoded")
            .with("--body-file", body.to_str().unwrap())
            .with("--at", "1700000000")
            .run()
    };
    let ran = token(request.clone());
    let json = ran.json();
    assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("reply")), "{ran:?}");
    let answer: Value = serde_json::from_str(json["reply"]["body"].as_str().unwrap()).unwrap();
    let header = format!("Authorization: Bearer {}", text(&answer, "access_token"));
    let opened = unsigned(keys, &[&header]);
    assert_eq!((opened.code, &opened.json()["reply"]["status"]), (0, &201.into()), "{opened:?}");

    let forged = token(request.replace("hunter2", "hunter3"));
    assert_eq!((forged.code, &forged.json()["reply"]["status"]), (3, &401.into()), "{forged:?}");
    assert!(!forged.out.contains("hunter"), "{forged:?}");
}

#[test]
fn a_body_may_come_from_standard_input() {
    let file = all();
    let vector = &list(&file["webhooks"])[0];
    let folder = tempfile::tempdir().unwrap();
    let sent = text(vector, "timestamp").parse().unwrap();
    let program = delivery(vector, sent, &folder).with("--body-file", "-");
    let ran = program.input(text(vector, "raw_body")).run();
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_webhook_that_was_changed_is_not_trusted() {
    let file = all();
    for vector in list(&file["webhooks"]) {
        let sent = text(vector, "timestamp").parse().unwrap();
        let body = text(vector, "raw_body").replace("50000", "90000").replace("2277000", "9");
        let body = if body.is_empty() { "{}" } else { &body };
        let ran = deliver(vector, body, sent);
        let json = ran.json();
        assert_eq!((ran.code, json["verdict"].as_str()), (3, Some("untrusted")), "{ran:?}");
        assert_eq!(json["reason"], "wrong_signature", "{ran:?}");
        assert_ne!(json["reply"]["status"], 200, "{json}");
        assert_eq!(json["events"].as_array().unwrap().len(), 0, "{json}");
    }
}

/// Delivers a sample to a provider with the samples' secret, with `presented` in its header.
fn deliver_ipn(samples: &Value, sample: &Value, presented: Option<&str>) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let body = file(&folder, "body", text(sample, "raw_body"));
    let secret = text(samples, "secret");
    let config = file(
        &folder,
        "payments.toml",
        format!(
            r#"
            [providers.shop]
            kind = "sepay"
            environment = "sandbox"
            merchant_id = "SP-TEST-AB12CD3"
            secret_key = "{secret}"
            "#
        ),
    );
    let program = payments(["verify", "--provider", "shop", "--endpoint", "ipn"])
        .with("--config", config.to_str().unwrap())
        .with("--path", "/hooks/ipn")
        .with("--header", "Content-Type: application/json")
        .with("--body-file", body.to_str().unwrap());
    let ran = match presented {
        Some(presented) => program.with("--header", format!("X-Secret-Key: {presented}")).run(),
        None => program.run(),
    };
    assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
    ran
}

#[test]
fn an_ipn_is_trusted_by_its_secret_and_its_claim_is_not() {
    let samples = vectors("provider-sepay/tests/data/ipn.json");
    for sample in list(&samples["ipn"]) {
        let expected = &sample["expected"];
        let ran = deliver_ipn(&samples, sample, Some(text(&samples, "secret")));
        let json = ran.json();
        assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("trusted")), "{ran:?}");
        assert_eq!(json["proof"]["scheme"], "shared_token", "{json}");
        assert_eq!(json["proof"]["coverage"], "nothing", "{json}");
        assert!(json["events"][0].get("key").is_none(), "{json}");
        assert_eq!(json["reply"]["status"], 200, "{json}");
        let event = &json["events"][0];
        if expected["order"].is_null() {
            assert!(event["data"]["unrecognised"].is_object(), "{json}");
            continue;
        }
        assert!(event["evidence"]["unconfirmed"].is_object(), "{json}");
        let payment = &event["data"]["payment"];
        assert_eq!(payment["order"], expected["order"], "{json}");
        assert_eq!(payment["state"], expected["state"], "{json}");
        for personal in ["NGUYEN", "512345", "192.0.2.7", "Mozilla"] {
            assert!(!ran.out.contains(personal), "{personal}: {json}");
        }
    }
}

#[test]
fn an_ipn_without_the_secret_is_untrusted() {
    let samples = vectors("provider-sepay/tests/data/ipn.json");
    let secret = text(&samples, "secret");
    let shorter = &secret[..secret.len() - 1];
    for (presented, reason) in [
        (None, "missing_signature"),
        (Some("spsk_test_other"), "wrong_signature"),
        (Some(shorter), "wrong_signature"),
        (Some(""), "missing_signature"),
    ] {
        let ran = deliver_ipn(&samples, &list(&samples["ipn"])[0], presented);
        let json = ran.json();
        assert_eq!((ran.code, json["reason"].as_str()), (3, Some(reason)), "{ran:?}");
        assert_ne!(json["reply"]["status"], 200, "{json}");
        assert_eq!(json["events"].as_array().unwrap().len(), 0, "{json}");
    }
}
