//! Only the buyer's money settles a payment, only the exact amount, and only that of its own order.

use payments_core::{
    Role,
    money::Money,
    payment::{Funding, Payment, PaymentState},
};

use crate::{
    Flaw, Operation,
    flaw::InFlaw as _,
    law::Passed,
    operations::Reported,
    record::{Life, Record, Seen, Step},
};

pub(super) fn created_is_not_paid(record: &Record) -> Result<Passed, Flaw> {
    let steps = |life| Life::unpaid(life).map(move |seen| (life, seen));
    Passed::each(record.of(Role::Payments).flat_map(steps), |(life, seen)| {
        let is_unpaid = |payment: &&Payment| {
            matches!(payment.state, PaymentState::Open | PaymentState::Processing)
                && is_without_money(payment)
        };
        let other = payments(seen).find(|payment| !is_unpaid(payment));
        life.unless(other.is_none(), "an open payment without money", has(other))?;
        life.unless(seen.bookings.is_empty(), "nothing booked", format!("{:?}", seen.bookings))
    })
}

pub(super) fn only_the_exact_amount_settles(record: &Record) -> Result<Passed, Flaw> {
    let paid = record.of(Role::Payments).filter_map(|life| {
        let seen = life.first_paid().filter(|seen| matches!(seen.found, Some(Ok(_))))?;
        Some((life, seen, life.amount(seen)?))
    });
    Passed::each(paid, |(life, seen, paid)| {
        is_funded_by(life, seen, paid)
            .in_call(Operation::FindPayment)
            .map_err(|flaw| flaw.with_ledger(format!("{paid} booked")))
    })
}

/// Checks what is reported after this amount was paid.
fn is_funded_by(life: &Life, seen: &Seen, paid: Money) -> Result<(), Flaw> {
    let [Reported::Payment(found)] = seen.found() else {
        return Err(Flaw::new("one payment of the order", format!("{:?}", seen.found())));
    };
    let asked = life.asked;
    let reported = found.asked.unwrap_or(asked);
    let expected = format!("{asked} asked, of which {paid} came");
    Flaw::unless(reported == asked, expected, reported)?;
    let (expected, funding) = (Funding::of(asked, paid), found.funding(asked));
    let settles = found.settles(asked);
    let is_so = funding == expected && settles == (paid == asked);
    let text = format!("{funding:?}, {}, settles: {settles}", has(Some(found)));
    Flaw::unless(is_so, format!("{expected:?}: {paid} received for {asked}"), text)
}

pub(super) fn money_belongs_to_its_order_alone(record: &Record) -> Result<Passed, Flaw> {
    let mut tested = false;
    for (life, seen) in record.of(Role::Payments).flat_map(Life::each_step) {
        let Step::PayOther(other) = &seen.step else { continue };
        tested |= seen.is_done && seen.found.is_some();
        let paid = payments(seen).find(|payment| !is_without_money(payment));
        let expected = format!("no money for {:?}, as {other:?} is paid", life.call.reference());
        Flaw::unless(paid.is_none(), expected, has(paid)).in_call(Operation::FindPayment)?;
    }
    Ok(Passed::if_any(tested))
}

fn payments(seen: &Seen) -> impl Iterator<Item = &Payment> {
    seen.reported().filter_map(|reported| match reported {
        Reported::Payment(payment) => Some(payment),
        _ => None,
    })
}

fn is_without_money(payment: &Payment) -> bool {
    payment.received.is_none_or(|received| received.is_zero()) && payment.credits.is_empty()
}

fn has(payment: Option<&Payment>) -> String {
    let has =
        |payment: &Payment| format!("{:?} with {:?} received", payment.state, payment.received);
    payment.map_or_else(String::new, has)
}
