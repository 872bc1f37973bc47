use proptest::prelude::*;

use super::*;
use md5::{Digest as _, Md5};
use payments::{
    Secret,
    signature::{Algorithm, Confidence, Encoding, Keys, Maker, Members, Order, SigningKeys},
};

pub(super) const SECRET: &str = "canary-secret";

const ITEMS: &[Item] =
    &[Item::field("order"), Item::field("amount"), Item::optional("note"), Item::Secret];
pub(super) const MD5: Formula = formula(Algorithm::Md5Hex, Layout::values("|", ITEMS));
const STAMPED: &[Item] = &[Item::stamp("time"), Item::body("body")];
const WEBHOOK: Formula =
    formula(Algorithm::HmacSha256Hex { prefix: "sha256=" }, Layout::values(".", STAMPED));
pub(super) const FORM: Formula = formula(
    Algorithm::HmacSha256Base64,
    Layout::pairs(",", &["amount", "currency", "order"], Order::AsListed),
);
const LONG: Formula = formula(
    Algorithm::HmacSha512Hex,
    Layout::pairs("&", &["amount", "note", "order"], Order::AsListed),
);
const UNKNOWN: Formula = formula(Algorithm::Md5Hex, Layout::Unknown);

const FIELDS: &[Field<'static>] = &[("order", b"A1"), ("amount", b"50000"), ("note", b"a b")];

const fn formula(algorithm: Algorithm, layout: Layout) -> Formula {
    let maker = Maker::Provider;
    Formula::new("test.one", "a test", maker, algorithm, layout, "none", Confidence::Low)
}

fn keys() -> Keys {
    Keys::one(Secret::new(SECRET).unwrap())
}

/// Signs by a template in place of the formula's layout.
pub(super) fn sign(formula: &Formula, layout: Layout, fields: &[Field<'_>]) -> String {
    let mut other = formula.clone();
    other.layout = layout;
    // A formula of the merchant would refuse a string that can be divided in a second way.
    other.maker = Maker::Provider;
    other.sign(fields, SigningKeys { secret: Some(&keys()), signer: None }).unwrap()
}

fn by_template(formula: &Formula, template: &str, fields: &[Field<'_>]) -> String {
    sign(formula, formula.replaced(template).unwrap().layout, fields)
}

pub(super) fn explain(formula: &Formula, fields: &[Field<'_>], signature: &str) -> Explanation {
    let keys = keys();
    let why = Explanation::of(
        formula,
        fields,
        signature,
        CheckingKeys { secrets: Some(&keys), public: &[] },
    );
    let printed = format!("{why:?} {}", serde_json::to_string(&why).unwrap());
    assert!(!printed.contains(SECRET), "{printed}");
    why
}

/// The differences of the simplest match.
pub(super) fn differences(formula: &Formula, fields: &[Field<'_>], signature: &str) -> Vec<String> {
    let why = explain(formula, fields, signature);
    let found = why.matches.first().unwrap_or_else(|| panic!("{why:?}"));
    found.differences.iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_signature_differs_in_nothing() {
    let signature = by_template(&MD5, "{order}|{amount}|{note}|{secret}", FIELDS);
    let why = explain(&MD5, FIELDS, &signature);
    assert_eq!(why.expected.as_deref(), Some("A1|50000|a b|‹secret›"));
    assert_eq!((why.matches.len(), why.tried), (1, 1));
    assert_eq!(why.matches[0].differences, []);
    assert_eq!(why.matches[0].template.as_deref(), Some("{order}|{amount}|{note}|{secret}"));
}

#[test]
fn an_hmac_with_sha512_signs_checks_and_is_explained() {
    let keys = keys();
    let good = LONG.sign(FIELDS, SigningKeys { secret: Some(&keys), signer: None }).unwrap();
    let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
    assert_eq!(good.len(), 128);
    assert!(LONG.check(FIELDS, &good, checking, None).unwrap().covers("amount"));
    assert!(LONG.check(&FIELDS[..2], &good, checking, None).is_err());
    let other =
        sign(&LONG, Layout::pairs(",", &["amount", "note", "order"], Order::AsListed), FIELDS);
    assert_eq!(differences(&LONG, FIELDS, &other), ["\",\" is between fields"]);
}

#[test]
fn each_mistake_alone_is_named() {
    let cases: [(&str, &str); 8] = [
        ("{amount}|{order}|{note}|{secret}", "the fields signed are amount, order, note"),
        ("{order},{amount},{note},{secret}", "\",\" is between fields"),
        ("{order}{amount}{note}{secret}", "nothing is between fields"),
        (" {order}|{amount}|{note}|{secret}", "\" \" is before the first field"),
        ("{secret}|{order}|{amount}|{note}", "the secret comes first"),
        ("{order}|{amount}|{secret}", "note is not signed"),
        ("{order}|{amount}|{urlencoded(note)}|{secret}", "note is signed percent-encoded"),
        ("{lower(order)}|{amount}|{note}|{secret}", "order is signed in small letters"),
    ];
    for (template, expected) in cases {
        let mut formula = MD5;
        formula.maker = Maker::Merchant;
        let signature = by_template(&formula, template, FIELDS);
        assert_eq!(differences(&MD5, FIELDS, &signature), [expected], "{template}");
    }
}

#[test]
fn a_value_that_is_written_otherwise_is_named() {
    let written: [(&str, &[u8], &str); 5] = [
        ("amount", b"50000.00", "amount is signed with .00 behind it"),
        ("amount", b"50,000", "amount is signed with commas between thousands"),
        ("amount", b"5000000", "amount is signed in hundredths"),
        ("note", b"a b\n", "note is signed with a line end behind it"),
        ("note", b"A B", "note is signed in capital letters"),
    ];
    for (name, value, expected) in written {
        let mut signed = FIELDS.to_vec();
        signed.iter_mut().filter(|(field, _)| *field == name).for_each(|field| field.1 = value);
        let signature = by_template(&MD5, "{order}|{amount}|{note}|{secret}", &signed);
        assert_eq!(differences(&MD5, FIELDS, &signature), [expected]);
    }
    // And in reverse: the text is decoded once more than by the signer.
    let decoded: [Field<'_>; 2] = [("order", b"A1"), ("amount", b"1")];
    let sent = [("order", b"A1".as_slice()), ("amount", b"1"), ("note", b"a%2520b")];
    let once = [decoded[0], decoded[1], ("note", b"a%20b")];
    let signature = by_template(&MD5, "{order}|{amount}|{note}|{secret}", &once);
    assert_eq!(differences(&MD5, &sent, &signature), ["note is signed decoded once more"]);
}

#[test]
fn several_mistakes_at_once_are_found() {
    let signature = by_template(&MD5, ",{secret},{note},{amount},{order}", FIELDS);
    let found = &explain(&MD5, FIELDS, &signature).matches[0];
    assert_eq!(found.differences.len(), 4, "{found:?}");
    assert_eq!(found.template.as_deref(), Some(",{secret},{note},{amount},{order}"));
    assert_eq!(found.signed_string, ",‹secret›,a b,50000,A1");
}

#[test]
fn a_secret_with_a_line_end_is_found() {
    let signature = hex::encode(Md5::digest(format!("A1|50000|a b|{SECRET}\n")));
    let expected = "the secret is the one given, with a line end behind it";
    assert_eq!(differences(&MD5, FIELDS, &signature), [expected]);
}

#[test]
fn a_webhook_signed_without_its_stamp_prefix_or_in_base64_is_found() {
    let body = br#"{"id": 1}"#;
    let fields: [Field<'_>; 2] = [("time", b"1700000000"), ("body", body)];
    let without_stamp =
        sign(&WEBHOOK, Layout::values(".", &[Item::Body(Cow::Borrowed("body"))]), &fields);
    assert_eq!(differences(&WEBHOOK, &fields, &without_stamp), ["time is not signed"]);

    let good = sign(&WEBHOOK, WEBHOOK.layout.clone(), &fields);
    let bare = good.strip_prefix("sha256=").unwrap();
    assert_eq!(differences(&WEBHOOK, &fields, bare), ["it is written without its prefix"]);
    let bytes = hex::decode(bare).unwrap();
    let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    assert_eq!(differences(&WEBHOOK, &fields, &base64), ["it is written in base64"]);

    let pretty: [Field<'_>; 2] = [("time", b"1700000000"), ("body", b"{\n  \"id\": 1\n}\n")];
    let compact: [Field<'_>; 2] = [("time", b"1700000000"), ("body", br#"{"id":1}"#)];
    let signature = sign(&WEBHOOK, WEBHOOK.layout.clone(), &compact);
    let expected = "body is signed as JSON without white space between its tokens";
    assert_eq!(differences(&WEBHOOK, &pretty, &signature), [expected]);
}

#[test]
fn the_orders_and_names_of_a_form_are_found() {
    let fields: [Field<'_>; 4] =
        [("order", b"A1"), ("currency", b"VND"), ("amount", b"1"), ("extra", b"x")];
    let names = &["amount", "currency", "order"];
    let as_sent = sign(&FORM, Layout::pairs(",", names, Order::AsSent), &fields);
    let found = differences(&FORM, &fields, &as_sent);
    assert_eq!(found, ["the fields signed are order, currency, amount"]);

    let all = sign(
        &FORM,
        Layout::pairs(",", &["order", "currency", "amount", "extra"], Order::AsSent),
        &fields,
    );
    assert_eq!(differences(&FORM, &fields, &all), ["every field of the message is signed"]);

    let joined = sign(&FORM, Layout::pairs("&", names, Order::AsListed), &fields);
    assert_eq!(differences(&FORM, &fields, &joined), ["\"&\" is between fields"]);

    let good = sign(&FORM, FORM.layout.clone(), &fields);
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, good).unwrap();
    assert_eq!(differences(&FORM, &fields, &hex::encode(bytes)), ["it is written in hexadecimal"]);
}

#[test]
fn an_unknown_layout_is_found_among_the_fields() {
    let fields: [Field<'_>; 6] = [
        ("error_code", b"00"),
        ("order_code", b"A1"),
        ("total_amount", b"50000"),
        ("bank_code", b"VCB"),
        ("token", b"t"),
        ("transaction_id", b"7"),
    ];
    let template = "{order_code} {total_amount} {transaction_id} {secret}";
    let signature = by_template(&UNKNOWN, template, &fields);
    let why = explain(&UNKNOWN, &fields, &signature);
    assert_eq!(why.expected, None);
    assert_eq!(why.matches[0].template.as_deref(), Some(template));
    assert!(UNKNOWN.replaced(why.matches[0].template.as_deref().unwrap()).is_ok());
}

#[test]
fn what_nothing_explains_is_said_within_bounds() {
    let why = explain(&MD5, FIELDS, "00000000000000000000000000000000");
    assert!(why.matches.is_empty() && why.tried > 5_000, "{} tried", why.tried);
    assert_eq!(why.signature, "16 bytes in hexadecimal");
    for (signature, words) in [
        ("", "no signature"),
        ("not a signature!", "16 characters of no known encoding"),
        ("äöü", "3 characters of no known encoding"),
    ] {
        let why = explain(&MD5, FIELDS, signature);
        assert_eq!((why.signature.as_str(), why.tried), (words, 0));
    }
}

#[test]
fn a_missing_field_is_named_and_counts_as_empty() {
    let why = explain(&MD5, &FIELDS[..1], "00000000000000000000000000000000");
    assert_eq!(why.missing, ["amount"]);
    assert_eq!(why.expected.as_deref(), Some("A1|||‹secret›"));
}

#[test]
fn a_value_that_holds_the_secret_is_masked_too() {
    let fields: [Field<'_>; 2] = [("order", SECRET.as_bytes()), ("amount", b"1")];
    let why = explain(&MD5, &fields, "00000000000000000000000000000000");
    assert_eq!(why.expected.as_deref(), Some("‹secret›|1||‹secret›"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every order, separator, leading text and place of the secret is found.
    #[test]
    fn every_layout_within_the_bounds_is_found(
        order in Just(vec!["order", "amount", "note"]).prop_shuffle(),
        separator in prop::sample::select(vec!["|", " ", ",", ""]),
        leads in any::<bool>(),
        secret_first in any::<bool>(),
    ) {
        let mut names: Vec<String> = order.iter().map(|name| format!("{{{name}}}")).collect();
        let at = if secret_first { 0 } else { names.len() };
        names.insert(at, "{secret}".to_owned());
        let leading = if leads && !separator.is_empty() { separator } else { "" };
        let template = format!("{leading}{}", names.join(separator));
        let signature = by_template(&MD5, &template, FIELDS);
        let why = explain(&MD5, FIELDS, &signature);
        prop_assert_eq!(why.matches[0].template.as_deref(), Some(template.as_str()));
    }

    #[test]
    fn any_signature_and_any_values_are_explained_without_a_panic(
        signature in ".{0,80}",
        value in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut fields = FIELDS.to_vec();
        fields[2].1 = &value;
        // Bytes that are not text are never changed, and never printed unchanged.
        let _ = explain(&WEBHOOK, &[("time", &value), ("body", &value)], &signature);
    }
}

#[test]
fn members_that_were_left_raw_or_signed_although_empty_are_found() {
    const RAW: Members = Members::joined_by("&").keeping_empty();
    const BODY: &[Item] = &[Item::body("body")];
    const HMAC: Algorithm = Algorithm::HmacSha256Hex { prefix: "" };
    let fields: [Field<'_>; 3] = [("order", b"A 1"), ("amount", b"50000"), ("note", b"")];
    let explained = |members: Members, text: &str| {
        // The text is signed as the body of another formula.
        let body = Layout::values("", BODY);
        let signature = sign(&formula(HMAC, Layout::Unknown), body, &[("body", text.as_bytes())]);
        let why = explain(&formula(HMAC, Layout::Members(members)), &fields, &signature);
        why.matches.first().map(|found| found.differences.clone())
    };
    let encoded = RAW.encoded(Encoding::UriComponent);
    let raw = explained(encoded, "amount=50000&note=&order=A 1").unwrap();
    let words: Vec<String> = raw.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["order is signed as it was sent"]);
    let empty = explained(Members::joined_by("&"), "amount=50000&note=&order=A 1").unwrap();
    assert_eq!(empty, [Difference::EmptyFields]);
    assert_eq!(explained(RAW, "amount=50000&note=&order=A 1").unwrap(), []);
    assert_eq!(explained(RAW, "order=A 1&amount=50000&note=&").map(|found| found.len()), None);
}
