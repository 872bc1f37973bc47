//! Tests that the most common causes of a refused signature are found.

use super::{
    tests::{FORM, MD5, SECRET, differences, explain, sign},
    *,
};
use md5::{Digest as _, Md5};
use payments::{
    Secret,
    signature::{Algorithm, Confidence, Keys, Maker, Transform},
};

const BODY: &[Item] = &[Item::stamp("time"), Item::body("body")];
const WEBHOOK: Formula = Formula::new(
    "test.webhook",
    "a test",
    Maker::Provider,
    Algorithm::HmacSha256Hex { prefix: "sha256=" },
    Layout::values(".", BODY),
    "none",
    Confidence::High,
);

/// One document as the JSON writers of several languages write it.
const WRITERS: [(&str, &str); 16] = [
    (
        "node, JSON.stringify",
        "{\"id\":92704,\"gateway\":\"BIDV\",\"content\":\"Hà Nội <a&b> 1/2 \\\"x\\\"\",\"transferAmount\":50000,\"tags\":[\"x\",\"y\"],\"sub\":{\"b\":null,\"a\":true},\"empty\":{}}",
    ),
    (
        "node, indented by two",
        "{\n  \"id\": 92704,\n  \"gateway\": \"BIDV\",\n  \"content\": \"Hà Nội <a&b> 1/2 \\\"x\\\"\",\n  \"transferAmount\": 50000,\n  \"tags\": [\n    \"x\",\n    \"y\"\n  ],\n  \"sub\": {\n    \"b\": null,\n    \"a\": true\n  },\n  \"empty\": {}\n}",
    ),
    (
        "python, json.dumps",
        "{\"id\": 92704, \"gateway\": \"BIDV\", \"content\": \"H\\u00e0 N\\u1ed9i <a&b> 1/2 \\\"x\\\"\", \"transferAmount\": 50000, \"tags\": [\"x\", \"y\"], \"sub\": {\"b\": null, \"a\": true}, \"empty\": {}}",
    ),
    (
        "python, ensure_ascii off",
        "{\"id\": 92704, \"gateway\": \"BIDV\", \"content\": \"Hà Nội <a&b> 1/2 \\\"x\\\"\", \"transferAmount\": 50000, \"tags\": [\"x\", \"y\"], \"sub\": {\"b\": null, \"a\": true}, \"empty\": {}}",
    ),
    (
        "python, indented by four",
        "{\n    \"id\": 92704,\n    \"gateway\": \"BIDV\",\n    \"content\": \"H\\u00e0 N\\u1ed9i <a&b> 1/2 \\\"x\\\"\",\n    \"transferAmount\": 50000,\n    \"tags\": [\n        \"x\",\n        \"y\"\n    ],\n    \"sub\": {\n        \"b\": null,\n        \"a\": true\n    },\n    \"empty\": {}\n}",
    ),
    (
        "python, sorted and compact",
        "{\"content\":\"H\\u00e0 N\\u1ed9i <a&b> 1/2 \\\"x\\\"\",\"empty\":{},\"gateway\":\"BIDV\",\"id\":92704,\"sub\":{\"a\":true,\"b\":null},\"tags\":[\"x\",\"y\"],\"transferAmount\":50000}",
    ),
    (
        "php, json_encode",
        "{\"id\":92704,\"gateway\":\"BIDV\",\"content\":\"H\\u00e0 N\\u1ed9i <a&b> 1\\/2 \\\"x\\\"\",\"transferAmount\":50000,\"tags\":[\"x\",\"y\"],\"sub\":{\"b\":null,\"a\":true},\"empty\":{}}",
    ),
    (
        "php, pretty",
        "{\n    \"id\": 92704,\n    \"gateway\": \"BIDV\",\n    \"content\": \"H\\u00e0 N\\u1ed9i <a&b> 1\\/2 \\\"x\\\"\",\n    \"transferAmount\": 50000,\n    \"tags\": [\n        \"x\",\n        \"y\"\n    ],\n    \"sub\": {\n        \"b\": null,\n        \"a\": true\n    },\n    \"empty\": {}\n}",
    ),
    (
        "php, unescaped slashes",
        "{\"id\":92704,\"gateway\":\"BIDV\",\"content\":\"H\\u00e0 N\\u1ed9i <a&b> 1/2 \\\"x\\\"\",\"transferAmount\":50000,\"tags\":[\"x\",\"y\"],\"sub\":{\"b\":null,\"a\":true},\"empty\":{}}",
    ),
    (
        "php, unescaped unicode",
        "{\"id\":92704,\"gateway\":\"BIDV\",\"content\":\"Hà Nội <a&b> 1\\/2 \\\"x\\\"\",\"transferAmount\":50000,\"tags\":[\"x\",\"y\"],\"sub\":{\"b\":null,\"a\":true},\"empty\":{}}",
    ),
    (
        "go, json.Marshal of a map",
        "{\"content\":\"Hà Nội \\u003ca\\u0026b\\u003e 1/2 \\\"x\\\"\",\"empty\":{},\"gateway\":\"BIDV\",\"id\":92704,\"sub\":{\"a\":true,\"b\":null},\"tags\":[\"x\",\"y\"],\"transferAmount\":50000}",
    ),
    (
        "go, json.Encoder",
        "{\"id\":92704,\"gateway\":\"BIDV\",\"content\":\"Hà Nội \\u003ca\\u0026b\\u003e 1/2 \\\"x\\\"\",\"transferAmount\":50000,\"tags\":[\"x\",\"y\"],\"sub\":{\"b\":null,\"a\":true},\"empty\":{}}\n",
    ),
    (
        "go, indented by tabs",
        "{\n\t\"id\": 92704,\n\t\"gateway\": \"BIDV\",\n\t\"content\": \"Hà Nội \\u003ca\\u0026b\\u003e 1/2 \\\"x\\\"\",\n\t\"transferAmount\": 50000,\n\t\"tags\": [\n\t\t\"x\",\n\t\t\"y\"\n\t],\n\t\"sub\": {\n\t\t\"b\": null,\n\t\t\"a\": true\n\t},\n\t\"empty\": {}\n}",
    ),
    (
        "a Mac, decomposed",
        "{\"id\":92704,\"gateway\":\"BIDV\",\"content\":\"Ha\u{300} No\u{323}\u{302}i <a&b> 1/2 \\\"x\\\"\",\"transferAmount\":50000,\"tags\":[\"x\",\"y\"],\"sub\":{\"b\":null,\"a\":true},\"empty\":{}}",
    ),
    (
        "an editor on Windows",
        "{\r\n  \"id\": 92704,\r\n  \"gateway\": \"BIDV\",\r\n  \"content\": \"Hà Nội <a&b> 1/2 \\\"x\\\"\",\r\n  \"transferAmount\": 50000,\r\n  \"tags\": [\r\n    \"x\",\r\n    \"y\"\r\n  ],\r\n  \"sub\": {\r\n    \"b\": null,\r\n    \"a\": true\r\n  },\r\n  \"empty\": {}\r\n}\r\n",
    ),
    (
        "a file with a line end",
        "{\"id\":92704,\"gateway\":\"BIDV\",\"content\":\"Hà Nội <a&b> 1/2 \\\"x\\\"\",\"transferAmount\":50000,\"tags\":[\"x\",\"y\"],\"sub\":{\"b\":null,\"a\":true},\"empty\":{}}\n",
    ),
];

