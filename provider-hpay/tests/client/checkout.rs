//! Links and order inquiries.

use std::time::Duration;

use payments_core::{
    Absence, ErrorKind, GatewayRef, Lookup, OrderRef, RefundRef, Result, Timestamp,
    money::{Currency, Money},
    options::ProviderOptions,
    payment::{
        Buyer, CreatePayment, NextAction, Payment, PaymentMethod, PaymentState, RefundPayment,
        Registered,
    },
};
use provider_hpay::{
    HPay,
    formulas::CHECKOUT_V1_LINK,
    options::{HPayOptions, Language, MethodGroup},
};
use provider_kit::transport::{CallClass, TransportErrorKind};
use serde::{Deserialize, Serialize};

use crate::support::{self, NOW, Script};

fn request() -> CreatePayment {
    CreatePayment::new(support::order(), Money::vnd(200_000)).unwrap()
}

async fn create(request: &CreatePayment) -> Result<Payment> {
    let script = Script::new();
    let provider = support::provider(&script);
    let created = provider.payments()?.create_payment(request).await;
    assert!(script.calls().is_empty(), "an offline create sends nothing");
    Ok(created?.accepted().expect("an offline create is accepted or an error"))
}

fn url(payment: &Payment) -> &str {
    let Some(NextAction::Redirect { url }) = payment.next.first() else {
        panic!("{:?}", payment.next)
    };
    url
}

async fn link(request: &CreatePayment) -> std::collections::BTreeMap<String, String> {
    let payment = create(request).await.unwrap();
    support::form(url(&payment).split_once('?').unwrap().1)
}

#[tokio::test]
async fn a_link_carries_what_was_asked_and_is_not_paid() {
    let buyer = Buyer::new().with_name("Nguyễn Văn A");
    let end = Timestamp::from_unix(NOW).plus(Duration::from_secs(3600));
    let request = request()
        .with_description("Hai cà phê + bánh")
        .with_buyer(buyer)
        .with_expiry(end)
        .with_cancel_url("https://shop.example/cancel")
        .unwrap();
    let payment = create(&request).await.unwrap();
    assert_eq!(
        (payment.state, payment.registered),
        (PaymentState::Open, Registered::WhenBuyerActs)
    );
    assert_eq!((payment.asked, payment.received), (Some(Money::vnd(200_000)), None));

    let (base, query) = url(&payment).split_once('?').unwrap();
    assert_eq!(base, "https://checkout-sandbox.hpay.com.vn/v1/checkout.php");
    let expected = [
        ("buyer_info", "Nguyễn Văn A"),
        ("cancel_url", "https://shop.example/cancel"),
        ("currency", "vnd"),
        ("installment", "0"),
        ("merchant_site_code", "12345"),
        ("notify_url", "https://shop.example/notify"),
        ("order_code", "DH-20260042"),
        ("order_description", "Hai cà phê + bánh"),
        ("price", "200000"),
        ("receiver", "merchant@example.com"),
        ("return_url", "https://shop.example/return"),
        // 12345|merchant@example.com|200000|vnd|DH-20260042|canary-passcode-of-the-tests
        ("secure_code", "ba80543728032a48021d77ee5cdc3731"),
        ("time_limit", "16/11/2024,15:27"),
    ];
    let query = support::form(query);
    let query: Vec<_> = query.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(query, expected);
}

#[tokio::test]
async fn the_same_request_and_clock_give_the_same_link() {
    let one = create(&request()).await.unwrap();
    assert_eq!(one, create(&request()).await.unwrap());
}

#[tokio::test]
async fn the_request_s_own_addresses_come_before_the_configuration_s() {
    let request = request()
        .with_return_url("https://shop.example/other")
        .unwrap()
        .with_notify_url("https://shop.example/hook")
        .unwrap();
    let query = link(&request).await;
    assert_eq!(query["return_url"], "https://shop.example/other");
    assert_eq!(query["notify_url"], "https://shop.example/hook");
}

#[tokio::test]
async fn without_a_return_address_nothing_is_made() {
    let mut table = support::table();
    table.remove("return_url");
    let provider = support::try_build(Script::new(), table).unwrap();
    let error = provider.payments().unwrap().create_payment(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidRequest, Some("return_url")));
}

