//! A gateway's notifications agree with its ledger, and each event is handled once.

use std::time::Duration;

use payments_core::{
    DedupeKey, Direction, Role, SameMoney, Timestamp,
    money::Money,
    notification::{Event, EventData},
    payment::PaymentState,
    payout::PayoutState,
    same_credit,
};

use crate::{
    Booking, Flaw, Operation,
    flaw::InFlaw as _,
    law::Passed,
    laws::credits::movements,
    operations::Reported,
    record::{Delivered, Life, Record, Seen, Step},
};

/// The largest accepted error of an event's time. A wrong time zone or daylight saving time gives a
/// larger one.
const INEXACT: Duration = Duration::from_secs(30 * 60);

pub(super) fn agrees_with_the_ledger(record: &Record) -> Result<Passed, Flaw> {
    let mut ledger: Vec<&Booking> = Vec::new();
    let mut tested = false;
    for life in &record.lives {
        for seen in &life.steps {
            ledger.extend(&seen.bookings);
            if is_simple_until(life, seen) {
                tested |= !seen.deliveries.is_empty();
                are_true(&seen.deliveries, seen.at, &ledger)?;
            }
        }
        if happened(life) {
            let is_reported = life.events().any(|event| reports(life, event));
            let what = format!("{:?} of {life:?}", life.paid());
            is_notified(record, life.operation().role(), is_reported, what)?;
        }
    }
    for deposit in &record.deposits {
        ledger.extend(&deposit.bookings);
        are_true(&deposit.deliveries, deposit.at, &ledger)?;
        let movements = deposit.deliveries.iter().flat_map(Delivered::believed).flat_map(movements);
        let mut credits = movements.filter(|one| one.is_credit());
        let is_reported = credits.any(|one| one.amount == deposit.amount);
        is_notified(record, Role::Statements, is_reported, deposit.amount.to_string())?;
    }
    Ok(Passed::if_any(tested))
}

fn is_notified(record: &Record, role: Role, is_reported: bool, what: String) -> Result<(), Flaw> {
    let (expected, found) = match record.notified.contains(&role) {
        true => ("an event that reports it", "none"),
        false => ("no event about it, as `Notifies::tells_of` says", "one"),
    };
    let is_so = is_reported == record.notified.contains(&role);
    Flaw::unless(is_so, expected, format!("{found}: {what}"))
}

/// Checks that each delivery agrees with the present ledger and has the right time.
fn are_true(deliveries: &[Delivered], at: Timestamp, ledger: &[&Booking]) -> Result<(), Flaw> {
    for Delivered { sample, events, again } in deliveries {
        let (events, again) = (events.clone()?, again.clone()?);
        sample.unless(!events.is_empty(), "an event at least", "a notification without any")?;
        for event in &events {
            let found = format!("{:?}", event.data());
            sample
                .unless(agrees(event, ledger), "what the ledger says", found)
                .map_err(|flaw| flaw.with_ledger(format!("{ledger:?}")))?;
        }
        let mut times = events.iter().chain(&again).flat_map(times);
        let other = times.find(|time| time.distance(at) > INEXACT);
        let expected = format!("what happened at {at}");
        sample.unless(other.is_none(), &expected, format!("{other:?}"))?;
    }
    Ok(())
}

/// Returns `true` if the ledger agrees with an event.
fn agrees(event: &Event, ledger: &[&Booking]) -> bool {
    let of = |reference: &str| -> Vec<&Booking> {
        let is_of = |booking: &&&Booking| booking.reference.as_deref() == Some(reference);
        ledger.iter().filter(is_of).copied().collect()
    };
    match event.data() {
        EventData::Payment(payment) => {
            let came = of(payment.order.as_str()).into_iter();
            let came = came.filter(|booking| booking.direction == Direction::In);
            let booked = came.map(|booking| booking.amount).reduce(|sum, amount| {
                Money::from_minor(sum.minor() + amount.minor(), sum.currency())
            });
            let received = payment.received.filter(|money| !money.is_zero());
            payment.state != PaymentState::Settled && received.is_none() || received == booked
        }
        EventData::Movement(movement) => ledger.iter().any(|booking| {
            booking.amount == movement.amount && booking.direction == movement.direction
        }),
        EventData::Payout(payout) => of(payout.payout.as_str())
            .iter()
            .any(|booking| payout.amount.is_none_or(|amount| amount == booking.amount)),
        _ => true,
    }
}

