//! Deliveries in, verdicts out, and what an inquiry says about them.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use payments_core::{
    EndpointName, OrderRef, Provider, Secret, Timestamp,
    money::Money,
    notification::{
        Confirmation, Delivery, Event, EventData, Evidence, Notification, Outcome, Received,
        UntrustedReason,
    },
    payment::PaymentState,
};
use provider_hpay::{
    endpoints::{NOTIFY, RETURN, VA_CALLBACK},
    testing::Deliveries,
};

use crate::support::{self, NOW, PASSCODE, Script};

fn deliveries() -> Deliveries {
    Deliveries::new("12345", Secret::new(PASSCODE).unwrap())
}

fn name(endpoint: &str) -> EndpointName {
    EndpointName::new(endpoint).unwrap()
}

fn receive(provider: &Provider, endpoint: &str, request: &Request<Bytes>) -> Received {
    let delivery = Delivery::of(request);
    let now = Timestamp::from_unix(NOW);
    provider.notifications().unwrap().receive(&name(endpoint), &delivery, now)
}

fn trusted(endpoint: &str, request: &Request<Bytes>) -> Notification {
    match receive(&support::provider(&Script::new()), endpoint, request) {
        Received::Notification(notification) => notification,
        other => panic!("{other:?}"),
    }
}

fn untrusted(endpoint: &str, request: &Request<Bytes>) -> UntrustedReason {
    match receive(&support::provider(&Script::new()), endpoint, request) {
        Received::Untrusted(untrusted) => untrusted.reason,
        other => panic!("{other:?}"),
    }
}

/// The request with another query.
fn changed(request: &Request<Bytes>, change: impl FnOnce(&str) -> String) -> Request<Bytes> {
    let query = change(request.uri().query().unwrap());
    Request::get(format!("{}?{query}", request.uri().path())).body(Bytes::new()).unwrap()
}

fn paid() -> Request<Bytes> {
    deliveries().payment(&support::order(), Money::vnd(200_000)).notify("/notify").unwrap()
}

/// A payment at this price as HPay may write it, signed.
fn paid_at(price: &str) -> Request<Bytes> {
    deliveries()
        .payment(&support::order(), Money::vnd(200_000))
        .with_written_price(price)
        .notify("/notify")
        .unwrap()
}

fn credit() -> Request<Bytes> {
    deliveries()
        .credit("28275709", "9631241000000000178", Money::vnd(30_000))
        .with_remark("DH 42")
        .callback("/va/callback")
        .unwrap()
}

fn payment(event: &Event) -> &payments_core::payment::Payment {
    match event.data() {
        EventData::Payment(payment) => payment,
        other => panic!("{other:?}"),
    }
}

