//! Payloads on which several independent implementations agree, built and parsed.
//!
//! Their sources are in `data/README.md`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;

use vietqr::{Detail, Initiation, Problem, Service, VietQr};

#[derive(serde::Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(serde::Deserialize)]
struct Vector {
    id: String,
    input: BTreeMap<String, String>,
    qr: String,
}

const DETAILS: [(&str, Detail); 6] = [
    ("bill", Detail::Bill),
    ("mobile", Detail::Mobile),
    ("store", Detail::Store),
    ("ref", Detail::Reference),
    ("customer", Detail::Customer),
    ("terminal", Detail::Terminal),
];

fn vectors() -> Vec<Vector> {
    let file: File = serde_json::from_str(include_str!("data/vietqr_vectors.json")).unwrap();
    assert_eq!(file.vectors.len(), 71);
    file.vectors
}

fn initiation(code: &str) -> Initiation {
    match code {
        "11" => Initiation::Static,
        "12" => Initiation::Dynamic,
        other => panic!("{other} is no initiation method"),
    }
}

fn build(vector: &Vector) -> VietQr {
    let (bin, number) = (&vector.input["bin"], &vector.input["account"]);
    let mut qr = match vector.input["service"].as_str() {
        "QRIBFTTA" => VietQr::to_account(bin, number),
        "QRIBFTTC" => VietQr::to_card(bin, number),
        other => panic!("{other} is no service code"),
    }
    .unwrap();
    for (key, value) in &vector.input {
        qr = match key.as_str() {
            "bin" | "account" | "service" => qr,
            "init" => qr.with_initiation(initiation(value)),
            "amount" => qr.with_amount(value.parse().unwrap()).unwrap(),
            "purpose" => qr.with_purpose(value).unwrap(),
            "mcc" => qr.with_category(value).unwrap(),
            "name" => qr.with_merchant_name(value).unwrap(),
            "city" => qr.with_merchant_city(value).unwrap(),
            key => {
                let (_, detail) = DETAILS.into_iter().find(|(name, _)| *name == key).unwrap();
                qr.with_detail(detail, value).unwrap()
            }
        };
    }
    qr
}

/// Returns the content of a code, in the words of the vectors.
fn said(qr: &VietQr) -> BTreeMap<String, String> {
    let service = match qr.service() {
        Service::Account => "QRIBFTTA",
        Service::Card => "QRIBFTTC",
        other => panic!("{other:?} is in no vector"),
    };
    let init = match qr.initiation() {
        Initiation::Static => "11",
        Initiation::Dynamic => "12",
    };
    let amount = qr.amount().map(|amount| amount.to_string());
    let mut said = vec![
        ("bin", Some(qr.bin())),
        ("account", Some(qr.number())),
        ("service", Some(service)),
        ("init", Some(init)),
        ("amount", amount.as_deref()),
        ("purpose", qr.purpose()),
        ("mcc", qr.category()),
        ("name", qr.merchant_name()),
        ("city", qr.merchant_city()),
    ];
    said.extend(DETAILS.map(|(name, detail)| (name, qr.detail(detail))));
    said.into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect()
}

#[test]
fn every_vector_is_built_to_the_letter() {
    for vector in vectors() {
        assert_eq!(build(&vector).payload(), vector.qr, "{}", vector.id);
    }
}

#[test]
fn every_vector_says_its_input_and_nothing_else() {
    for vector in vectors() {
        let qr = VietQr::parse(&vector.qr).unwrap();
        assert_eq!(said(&qr), vector.input, "{}", vector.id);
        assert_eq!(qr.unknown_objects().count(), 0, "{}", vector.id);
        assert_eq!(qr, build(&vector), "{}", vector.id);
    }
}

#[test]
fn the_initiation_of_nearly_every_vector_is_implied_by_its_amount() {
    let mut forced = Vec::new();
    for mut vector in vectors() {
        vector.input.remove("init");
        if build(&vector).payload() != vector.qr {
            forced.push(vector.id);
        }
    }
    assert_eq!(forced, ["static-amount-forced-11", "dynamic-forced-12-no-amount"]);
}

/// NAPAS VietQR format 1.0, section 6.1.1 as printed: the length of the account number is one too
/// small, and the CRC is right.
#[test]
fn the_misprint_of_the_official_document_is_refused_where_it_is_wrong() {
    let misprint = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA\
                    53037045802VN6304F4E5";
    let error = VietQr::parse(misprint).unwrap_err();
    assert_eq!(error.problem(), &Problem::LeftOver { count: 1 });
    assert_eq!(error.field().to_string(), "38.01");
    assert_eq!(&misprint[error.offset()..=error.offset()], "8");
}
