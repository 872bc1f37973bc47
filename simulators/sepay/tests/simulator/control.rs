//! Faults, the request log, the description, and the control API over HTTP.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json as body};
use simulator_sepay::{Host, Operation, SePaySimulator, Webhook, WebhookAuth, When};

use crate::world::{Shop, arrive, form, instruct, json, order, send, settings, start};

const BY_TRANSFER: [(&str, &str); 1] = [("payment_method", "BANK_TRANSFER")];

async fn control(sepay: &SePaySimulator, path: &str, order: Value) -> Response<Bytes> {
    let url = format!("{}/_control/{path}", sepay.url(Host::UserApi));
    let headers = [("content-type", "application/json")];
    send(Method::POST, &url, &headers, order.to_string()).await.unwrap()
}

#[tokio::test]
async fn an_answer_is_lost_before_or_after_the_instruction_was_carried_out() {
    let sepay = start(settings()).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &BY_TRANSFER)).await;

    sepay.lose_next_answer(Operation::OrderCancel, When::BeforeBooking);
    assert!(instruct(&sepay, "cancel", "DH-1").await.is_err());
    assert_eq!(order(&sepay, "DH-1").await["order_status"], "AUTHENTICATION_NOT_NEEDED");

    sepay.lose_next_answer(Operation::OrderCancel, When::AfterBooking);
    assert!(instruct(&sepay, "cancel", "DH-1").await.is_err());
    assert_eq!(order(&sepay, "DH-1").await["order_status"], "CANCELLED");
}

#[tokio::test]
async fn a_lost_answer_keeps_sepay_from_neither_booking_nor_notifying() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &[("payment_method", "CARD")])).await;
    sepay.buyer_pays("DH-1").await.unwrap();
    sepay.lose_next_answer(Operation::OrderVoid, When::AfterBooking);
    assert!(instruct(&sepay, "voidTransaction", "DH-1").await.is_err());
    assert_eq!(sepay.bookings().len(), 2);
    assert_eq!(shop.bodies()[1]["notification_type"], "TRANSACTION_VOID");
}

#[tokio::test]
async fn a_scripted_status_comes_once_with_a_foreign_body_and_does_nothing() {
    let sepay = start(settings()).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &BY_TRANSFER)).await;
    sepay.fail_next(Operation::OrderCancel, StatusCode::BAD_GATEWAY);
    let failed = instruct(&sepay, "cancel", "DH-1").await.unwrap();
    assert_eq!(failed.status(), StatusCode::BAD_GATEWAY);
    assert!(serde_json::from_slice::<Value>(failed.body()).is_err());
    assert_eq!(order(&sepay, "DH-1").await["order_status"], "AUTHENTICATION_NOT_NEEDED");
    assert_eq!(instruct(&sepay, "cancel", "DH-1").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_are_logged_and_no_secret_prints() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    sepay.add_webhook(Webhook::new(shop.at("/"), WebhookAuth::ApiKey { key: "k-3141".into() }));
    arrive(&sepay, form(sepay.settings(), "DH-1", &[])).await;
    order(&sepay, "DH-1").await;
    sepay.buyer_pays("DH-1").await.unwrap();
    sepay.bank_transfer("0900000001", 1, "x").await.unwrap();
    let log: Vec<_> = sepay
        .requests()
        .iter()
        .map(|request| (request.host, request.method.clone(), request.path.clone()))
        .collect();
    assert_eq!(
        log,
        [
            (Host::Pay, "POST".to_owned(), "/v1/checkout/init".to_owned()),
            (Host::PgApi, "GET".to_owned(), "/v1/order/detail/DH-1".to_owned()),
        ]
    );
    assert_eq!(shop.received().len(), 2);
    let printed = format!("{sepay:?} {:?}", sepay.deliveries());
    assert!(sepay.secrets().contains(&"k-3141".to_owned()));
    for secret in sepay.secrets() {
        assert!(!printed.contains(&secret));
    }
}

