//! `payments formulas`: every formula with its source and confidence.

use std::collections::BTreeSet;

use crate::program::payments;

#[test]
fn every_formula_has_its_fields_and_its_source() {
    let ran = payments(["formulas", "--json"]).run();
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    let formulas = json.as_array().unwrap();
    let mut ids = BTreeSet::new();
    for formula in formulas {
        let id = formula["id"].as_str().unwrap();
        assert!(ids.insert(id), "{id} occurs twice");
        assert!(id.starts_with(formula["provider"].as_str().unwrap()), "{formula}");
        assert!(!formula["source"].as_str().unwrap().is_empty(), "{formula}");
        assert!(["merchant", "provider"].contains(&formula["maker"].as_str().unwrap()));
        let confidences = ["unknown", "low", "medium", "high"];
        let confidence = formula["confidence"].as_str().unwrap();
        assert!(confidences.contains(&confidence), "{formula}");
        let fields = formula["fields"].as_array().unwrap();
        // If every member of an object is signed, no member is listed.
        let names_none = confidence == "unknown" || formula["layout"].get("members").is_some();
        assert_eq!(fields.is_empty(), names_none, "{formula}");
        assert!(confidence != "unknown" || formula["injective"] == false, "{formula}");
    }
    for id in [
        "hpay.checkout_v1_link",
        "hpay.va_callback",
        "payos.payment_link",
        "payos.data",
        "payos.payout",
        "sepay.checkout",
        "sepay.webhook",
        "mock.webhook",
    ] {
        assert!(ids.contains(id), "{id}: {ids:?}");
    }
}

#[test]
fn a_formula_says_whether_two_messages_may_have_one_signed_string() {
    let json = payments(["formulas", "--json"]).run().json();
    let injective = |id: &str| {
        let formula = json.as_array().unwrap().iter().find(|formula| formula["id"] == id);
        formula.unwrap()["injective"].as_bool().unwrap()
    };
    assert!(injective("sepay.webhook") && injective("mock.webhook"));
    assert!(injective("payos.payout") && !injective("payos.data"));
    // The text of a form may contain the comma, and the description of a link the space.
    assert!(!injective("sepay.checkout") && !injective("hpay.checkout_link_short"));
    let text = payments(["formulas"]).run().out;
    let of = |id: &str| text.split("\n\n").find(|shown| shown.starts_with(id)).unwrap();
    for (id, expected) in [("sepay.webhook", false), ("sepay.checkout", true)] {
        assert_eq!(of(&format!("{id} ")).contains("ambiguous"), expected, "{}", of(id));
    }
}

#[test]
fn the_text_shows_the_same_formulas() {
    let json = payments(["formulas", "--json"]).run().json();
    let ran = payments(["formulas"]).run();
    for formula in json.as_array().unwrap() {
        let heading = format!(
            "{}  {}",
            formula["id"].as_str().unwrap(),
            formula["purpose"].as_str().unwrap()
        );
        assert!(ran.out.lines().any(|line| line == heading), "{heading}");
    }
    assert!(ran.out.contains("\"cashin|order_id|‹secret›\""), "{}", ran.out);
}
