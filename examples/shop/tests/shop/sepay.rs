//! Payments on SePay's page, and transfers to the shop's own account.

use example_shop::Note;
use payments::{money::Money, payment::Funding};

use crate::world::World;

#[tokio::test]
async fn a_payment_on_the_page_is_confirmed_by_inquiry_and_the_order_is_paid() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("page").await;
    let arrived = world.browser.submit(&page).await;
    assert_eq!(arrived.status(), 200, "{}", arrived.text());
    assert!(world.order(&order).paid_at.is_none(), "opened is not paid");

    let told = world.sepay.buyer_pays(order.as_str()).await.unwrap();
    assert!(told.iter().all(|delivered| delivered.acknowledged), "{told:?}");
    assert!(world.order(&order).paid_at.is_some());
    assert!(world.standing(&order).await.contains("Paid"));
}

#[tokio::test]
async fn a_transfer_with_the_code_in_its_memo_pays_the_order() {
    // The router leaves HPay out, because it has no transfers to the shop's own account.
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("transfer").await;
    assert!(page.text().contains("<svg"), "the code to scan is on the page");
    assert_eq!(page.text_of("amount"), "50000 VND");
    let (account, memo) = (page.text_of("account"), page.text_of("memo"));
    assert_eq!(memo, format!("DH{order}"));

    let memo = format!("MBVCB.3278907687.{}.CT tu 0123", memo.to_lowercase());
    let transfer = world.sepay.bank_transfer(&account, 50_000, &memo).await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);
    assert!(world.order(&order).paid_at.is_some());

    let again = world.sepay.redeliver(transfer.webhook_id).await.unwrap();
    assert!(again[0].acknowledged, "a repeated delivery is acknowledged");
    let order = world.order(&order);
    assert_eq!(order.funding(), Funding::Exact);
    assert!(order.notes.is_empty(), "and counted once: {:?}", order.notes);
}

#[tokio::test]
async fn a_short_transfer_leaves_the_order_unpaid_and_shows_what_is_missing() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("transfer").await;
    let (account, memo) = (page.text_of("account"), page.text_of("memo"));

    world.sepay.bank_transfer(&account, 20_000, &memo).await.unwrap();
    assert!(world.order(&order).paid_at.is_none());
    assert!(world.standing(&order).await.contains("30000 VND is missing"));
    // The statement reports the same money under other keys: it is not counted again.
    world.shop.ask(&order).await.unwrap();
    assert!(world.standing(&order).await.contains("30000 VND is missing"));

    world.sepay.bank_transfer(&account, 30_000, &memo).await.unwrap();
    assert!(world.order(&order).paid_at.is_some());
    assert!(world.standing(&order).await.contains("Paid"));
}

#[tokio::test]
async fn too_much_and_a_second_transfer_are_noted_for_a_person() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("transfer").await;
    let (account, memo) = (page.text_of("account"), page.text_of("memo"));
    world.sepay.bank_transfer(&account, 60_000, &memo).await.unwrap();
    assert_eq!(world.order(&order).notes, [Note::Over { excess: Money::vnd(10_000) }]);
    assert!(world.standing(&order).await.contains("10000 VND too much"));
    world.sepay.bank_transfer(&account, 50_000, &memo).await.unwrap();
    let notes = world.order(&order).notes;
    assert!(notes.contains(&Note::Repeated { amount: Money::vnd(50_000) }), "{notes:?}");
    assert!(notes.contains(&Note::Over { excess: Money::vnd(60_000) }), "{notes:?}");
}

#[tokio::test]
async fn money_without_a_code_is_kept_for_a_person() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("transfer").await;
    let account = page.text_of("account");
    let transfer = world.sepay.bank_transfer(&account, 50_000, "cam on shop").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);
    assert!(world.order(&order).paid_at.is_none());
    assert_eq!(world.shop.orders().unmatched().len(), 1);
}
