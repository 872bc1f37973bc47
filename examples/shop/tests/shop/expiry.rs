//! Buyers who pay after their time to pay.

use payments::{
    engine::CaseKind,
    money::Money,
    payment::Funding,
    simulators::hpay::{ControlError, PayAs},
};

use crate::{
    browser::attribute,
    world::{TOO_LONG, World},
};

#[tokio::test]
async fn the_buyer_sees_until_when_to_pay_where_the_gateway_ends_a_payment() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    let end = world.payment(&order).await.openings[0].expires_at().unwrap();
    assert!(page.between("id=\"until\"", "</p>").contains(&end.to_string()), "{}", page.text());
    // A transfer to the shop's own account does not end.
    let (order, page) = world.buy("transfer").await;
    assert_eq!(world.payment(&order).await.openings[0].expires_at(), None);
    assert!(!page.text().contains("id=\"until\""));
}

#[tokio::test]
async fn hpay_takes_nothing_after_the_end_and_the_order_starts_again() {
    let world = World::preferring("hpay-main").await;
    let (order, page) = world.buy("page").await;
    world.browser.get(&page.link("pay")).await;
    world.pass(TOO_LONG).await;
    let refused = world.hpay.buyer_pays(order.as_str(), PayAs::Now).await.unwrap_err();
    assert!(matches!(refused, ControlError::OrderExpired(_)), "{refused}");
    assert!(world.hpay.bookings().is_empty(), "the buyer was not charged");

    let page = world.browser.get(&format!("/orders/{order}")).await;
    assert!(page.text().contains("The time to pay is over."), "{}", page.text());
    assert!(!page.text().contains("id=\"pay\""), "an ended link is not shown");
    assert!(world.is_not_packed(&order).await);
    assert_eq!(world.payment(&order).await.funding(), Some(Funding::Nothing));
    assert_eq!(world.cases(&order).await, []);
}

#[tokio::test]
async fn money_that_comes_after_the_end_counts_and_waits_for_the_owner() {
    let world = World::preferring("payos-main").await;
    let (order, _) = world.buy("page").await;
    world.pass(TOO_LONG).await;
    assert_eq!(world.payos().link_status(order.as_str()), Some("EXPIRED"));
    // The buyer had scanned the code before, and the bank does not know that the payment has an
    // end.
    let told = world.payos().buyer_pays(order.as_str(), 50_000).await.unwrap();
    assert_eq!(told.deliveries[0].status(), Some(http::StatusCode::OK));

    assert!(world.is_not_packed(&order).await);
    let payment = world.payment(&order).await;
    assert_eq!(payment.received(), Some(Money::vnd(50_000)), "late money is money");
    assert_eq!(world.cases(&order).await, [CaseKind::Late], "{:?}", payment.cases);
    assert!(world.standing(&order).await.contains("Please do not pay again."));
    let page = world.browser.get(&format!("/orders/{order}")).await;
    assert!(!page.text().contains("id=\"pay\""), "nobody is asked to pay twice");

    let shown = world.browser.get_admin().await;
    assert!(shown.text().contains(&format!("late: payment:{order}")), "{}", shown.text());
    let case = attribute(shown.between("name=\"case\" ", ">"), "value");
    let fields =
        [("case", &*case), ("decision", "closed"), ("who", "Lan"), ("why", "it is still there")];
    let decided = world.browser.post_admin("/admin/cases", &fields).await;
    assert!(decided.text().contains("Nothing waits for you."), "{}", decided.text());
    assert!(world.is_packed_once(&order).await);
}
