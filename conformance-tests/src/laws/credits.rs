//! No money that arrived is dropped, merged or changed.

use std::collections::{BTreeMap, BTreeSet};

use payments_core::{
    DedupeKey, Movement, Role,
    money::Money,
    notification::{Event, EventData},
};

use crate::{
    Flaw, Operation,
    flaw::{InFlaw as _, answered},
    law::Passed,
    operations::{Answer, Reported},
    record::{Life, Record, Seen},
};

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    let lives = record.lives.iter();
    let paid = lives
        .filter_map(|life| Some((life, life.steps.iter().rfind(|seen| life.is_paid_in(seen))?)));
    Passed::each(paid, |(life, seen)| {
        let arrived = life.paid();
        let reported = match life.operation().role() {
            Role::Payments => of_a_payment(record, life, seen, &arrived),
            _ => of_an_account(life, seen, &arrived),
        };
        reported
            .in_call(life.operation())
            .map_err(|flaw| flaw.with_ledger(format!("{arrived:?} arrived")))
    })
}

/// Checks that the money of a payment is reported, by inquiry or by notifications.
fn of_a_payment(record: &Record, life: &Life, seen: &Seen, arrived: &[Money]) -> Result<(), Flaw> {
    if let Some(found) = &seen.found {
        let found = answered(Operation::FindPayment, found.clone())?;
        // The money may also be reported as several payments of one order.
        let received: Vec<Money> = found.all().iter().filter_map(Reported::received).collect();
        let listed = movements_of(&found);
        let parts: Vec<Money> = listed.iter().map(|credit| credit.amount).collect();
        let adds_up = listed.is_empty() || total(&parts) == total(&received);
        let text = format!("{received:?} received, and credits of {parts:?}");
        Flaw::unless(adds_up, "credits that add up to what was received", text)?;
        same(&listed, &parts)?;
        if total(&received) == total(arrived) {
            return Ok(());
        }
        // The inquiry reports some of them, so the others must be notified.
        let expected = format!("{arrived:?} received");
        Flaw::unless(!record.notified.is_empty(), expected, format!("{received:?}"))?;
    }
    let keys: BTreeSet<&DedupeKey> = life.events().filter_map(Event::key).collect();
    let found = format!("{} notifications with a key of their own: {keys:?}", keys.len());
    Flaw::unless(keys.len() >= arrived.len(), format!("{} of them", arrived.len()), found)
}

fn of_an_account(life: &Life, seen: &Seen, arrived: &[Money]) -> Result<(), Flaw> {
    match &seen.credits {
        Some(listed) => {
            same(&movements_of(&answered(Operation::Credits, listed.clone())?), arrived)?;
        }
        None => {
            let notified: BTreeMap<&DedupeKey, &Movement> =
                life.events().flat_map(movements).map(|one| (&one.key, one)).collect();
            same(&notified.into_values().collect::<Vec<_>>(), arrived)?;
        }
    }
    for found in seen.found() {
        if let (Some(reported), Some(asked)) = (found.asked(), life.call.amount()) {
            Flaw::unless(reported == asked, format!("{asked} asked"), reported)?;
        }
        if let Some(received) = found.received() {
            let is_so = received.minor() == total(arrived);
            Flaw::unless(is_so, format!("{} received in all", total(arrived)), received)?;
        }
    }
    Ok(())
}

fn movements_of(answer: &Answer) -> Vec<&Movement> {
    answer.all().iter().flat_map(Reported::movements).collect()
}

/// Returns the movements of an event. A payment lists its credits each time.
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

/// Checks that exactly these amounts are listed, each under its own key.
fn same(listed: &[&Movement], arrived: &[Money]) -> Result<(), Flaw> {
    let sorted = |amounts: &mut dyn Iterator<Item = Money>| {
        let mut minors: Vec<i64> = amounts.map(|amount| amount.minor()).collect();
        minors.sort_unstable();
        minors
    };
    let credits = listed.iter().filter(|one| one.is_credit());
    let amounts = sorted(&mut credits.map(|one| one.amount));
    let keys: BTreeSet<&DedupeKey> = listed.iter().map(|one| &one.key).collect();
    Flaw::unless(
        amounts == sorted(&mut arrived.iter().copied()) && keys.len() == listed.len(),
        format!("credits of {arrived:?}, each under a key of its own"),
        format!("{amounts:?} under {} keys", keys.len()),
    )
}
