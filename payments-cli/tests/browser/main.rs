//! The page of `payments sandbox` in a browser. The tests run if `BROWSER_TESTS` is set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod sandbox;

use std::net::SocketAddr;

use axum::{Router, routing::any};
use browser_tests::{Chromium, Setup, is_requested};

use sandbox::Sandbox;

/// A merchant who replies to every webhook as the gateways document it, until the test ends.
async fn merchant() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(any(|| async { r#"{"success":true}"# }));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Opens the details of the newest row of a list and presses a button in it.
fn press(page: &Chromium, kind: &str, list: &str, button: &str) {
    let row = format!("#{kind} [data-list={list}] tbody tr >> nth=0");
    if page.count(&format!("{row} >> details[open]")) == 0 {
        page.click(&format!("{row} >> summary >> nth=-1"));
    }
    page.click(&format!("{row} >> button:text-is('{button}')"));
}

/// Waits until a list of a gateway shows a text.
fn shows(page: &Chromium, kind: &str, list: &str, text: &str) {
    page.wait_for(&format!("#{kind} [data-list={list}] :text('{text}') >> visible=true"));
}

fn register(page: &Chromium, kind: &str, endpoint: &str, merchant: SocketAddr) {
    page.fill(&format!("#{kind} input[name=endpoint]"), endpoint);
    page.fill(&format!("#{kind} input[name=url]"), &format!("http://{merchant}/{endpoint}"));
    page.click(&format!("#{kind} .controls form:has(input[name=url]) button"));
    shows(page, kind, "webhooks", endpoint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_taken_on_each_gateway_and_its_delivery_appears() {
    if !is_requested("a payment on each gateway of the sandbox") {
        return;
    }
    let (sandbox, merchant) = (Sandbox::start(), merchant().await);
    let page = Chromium::open(&Setup::desktop());
    assert_eq!(page.goto(&sandbox.page), 200);
    for (kind, endpoint, pay) in
        [("sepay", "ipn", "Pay"), ("hpay", "notify", "Thanh toán"), ("payos", "webhook", "Pay")]
    {
        register(&page, kind, endpoint, merchant);
        let gateway = page.click_opens(&format!("#{kind} .start >> nth=0"));
        gateway.wait_for(".total");
        gateway.assert_well_made();
        gateway.picture(&format!("sandbox-{kind}-checkout"));
        gateway.click(&format!("button:text-is('{pay}')"));
        gateway.wait_for("text=back at the shop");
        // The list is updated without a reload.
        shows(&page, kind, "orders", "paid");
        shows(&page, kind, "deliveries", "200");
    }
    page.assert_well_made();
    page.picture("sandbox");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_can_be_pressed_and_says_what_it_did() {
    if !is_requested("every button of the sandbox") {
        return;
    }
    let (sandbox, merchant) = (Sandbox::start(), merchant().await);
    let page = Chromium::open(&Setup::desktop());
    page.goto(&sandbox.page);
    for (kind, endpoint) in [("sepay", "ipn"), ("hpay", "notify"), ("payos", "webhook")] {
        register(&page, kind, endpoint, merchant);
        for button in
            ["Fail", "Hold", "Release", "Pay short", "Pay over", "Pay", "Pay twice", "Pay late"]
        {
            page.click_opens(&format!("#{kind} .start >> nth=0")).wait_for(".total");
            // The page now has the new order, and a request that opens another one.
            page.reload();
            press(&page, kind, "orders", button);
            page.wait_for(&format!("#{kind} .said"));
        }
        shows(&page, kind, "orders", "paid");
        let again = format!("#{kind} [data-list=deliveries] tr:has-text('200') button >> nth=0");
        page.click(&again);
        page.wait_for(&format!("#{kind} .said:has-text('Done')"));
        for button in ["One hour later", "One day later", "Lose the next response, after booking"] {
            page.click(&format!("#{kind} button:text-is('{button}')"));
            page.wait_for(&format!("#{kind} .said:has-text('Done')"));
        }
        let delete = format!("#{kind} [data-list=webhooks] button:text-is('Delete') >> nth=0");
        page.click(&delete);
        page.wait_for(&format!("#{kind} .said:has-text('Done')"));
    }
    page.assert_well_made();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_works_in_vietnamese_without_scripts_on_a_phone_in_the_dark() {
    if !is_requested("the sandbox in Vietnamese without scripts") {
        return;
    }
    let sandbox = Sandbox::start();
    let page = Chromium::open(&Setup::phone().dark().without_scripts());
    page.goto(&sandbox.page);
    assert_eq!(page.text("h1"), "Payments sandbox");
    page.click("a:text-is('Tiếng Việt')");
    assert_eq!(page.text("h1"), "Môi trường thử nghiệm thanh toán");
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("vi"));
    page.goto(&sandbox.page);
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("vi"), "it is remembered");

    page.click_opens("#payos .start >> nth=0").wait_for("text=Thanh toán đơn hàng");
    page.reload();
    press(&page, "payos", "orders", "Trả thiếu");
    shows(&page, "payos", "orders", "trả thiếu");

    // A script checks the rules of accessibility.
    let page = Chromium::open(&Setup::phone().dark().language("vi-VN"));
    page.goto(&sandbox.page);
    assert_eq!(page.text("h1"), "Môi trường thử nghiệm thanh toán");
    page.assert_well_made();
    page.picture("sandbox-phone-dark-vi");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_curl_line_is_copied_and_runs_as_it_is() {
    if !is_requested("a curl line of the sandbox") {
        return;
    }
    let sandbox = Sandbox::start();
    let page = Chromium::open(&Setup::desktop());
    page.goto(&sandbox.page);
    page.click("#payos summary:has-text('Every call')");
    page.click("#payos .copy >> nth=0");
    page.wait_for("button:text-is('Copied')");
    let line = page.clipboard();
    let ran = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
    let response = String::from_utf8(ran.stdout).unwrap();
    assert!(response.contains(r#""status":"PENDING""#), "{line}: {response}");
    shows(&page, "payos", "orders", "open");
}
