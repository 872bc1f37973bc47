//! Orders: opened by a buyer, paid, reported and asked about.

use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use http::Request;
use serde_json::json;
use simulator_hpay::{BookingKind, ControlError, HPaySimulator, Host, PayAs, Settings};

use super::merchant::{
    DAY, NotificationServer, checkout_link, fields, get, order_inquiry, query, send, start,
    start_with,
};

#[tokio::test]
async fn a_link_chooses_the_language_of_its_page() {
    let hpay = start().await;
    for (order, lang, total) in [("OM_VI", "vi", "200.000 ₫"), ("OM_EN", "en", "200,000 VND")] {
        let link = checkout_link(&hpay, order, "200000", &[("lang", lang)]);
        let page = get(&link).await.unwrap();
        assert!(
            page.contains(total) && page.contains(&format!("<html lang=\"{lang}\">")),
            "{page}"
        );
    }
}

#[tokio::test]
async fn an_order_exists_once_a_buyer_opens_it_and_is_paid_once_they_pay() {
    let hpay = start().await;
    let notifications = NotificationServer::open(StatusCode::OK).await;
    let notify_url = format!("{}/ipn?shop=7", notifications.url());
    let more = [("notify_url", notify_url.as_str()), ("transaction_info", "thanh toan don hang")];
    let link = checkout_link(&hpay, "OM_1", "200000", &more);

    assert_eq!(order_inquiry(&hpay, "OM_1").await["error_code"], "30015");
    assert!(get(&link).await.unwrap().contains("200.000 ₫"));
    assert_eq!(order_inquiry(&hpay, "OM_1").await["data"]["transaction_status"], "02");
    assert!(hpay.bookings().is_empty());

    let announcement = hpay.buyer_pays("OM_1", PayAs::Now).await.unwrap();
    let received = fields(&notifications.received()[0]);
    assert_eq!(received["shop"], "7");
    assert_eq!(received["payment_type"], "1");
    assert_eq!(received["card_number"], "400000xxxxxx1091");
    let code = hpay.codes().payment_notification([
        "thanh toan don hang",
        "OM_1",
        "200000",
        &received["payment_id"],
        "1",
        "",
    ]);
    assert_eq!(received["secure_code"], code);
    let mut returned = fields(announcement.return_link.as_deref().unwrap());
    returned.insert("shop".to_owned(), "7".to_owned());
    assert_eq!(returned, received, "both routes carry the same fields");

    let answer = order_inquiry(&hpay, "OM_1").await;
    assert_eq!(answer["error_code"], "00");
    assert_eq!(answer["data"]["transaction_status"], "00");
    assert_eq!(answer["data"]["total_amount"], "200000");
    assert_eq!(answer["data"]["transaction_id"], received["payment_id"].as_str());
    let [booking] = hpay.bookings().try_into().unwrap();
    assert_eq!((booking.kind, booking.amount), (BookingKind::Payment, 200_000));
    assert_eq!(booking.reference, "OM_1");
}

#[tokio::test]
async fn a_link_with_a_wrong_code_opens_nothing() {
    let hpay = start().await;
    let link = checkout_link(&hpay, "OM_1", "200000", &[]).replace("price=200000", "price=20000");
    assert!(get(&link).await.unwrap().contains("30014"));
    assert!(hpay.orders().is_empty());
    let unknown = ControlError::UnknownOrder("OM_1".to_owned());
    assert_eq!(hpay.buyer_pays("OM_1", PayAs::Now).await.unwrap_err(), unknown);
}

#[tokio::test]
async fn a_link_is_refused_by_the_code_of_what_is_wrong() {
    let hpay = start().await;
    for (name, value, code) in [
        ("return_url", "", "03"),
        ("return_url", "shop", "121"),
        ("cancel_url", "shop", "122"),
        ("time_limit", "tomorrow", "128"),
        ("time_limit", "15/11/2024,10:00", "128"),
        ("payment_method_id", "396284", "134"),
        ("method_group", "WALLET", "134"),
        ("inpage", "1", "03"),
    ] {
        let link = checkout_link(&hpay, "OM_1", "200000", &[(name, value)]);
        let page = get(&link).await.unwrap();
        assert!(page.contains(&format!("<strong>{code}</strong>")), "{name}={value}: {page}");
    }
    let free = checkout_link(&hpay, "OM_1", "0", &[]);
    assert!(get(&free).await.unwrap().contains("<strong>11</strong>"));
    assert!(hpay.orders().is_empty());
}