#[tokio::test]
async fn the_end_of_a_link_is_a_whole_minute_that_has_not_passed() {
    // 14:27:41 and a bit: the minute that was begun has passed.
    for (seconds, minute) in [(79, Some("14:29")), (19, Some("14:28")), (18, None), (-1, None)] {
        let request = request().with_expiry(Timestamp::from_unix(NOW + seconds));
        let made = create(&request).await;
        match minute {
            Some(minute) => {
                let payment = made.unwrap();
                let end = payment.expires_at.unwrap().vietnam_civil("%H:%M:%S");
                assert_eq!(end, format!("{minute}:00"));
            }
            None => assert_eq!(made.unwrap_err().field(), Some("expires_at"), "{seconds} s"),
        }
    }
}

#[tokio::test]
async fn a_method_becomes_the_group_that_the_tables_support() {
    for (method, group) in [
        (PaymentMethod::DomesticCard, "BANK_ONLINE"),
        (PaymentMethod::InternetBanking, "BANK_ONLINE"),
        (PaymentMethod::Card, "CREDIT_CARD"),
        (PaymentMethod::VirtualAccount, "VA"),
    ] {
        let query = link(&request().with_method(method)).await;
        assert_eq!(query["method_group"], group, "{method:?}");
        assert!(!query.contains_key("payment_method_id"));
    }
    let query = link(&request()).await;
    assert!(!query.contains_key("method_group"), "the buyer chooses");
}

#[tokio::test]
async fn options_stand_in_the_link() {
    let options = HPayOptions::new()
        .with_transaction_info("thanh toan don hang")
        .with_sub_order("DH 42")
        .with_language(Language::English)
        .with_payment_method_id(1003)
        .with_inpage();
    let request =
        request().with_method(PaymentMethod::DomesticCard).with_options(&options).unwrap();
    let query = link(&request).await;
    for (name, value) in [
        ("transaction_info", "thanh toan don hang"),
        ("sub_order", "DH 42"),
        ("lang", "en"),
        ("payment_method_id", "1003"),
        ("installment", "0"),
        ("inpage", "1"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    assert!(!query.contains_key("method_group"), "one method says more than its group");
}

#[tokio::test]
async fn what_hpay_cannot_honour_is_refused_naming_the_field() {
    let with = |options: HPayOptions| request().with_options(&options).unwrap();
    let named =
        |order: &str| CreatePayment::new(OrderRef::new(order).unwrap(), Money::vnd(1000)).unwrap();
    let dollars = Money::from_minor(1000, Currency::USD);
    let card = request().with_method(PaymentMethod::Card);
    let of_card = |options: HPayOptions| card.clone().with_options(&options).unwrap();
    let info = |text: &str| with(HPayOptions::new().with_transaction_info(text));
    let cases: Vec<(CreatePayment, &str)> = vec![
        (CreatePayment::new(support::order(), dollars).unwrap(), "amount"),
        (named("A|B"), "order"),
        (named("A B"), "order"),
        (named("ĐH1"), "order"),
        (named(&"x".repeat(51)), "order"),
        (request().with_method(PaymentMethod::Wallet), "method"),
        (request().with_method(PaymentMethod::NapasQr), "method"),
        (request().with_method(PaymentMethod::BankTransfer), "method"),
        (request().with_description("line\nbreak"), "description"),
        (request().with_buyer(Buyer::new().with_name("A\0")), "buyer.name"),
        (info("a+b"), "options.transaction_info"),
        (info("100%"), "options.transaction_info"),
        (info("<b>"), "options.transaction_info"),
        (info(" a"), "options.transaction_info"),
        (info("a\tb"), "options.transaction_info"),
        (with(HPayOptions::new().with_sub_order("\u{7}")), "options.sub_order"),
        (with(HPayOptions::new().with_inpage()), "options.payment_method_id"),
        // Internet banking of a bank that table 1 lists as unsupported, and no method at all.
        (with(HPayOptions::new().with_payment_method_id(2401)), "options.payment_method_id"),
        (with(HPayOptions::new().with_payment_method_id(396_284)), "options.payment_method_id"),
        (with(HPayOptions::new().with_payment_method_id(1)), "options.payment_method_id"),
        (of_card(HPayOptions::new().with_payment_method_id(1003)), "options.payment_method_id"),
        (with(HPayOptions::new().with_method_group(MethodGroup::Wallet)), "options.method_group"),
        (of_card(HPayOptions::new().with_method_group(MethodGroup::Va)), "options.method_group"),
    ];
    for (request, field) in cases {
        let error = create(&request).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
        assert!(
            matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Unsupported),
            "{error:?}"
        );
    }
}

#[derive(Serialize, Deserialize)]
struct Misspelt {
    langauge: String,
}

impl ProviderOptions for Misspelt {
    const KIND: &'static str = "hpay";
}

#[tokio::test]
async fn an_option_that_is_not_known_is_refused() {
    let request = request().with_options(&Misspelt { langauge: "en".into() }).unwrap();
    let error = create(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("langauge"), "{error}");
}

#[tokio::test]
async fn an_answer_about_another_attempt_is_no_answer_about_the_one_asked_for() {
    let script = Script::new();
    for _ in 0..2 {
        script.answer(
            r#"{"error_code":"00","data":{"transaction_status":"00","order_code":"DH-20260042",
                "total_amount":"200000","transaction_id":96138500},"checksum":""}"#,
        );
    }
    let provider = support::provider(&script);
    let hpay = provider.extension::<HPay>().unwrap();
    let number = |text| GatewayRef::new(text).unwrap();
    let paid = hpay.find_transaction(&support::order(), &number("96138500")).await.unwrap();
    assert!(paid.found().unwrap().settles(Money::vnd(200_000)));
    let other = hpay.find_transaction(&support::order(), &number("96138501")).await.unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Malformed);
}

