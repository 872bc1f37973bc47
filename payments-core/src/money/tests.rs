use std::cmp::Ordering;

use proptest::prelude::*;

use super::*;

/// Returns a currency with this number of decimals.
fn currency_with(exponent: u8) -> Currency {
    Currency::new(["XXA", "XXB", "XXC", "XXD", "XXE"][usize::from(exponent)], exponent).unwrap()
}

fn any_money() -> impl Strategy<Value = Money> {
    (any::<i64>(), 0..=4_u8)
        .prop_map(|(minor, exponent)| Money::from_minor(minor, currency_with(exponent)))
}

#[test]
fn zeros_after_the_point_are_no_decimals() {
    for text in ["50000", "50000.0", "50000.00", "0050000"] {
        assert_eq!(Money::parse(text, Currency::VND), Ok(Money::vnd(50_000)), "{text}");
    }
    for text in ["50.5", "50.50", "0050.50"] {
        let amount = Money::from_minor(5_050, Currency::USD);
        assert_eq!(Money::parse(text, Currency::USD), Ok(amount), "{text}");
    }
    assert_eq!(
        Money::from_decimal(Decimal::new(5_000_000, 2), Currency::VND),
        Ok(Money::vnd(50_000))
    );
}

/// Returns the possible meanings of a text with an ambiguous point, in the order of the error
/// message.
fn meanings(error: &MoneyError) -> (&str, Option<&str>) {
    match error {
        MoneyError::AmbiguousPoint { without_point, by_decimal_point, .. } => {
            (without_point, by_decimal_point.as_deref())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_point_that_may_separate_thousands_is_refused_with_the_question_what_was_meant() {
    for (text, currency, without_point, by_decimal_point) in [
        ("50.000", Currency::VND, "50000", Some("50")),
        ("2.000", Currency::VND, "2000", Some("2")),
        ("100.000", Currency::VND, "100000", Some("100")),
        ("-50.000", Currency::VND, "-50000", Some("-50")),
        ("050.000", Currency::VND, "50000", Some("50")),
        ("50.0000", Currency::VND, "500000", Some("50")),
        ("50000.000", Currency::VND, "50000000", Some("50000")),
        ("0.000", Currency::VND, "0", Some("0")),
        ("50.500", Currency::VND, "50500", None),
        ("50.000", Currency::USD, "50000", Some("50")),
        ("50.500", Currency::USD, "50500", Some("50.5")),
        ("12.345", Currency::USD, "12345", None),
        ("50.000", Currency::JPY, "50000", Some("50")),
        ("50.0000", currency_with(3), "500000", Some("50")),
    ] {
        let error = Money::parse(text, currency).unwrap_err();
        assert_eq!(meanings(&error), (without_point, by_decimal_point), "{text} {currency}");
        assert_eq!(Money::parse_grouped(text, currency), Err(error), "{text}");
    }
    let error = Money::parse("50.000", Currency::VND).unwrap_err().to_string();
    assert!(error.starts_with("50.000: did you mean 50000 or 50 VND?"), "{error}");
    let error = Money::parse("50.500", Currency::VND).unwrap_err().to_string();
    assert!(error.starts_with("50.500: did you mean 50500 VND?"), "{error}");

    let error = Money::parse_grouped("1,234.000", Currency::VND).unwrap_err();
    assert_eq!(meanings(&error), ("1234000", Some("1234")));
    let json = r#"{"amount":"50.000","currency":"VND"}"#;
    assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
}

#[test]
fn a_currency_with_three_decimals_is_written_with_three() {
    let dinars = Currency::from_code("KWD").unwrap();
    assert_eq!(Money::parse("50.000", dinars), Ok(Money::from_minor(50_000, dinars)));
    assert_eq!(Money::parse("50.00", dinars), Ok(Money::from_minor(50_000, dinars)));
}

#[test]
fn a_decimal_that_was_computed_may_have_any_zeros() {
    let computed = Decimal::new(100_000, 0) * Decimal::new(125, 3);
    assert_eq!(
        (computed.scale(), Money::from_decimal(computed, Currency::VND)),
        (3, Ok(Money::vnd(12_500)))
    );
}

#[test]
fn nothing_is_rounded() {
    for (text, currency) in [
        ("50000.5", Currency::VND),
        ("50000.10", Currency::VND),
        ("0.001", Currency::USD),
        ("1234.567", Currency::USD),
        ("12.3456", Currency::USD),
    ] {
        let error = Money::parse(text, currency).unwrap_err();
        assert_eq!(error, MoneyError::TooManyDecimals { amount: text.to_owned(), currency });
    }
}

#[test]
fn text_that_is_not_a_plain_decimal_is_refused() {
    for text in [
        "",
        "-",
        ".",
        "-.",
        ".5",
        "5.",
        "+5",
        "--5",
        "1e6",
        "1E6",
        "1_000",
        "1,000",
        "50 000",
        " 5",
        "5 ",
        "0x10",
        "NaN",
        "inf",
        "1.2.3",
        "٥",
        "５",
        "５００",
        "5\0",
        "½",
        "1.234.567",
        "50,000",
        "50'000",
        "50.",
        "50 ",
        "50\u{a0}000",
        "\u{feff}50",
        "−5",
    ] {
        assert_eq!(
            Money::parse(text, Currency::USD),
            Err(MoneyError::NotANumber { text: text.to_owned() }),
            "{text:?}"
        );
    }
}

#[test]
fn thousands_commas_stand_before_every_group_of_three() {
    for (text, minor) in
        [("101,747,939", 101_747_939), ("1,000", 1_000), ("-12,345.00", -12_345), ("999", 999)]
    {
        assert_eq!(Money::parse_grouped(text, Currency::VND), Ok(Money::vnd(minor)), "{text}");
    }
    for text in
        ["1,0000", "10,00", ",100", "1,,000", "1000,000", "1,000,", "0,1", "1,00a", "1, 000"]
    {
        assert_eq!(
            Money::parse_grouped(text, Currency::VND),
            Err(MoneyError::NotGrouped { text: text.to_owned() }),
            "{text}"
        );
    }
    assert!(matches!(
        Money::parse_grouped("1,000.0,0", Currency::VND),
        Err(MoneyError::NotANumber { .. })
    ));
}

#[test]
fn what_does_not_fit_is_an_error() {
    let vnd = MoneyError::OutOfRange { currency: Currency::VND };
    assert_eq!(Money::parse("9223372036854775807", Currency::VND), Ok(Money::vnd(i64::MAX)));
    assert_eq!(Money::parse("-9223372036854775808", Currency::VND), Ok(Money::vnd(i64::MIN)));
    assert_eq!(Money::parse("9223372036854775808", Currency::VND), Err(vnd.clone()));
    assert_eq!(Money::parse("-9223372036854775809", Currency::VND), Err(vnd.clone()));
    assert_eq!(Money::from_decimal(Decimal::MAX, Currency::VND), Err(vnd.clone()));
    assert_eq!(Money::vnd(i64::MAX).checked_add(Money::vnd(1)), Err(vnd.clone()));
    assert_eq!(Money::vnd(i64::MIN).checked_sub(Money::vnd(1)), Err(vnd.clone()));
    assert_eq!(Money::vnd(i64::MIN).checked_neg(), Err(vnd));
    assert!(matches!(
        Money::parse(&"9".repeat(400), Currency::VND),
        Err(MoneyError::TooManyDigits { .. })
    ));
    assert!(matches!(
        Money::parse(&format!("0.{:0>40}", 1), Currency::VND),
        Err(MoneyError::TooManyDigits { .. })
    ));
}

#[test]
fn currencies_do_not_mix() {
    let (dong, cents) = (Money::vnd(0), Money::zero(Currency::USD));
    let mismatch = MoneyError::CurrencyMismatch { left: Currency::VND, right: Currency::USD };
    assert_eq!(dong.checked_add(cents), Err(mismatch.clone()));
    assert_eq!(dong.checked_sub(cents), Err(mismatch.clone()));
    assert_eq!(dong.compare(cents), Err(mismatch));
    assert_ne!(dong, cents);
    assert_eq!(Money::vnd(1).compare(Money::vnd(2)), Ok(Ordering::Less));
}

#[test]
fn an_amount_shows_every_decimal_of_its_currency() {
    assert_eq!(Money::vnd(50_000).to_string(), "50000 VND");
    assert_eq!(Money::from_minor(1_230, Currency::USD).to_string(), "12.30 USD");
    assert_eq!(Money::from_minor(-5, Currency::USD).to_string(), "-0.05 USD");
    assert_eq!(format!("{:?}", Money::vnd(1)), "Money(1 VND)");
    assert_eq!(format!("{:?}", Currency::VND), "Currency(VND)");
}

#[test]
fn a_currency_is_found_by_its_code_in_any_case() {
    assert_eq!(Currency::from_code("vnd"), Ok(Currency::VND));
    for currency in [
        Currency::VND,
        Currency::USD,
        Currency::EUR,
        Currency::GBP,
        Currency::JPY,
        Currency::KRW,
        Currency::CNY,
        Currency::SGD,
        Currency::THB,
    ] {
        assert_eq!(Currency::from_code(currency.code()), Ok(currency));
        assert_eq!(Currency::new(currency.code(), currency.exponent()), Ok(currency));
    }
    assert_eq!(Currency::from_code("KWD").unwrap().exponent(), 3);
    for code in ["", "VN", "VNDD", "ĐĐ", "XXX", "704"] {
        assert_eq!(
            Currency::from_code(code),
            Err(MoneyError::UnknownCurrency { code: code.to_owned() })
        );
    }
}

#[test]
fn a_code_has_one_number_of_decimals() {
    assert_eq!(
        Currency::new("VND", 2),
        Err(MoneyError::ContradictedExponent { currency: Currency::VND, exponent: 2 })
    );
    assert_eq!(Currency::new("XXA", 5), Err(MoneyError::TooFineExponent { exponent: 5 }));
    for code in ["vnd", "V1D", "VN", "VNDD", "Đ"] {
        assert_eq!(
            Currency::new(code, 0),
            Err(MoneyError::MalformedCurrency { code: code.to_owned() })
        );
    }
}

#[test]
fn an_error_keeps_only_the_beginning_of_a_long_text() {
    let error = Money::parse(&"Đ".repeat(10_000), Currency::VND).unwrap_err();
    assert!(error.to_string().len() < 400, "{error}");
}

#[test]
fn every_error_says_something_else() {
    let text = || "1".to_owned();
    let currency = Currency::VND;
    let errors = [
        MoneyError::NotANumber { text: text() },
        MoneyError::NotGrouped { text: text() },
        MoneyError::TooManyDigits { text: text() },
        MoneyError::TooManyDecimals { amount: text(), currency },
        MoneyError::AmbiguousPoint {
            text: text(),
            without_point: text(),
            by_decimal_point: None,
            currency,
        },
        MoneyError::OutOfRange { currency },
        MoneyError::CurrencyMismatch { left: currency, right: Currency::USD },
        MoneyError::UnknownCurrency { code: text() },
        MoneyError::MalformedCurrency { code: text() },
        MoneyError::TooFineExponent { exponent: 5 },
        MoneyError::ContradictedExponent { currency, exponent: 2 },
    ];
    let messages: std::collections::BTreeSet<String> =
        errors.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), errors.len());
    assert!(
        messages.iter().all(|message| message.contains(": ") && !message.contains('\n')),
        "{messages:#?}"
    );
}

#[test]
fn money_is_serialised_as_text_and_code() {
    let json = r#"{"amount":"12.30","currency":"USD"}"#;
    let amount = Money::from_minor(1_230, Currency::USD);
    assert_eq!(serde_json::to_string(&amount).unwrap(), json);
    // A member of a later version changes nothing.
    for text in [json, r#"{"amount":"12.30","currency":"USD","note":""}"#] {
        assert_eq!(serde_json::from_str::<Money>(text).unwrap(), amount);
    }
    for wrong in [
        r#"{"amount":12.30,"currency":"USD"}"#,
        r#"{"amount":"12.30","amount":"1.00","currency":"USD"}"#,
        r#"{"amount":"12.30","currency":"???"}"#,
        r#"{"amount":"12.30"}"#,
        r#"{"amount":"12.345","currency":"USD"}"#,
    ] {
        assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn display_and_parse_are_inverse(amount in any_money()) {
        let shown = amount.to_string();
        let (number, code) = shown.split_once(' ').unwrap();
        prop_assert_eq!(code, amount.currency().to_string());
        prop_assert_eq!(Money::parse(number, amount.currency()), Ok(amount));
    }

    #[test]
    fn decimals_and_money_are_inverse(amount in any_money()) {
        prop_assert_eq!(Money::from_decimal(amount.to_decimal(), amount.currency()), Ok(amount));
    }

    #[test]
    fn serialised_money_reads_back(
        minor in any::<i64>(),
        code in prop::sample::select(vec!["VND", "USD", "KWD", "CLF"]),
    ) {
        let amount = Money::from_minor(minor, Currency::from_code(code).unwrap());
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), amount);
    }

    #[test]
    fn sums_are_exact_or_errors(left in any::<i64>(), right in any::<i64>()) {
        let exact = |result: i128| i64::try_from(result).ok().map(Money::vnd);
        let (one, other) = (Money::vnd(left), Money::vnd(right));
        let (left, right) = (i128::from(left), i128::from(right));
        prop_assert_eq!(one.checked_add(other).ok(), exact(left + right));
        prop_assert_eq!(one.checked_sub(other).ok(), exact(left - right));
    }

    #[test]
    fn no_text_panics(text in r"\PC*|[-+0-9.,eE]{0,60}", exponent in 0..=4_u8) {
        let currency = currency_with(exponent);
        let _ = Money::parse(&text, currency);
        let _ = Money::parse_grouped(&text, currency);
        let _ = Currency::from_code(&text);
        let _ = Currency::new(&text, exponent);
    }
}
