//! What payment notifications say once their signature is good.

use payments_core::{
    money::Currency,
    payment::PaymentState::{Failed, Uncertain},
};

use super::*;

const OURS: Account<'static> = Account { merchant_id: "12345", currency: Currency::VND };

const PAID: [(&str, &str); 5] = [
    ("order_code", "OM_1768202539"),
    ("price", "200000"),
    ("payment_id", "96138500"),
    ("payment_type", "1"),
    ("error_text", ""),
];

/// Returns the fields of a paid notification with some fields changed.
fn fields<'a>(changes: &[(&'a str, &'a str)]) -> VerifiedFields<'a> {
    let changed = |name: &str| changes.iter().find(|(other, _)| *other == name);
    let pairs = PAID.map(|(name, value)| (name, changed(name).map_or(value, |(_, value)| value)));
    VerifiedFields::of(&pairs)
}

fn read(changes: &[(&str, &str)]) -> Result<PaymentNotice, Misread> {
    super::read(OURS, &fields(changes), Raw::default())
}

#[test]
fn a_held_payment_and_its_release_are_two_happenings_of_one_number() {
    let held = read(&[("payment_type", "2")]).unwrap();
    let settled = read(&[]).unwrap();
    assert_ne!(held.key, settled.key);
    assert_eq!(held.payment.gateway_ref, settled.payment.gateway_ref);
    assert!(held.payment.credits.is_empty());
    assert_eq!(settled.payment.credits.len(), 1);
}

#[test]
fn a_failure_rests_on_where_the_fields_end_which_no_proof_covers() {
    let fields = fields(&[("error_text", "Het han")]);
    let failed = super::read(OURS, &fields, Raw::default()).unwrap();
    assert_eq!(failed.payment.state, Failed);
    assert_eq!(failed.payment.received, None);
    assert!(fields.read().contains(&FIELD_ENDS));
}

#[test]
fn a_payment_rests_on_every_field_that_it_is_made_of() {
    let fields = fields(&[("payment_type", "3")]);
    let notice = super::read(OURS, &fields, Raw::default()).unwrap();
    assert_eq!(notice.payment.state, Uncertain);
    let mut read = fields.read();
    read.sort_unstable();
    assert_eq!(read, ["error_text", "order_code", "payment_id", "payment_type", "price"]);
}

#[test]
fn fields_that_are_not_what_hpay_puts_there_are_unreadable() {
    for (name, value) in [
        ("order_code", "hang OM_1768202539"),
        ("order_code", ""),
        ("price", "200000.5"),
        ("price", "0"),
        ("price", "-1"),
        ("price", "2e5"),
        ("payment_id", ""),
        ("payment_id", "96 138500"),
        ("payment_type", ""),
        ("payment_type", "1 "),
    ] {
        assert!(read(&[(name, value)]).is_err(), "{name} {value:?}");
    }
}
