//! No money that arrived is dropped, merged or changed.

use std::collections::{BTreeMap, BTreeSet};

use payments_core::{
    DedupeKey, Movement, Role,
    money::Money,
    notification::{Event, EventData},
};

use crate::{
    Flaw, Operation,
    law::Passed,
    operations::Reported,
    record::{Life, Record, Seen},
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    let mut tested = false;
    for life in &record.lives {
        let (arrived, last) = (life.paid(), life.steps.iter().rfind(|seen| life.is_paid_in(seen)));
        let Some(seen) = last else { continue };
        tested = true;
        let reported = match life.operation().role() {
            Role::Payments => of_a_payment(record, life, seen, &arrived),
            _ => of_an_account(life, seen, &arrived),
        };
        reported.map_err(|flaw| {
            flaw.in_call(life.operation()).with_ledger(format!("{arrived:?} arrived"))
        })?;
    }
    Ok(Passed::if_any(tested))
}

/// Checks that the money of a payment is reported, by inquiry or by notifications.
fn of_a_payment(record: &Record, life: &Life, seen: &Seen, arrived: &[Money]) -> Result<(), Flaw> {
    if let Some(found) = &seen.found {
        let found = found.as_ref().map_err(|error| Flaw::refused(Operation::FindPayment, error))?;
        // Several payments of one order are as good a way to report it.
        let received: Vec<Money> = found.all().iter().filter_map(Reported::received).collect();
        let listed: Vec<&Movement> = found.all().iter().flat_map(Reported::movements).collect();
        let parts: Vec<Money> = listed.iter().map(|credit| credit.amount).collect();
        if !listed.is_empty() && total(&parts) != total(&received) {
            let found = format!("{received:?} received, and credits of {parts:?}");
            return Err(Flaw::new("credits that add up to what was received", found));
        }
        same(&listed, &parts)?;
        if total(&received) == total(arrived) {
            return Ok(());
        }
        // The inquiry knows some of them; the others have to be notified.
        if !record.has_notifications() {
            return Err(Flaw::new(format!("{arrived:?} received"), format!("{received:?}")));
        }
    }
    let keys: BTreeSet<&DedupeKey> = events(life).filter_map(Event::key).collect();
    if keys.len() < arrived.len() {
        let found = format!("{} notifications with a key of their own: {keys:?}", keys.len());
        return Err(Flaw::new(format!("{} of them", arrived.len()), found));
    }
    Ok(())
}

fn of_an_account(life: &Life, seen: &Seen, arrived: &[Money]) -> Result<(), Flaw> {
    match &seen.credits {
        Some(Ok(answer)) => {
            let listed: Vec<&Movement> =
                answer.all().iter().flat_map(Reported::movements).collect();
            same(&listed, arrived)?;
        }
        Some(Err(error)) => return Err(Flaw::refused(Operation::Credits, error)),
        None => {
            let notified: BTreeMap<&DedupeKey, &Movement> =
                events(life).flat_map(movements).map(|one| (&one.key, one)).collect();
            same(&notified.into_values().collect::<Vec<_>>(), arrived)?;
        }
    }
    for found in seen.found() {
        if let (Some(reported), Some(asked)) = (found.asked(), life.call.amount())
            && reported != asked
        {
            return Err(Flaw::new(format!("{asked} asked"), reported));
        }
        if let Some(received) = found.received()
            && received.minor() != total(arrived)
        {
            return Err(Flaw::new(format!("{} received in all", total(arrived)), received));
        }
    }
    Ok(())
}

/// What was notified of it.
fn events(life: &Life) -> impl Iterator<Item = &Event> {
    let deliveries = life.steps.iter().flat_map(|seen| &seen.deliveries);
    deliveries.filter_map(|delivered| delivered.events.as_ref().ok()).flatten()
}

/// The movements of an event: a payment lists its credits each time.
pub(super) fn movements(event: &Event) -> Vec<&Movement> {
    match event.data() {
        EventData::Movement(movement) => vec![movement],
        EventData::Payment(payment) => payment.credits.iter().collect(),
        _ => Vec::new(),
    }
}

fn total(amounts: &[Money]) -> i64 {
    amounts.iter().map(|amount| amount.minor()).sum()
}

/// Checks that exactly these amounts are listed, each under a key of its own.
fn same(listed: &[&Movement], arrived: &[Money]) -> Result<(), Flaw> {
    let sorted = |amounts: &mut dyn Iterator<Item = Money>| {
        let mut minors: Vec<i64> = amounts.map(|amount| amount.minor()).collect();
        minors.sort_unstable();
        minors
    };
    let credits = listed.iter().filter(|one| one.is_credit());
    let amounts = sorted(&mut credits.map(|one| one.amount));
    let arrived = sorted(&mut arrived.iter().copied());
    let keys: BTreeSet<&DedupeKey> = listed.iter().map(|one| &one.key).collect();
    if amounts == arrived && keys.len() == listed.len() {
        return Ok(());
    }
    let expected = format!("credits of {arrived:?}, each under a key of its own");
    Err(Flaw::new(expected, format!("{amounts:?} under {} keys", keys.len())))
}