fn webhook(body: &str) -> [Field<'_>; 2] {
    [("time", b"1700000000"), ("body", body.as_bytes())]
}

#[test]
fn a_body_that_was_written_again_by_another_writer_is_found() {
    let mut pairs = 0;
    for (signer, signed) in WRITERS {
        let signature = sign(&WEBHOOK, WEBHOOK.layout.clone(), &webhook(signed));
        for (presenter, presented) in WRITERS {
            let sorts = |name: &str| name.contains("sorted") || name.contains("map");
            // Sorting loses the order, which cannot be found again.
            if presented == signed || (sorts(presenter) && !sorts(signer)) {
                continue;
            }
            pairs += 1;
            let why = explain(&WEBHOOK, &webhook(presented), &signature);
            let found = why.matches.first();
            let found =
                found.unwrap_or_else(|| panic!("{signer} presented by {presenter}: {why:?}"));
            let Some(Difference::Value { field, .. }) = found.differences.first() else {
                panic!("{signer} presented by {presenter}: {found:?}")
            };
            assert_eq!((field.as_deref(), found.differences.len()), (Some("body"), 1), "{found:?}");
        }
    }
    assert!(pairs > 200, "{pairs} pairs");
}

#[test]
fn a_value_that_was_encoded_or_escaped_otherwise_is_found() {
    for (sent, signed, expected) in [
        ("a & b's \"c\"", "a &amp; b&#039;s &quot;c&quot;", "note is signed escaped for HTML"),
        ("a &lt; b", "a < b", "note is signed without the escapes of HTML"),
        ("a b/đ", "a%20b%2F%C4%91", "note is signed percent-encoded with %20 for a space"),
        ("a b/đ", "a+b%2F%C4%91", "note is signed percent-encoded"),
        ("(a b)", "(a%20b)", "note is signed percent-encoded as encodeURIComponent does"),
        ("a b=", "a+b=", "note is signed with + for each space"),
        ("a+b%41=", "a b%41=", "note is signed with a space for each +"),
        ("Hà", "Ha\u{300}", "note is signed with decomposed letters (NFD)"),
        ("Ha\u{300}", "Hà", "note is signed with composed letters (NFC)"),
        ("a\nb", "a\r\nb", "note is signed with lines ended by CR and LF"),
        ("\u{feff}a", "a", "note is signed without the byte order mark before it"),
        ("a", "\u{feff}a", "note is signed with a byte order mark before it"),
    ] {
        let with = |note: &'static str| -> [Field<'static>; 3] {
            [("order", b"A1"), ("amount", b"50000"), ("note", note.as_bytes())]
        };
        let signature = sign(&MD5, MD5.layout.clone(), &with(signed));
        assert_eq!(differences(&MD5, &with(sent), &signature), [expected], "{sent:?}");
    }
}

