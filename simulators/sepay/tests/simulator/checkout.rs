//! Orders: from the form to the notification and back by the order API.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;
use simulator_sepay::{BookingKind, Host, PaymentMethod, Refused};

use crate::world::{
    Shop, arrive, form, instruct, json, order, orders, send, settings, start, text,
};

const BY_TRANSFER: [(&str, &str); 1] = [("payment_method", "BANK_TRANSFER")];
const BY_CARD: [(&str, &str); 1] = [("payment_method", "CARD")];

#[tokio::test]
async fn an_order_exists_once_the_buyer_arrives_and_is_paid_once_they_pay() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;

    let absent = orders(&sepay, Method::GET, "/v1/order/detail/DH-1", "").await.unwrap();
    assert_eq!(absent.status(), StatusCode::NOT_FOUND);
    assert!(json(&absent)["message"].is_string());

    let fields = [("customer_id", "KH-7"), BY_TRANSFER[0]];
    let page = arrive(&sepay, form(sepay.settings(), "DH-1", &fields)).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(text(&page).contains("DH-1"));
    let open = order(&sepay, "DH-1").await;
    assert_eq!(open["order_status"], "AUTHENTICATION_NOT_NEEDED");
    assert_eq!(open["transactions"], Value::Array(Vec::new()));
    assert!(sepay.bookings().is_empty());

    let sent = sepay.buyer_pays("DH-1").await.unwrap();
    assert!(sent.iter().all(|delivered| delivered.acknowledged), "{sent:?}");

    let paid = order(&sepay, "DH-1").await;
    assert_eq!(paid["order_status"], "CAPTURED");
    assert_eq!(paid["order_amount"], "300000.00");
    assert_eq!(paid["customer_id"], "KH-7");
    assert_eq!(paid["transactions"][0]["transaction_amount"], "300000");
    assert_eq!(paid["transactions"][0]["transaction_status"], "APPROVED");
    assert_eq!(paid["transactions"][0]["card_number"], Value::Null);
    let bookings = sepay.bookings();
    assert_eq!(bookings.len(), 1);
    assert_eq!(bookings[0].kind, BookingKind::CheckoutPayment);
    assert_eq!((bookings[0].reference.as_str(), bookings[0].amount), ("DH-1", 300_000));

    // The order id that SePay gave finds the same order.
    let order_id = paid["order_id"].as_str().unwrap();
    assert_eq!(order(&sepay, order_id).await, paid);
}

#[tokio::test]
async fn the_notification_of_a_transfer_has_the_documented_fields_and_the_secret() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &BY_TRANSFER)).await;
    sepay.buyer_pays("DH-1").await.unwrap();

    let (headers, _) = shop.received().remove(0);
    assert_eq!(headers["x-secret-key"], sepay.settings().ipn_secret().unwrap());
    assert_eq!(headers["content-type"], "application/json");
    let mut ipn = shop.bodies().remove(0);
    for made_up in ["id", "order_id"] {
        assert!(ipn["order"][made_up].take().is_string());
    }
    for made_up in ["id", "transaction_id"] {
        assert!(ipn["transaction"][made_up].take().is_string());
    }
    let expected = serde_json::json!({
        "timestamp": 1_700_000_000,
        "notification_type": "ORDER_PAID",
        "order": {
            "id": null,
            "order_id": null,
            "order_status": "CAPTURED",
            "order_currency": "VND",
            "order_amount": "300000.00",
            "order_invoice_number": "DH-1",
            "custom_data": [],
            "user_agent": "",
            "ip_address": "127.0.0.1",
            "order_description": "Thanh toán đơn hàng",
        },
        "transaction": {
            "id": null,
            "payment_method": "BANK_TRANSFER",
            "transaction_id": null,
            "transaction_type": "PAYMENT",
            "transaction_date": "2023-11-15 05:13:20",
            "transaction_status": "APPROVED",
            "transaction_amount": "300000",
            "transaction_currency": "VND",
            "authentication_status": "AUTHENTICATION_SUCCESSFUL",
            "card_number": null,
            "card_holder_name": null,
            "card_expiry": null,
            "card_funding_method": null,
            "card_brand": null,
        },
        "customer": null,
        "agreement": null,
    });
    assert_eq!(ipn, expected);
}

