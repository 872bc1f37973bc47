//! `--explain`: why a signature is refused, for the formulas of HPay and SePay.

use payments::{
    Secret,
    signature::{Algorithm, Formula, Item, Keys, Layout, SigningKeys},
};
use serde_json::Value;

use crate::program::{Program, Ran, file, payments, vectors};

const SECRET: &str = "canary-secret-of-the-tests";

/// Signs by another layout than the formula's.
fn signed_by(formula: &Formula, layout: Layout, fields: &[(&str, &str)]) -> String {
    let mut other = formula.clone();
    other.layout = layout;
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let keys = Keys::one(Secret::new(SECRET).unwrap());
    other.sign(&fields, SigningKeys { secret: Some(&keys), signer: None }).unwrap()
}

fn check(formula: &str, fields: &[(&str, &str)], signature: &str) -> Ran {
    explained(formula, fields, signature, SECRET)
}

fn explained(formula: &str, fields: &[(&str, &str)], signature: &str, secret: &str) -> Ran {
    let program = fields
        .iter()
        .fold(payments(["check", formula]), |program, (name, value)| program.field(name, value));
    let ran = program.secret(secret).with("--signature", signature).flag("--explain").run();
    assert!(!ran.out.contains(secret.trim()) && !ran.err.contains(secret.trim()), "{ran:?}");
    ran
}

/// Returns the differences of the simplest match.
fn differences(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let found = &json["explanation"]["matches"][0]["differences"];
    let found = found.as_array().unwrap_or_else(|| panic!("nothing matches: {json:#}"));
    found.iter().map(|difference| difference.as_str().unwrap().to_owned()).collect()
}

fn section(name: &str) -> Value {
    vectors("provider-hpay/tests/data/vectors.json")[name].clone()
}

#[test]
fn every_separator_of_an_hpay_callback_is_found() {
    for case in section("va_callback")["cases"].as_array().unwrap() {
        let text = |key: &str| case[key].as_str().unwrap();
        for (separator, expected) in [
            ("comma", Some("\",\" is between fields")),
            ("space", Some("\" \" is between fields")),
            ("concatenated", Some("nothing is between fields")),
            ("pipe", None),
        ] {
            let code = case["secure_code_by_separator"][separator].as_str().unwrap();
            let fields = [("cashin", text("cashin")), ("order_id", text("order_id"))];
            let ran = explained("hpay.va_callback", &fields, code, text("passcode"));
            assert_eq!(ran.code, if expected.is_none() { 0 } else { 3 }, "{ran:?}");
            assert_eq!(differences(&ran), expected.into_iter().collect::<Vec<_>>(), "{separator}");
        }
    }
}

#[test]
fn the_layout_of_an_unknown_hpay_formula_is_found_from_one_message() {
    for case in section("guessed_templates")["cases"].as_array().unwrap() {
        let fields: Vec<(&str, &str)> = case["fields"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .chain([("error_code", "00")])
            .collect();
        let (code, passcode) = (case["md5"].as_str().unwrap(), case["passcode"].as_str().unwrap());
        let json = explained("hpay.order_inquiry_response", &fields, code, passcode).json();
        assert_eq!(json["signed_string"], Value::Null);
        let template = case["template"].as_str().unwrap().replace("passcode", "secret");
        assert_eq!(json["explanation"]["matches"][0]["template"], template.as_str(), "{json:#}");
    }
}

#[test]
fn a_passcode_copied_with_its_line_end_is_refused_by_that_reason() {
    let case = &section("va_create")["cases"][0];
    let text = |key: &str| case[key].as_str().unwrap();
    let fields = [("merchantId", text("merchantId")), ("condition", text("condition"))];
    let copied = format!("{}\n", text("passcode"));
    let ran = explained("hpay.va_create_request", &fields, text("secure_code"), &copied);
    ran.refused("starts or ends with white space");
    assert!(!ran.err.contains(text("passcode")), "{ran:?}");
}

#[test]
fn an_hpay_amount_that_was_signed_with_decimals_is_found() {
    let link = &payments::hpay::formulas::CHECKOUT_V1_LINK;
    let fields = |price| {
        [
            ("merchant_site_code", "12345"),
            ("receiver", "shop@example.com"),
            ("price", price),
            ("currency", "vnd"),
            ("order_code", "DH-1"),
        ]
    };
    let code = signed_by(link, link.layout.clone(), &fields("50000.00"));
    let ran = check("hpay.checkout_v1_link", &fields("50000"), &code);
    assert_eq!(differences(&ran), ["price is signed with .00 behind it"]);
    let expected = "12345|shop@example.com|50000|vnd|DH-1|‹secret›";
    assert_eq!(ran.json()["explanation"]["expected"], expected);
}

fn form(formula: &str, emitted: &Value) -> (Program, Vec<(String, String)>) {
    let pairs: Vec<(String, String)> = emitted
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned()))
        .collect();
    let program = pairs
        .iter()
        .fold(payments(["check", formula]), |program, (name, value)| program.field(name, value));
    (program, pairs)
}