#[tokio::test]
async fn held_money_is_the_merchants_once_it_is_released() {
    let hpay = start().await;
    let before = hpay.balance();
    get(&checkout_link(&hpay, "OM_1", "200000", &[])).await.unwrap();
    let announcement = hpay.buyer_pays("OM_1", PayAs::Held).await.unwrap();
    assert_eq!(fields(&announcement.return_link.unwrap())["payment_type"], "2");
    assert_eq!(order_inquiry(&hpay, "OM_1").await["data"]["transaction_status"], "01");
    assert_eq!(hpay.balance(), before);

    hpay.release_payment("OM_1").unwrap();
    assert_eq!(order_inquiry(&hpay, "OM_1").await["data"]["transaction_status"], "00");
    assert_eq!(hpay.balance(), before + 200_000);
}

#[tokio::test]
async fn a_failed_attempt_is_signed_and_books_nothing() {
    let hpay = start().await;
    get(&checkout_link(&hpay, "OM_1", "200000", &[])).await.unwrap();
    let announcement = hpay.buyer_pays("OM_1", PayAs::Failed).await.unwrap();
    let sent = fields(&announcement.return_link.unwrap());
    let error = "Giao dịch thất bại";
    let code =
        hpay.codes().payment_notification(["", "OM_1", "200000", &sent["payment_id"], "1", error]);
    assert_eq!((sent["error_text"].as_str(), &sent["secure_code"]), (error, &code));
    assert!(hpay.bookings().is_empty());
    assert_eq!(order_inquiry(&hpay, "OM_1").await["data"]["transaction_status"], "02");
}

#[tokio::test]
async fn paying_twice_is_two_payments() {
    let hpay = start().await;
    let link = checkout_link(&hpay, "OM_1", "200000", &[]);
    for _ in 0..2 {
        get(&link).await.unwrap();
        hpay.buyer_pays("OM_1", PayAs::Now).await.unwrap();
    }
    let ids: Vec<_> = hpay.bookings().iter().map(|booking| booking.transaction_id).collect();
    assert_eq!(ids, [96_138_500, 96_138_501]);
}

#[tokio::test]
async fn an_order_cannot_be_paid_after_its_limit_nor_asked_about_after_seven_days() {
    let hpay = start().await;
    get(&checkout_link(&hpay, "OM_1", "1000", &[("time_limit", "16/11/2024,15:00")]))
        .await
        .unwrap();
    hpay.advance(Duration::from_secs(3600));
    let expired = ControlError::OrderExpired("OM_1".to_owned());
    assert_eq!(hpay.buyer_pays("OM_1", PayAs::Now).await.unwrap_err(), expired);
    hpay.advance(6 * DAY);
    assert_eq!(order_inquiry(&hpay, "OM_1").await["error_code"], "00");
    hpay.advance(DAY);
    assert_eq!(order_inquiry(&hpay, "OM_1").await["error_code"], "30015");
}

