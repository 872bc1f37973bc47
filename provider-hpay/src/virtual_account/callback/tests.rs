//! What callbacks of the reference's form say once their signature is good.

use super::*;

const CREDIT: [(&str, &str); 9] = [
    ("cashin", "28275709"),
    ("order_id", "51239782"),
    ("va_account", "1000000000032"),
    ("fullAccountNumber", "9631241000000000032"),
    ("amount", "30000"),
    ("remark", "bWluaCB0ZXN0IEdEIFZB"),
    ("time_paid", "1731742061"),
    ("order_code", ""),
    ("error_code", "0"),
];

/// Reads a callback with some fields changed.
fn read(changes: &[(&str, &str)]) -> Result<CreditNotice, Misread> {
    let changed = |name: &str| changes.iter().find(|(other, _)| *other == name);
    let pairs = CREDIT.map(|(name, value)| (name, changed(name).map_or(value, |(_, value)| value)));
    super::read("12345", &VerifiedFields::of(&pairs), Raw::default())
}

fn credit(changes: &[(&str, &str)]) -> Movement {
    let Ok(CreditNotice::Credit(credit)) = read(changes) else { panic!("no credit") };
    *credit
}

#[test]
fn a_credit_is_named_by_its_cashin_number_and_its_full_account() {
    let full = credit(&[]);
    assert_eq!(full.key.as_str(), "hpay.credit:12345:28275709");
    assert_eq!(full.virtual_account.unwrap().as_str(), "9631241000000000032");
    assert_eq!(full.amount, Money::vnd(30_000));
    assert_eq!(full.memo.as_deref(), Some("minh test GD VA"));
    let short = credit(&[("fullAccountNumber", "")]);
    assert_eq!(short.virtual_account.unwrap().as_str(), "1000000000032");
}

#[test]
fn a_callback_with_an_error_is_no_credit() {
    let Ok(CreditNotice::Other { code }) = read(&[("error_code", "99")]) else {
        panic!("it reported money")
    };
    assert_eq!(code, "99");
}

#[test]
fn a_credit_that_cannot_be_read_is_not_acknowledged() {
    let bad: [&[(&str, &str)]; 6] = [
        &[("cashin", "")],
        &[("cashin", "28275709|5")],
        &[("order_id", "5|51239782")],
        &[("amount", "")],
        &[("amount", "0")],
        &[("va_account", ""), ("fullAccountNumber", "")],
    ];
    for changes in bad {
        assert!(read(changes).is_err(), "{changes:?}");
    }
}