#[test]
fn a_sepay_form_signed_in_the_order_of_the_list_is_found() {
    let all = vectors("provider-sepay/tests/data/vectors.json");
    let mut told_apart = 0;
    for vector in all["checkout"].as_array().unwrap() {
        let (sent, listed) = (&vector["recommended"], &vector["allowlist_order"]);
        let (program, _) = form("sepay.checkout", &sent["emitted"]);
        let ran = program
            .secret(vector["secret"].as_str().unwrap())
            .with("--signature", listed["signature"].as_str().unwrap())
            .flag("--explain")
            .run();
        let differences = differences(&ran);
        if sent["signed_string"] == listed["signed_string"] {
            assert_eq!(differences, [] as [&str; 0]);
            continue;
        }
        told_apart += 1;
        assert_eq!(differences.len(), 1, "{ran:?}");
        assert!(differences[0].starts_with("the fields signed are "), "{ran:?}");
        let found = &ran.json()["explanation"]["matches"][0]["signed_string"];
        assert_eq!(found, &listed["signed_string"]);
    }
    assert!(told_apart > 0);
}

#[test]
fn a_sepay_signature_in_hexadecimal_is_found() {
    let checkout = &payments::sepay::formula::CHECKOUT;
    let fields = [("merchant", "SP-TEST"), ("currency", "VND"), ("order_amount", "1000")];
    let mut in_hexadecimal = checkout.clone();
    in_hexadecimal.algorithm = Algorithm::HmacSha256Hex { prefix: "" };
    let hexadecimal = signed_by(&in_hexadecimal, checkout.layout.clone(), &fields);
    let ran = check("sepay.checkout", &fields, &hexadecimal);
    assert_eq!(differences(&ran), ["it is written in hexadecimal"]);
}

#[test]
fn a_sepay_webhook_signed_without_its_time_stamp_is_found_in_a_delivery() {
    let webhook = &payments::sepay::formula::WEBHOOK;
    let body = r#"{"id":1,"transferAmount":1000}"#;
    let body_alone = Layout::Values {
        leading: "".into(),
        separator: ".".into(),
        items: vec![Item::Body("body".into())].into(),
    };
    let signature = signed_by(webhook, body_alone, &[("body", body)]);
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[providers.shop]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n\
         merchant_id = \"SP-TEST-AB12CD3\"\nsecret_key = \"spsk_test_0123456789abcdef\"\n\
         webhook_secret = \"{SECRET}\"\n"
    );
    let config = file(&folder, "payments.toml", config);
    let body = file(&folder, "body", body);
    let ran = payments(["verify", "--provider", "shop", "--endpoint", "bank-webhook", "--explain"])
        .with("--config", config.to_str().unwrap())
        .with("--header", "Content-Type: application/json")
        .with("--header", "X-SePay-Timestamp: 1700000000")
        .with("--header", format!("X-SePay-Signature: {signature}"))
        .with("--body-file", body.to_str().unwrap())
        .with("--at", "1700000000")
        .run();
    assert_eq!((ran.code, ran.json()["verdict"].as_str()), (3, Some("untrusted")), "{ran:?}");
    assert_eq!(differences(&ran), ["timestamp is not signed"]);
    assert!(!ran.out.contains(SECRET), "{ran:?}");
}

