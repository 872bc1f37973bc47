//! Receiving money on account numbers.

use std::time::Duration;

use payments_core::{
    Absence, AccountId, DeclineReason, ErrorKind, Lookup, OrderRef, Timestamp,
    bank::AccountNumber,
    money::{Currency, Money},
    virtual_account::{
        OpenVirtualAccount, UpdateVirtualAccount, Uses, VirtualAccount, VirtualAccountState,
    },
};

use crate::world::{NOW, World, accepted, declined};

const ASKED: Money = Money::vnd(50_000);
const HOUR: Duration = Duration::from_secs(3600);

laws! {
    an_account_is_opened_changed_closed_and_opened_again
    short_over_repeated_and_late_credits_keep_their_values
    an_account_for_many_transfers_stays_open
    an_account_in_dollars_takes_dollars_only
    the_same_order_opens_one_account
    an_account_that_nobody_opened_is_absent_for_sure
    a_lost_open_is_found_by_its_order
    rules_are_those_of_our_own_accounts
    what_cannot_be_honoured_is_refused_before_anything_is_sent
}

fn request(order: &str) -> OpenVirtualAccount {
    let order = OrderRef::new(order).unwrap();
    OpenVirtualAccount::new(order, "NGUYEN VAN A").unwrap().with_amount(ASKED).unwrap()
}

async fn open(world: &World, request: &OpenVirtualAccount) -> VirtualAccount {
    accepted(world.provider.virtual_accounts().unwrap().open(request).await.unwrap())
}

async fn find(world: &World, account: &VirtualAccount) -> VirtualAccount {
    let found = world.provider.virtual_accounts().unwrap().find(&account.reference()).await;
    found.unwrap().found().unwrap()
}

fn number(account: &VirtualAccount) -> AccountNumber {
    account.numbers[0].number.clone()
}

async fn an_account_is_opened_changed_closed_and_opened_again(world: World) {
    let accounts = world.provider.virtual_accounts().unwrap();
    let opened = open(&world, &request("A1")).await;
    assert_eq!(opened.state, VirtualAccountState::Open);
    assert!(opened.numbers[0].vietqr.as_ref().unwrap().contains(number(&opened).as_str()));

    let change = UpdateVirtualAccount::new(opened.reference(), "TRAN THI B").unwrap();
    let changed = accepted(accounts.update(&change).await.unwrap());
    assert_eq!(changed.numbers[0].holder.as_deref(), Some("TRAN THI B"));
    assert_eq!(number(&changed), number(&opened));

    let closed = accepted(accounts.close(&opened.reference()).await.unwrap());
    assert_eq!(closed.state, VirtualAccountState::Closed);
    let until = Timestamp::from_unix(NOW).plus(HOUR);
    let again = accepted(accounts.reopen(&opened.reference(), Some(until)).await.unwrap());
    assert_eq!(
        (again.state, again.numbers[0].expires_at),
        (VirtualAccountState::Open, Some(until))
    );
    assert_eq!(number(&again), number(&opened));
}

async fn short_over_repeated_and_late_credits_keep_their_values(world: World) {
    let until = Timestamp::from_unix(NOW).plus(HOUR);
    let account = open(&world, &request("A1").with_expiry(until)).await;
    let mut expected = Vec::new();
    for (amount, state) in [
        (30_000, VirtualAccountState::PartlyPaid),
        (30_000, VirtualAccountState::Paid),
        (50_000, VirtualAccountState::Paid),
    ] {
        world.gateway.credit(number(&account), Money::vnd(amount)).unwrap();
        expected.push(amount);
        assert_eq!(find(&world, &account).await.state, state);
    }
    world.advance(2 * HOUR);
    let accounts = world.provider.virtual_accounts().unwrap();
    accepted(accounts.close(&account.reference()).await.unwrap());
    world.gateway.credit(number(&account), Money::vnd(7)).unwrap();
    expected.push(7);

    let found = find(&world, &account).await;
    assert_eq!(
        (found.state, found.received),
        (VirtualAccountState::Closed, Some(Money::vnd(110_007)))
    );
    let credits = accounts.credits(&account.reference()).await.unwrap();
    let credits = payments_core::Listed::all(credits).unwrap();
    let amounts: Vec<_> = credits.iter().map(|credit| credit.amount.minor()).collect();
    assert_eq!(amounts, expected);
    assert!(credits.iter().all(|credit| credit.virtual_account == Some(number(&account))));
    assert_eq!(world.gateway.bookings().len(), 4);
}

