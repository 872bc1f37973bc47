//! Only the buyer's money settles a payment, only the exact amount, and only that of its own order.

use payments_core::{
    Role,
    payment::{Funding, Payment, PaymentState},
};

use crate::{
    Flaw, Operation,
    law::Passed,
    operations::Reported,
    record::{Life, Record, Seen, Step},
};

pub(super) fn created_is_not_paid(record: &Record) -> Result<Passed, Flaw> {
    let steps = |life| Life::unpaid(life).map(move |seen| (life, seen));
    Passed::each(record.of(Role::Payments).flat_map(steps), |(life, seen)| {
        if let Some(payment) = payments(seen).find(|payment| !is_unpaid(payment)) {
            return Err(life.flaw("an open payment without money", has(payment)));
        }
        match seen.bookings.as_slice() {
            [] => Ok(()),
            booked => Err(life.flaw("nothing booked", format!("{booked:?}"))),
        }
    })
}

pub(super) fn only_the_exact_amount_settles(record: &Record) -> Result<Passed, Flaw> {
    let paid = record.of(Role::Payments).filter_map(|life| {
        let seen = life.first_paid().filter(|seen| matches!(seen.found, Some(Ok(_))))?;
        Some((life, seen, life.amount(seen)?))
    });
    Passed::each(paid, |(life, seen, paid)| {
        is_funded_by(life, seen, paid).map_err(|flaw| {
            flaw.in_call(Operation::FindPayment).with_ledger(format!("{paid} booked"))
        })
    })
}

/// Checks what is reported once so much was paid.
fn is_funded_by(life: &Life, seen: &Seen, paid: payments_core::money::Money) -> Result<(), Flaw> {
    let [Reported::Payment(found)] = seen.found() else {
        return Err(Flaw::new("one payment of the order", format!("{:?}", seen.found())));
    };
    let asked = life.asked;
    if let Some(other) = found.asked.filter(|reported| *reported != asked) {
        return Err(Flaw::new(format!("{asked} asked, of which {paid} came"), other));
    }
    let (expected, funding) = (Funding::of(asked, paid), found.funding(asked));
    let settles = found.settles(asked);
    if funding == expected && settles == (paid == asked) {
        return Ok(());
    }
    let found = format!("{funding:?}, {}, settles: {settles}", has(found));
    Err(Flaw::new(format!("{expected:?}: {paid} received for {asked}"), found))
}

pub(super) fn money_belongs_to_its_order_alone(record: &Record) -> Result<Passed, Flaw> {
    let mut tested = false;
    for life in record.of(Role::Payments) {
        for seen in &life.steps {
            let Step::PayOther(other) = &seen.step else { continue };
            tested |= seen.is_done && seen.found.is_some();
            if let Some(payment) = payments(seen).find(|payment| !is_without_money(payment)) {
                let expected = format!("no money for {:?}", payment.order);
                return Err(Flaw::new(expected, has(payment))
                    .in_call(Operation::FindPayment)
                    .with_ledger(format!("{:?} is paid, and not this one", other)));
            }
        }
    }
    Ok(Passed::if_any(tested))
}

fn payments(seen: &Seen) -> impl Iterator<Item = &Payment> {
    seen.reported().filter_map(|reported| match reported {
        Reported::Payment(payment) => Some(payment),
        _ => None,
    })
}

fn is_unpaid(payment: &Payment) -> bool {
    matches!(payment.state, PaymentState::Open | PaymentState::Processing)
        && is_without_money(payment)
}

fn is_without_money(payment: &Payment) -> bool {
    payment.received.is_none_or(|received| received.is_zero()) && payment.credits.is_empty()
}

fn has(payment: &Payment) -> String {
    format!("{:?} with {:?} received", payment.state, payment.received)
}
