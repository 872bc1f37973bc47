use payments::{Absence, DedupeKey, Direction, money::Currency};

use super::*;
use crate::ITEMS;

const NOW: i64 = 1_700_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(NOW + seconds)
}

/// 50,000 VND, to be paid within an hour.
fn order() -> Order {
    let mut order = Order::new(OrderRef::new("A1").unwrap(), &ITEMS[0], at(3_600));
    order.gateway = Some(ProviderId::new("main").unwrap());
    order
}

fn credit(key: &str, dong: i64) -> Movement {
    Movement::new(DedupeKey::new("bank.webhook", key).unwrap(), Direction::In, Money::vnd(dong))
}

fn settled(dong: i64) -> Payment {
    let reference = OrderRef::new("A1").unwrap();
    Payment::new(reference, PaymentState::Settled).with_received(Money::vnd(dong))
}

#[test]
fn a_short_transfer_leaves_the_order_unpaid_and_the_rest_pays_it() {
    let mut order = order();
    order.apply_credit(&credit("1", 20_000), at(0));
    assert_eq!(order.funding(), Funding::Short { missing: Money::vnd(30_000) });
    assert!(order.paid_at.is_none() && order.is_waiting());
    order.apply_credit(&credit("2", 30_000), at(1));
    assert_eq!(order.paid_at, Some(at(1)));
    assert!(order.notes.is_empty(), "{:?}", order.notes);
}

#[test]
fn the_same_credit_counts_once() {
    let mut order = order();
    order.apply_credit(&credit("1", 20_000), at(0));
    order.apply_credit(&credit("1", 20_000), at(1));
    assert_eq!(order.funding(), Funding::Short { missing: Money::vnd(30_000) });
}

#[test]
fn a_webhook_and_a_statement_line_of_one_transfer_count_once() {
    let mut order = order();
    order.apply_credit(&credit("1", 20_000), at(0));
    let key = DedupeKey::new("bank.transaction", "L-1").unwrap();
    order.apply_credit(&Movement::new(key, Direction::In, Money::vnd(20_000)), at(1));
    assert_eq!(order.funding(), Funding::Short { missing: Money::vnd(30_000) });
}

#[test]
fn too_much_pays_and_is_noted() {
    let mut order = order();
    order.apply_credit(&credit("1", 60_000), at(0));
    assert!(order.paid_at.is_some());
    assert_eq!(order.notes, [Note::Over { excess: Money::vnd(10_000) }]);
}

#[test]
fn a_repeated_transfer_is_noted_with_what_is_too_much_in_all() {
    let mut order = order();
    order.apply_credit(&credit("1", 50_000), at(0));
    order.apply_credit(&credit("2", 50_000), at(1));
    let amount = Money::vnd(50_000);
    assert_eq!(order.notes, [Note::Repeated { amount }, Note::Over { excess: amount }]);
}

#[test]
fn late_money_is_noted_and_not_dropped() {
    let mut order = order();
    order.apply_credit(&credit("1", 50_000).with_time(at(3_601)), at(9_999));
    assert_eq!(order.paid_at, Some(at(3_601)));
    assert_eq!(order.notes, [Note::Late]);
}

#[test]
fn money_in_another_currency_is_noted_and_not_counted() {
    let mut order = order();
    let amount = Money::from_minor(50_000, Currency::USD);
    order.apply_credit(
        &Movement::new(DedupeKey::new("bank.webhook", "1").unwrap(), Direction::In, amount),
        at(0),
    );
    assert_eq!((order.funding(), order.paid_at), (Funding::Nothing, None));
    assert_eq!(order.notes, [Note::NotCounted]);
}

#[test]
fn a_settled_payment_pays_only_for_the_shops_own_figure() {
    let mut order = order();
    order.apply_payment(&settled(49_999), at(0));
    assert!(order.paid_at.is_none());
    assert_eq!(order.funding(), Funding::Short { missing: Money::vnd(1) });
    order.apply_payment(&settled(50_000), at(1));
    assert_eq!(order.paid_at, Some(at(1)));
}

#[test]
fn no_other_state_pays() {
    for state in PaymentState::ALL.into_iter().filter(|state| *state != PaymentState::Settled) {
        let mut order = order();
        let mut payment = settled(50_000);
        payment.state = state;
        order.apply_payment(&payment, at(0));
        assert!(order.paid_at.is_none(), "{state:?} paid");
    }
}

#[test]
fn one_transfer_told_by_two_sources_counts_once() {
    let mut order = order();
    order.apply_payment(&settled(50_000), at(0));
    order.apply_credit(&credit("1", 50_000), at(1));
    assert_eq!(order.funding(), Funding::Exact);
    assert!(order.notes.is_empty(), "{:?}", order.notes);
}

#[test]
fn a_buyer_who_pays_twice_on_the_gateways_page_is_noted() {
    let mut order = order();
    for key in ["1", "2", "2"] {
        order.apply_payment(&settled(50_000).with_credits(vec![credit(key, 50_000)]), at(0));
    }
    let amount = Money::vnd(50_000);
    assert_eq!(order.notes, [Note::Repeated { amount }, Note::Over { excess: amount }]);
}

#[test]
fn a_payment_that_turns_up_after_an_uncertain_answer_shows_the_buyer_the_way() {
    let mut order = order();
    order.opening = Opening::Uncertain;
    let mut open = settled(0);
    open.state = PaymentState::Open;
    let next = NextAction::Redirect { url: "https://pay.example".to_owned() };
    order.apply_payment(&open.with_next(next.clone()), at(0));
    assert!(matches!(&order.opening, Opening::Accepted(known) if *known == [next]));
    assert!(order.paid_at.is_none());
}

#[test]
fn money_after_an_end_is_a_conflict_that_a_person_sees_and_it_still_pays() {
    let mut order = order();
    let mut expired = settled(0);
    expired.state = PaymentState::Expired;
    order.apply_payment(&expired, at(0));
    order.apply_payment(&settled(50_000), at(1));
    assert!(order.paid_at.is_some());
    let (known, seen) = (PaymentState::Expired, PaymentState::Settled);
    assert_eq!(order.notes, [Note::Conflict { known, seen }]);
}

#[test]
fn an_inquiry_that_finds_two_settled_payments_is_an_alert() {
    let mut order = order();
    order.apply_lookup(&Lookup::Several(vec![settled(50_000), settled(50_000)]), at(0));
    assert!(order.paid_at.is_some());
    assert_eq!(order.notes, [Note::SettledTwice]);
}

#[test]
fn an_absent_payment_ends_nothing() {
    let mut order = order();
    order.apply_lookup(&Lookup::Absent(Absence::Conclusive), at(0));
    assert!(order.is_waiting());
    order.apply_payment(&settled(50_000), at(1));
    assert!(order.paid_at.is_some());
}

#[test]
fn the_gateway_is_asked_again_only_after_a_pause() {
    let mut order = order();
    let pause = std::time::Duration::from_secs(10);
    assert!(order.start_inquiry(at(0), pause));
    assert!(!order.start_inquiry(at(9), pause));
    assert!(order.start_inquiry(at(10), pause));
}
