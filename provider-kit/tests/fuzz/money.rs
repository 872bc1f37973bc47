//! Amounts in every spelling of the wire. The fuzz targets use this file as well.

use payments_core::money::{Currency, Money, MoneyError};
use provider_kit::wire::{Grouped, Number};
use serde::Deserialize;

/// Returns amounts as gateways write them.
pub(crate) fn seeds() -> [&'static str; 14] {
    [
        "50000",
        "50000.00",
        "\"2277000.00\"",
        "\"101,747,939\"",
        "-12.34",
        "1,234.50",
        "0.00",
        "9223372036854775807",
        "92233720368547758.07",
        "1e5",
        "50.000",
        "\"1,234.000\"",
        "VND",
        "{\"amount\":\"50000\",\"currency\":\"VND\"}",
    ]
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "a")]
    number: Option<Number>,
    #[serde(rename = "b")]
    grouped: Option<Grouped>,
}

/// Checks that a parsed amount is written as text that parses to the same amount, with at most two
/// digits after its point, and that arithmetic on it is right.
pub(crate) fn read(text: &str) {
    for currency in [Currency::VND, Currency::USD] {
        agrees(text, Money::parse(text, currency), currency);
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let is_read = Money::parse(text, currency).or(Money::parse_grouped(text, currency)).is_ok();
        assert!(!is_read || decimals <= 2, "{text:?} in {currency}");
        let grouped = Money::parse_grouped(text, currency);
        if let Ok(amount) = Money::parse(text, currency) {
            assert_eq!(grouped, Ok(amount), "{text:?}");
        }
        if let Ok(amount) = grouped {
            let written = Grouped::from(amount).to_string();
            assert_eq!(Money::parse_grouped(&written, currency), Ok(amount), "{text:?}");
        }
    }
    if let Ok(line) = serde_json::from_str::<Line>(&format!("{{\"a\":{text},\"b\":{text}}}")) {
        for currency in [Currency::VND, Currency::USD] {
            let number = line.number.map(|number| number.money(currency));
            let grouped = line.grouped.map(|grouped| grouped.money(currency));
            if let Some(Ok(amount)) = number {
                assert_eq!(grouped, Some(Ok(amount)), "{text:?}");
            }
        }
    }
    let _ = Currency::from_code(text);
    if let Ok(amount) = serde_json::from_str::<Money>(text) {
        let written = serde_json::to_string(&amount).unwrap();
        assert_eq!(serde_json::from_str::<Money>(&written).unwrap(), amount, "{text:?}");
    }
}

fn agrees(text: &str, read: Result<Money, MoneyError>, currency: Currency) {
    let Ok(amount) = read else { return };
    let written = amount.to_decimal().to_string();
    assert_eq!(Money::parse(&written, currency), Ok(amount), "{text:?}");
    assert_eq!(amount.checked_sub(amount), Ok(Money::zero(currency)), "{text:?}");
    if let Ok(opposite) = amount.checked_neg() {
        assert_eq!(amount.checked_add(opposite), Ok(Money::zero(currency)), "{text:?}");
    }
}
