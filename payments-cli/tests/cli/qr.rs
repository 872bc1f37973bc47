//! `payments qr`, tested against payloads on which independent implementations agree.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::program::{payments, vectors};

#[derive(Deserialize)]
struct Vector {
    id: String,
    input: BTreeMap<String, String>,
    qr: String,
}

fn all() -> Vec<Vector> {
    let file = vectors("vietqr/tests/data/vietqr_vectors.json");
    serde_json::from_value(file["vectors"].clone()).unwrap()
}

/// Returns whether flags can express a vector: an account, and not a dynamic code without an
/// amount.
fn has_flags(vector: &Vector) -> bool {
    let known = ["bin", "account", "service", "init", "amount", "purpose"];
    vector.input.keys().all(|key| known.contains(&key.as_str()))
        && vector.input["service"] == "QRIBFTTA"
        && (vector.input["init"] == "11" || vector.input.contains_key("amount"))
}

#[test]
fn flags_make_the_payload_to_the_letter() {
    let mut made = 0;
    for vector in all().iter().filter(|vector| has_flags(vector)) {
        let input = |key| vector.input.get(key);
        let mut program = payments(["qr", "--json"])
            .with("--bank", input("bin").unwrap())
            .with("--account", input("account").unwrap());
        if let Some(amount) = input("amount") {
            program = program.with("--amount", amount);
        }
        if let Some(memo) = input("purpose") {
            program = program.with("--memo", memo);
        }
        let ran = match (vector.input["init"].as_str(), input("amount")) {
            ("11", Some(_)) => program.flag("--static").run(),
            _ => program.run(),
        };
        assert_eq!(ran.code, 0, "{}: {ran:?}", vector.id);
        assert_eq!(ran.json()["payload"], vector.qr.as_str(), "{}", vector.id);
        made += 1;
    }
    assert!(made >= 50, "only {made} vectors can be said with flags");
}

#[test]
fn a_payload_is_read_back_into_what_it_was_made_of() {
    for vector in all() {
        let ran = payments(["qr", "--json", "--parse", &vector.qr]).run();
        assert_eq!(ran.code, 0, "{}: {ran:?}", vector.id);
        let (said, input) = (ran.json(), |key| vector.input.get(key).map(String::as_str));
        assert_eq!(said["payload"], vector.qr.as_str(), "{}", vector.id);
        assert_eq!(said["bank"].as_str(), input("bin"), "{}", vector.id);
        assert_eq!(said["account"].as_str(), input("account"), "{}", vector.id);
        assert_eq!(said["memo"].as_str(), input("purpose"), "{}", vector.id);
        let amount = said["amount"].as_i64().map(|amount| amount.to_string());
        assert_eq!(amount.as_deref(), input("amount"), "{}", vector.id);
        let initiation = if input("init") == Some("11") { "static" } else { "dynamic" };
        assert_eq!(said["initiation"], initiation, "{}", vector.id);
    }
}

#[test]
fn a_code_is_drawn_with_its_facts_below() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("code.svg");
    let ran = payments(["qr", "--bank", "vcb", "--account", "0071001234567", "--amount", "50000"])
        .with("--memo", "Thanh toán DH-42")
        .with("--svg", image.to_str().unwrap())
        .run();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains('▀'), "{}", ran.out);
    let facts = ["Vietcombank (970436)", "0071001234567", "50,000 VND", "Thanh toan DH-42", "once"];
    for fact in facts {
        assert!(ran.out.contains(fact), "{fact}: {}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'), "colours are for terminals only");
    assert!(std::fs::read_to_string(image).unwrap().starts_with("<svg"));
}

#[test]
fn a_code_that_was_scanned_is_drawn_without_what_stood_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let made = payments(["qr", "--json", "--bank", "970436", "--account", "1"]).run().json();
    let payload = made["payload"].as_str().unwrap();
    let drawn = |text: &str| {
        let image = folder.path().join("code.svg");
        let ran = payments(["qr", "--json", "--parse", text])
            .with("--svg", image.to_str().unwrap())
            .run();
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(ran.json()["payload"], payload, "{text:?}");
        std::fs::read_to_string(image).unwrap()
    };
    let plain = drawn(payload);
    for text in [
        format!("{payload}\r\n"),
        format!("\u{feff}{payload}"),
        format!("  {payload}\u{a0}"),
        format!("\u{200b}{payload}\u{1d}"),
    ] {
        assert_eq!(drawn(&text), plain, "{text:?}");
    }
}

#[test]
fn an_ambiguous_code_names_its_candidates() {
    let ran = payments(["qr", "--bank", "BVB", "--account", "1"]).run();
    ran.refused("--bank");
    assert!(ran.err.contains("970438") && ran.err.contains("970454"), "{ran:?}");
    let ran = payments(["qr", "--bank", "Vietcombank", "--account", "1"]).run();
    ran.refused("970436");
}

#[test]
fn what_banks_may_refuse_is_warned_of() {
    let memo = "a memo of more than twenty-five characters";
    let ran =
        payments(["qr", "--json", "--bank", "970436", "--account", "1", "--memo", memo]).run();
    assert_eq!((ran.code, ran.json()["memo"].as_str()), (0, Some(memo)));
    assert_eq!(ran.json()["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(ran.json()["amount"], json!(null));
}

#[test]
fn an_amount_whose_point_may_separate_thousands_is_refused_with_the_question_what_was_meant() {
    for (amount, meant) in [
        ("50.000", "did you mean 50000 or 50 VND?"),
        ("2.000", "did you mean 2000 or 2 VND?"),
        ("100.000", "did you mean 100000 or 100 VND?"),
        ("50.500", "did you mean 50500 VND?"),
    ] {
        let ran = payments(["qr", "--bank", "970436", "--account", "1", "--amount", amount]).run();
        ran.refused("--amount");
        assert!(ran.err.contains(&format!("{amount}: {meant}")), "{ran:?}");
    }
}

#[test]
fn what_no_code_can_say_is_refused_naming_the_flag() {
    let account = ["qr", "--bank", "970436", "--account"];
    let with = |more: &[&'static str]| payments(account.into_iter().chain(more.to_vec())).run();
    with(&["1", "--amount", "0"]).refused("--amount");
    with(&["1", "--amount", "10.5"]).refused("--amount");
    with(&["0071 001"]).refused("--account");
    with(&["1", "--memo", "emoji 🎉"]).refused("--memo");
    with(&["1", "--parse", "0002"]).refused("--parse");
    payments(["qr", "--parse", "000201"]).run().refused("--parse");
    payments(["qr", "--bank", "970436"]).run().refused("--account");
}
