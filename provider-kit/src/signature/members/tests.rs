use payments_core::{ErrorKind, Secret};

use super::*;
use crate::signature::{
    Algorithm, Authenticity, CheckingKeys, Confidence, Coverage, Formula, Keys, Layout, Maker,
    NestedKeys, Signature, SigningKeys, UntrustedReason, hmac_sha256, sign_hmac_sha256,
};

const SECRET: &str = "canary-of-the-test";
const RAW: Members = Members::joined_by("&").keeping_empty();
const ENCODED: Members = RAW.encoded(Encoding::UriComponent);

fn formula(maker: Maker, members: Members) -> Formula {
    let (hmac, layout) = (Algorithm::HmacSha256Hex { prefix: "" }, Layout::Members(members));
    Formula::new("test.one", "a test", maker, hmac, layout, "none", Confidence::High)
}

fn keys() -> Keys {
    Keys::one(Secret::new(SECRET).unwrap())
}

fn sign(members: &Members, fields: &[Field<'_>]) -> Result<String> {
    let formula = formula(Maker::Merchant, members.clone());
    formula.sign(fields, SigningKeys { secret: Some(&keys()), signer: None })
}

/// Returns the signature of a text, whatever its members.
fn signature_of(text: &str) -> String {
    let secret = Secret::new(SECRET).unwrap();
    hex::encode(sign_hmac_sha256(&secret, &[Part::Body(text.as_bytes())]))
}

fn coverage(members: &Members, fields: &[Field<'_>]) -> Coverage {
    let formula = formula(Maker::Provider, members.clone());
    let signature = signature_of(&formula.signed_string(fields).unwrap());
    let keys = keys();
    let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
    let proof = formula.check(fields, &signature, checking, None).unwrap();
    proof.coverage().clone()
}

fn covered(names: &[&str]) -> Coverage {
    Coverage::Fields(names.iter().map(|name| Cow::Owned((*name).to_owned())).collect())
}

/// Texts and signatures by Python 3: `json.loads`, keys sorted by UTF-16 code units, `json.dumps`
/// without white space, `urllib.parse.quote` with the safe characters of `encodeURIComponent`, and
/// `hmac`.
#[test]
fn members_of_json_are_signed_as_another_implementation_signs_them() {
    let notice = r#"{"order":"A1","amount":50000,"note":"Hà Nội 1/2 & co","z":null,"__proto__":"p",
        "word":"undefined","lines":[{"z":"x/y","b":{"y":1,"c":null}},{"a":true,"B":"\"q\""}],
        "Z":false,"1a":""}"#;
    let order = r#"{"b name":"a&b=c+d%20#e?f:g,h;i@j$('x')!*~","ä":"Hà Nội 😀","amount":1000000,
        "empty":"","none":null,"word":"null","lines":[{"z":1,"a":[{"y":2,"b":{"k":[],"j":{}}}]}],
        "__proto__":-1.5}"#;
    let dropping = Members::joined_by("&");
    let cases = [
        (
            RAW.with_nested_keys(NestedKeys::SortedOnce).with_null_words_empty(),
            notice,
            "1a=&Z=false&__proto__=p&amount=50000&lines=[{\"b\":{\"y\":1,\"c\":null},\"z\":\"x/y\"},\
             {\"B\":\"\\\"q\\\"\",\"a\":true}]&note=Hà Nội 1/2 & co&order=A1&word=&z=",
            "3b79982795eeefb665c7556cddc30b795f61adc6fe68378c039f9288bbed0b32",
        ),
        (
            dropping.clone(),
            notice,
            "Z=false&__proto__=p&amount=50000&lines=[{\"z\":\"x/y\",\"b\":{\"y\":1,\"c\":null}},\
             {\"a\":true,\"B\":\"\\\"q\\\"\"}]&note=Hà Nội 1/2 & co&order=A1&word=undefined",
            "8368545728eab5b963566d349f9766600dd27d629d78fcdb871d6e61a4c6aa74",
        ),
        (
            ENCODED.with_nested_keys(NestedKeys::Sorted),
            order,
            "__proto__=-1.5&amount=1000000&\
             b%20name=a%26b%3Dc%2Bd%2520%23e%3Ff%3Ag%2Ch%3Bi%40j%24('x')!*~&empty=&\
             lines=%5B%7B%22a%22%3A%5B%7B%22b%22%3A%7B%22j%22%3A%7B%7D%2C%22k%22%3A%5B%5D%7D%2C\
             %22y%22%3A2%7D%5D%2C%22z%22%3A1%7D%5D&none=&word=null&\
             %C3%A4=H%C3%A0%20N%E1%BB%99i%20%F0%9F%98%80",
            "3e7595186560a0ce7640f55ed5471047497663bdcb19671ac63fd8c6aa2be0af",
        ),
        (
            dropping.encoded(Encoding::UriComponent).with_nested_keys(NestedKeys::Sorted),
            order,
            "__proto__=-1.5&amount=1000000&\
             b%20name=a%26b%3Dc%2Bd%2520%23e%3Ff%3Ag%2Ch%3Bi%40j%24('x')!*~&\
             lines=%5B%7B%22a%22%3A%5B%7B%22b%22%3A%7B%22j%22%3A%7B%7D%2C%22k%22%3A%5B%5D%7D%2C\
             %22y%22%3A2%7D%5D%2C%22z%22%3A1%7D%5D&word=null&\
             %C3%A4=H%C3%A0%20N%E1%BB%99i%20%F0%9F%98%80",
            "8645531bebdaa9f2897aa3bb103954014bb76d81c14a6ae1e1f9580155b1a614",
        ),
    ];
    for (members, json, text, signature) in cases {
        let texts = members.json_texts(json.as_bytes()).unwrap();
        let fields: Vec<Field<'_>> =
            texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
        let formula = formula(Maker::Provider, members);
        assert_eq!(formula.signed_string(&fields).unwrap(), text);
        let keys = keys();
        let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
        assert!(formula.check(&fields, signature, checking, None).is_ok(), "{text}");
        let signing = SigningKeys { secret: Some(&keys), signer: None };
        assert_eq!(formula.sign(&fields, signing).unwrap(), signature);
    }
}

