//! The pages of the shop.

use std::sync::Arc;

use http::header;
use payments::{
    Payments,
    config::{Environ, PaymentsConfig},
    registry::{Context, Registry},
    transport::{HttpClient, HttpClientSettings},
};

use crate::world::World;

#[tokio::test]
async fn the_front_page_offers_the_ways_that_the_gateways_can() {
    let world = World::preferring("hpay-main").await;
    let front = world.browser.get("/").await;
    assert!(front.text().contains("value=\"page\""), "{}", front.text());
    assert!(front.text().contains("value=\"transfer\""), "{}", front.text());
}

#[tokio::test]
async fn the_price_is_the_shops_own_and_not_the_forms() {
    let world = World::preferring("hpay-main").await;
    let fields = [("item", "coffee"), ("way", "page"), ("price", "1"), ("asked", "1")];
    let place = world.browser.post("/orders", &fields).await.location();
    assert!(world.browser.get(&place).await.text().contains("50,000 VND"));
    let unknown = world.browser.post("/orders", &[("item", "yacht"), ("way", "page")]).await;
    assert_eq!(unknown.status(), 422);
}

#[tokio::test]
async fn a_page_with_a_signed_link_is_kept_nowhere_and_named_to_nobody() {
    let world = World::preferring("hpay-main").await;
    let (_, page) = world.buy("page").await;
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(page.header(header::REFERRER_POLICY), "no-referrer");
    assert!(page.header(header::CONTENT_SECURITY_POLICY).contains("default-src 'none'"));
}

#[tokio::test]
async fn an_order_that_nobody_placed_is_not_there() {
    let world = World::preferring("hpay-main").await;
    for place in ["/orders/NOTHING", "/thanks/NOTHING", "/elsewhere"] {
        assert_eq!(world.browser.get(place).await.status(), 404, "{place}");
    }
}

#[test]
fn the_configuration_that_stands_beside_builds() {
    let text = include_str!("../../payments.toml");
    let config: PaymentsConfig = toml::from_str(text).unwrap();
    let secrets = [
        "HPAY_PASSCODE",
        "SEPAY_SECRET_KEY",
        "SEPAY_IPN_SECRET",
        "SEPAY_API_TOKEN",
        "SEPAY_WEBHOOK_SECRET",
    ];
    let environ = Environ::of(secrets.map(|name| (name.to_owned(), "for-tests".to_owned())));
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let context = Context::new(Arc::new(client)).with_environ(environ);
    let payments = Payments::build(&config, &Registry::linked(), &context).unwrap();
    let names: Vec<_> = payments.providers().map(|provider| provider.id().as_str()).collect();
    assert_eq!(names, ["hpay-main", "sepay-main"]);
}
