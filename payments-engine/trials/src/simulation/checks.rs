//! The conditions that have to hold once a shop has come to rest.

use std::collections::BTreeSet;

use payments_core::OrderRef;
use payments_engine::{
    CaseKind, Observation, Observed, PaymentObservation, PaymentRecord, PayoutRecord, RecordState,
    SendingState,
};
use provider_mock::{BookingKind, Operation};

use super::Counts;
use super::shop::{Shop, Told};
use crate::world::reference;

/// Compares the engine's records of a shop with the gateway's ledger.
pub(super) async fn check(shop: &Shop) -> Counts {
    let mut counts = Counts { seeds: 1, ..Counts::default() };
    for row in &shop.rows {
        counts.rows.insert(row, 1);
    }
    let mut wrong = Vec::new();
    for (name, told) in &shop.payouts {
        let found = payout(shop, name, *told, &mut counts).await;
        wrong.extend(found.map(|found| format!("payout {name}: {found}, {told:?}")));
    }
    let orders = shop.orders.iter().map(|one| (one, Operation::CreatePayment));
    let accounts = shop.accounts.iter().map(|one| (one, Operation::OpenVirtualAccount));
    for ((name, told), opened_by) in orders.chain(accounts) {
        let found = order(shop, name, *told, opened_by, &mut counts).await;
        wrong.extend(found.map(|found| format!("order {name}: {found}, {told:?}")));
    }
    for (name, told) in &shop.cancelled {
        let times = shop.gateway.carried_out(Operation::CancelPayment, name);
        if told.accepted && times == 0 || !told.promised && !told.unknown && times > 0 {
            wrong.push(format!("cancellation of {name}: carried out {times} times, {told:?}"));
        }
        let found = cancellation(shop, name, times).await;
        wrong.extend(found.map(|found| format!("cancellation of {name}: {found}, {told:?}")));
    }
    let orders = shop.orders.keys().chain(shop.accounts.keys()).chain(shop.cancelled.keys());
    for name in orders.collect::<BTreeSet<_>>() {
        let record = shop.engine().payment(&OrderRef::new(&**name).unwrap()).await.unwrap();
        let found = record.and_then(|record| left_open(&record));
        wrong.extend(found.map(|found| format!("order {name}: {found}")));
    }
    for (name, (order, told)) in &shop.refunds {
        let found = refund(shop, name, order, *told);
        wrong.extend(found.map(|found| format!("refund {name}: {found}, {told:?}")));
    }
    let health = shop.engine().health().await.unwrap();
    if health.forgotten > 0 {
        wrong.push(format!("{} records are forgotten", health.forgotten));
    }
    if shop.undelivered() > 0 {
        wrong.push(format!("{} deliveries get no good reply", shop.undelivered()));
    }
    // A buyer who pays too much, or after a cancellation, causes a case even if nothing goes wrong.
    let is_trouble = |kind: &String| !["Over", "Late"].contains(&kind.as_str());
    if shop.is_calm && counts.cases.keys().any(is_trouble) {
        wrong.push(format!("nothing went wrong, and a person is asked: {:?}", counts.cases));
    }
    counts.wrong = wrong.into_iter().map(|found| format!("seed {}: {found}", shop.seed)).collect();
    counts
}

/// Returns the money that moved for a payout, an order or a refund, by the gateway's ledger.
fn moved(shop: &Shop, is_it: impl Fn(&provider_mock::Booking) -> bool) -> i64 {
    let bookings = shop.gateway.bookings();
    let of = bookings.iter().filter(|booking| is_it(booking));
    of.map(|booking| match booking.kind.is_in() {
        true => booking.amount.minor(),
        false => -booking.amount.minor(),
    })
    .sum()
}

async fn payout(shop: &Shop, name: &str, told: Told, counts: &mut Counts) -> Option<String> {
    let times = shop.gateway.carried_out(Operation::CreatePayout, name);
    let reference = reference(name);
    let record = shop.engine().payout(&reference).await.unwrap();
    counts.payouts.0 += 1;
    counts.payouts.1 += times as u64;
    if times > 1 {
        return Some(format!("carried out {times} times"));
    }
    if told.accepted && times == 0 {
        return Some("accepted, and not carried out".to_owned());
    }
    if !told.promised && !told.unknown && times > 0 {
        return Some("carried out, and every call returned an error".to_owned());
    }
    let Some(record) = record else {
        let is_lost = told.promised || times > 0;
        return is_lost.then(|| "it is not on record".to_owned());
    };
    let history = shop.engine().history(&reference).await.unwrap();
    let folded = history
        .iter()
        .fold(None, |record, observed: &Observed| PayoutRecord::after(record, observed));
    let json = |record: &PayoutRecord| serde_json::to_value(record).unwrap();
    if folded.as_ref().map(json) != Some(json(&record)) {
        return Some("its record is not the fold of its history".to_owned());
    }
    for case in record.open_cases() {
        counts.case(case.kind);
    }
    if history.iter().any(|one| matches!(one.observation, Observation::Listed { .. })) {
        counts.rows.insert("a statement settles a payout", 1);
    }
    let has_left = -moved(shop, |booking| {
        let is_payout = matches!(booking.kind, BookingKind::Payout | BookingKind::PayoutReturned);
        is_payout && booking.reference.as_deref() == Some(name)
    });
    let expected = record.request.amount.minor();
    let state = record.state;
    // A statement listed it, and it came back later: the gateway calls that failed.
    let is_contradicted = record.open_cases().any(|case| case.kind == CaseKind::Contradicted);
    match state {
        RecordState::Succeeded if has_left != expected && !is_contradicted => {
            Some(format!("a false success: {has_left} left"))
        }
        RecordState::Failed | RecordState::NotSent | RecordState::Reversed if has_left != 0 => {
            Some(format!("{state}, and {has_left} left"))
        }
        _ if !state.is_final() && record.open_cases().next().is_none() => {
            Some(format!("it stays {state} without a case"))
        }
        _ => None,
    }
}

