//! Times are those of the gateway's clock, and amounts in the currency in which they moved.

use std::time::Duration;

use payments_core::{
    Lookup, Movement, Timestamp,
    money::{Currency, Money},
    rules::AmountLimits,
    statement::{Cursor, StatementFilter},
};

use crate::{
    Flaw, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    undisturbed::{accepted, find_payment, readable, refused},
};

/// How far the clocks of banks may be off. The wrong time zone is further.
const INEXACT: Duration = Duration::from_secs(600);

/// What passes between opening, paying and asking, so that no time is taken for another one.
const PASSING: Duration = Duration::from_secs(1_200);

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let payments = payments(&fixture).await?;
    let accounts = virtual_accounts(&fixture).await?;
    let payouts = payouts(&fixture).await?;
    Ok(Passed::if_any(payments | accounts | payouts | statements(&fixture).await?))
}

/// Lets time pass, so that now is not when the gateway started.
async fn later(fixture: &Fixture) -> Timestamp {
    fixture.subject.gateway.advance(Duration::from_secs(3 * 3_600)).await;
    fixture.clock().now()
}

/// Lets a little time pass, which ends nothing that is to be paid by `end`.
async fn a_little_later(fixture: &Fixture, end: Option<Timestamp>) -> Timestamp {
    let left = end.map_or(Duration::MAX, |end| end.since(fixture.clock().now()));
    fixture.subject.gateway.advance(PASSING.min(left / 3)).await;
    fixture.clock().now()
}

/// Checks a time that is reported of something that happened at `at`.
fn happened(
    operation: Operation,
    what: &str,
    found: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), Flaw> {
    same_time(operation, what, found, Some(at), INEXACT)
}

/// Checks an end that is reported. Gateways that write it to the minute lose its seconds.
fn ends(
    operation: Operation,
    found: Option<Timestamp>,
    asked: Option<Timestamp>,
) -> Result<(), Flaw> {
    same_time(operation, "the end", found, asked, Duration::from_secs(60))
}

fn same_time(
    operation: Operation,
    what: &str,
    found: Option<Timestamp>,
    expected: Option<Timestamp>,
    within: Duration,
) -> Result<(), Flaw> {
    match (found, expected) {
        (Some(found), Some(expected)) if found.distance(expected) > within => {
            Err(Flaw::new(format!("{what} at {expected}"), found).in_call(operation))
        }
        _ => Ok(()),
    }
}

fn same_money(operation: Operation, found: Option<Money>, expected: Money) -> Result<(), Flaw> {
    match found {
        Some(found) if found != expected => {
            Err(Flaw::new(expected.to_string(), found).in_call(operation))
        }
        _ => Ok(()),
    }
}

fn credits(
    operation: Operation,
    credits: &[Movement],
    amount: Money,
    at: Timestamp,
) -> Result<(), Flaw> {
    for credit in credits {
        same_money(operation, Some(credit.amount), amount)?;
        happened(operation, "a credit", credit.at, at)?;
    }
    Ok(())
}

/// An amount within each limit, which are of one currency each.
fn amounts(limits: &[AmountLimits]) -> impl Iterator<Item = Money> {
    limits.iter().map(|limit| {
        let most = limit.max.map_or(i64::MAX, |max| max.minor());
        Money::from_minor(limit.min.minor().max(50_000).min(most), limit.min.currency())
    })
}

async fn payments(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.payments() else { return Ok(false) };
    let can = role.capabilities();
    for (number, amount) in (1..).zip(amounts(&can.limits)) {
        let operation = Operation::CreatePayment;
        later(fixture).await;
        let mut request = gateway.payment(fixture.order(number)?);
        request.amount = amount;
        let payment = accepted(operation, role.create_payment(&request).await)?;
        same_money(operation, payment.asked, amount)?;
        ends(operation, payment.expires_at, request.expires_at)?;
        buyer::visit(fixture, &payment).await?;
        let paid_at = a_little_later(fixture, request.expires_at).await;
        buyer::pay(fixture, &payment, amount).await?;
        a_little_later(fixture, request.expires_at).await;
        if can.find {
            let operation = Operation::FindPayment;
            let found = find_payment(fixture, &request.order).await?;
            same_money(operation, found.received, amount)?;
            ends(operation, found.expires_at, request.expires_at)?;
            credits(operation, &found.credits, amount, paid_at)?;
        }
    }
    Ok(true)
}