#[test]
fn an_hpay_notification_signed_with_pipes_is_found_in_a_delivery() {
    let notification = &payments::hpay::formulas::PAYMENT_NOTIFICATION;
    let fields = [
        ("transaction_info", "info"),
        ("order_code", "DH-1"),
        ("price", "20000"),
        ("payment_id", "96138500"),
        ("payment_type", "1"),
        ("error_text", ""),
        ("merchant_site_code", "12345"),
    ];
    let Layout::Values { items, .. } = &notification.layout else { panic!() };
    let piped = Layout::Values { leading: "".into(), separator: "|".into(), items: items.clone() };
    let code = signed_by(notification, piped, &fields);
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[providers.shop]\nkind = \"hpay\"\nenvironment = \"sandbox\"\nmerchant_id = \"12345\"\n\
         receiver = \"shop@example.com\"\npasscode = \"{SECRET}\"\n"
    );
    let config = file(&folder, "payments.toml", config);
    let query = "transaction_info=info&order_code=DH-1&price=20000&payment_id=96138500\
                 &payment_type=1&error_text=&secure_code=";
    let deliver = |code: &str, flags: &[&str]| {
        let program = payments(["verify", "--provider", "shop", "--endpoint", "notify"])
            .with("--config", config.to_str().unwrap())
            .with("--query", format!("{query}{code}"));
        flags.iter().fold(program, |program, flag| program.flag(flag)).run()
    };
    let ran = deliver(&code, &["--explain"]);
    assert_eq!(differences(&ran), ["\"|\" is between fields", "nothing is before them"], "{ran:?}");
    let template = ran.json()["explanation"]["matches"][0]["template"].clone();
    // The template is one for the configuration.
    let told = format!(
        "{}formulas.payment_notification = {template}\n",
        std::fs::read_to_string(&config).unwrap()
    );
    std::fs::write(&config, told).unwrap();
    assert_eq!(deliver(&code, &[]).code, 0);
    // Without the flag, no search is done.
    assert!(deliver("00", &[]).json().get("explanation").is_none());
}

#[test]
fn a_form_whose_empty_fields_are_signed_is_valid_with_a_note() {
    let checkout = &payments::sepay::formula::CHECKOUT;
    let fields = [
        ("order_amount", "100000"),
        ("merchant", "SP-1"),
        ("currency", "VND"),
        ("operation", "PURCHASE"),
        ("order_description", "Two coffees"),
        ("order_invoice_number", "INV-1"),
        ("customer_id", ""),
        ("payment_method", ""),
    ];
    // Like npm sepay-pg-node, which signs every field of the form, including empty ones.
    let text = fields.map(|(name, value)| format!("{name}={value}")).join(",");
    const TEXT: &[Item] = &[Item::field("text")];
    let signature = signed_by(checkout, Layout::values("", TEXT), &[("text", &text)]);
    for flags in [&["--explain"][..], &[]] {
        let program =
            fields.iter().fold(payments(["check", "sepay.checkout"]), |program, field| {
                program.field(field.0, field.1)
            });
        let program = program.secret(SECRET).with("--signature", &signature);
        let ran = flags.iter().fold(program, |program, flag| program.flag(flag)).run();
        let json = ran.json();
        assert_eq!((ran.code, &json["valid"]), (0, &Value::Bool(true)), "{json:#}");
        let note = json["note"].as_str().unwrap();
        assert!(note.starts_with("empty fields are signed too"), "{note}");
    }
    // Like the PHP library, which leaves empty fields out of the string but still sends them.
    let signature = signed_by(checkout, checkout.layout.clone(), &fields);
    let json = check("sepay.checkout", &fields, &signature).json();
    assert_eq!(json["valid"], Value::Bool(true), "{json:#}");
    let note = json["note"].as_str().unwrap();
    assert!(note.starts_with("customer_id, payment_method are not signed"), "{note}");
    let signature = signed_by(checkout, Layout::values("", TEXT), &[("text", &text)]);
    let ran = check("sepay.checkout", &fields[..6], &signature);
    assert_eq!((ran.code, &ran.json()["valid"]), (3, &Value::Bool(false)), "{ran:?}");
}

#[test]
fn a_form_whose_text_fits_another_order_is_not_signed() {
    let ran = payments(["sign", "sepay.checkout"])
        .field("order_amount", "100000")
        .field("merchant", "SP-1")
        .field("order_description", "x,order_invoice_number=INV-B,customer_id=z")
        .field("order_invoice_number", "INV-A")
        .secret(SECRET)
        .run();
    assert_eq!(ran.code, 2, "{ran:?}");
    let words = "`order_description`: holds \",\", which separates the values of the signed text";
    assert!(ran.err.contains(words), "{}", ran.err);
}