#[test]
fn a_value_that_is_signed_as_it_was_sent_is_found() {
    const ITEMS: &[Item] = &[
        Item::Changed(Cow::Borrowed("url"), Transform::AsciiLower),
        Item::Changed(Cow::Borrowed("back"), Transform::UrlEncodedLower),
        Item::Secret,
    ];
    let mut formula = MD5;
    formula.layout = Layout::values(" ", ITEMS);
    let fields: [Field<'_>; 2] = [("url", b"https://Shop/A"), ("back", b"https://Shop/B")];
    let by = |template: &str| {
        let mut other = formula.clone();
        other.maker = Maker::Merchant;
        let layout = other.replaced(template).unwrap().layout;
        differences(&formula, &fields, &sign(&MD5, layout, &fields))
    };
    let lowered = "{lower(urlencoded(back))} {secret}";
    assert_eq!(by(&format!("{{url}} {lowered}")), ["url is signed as it was sent"]);
    assert_eq!(by("{lower(url)} {back} {secret}"), ["back is signed as it was sent"]);
    assert_eq!(by("{lower(url)} {urlencoded(back)} {secret}"), ["back is signed percent-encoded"]);
    assert_eq!(by("{lower(url)} {lower(back)} {secret}"), ["back is signed in small letters"]);
}

#[test]
fn empty_fields_that_are_signed_and_not_dropped_are_found() {
    for order in [payments::signature::Order::AsSent, payments::signature::Order::AsListed] {
        let names: &[&str] = &["amount", "currency", "order"];
        let mut formula = FORM;
        formula.layout = Layout::pairs(",", &["amount", "currency", "order"], order);
        let fields: [Field<'_>; 4] =
            [("order", b"A1"), ("currency", b""), ("amount", b"1"), ("extra", b"")];
        let ordered: Vec<&str> = match order {
            payments::signature::Order::AsSent => vec!["order", "currency", "amount"],
            payments::signature::Order::AsListed => names.to_vec(),
        };
        let value = |name: &str| {
            let found = fields.iter().find(|(field, _)| *field == name).unwrap();
            String::from_utf8(found.1.to_vec()).unwrap()
        };
        let pairs: Vec<String> =
            ordered.iter().map(|name| format!("{name}={}", value(name))).collect();
        let text = pairs.join(",");
        let whole = Layout::values("", &[Item::Field(Cow::Borrowed("text"))]);
        let signature = sign(&FORM, whole, &[("text", text.as_bytes())]);
        assert_eq!(differences(&formula, &fields, &signature), ["empty fields are signed too"]);
    }
}

#[test]
fn a_signature_that_was_changed_on_its_way_is_found() {
    // This base64 contains pluses and slashes.
    let orders: Vec<String> = (0..100).map(|number| format!("A{number}")).collect();
    let signed = orders.iter().map(|order| {
        let fields: [Field<'_>; 3] =
            [("amount", b"1"), ("currency", b"VND"), ("order", order.as_bytes())];
        (fields, sign(&FORM, FORM.layout.clone(), &fields))
    });
    let (fields, good) = signed
        .into_iter()
        .find(|(_, good)| good.contains('/') && good.trim_matches('+').contains('+'))
        .unwrap();
    let digits = {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        hex::encode(STANDARD.decode(&good).unwrap())
    };
    let of_digits = {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        STANDARD.encode(&digits)
    };
    let encoded: String = good.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let cases = [
        (good.replace('+', " "), "it is written with a space for each +"),
        (encoded, "it is written percent-encoded"),
        (format!("\"{good}\""), "it is written in quotation marks"),
        (format!("'{good}'\n"), "it is written in quotation marks"),
        (format!("“{good}”"), "it is written in quotation marks"),
        (format!("\u{feff}{good}"), "it is written with invisible characters in it"),
        (good.replace('/', "\\/"), "it is written with the escapes of JSON or HTML in it"),
        (good.replace('+', "\\u002B"), "it is written with the escapes of JSON or HTML in it"),
        (good.replace('=', "\\u003d"), "it is written with the escapes of JSON or HTML in it"),
        (good.replace('+', "&#43;"), "it is written with the escapes of JSON or HTML in it"),
        (digits, "it is written in hexadecimal"),
        (of_digits, "it is written in base64 of its hexadecimal digits"),
        (good.replace('+', "-").replace('/', "_"), "it is written in URL-safe base64"),
    ];
    for (presented, expected) in cases {
        assert_eq!(differences(&FORM, &fields, &presented), [expected], "{presented:?}");
    }
    assert_eq!(differences(&FORM, &fields, &format!(" {good}\n")), Vec::<String>::new());
}

#[test]
fn a_secret_that_was_copied_with_what_stood_around_it_is_found() {
    let fields: [Field<'_>; 2] = [("order", b"A1"), ("amount", b"1")];
    let with = |secret: String| hex::encode(Md5::digest(format!("A1|1||{secret}")));
    // The other side copied the secret like this.
    for (secret, expected) in [
        (format!("{SECRET}\n"), "with a line end behind it"),
        (format!("{SECRET}\r\n"), "with CR and LF behind it"),
        (format!("\"{SECRET}\""), "in quotation marks"),
        (format!("\u{feff}{SECRET}"), "with a byte order mark before it"),
    ] {
        let found = differences(&MD5, &fields, &with(secret));
        assert_eq!(found, [format!("the secret is the one given, {expected}")]);
    }
    // We copied the secret like this.
    for (secret, expected) in [
        (format!("\"{SECRET}\""), "without the quotation marks around it"),
        (format!("SEPAY_SECRET={SECRET}"), "without the name and = before it"),
        (
            format!("export SEPAY_SECRET='{SECRET}'"),
            "without name, quotation marks, byte order mark and white space around it",
        ),
        (
            format!("$env:SEPAY_SECRET = \"{SECRET}\""),
            "without name, quotation marks, byte order mark and white space around it",
        ),
        (format!("set SEPAY_SECRET={SECRET}"), "without the name and = before it"),
        (
            format!("sepay-secret: '{SECRET}'"),
            "without name, quotation marks, byte order mark and white space around it",
        ),
        (
            format!("\"secret_key\": \"{SECRET}\","),
            "without name, quotation marks, byte order mark and white space around it",
        ),
        (format!("“{SECRET}”"), "without the quotation marks around it"),
    ] {
        let keys = Keys::one(Secret::new(secret).unwrap());
        let keys = CheckingKeys { secrets: Some(&keys), public: &[] };
        let why = Explanation::of(&MD5, &fields, &with(SECRET.to_owned()), keys);
        let found: Vec<String> =
            why.matches[0].differences.iter().map(ToString::to_string).collect();
        assert_eq!(found, [format!("the secret is the one given, {expected}")]);
        assert!(!format!("{why:?}").contains(SECRET), "{why:?}");
    }
}

#[test]
fn a_form_that_repeats_a_field_without_end_is_answered_within_the_bound() {
    let repeated: Vec<Field<'_>> =
        ["amount", "order"].into_iter().cycle().take(2_000).map(|name| (name, &b"1"[..])).collect();
    let why = explain(&FORM, &repeated, &"A".repeat(43));
    assert!(why.hashed <= 64 << 20 && why.matches.is_empty(), "{} bytes", why.hashed);
}

#[test]
fn a_long_message_is_answered_within_the_bound_of_bytes() {
    let long = "ă 1/2 <b>".repeat(7_000);
    let many: Vec<(String, String)> =
        (0..5_000).map(|n| (format!("f{n}"), "v".repeat(10))).collect();
    let many: Vec<Field<'_>> =
        many.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let json = format!("{{\"b\":\"{long}\",\"a\":1}}");
    let mut unknown = MD5;
    unknown.layout = Layout::Unknown;
    let wrong = "00000000000000000000000000000000";
    let texts: [(&Formula, Vec<Field<'_>>); 4] = [
        (&MD5, vec![("order", b"A1"), ("amount", b"1"), ("note", long.as_bytes())]),
        (&unknown, vec![("order", b"A1"), ("amount", b"1"), ("note", long.as_bytes())]),
        (&unknown, many),
        (&WEBHOOK, webhook(&json).to_vec()),
    ];
    for (formula, fields) in texts {
        let why = explain(formula, &fields, wrong);
        assert!(why.hashed <= 64 << 20, "{} bytes", why.hashed);
        assert!(!why.exhausted && why.matches.is_empty() && why.tried > 100, "{}", why.tried);
    }
}