async fn an_account_for_many_transfers_stays_open(world: World) {
    let account = open(&world, &request("A1").with_uses(Uses::Many)).await;
    for _ in 0..3 {
        world.gateway.credit(number(&account), ASKED).unwrap();
    }
    let found = find(&world, &account).await;
    assert_eq!(
        (found.state, found.received),
        (VirtualAccountState::Open, Some(Money::vnd(150_000)))
    );
}

async fn an_account_in_dollars_takes_dollars_only(world: World) {
    let order = OrderRef::new("A1").unwrap();
    let dollars = AccountId::new("usd-main").unwrap();
    let request = OpenVirtualAccount::new(order, "A").unwrap().with_account(dollars);
    let account = open(&world, &request).await;
    assert_eq!(account.numbers[0].vietqr, None);
    let amount = Money::from_minor(1_000, Currency::USD);
    world.gateway.credit(number(&account), amount).unwrap();
    assert!(world.gateway.credit(number(&account), ASKED).is_err());
    assert_eq!(find(&world, &account).await.received, Some(amount));
}

async fn the_same_order_opens_one_account(world: World) {
    let first = open(&world, &request("A1")).await;
    let second = open(&world, &request("A1")).await;
    assert_eq!(number(&first), number(&second));

    let other = request("A1").with_amount(Money::vnd(60_000)).unwrap();
    let refused = declined(world.provider.virtual_accounts().unwrap().open(&other).await.unwrap());
    assert_eq!(refused.reason, DeclineReason::Duplicate);
}

async fn an_account_that_nobody_opened_is_absent_for_sure(world: World) {
    let accounts = world.provider.virtual_accounts().unwrap();
    let nobody =
        payments_core::virtual_account::VirtualAccountRef::new(OrderRef::new("nobody").unwrap());
    let found = accounts.find(&nobody).await.unwrap();
    assert!(matches!(found, Lookup::Absent(Absence::Inconclusive { .. })), "{found:?}");
    assert_eq!(accounts.credits(&nobody).await.unwrap_err().kind(), ErrorKind::NotFound);
    let refused = declined(accounts.close(&nobody).await.unwrap());
    assert!(refused.is_confirmed());
}

async fn a_lost_open_is_found_by_its_order(world: World) {
    let accounts = world.provider.virtual_accounts().unwrap();
    world.gateway.next_virtual_account(provider_mock::Scripted::lost_after_booking()).unwrap();
    assert!(accounts.open(&request("A1")).await.unwrap().is_uncertain());
    let reference =
        payments_core::virtual_account::VirtualAccountRef::new(OrderRef::new("A1").unwrap());
    let found = accounts.find(&reference).await.unwrap().found().unwrap();
    assert_eq!(found.amount, Some(ASKED));
}

async fn rules_are_those_of_our_own_accounts(world: World) {
    let accounts = world.provider.virtual_accounts().unwrap();
    assert!(accounts.rules_for(&AccountId::new("vnd-main").unwrap()).await.unwrap().parts);
    let error = accounts.rules_for(&AccountId::new("theirs").unwrap()).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::NotFound, Some("account")));
}

async fn what_cannot_be_honoured_is_refused_before_anything_is_sent(world: World) {
    let accounts = world.provider.virtual_accounts().unwrap();
    let now = Timestamp::from_unix(NOW);
    let far = now.plus(Duration::from_secs(366 * 24 * 3600));
    for (field, request) in [
        ("amount", request("A1").with_amount(Money::vnd(1)).unwrap()),
        ("order", request("A 1")),
        ("remark", request("A1").with_remark("x".repeat(201))),
        ("expires_at", request("A1").with_expiry(now)),
        ("expires_at", request("A1").with_expiry(far)),
    ] {
        assert_eq!(accounts.open(&request).await.unwrap_err().field(), Some(field));
    }
    assert!(world.gateway.requests().is_empty());
}