#[tokio::test]
async fn the_inquiry_is_signed_and_sent_as_a_form_or_as_json() {
    let script = Script::new();
    script.answer(r#"{"error_code":"30015","data":[],"checksum":""}"#);
    let provider = support::provider(&script);
    let found = provider.payments().unwrap().find_payment(&support::order()).await.unwrap();
    assert!(
        matches!(&found, Lookup::Absent(Absence::Inconclusive { retry_after: Some(_), .. })),
        "{found:?}"
    );
    let request = script.request();
    assert_eq!(
        request.uri(),
        "https://checkout-sandbox.hpay.com.vn/api/transaction/GetTransactionDetail"
    );
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    let form = support::form_body(&request);
    assert_eq!((&*form["merchant_id"], &*form["order_code"]), ("12345", "DH-20260042"));
    assert_eq!(script.calls()[0].class, CallClass::Inquiry);

    let script = Script::new();
    script.answer(r#"{"error_code":"30015","data":[]}"#);
    let changes =
        [("compat.order_inquiry_body", "json"), ("compat.order_inquiry_path", "/api/transaction")];
    let provider = support::provider_with(&script, &changes);
    let _ = provider.payments().unwrap().find_payment(&support::order()).await.unwrap();
    let request = script.request();
    assert_eq!(request.uri().path(), "/api/transaction");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(support::json_body(&request), form);

    // As the reference's example is: JSON under the header of a form.
    let script = Script::new();
    script.answer(r#"{"error_code":"30015","data":[]}"#);
    let provider =
        support::provider_with(&script, &[("compat.order_inquiry_body", "json-as-form")]);
    let _ = provider.payments().unwrap().find_payment(&support::order()).await.unwrap();
    let request = script.request();
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(support::json_body(&request), form);
}

#[tokio::test]
async fn a_paid_order_is_settled_for_its_exact_amount_only() {
    let script = Script::new();
    script.answer(
        r#"{"error_code":"00","data":{"token":"12353","transaction_status":"00",
            "receiver_email":"abc@gmail.com","order_code":"DH-20260042","total_amount":"200000",
            "bank_code":"123","tax_amount":0,"transaction_id":"1234"},"checksum":"123"}"#,
    );
    let provider = support::provider(&script);
    let found = provider.payments().unwrap().find_payment(&support::order()).await.unwrap();
    let payment = found.found().unwrap();
    assert!(payment.settles(Money::vnd(200_000)));
    assert!(!payment.settles(Money::vnd(199_999)));
    assert!(!payment.raw.as_bytes().is_empty());
}

#[tokio::test]
async fn a_question_without_an_answer_says_nothing_about_the_payment() {
    let answers: [(u16, &str, ErrorKind); 8] = [
        (200, "", ErrorKind::Malformed),
        (200, "<html>", ErrorKind::Malformed),
        (200, r#"{"error_code":"00"}"#, ErrorKind::Malformed),
        (302, "", ErrorKind::Malformed),
        (401, "no", ErrorKind::Permission),
        (429, "slow", ErrorKind::RateLimited),
        (502, "<html>", ErrorKind::Unavailable),
        // A good body under a bad status is a stranger's.
        (500, r#"{"error_code":"83","data":[]}"#, ErrorKind::Unavailable),
    ];
    for (status, body, kind) in answers {
        let script = Script::new();
        script.answer_with(status, body);
        let provider = support::provider(&script);
        let error = provider.payments().unwrap().find_payment(&support::order()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "HTTP {status} {body:?}: {error}");
    }
    let script = Script::new();
    script.fail(TransportErrorKind::ConnectionLost);
    let provider = support::provider(&script);
    let error = provider.payments().unwrap().find_payment(&support::order()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn what_hpay_does_not_do_is_said_and_refused() {
    let script = Script::new();
    let provider = support::provider(&script);
    let payments = provider.payments().unwrap();
    assert!(!payments.capabilities().cancel && !payments.capabilities().refund);
    let refund = RefundPayment::new(RefundRef::new("R1").unwrap(), support::order());
    let refused = [
        payments.cancel_payment(&support::order()).await.unwrap_err(),
        payments.refund_payment(&refund).await.unwrap_err(),
    ];
    assert!(refused.iter().all(|error| error.kind() == ErrorKind::Unsupported));
    assert!(script.calls().is_empty());
}

#[tokio::test]
async fn a_replaced_formula_is_used() {
    let script = Script::new();
    let template = "{passcode} {order_code} {price}";
    let provider = support::provider_with(&script, &[("formulas.checkout_v1_link", template)]);
    let made = provider.payments().unwrap().create_payment(&request()).await.unwrap();
    let payment = made.accepted().unwrap();
    // canary-passcode-of-the-tests DH-20260042 200000
    assert!(
        url(&payment).contains("secure_code=0cf7ff6e6534261e487a52af73fdbbf3"),
        "{}",
        url(&payment)
    );
    let hpay = provider.extension::<provider_hpay::HPay>().unwrap();
    assert_eq!(hpay.formulas().get(&CHECKOUT_V1_LINK).source, "this merchant's configuration");

    let provider = support::provider_with(
        &script,
        &[("formulas.checkout_v1_link", "{cancel_url}|{passcode}")],
    );
    let error = provider.payments().unwrap().create_payment(&request()).await.unwrap_err();
    assert_eq!(error.field(), Some("cancel_url"), "a field that is not sent cannot be signed");
}

#[tokio::test]
async fn the_check_refuses_what_a_link_would_be_refused_for() {
    let provider = support::provider(&Script::new());
    let payments = provider.payments().unwrap();
    let ordinary = || CreatePayment::new(support::order(), Money::vnd(50_000)).unwrap();
    assert!(payments.check(&ordinary()).is_ok());
    let framed = HPayOptions::new().with_inpage();
    let past = Timestamp::from_unix(support::NOW - 1);
    let capitals = HPayOptions::new().with_installment();
    for (request, field) in [
        (ordinary().with_options(&framed).unwrap(), "options.payment_method_id"),
        (ordinary().with_expiry(past), "expires_at"),
        (
            ordinary()
                .with_method(PaymentMethod::Card)
                .with_return_url("https://shop.example/Thanks")
                .unwrap()
                .with_options(&capitals)
                .unwrap(),
            "return_url",
        ),
    ] {
        let checked = payments.check(&request).unwrap_err();
        assert_eq!(checked.field(), Some(field), "{checked}");
        let created = payments.create_payment(&request).await.unwrap_err();
        assert_eq!(created.field(), Some(field), "{created}");
    }
}
