//! No money that arrived is dropped, merged or changed.

use std::time::Duration;

use payments_core::{
    DedupeKey, Movement, VirtualAccountProvider, money::Money, payment::Payment,
    virtual_account::VirtualAccount,
};

use crate::{
    Flaw, Impossible, Operation, Start, buyer,
    fixture::Fixture,
    law::Passed,
    laws::webhook_fixture,
    undisturbed::{find_payment, needed, open_virtual_account, readable, refused},
};

pub(super) async fn hold(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let receives = fixture.payments().is_some() || fixture.virtual_accounts().is_some();
    paid_twice(&fixture).await?;
    paid_late(&Fixture::open(&start).await?).await?;
    on_a_virtual_account(&Fixture::open(&start).await?).await?;
    Ok(Passed::if_any(receives))
}

async fn paid_twice(fixture: &Fixture) -> Result<(), Flaw> {
    let Some((gateway, _)) = fixture.payments() else { return Ok(()) };
    let payment = buyer::visited(fixture, 1).await?;
    let amount = gateway.payment(payment.order.clone()).amount;
    buyer::pay(fixture, &payment, amount).await?;
    let again = buyer::try_to_pay(fixture, &payment, amount).await?;
    possible(again, gateway.buyers().twice, "pay twice")?;
    let times = if gateway.buyers().twice { 2 } else { 1 };
    told(fixture, &payment, &vec![amount; times], "paid twice").await
}

async fn paid_late(fixture: &Fixture) -> Result<(), Flaw> {
    let Some((gateway, _)) = fixture.payments() else { return Ok(()) };
    let request = gateway.payment(fixture.order(1)?);
    let Some(end) = request.expires_at else { return Ok(()) };
    let payment = buyer::visited(fixture, 1).await?;
    let past = end.since(fixture.clock().now()) + Duration::from_secs(3_600);
    fixture.subject.gateway.advance(past).await;
    let late = buyer::try_to_pay(fixture, &payment, request.amount).await?;
    possible(late, gateway.buyers().late, "pay after the end")?;
    let amounts = if gateway.buyers().late { vec![request.amount] } else { Vec::new() };
    told(fixture, &payment, &amounts, "paid after the end").await
}

async fn on_a_virtual_account(fixture: &Fixture) -> Result<(), Flaw> {
    let Some((gateway, role)) = fixture.virtual_accounts() else { return Ok(()) };
    let account = open_virtual_account(fixture, 1).await?;
    let request = gateway.virtual_account(account.order.clone());
    let asked = fixture.credit_for(&account.order)?;
    let by = |off: i64| Money::from_minor(asked.minor() + off, asked.currency());
    let payers = gateway.payers();
    let mut arrived = Vec::new();
    if role.capabilities().credits {
        // What arrives on another account is none of its credits.
        let other = open_virtual_account(fixture, 2).await?;
        let amount = fixture.credit_for(&other.order)?;
        credited(fixture, &other, amount, true, "pay what was asked").await?;
    }
    if payers.any_amount && payers.twice {
        for amount in [by(-1), by(0), by(1), by(0)] {
            credited(fixture, &account, amount, true, "pay any amount, again and again").await?;
            arrived.push(amount);
        }
    } else {
        possible(gateway.credit(&account, by(-1)).await, payers.any_amount, "pay less")?;
        if payers.any_amount {
            arrived.push(by(-1));
        } else {
            credited(fixture, &account, asked, true, "pay what was asked").await?;
            arrived.push(asked);
        }
        let again = gateway.credit(&account, asked).await;
        possible(again, payers.twice, "pay twice")?;
        if payers.twice {
            arrived.push(asked);
        }
    }
    if let Some(end) = request.expires_at.filter(|_| payers.late && payers.twice) {
        let past = end.since(fixture.clock().now()) + Duration::from_secs(3_600);
        fixture.subject.gateway.advance(past).await;
        credited(fixture, &account, asked, true, "pay after the end").await?;
        arrived.push(asked);
    }
    let operation = Operation::Credits;
    let credits = if role.capabilities().credits {
        let credits = role.credits(&account.reference()).await;
        readable(credits.map_err(|error| refused(operation, &error))?, operation)?
    } else {
        webhook_fixture::movements(fixture).await?
    };
    same(&credits, &arrived, operation)?;
    told_in_all(role, &account, request.amount, &arrived).await
}

