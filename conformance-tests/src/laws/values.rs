//! Times are those of the gateway's clock, and amounts in the currency in which they moved.

use std::time::Duration;

use payments_core::{Timestamp, money::Money};

use crate::{
    Flaw, Operation,
    law::Passed,
    operations::{Outcome, Reported},
    record::{About, Deposit, Life, Record, Seen},
};

/// How far the clocks of banks may be off. The wrong time zone is further.
const INEXACT: Duration = Duration::from_secs(600);

pub(super) fn judge(record: &Record) -> Result<Passed, Flaw> {
    for life in &record.lives {
        opening(life)?;
        // What is paid otherwise is for the laws about amounts.
        if life.about != About::NearMiss
            && life.paid() == [life.asked]
            && let Some(seen) = life.first_paid()
        {
            paid(life, seen)?;
        }
    }
    if let Some((balance, asked_at)) = &record.balance {
        same_time("the balance", balance.at(), Some(*asked_at), INEXACT)
            .map_err(|flaw| flaw.in_call(Operation::Balance))?;
    }
    deposits(record).map_err(|flaw| flaw.in_call(Operation::Entries))?;
    Ok(Passed::if_any(!record.lives.is_empty() || record.statement.is_some()))
}

/// What is said of something that was just opened.
fn opening(life: &Life) -> Result<(), Flaw> {
    let Some(seen) = life.steps.first() else { return Ok(()) };
    let returned = seen.outcome.as_ref().and_then(Outcome::reported);
    for reported in seen.reported() {
        let within = |flaw: Flaw| flaw.in_call(life.operation()).sent_at(seen.line());
        same_time("it", reported.at(), Some(seen.at), INEXACT).map_err(within)?;
        ends(life, reported).map_err(within)?;
    }
    returned.map_or(Ok(()), |reported| same_money(life, reported.asked(), life.asked))
}

/// What is said once the exact amount has come.
fn paid(life: &Life, seen: &Seen) -> Result<(), Flaw> {
    let credits = seen.credits.iter().flatten().flat_map(|answer| answer.all());
    for reported in seen.found().iter().chain(credits) {
        same_money(life, reported.received(), life.asked)?;
        ends(life, reported)?;
        for credit in reported.movements() {
            same_money(life, Some(credit.amount), life.asked)?;
            same_time("a credit", credit.at, Some(seen.at), INEXACT)
                .map_err(|flaw| flaw.in_call(life.operation()).sent_at(seen.line()))?;
        }
    }
    Ok(())
}

fn deposits(record: &Record) -> Result<(), Flaw> {
    let Some(entries) = record.entries()? else { return Ok(()) };
    let is_near =
        |at: Option<Timestamp>, other: Timestamp| at.is_none_or(|at| at.distance(other) <= INEXACT);
    for Deposit { amount, at, .. } in &record.deposits {
        let is_it = |one: Money, then| one == *amount && is_near(then, *at);
        let lines = entries.iter().filter(|line| is_it(line.amount, line.at)).count();
        let same = record.deposits.iter().filter(|one| is_it(one.amount, Some(one.at)));
        let expected = same.count();
        if lines != expected {
            let found = format!("{lines} of {} entries", entries.len());
            return Err(Flaw::new(format!("{expected} entries of {amount} at {at}"), found));
        }
    }
    Ok(())
}

/// Checks an end that is reported. Gateways that write it to the minute lose its seconds.
fn ends(life: &Life, reported: &Reported) -> Result<(), Flaw> {
    let requests = &life.call.requests;
    let asked = match life.operation() {
        Operation::CreatePayment => requests.payment.expires_at,
        _ => requests.open.expires_at,
    };
    let mut ends = reported.ends().into_iter();
    ends.try_for_each(|end| same_time("the end", Some(end), asked, Duration::from_secs(60)))
        .map_err(|flaw| flaw.in_call(life.operation()))
}

fn same_time(
    what: &str,
    found: Option<Timestamp>,
    expected: Option<Timestamp>,
    within: Duration,
) -> Result<(), Flaw> {
    match (found, expected) {
        (Some(found), Some(expected)) if found.distance(expected) > within => {
            Err(Flaw::new(format!("{what} at {expected}"), found))
        }
        _ => Ok(()),
    }
}

fn same_money(life: &Life, found: Option<Money>, expected: Money) -> Result<(), Flaw> {
    match found {
        Some(found) if found != expected => Err(life.flaw(expected.to_string(), found)),
        _ => Ok(()),
    }
}