async fn virtual_accounts(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(false) };
    let can = role.capabilities();
    for (number, amount) in (11..).zip(amounts(&can.limits)) {
        later(fixture).await;
        let mut request = gateway.virtual_account(fixture.order(number)?);
        request.amount = request.amount.map(|_| amount);
        let operation = Operation::OpenVirtualAccount;
        let account = accepted(operation, role.open(&request).await)?;
        for number in &account.numbers {
            ends(operation, number.expires_at, request.expires_at)?;
        }
        if request.amount.is_none()
            && amount.currency() != fixture.credit_for(&request.order)?.currency()
        {
            continue;
        }
        let paid_at = a_little_later(fixture, request.expires_at).await;
        gateway.credit(&account, amount).await.map_err(|impossible| {
            Flaw::new(format!("a payer who can pay {amount}"), impossible).in_call(operation)
        })?;
        a_little_later(fixture, request.expires_at).await;
        if can.find {
            let operation = Operation::FindVirtualAccount;
            let found = role.find(&account.reference()).await;
            let found = found.map_err(|error| refused(operation, &error))?;
            let Lookup::Found(found) = found else { continue };
            same_money(operation, found.received, amount)?;
            for number in &found.numbers {
                ends(operation, number.expires_at, request.expires_at)?;
            }
        }
        if can.credits {
            let operation = Operation::Credits;
            let listed = role.credits(&account.reference()).await;
            let listed = readable(listed.map_err(|error| refused(operation, &error))?, operation)?;
            credits(operation, &listed, amount, paid_at)?;
        }
    }
    Ok(true)
}

async fn payouts(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.payouts() else { return Ok(false) };
    let can = role.capabilities();
    let now = later(fixture).await;
    let request = gateway.payout(fixture.payout(1)?);
    let operation = Operation::CreatePayout;
    let made = accepted(operation, role.create_payout(&request).await)?;
    happened(operation, "the payout", made.at, now)?;
    if can.find {
        let operation = Operation::FindPayout;
        a_little_later(fixture, None).await;
        let found = role.find_payout(&request.payout).await;
        if let Lookup::Found(found) = found.map_err(|error| refused(operation, &error))? {
            happened(operation, "the payout", found.at, now)?;
        }
    }
    if can.balance {
        let operation = Operation::Balance;
        let now = later(fixture).await;
        let balance = role.balance().await.map_err(|error| refused(operation, &error))?;
        happened(operation, "the balance", Some(balance.at), now)?;
    }
    Ok(true)
}

async fn statements(fixture: &Fixture) -> Result<bool, Flaw> {
    let Some((gateway, role)) = fixture.statements() else { return Ok(false) };
    let amount = |currency: Currency| Money::from_minor(50_000, currency);
    let mut arrived = Vec::new();
    for currency in &role.capabilities().currencies {
        let now = later(fixture).await;
        gateway.receive(amount(*currency), "mot khoan tien").await;
        arrived.push((amount(*currency), now));
    }
    a_little_later(fixture, None).await;
    let operation = Operation::Entries;
    let from = arrived.first().map_or(fixture.clock().now(), |(_, now)| *now);
    let filter = StatementFilter::new().with_from(from);
    let page = role.entries(&Cursor::start(), &filter).await;
    let page = page.map_err(|error| refused(operation, &error))?;
    let entries = readable(page.entries, operation)?;
    let told: Vec<Money> = entries.iter().map(|entry| entry.amount).collect();
    let expected: Vec<Money> = arrived.iter().map(|(amount, _)| *amount).collect();
    if told != expected {
        return Err(Flaw::new(format!("{expected:?}"), format!("{told:?}")).in_call(operation));
    }
    for (entry, (_, now)) in entries.iter().zip(&arrived) {
        happened(operation, "an entry", entry.at, *now)?;
    }
    Ok(true)
}
