//! A statement lists every movement once, and the same money is recognised across all sources.

use std::collections::BTreeSet;
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
    flaw::InFlaw as _,
    law::Passed,
    pages::{self, walk_while},
};

/// Returns the number of deposits: enough for more than two pages, and few enough for a gateway to
/// book quickly.
fn number_of_deposits(role: &dyn StatementProvider) -> i64 {
    i64::try_from(2 * role.capabilities().page + 1).map_or(MOST, |number| number.min(MOST))
}

const MOST: i64 = 210;

/// Makes these deposits arrive, each with a different amount.
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

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let Some((gateway, role)) = fixture.statements() else { return Ok(Passed::NotApplicable) };
    leaves_nothing_out(&fixture, gateway, role).await.in_call(Operation::Entries)?;
    while_movements_arrive(&start).await.in_call(Operation::Entries)?;
    ends_are_listed(&start).await.in_call(Operation::Entries)?;
    Ok(Passed::Tested)
}

async fn leaves_nothing_out(
    fixture: &Fixture,
    gateway: &dyn ListsStatements,
    role: &dyn StatementProvider,
) -> Result<(), Flaw> {
    let (before, number) = (balances(role).await?, number_of_deposits(role));
    let first = arrive(fixture, gateway, 0..number).await?;
    let everything = StatementFilter::new();
    let (entries, end) = pages::walk(role, &Cursor::start(), &everything).await?;
    lists(&entries, &first)?;
    of_each_account_alone(role, &entries).await?;

    // Continues later from the end of the statement.
    fixture.subject.gateway.advance(Duration::from_secs(3 * 24 * 3_600)).await;
    let since = fixture.now();
    let later = arrive(fixture, gateway, number..number + 2).await?;
    let (entries, end) = pages::walk(role, &end, &everything).await?;
    lists(&entries, &later)?;
    lists(&pages::walk(role, &end, &everything).await?.0, &[])?;
    let from = everything.clone().with_from(since);
    lists(&pages::all(role, &from).await?, &later)?;
    let a_day_before = Timestamp::from_unix(since.unix_seconds() - 24 * 3_600);
    let until = everything.clone().with_until(a_day_before);
    lists(&pages::all(role, &until).await?, &first)?;

    let sent = fixture.deposit(10_007)?;
    if role.capabilities().outgoing && gateway.send(sent, "out").await.is_ok() {
        let (out, _) = pages::walk(role, &end, &everything).await?;
        let out = out.iter().map(|one| (one.direction, one.amount)).collect::<Vec<_>>();
        Flaw::unless_equal(vec![(Direction::Out, sent)], out)?;
    }
    same_balances(role, before, fixture).await
}

/// Checks that a filter lists everything in its first and its last second, and nothing in the
/// seconds before and after.
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
    let entries = pages::all(role, &filter).await?;
    lists(&entries, arrived.get(1..3).unwrap_or_default()).map_err(|flaw| Flaw {
        expected: format!("{} {from} until {until}", flaw.expected),
        ..flaw
    })
}

/// Reads a statement while a movement arrives after each page. If the gateway can, it also lists
/// those of one second in a different order each time and returns empty pages. A movement may be
/// reported twice, under the same key.
async fn while_movements_arrive(start: &Start) -> Result<(), Flaw> {
    let fixture = Fixture::open(start).await?;
    let Some((gateway, role)) = fixture.statements() else { return Ok(()) };
    gateway.lists_seconds_in_any_order().await;
    gateway.gives_empty_pages().await;
    let mut number = number_of_deposits(role);
    let mut arrived = arrive(&fixture, gateway, 0..number).await?;
    let everything = StatementFilter::new();
    let (mut entries, cursor) = walk_while(role, &Cursor::start(), &everything, async || {
        arrived.extend(arrive(&fixture, gateway, number..number + 1).await?);
        number += 1;
        Ok(())
    })
    .await?;
    entries.extend(pages::walk(role, &cursor, &everything).await?.0);
    let is_missing = |amount: &&Money| !entries.iter().any(|entry| entry.amount == **amount);
    let missing = arrived.iter().filter(is_missing).count();
    let keys: BTreeSet<(i64, &DedupeKey)> =
        entries.iter().map(|entry| (entry.amount.minor(), &entry.key)).collect();
    Flaw::unless(
        missing == 0 && keys.len() == arrived.len(),
        format!("all of {} movements, each under one key", arrived.len()),
        format!("{missing} of them missing, under {} keys", keys.len()),
    )
}

