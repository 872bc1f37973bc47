//! Payments on HPay's page.

use std::time::Duration;

use payments::{
    engine::CaseKind,
    money::Money,
    payment::Funding,
    simulators::hpay::{Operation, PayAs},
};

use crate::world::World;

#[tokio::test]
async fn a_payment_on_the_page_is_notified_and_the_order_is_paid() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    assert!(world.standing(&order).await.contains("We are checking"));

    let opened = world.browser.get(&page.link("pay")).await;
    assert!(opened.text().contains("50.000 ₫"), "{}", opened.text());
    assert!(world.is_not_packed(&order).await, "opened is not paid");

    let announcement = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    assert_eq!(announcement.receipts[0].status(), Some(http::StatusCode::OK));
    let reply = announcement.receipts[0].answer.as_ref().unwrap();
    assert_eq!(reply.headers()["cache-control"], "no-store", "the provider's reply, as it is");

    assert!(world.is_packed_once(&order).await);
    assert!(world.standing(&order).await.contains("Paid"));
    assert_eq!(world.hpay.bookings().len(), 1);
}

#[tokio::test]
async fn the_buyer_who_comes_back_settles_nothing() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.delay_notifications();
    let announcement = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();

    // HPay signed the link, and it states that the order is paid, but it came through a browser.
    let back = world.browser.get(&announcement.return_link.unwrap()).await;
    assert!(back.text_of("standing").contains("We are checking"));
    assert!(world.is_not_packed(&order).await);

    // It does not block the notification, which reports the same under the same key.
    world.hpay.release_notifications().await;
    assert!(world.is_packed_once(&order).await);
}

#[tokio::test]
async fn a_return_to_the_hook_is_not_believed_and_its_order_is_asked_about() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.delay_notifications();
    let announcement = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    let link = announcement.return_link.unwrap();
    let (_, query) = link.split_once('?').unwrap();
    world.browser.get(&format!("/hooks/hpay-main/return?{query}")).await;
    // HPay's own report decides, and the late notification adds nothing.
    assert!(world.is_packed_once(&order).await);
    world.hpay.release_notifications().await;
    assert!(world.is_packed_once(&order).await);
    assert_eq!(world.payment(&order).await.funding(), Some(Funding::Exact));
}

#[tokio::test]
async fn a_notification_that_comes_twice_is_handled_once() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.double_notifications();
    let announcement = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    let answers: Vec<_> = announcement.receipts.iter().map(|receipt| receipt.status()).collect();
    assert_eq!(answers, [Some(http::StatusCode::OK); 2], "the second one is acknowledged too");
    assert!(world.is_packed_once(&order).await);
    assert_eq!(world.payment(&order).await.funding(), Some(Funding::Exact));
    assert_eq!(world.cases(&order).await, []);
}

#[tokio::test]
async fn a_lost_notification_is_made_up_for_by_asking() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.delay_notifications();
    world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    let asked = world.browser.post(&format!("/orders/{order}/ask"), &[]).await;
    assert_eq!(asked.location(), format!("/thanks/{order}"));
    assert!(world.is_packed_once(&order).await);
}

#[tokio::test]
async fn whoever_closes_the_browser_is_asked_about_too() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.delay_notifications();
    world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    world.advance(Duration::from_secs(180)).await;
    assert!(world.is_packed_once(&order).await);
}

#[tokio::test]
async fn a_failed_attempt_does_not_stand_in_the_way_of_the_next_one() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.buyer_pays(order.as_str(), PayAs::Failed).await.unwrap();
    assert!(world.is_not_packed(&order).await);
    world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    assert!(world.is_packed_once(&order).await);
}

#[tokio::test]
async fn money_that_the_gateway_holds_does_not_pay_until_it_is_handed_over() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.buyer_pays(order.as_str(), PayAs::Held).await.unwrap();
    assert!(world.is_not_packed(&order).await);
    world.hpay.release_payment(order.as_str()).unwrap();
    world.shop.ask(&order).await.unwrap();
    assert!(world.is_packed_once(&order).await);
}

#[tokio::test]
async fn a_buyer_who_pays_twice_is_noted_for_a_person() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    for _ in 0..2 {
        world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    }
    assert!(world.is_packed_once(&order).await);
    let excess = Money::vnd(50_000);
    assert_eq!(world.payment(&order).await.funding(), Some(Funding::Over { excess }));
    assert_eq!(world.cases(&order).await, [CaseKind::Over]);
    assert!(world.standing(&order).await.contains("50,000 VND too much"));
}

#[tokio::test]
async fn a_notification_signed_wrongly_changes_nothing() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.hpay.forge_next_signature(Operation::PaymentNotification).unwrap();
    let announcement = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap();
    let answer = announcement.receipts[0].answer.as_ref().unwrap();
    assert_eq!(answer.status(), http::StatusCode::FORBIDDEN);
    assert!(!String::from_utf8_lossy(answer.body()).contains("Success"));
    assert!(world.is_not_packed(&order).await);
}