/// What went back to the buyer of an order by payouts, and whether all of these are settled.
async fn given_back(shop: &Shop, order: &str) -> (i64, bool) {
    let (mut sum, mut is_settled) = (0, true);
    for (name, _) in shop.given_back.iter().filter(|(_, of)| *of == order) {
        sum -= moved(shop, |booking| booking.reference.as_deref() == Some(name));
        let record = shop.engine().payout(&reference(name)).await.unwrap();
        is_settled &= record.is_none_or(|record| record.state.is_final());
    }
    (sum, is_settled)
}

async fn order(
    shop: &Shop,
    name: &str,
    told: Told,
    opened_by: Operation,
    counts: &mut Counts,
) -> Option<String> {
    let order = OrderRef::new(name).unwrap();
    let times = shop.gateway.carried_out(opened_by, name);
    if times > 1 {
        return Some(format!("opened {times} times"));
    }
    if !told.promised && !told.unknown && times > 0 {
        return Some("opened, and every call returned an error".to_owned());
    }
    let (back, is_settled) = given_back(shop, name).await;
    let net = moved(shop, |booking| booking.order.as_ref() == Some(&order)) - back;
    counts.orders.0 += 1;
    counts.orders.1 += u64::from(net > 0);
    let Some(record) = shop.engine().payment(&order).await.unwrap() else {
        let is_lost = told.promised || net > 0;
        return is_lost.then(|| "it is not on record".to_owned());
    };
    let history = shop.engine().payment_history(&order).await.unwrap();
    let folded = history.iter().fold(None, |record, observed: &Observed<PaymentObservation>| {
        PaymentRecord::after(record, observed)
    });
    let json = |record: &PaymentRecord| serde_json::to_value(record).unwrap();
    if folded.as_ref().map(json) != Some(json(&record)) {
        return Some("its record is not the fold of its history".to_owned());
    }
    if net < 0 {
        return Some(format!("more went back than arrived: {net}"));
    }
    let mut is_held = !is_settled;
    for case in record.open_cases() {
        counts.case(case.kind);
        is_held |= case.kind == CaseKind::MaybeSame;
    }
    let received = record.received().map_or(0, |received| received.minor());
    if received != net && !is_held {
        return Some(format!("{received} counted, and {net} are there"));
    }
    if record.may_ship() && net < super::shop::ASKED {
        return Some(format!("it may ship with {net}"));
    }
    None
}

/// Returns an instruction that is neither final nor before a person.
fn left_open(record: &PaymentRecord) -> Option<String> {
    let openings = record.openings.iter().map(|one| ("an opening", format!("{:?}", one.state)));
    // A refund by payout ends with its payout.
    let refunds = record.refunds.iter().filter(|one| one.payout.is_none());
    let refunds = refunds.map(|one| ("a refund", format!("{:?}", one.state)));
    let sendings = record.cancellations.iter().map(|one| ("a cancellation", &one.sending)).chain(
        record.accounts.iter().flat_map(|account| {
            let opening = account.opening.iter().map(|one| ("the opening of an account", one));
            let change = account.change.iter().map(|one| ("a change of an account", &one.sending));
            opening.chain(change)
        }),
    );
    let sendings = sendings.map(|(what, sending)| (what, format!("{:?}", sending.state)));
    let has_case = record.open_cases().next().is_some();
    openings.chain(refunds).chain(sendings).find_map(|(what, state)| match state.as_str() {
        "Asked" => Some(format!("{what} was not sent, and is not closed")),
        "Submitting" | "Uncertain" | "Pending" if !has_case => {
            Some(format!("{what} stays {state} without a case"))
        }
        _ => None,
    })
}

/// Compares the recorded state of a cancellation with how often the gateway carried it out.
async fn cancellation(shop: &Shop, name: &str, times: usize) -> Option<String> {
    let record = shop.engine().payment(&OrderRef::new(name).unwrap()).await.unwrap()?;
    let state = record.cancellation(shop.provider.id())?.sending.state;
    let is_false = match state {
        SendingState::Done => times == 0,
        SendingState::NotSent | SendingState::Declined => times > 0,
        _ => false,
    };
    is_false.then(|| format!("{}, and carried out {times} times", state.as_str()))
}

fn refund(shop: &Shop, name: &str, order: &str, told: Told) -> Option<String> {
    let times = shop.gateway.carried_out(Operation::RefundPayment, name);
    if times > 1 {
        return Some(format!("carried out {times} times"));
    }
    if told.accepted && times == 0 {
        return Some("accepted, and not carried out".to_owned());
    }
    if !told.promised && !told.unknown && times > 0 {
        return Some("carried out, and the call returned an error".to_owned());
    }
    let order = OrderRef::new(order).unwrap();
    let left = moved(shop, |booking| booking.order.as_ref() == Some(&order));
    (left < 0).then(|| format!("more went back than arrived: {left}"))
}