/// Checks that these amounts arrived, each under its own key and the oldest first. Movements of one
/// second may be in any order, because gateways list them so.
fn lists(entries: &[Movement], arrived: &[Money]) -> Result<(), Flaw> {
    let credits = entries.iter().filter(|entry| entry.is_credit());
    let mut listed: Vec<Money> = credits.map(|entry| entry.amount).collect();
    let keys: BTreeSet<&DedupeKey> = entries.iter().map(|entry| &entry.key).collect();
    // Every movement has a time, and none is older than the one before it.
    if entries.iter().all(|entry| entry.at.is_some()) && entries.is_sorted_by_key(|entry| entry.at)
    {
        let place = |amount: &Money| arrived.iter().position(|one| one == amount);
        listed.sort_by_key(|amount| place(amount).unwrap_or(usize::MAX));
    }
    let first = (0..arrived.len().max(listed.len()))
        .find(|place| listed.get(*place) != arrived.get(*place))
        .map_or("a key is used twice".to_owned(), |place| {
            format!("entry {place} is {:?} instead of {:?}", listed.get(place), arrived.get(place))
        });
    Flaw::unless(
        listed == arrived && keys.len() == entries.len(),
        format!("{} entries in the order of the ledger", arrived.len()),
        format!("{} under {} keys; {first}", listed.len(), keys.len()),
    )
}

/// Checks that each of the merchant's accounts lists its own movements, and an unknown account
/// lists none.
async fn of_each_account_alone(
    role: &dyn StatementProvider,
    entries: &[Movement],
) -> Result<(), Flaw> {
    let mut listed = 0;
    for account in pages::accounts(role).await? {
        let filter = StatementFilter::new().with_account(account.id);
        listed += pages::all(role, &filter).await?.len();
    }
    let expected = format!("{} entries of all accounts together", entries.len());
    Flaw::unless(listed == entries.len(), expected, listed)?;
    let unknown = AccountId::new("4040404");
    let unknown = unknown.map_err(|error| Flaw::new("an account's name", error))?;
    let filter = StatementFilter::new().with_account(unknown);
    let page = role.entries(&Cursor::start(), &filter).await;
    let listed = page.map_or(0, |page| page.entries.len());
    let expected = "nothing of an account that is not ours, or an error";
    Flaw::unless(listed == 0, expected, format!("{listed} entries"))
}

async fn balances(role: &dyn StatementProvider) -> Result<Vec<Money>, Flaw> {
    let accounts = pages::accounts(role).await?;
    let balances = accounts.iter().filter_map(|account| account.balance.as_ref());
    let balances: Vec<Money> = balances.map(|balance| balance.amount).collect();
    // A gateway may know only the balances of some banks.
    let lacks_balances = role.capabilities().balances && balances.is_empty();
    let found = Flaw::unless(!accounts.is_empty(), "one bank account at least", "none");
    found.in_call(Operation::Accounts)?;
    let found = Flaw::unless(!lacks_balances, "a balance, as declared", "none");
    found.in_call(Operation::Accounts)?;
    Ok(balances)
}

/// Checks that the balances of the accounts changed according to the ledger.
async fn same_balances(
    role: &dyn StatementProvider,
    before: Vec<Money>,
    fixture: &Fixture,
) -> Result<(), Flaw> {
    if !role.capabilities().balances {
        return Ok(());
    }
    let total = |money: &[Money]| -> i64 { money.iter().map(|one| one.minor()).sum() };
    let bookings = fixture.bookings().await;
    let moved = bookings.iter().map(|booking| match booking.direction {
        Direction::In => booking.amount.minor(),
        Direction::Out => -booking.amount.minor(),
    });
    let moved: i64 = moved.sum();
    // Lists of accounts are cached for a while.
    fixture.subject.gateway.advance(Duration::from_secs(24 * 3_600)).await;
    let more = total(&balances(role).await?) - total(&before);
    Flaw::unless(more == moved, format!("{moved} more than before"), format!("{more} more"))
        .in_call(Operation::Accounts)
}
