//! What is reported in an honest run: states that the gateway documents, times of the gateway's clock,
//! and amounts in the currency in which they moved.

use std::time::Duration;

use payments_core::{Timestamp, money::Money};

use crate::{
    Flaw, Operation,
    flaw::InFlaw as _,
    law::Passed,
    operations::Reported,
    record::{About, Deposit, Life, Record, Seen},
};

/// The largest accepted error of the clocks of banks. A wrong time zone gives a larger one.
const INEXACT: Duration = Duration::from_secs(600);

pub(super) fn known_states(record: &Record) -> Result<Passed, Flaw> {
    Passed::each(record.lives.iter().flat_map(Life::each_step), |(life, seen)| {
        let uncertain = seen.reported().find(|reported| reported.is_uncertain());
        let steps: Vec<_> = life.steps.iter().map(|seen| &seen.step).collect();
        let expected = format!("a state that is documented, after {steps:?}");
        Flaw::unless(uncertain.is_none(), expected, format!("{uncertain:?}"))
            .in_call(life.operation())
            .sent_at(seen.line())
    })
}

pub(super) fn times_and_currencies(record: &Record) -> Result<Passed, Flaw> {
    for life in &record.lives {
        let line = life.steps.first().and_then(Seen::line);
        opening(life).in_call(life.operation()).sent_at(line)?;
        // Other payments are checked by the laws about amounts.
        if life.about != About::NearMiss
            && life.paid() == [life.asked]
            && let Some(seen) = life.first_paid()
        {
            paid(life, seen).in_call(life.operation()).sent_at(seen.line())?;
        }
    }
    if let Some((balance, asked_at)) = &record.balance {
        same_time("the balance", Some(balance.at), Some(*asked_at), INEXACT)
            .in_call(Operation::Balance)?;
    }
    deposits(record).in_call(Operation::Entries)?;
    Ok(Passed::if_any(!record.lives.is_empty() || record.statement.is_some()))
}

/// Checks the report about an object that was just opened.
fn opening(life: &Life) -> Result<(), Flaw> {
    let Some(seen) = life.steps.first() else { return Ok(()) };
    for reported in seen.reported() {
        same_time("it", reported.at(), Some(seen.at), INEXACT)?;
        ends(life, reported)?;
    }
    same_money(life, life.opened().and_then(Reported::asked))
}

/// Checks the report after the exact amount has arrived.
fn paid(life: &Life, seen: &Seen) -> Result<(), Flaw> {
    let credits = seen.credits.iter().flatten().flat_map(|answer| answer.all());
    for reported in seen.found().iter().chain(credits) {
        same_money(life, reported.received())?;
        ends(life, reported)?;
        for credit in reported.movements() {
            same_money(life, Some(credit.amount))?;
            same_time("a credit", credit.at, Some(seen.at), INEXACT)?;
        }
    }
    Ok(())
}

fn deposits(record: &Record) -> Result<(), Flaw> {
    let Some(entries) = record.entries()? else { return Ok(()) };
    for Deposit { amount, at, .. } in &record.deposits {
        let is_it = |one: Money, then: Option<Timestamp>| {
            one == *amount && then.is_none_or(|then| then.distance(*at) <= INEXACT)
        };
        let lines = entries.iter().filter(|line| is_it(line.amount, line.at)).count();
        let same = record.deposits.iter().filter(|one| is_it(one.amount, Some(one.at))).count();
        let expected = format!("{same} entries of {amount} at {at}");
        Flaw::unless(lines == same, expected, format!("{lines} of {} entries", entries.len()))?;
    }
    Ok(())
}

/// Checks a reported expiry. Gateways that write it in minutes lose its seconds.
fn ends(life: &Life, reported: &Reported) -> Result<(), Flaw> {
    let mut ends = reported.ends().into_iter();
    let within = Duration::from_secs(60);
    ends.try_for_each(|end| same_time("the end", Some(end), life.call.end(), within))
}

fn same_time(
    what: &str,
    found: Option<Timestamp>,
    expected: Option<Timestamp>,
    within: Duration,
) -> Result<(), Flaw> {
    let (Some(found), Some(expected)) = (found, expected) else { return Ok(()) };
    Flaw::unless(found.distance(expected) <= within, format!("{what} at {expected}"), found)
}

fn same_money(life: &Life, found: Option<Money>) -> Result<(), Flaw> {
    let found = found.unwrap_or(life.asked);
    Flaw::unless(found == life.asked, life.asked.to_string(), found)
}
