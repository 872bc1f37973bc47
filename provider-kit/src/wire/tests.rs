use payments_core::money::MoneyError;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

fn any_money() -> impl Strategy<Value = Money> {
    (any::<i64>(), prop::sample::select(vec!["VND", "USD", "KWD", "CLF"]))
        .prop_map(|(minor, code)| Money::from_minor(minor, Currency::from_code(code).unwrap()))
}

#[test]
fn a_point_that_may_separate_thousands_is_refused() {
    for text in ["50.000", "2.000", "-50.000", "100.0000"] {
        let number: Number = text.parse().unwrap();
        let quoted: Number = serde_json::from_str(&format!("{text:?}")).unwrap();
        let grouped: Grouped = serde_json::from_str(&format!("{text:?}")).unwrap();
        for currency in [Currency::VND, Currency::USD] {
            let expected = Money::parse(text, currency).unwrap_err();
            assert!(matches!(expected, MoneyError::AmbiguousPoint { .. }), "{text}: {expected}");
            assert_eq!(number.money(currency), Err(expected.clone()), "{text}");
            assert_eq!(quoted.money(currency), Err(expected.clone()), "{text}");
            assert_eq!(grouped.money(currency), Err(expected), "{text}");
        }
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    amount: Option<Number>,
    #[serde(default)]
    fee: Option<Number>,
}

#[test]
fn a_wire_number_is_read_from_its_text() {
    let number =
        |json: &str| serde_json::from_str::<Number>(json).map(|number| number.money(Currency::VND));
    for json in ["1000", "1000.0", "\"1000\"", "\"1000.00\"", " 1000 "] {
        assert_eq!(number(json).unwrap(), Ok(Money::vnd(1_000)), "{json}");
    }
    // 2^53 + 1, the first whole number that a double cannot hold.
    assert_eq!(number("9007199254740993").unwrap(), Ok(Money::vnd(9_007_199_254_740_993)));
    assert!(matches!(number("0.1").unwrap(), Err(MoneyError::TooManyDecimals { .. })));
    for json in [
        "1e3",
        "\"1e3\"",
        "\"\"",
        "\"NaN\"",
        "null",
        "true",
        "{}",
        "[1]",
        "\"1,000\"",
        r#""\u0031""#,
    ] {
        assert!(number(json).is_err(), "{json}");
    }
}

#[test]
fn a_wire_number_may_be_null_or_absent() {
    let line = |json: &[u8]| serde_json::from_slice::<Line>(json).unwrap();
    let one = Some("1".parse().unwrap());
    assert_eq!(line(br#"{"amount":null}"#), Line { amount: None, fee: None });
    assert_eq!(line(br#"{"amount":"1.00","fee":1}"#), Line { amount: one, fee: one });
}

#[test]
fn a_wire_number_is_written_as_text_or_as_a_whole_number() {
    #[derive(Serialize)]
    struct Order {
        text: Number,
        #[serde(serialize_with = "as_integer")]
        number: Number,
        grouped: Grouped,
    }
    let order = |amount: Money| {
        serde_json::to_string(&Order {
            text: amount.into(),
            number: amount.into(),
            grouped: amount.into(),
        })
    };
    assert_eq!(
        order(Money::vnd(50_000)).unwrap(),
        r#"{"text":"50000","number":50000,"grouped":"50,000"}"#
    );
    let whole_dollars = order(Money::from_minor(1_200, Currency::USD)).unwrap();
    assert_eq!(whole_dollars, r#"{"text":"12.00","number":12,"grouped":"12.00"}"#);
    let error = order(Money::from_minor(1_234, Currency::USD)).unwrap_err();
    assert!(error.to_string().contains("12.34 cannot be written"), "{error}");
}

#[test]
fn a_number_whose_point_may_separate_thousands_is_not_written_as_another_one() {
    #[derive(Serialize)]
    struct Order(#[serde(serialize_with = "as_integer")] Number);
    let written = |text: &str| serde_json::to_string(&Order(text.parse().unwrap())).ok();
    for text in ["50.000", "2.000", "-100.000", "50.0000", "0.000", "1234.000"] {
        assert_eq!(written(text), None, "{text}");
    }
    for (text, number) in [("50", "50"), ("50.0", "50"), ("50000.00", "50000"), ("-1.00", "-1")] {
        assert_eq!(written(text).as_deref(), Some(number), "{text}");
    }
}

#[test]
fn a_grouped_wire_number_takes_commas_and_plain_digits() {
    for json in ["\"1,234,567\"", "\"1234567\"", "1234567", "\"1,234,567.00\""] {
        let grouped: Grouped = serde_json::from_str(json).unwrap();
        assert_eq!(grouped.money(Currency::VND), Ok(Money::vnd(1_234_567)), "{json}");
    }
    assert!(serde_json::from_str::<Grouped>("\"1,23\"").is_err());
}

proptest! {
    #[test]
    fn grouped_display_and_parse_are_inverse(amount in any_money()) {
        let shown = Grouped::from(amount).to_string();
        prop_assert_eq!(Money::parse_grouped(&shown, amount.currency()), Ok(amount));
    }

    #[test]
    fn a_written_number_reads_back(amount in any_money()) {
        let json = serde_json::to_string(&Number::from(amount)).unwrap();
        let number: Number = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(number.money(amount.currency()), Ok(amount));
    }

    #[test]
    fn no_text_panics(text in r"\PC*|[-+0-9.,eE]{0,60}") {
        let _ = serde_json::from_str::<Number>(&text);
        let _ = serde_json::from_str::<Grouped>(&text);
    }
}