#[test]
fn names_are_sorted_by_code_units_and_an_unknown_member_is_signed_too() {
    let fields: [Field<'_>; 6] =
        [("Ａ", b"1"), ("😀", b"2"), ("b", b"3"), ("_", b"4"), ("Z", b"5"), ("a", b"")];
    let formula = formula(Maker::Provider, RAW);
    assert_eq!(formula.signed_string(&fields).unwrap(), "Z=5&_=4&a=&b=3&😀=2&Ａ=1");
    assert_eq!(formula.signed_string(&[]).unwrap(), "");
    assert_eq!(formula.layout.fields(), [""; 0]);
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    for fields in [[("a", b"1"), ("a", b"1")], [("a", b"1"), ("a", b"2")]] {
        let fields: [Field<'_>; 2] = fields.map(|(name, value)| (name, value.as_slice()));
        let error = sign(&ENCODED, &fields).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("a")));
        let keys = keys();
        let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
        let signature = signature_of("a=1&a=1");
        let formula = formula(Maker::Provider, RAW);
        let untrusted = formula.check(&fields, &signature, checking, None).unwrap_err();
        assert_eq!(untrusted.reason, UntrustedReason::Unreadable);
    }
}

#[test]
fn raw_members_whose_texts_hold_the_separator_are_not_covered() {
    let fields: [Field<'_>; 3] = [("amount", b"1"), ("b", b"2"), ("z", b"a=b")];
    assert_eq!(coverage(&RAW, &fields), covered(&["amount", "b", "z"]));
    // The same text, with one member inside another one's value or name.
    let merged: [&[Field<'_>]; 4] = [
        &[("amount", b"1&b=2"), ("z", b"a=b")],
        &[("amount", b"1"), ("b", b"2&z=a=b")],
        &[("amount=1&b", b"2"), ("z", b"a=b")],
        &[("amount", b"1"), ("b", b"2"), ("z=a", b"b")],
    ];
    let plain = formula(Maker::Provider, RAW);
    for fields in merged {
        assert_eq!(plain.signed_string(fields).unwrap(), "amount=1&b=2&z=a=b");
        assert_eq!(coverage(&RAW, fields), Coverage::Nothing, "{fields:?}");
        let refused = sign(&RAW, fields).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidRequest, "{fields:?}");
        let keys = keys();
        let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
        let signature = signature_of("amount=1&b=2&z=a=b");
        let authenticity = plain.authenticate(fields, &signature, checking).unwrap();
        assert!(matches!(authenticity, Authenticity::Unverified { .. }), "{fields:?}");
    }
}

#[test]
fn encoded_members_are_covered_whatever_they_hold() {
    let fields: [Field<'_>; 2] = [("a=1&b", b"2&c=3"), ("d", b"%26 &")];
    assert_eq!(coverage(&ENCODED, &fields), covered(&["a=1&b", "d"]));
    assert!(sign(&ENCODED, &fields).is_ok());
    // If the encoding leaves the separator unchanged, no end of a value is certain.
    let mut left = ENCODED;
    left.separator = Cow::Borrowed("-");
    assert_eq!(coverage(&left, &fields), Coverage::Nothing);
    assert!(sign(&left, &fields).is_err());
}

#[test]
fn a_separator_of_several_characters_is_found_where_a_value_holds_its_beginning() {
    let members = Members::joined_by("||");
    let shifted: [Field<'_>; 2] = [("a", b"1|"), ("b", b"2")];
    let formula = formula(Maker::Provider, members.clone());
    let other: [Field<'_>; 2] = [("a", b"1"), ("|b", b"2")];
    assert_eq!(formula.signed_string(&shifted).unwrap(), formula.signed_string(&other).unwrap());
    assert_eq!(coverage(&members, &shifted), Coverage::Nothing);
    assert_eq!(coverage(&members, &[("a", b"1"), ("b", b"2")]), covered(&["a", "b"]));
}

#[test]
fn a_changed_added_or_removed_member_is_untrusted() {
    let fields: [Field<'_>; 2] = [("amount", b"50000"), ("order", b"A1")];
    let signature = sign(&RAW, &fields).unwrap();
    let formula = formula(Maker::Provider, RAW);
    let keys = keys();
    let checking = CheckingKeys { secrets: Some(&keys), public: &[] };
    let changed: [&[Field<'_>]; 4] = [
        &[("amount", b"500000"), ("order", b"A1")],
        &[("amount", b"50000"), ("order", b"A1"), ("note", b"")],
        &[("amount", b"50000")],
        &[],
    ];
    for fields in changed {
        assert!(formula.check(fields, &signature, checking, None).is_err(), "{fields:?}");
    }
    let swapped: [Field<'_>; 2] = [("order", b"A1"), ("amount", b"50000")];
    assert!(formula.check(&swapped, &signature, checking, None).is_ok());
    for part in [&signature[..62], ""] {
        assert!(formula.check(&fields, part, checking, None).is_err(), "{part}");
    }
    assert!(hmac_sha256(&keys, &[], Signature::Hex(&signature), None).is_err());
}