#[tokio::test]
async fn the_same_control_is_there_over_http() {
    let shop = Shop::open().await;
    let sepay = start(settings()).await;
    let secret = sepay.settings().webhook_secret();
    let ipn = body!({"url": shop.at("/ipn").to_string()});
    assert_eq!(control(&sepay, "ipn", ipn).await.status(), StatusCode::NO_CONTENT);
    let webhook = body!({"url": shop.at("/bank").to_string(), "hmac_secret": secret});
    assert_eq!(control(&sepay, "webhooks", webhook).await.status(), StatusCode::NO_CONTENT);

    arrive(&sepay, form(sepay.settings(), "DH-1", &[])).await;
    let paid = control(&sepay, "pay", body!({"invoice": "DH-1", "method": "CARD"})).await;
    assert_eq!(json(&paid)["deliveries"][0]["acknowledged"], true);
    let transfer = body!({
        "account": "0900000001", "amount": 50_000, "memo": "spt_123456",
        "upper_case": true, "drop_separators": true,
    });
    let transferred = json(&control(&sepay, "transfer", transfer).await);
    assert_eq!(transferred["code"], "SPT123456");
    control(&sepay, "redeliver", body!({"id": transferred["id"]})).await;
    control(&sepay, "advance", body!({"seconds": 60})).await;
    assert_eq!(shop.received().len(), 3);

    let url = format!("{}/_control/state", sepay.url(Host::Pay));
    let state = json(&send(Method::GET, &url, &[], "").await.unwrap());
    assert_eq!(state["now"], 1_700_000_060);
    assert_eq!(state["bookings"][0]["kind"], "checkout_payment");
    assert_eq!(state["bookings"][1]["code"], "SPT123456");
    assert_eq!(state["orders"][0]["status"], "CAPTURED");
    assert_eq!(state["requests"][0]["path"], "/v1/checkout/init");
    assert_eq!(state["deliveries"][2]["id"], transferred["id"]);
    for secret in sepay.secrets() {
        assert!(!state.to_string().contains(&secret));
    }
}

#[tokio::test]
async fn faults_are_scripted_over_http_too() {
    let sepay = start(settings()).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &BY_TRANSFER)).await;
    for fault in [body!(503), body!("lose_answer_before"), body!("lose_answer_after")] {
        let script = body!({"operation": "order.cancel", "fault": fault});
        assert_eq!(control(&sepay, "faults", script).await.status(), StatusCode::NO_CONTENT);
    }
    let status = instruct(&sepay, "cancel", "DH-1").await.unwrap().status();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(instruct(&sepay, "cancel", "DH-1").await.is_err());
    assert!(instruct(&sepay, "cancel", "DH-1").await.is_err());
    assert_eq!(order(&sepay, "DH-1").await["order_status"], "CANCELLED");
}

#[tokio::test]
async fn a_control_request_that_cannot_be_followed_says_why() {
    let sepay = start(settings()).await;
    for (path, order, status) in [
        ("pay", body!({"invoice": "DH-1"}), 409),
        ("pay", body!({"invoice": "DH-1", "method": "CASH"}), 422),
        ("transfer", body!({"account": "1", "amount": 1, "memo": ""}), 409),
        ("redeliver", body!({"id": 1}), 409),
        ("faults", body!({"operation": "order.refund", "fault": 500}), 422),
        ("ipn", body!({"url": "not an address"}), 422),
    ] {
        let answer = control(&sepay, path, order).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert!(json(&answer)["error"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn the_description_names_every_address_and_credential() {
    let sepay = start(settings()).await;
    let description = serde_json::to_string(&sepay.description()).unwrap();
    for (_, url) in sepay.hosts() {
        assert!(description.contains(&url), "{url}");
    }
    for shown in sepay.secrets() {
        assert!(description.contains(&shown), "{shown}");
    }
    for operation in Operation::ALL {
        assert!(description.contains(operation.name()), "{}", operation.name());
    }
}

#[tokio::test]
async fn every_described_control_path_is_there_on_every_host() {
    let sepay = start(settings()).await;
    let description = sepay.description();
    let paths = description.sections.iter().flat_map(|section| &section.rows);
    let paths: Vec<_> = paths.filter_map(|row| row.label.split_once(" /_control/")).collect();
    assert!(!paths.is_empty());
    for (method, path) in paths {
        for (_, url) in sepay.hosts() {
            let url = format!("{url}/_control/{path}");
            let answer = send(method.parse().unwrap(), &url, &[], "").await.unwrap();
            let missing = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
            assert!(!missing.contains(&answer.status()), "{method} {url}");
        }
    }
}
