//! A statement lists every movement once, and the same money is the same on every source.

use std::ops::Range;
use std::time::Duration;

use payments_core::{
    AccountId, DedupeKey, Direction, Movement, StatementProvider, Timestamp,
    money::Money,
    statement::{Cursor, StatementFilter},
};

use crate::{
    Flaw, ListsStatements, Operation, Start,
    fixture::Fixture,
    law::Passed,
    pages::{self, MOST_PAGES, readable},
};

/// The number of deposits: beyond two pages, and no more than a gateway takes quickly.
fn number_of_deposits(role: &dyn StatementProvider) -> i64 {
    i64::try_from(2 * role.capabilities().page + 1).map_or(MOST, |number| number.min(MOST))
}

const MOST: i64 = 210;

/// Lets these deposits arrive, each with an amount of its own.
async fn arrive(
    fixture: &Fixture,
    gateway: &dyn ListsStatements,
    numbers: Range<i64>,
) -> Result<Vec<Money>, Flaw> {
    let mut arrived = Vec::new();
    for number in numbers {
        let amount = fixture.deposit(10_000 + number)?;
        gateway.receive(amount, &format!("transfer {number}")).await;
        arrived.push(amount);
    }
    Ok(arrived)
}

pub(super) async fn leaves_nothing_out(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let Some((gateway, role)) = fixture.statements() else { return Ok(Passed::NotApplicable) };
    let (before, number) = (balances(role).await?, number_of_deposits(role));
    let first = arrive(&fixture, gateway, 0..number).await?;
    let everything = StatementFilter::new();
    let (entries, end) = pages::walk(role, &Cursor::start(), &everything).await?;
    lists(&entries, &first)?;
    of_each_account_alone(role, &entries).await?;

    // Later, from where it ended.
    fixture.subject.gateway.advance(Duration::from_secs(3 * 24 * 3_600)).await;
    let since = fixture.now();
    let later = arrive(&fixture, gateway, number..number + 2).await?;
    let (entries, end) = pages::walk(role, &end, &everything).await?;
    lists(&entries, &later)?;
    let (nothing, _) = pages::walk(role, &end, &everything).await?;
    lists(&nothing, &[])?;
    let (filtered, _) =
        pages::walk(role, &Cursor::start(), &everything.clone().with_from(since)).await?;
    lists(&filtered, &later)?;
    let until =
        everything.clone().with_until(Timestamp::from_unix(since.unix_seconds() - 24 * 3_600));
    let (filtered, _) = pages::walk(role, &Cursor::start(), &until).await?;
    lists(&filtered, &first)?;

    let sent = fixture.deposit(10_007)?;
    if role.capabilities().outgoing && gateway.send(sent, "out").await.is_ok() {
        let (out, _) = pages::walk(role, &end, &everything).await?;
        match out.as_slice() {
            [one] if one.direction == Direction::Out && one.amount == sent => {}
            other => {
                let expected = format!("{sent} that left");
                return Err(Flaw::new(expected, format!("{other:?}")).in_call(Operation::Entries));
            }
        }
    }
    same_balances(role, before, &fixture).await?;
    while_movements_arrive(&start).await?;
    ends_are_listed(&start).await?;
    Ok(Passed::Tested)
}

/// Checks that a filter lists what happened in its first and in its last second, and nothing of the
/// seconds around them.
async fn ends_are_listed(start: &Start) -> Result<(), Flaw> {
    let fixture = Fixture::open(start).await?;
    let Some((gateway, role)) = fixture.statements() else { return Ok(()) };
    let (mut seconds, mut arrived) = (Vec::new(), Vec::new());
    for number in 0..4 {
        seconds.push(fixture.now());
        arrived.extend(arrive(&fixture, gateway, number..number + 1).await?);
        fixture.subject.gateway.advance(Duration::from_secs(1)).await;
    }
    let [_, from, until, _] = seconds.as_slice() else { return Ok(()) };
    let filter = StatementFilter::new().with_from(*from).with_until(*until);
    let (entries, _) = pages::walk(role, &Cursor::start(), &filter).await?;
    lists(&entries, arrived.get(1..3).unwrap_or_default()).map_err(|flaw| Flaw {
        expected: format!("{} {from} until {until}", flaw.expected),
        ..flaw
    })
}

/// Reads a statement while a movement arrives after each page, and while the gateway lists those of
/// one second in another order each time and gives empty pages, if it can. Some may be reported
/// twice, under their keys.
async fn while_movements_arrive(start: &Start) -> Result<(), Flaw> {
    let fixture = Fixture::open(start).await?;
    let Some((gateway, role)) = fixture.statements() else { return Ok(()) };
    gateway.lists_seconds_in_any_order().await;
    gateway.gives_empty_pages().await;
    let mut number = number_of_deposits(role);
    let mut arrived = arrive(&fixture, gateway, 0..number).await?;
    let (mut entries, mut cursor) = (Vec::new(), Cursor::start());
    for _ in 0..MOST_PAGES {
        let page = role.entries(&cursor, &StatementFilter::new()).await;
        let page = page.map_err(|error| Flaw::refused(Operation::Entries, &error))?;
        entries.extend(readable(page.entries, Operation::Entries)?);
        cursor = page.next;
        if !page.more {
            break;
        }
        arrived.extend(arrive(&fixture, gateway, number..number + 1).await?);
        number += 1;
    }
    let (later, _) = pages::walk(role, &cursor, &StatementFilter::new()).await?;
    entries.extend(later);
    let is_missing = |amount: &&Money| !entries.iter().any(|entry| entry.amount == **amount);
    let missing = arrived.iter().filter(is_missing).count();
    let mut known: Vec<(Money, &DedupeKey)> =
        entries.iter().map(|entry| (entry.amount, &entry.key)).collect();
    known.sort_unstable_by_key(|(amount, key)| (amount.minor(), *key));
    known.dedup();
    if missing == 0 && known.len() == arrived.len() {
        return Ok(());
    }
    Err(Flaw::new(
        format!("all of {} movements, each under one key", arrived.len()),
        format!("{missing} of them missing, under {} keys", known.len()),
    )
    .in_call(Operation::Entries))
}

