//! payOS's signatures and deliveries, checked against the vectors of its crate.

use serde_json::Value;

use crate::program::{Program, Ran, file, payments, vectors};

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap_or_else(|| panic!("{key}: {vector}"))
}

fn cases(kind: &str) -> Vec<Value> {
    let all = vectors("provider-payos/tests/data/vectors.json");
    all[kind].as_array().unwrap().clone()
}

/// Builds the command about the JSON object of a case.
fn about(command: &str, formula: &str, case: &Value, folder: &tempfile::TempDir) -> Program {
    let object = file(folder, "object.json", text(case, "input_json"));
    payments([command, formula])
        .with("--json-file", object.to_str().unwrap())
        .secret(text(case, "key"))
}

#[test]
fn what_payos_s_libraries_sign_alike_is_signed_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["payment_link", "data", "payout"] {
        let formula = format!("payos.{kind}");
        for case in cases(kind).into_iter().filter(|case| case["agreed"] == true) {
            let (id, signature) = (text(&case, "id"), text(&case, "signature"));
            let checked =
                about("check", &formula, &case, &folder).with("--signature", signature).run();
            if id == "d31" {
                // If a name occurs twice, it is uncertain which value is signed.
                checked.refused("--json-file");
                continue;
            }
            let json = checked.json();
            assert_eq!((checked.code, &json["valid"]), (0, &true.into()), "{id}: {checked:?}");
            assert_eq!(json["signed_string"], case["signed_string"], "{id}");
            let signed = about("sign", &formula, &case, &folder).run();
            match (id, signed.code) {
                (_, 0) => assert_eq!(signed.json()["signature"], signature, "{id}: {signed:?}"),
                // Two requests have the first text; the other contains no amount.
                ("p08" | "p09" | "p18", _) => signed.refused("--field"),
                _ => panic!("{id}: {signed:?}"),
            }
        }
    }
}

#[test]
fn members_of_a_file_and_fields_are_signed_together_and_never_twice() {
    let folder = tempfile::tempdir().unwrap();
    let object = file(&folder, "object.json", r#"{"b": 2, "a": [{"d": null, "c": "x"}]}"#);
    let sign = || {
        payments(["sign", "payos.data"]).with("--json-file", object.to_str().unwrap()).secret("k")
    };
    let json = sign().field("ab", "1").run().json();
    assert_eq!(json["signed_string"], r#"a=[{"c":"x","d":null}]&ab=1&b=2"#);
    sign().field("b", "3").run().refused("--field");
    let missing = payments(["sign", "payos.data", "--json-file", "/nowhere"]).secret("k").run();
    missing.refused("--json-file");
    let list = file(&folder, "list.json", "[1]");
    let list = payments(["sign", "payos.data"]).with("--json-file", list.to_str().unwrap());
    list.secret("k").run().refused("--json-file");
}

#[test]
fn a_blank_that_was_left_unescaped_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let object = r#"{"referenceId": "P1", "amount": 2000, "description": "RUT TIEN"}"#;
    let object = file(&folder, "object.json", object);
    let about = |command, formula| {
        payments([command, formula])
            .with("--json-file", object.to_str().unwrap())
            .secret("a checksum key of the tests")
    };
    // The other formula writes values unchanged.
    let signed = about("sign", "payos.data").run().json();
    let checked = about("check", "payos.payout")
        .with("--signature", text(&signed, "signature"))
        .flag("--explain")
        .run();
    assert_eq!(checked.code, 3, "{checked:?}");
    assert!(checked.out.contains("description is signed as it was sent"), "{checked:?}");
}

/// Runs `payments verify` on a webhook of a shop with this checksum key.
fn verify(key: &str, body: &str, explain: bool) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[providers.shop]\nkind = \"payos\"\nenvironment = \"sandbox\"\nclient_id = \"c\"\n\
         api_key = \"k\"\nchecksum_key = \"{key}\"\napi_url = \"http://127.0.0.1:1\"\n\
         pay_url = \"http://127.0.0.1:1\"\nreturn_url = \"https://shop.example/back\"\n"
    );
    let (config, body) =
        (file(&folder, "payments.toml", config), file(&folder, "body", body.as_bytes()));
    let program = payments(["verify", "--provider", "shop", "--endpoint", "webhook"])
        .with("--method", "POST")
        .with("--path", "/payos/webhook")
        .with("--config", config.to_str().unwrap())
        .with("--body-file", body.to_str().unwrap())
        .with("--at", "1796000000");
    if explain { program.flag("--explain").run() } else { program.run() }
}

#[test]
fn webhooks_are_judged_as_the_vectors_say() {
    for case in cases("webhook_verify") {
        let ran = verify(text(&case, "key"), text(&case, "body_json"), false);
        let (id, should) = (text(&case, "id"), text(&case, "a_client_should"));
        if should.starts_with("accept") || should.starts_with("may accept") {
            let json = ran.json();
            assert_eq!((ran.code, json["verdict"].as_str()), (0, Some("trusted")), "{id} {ran:?}");
            assert_eq!(json["events"][0]["evidence"], "proven", "{id} {ran:?}");
        } else if ran.code == 0 {
            let event = &ran.json()["events"][0];
            assert!(event.get("key").is_none() && event["evidence"] != "proven", "{id} {ran:?}");
        }
    }
}

#[test]
fn a_webhook_is_explained_by_the_members_of_its_data() {
    let case = cases("webhook_verify").into_iter().find(|case| case["id"] == "v02").unwrap();
    let ran = verify(text(&case, "key"), text(&case, "body_json"), true);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("payos.data"), "{ran:?}");
    assert!(ran.out.contains("&amount=5000000&"), "{ran:?}");
}
