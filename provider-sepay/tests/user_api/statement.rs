//! Statements over both versions.

use std::collections::BTreeSet;
use std::time::Duration;

use payments_core::{
    AccountId, Listed, Movement, Timestamp,
    statement::{Cursor, StatementFilter, StatementReader},
};
use provider_sepay::simulator::Transfer;

use crate::world::{BIDV, MBBANK, World, vnd};

fn reader(world: &World, after: Cursor, filter: StatementFilter) -> StatementReader {
    StatementReader::new(world.provider.statements().unwrap().clone(), after, filter)
}

async fn read(reader: &mut StatementReader) -> Vec<Movement> {
    let mut told = Vec::new();
    while let Some(entry) = reader.next().await.unwrap() {
        told.push(entry.into_result().unwrap());
    }
    told
}

fn amounts(told: &[Movement]) -> Vec<i64> {
    told.iter().map(|entry| entry.amount.minor()).collect()
}

#[tokio::test]
async fn a_long_statement_is_told_whole_oldest_first_and_then_only_what_is_new() {
    for world in [World::open().await, World::over_v1().await] {
        world.sepay.fill_statement("0900000001", 250).unwrap();
        let mut first = reader(&world, Cursor::start(), StatementFilter::new());
        let told = read(&mut first).await;
        assert_eq!(amounts(&told), (1_001..=1_250).collect::<Vec<_>>());
        let keys: BTreeSet<_> = told.iter().map(|entry| entry.key.clone()).collect();
        assert_eq!(keys.len(), 250);
        assert_eq!(told[249].balance, Some(vnd(10_000_000 + (1_001..=1_250).sum::<i64>())));

        world.sepay.bank_transfer("0900000001", 7, "moi").await.unwrap();
        let mut later = reader(&world, first.cursor().clone(), StatementFilter::new());
        assert_eq!(amounts(&read(&mut later).await), [7]);
        let mut idle = reader(&world, later.cursor().clone(), StatementFilter::new());
        assert!(read(&mut idle).await.is_empty());
        assert_eq!(idle.cursor(), later.cursor());
    }
}

#[tokio::test]
async fn what_the_bank_dates_back_while_we_read_is_not_left_out() {
    let world = World::open().await;
    world.sepay.fill_statement("0900000001", 250).unwrap();
    let mut reader = reader(&world, Cursor::start(), StatementFilter::new());
    for _ in 0..150 {
        reader.next().await.unwrap().unwrap();
    }
    // Its place is on a page that was read already.
    let late = Transfer::into_account("0900000001", 9, "tre").told_late(Duration::from_secs(240));
    world.sepay.transfer(late).await.unwrap();
    let told = read(&mut reader).await;
    let mut more = reader;
    let mut after = StatementReader::new(
        world.provider.statements().unwrap().clone(),
        more.cursor().clone(),
        StatementFilter::new(),
    );
    let told: Vec<_> = told.into_iter().chain(read(&mut after).await).collect();
    assert!(amounts(&told).contains(&9), "{:?}", amounts(&told));
    assert_eq!(more.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_filter_narrows_by_account_and_time_in_both_versions() {
    for (world, account) in [(World::open().await, None), (World::over_v1().await, Some("20"))] {
        let account = match account {
            Some(number) => AccountId::new(number).unwrap(),
            None => world.account(MBBANK),
        };
        world.sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
        world.sepay.bank_transfer("0900000002", 2, "x").await.unwrap();
        world.sepay.advance(Duration::from_secs(600));
        world.sepay.bank_transfer("0900000002", 3, "x").await.unwrap();

        let of_one = StatementFilter::new().with_account(account.clone());
        let told = read(&mut reader(&world, Cursor::start(), of_one.clone())).await;
        assert_eq!(amounts(&told), [2, 3]);
        let since = Timestamp::from_unix(world.now().unix_seconds() - 300);
        let told =
            read(&mut reader(&world, Cursor::start(), of_one.clone().with_from(since))).await;
        assert_eq!(amounts(&told), [3]);
        let told = read(&mut reader(&world, Cursor::start(), of_one.with_until(since))).await;
        assert_eq!(amounts(&told), [2]);
    }
}

#[tokio::test]
async fn accounts_have_their_balances_with_their_times_in_both_versions() {
    for world in [World::open().await, World::over_v1().await] {
        world.sepay.bank_transfer("0900000003", 5, "x").await.unwrap();
        let accounts = world.provider.statements().unwrap().accounts().await.unwrap();
        let accounts = Listed::all(accounts).unwrap();
        assert_eq!(accounts.len(), 4);
        let known = accounts[BIDV].account.as_ref().unwrap();
        assert_eq!((known.bin.as_str(), known.number.as_str()), ("970418", "0900000003"));
        let balance = accounts[BIDV].balance.as_ref().unwrap();
        assert_eq!((balance.amount, balance.at), (vnd(5), world.now()));
    }
}

#[tokio::test]
async fn a_cursor_of_one_version_is_refused_by_the_other() {
    let (v1, v2) = (World::over_v1().await, World::open().await);
    v1.sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    v2.sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    for (one, other) in [(&v1, &v2), (&v2, &v1)] {
        let mut first = reader(one, Cursor::start(), StatementFilter::new());
        assert_eq!(read(&mut first).await.len(), 1);
        let error =
            reader(other, first.cursor().clone(), StatementFilter::new()).next().await.unwrap_err();
        assert_eq!(error.field(), Some("after"), "{error}");
    }
}
