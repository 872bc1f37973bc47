//! Listing what arrived and left.

use std::time::Duration;

use payments_core::{
    AccountId, Direction, ErrorKind, Timestamp,
    money::{Currency, Money},
    statement::{Cursor, StatementFilter},
};

use crate::world::{NOW, World, accepted, payout};

laws! {
    pages_leave_nothing_out_and_the_last_one_goes_on
    a_filter_does_not_move_the_cursor_past_what_it_hides
    the_balance_is_the_one_after_the_last_entry
    a_credit_has_one_key_on_every_route
    a_cursor_that_the_gateway_never_gave_is_refused
}

async fn pages_leave_nothing_out_and_the_last_one_goes_on(world: World) {
    let statements = world.provider.statements().unwrap();
    for amount in 1..=120 {
        world.gateway.deposit(Money::vnd(amount), "cam on").unwrap();
    }
    let (mut cursor, mut seen, mut more) = (Cursor::start(), Vec::new(), true);
    while more {
        let page = statements.entries(&cursor, &StatementFilter::new()).await.unwrap();
        assert!(page.entries.len() <= statements.capabilities().page);
        seen.extend(page.entries.iter().map(|entry| entry.as_result().unwrap().amount.minor()));
        (cursor, more) = (page.next, page.more);
    }
    assert_eq!(seen, (1..=120).collect::<Vec<_>>());

    world.gateway.deposit(Money::vnd(121), "cam on").unwrap();
    let later = statements.entries(&cursor, &StatementFilter::new()).await.unwrap();
    assert_eq!(later.entries.len(), 1);
    let nothing = statements.entries(&later.next, &StatementFilter::new()).await.unwrap();
    assert_eq!((nothing.entries.len(), nothing.next), (0, later.next));
}

async fn a_filter_does_not_move_the_cursor_past_what_it_hides(world: World) {
    let statements = world.provider.statements().unwrap();
    let dollars = Money::from_minor(500, Currency::USD);
    world.gateway.deposit(Money::vnd(1_000), "one").unwrap();
    world.gateway.deposit(dollars, "two").unwrap();
    world.advance(Duration::from_secs(60));
    world.gateway.deposit(Money::vnd(3_000), "three").unwrap();

    let of_dong = StatementFilter::new().with_account(AccountId::new("vnd-main").unwrap());
    let early = of_dong.with_until(Timestamp::from_unix(NOW));
    let page = statements.entries(&Cursor::start(), &early).await.unwrap();
    assert_eq!((page.entries.len(), page.more), (1, false));

    let rest = statements.entries(&page.next, &StatementFilter::new()).await.unwrap();
    let memos: Vec<_> = rest
        .entries
        .iter()
        .map(|entry| entry.as_result().unwrap().memo.as_deref().unwrap())
        .collect();
    assert_eq!(memos, ["two", "three"]);

    let late = StatementFilter::new().with_from(Timestamp::from_unix(NOW + 1));
    let page = statements.entries(&Cursor::start(), &late).await.unwrap();
    assert_eq!(page.entries.len(), 1);
}

async fn the_balance_is_the_one_after_the_last_entry(world: World) {
    world.gateway.deposit(Money::vnd(1_000), "in").unwrap();
    let payouts = world.provider.payouts().unwrap();
    accepted(payouts.create_payout(&payout("P1", Money::vnd(3_000))).await.unwrap());
    let statements = world.provider.statements().unwrap();
    let page = statements.entries(&Cursor::start(), &StatementFilter::new()).await.unwrap();
    let out = page.entries.last().unwrap().as_result().unwrap();
    assert_eq!((out.direction, out.amount), (Direction::Out, Money::vnd(3_000)));
    assert_eq!(out.balance, Some(Money::vnd(99_998_000)));
    let accounts = payments_core::Listed::all(statements.accounts().await.unwrap()).unwrap();
    assert_eq!(accounts[0].balance.as_ref().unwrap().amount, Money::vnd(99_998_000));
    assert_eq!(accounts[1].balance.as_ref().unwrap().amount.currency(), Currency::USD);
}

async fn a_credit_has_one_key_on_every_route(world: World) {
    world.opened("A1").await;
    world.gateway.pay("A1", Money::vnd(50_000)).unwrap();
    let statements = world.provider.statements().unwrap();
    let page = statements.entries(&Cursor::start(), &StatementFilter::new()).await.unwrap();
    let entries = payments_core::Listed::all(page.entries).unwrap();
    assert_eq!(entries, world.payment("A1").await.credits);
}

async fn a_cursor_that_the_gateway_never_gave_is_refused(world: World) {
    let statements = world.provider.statements().unwrap();
    for stranger in ["1", "x"] {
        let error =
            statements.entries(&Cursor::at(stranger), &StatementFilter::new()).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("after")));
    }
}
