//! Payments on SePay's page, and transfers to the shop's own account.

use payments::{engine::CaseKind, money::Money, payment::Funding};

use crate::world::World;

#[tokio::test]
async fn a_payment_on_the_page_is_confirmed_by_inquiry_and_the_order_is_paid() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("page").await;
    let arrived = world.browser.submit(&page).await;
    assert_eq!(arrived.status(), 200, "{}", arrived.text());
    assert!(world.is_not_packed(&order).await, "opened is not paid");

    let told = world.sepay.buyer_pays(order.as_str()).await.unwrap();
    assert!(told.iter().all(|delivered| delivered.acknowledged), "{told:?}");
    assert!(world.is_packed_once(&order).await);
    assert!(world.standing(&order).await.contains("Paid"));
}

#[tokio::test]
async fn a_transfer_with_the_code_in_its_memo_pays_the_order() {
    // The router skips HPay, because it has no transfers to the shop's own account.
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("transfer").await;
    assert!(page.text().contains("<svg"), "the code to scan is on the page");
    assert_eq!(page.text_of("amount"), "50,000 VND");
    let (account, memo) = (page.text_of("account"), page.text_of("memo"));
    assert_eq!(memo, format!("DH{order}"));

    let memo = format!("MBVCB.3278907687.{}.CT tu 0123", memo.to_lowercase());
    let transfer = world.sepay.bank_transfer(&account, 50_000, &memo).await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);
    assert!(world.is_packed_once(&order).await);

    let again = world.sepay.redeliver(transfer.webhook_id).await.unwrap();
    assert!(again[0].acknowledged, "a repeated delivery is acknowledged");
    assert!(world.is_packed_once(&order).await);
    assert_eq!(world.payment(&order).await.funding(), Some(Funding::Exact));
    assert_eq!(world.cases(&order).await, [], "and counted once");
}

#[tokio::test]
async fn a_short_transfer_leaves_the_order_unpaid_and_shows_what_is_missing() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("transfer").await;
    let (account, memo) = (page.text_of("account"), page.text_of("memo"));

    world.sepay.bank_transfer(&account, 20_000, &memo).await.unwrap();
    assert!(world.is_not_packed(&order).await);
    assert!(world.standing(&order).await.contains("30,000 VND is missing"));
    // The statement reports the same money under other keys, but it is counted only once.
    world.shop.ask(&order).await.unwrap();
    assert!(world.standing(&order).await.contains("30,000 VND is missing"));

    world.sepay.bank_transfer(&account, 30_000, &memo).await.unwrap();
    assert!(world.is_packed_once(&order).await);
    assert!(world.standing(&order).await.contains("Paid"));
}

#[tokio::test]
async fn too_much_and_a_second_transfer_are_noted_for_a_person() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("transfer").await;
    let (account, memo) = (page.text_of("account"), page.text_of("memo"));
    world.sepay.bank_transfer(&account, 60_000, &memo).await.unwrap();
    assert!(world.is_packed_once(&order).await);
    assert_eq!(world.cases(&order).await, [CaseKind::Over]);
    assert!(world.standing(&order).await.contains("10,000 VND too much"));
    world.sepay.bank_transfer(&account, 50_000, &memo).await.unwrap();
    assert!(world.is_packed_once(&order).await);
    let excess = Money::vnd(60_000);
    assert_eq!(world.payment(&order).await.funding(), Some(Funding::Over { excess }));
}

#[tokio::test]
async fn money_without_a_code_is_kept_for_a_person() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("transfer").await;
    let account = page.text_of("account");
    let transfer = world.sepay.bank_transfer(&account, 50_000, "cam on shop").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);
    assert!(world.is_not_packed(&order).await);
    let cases = world.shop.engine().cases().await.unwrap();
    let kinds: Vec<_> = cases.iter().map(|(_, case, _)| case.kind).collect();
    assert_eq!(kinds, [CaseKind::Unmatched]);
}