/// Checks that these amounts arrived, each under a key of its own and oldest first. Movements of one
/// second may be in any order: gateways list them so.
fn lists(entries: &[Movement], arrived: &[Money]) -> Result<(), Flaw> {
    let listed: Vec<Money> =
        entries.iter().filter(|entry| entry.is_credit()).map(|entry| entry.amount).collect();
    let mut keys: Vec<_> = entries.iter().map(|entry| &entry.key).collect();
    keys.sort_unstable();
    keys.dedup();
    let listed = if is_oldest_first(entries) { of_ledger(&listed, arrived) } else { listed };
    if listed == arrived && keys.len() == entries.len() {
        return Ok(());
    }
    let first = (0..arrived.len().max(listed.len()))
        .find(|place| listed.get(*place) != arrived.get(*place))
        .map_or("a key is used twice".to_owned(), |place| {
            format!("entry {place} is {:?} instead of {:?}", listed.get(place), arrived.get(place))
        });
    Err(Flaw::new(
        format!("{} entries in the order of the ledger", arrived.len()),
        format!("{} under {} keys; {first}", listed.len(), keys.len()),
    )
    .in_call(Operation::Entries))
}

/// Whether every movement says when it was, and none is older than the one before it.
fn is_oldest_first(entries: &[Movement]) -> bool {
    entries.iter().all(|entry| entry.at.is_some()) && entries.is_sorted_by_key(|entry| entry.at)
}

/// The reported movements in the order of the ledger; those missing from the ledger come last.
fn of_ledger(listed: &[Money], ledger: &[Money]) -> Vec<Money> {
    let place = |amount: &Money| ledger.iter().position(|one| one == amount);
    let mut listed = listed.to_vec();
    listed.sort_by_key(|amount| place(amount).unwrap_or(usize::MAX));
    listed
}

/// Checks that each of our accounts lists what moved there, and an unknown one lists nothing.
async fn of_each_account_alone(
    role: &dyn StatementProvider,
    entries: &[Movement],
) -> Result<(), Flaw> {
    let operation = Operation::Entries;
    let accounts =
        role.accounts().await.map_err(|error| Flaw::refused(Operation::Accounts, &error))?;
    let accounts = readable(accounts, Operation::Accounts)?;
    let mut listed = 0;
    for account in accounts {
        let filter = StatementFilter::new().with_account(account.id);
        listed += pages::walk(role, &Cursor::start(), &filter).await?.0.len();
    }
    if listed != entries.len() {
        let expected = format!("{} entries of all accounts together", entries.len());
        return Err(Flaw::new(expected, listed).in_call(operation));
    }
    let unknown = AccountId::new("4040404");
    let unknown = unknown.map_err(|error| Flaw::new("an account's name", error))?;
    let filter = StatementFilter::new().with_account(unknown);
    match role.entries(&Cursor::start(), &filter).await {
        Ok(page) if !page.entries.is_empty() => {
            let found = format!("{} entries", page.entries.len());
            Err(Flaw::new("nothing of an account that is not ours, or an error", found)
                .in_call(operation))
        }
        _ => Ok(()),
    }
}

async fn balances(role: &dyn StatementProvider) -> Result<Vec<Money>, Flaw> {
    let accounts = role.accounts().await;
    let accounts = accounts.map_err(|error| Flaw::refused(Operation::Accounts, &error))?;
    let accounts = readable(accounts, Operation::Accounts)?;
    if accounts.is_empty() {
        return Err(Flaw::new("one bank account at least", "none").in_call(Operation::Accounts));
    }
    let balances: Vec<Money> = accounts
        .iter()
        .filter_map(|account| account.balance.as_ref())
        .map(|balance| balance.amount)
        .collect();
    match role.capabilities().balances {
        // A gateway may know the balances of some banks alone.
        true if balances.is_empty() => {
            Err(Flaw::new("the balance of an account, as declared", format!("{balances:?}"))
                .in_call(Operation::Accounts))
        }
        _ => Ok(balances),
    }
}

/// What is on the accounts changed by what the ledger says.
async fn same_balances(
    role: &dyn StatementProvider,
    before: Vec<Money>,
    fixture: &Fixture,
) -> Result<(), Flaw> {
    if !role.capabilities().balances {
        return Ok(());
    }
    let total = |money: &[Money]| -> i64 { money.iter().map(|one| one.minor()).sum() };
    let moved: i64 = fixture
        .bookings()
        .await
        .iter()
        .map(|booking| match booking.direction {
            Direction::In => booking.amount.minor(),
            Direction::Out => -booking.amount.minor(),
        })
        .sum();
    // Lists of accounts are remembered for a while.
    fixture.subject.gateway.advance(Duration::from_secs(24 * 3_600)).await;
    let now = balances(role).await?;
    if total(&now) - total(&before) != moved {
        let found = format!("{} more", total(&now) - total(&before));
        return Err(
            Flaw::new(format!("{moved} more than before"), found).in_call(Operation::Accounts)
        );
    }
    Ok(())
}