fn movement(event: &Event) -> &payments_core::Movement {
    match event.data() {
        EventData::Movement(movement) => movement,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_payment_is_proven_by_its_code_and_settles_its_exact_amount() {
    let notification = trusted(NOTIFY, &paid());
    let [event] = notification.events() else { panic!("{:?}", notification.events()) };
    assert_eq!(event.evidence(), &Evidence::Proven);
    let payment = payment(event);
    assert_eq!(payment.order, support::order());
    assert!(payment.settles(Money::vnd(200_000)) && !payment.settles(Money::vnd(200_001)));
    for field in ["order_code", "price", "payment_id", "payment_type", "error_text"] {
        assert!(notification.proof.covers(field), "{field}");
    }
    assert!(!notification.proof.covers("token_omipay"));
}

#[test]
fn an_amount_whose_point_may_separate_thousands_is_asked_for_again() {
    let unreadable = |endpoint: &str, request: &Request<Bytes>| match receive(
        &support::provider(&Script::new()),
        endpoint,
        request,
    ) {
        Received::Unreadable(unreadable) => unreadable,
        other => panic!("{other:?}"),
    };
    for amount in ["50.000", "2.000", "100.000", "50.0000", "5e4", "50,000", ""] {
        let price = unreadable(NOTIFY, &paid_at(amount));
        assert_eq!(price.field, "price", "{amount}: {price}");
        assert!(price.proof.covers("price"), "{amount}");

        let callback =
            changed(&credit(), |query| query.replace("amount=30000", &format!("amount={amount}")));
        let credited = unreadable(VA_CALLBACK, &callback);
        assert_eq!(credited.field, "amount", "{amount}: {credited}");
    }
    let notification = trusted(NOTIFY, &paid_at("200000.00"));
    assert_eq!(payment(&notification.events()[0]).asked, Some(Money::vnd(200_000)));
}

#[test]
fn a_held_payment_is_not_settled() {
    let request = deliveries()
        .payment(&support::order(), Money::vnd(200_000))
        .held()
        .notify("/notify")
        .unwrap();
    let notification = trusted(NOTIFY, &request);
    assert_eq!(payment(&notification.events()[0]).state, PaymentState::Held);
}

#[test]
fn a_failure_is_not_believed_before_an_inquiry() {
    let request = deliveries()
        .payment(&support::order(), Money::vnd(200_000))
        .failed("Giao dịch thất bại")
        .notify("/notify")
        .unwrap();
    let notification = trusted(NOTIFY, &request);
    let event = &notification.events()[0];
    assert_eq!(payment(event).state, PaymentState::Failed);
    assert!(!event.is_trusted());
}

#[test]
fn a_paid_notification_cut_elsewhere_settles_nothing_and_fails_nobody() {
    // The buyer wrote another order into the information of a payment of his own.
    let info = "x DH-VICTIM 1000";
    let request = deliveries()
        .payment(&support::order(), Money::vnd(200_000))
        .with_transaction_info(info)
        .notify("/notify")
        .unwrap();
    let code = support::query(&request)["secure_code"].clone();
    // The same text, cut so that the victim's order has failed: `… 200000 96138500 1` becomes
    // a payment number, a type and an error.
    let resplit = [
        ("transaction_info", "x"),
        ("order_code", "DH-VICTIM"),
        ("price", "1000"),
        ("payment_id", support::order().as_str()),
        ("payment_type", "200000"),
        ("error_text", "96138500 1 "),
    ]
    .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
    .join("&");
    let forged = changed(&request, |_| format!("{resplit}&secure_code={code}"));
    assert_eq!(untrusted(NOTIFY, &forged), UntrustedReason::Unreadable, "no payment number");

    // With an order reference of digits only, every field looks right.
    let digits = OrderRef::new("20260042").unwrap();
    let request = deliveries()
        .payment(&digits, Money::vnd(200_000))
        .with_transaction_info(info)
        .notify("/notify")
        .unwrap();
    let code = support::query(&request)["secure_code"].clone();
    let resplit = resplit.replace("DH-20260042", "20260042");
    let forged = changed(&request, |_| format!("{resplit}&secure_code={code}"));
    let notification = trusted(NOTIFY, &forged);
    let event = &notification.events()[0];
    assert_eq!(payment(event).order.as_str(), "DH-VICTIM");
    assert!(!event.is_trusted(), "only an inquiry may fail the victim's order");
}

#[test]
fn a_buyer_s_return_tells_the_same_and_books_nothing() {
    let there = trusted(NOTIFY, &paid());
    let back = trusted(RETURN, &paid());
    assert!(there.events()[0].key().is_some());
    assert_eq!(back.events()[0].key(), None, "the key belongs to the notification");
    assert_eq!(back.events()[0].evidence(), &Evidence::DisplayOnly);
    assert!(!back.events()[0].is_trusted());
}

#[test]
fn a_changed_missing_doubled_or_foreign_code_is_untrusted() {
    let good = paid();
    let code = support::query(&good)["secure_code"].clone();
    let cases = [
        (changed(&good, |q| q.replace("price=200000", "price=1")), UntrustedReason::WrongSignature),
        (changed(&good, |q| q.replace("DH-20260042", "DH-2")), UntrustedReason::WrongSignature),
        (changed(&good, |q| q.replace(&code, "")), UntrustedReason::MissingSignature),
        (changed(&good, |q| q.replace(&code, &code[..31])), UntrustedReason::MalformedSignature),
        (changed(&good, |q| q.replace(&code, &code[..30])), UntrustedReason::MalformedSignature),
        (
            changed(&good, |q| format!("{q}&secure_code={code}")),
            UntrustedReason::MalformedSignature,
        ),
        (changed(&good, |q| format!("{q}&price=1")), UntrustedReason::MalformedSignature),
        (changed(&good, |_| String::new()), UntrustedReason::MissingSignature),
    ];
    for (request, reason) in cases {
        assert_eq!(untrusted(NOTIFY, &request), reason, "{}", request.uri());
    }
    let other = Deliveries::new("12345", Secret::new("another passcode").unwrap());
    let request = other.payment(&support::order(), Money::vnd(1)).notify("/notify").unwrap();
    assert_eq!(untrusted(NOTIFY, &request), UntrustedReason::WrongSignature);
    let other = Deliveries::new("12346", Secret::new(PASSCODE).unwrap());
    let request = other.payment(&support::order(), Money::vnd(1)).notify("/notify").unwrap();
    assert_eq!(untrusted(NOTIFY, &request), UntrustedReason::WrongSignature);
    // The query's own merchant number never counts.
    let request = changed(&request, |q| format!("{q}&merchant_site_code=12346"));
    assert_eq!(untrusted(NOTIFY, &request), UntrustedReason::WrongSignature);
}

#[test]
fn an_endpoint_takes_its_own_method_and_nothing_else() {
    let mut post = paid();
    *post.method_mut() = http::Method::POST;
    assert_eq!(untrusted(NOTIFY, &post), UntrustedReason::WrongEndpoint);
    assert_eq!(untrusted("ipn", &paid()), UntrustedReason::WrongEndpoint);
    // A payment is no credit, and a credit no payment.
    assert_eq!(untrusted(VA_CALLBACK, &paid()), UntrustedReason::Unreadable);
    assert_eq!(untrusted(NOTIFY, &credit()), UntrustedReason::WrongSignature);
}

#[test]
fn an_older_passcode_is_accepted_while_it_is_changed() {
    let mut table = support::table();
    let keys = ["the passcode to come".into(), PASSCODE.into()];
    table.insert("passcode".into(), provider_kit::config::Value::List(keys.into()));
    let provider = support::try_build(Script::new(), table).unwrap();
    let Received::Notification(notification) = receive(&provider, NOTIFY, &paid()) else {
        panic!("not trusted")
    };
    assert_eq!(notification.proof.key(), 1);
}

#[test]
fn a_credit_rests_on_an_amount_and_an_account_that_nobody_signed() {
    let notification = trusted(VA_CALLBACK, &credit());
    let event = &notification.events()[0];
    let Evidence::Unconfirmed { uncovered } = event.evidence() else { panic!("{event:?}") };
    let read = ["amount", "fullAccountNumber", "order_code", "remark", "time_paid", "error_code"];
    for field in read {
        assert!(uncovered.iter().any(|name| name == field), "{field} is not signed");
    }
    assert!(!uncovered.iter().any(|name| name == "va_account"), "the full number is read instead");
    assert_eq!(movement(event).memo.as_deref(), Some("DH 42"));
    assert_eq!(event.key(), None, "the inquiry gives it");
}

#[test]
fn a_credit_is_read_through_hpay_s_slips() {
    let plain = trusted(VA_CALLBACK, &credit());
    let slips = changed(&credit(), |q| q.replace("&va_bankName", "&&+va_bankName"));
    let slips = trusted(VA_CALLBACK, &slips);
    assert_eq!(movement(&slips.events()[0]).key, movement(&plain.events()[0]).key);
}

/// The credit's callback with an order of the checkout page in it.
fn credit_of_order(order: &str) -> Request<Bytes> {
    changed(&credit(), |query| format!("{query}&order_code={order}"))
}

#[tokio::test]
async fn a_callback_that_names_an_order_tells_of_its_payment_and_settles_nothing_by_itself() {
    let notification = trusted(VA_CALLBACK, &credit_of_order("DH-20260042"));
    let event = &notification.events()[0];
    assert_eq!(payment(event).order, support::order());
    let Evidence::Unconfirmed { uncovered } = event.evidence() else { panic!("{event:?}") };
    assert!(uncovered.iter().any(|field| field == "order_code"));

    let script = order_answer("00", "200000");
    let Confirmation::Confirmed(confirmed) = confirm(&script, event).await else {
        panic!("not confirmed")
    };
    assert_eq!(script.request().uri().path(), "/api/transaction/GetTransactionDetail");
    assert!(payment(&confirmed).settles(Money::vnd(200_000)), "the inquiry's amount, not 30000");
    let notified = trusted(NOTIFY, &paid());
    assert_eq!(confirmed.key(), notified.events()[0].key(), "told twice, one key");
}

#[tokio::test]
async fn an_order_written_into_a_credit_s_callback_takes_nothing_from_it() {
    let forged = trusted(VA_CALLBACK, &credit_of_order("DH-20260042"));
    assert_eq!(forged.events()[0].key(), None);
    let unpaid = confirm(&order_answer("02", "200000"), &forged.events()[0]).await;
    assert!(matches!(unpaid, Confirmation::NotYet { .. }), "{unpaid:?}");
    let request = credit_of_order("+a");
    assert_eq!(untrusted(VA_CALLBACK, &request), UntrustedReason::Unreadable);
}

const ROW: &str = r#"{"transaction_id":9600617,"full_account_number":"9631241000000000178",
    "amount":30000,"time_paid":1731742061,"cashin":28275709,"remark":"REggNDI="}"#;

async fn confirm(script: &Arc<Script>, event: &Event) -> Confirmation {
    let provider = support::provider(script);
    provider.notifications().unwrap().confirm(event).await.unwrap()
}

fn rows(rows: &str) -> Arc<Script> {
    let script = Script::new();
    script.answer(format!(r#"{{"error_code":"00","message":"success","data":[{rows}]}}"#));
    script
}

#[tokio::test]
async fn a_confirmed_credit_carries_the_inquiry_s_values_whatever_was_claimed() {
    let forged = changed(&credit(), |q| q.replace("amount=30000", "amount=99930000"));
    for request in [credit(), forged] {
        let event = trusted(VA_CALLBACK, &request).into_events().remove(0);
        let script = rows(&format!("{},{ROW}", ROW.replace("28275709", "28275708")));
        let Confirmation::Confirmed(event) = confirm(&script, &event).await else {
            panic!("not confirmed")
        };
        assert!(event.is_trusted());
        assert_eq!(movement(&event).amount, Money::vnd(30_000));
        assert_eq!(movement(&event).key.as_str(), "hpay.credit:12345:28275709");
    }
}

#[tokio::test]
async fn a_credit_that_the_inquiry_does_not_show_is_not_yet_one() {
    let event = trusted(VA_CALLBACK, &credit()).into_events().remove(0);
    for other in ["", &ROW.replace("28275709", "28275708")] {
        let confirmation = confirm(&rows(other), &event).await;
        assert!(matches!(confirmation, Confirmation::NotYet { .. }), "{confirmation:?}");
    }
}

#[tokio::test]
async fn a_credit_on_another_account_than_claimed_is_contradicted() {
    let event = trusted(VA_CALLBACK, &credit()).into_events().remove(0);
    let other = ROW.replace("9631241000000000178", "9631241000000000179");
    let confirmation = confirm(&rows(&other), &event).await;
    assert!(matches!(confirmation, Confirmation::Contradicted { .. }), "{confirmation:?}");

    let script = Script::new();
    script.answer(r#"{"error_code":"07","message":"no","data":[]}"#);
    let confirmation = confirm(&script, &event).await;
    assert!(matches!(confirmation, Confirmation::Contradicted { .. }), "{confirmation:?}");
}

fn order_answer(status: &str, amount: &str) -> Arc<Script> {
    let script = Script::new();
    script.answer(format!(
        r#"{{"error_code":"00","data":{{"transaction_status":"{status}",
            "order_code":"DH-20260042","total_amount":"{amount}","transaction_id":"96138500"}}}}"#
    ));
    script
}