/// Returns the times in an event.
fn times(event: &Event) -> Vec<Timestamp> {
    match event.data() {
        EventData::Payout(payout) => payout.at.into_iter().collect(),
        _ => movements(event).iter().filter_map(|movement| movement.at).collect(),
    }
}

/// Returns `true` if, up to this step, it was paid at most once and in time.
fn is_simple_until(life: &Life, seen: &Seen) -> bool {
    let mut before = life.steps.iter().take_while(|one| !std::ptr::eq(*one, seen));
    seen.step != Step::PastEnd
        && !before.any(|one| one.step == Step::PastEnd || life.is_paid_in(one))
}

/// Returns `true` if something happened that a gateway may notify.
fn happened(life: &Life) -> bool {
    let end = Step::End(PayoutState::Succeeded);
    match life.operation().role() {
        Role::Payouts => life.steps.iter().any(|seen| seen.is_done && seen.step == end),
        _ => life.first_paid().is_some(),
    }
}

/// Returns `true` if an event reports the first thing that happened, with all its money.
fn reports(life: &Life, event: &Event) -> bool {
    let reference = life.call.reference();
    let arrived = life.first_paid().and_then(|seen| life.amount(seen));
    match (life.opened(), event.data()) {
        (Some(Reported::Payment(_)), EventData::Payment(payment)) => {
            payment.order.as_str() == reference
                && payment.received == arrived
                && (arrived != Some(life.asked) || payment.settles(life.asked))
        }
        // The order of the movement may be only in the memo.
        (Some(Reported::Payment(_)), EventData::Movement(movement)) => {
            movement.is_credit()
                && Some(movement.amount) == arrived
                && movement.order.as_ref().is_none_or(|of| of.as_str() == reference)
        }
        (Some(Reported::VirtualAccount(_)), EventData::Payment(payment)) => {
            payment.order.as_str() == reference && payment.received == arrived
        }
        (Some(Reported::VirtualAccount(account)), EventData::Movement(movement)) => {
            let on = [&movement.virtual_account, &movement.account];
            let mut on = on.into_iter().flatten();
            let is_there = on.any(|on| account.numbers.iter().any(|number| number.number == *on))
                || movement.order.as_ref().is_some_and(|of| of.as_str() == reference);
            is_there && movement.is_credit() && Some(movement.amount) == arrived
        }
        (Some(Reported::Payout(_)), EventData::Payout(payout)) => {
            payout.payout.as_str() == reference
                && payout.amount == Some(life.asked)
                && payout.state == PayoutState::Succeeded
        }
        _ => false,
    }
}

pub(super) fn one_key(record: &Record) -> Result<Passed, Flaw> {
    let mut known: Vec<(&DedupeKey, &Delivered)> = Vec::new();
    for delivered in record.deliveries() {
        let keys: Vec<_> = delivered.believed().filter_map(Event::key).collect();
        let again: Vec<_> = delivered.again.iter().flatten().filter_map(Event::key).collect();
        let found = format!("{keys:?}, and then {again:?}");
        delivered.sample.unless(keys == again, "one key for one happening", found)?;
        for key in keys {
            let body = delivered.sample.request.body();
            let is_of_another = known
                .iter()
                .any(|(other, from)| *other == key && from.sample.request.body() != body);
            let found = format!("{key:?} of another happening");
            delivered.sample.unless(!is_of_another, "a key of its own", found)?;
            known.push((key, delivered));
        }
    }
    Ok(Passed::if_any(!known.is_empty()))
}

pub(super) fn one_on_every_source(record: &Record) -> Result<Passed, Flaw> {
    let Some(lines) = record.entries()? else { return Ok(Passed::NotApplicable) };
    let movements = record.deliveries().flat_map(Delivered::believed).flat_map(movements);
    Passed::each(movements.filter(|one| one.is_credit()), |credit| {
        let same = |expected: SameMoney| {
            lines.iter().filter(move |line| same_credit(credit, line) == expected).count()
        };
        let (sure, perhaps) = (same(SameMoney::Same), same(SameMoney::Maybe));
        let found = format!("{sure} the same and {perhaps} perhaps, of {}", lines.len());
        let is_so = sure <= 1 && sure + perhaps > 0;
        Flaw::unless(is_so, "the one line of that transfer", found)
            .map_err(|flaw| flaw.with_ledger(format!("{credit:?}")))
            .in_call(Operation::Entries)
    })
}
