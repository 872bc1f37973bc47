//! What notifications say once their signature is good.

use payments_core::{
    Raw,
    money::Money,
    payment::PaymentState::{self, Failed, Held, Settled, Uncertain},
};

use super::OURS;
use crate::{
    map::{
        CreditNotice,
        credit::credit_notice,
        notice::{payment_notice, state},
    },
    wire,
};

const PAID: wire::PaymentNotice<'_> = wire::PaymentNotice {
    order_code: "OM_1768202539",
    price: "200000",
    payment_id: "96138500",
    payment_type: "1",
    error_text: "",
};

const CREDIT: wire::CreditNotice<'_> = wire::CreditNotice {
    cashin: "28275709",
    order_id: "51239782",
    va_account: "1000000000032",
    full_account_number: "9631241000000000032",
    amount: "30000",
    remark: "bWluaCB0ZXN0IEdEIFZB",
    time_paid: "1731742061",
    order_code: "",
    error_code: "0",
};

#[test]
fn every_payment_type_maps_and_another_is_uncertain() {
    let types: [(&str, PaymentState); 6] = [
        ("1", Settled),
        ("2", Held),
        ("0", Uncertain),
        ("3", Uncertain),
        ("01", Uncertain),
        ("11", Uncertain),
    ];
    for (payment_type, expected) in types {
        assert_eq!(state(payment_type, ""), expected, "type {payment_type}");
        assert_eq!(state(payment_type, "x"), Failed, "type {payment_type} with an error");
    }
}

#[test]
fn a_held_payment_and_its_release_are_two_happenings_of_one_number() {
    let read = |notice| payment_notice(OURS, notice, Raw::default()).unwrap();
    let held = read(wire::PaymentNotice { payment_type: "2", ..PAID });
    let settled = read(PAID);
    assert_ne!(held.key, settled.key);
    assert_eq!(held.payment.gateway_ref, settled.payment.gateway_ref);
    assert!(held.payment.credits.is_empty());
    assert_eq!(settled.payment.credits.len(), 1);
}

#[test]
fn a_failure_rests_on_where_the_fields_end_which_no_proof_covers() {
    let failed = wire::PaymentNotice { error_text: "Het han", ..PAID };
    let failed = payment_notice(OURS, failed, Raw::default()).unwrap();
    assert_eq!(failed.payment.state, Failed);
    assert_eq!(failed.payment.received, None);
    assert_eq!(failed.rests_on.last(), Some(&"where the fields end"));
}

#[test]
fn fields_that_are_not_what_hpay_puts_there_are_unreadable() {
    let bad = [
        wire::PaymentNotice { order_code: "hang OM_1768202539", ..PAID },
        wire::PaymentNotice { order_code: "", ..PAID },
        wire::PaymentNotice { price: "200000.5", ..PAID },
        wire::PaymentNotice { price: "0", ..PAID },
        wire::PaymentNotice { price: "-1", ..PAID },
        wire::PaymentNotice { price: "2e5", ..PAID },
        wire::PaymentNotice { payment_id: "", ..PAID },
        wire::PaymentNotice { payment_id: "96 138500", ..PAID },
        wire::PaymentNotice { payment_type: "", ..PAID },
        wire::PaymentNotice { payment_type: "1 ", ..PAID },
    ];
    for notice in bad {
        assert!(
            payment_notice(OURS, notice, Raw::default()).is_err(),
            "{} {} {} {}",
            notice.order_code,
            notice.price,
            notice.payment_id,
            notice.payment_type
        );
    }
}

#[test]
fn a_credit_is_named_by_its_cashin_number_and_its_full_account() {
    let CreditNotice::Credit(credit) = credit_notice("12345", CREDIT, Raw::default()).unwrap()
    else {
        panic!("no credit")
    };
    assert_eq!(credit.key.as_str(), "hpay.credit:12345:28275709");
    assert_eq!(credit.virtual_account.unwrap().as_str(), "9631241000000000032");
    assert_eq!(credit.amount, Money::vnd(30_000));
    assert_eq!(credit.memo.as_deref(), Some("minh test GD VA"));

    let short = wire::CreditNotice { full_account_number: "", ..CREDIT };
    let CreditNotice::Credit(credit) = credit_notice("12345", short, Raw::default()).unwrap()
    else {
        panic!("no credit")
    };
    assert_eq!(credit.virtual_account.unwrap().as_str(), "1000000000032");
}

#[test]
fn a_callback_with_an_error_is_no_credit() {
    let failed = wire::CreditNotice { error_code: "99", ..CREDIT };
    let CreditNotice::Other { code } = credit_notice("12345", failed, Raw::default()).unwrap()
    else {
        panic!("money was told of")
    };
    assert_eq!(code, "99");
}

#[test]
fn a_credit_that_cannot_be_read_is_not_acknowledged() {
    let bad = [
        wire::CreditNotice { cashin: "", ..CREDIT },
        wire::CreditNotice { cashin: "28275709|5", ..CREDIT },
        wire::CreditNotice { order_id: "5|51239782", ..CREDIT },
        wire::CreditNotice { amount: "", ..CREDIT },
        wire::CreditNotice { amount: "0", ..CREDIT },
        wire::CreditNotice { va_account: "", full_account_number: "", ..CREDIT },
    ];
    for notice in bad {
        assert!(credit_notice("12345", notice, Raw::default()).is_err(), "{}", notice.cashin);
    }
}