#[tokio::test]
async fn a_confirmed_payment_carries_the_inquiry_s_values() {
    let event = trusted(RETURN, &paid()).into_events().remove(0);
    let Confirmation::Confirmed(confirmed) = confirm(&order_answer("00", "150000"), &event).await
    else {
        panic!("not confirmed")
    };
    assert!(confirmed.is_trusted());
    assert!(payment(&confirmed).settles(Money::vnd(150_000)));
    let claimed = payment(&event);
    assert_eq!(claimed.credits[0].key, payment(&confirmed).credits[0].key, "one money, one key");
}

#[tokio::test]
async fn a_payment_that_the_inquiry_does_not_show_as_paid_is_not_yet_so_or_contradicted() {
    let event = trusted(NOTIFY, &paid()).into_events().remove(0);
    for behind in ["01", "02", "77"] {
        let confirmation = confirm(&order_answer(behind, "200000"), &event).await;
        assert!(matches!(confirmation, Confirmation::NotYet { .. }), "{behind}: {confirmation:?}");
    }
    for (code, contradicted) in [("30015", false), ("81", false), ("115", true), ("83", true)] {
        let script = Script::new();
        for _ in 0..2 {
            script.answer(format!(r#"{{"error_code":"{code}","data":[]}}"#));
        }
        let confirmation = confirm(&script, &event).await;
        assert_eq!(
            matches!(confirmation, Confirmation::Contradicted { .. }),
            contradicted,
            "{code}: {confirmation:?}"
        );
    }
}

/// The signature does not cover which part of the text is the order's: the inquiry has to say it.
fn unproven(payment_id: &str) -> Event {
    let deliveries = deliveries();
    let payment = deliveries.payment(&support::order(), Money::vnd(50_000));
    let payment = payment.with_payment_id(payment_id).with_transaction_info("x DH-9 1 96138501 1");
    let event = trusted(NOTIFY, &payment.notify("/notify").unwrap()).into_events().remove(0);
    assert!(matches!(event.evidence(), Evidence::Unconfirmed { .. }), "{event:?}");
    event
}

#[tokio::test]
async fn an_order_that_was_paid_twice_is_confirmed_by_the_number_of_each_payment() {
    let mut keys = Vec::new();
    for (id, amount) in [("96138500", 50_000), ("96138501", 50_000)] {
        let script = Script::new();
        script.answer(format!(
            r#"{{"error_code":"00","data":{{"transaction_status":"00","order_code":"DH-20260042",
                "total_amount":"{amount}","transaction_id":"{id}"}}}}"#
        ));
        let Confirmation::Confirmed(event) = confirm(&script, &unproven(id)).await else {
            panic!("{id} is not confirmed")
        };
        assert_eq!(support::form_body(&script.request())["transaction_id"], id);
        assert_eq!(payment(&event).received, Some(Money::vnd(amount)));
        keys.push(event.key().unwrap().clone());
    }
    assert_ne!(keys[0], keys[1], "two payments");
}

