//! Forged requests to the shop's routes.

use bytes::Bytes;
use http::Method;
use payments::{OrderRef, Secret, money::Money, sepay::testing::Ipn};

use crate::{browser::Page, world::World};

async fn deliver(world: &World, endpoint: &str, request: http::Request<Bytes>) -> Page {
    let headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let place = format!("/hooks/sepay-main/{endpoint}");
    world.browser.send(Method::POST, &place, &headers, request.body().clone()).await
}

#[tokio::test]
async fn a_forged_notification_changes_nothing_and_gets_no_success() {
    let world = World::preferring("hpay-main").await;
    let (order, _) = world.buy("transfer").await;
    let query = format!(
        "transaction_info=&order_code={order}&price=50000&payment_id=1&payment_type=1&error_text=\
         &secure_code=00000000000000000000000000000000"
    );
    let body = format!(
        r#"{{"id":1,"transferType":"in","transferAmount":50000,"code":"DH{order}","content":"DH{order}"}}"#
    );
    let signature = format!("sha256={}", "0".repeat(64));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let stamp = now.as_secs().to_string();
    let signed = [("x-sepay-signature", signature.as_str()), ("x-sepay-timestamp", &stamp)];
    let hook = "/hooks/sepay-main/bank-webhook";
    for answer in [
        world.browser.get(&format!("/hooks/hpay-main/notify?{query}")).await,
        world.browser.send(Method::POST, hook, &signed, body.clone().into()).await,
        world.browser.send(Method::POST, hook, &[], body.into()).await,
        deliver(&world, "ipn", ipn(&order, "not-the-secret")).await,
    ] {
        assert!(matches!(answer.status(), 401 | 403), "{}", answer.status());
        assert!(!answer.text().contains("Success"), "{}", answer.text());
        assert!(!answer.text().contains("\"success\": true"), "{}", answer.text());
    }
    assert!(world.is_not_packed(&order).await);
    assert!(world.shop.engine().cases().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_notification_with_a_stolen_secret_is_not_believed_against_the_gateways_word() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.submit(&page).await;
    let secret = world.sepay.settings().ipn_secret().unwrap().to_owned();
    let answer = deliver(&world, "ipn", ipn(&order, &secret)).await;
    // It is stored, and an inquiry at the gateway contradicts it.
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert!(world.is_not_packed(&order).await);

    // It does not use up the key of the genuine one.
    world.sepay.buyer_pays(order.as_str()).await.unwrap();
    assert!(world.is_packed_once(&order).await);
}

#[tokio::test]
async fn a_delivery_that_is_too_large_is_not_read() {
    let world = World::preferring("sepay-main").await;
    let body = Bytes::from(vec![b'x'; payments::axum::LARGEST_BODY + 1]);
    let answer = world.browser.send(Method::POST, "/hooks/sepay-main/ipn", &[], body).await;
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn nobody_takes_a_delivery_for_a_stranger() {
    let world = World::preferring("sepay-main").await;
    assert_eq!(world.browser.post("/hooks/momo-main/ipn", &[]).await.status(), 404);
    let unknown = world.browser.post("/hooks/sepay-main/nothing", &[]).await;
    assert_ne!(unknown.status(), 200);
}

fn ipn(order: &OrderRef, secret: &str) -> http::Request<Bytes> {
    Ipn::order_paid(order, Money::vnd(50_000)).with_secret(&Secret::new(secret).unwrap())
}
