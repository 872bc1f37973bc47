//! Statements over both versions.

use std::collections::BTreeSet;
use std::time::Duration;

use payments_core::{
    AccountId, ErrorKind, Listed, Movement, Timestamp,
    statement::{Cursor, StatementFilter, StatementReader},
};
use provider_sepay::user_api::{v1, v2};
use simulator_sepay::Transfer;

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

/// Lines of one second, of which SePay lists no two requests in the same order.
async fn crowded(world: &World, lines: u64) {
    for amount in 1..=lines {
        world.sepay.bank_transfer("0900000001", amount, "x").await.unwrap();
    }
    world.sepay.list_seconds_in_any_order(true);
}

/// The amounts of these lines, each once whatever is told twice under its one key.
fn each_once(told: &[Movement]) -> Vec<i64> {
    let amounts: BTreeSet<_> =
        told.iter().map(|entry| (entry.amount.minor(), entry.key.clone())).collect();
    amounts.into_iter().map(|(amount, _)| amount).collect()
}

#[tokio::test]
async fn no_line_of_a_second_is_lost_between_pages_in_any_order_in_both_versions() {
    for world in [World::open().await, World::over_v1().await] {
        crowded(&world, 270).await;
        let mut first = reader(&world, Cursor::start(), StatementFilter::new());
        let mut told = Vec::new();
        for _ in 0..120 {
            told.push(first.next().await.unwrap().unwrap().into_result().unwrap());
        }
        // One more of the same second, whose place may be on a page that was read.
        world.sepay.bank_transfer("0900000001", 271, "x").await.unwrap();
        told.extend(read(&mut first).await);
        let mut later = reader(&world, first.cursor().clone(), StatementFilter::new());
        told.extend(read(&mut later).await);
        assert_eq!(each_once(&told), (1..=271).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_listing_of_every_transaction_loses_no_line_of_a_second_or_says_so() {
    let world = World::open().await;
    crowded(&world, 270).await;
    let mut lines = world.v2().every_transaction(&v2::TransactionFilter::new());
    let mut ids = BTreeSet::new();
    while let Some(line) = lines.next().await.unwrap() {
        assert!(ids.insert(line.into_result().unwrap().id), "told once");
    }
    assert_eq!(ids.len(), 270);

    let small = v1::TransactionFilter::new().limit(100_u64);
    let mut lines = world.v1().every_transaction(&small);
    let mut ids = BTreeSet::new();
    let ended = loop {
        match lines.next().await {
            Ok(Some(line)) => {
                ids.insert(line.into_result().unwrap().id);
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error.kind()),
        }
    };
    // An answer of v1 with 100 lines of a second that has 270 may have no line without a gap before.
    match ended {
        Ok(()) => assert_eq!(ids.len(), 270),
        Err(kind) => assert_eq!(kind, ErrorKind::Malformed),
    }
}

#[tokio::test]
async fn credits_of_an_order_that_fill_pages_are_all_found_in_any_order() {
    let world = World::with(
        crate::world::standing_still(),
        "userapi_rate = 0\naccount_bin = \"970436\"\naccount_number = \"0900000001\"\n\
         account_holder = \"CONG TY\"\ncode_prefix = \"SPT\"\ncode_min = 6",
    )
    .await;
    for amount in 1..=150 {
        world.sepay.bank_transfer("0900000001", amount, "SPT123456").await.unwrap();
    }
    world.sepay.list_seconds_in_any_order(true);
    let payments = world.provider.payments().unwrap();
    let found = payments.find_payment(&crate::world::order("123456")).await.unwrap();
    let payment = found.found().unwrap();
    assert_eq!(payment.received, Some(vnd((1..=150).sum())));
    assert_eq!(payment.credits.len(), 150);
}