#[tokio::test]
async fn the_money_that_the_inquiry_finds_is_reported_whatever_was_claimed() {
    for amount in ["100000", "49999", "50001"] {
        let Confirmation::Confirmed(event) =
            confirm(&order_answer("00", amount), &unproven("96138500")).await
        else {
            panic!("{amount} is not confirmed")
        };
        let found = Money::vnd(amount.parse().unwrap());
        assert_eq!(payment(&event).received, Some(found));
        assert!(event.key().is_some() && event.is_trusted());
    }
}

#[tokio::test]
async fn a_payment_under_a_number_that_hpay_does_not_know_is_asked_for_by_its_order() {
    let script = Script::new();
    script.answer(r#"{"error_code":"30015","data":[]}"#);
    script.answer(
        r#"{"error_code":"00","data":{"transaction_status":"00","order_code":"DH-20260042",
            "total_amount":"50000","transaction_id":"96138500"}}"#,
    );
    let Confirmation::Confirmed(event) = confirm(&script, &unproven("7")).await else {
        panic!("not confirmed")
    };
    assert!(event.key().unwrap().as_str().contains("96138500"), "{event:?}");
    let asked: Vec<_> =
        script.calls().iter().map(|call| support::form_body(&call.request)).collect();
    assert!(asked[0].contains_key("transaction_id") && !asked[1].contains_key("transaction_id"));
}