#[tokio::test]
async fn an_inquiry_is_refused_by_the_code_of_what_is_missing() {
    let hpay = start().await;
    let url = format!("{}/api/transaction", hpay.url(Host::Checkout));
    let good = hpay.codes().order_inquiry(Some("OM_1"), None);
    for (merchant_id, order_code, checksum, code) in [
        ("", "OM_1", good.as_str(), "30010"),
        ("12345", "", &good, "30011"),
        ("12345", "OM_1", "", "30012"),
        ("54321", "OM_1", &good, "30013"),
        ("12345", "OM_2", &good, "30014"),
        ("12345", "OM_1", &good, "30015"),
    ] {
        let form = query(&[
            ("merchant_id", merchant_id),
            ("order_code", order_code),
            ("checksum", checksum),
        ]);
        let json = json!({
            "merchant_id": merchant_id, "order_code": order_code, "checksum": checksum,
        });
        for body in [form, json.to_string()] {
            let request = Request::post(&url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Bytes::from(body))
                .unwrap();
            let answer = send(request).await.unwrap();
            let expected = json!({ "error_code": code, "data": [], "checksum": "" });
            assert_eq!(serde_json::from_str::<serde_json::Value>(&answer).unwrap(), expected);
        }
    }
    assert!(get(&url).await.unwrap().contains(r#""error_code":"01""#));
}

#[tokio::test]
async fn a_button_of_the_page_pays_and_sends_the_browser_back() {
    let hpay = start().await;
    get(&checkout_link(&hpay, "OM_1", "200000", &[])).await.unwrap();
    let token = &hpay.orders()[0].token;
    let request = Request::post(format!("{}/_buyer/{token}", hpay.url(Host::Checkout)))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from("as=now"))
        .unwrap();
    send(request).await.unwrap();
    assert_eq!(hpay.bookings().len(), 1);
    assert!(hpay.return_link("OM_1").unwrap().starts_with("http://127.0.0.1:1/back?"));
}

/// A link to the older page, signed over its eighteen fields.
fn older_link(hpay: &HPaySimulator, method_id: &str, more: &[(&str, &str)]) -> String {
    let return_url = "http://127.0.0.1:1/back";
    let hashed = [
        ("receiver", hpay.merchant_email()),
        ("transaction_info", ""),
        ("order_code", "OM_1"),
        ("price", "200000"),
        ("currency", "vnd"),
        ("quantity", "1"),
        ("tax", "0"),
        ("discount", "0"),
        ("fee_cal", "0"),
        ("fee_shipping", "0"),
        ("order_description", ""),
        ("buyer_info", ""),
        ("affiliate_code", ""),
        ("installment", "1"),
        ("inpage", "0"),
        ("payment_method_id", method_id),
    ];
    let code = hpay.codes().legacy_link(return_url, hashed.map(|(_, value)| value));
    let mut pairs = vec![
        ("merchant_site_code", hpay.merchant_id()),
        ("return_url", return_url),
        ("secure_code", &code),
    ];
    pairs.extend(hashed);
    pairs.extend_from_slice(more);
    format!("{}/checkout.php?{}", hpay.url(Host::Checkout), query(&pairs))
}

#[tokio::test]
async fn the_older_page_checks_eighteen_fields_and_pays_instalments_by_card_only() {
    let hpay = start().await;
    let visa = older_link(&hpay, "1095", &[]);
    assert!(get(&visa).await.unwrap().contains("Trả góp"));
    let changed = visa.replace("installment=1", "installment=0");
    assert!(get(&changed).await.unwrap().contains("<strong>30014</strong>"));
    let domestic = older_link(&hpay, "1003", &[]);
    assert!(get(&domestic).await.unwrap().contains("<strong>140</strong>"));
    let newer_code = checkout_link(&hpay, "OM_2", "200000", &[("installment", "1")]);
    let on_the_older_page = newer_code.replace("/v1/checkout.php", "/checkout.php");
    assert!(get(&on_the_older_page).await.unwrap().contains("<strong>30014</strong>"));
    assert_eq!(hpay.orders().len(), 1);
}

#[tokio::test]
async fn a_token_that_was_never_made_pays_nothing_and_is_not_revoked() {
    let hpay = start().await;
    for more in [("cyber_token", "482CB2C6"), ("token", "9704005990670018")] {
        let link = checkout_link(&hpay, "OM_1", "1000", &[more, ("token_type", "2")]);
        let code = if more.0 == "token" { "29" } else { "03" };
        let page = get(&link).await.unwrap();
        assert!(page.contains(&format!("<strong>{code}</strong>")), "{more:?}: {page}");
    }
    let email = hpay.merchant_email();
    let code = hpay.codes().token_revocation(email, "BIDV", "9704005990670018");
    let pairs = [
        ("merchant_id", hpay.merchant_id()),
        ("receive_email", email),
        ("bank_code", "BIDV"),
        ("bank_token", "9704005990670018"),
        ("return_url", "http://127.0.0.1:1/cards"),
        ("secure_code", &code),
    ];
    let link = format!("{}/revoke_token.php?{}", hpay.url(Host::Checkout), query(&pairs));
    assert!(get(&link).await.unwrap().contains("<strong>29</strong>"));
    let forged = link.replace("BIDV", "ABB");
    assert!(get(&forged).await.unwrap().contains("<strong>30014</strong>"));
    let unknown = ControlError::UnknownCard("9704005990670018".to_owned());
    assert_eq!(hpay.buyer_removes_card("9704005990670018").await.unwrap_err(), unknown);
}

#[tokio::test]
async fn a_notification_is_repeated_until_the_merchant_answers_200() {
    for (tries, status, times) in
        [(3, StatusCode::OK, 1), (3, StatusCode::BAD_GATEWAY, 3), (1, StatusCode::BAD_GATEWAY, 1)]
    {
        let hpay = start_with(Settings::test().with_notification_tries(tries)).await;
        let notifications = NotificationServer::open(status).await;
        let notify_url = format!("{}/ipn", notifications.url());
        get(&checkout_link(&hpay, "OM_1", "200000", &[("notify_url", &notify_url)])).await.unwrap();
        let announcement = hpay.buyer_pays("OM_1", PayAs::Now).await.unwrap();
        assert_eq!(
            (announcement.receipts.len(), notifications.received().len()),
            (times, times),
            "{tries} {status}"
        );
        let first = &notifications.received()[0];
        assert!(
            notifications.received().iter().all(|received| received == first),
            "{:?}",
            notifications.received()
        );
        assert_eq!(hpay.bookings().len(), 1, "a repeated notification is no second booking");
    }
}

#[tokio::test]
async fn tax_shipping_and_discount_of_a_legacy_link_are_part_of_what_is_paid() {
    let hpay = start().await;
    for (number, extra, total) in [
        (1, [("tax", "20000"), ("discount", "5000"), ("fee_shipping", "15000")], Some("230000")),
        (2, [("tax", "0"), ("discount", "0"), ("fee_shipping", "0")], Some("200000")),
        (3, [("tax", "0"), ("discount", "200000"), ("fee_shipping", "0")], None),
        (4, [("tax", "-1"), ("discount", "0"), ("fee_shipping", "0")], None),
    ] {
        let order = format!("OM_{number}");
        let page = get(&legacy_link(&hpay, &order, &extra)).await.unwrap();
        let Some(total) = total else {
            assert!(page.contains("<strong>11</strong>"), "{extra:?}: {page}");
            continue;
        };
        hpay.buyer_pays(&order, PayAs::Now).await.unwrap();
        let found = order_inquiry(&hpay, &order).await["data"].take();
        assert_eq!(found["total_amount"], total, "{extra:?}");
        let asked = extra.map(|(_, amount)| amount.parse::<i64>().unwrap());
        let told = ["tax_amount", "discount_amount", "fee_shipping"]
            .map(|name| found[name].as_i64().unwrap());
        assert_eq!(told, asked);
        let booking = hpay.bookings().pop().unwrap();
        assert_eq!(booking.amount.to_string(), total);
    }
}

/// A link to `/checkout.php` for 200,000 đồng, signed as HPay's libraries sign it.
fn legacy_link(hpay: &HPaySimulator, order_code: &str, extra: &[(&str, &str)]) -> String {
    let value = |name: &str| match name {
        "receiver" => hpay.merchant_email(),
        "order_code" => order_code,
        "price" => "200000",
        "currency" => "vnd",
        "quantity" => "1",
        "installment" | "inpage" | "payment_method_id" | "fee_cal" => "0",
        name => extra.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value),
    };
    let names = [
        "receiver",
        "transaction_info",
        "order_code",
        "price",
        "currency",
        "quantity",
        "tax",
        "discount",
        "fee_cal",
        "fee_shipping",
        "order_description",
        "buyer_info",
        "affiliate_code",
        "installment",
        "inpage",
        "payment_method_id",
    ];
    let return_url = "http://127.0.0.1:1/back";
    let code = hpay.codes().legacy_link(return_url, names.map(value));
    let mut pairs = vec![
        ("merchant_site_code", hpay.merchant_id()),
        ("return_url", return_url),
        ("secure_code", code.as_str()),
    ];
    pairs.extend(names.map(|name| (name, value(name))));
    format!("{}/checkout.php?{}", hpay.url(Host::Checkout), query(&pairs))
}
