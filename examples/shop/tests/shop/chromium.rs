//! Buyers and the owner in a real browser. These tests run if `BROWSER_TESTS` is set; the other
//! modules test the pages without a browser.

use std::time::Duration;

use browser_tests::{Chromium, Setup, is_requested};
use payments::OrderRef;

use crate::world::{PASSWORD, TOO_LONG, World, eventually};

/// Opens a browser on the page of a new order for two coffees, paid in this way.
fn order(world: &World, setup: &Setup, way: &str) -> (Chromium, OrderRef) {
    let browser = Chromium::open(setup);
    assert_eq!(browser.goto(&format!("{}/", world.url)), 200);
    browser.assert_well_made();
    browser.click(&format!("form:has(input[value=coffee]) button[value={way}]"));
    browser.wait_for("#standing");
    let url = browser.url();
    let reference = OrderRef::new(url.rsplit('/').next().unwrap()).unwrap();
    (browser, reference)
}

/// Reloads the page until it shows this text about the order.
async fn says(browser: &Chromium, text: &str) -> bool {
    let is_shown = async || {
        browser.reload();
        browser.text("#standing").contains(text)
    };
    eventually(is_shown).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_pays_by_a_form() {
    if !is_requested("a buyer pays by a form") {
        return;
    }
    let world = World::preferring("sepay-main").await;
    let (browser, reference) = order(&world, &Setup::phone(), "page");
    browser.assert_well_made();
    browser.picture("shop-order-form");
    browser.click("button:text-is('Pay now')");
    browser.wait_for("text=SePay");
    browser.assert_well_made();
    browser.picture("sepay-checkout");
    browser.click("label:has-text('Bank transfer (VietQR)')");
    browser.click("button:text-is('Pay')");
    assert!(browser.url().ends_with(&format!("/thanks/{reference}")), "{}", browser.url());
    assert!(says(&browser, "Paid. We are packing it.").await);
    assert!(world.is_packed_once(&reference).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_pays_by_a_link_and_returns_before_the_notification() {
    if !is_requested("a buyer pays by a link") {
        return;
    }
    let world = World::preferring("hpay-main").await;
    let (browser, reference) = order(&world, &Setup::phone().dark(), "page");
    browser.assert_well_made();
    browser.click("#pay");
    browser.wait_for("text=HPay");
    assert_eq!(browser.text(".total"), "50.000 ₫");
    browser.assert_well_made();
    browser.picture("hpay-checkout-dark");

    world.hpay.delay_notifications();
    browser.click("button:text-is('Thanh toán')");
    browser.wait_for("#standing");
    assert!(browser.url().contains(&format!("/thanks/{reference}")), "{}", browser.url());
    assert!(browser.text("#standing").contains("We are checking"), "{}", browser.text("#standing"));
    assert!(world.is_not_packed(&reference).await);
    world.hpay.release_notifications().await;
    assert!(says(&browser, "Paid. We are packing it.").await);
    browser.assert_well_made();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_scans_the_code_and_transfers_too_little_and_then_the_rest() {
    if !is_requested("a buyer pays by transfer") {
        return;
    }
    let world = World::preferring("sepay-main").await;
    let (browser, reference) = order(&world, &Setup::phone(), "transfer");
    browser.wait_for("svg");
    assert_eq!(browser.text("#amount"), "50,000 VND");
    browser.assert_well_made();
    browser.picture("shop-transfer");
    let (account, memo) = (browser.text("#account"), browser.text("#memo"));
    world.sepay.bank_transfer(&account, 20_000, &memo).await.unwrap();
    assert!(says(&browser, "30,000 VND is missing").await);
    assert_eq!(browser.text("#amount"), "30,000 VND");
    browser.picture("shop-short");
    world.sepay.bank_transfer(&account, 30_000, &memo).await.unwrap();
    assert!(says(&browser, "Paid. We are packing it.").await);
    assert_eq!(browser.count("svg"), 0, "a paid order shows nothing to scan");
    assert!(world.is_packed_once(&reference).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_is_too_late_for_the_gateways_page() {
    if !is_requested("a buyer is too late for the gateway's page") {
        return;
    }
    let world = World::preferring("hpay-main").await;
    let (browser, reference) = order(&world, &Setup::phone(), "page");
    assert!(browser.text("#until").contains("Please pay before"), "{}", browser.text("#until"));
    browser.picture("shop-order-until");
    browser.click("#pay");
    browser.wait_for("text=HPay");
    world.pass(TOO_LONG).await;
    browser.click("button:text-is('Thanh toán')");
    browser.wait_for("[role=alert]");
    browser.assert_well_made();
    browser.picture("hpay-too-late");

    assert_eq!(browser.goto(&format!("{}/orders/{reference}", world.url)), 200);
    assert!(browser.text("#over").contains("The time to pay is over."));
    assert_eq!(browser.count("#pay"), 0);
    browser.assert_well_made();
    browser.picture("shop-time-is-over");
    assert!(world.is_not_packed(&reference).await);
    assert!(world.hpay.bookings().is_empty());

    let owner = Chromium::open(&Setup::desktop().password("owner", PASSWORD));
    owner.goto(&format!("{}/admin", world.url));
    assert_eq!(owner.text("#no-cases"), "Nothing waits for you.");
    assert!(owner.text("#orders").contains("waits for its money"), "{}", owner.text("#orders"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_comes_after_the_end_is_decided_by_the_owner() {
    if !is_requested("a transfer comes after the end") {
        return;
    }
    let world = World::preferring("payos-main").await;
    let (buyer, reference) = order(&world, &Setup::phone(), "page");
    buyer.click("#pay");
    buyer.wait_for("text=payOS");
    assert_eq!(buyer.count("button[value=pay]"), 1);
    world.pass(TOO_LONG).await;
    buyer.reload();
    assert_eq!(buyer.count("button[value=pay]"), 0, "the page takes nothing after the end");
    buyer.assert_well_made();
    buyer.picture("payos-too-late");
    // The code was scanned before, and the bank does not know that the payment has an end.
    world.payos().buyer_pays(reference.as_str(), 50_000).await.unwrap();
    buyer.goto(&format!("{}/thanks/{reference}", world.url));
    assert!(says(&buyer, "Please do not pay again.").await);
    buyer.assert_well_made();
    assert!(world.is_not_packed(&reference).await);

    let owner = Chromium::open(&Setup::desktop().password("owner", PASSWORD));
    owner.goto(&format!("{}/admin", world.url));
    let case = "form.case:has(select[name=decision])";
    assert_eq!(owner.count(case), 1);
    assert!(owner.text(case).contains("late"), "{}", owner.text(case));
    let orders = owner.text("#orders");
    assert!(orders.contains("waits for a decision"), "{orders}");
    owner.assert_well_made();
    owner.picture("shop-admin-late");
    owner.fill(&format!("{case} >> input[name=who]"), "Lan");
    owner.fill(&format!("{case} >> input[name=why]"), "it is still in stock");
    owner.click(&format!("{case} >> button:text-is('Decide')"));
    assert_eq!(owner.text("#said"), "It is decided.");
    assert!(says(&buyer, "Paid. We are packing it.").await);
    assert!(world.is_packed_once(&reference).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_sees_orders_decides_a_case_pays_out_and_reconciles() {
    if !is_requested("the owner's page") {
        return;
    }
    let world = World::preferring("sepay-main").await;
    let (buyer, reference) = order(&world, &Setup::desktop(), "transfer");
    let account = buyer.text("#account");
    world.sepay.bank_transfer(&account, 50_000, "cam on shop").await.unwrap();
    world.settle().await;

    let owner = Chromium::open(&Setup::desktop().password("owner", PASSWORD));
    assert_eq!(owner.goto(&format!("{}/admin", world.url)), 200);
    // The webhook and the line of the statement are about the same money.
    let case = "form.case:has(select[name=decision])";
    assert_eq!(owner.count(case), 1);
    assert!(owner.text(case).contains("50,000 VND arrived for no known order cam on shop"));
    owner.assert_well_made();
    owner.fill(&format!("{case} >> input[name=order]"), reference.as_str());
    owner.fill(&format!("{case} >> input[name=who]"), "Lan");
    owner.fill(&format!("{case} >> input[name=why]"), "the buyer sent the receipt");
    owner.click(&format!("{case} >> button:text-is('Decide')"));
    assert_eq!(owner.text("#said"), "It is decided.");
    assert_eq!(owner.text("#no-cases"), "Nothing waits for you.");

    for (field, value) in [
        ("bank", "VCB"),
        ("account", "0011001234567"),
        ("name", "NGUYEN VAN A"),
        ("amount", "1000000"),
    ] {
        owner.fill(&format!("input[name={field}]"), value);
    }
    owner.click("button:text-is('Pay out')");
    assert!(owner.text("#said").contains("is on its way"), "{}", owner.text("#said"));
    assert!(owner.text("#payouts").contains("1,000,000 VND"), "{}", owner.text("#payouts"));

    // A statement can be compared only once its period is over.
    world.advance(Duration::from_secs(3600)).await;
    owner.select("select[name=provider]", "sepay-main");
    owner.click("button:text-is('Compare')");
    assert!(owner.text("#said").contains("Lines: 1; for a person: 0."), "{}", owner.text("#said"));
    assert!(owner.text("#orders").contains("packed"), "{}", owner.text("#orders"));
    owner.assert_well_made();
    owner.picture("shop-admin");
    owner.click("#reconciliations a");
    owner.wait_for("#rows");
    assert!(owner.text("#rows").contains("50,000 VND"), "{}", owner.text("#rows"));
    owner.assert_well_made();
    owner.picture("shop-reconciliation");

    let phone = Chromium::open(&Setup::phone().dark().password("owner", PASSWORD));
    phone.goto(&format!("{}/admin", world.url));
    phone.assert_well_made();
    phone.picture("shop-admin-phone-dark");
}