#[tokio::test]
async fn a_failed_attempt_leaves_the_order_as_the_inquiry_has_it() {
    let request = deliveries()
        .payment(&support::order(), Money::vnd(200_000))
        .failed("x")
        .notify("/notify")
        .unwrap();
    let event = trusted(NOTIFY, &request).into_events().remove(0);
    for (status, state) in [("02", PaymentState::Open), ("00", PaymentState::Settled)] {
        let Confirmation::Confirmed(event) = confirm(&order_answer(status, "200000"), &event).await
        else {
            panic!("not confirmed")
        };
        assert_eq!(payment(&event).state, state);
        // An open order is no money and has no key; paying has that of paying.
        let paid = trusted(NOTIFY, &paid());
        let key = paid.events()[0].key().filter(|_| state == PaymentState::Settled);
        assert_eq!(event.key(), key);
    }
}

#[test]
fn each_endpoint_answers_what_its_callers_expect() {
    let provider = support::provider(&Script::new());
    let receiver = provider.notifications().unwrap();
    let names: Vec<&str> = receiver.endpoints().iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, [NOTIFY, RETURN, VA_CALLBACK]);
    for (endpoint, success) in [
        (NOTIFY, r#"{"error_code":"000","message":"Success"}"#),
        (VA_CALLBACK, r#"{"error":"00","message":"Success"}"#),
        (RETURN, "Your payment is being checked."),
    ] {
        for outcome in [
            Outcome::Handled,
            Outcome::Duplicate,
            Outcome::Ignored,
            Outcome::TryAgain,
            Outcome::Untrusted,
        ] {
            let reply = receiver.reply(&name(endpoint), outcome);
            let status = match outcome {
                Outcome::TryAgain => StatusCode::SERVICE_UNAVAILABLE,
                Outcome::Untrusted => StatusCode::FORBIDDEN,
                _ => StatusCode::OK,
            };
            assert_eq!(reply.status(), status, "{endpoint} {outcome:?}");
            if status == StatusCode::OK {
                assert_eq!(reply.body(), success);
            } else if endpoint != RETURN || outcome == Outcome::Untrusted {
                assert_ne!(reply.body(), success, "{endpoint} {outcome:?}");
            }
            assert_eq!(reply.headers()["cache-control"], "no-store");
            assert_eq!(reply.headers()["referrer-policy"], "no-referrer");
        }
    }
    let nowhere = receiver.reply(&name("elsewhere"), Outcome::Handled);
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
}
