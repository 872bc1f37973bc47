//! The owner's page.

use std::time::Duration;

use http::Method;
use payments::{PayoutRef, engine::RecordState};

use crate::{
    browser::attribute,
    world::{World, eventually},
};

#[tokio::test]
async fn nobody_but_the_owner_sees_or_changes_anything() {
    let world = World::preferring("hpay-main").await;
    let stranger = world.browser.get("/admin").await;
    assert_eq!(stranger.status(), 401);
    assert!(!stranger.text().contains("Orders"), "{}", stranger.text());
    let wrong = [("authorization", "Basic b3duZXI6d3Jvbmc=")];
    let wrong = world.browser.send(Method::GET, "/admin", &wrong, bytes::Bytes::new()).await;
    assert_eq!(wrong.status(), 401);
    assert_eq!(world.browser.post("/admin/payouts", &[]).await.status(), 401);
    // The owner's own browser, on somebody else's page.
    let elsewhere = world.browser.post_admin_from("https://evil.example", "/admin/payouts").await;
    assert_eq!(elsewhere.status(), 403);
    assert_eq!(world.browser.get_admin().await.status(), 200);
}

#[tokio::test]
async fn money_of_no_known_order_is_a_case_that_the_owner_assigns() {
    let world = World::preferring("sepay-main").await;
    let (order, page) = world.buy("transfer").await;
    assert!(world.browser.get_admin().await.text().contains("Nothing waits for you."));
    let account = page.text_of("account");
    let transfer = world.sepay.bank_transfer(&account, 50_000, "cam on shop").await.unwrap();
    assert!(transfer.deliveries[0].acknowledged);
    assert!(world.is_not_packed(&order).await);

    let shown = world.browser.get_admin().await;
    assert!(shown.text().contains("cam on shop"), "{}", shown.text());
    let case = shown.between("name=\"case\" ", ">");
    let case = attribute(case, "value");
    let fields = [
        ("case", case.as_str()),
        ("decision", "belongs_to"),
        ("order", order.as_str()),
        ("who", "Lan"),
        ("why", "the buyer sent the receipt"),
    ];
    let decided = world.browser.post_admin("/admin/cases", &fields).await;
    assert!(decided.text().contains("It is decided."), "{}", decided.text());
    assert!(decided.text().contains("Nothing waits for you."), "{}", decided.text());
    assert!(world.is_packed_once(&order).await);

    let again = world.browser.post_admin("/admin/cases", &fields).await;
    assert_eq!(again.status(), 409, "a case is decided once");
}

#[tokio::test]
async fn a_payout_is_written_handed_over_and_paid_once() {
    let world = World::preferring("hpay-main").await;
    let page = world.browser.get_admin().await;
    let (_, shown) =
        page.text().split_once("name=\"reference\" value=\"").expect("a form to pay out");
    let reference = shown.split('"').next().unwrap();
    let fields = [
        ("reference", reference),
        ("bank", "VCB"),
        ("account", "0011001234567"),
        ("name", "NGUYEN VAN A"),
        ("amount", "1000000"),
    ];
    let refused = world.browser.post_admin("/admin/payouts", &[("amount", "lots")]).await;
    assert_eq!(refused.status(), 422, "a form that is not whole");
    let wrong = fields.map(|(name, value)| (name, if name == "bank" { "NONE" } else { value }));
    let wrong = world.browser.post_admin("/admin/payouts", &wrong).await;
    assert!(wrong.text().contains("Nothing was done: `bank`"), "{}", wrong.text());

    // A second click sends the same form again.
    for _ in 0..2 {
        let said = world.browser.post_admin("/admin/payouts", &fields).await;
        assert!(said.text().contains("is on its way."), "{}", said.text());
    }
    let other =
        fields.map(|(name, value)| (name, if name == "amount" { "2000000" } else { value }));
    let other = world.browser.post_admin("/admin/payouts", &other).await;
    assert!(other.text().contains("Nothing was done: "), "{}", other.text());
    let payouts = world.shop.books().unwrap().payouts;
    assert_eq!(payouts.len(), 1, "only the one that could be sent has a row");
    let payout: &PayoutRef = &payouts[0].reference;
    let has_succeeded = async || {
        world.advance(Duration::from_secs(5)).await;
        let record = world.shop.engine().payout(payout).await.unwrap().unwrap();
        record.state == RecordState::Succeeded
    };
    assert!(eventually(has_succeeded).await);
    let booked = world.hpay.bookings();
    assert_eq!(booked.iter().filter(|one| one.reference == payout.as_str()).count(), 1);
    let is_shown = async || {
        let shown = world.browser.get_admin().await;
        shown.between("id=\"payouts\"", "</table>").contains("succeeded")
    };
    assert!(eventually(is_shown).await);
}