/// Compares what an inquiry reports as asked and as received in all on a virtual account, if it
/// reports them.
async fn told_in_all(
    role: &dyn VirtualAccountProvider,
    account: &VirtualAccount,
    asked: Option<Money>,
    arrived: &[Money],
) -> Result<(), Flaw> {
    let operation = Operation::FindVirtualAccount;
    if !role.capabilities().find {
        return Ok(());
    }
    let found = match role.find(&account.reference()).await {
        Ok(found) => found
            .found()
            .map_err(|all| Flaw::new("one account", format!("{} of them", all.len())))?,
        Err(error) => return Err(refused(operation, &error)),
    };
    let Some(found) = found else { return Ok(()) };
    if let (Some(reported), Some(asked)) = (found.amount, asked)
        && reported != asked
    {
        return Err(Flaw::new(format!("{asked} asked"), reported)
            .in_call(operation)
            .with_ledger(format!("{arrived:?} arrived")));
    }
    match found.received {
        Some(received) if received.minor() != total_of(arrived) => {
            let expected = format!("{} received in all", total_of(arrived));
            Err(Flaw::new(expected, received)
                .in_call(operation)
                .with_ledger(format!("{arrived:?} arrived")))
        }
        _ => Ok(()),
    }
}

async fn credited(
    fixture: &Fixture,
    account: &VirtualAccount,
    amount: Money,
    can: bool,
    what: &str,
) -> Result<(), Flaw> {
    let gateway = needed(fixture.subject.virtual_accounts.as_ref(), Operation::Credits)?;
    possible(gateway.credit(account, amount).await, can, what)
}

/// Holds a gateway to what it says that payers can do.
fn possible(done: Result<(), Impossible>, can: bool, what: &str) -> Result<(), Flaw> {
    match (done, can) {
        (Ok(()), true) | (Err(Impossible), false) => Ok(()),
        (Ok(()), false) => {
            Err(Flaw::new(format!("a gateway where nobody can {what}, as it says"), "it was done"))
        }
        (Err(Impossible), true) => {
            Err(Flaw::new(format!("a gateway where payers can {what}, as it says"), Impossible))
        }
    }
}

/// Holds that the money of a payment is told, by inquiry or by notifications.
async fn told(
    fixture: &Fixture,
    payment: &Payment,
    amounts: &[Money],
    what: &str,
) -> Result<(), Flaw> {
    let Some(first) = amounts.first() else { return Ok(()) };
    let total = Money::from_minor(total_of(amounts), first.currency());
    let role =
        fixture.provider.payments().map_err(|error| refused(Operation::FindPayment, &error))?;
    let ledger = format!("{total} booked, {what}");
    if role.capabilities().find {
        let operation = Operation::FindPayment;
        // Several payments of one order are as good a way to tell it.
        let found = match role.find_payment(&payment.order).await {
            Ok(payments_core::Lookup::Several(all)) => all,
            Ok(_) => vec![find_payment(fixture, &payment.order).await?],
            Err(error) => return Err(refused(operation, &error)),
        };
        let received: i64 =
            found.iter().filter_map(|payment| payment.received).map(|money| money.minor()).sum();
        let listed: Vec<Movement> =
            found.iter().flat_map(|payment| payment.credits.clone()).collect();
        let parts = listed.iter().map(|credit| credit.amount).collect::<Vec<_>>();
        if !listed.is_empty() && total_of(&parts) != received {
            let found = format!("{received} received, and credits of {parts:?}");
            return Err(Flaw::new("credits that add up to what was received", found)
                .in_call(operation)
                .with_ledger(ledger));
        }
        same(&listed, &parts, operation)?;
        if received == total.minor() {
            return Ok(());
        }
        // The inquiry knows one of them; the others have to be heard of.
        if !fixture.provider.roles().contains(&payments_core::Role::Notifications) {
            let found = format!("{} received", Money::from_minor(received, first.currency()));
            return Err(Flaw::new(format!("{total} received"), found)
                .in_call(operation)
                .with_ledger(ledger));
        }
    }
    let keys = webhook_fixture::keys(fixture).await?;
    if keys.len() < amounts.len() {
        let found = format!("{} notifications with a key of their own: {keys:?}", keys.len());
        return Err(Flaw::new(format!("{} of them", amounts.len()), found).with_ledger(ledger));
    }
    Ok(())
}

fn total_of(amounts: &[Money]) -> i64 {
    amounts.iter().map(|amount| amount.minor()).sum()
}

/// Holds that exactly these amounts are told, each under a key of its own.
fn same(told: &[Movement], arrived: &[Money], operation: Operation) -> Result<(), Flaw> {
    let sorted = |amounts: Vec<Money>| {
        let mut minors: Vec<i64> = amounts.iter().map(|amount| amount.minor()).collect();
        minors.sort_unstable();
        minors
    };
    let amounts = sorted(told.iter().filter(|one| one.is_credit()).map(|one| one.amount).collect());
    let mut keys: Vec<&DedupeKey> = told.iter().map(|one| &one.key).collect();
    keys.sort_unstable();
    keys.dedup();
    if amounts == sorted(arrived.to_vec()) && keys.len() == told.len() {
        return Ok(());
    }
    let list = |money: &[i64]| format!("{money:?}");
    Err(Flaw::new(
        format!("credits of {}, each under a key of its own", list(&sorted(arrived.to_vec()))),
        format!("{} under {} keys", list(&amounts), keys.len()),
    )
    .in_call(operation))
}