#[tokio::test]
async fn an_ipn_carries_no_secret_where_the_dashboard_says_so() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn")).with_ipn_secret(None)).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &[])).await;
    sepay.buyer_pays("DH-1").await.unwrap();
    assert!(!shop.received()[0].0.contains_key("x-secret-key"));
}

#[tokio::test]
async fn a_card_payment_is_masked_and_can_be_voided_until_it_settles() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    for invoice in ["DH-1", "DH-2"] {
        arrive(&sepay, form(sepay.settings(), invoice, &BY_CARD)).await;
        let unpaid = instruct(&sepay, "voidTransaction", invoice).await.unwrap();
        assert_eq!(unpaid.status(), StatusCode::UNPROCESSABLE_ENTITY);
        sepay.buyer_pays(invoice).await.unwrap();
    }
    let paid = order(&sepay, "DH-1").await;
    assert_eq!(paid["transactions"][0]["card_number"], "512345xxxxxx0008");
    assert_eq!(paid["transactions"][0]["card_expiry"], "1230");
    assert_eq!(shop.bodies()[0]["transaction"]["card_expiry"], "12/30");

    let voided = instruct(&sepay, "voidTransaction", "DH-1").await.unwrap();
    assert_eq!(voided.status(), StatusCode::OK);
    assert_eq!(json(&voided)["message"], "Đã hủy giao dịch thành công");
    assert_eq!(order(&sepay, "DH-1").await["order_status"], "CANCELLED");
    assert_eq!(shop.bodies()[2]["notification_type"], "TRANSACTION_VOID");
    assert_eq!(shop.bodies()[2]["transaction"]["id"], shop.bodies()[0]["transaction"]["id"]);
    let kinds: Vec<_> = sepay.bookings().iter().map(|booking| booking.kind).collect();
    let payment = BookingKind::CheckoutPayment;
    assert_eq!(kinds, [payment, payment, BookingKind::Void]);

    let again = instruct(&sepay, "voidTransaction", "DH-1").await.unwrap();
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);

    sepay.advance(Duration::from_secs(24 * 60 * 60));
    let late = instruct(&sepay, "voidTransaction", "DH-2").await.unwrap();
    assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(order(&sepay, "DH-2").await["order_status"], "CAPTURED");
}

#[tokio::test]
async fn only_unpaid_orders_by_transfer_can_be_cancelled() {
    let sepay = start(settings()).await;
    for (invoice, fields) in
        [("OPEN", &BY_TRANSFER[..]), ("PAID", &BY_TRANSFER), ("CARD", &BY_CARD), ("ANY", &[])]
    {
        arrive(&sepay, form(sepay.settings(), invoice, fields)).await;
    }
    sepay.buyer_pays("PAID").await.unwrap();

    let order_id = order(&sepay, "OPEN").await["order_id"].as_str().unwrap().to_owned();
    let misnamed = instruct(&sepay, "cancel", &order_id).await.unwrap();
    assert_eq!(misnamed.status(), StatusCode::NOT_FOUND);
    let done = instruct(&sepay, "cancel", "OPEN").await.unwrap();
    assert_eq!(done.status(), StatusCode::OK);
    assert_eq!(json(&done)["message"], "Đã hủy đơn hàng thành công");
    assert_eq!(order(&sepay, "OPEN").await["order_status"], "CANCELLED");
    for (invoice, status) in
        [("OPEN", 422), ("PAID", 422), ("CARD", 422), ("ANY", 422), ("UNKNOWN", 404), ("", 422)]
    {
        let refused = instruct(&sepay, "cancel", invoice).await.unwrap();
        assert_eq!(refused.status().as_u16(), status, "{invoice}");
    }
    let paid = sepay.buyer_pays("OPEN").await.unwrap_err();
    assert!(matches!(paid, Refused::NotPayable { status: "CANCELLED", .. }), "{paid}");
}

