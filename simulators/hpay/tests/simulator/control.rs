//! Notification schedules, scripted faults, and the control API over HTTP.

use axum::http::StatusCode;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use simulator_hpay::{Fault, Host, Operation, PayAs, When};

use super::merchant::{
    NotificationServer, checkout_link, fields, get, get_json, payout_request, post, send, start,
    try_post,
};

#[tokio::test]
async fn notifications_can_be_held_reordered_doubled_and_forged() {
    let hpay = start().await;
    let notifications = NotificationServer::open(StatusCode::OK).await;
    let url = notifications.url();
    for order in ["OM_1", "OM_2"] {
        get(&checkout_link(&hpay, order, "1000", &[("notify_url", &url)])).await.unwrap();
    }
    hpay.delay_notifications();
    for order in ["OM_1", "OM_2"] {
        assert!(hpay.buyer_pays(order, PayAs::Now).await.unwrap().receipts.is_empty());
    }
    assert!(notifications.received().is_empty());
    hpay.release_notifications().await;
    let orders = |received: &[String]| -> Vec<String> {
        received.iter().map(|url| fields(url)["order_code"].clone()).collect()
    };
    assert_eq!(orders(&notifications.received()), ["OM_2", "OM_1"]);

    hpay.double_notifications();
    hpay.forge_next_signature(Operation::PaymentNotification).unwrap();
    hpay.buyer_pays("OM_1", PayAs::Now).await.unwrap();
    let [_, _, first, second] = notifications.received().try_into().unwrap();
    assert_eq!(first, second);
    let forged = fields(&first);
    let code =
        hpay.codes().payment_notification(["", "OM_1", "1000", &forged["payment_id"], "1", ""]);
    assert_ne!(forged["secure_code"], code);
    assert_eq!(hpay.receipts().len(), 4);
}

#[tokio::test]
async fn a_fault_that_cannot_happen_is_refused() {
    let hpay = start().await;
    hpay.forge_next_signature(Operation::OrderInquiry).unwrap_err();
    hpay.script(Operation::CreateAccount, Fault::EchoWrongAccount).unwrap_err();
    hpay.lose_next_answer(Operation::AccountCallback, When::AfterBooking).unwrap_err();
}

#[tokio::test]
async fn another_language_can_do_the_same_over_http() {
    let hpay = start().await;
    let control = format!("{}/_control", hpay.url(Host::Openapi));
    get(&checkout_link(&hpay, "OM_1", "1000", &[])).await.unwrap();
    let announcement =
        post(&format!("{control}/pay"), &json!({ "order_code": "OM_1", "as": "held" })).await;
    assert!(announcement["return_link"].as_str().unwrap().contains("payment_type=2"));
    post(&format!("{control}/release-payment"), &json!({ "order_code": "OM_1" })).await;

    let lost = json!({
        "operation": "create_payout", "fault": "lose_answer", "when": "after_booking",
    });
    post(&format!("{control}/faults"), &lost).await;
    let create = format!("{}/api/ibft/create", hpay.url(Host::Account));
    try_post(&create, &payout_request(&hpay, "00001", "20000")).await.unwrap_err();
    let settle = json!({ "request_id": "00001", "state": "refunded" });
    post(&format!("{control}/settle"), &settle).await;
    let moved = post(&format!("{control}/advance"), &json!({ "seconds": 60 })).await;

    let state = get_json(&format!("{control}/state")).await;
    assert_eq!(state["now"], moved["now"]);
    let kinds: Vec<_> =
        state["bookings"].as_array().unwrap().iter().map(|booking| &booking["kind"]).collect();
    assert_eq!(kinds, ["held_payment", "hold_released", "payout", "payout_returned"]);
    assert_eq!(state["payouts"][0]["state"], "refunded");
    let unknown = json!({ "account": "1", "amount": 1000 });
    let refused = post(&format!("{control}/transfer"), &unknown).await;
    assert_eq!(refused["error"], "no virtual account \"1\"");
    let requests = get_json(&format!("{control}/requests")).await;
    assert_eq!(requests.as_array().unwrap().len(), 2, "control requests are not HPay's");
}

#[tokio::test]
async fn a_browser_page_cannot_control_the_gateway_by_a_plain_form() {
    let hpay = start().await;
    let request = Request::post(format!("{}/_control/advance", hpay.url(Host::Account)))
        .header("content-type", "text/plain")
        .body(Bytes::from(r#"{"seconds":60}"#))
        .unwrap();
    send(request).await.unwrap();
    assert_eq!(hpay.clock().unix_seconds(), super::merchant::NOW);
}

#[tokio::test]
async fn the_description_leads_to_everything() {
    let hpay = start().await;
    let sections = hpay.description();
    let titles: Vec<_> = sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles, ["Hosts", "Test credentials", "Endpoints", "Try"]);
    let control = format!("{}/_control", hpay.url(Host::Checkout));
    let served: Value = get_json(&format!("{control}/description")).await;
    assert_eq!(served, json!(sections));
    let credentials = get_json(&format!("{control}/credentials")).await;
    assert_eq!(credentials["passcode"], hpay.passcode());
}

#[tokio::test]
async fn what_is_logged_and_printed_has_no_secret() {
    let hpay = start().await;
    get(&checkout_link(&hpay, "OM_1", "1000", &[])).await.unwrap();
    let printed = format!("{hpay:?} {:?}", hpay.requests());
    assert!(printed.contains("/v1/checkout.php"), "{printed}");
    assert!(!printed.contains("secure_code"), "{printed}");
    for secret in hpay.secrets() {
        assert!(!printed.contains(&secret), "{printed}");
    }
}