#[tokio::test]
async fn a_form_that_was_tampered_with_is_refused_in_vietnamese_and_opens_nothing() {
    let sepay = start(settings()).await;
    let good = form(sepay.settings(), "DH-1", &[]);
    for bad in [
        good.replace("300000", "3000"),
        good.replace("DH-1", "DH-2"),
        format!("{good}&customer_id=KH-7"),
        good.split("&signature").next().unwrap().to_owned(),
        form(&settings().with_merchant(sepay.settings().merchant_id(), "other"), "DH-1", &[]),
        form(&settings().with_merchant(sepay.settings().merchant_id(), ""), "DH-1", &[]),
        String::new(),
    ] {
        let answer = arrive(&sepay, bad.clone()).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{bad}");
        assert!(text(&answer).contains("không hợp lệ"), "{bad}");
    }
    let list = json(&orders(&sepay, Method::GET, "/v1/order", "").await.unwrap());
    assert_eq!(list["meta"]["total"], 0);
}

#[tokio::test]
async fn an_invoice_number_is_taken_once() {
    let sepay = start(settings()).await;
    let first = arrive(&sepay, form(sepay.settings(), "DH-1", &[])).await;
    assert_eq!(first.status(), StatusCode::OK);
    let second = arrive(&sepay, form(sepay.settings(), "DH-1", &BY_CARD)).await;
    assert_eq!(second.status(), StatusCode::BAD_REQUEST);
    assert!(text(&second).contains("order_invoice_number"));
}

#[tokio::test]
async fn the_buyer_pays_by_the_method_that_the_form_leaves_open() {
    let sepay = start(settings()).await;
    arrive(&sepay, form(sepay.settings(), "ANY", &[])).await;
    arrive(&sepay, form(sepay.settings(), "CARD", &BY_CARD)).await;
    let other = sepay.buyer_pays_by("CARD", PaymentMethod::NapasBankTransfer).await.unwrap_err();
    assert_eq!(other, Refused::OtherMethod("CARD".to_owned()));
    sepay.buyer_pays_by("ANY", PaymentMethod::NapasBankTransfer).await.unwrap();
    let paid = order(&sepay, "ANY").await;
    assert_eq!(paid["transactions"][0]["payment_method"], "NAPAS_BANK_TRANSFER");
}

#[tokio::test]
async fn a_declined_card_leaves_the_order_open_to_another_attempt() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    arrive(&sepay, form(sepay.settings(), "DH-1", &BY_CARD)).await;
    sepay.buyer_fails("DH-1").unwrap();
    let declined = order(&sepay, "DH-1").await;
    assert_eq!(declined["order_status"], "AUTHENTICATION_NOT_NEEDED");
    assert_eq!(declined["transactions"][0]["transaction_status"], "DECLINED");
    assert!(sepay.bookings().is_empty() && shop.received().is_empty());
    sepay.buyer_pays("DH-1").await.unwrap();
    assert_eq!(order(&sepay, "DH-1").await["order_status"], "CAPTURED");
}

#[tokio::test]
async fn an_agreement_is_paid_again_as_an_order_of_its_own() {
    let shop = Shop::open().await;
    let sepay = start(settings().with_ipn_url(shop.at("/ipn"))).await;
    let agreement = [
        ("payment_method", "CARD"),
        ("agreement_id", "AGR-1"),
        ("agreement_payment_frequency", "MONTHLY"),
    ];
    arrive(&sepay, form(sepay.settings(), "SUB", &agreement)).await;
    arrive(&sepay, form(sepay.settings(), "ONCE", &BY_CARD)).await;
    let unpaid = sepay.agreement_renews("SUB").await.unwrap_err();
    assert_eq!(unpaid, Refused::NoAgreement("SUB".to_owned()));
    sepay.buyer_pays("SUB").await.unwrap();
    sepay.buyer_pays("ONCE").await.unwrap();
    assert!(sepay.agreement_renews("ONCE").await.is_err());

    sepay.agreement_renews("SUB").await.unwrap();
    sepay.agreement_renews("SUB").await.unwrap();
    let bodies = shop.bodies();
    assert_eq!(bodies[0]["agreement"]["id"], "AGR-1");
    assert_eq!(bodies[1]["agreement"], Value::Null);
    for (ipn, invoice) in [(&bodies[2], "SUB-R1"), (&bodies[3], "SUB-R2")] {
        assert_eq!(ipn["notification_type"], "RENEWAL_ORDER_PAID");
        assert_eq!(ipn["order"]["order_invoice_number"], invoice);
        assert_eq!(ipn["agreement"]["payment_frequency"], "MONTHLY");
        assert_eq!(order(&sepay, invoice).await["order_status"], "CAPTURED");
    }
    assert_eq!(sepay.bookings().len(), 4);
}

#[tokio::test]
async fn the_buttons_of_the_page_lead_back_to_the_shop() {
    let sepay = start(settings()).await;
    let addresses = [
        ("success_url", "https://shop.example/ok?r=1&o=2"),
        ("error_url", "https://shop.example/error"),
        ("cancel_url", "https://shop.example/cancel"),
    ];
    let page = arrive(&sepay, form(sepay.settings(), "DH-1", &addresses)).await;
    for (button, address) in
        [("leave", addresses[2].1), ("fail", addresses[1].1), ("pay", addresses[0].1)]
    {
        let action = text(&page).split('"').find(|part| part.ends_with(button)).unwrap();
        let url = format!("{}{action}", sepay.url(Host::Pay));
        let answer = send(Method::POST, &url, &[], "payment_method=BANK_TRANSFER").await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()["location"], address);
    }
    assert_eq!(order(&sepay, "DH-1").await["order_status"], "CAPTURED");
}

#[tokio::test]
async fn lists_are_paged_and_filtered_newest_first() {
    let sepay = start(settings()).await;
    for number in 1..=5 {
        let invoice = format!("DH-{number}");
        arrive(&sepay, form(sepay.settings(), &invoice, &BY_TRANSFER)).await;
    }
    sepay.buyer_pays("DH-4").await.unwrap();
    let list = async |query: &str| {
        json(&orders(&sepay, Method::GET, &format!("/v1/order?{query}"), "").await.unwrap())
    };
    let page = list("per_page=2&page=2").await;
    assert_eq!(page["data"][0]["order_invoice_number"], "DH-3");
    assert!(page["data"][0].get("transactions").is_none());
    assert_eq!(
        page["meta"],
        serde_json::json!({
            "per_page": 2, "total": 5, "has_more": true, "current_page": 2, "page_count": 3
        })
    );
    assert_eq!(list("order_status=CAPTURED").await["data"][0]["order_invoice_number"], "DH-4");
    assert_eq!(list("q=dh-2").await["meta"]["total"], 1);
    for oldest_first in ["sort=created_at:asc", "sort%5Bcreated_at%5D=asc"] {
        assert_eq!(list(oldest_first).await["data"][0]["order_invoice_number"], "DH-1");
    }
    for nothing in
        ["to_created_at=2023-11-14", "end_created_at=2023-11-14", "created_at=2023-11-14"]
    {
        assert_eq!(list(nothing).await["meta"]["total"], 0, "{nothing}");
    }
    let refused = orders(&sepay, Method::GET, "/v1/order?per_page=101", "").await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_order_api_knows_its_merchant() {
    let sepay = start(settings()).await;
    let url = format!("{}/v1/order", sepay.url(Host::PgApi));
    for headers in [&[][..], &[("authorization", "Basic eDp5")], &[("authorization", "Bearer x")]] {
        let answer = send(Method::GET, &url, headers, "").await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert!(json(&answer)["message"].is_string());
    }
    let not_json = orders(&sepay, Method::POST, "/v1/order/cancel", "{").await.unwrap();
    assert_eq!(not_json.status(), StatusCode::BAD_REQUEST);
    // The form belongs to the other host.
    let misplaced = orders(&sepay, Method::POST, "/v1/checkout/init", "").await.unwrap();
    assert_eq!(misplaced.status(), StatusCode::NOT_FOUND);
}
