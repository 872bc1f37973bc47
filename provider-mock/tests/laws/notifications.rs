//! Hearing about it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode};
use payments_core::{
    EndpointName, OrderRef, RefundRef, Timestamp,
    money::Money,
    notification::{
        Confirmation, Delivery, EventData, Evidence, Notification, Outcome, Received,
        UnreadableDelivery, UntrustedReason,
    },
    payment::{Funding, PaymentState, RefundPayment},
    payout::PayoutState,
};
use provider_mock::{
    PayoutOutcome,
    wire::{SIGNATURE, TIMESTAMP},
};

use crate::world::{NOW, World, accepted, payment, payout};

const ASKED: Money = Money::vnd(50_000);

laws! {
    a_payment_is_announced_with_what_arrived
    a_late_credit_is_announced_and_settles_nothing
    a_credit_is_announced_with_its_order_or_without
    a_payout_and_a_refund_are_announced
    a_change_to_the_body_or_the_stamp_is_untrusted
    a_missing_doubled_truncated_or_foreign_signature_is_untrusted
    a_stamp_outside_the_window_is_untrusted
    an_older_secret_still_counts_while_it_is_configured
    another_endpoint_or_method_is_untrusted
    a_test_is_acknowledged_and_moves_nothing
    a_stranger_is_acknowledged_and_a_known_type_that_cannot_be_read_is_not
    an_amount_whose_point_may_separate_thousands_is_asked_for_again
    the_same_happening_has_the_same_key
    the_reply_is_what_the_gateway_documents
    a_confirmation_carries_the_answer_of_the_gateway
    a_notification_goes_where_the_payment_says
}

fn receive(world: &World, request: &Request<Bytes>) -> Received {
    let notifications = world.provider.notifications().unwrap();
    let events = EndpointName::new("events").unwrap();
    notifications.receive(&events, &Delivery::of(request), world.gateway.now())
}

fn notification(world: &World, request: &Request<Bytes>) -> Notification {
    match receive(world, request) {
        Received::Notification(notification) => notification,
        other => panic!("{other:?}"),
    }
}

fn unreadable(world: &World, request: &Request<Bytes>) -> UnreadableDelivery {
    match receive(world, request) {
        Received::Unreadable(unreadable) => unreadable,
        other => panic!("{other:?}"),
    }
}

fn reason(world: &World, request: &Request<Bytes>) -> UntrustedReason {
    match receive(world, request) {
        Received::Untrusted(untrusted) => untrusted.reason,
        other => panic!("believed: {other:?}"),
    }
}

/// The news of everything that was announced since the last time.
fn news(world: &World) -> Vec<EventData> {
    let requests = world.gateway.take_notifications();
    let events = requests.iter().flat_map(|request| notification(world, request).into_events());
    events
        .map(|event| {
            assert_eq!(*event.evidence(), Evidence::Proven);
            event.into_data()
        })
        .collect()
}

async fn a_payment_is_announced_with_what_arrived(world: World) {
    world.opened("A1").await;
    let mut seen = Vec::new();
    for amount in [30_000, 20_000, 50_000] {
        world.gateway.pay("A1", Money::vnd(amount)).unwrap();
        let news = news(&world);
        let [EventData::Payment(payment)] = &news[..] else { panic!("{news:?}") };
        assert_eq!(*payment, without_raw(world.payment("A1").await, payment));
        seen.push(payment.funding(ASKED).unwrap());
    }
    assert_eq!(
        seen,
        [
            Funding::Short { missing: Money::vnd(20_000) },
            Funding::Exact,
            Funding::Over { excess: ASKED }
        ]
    );
}

/// The same payment with the bytes that another one was read from.
fn without_raw(
    payment: payments_core::payment::Payment,
    other: &payments_core::payment::Payment,
) -> payments_core::payment::Payment {
    payment.with_raw(other.raw.clone())
}

async fn a_late_credit_is_announced_and_settles_nothing(world: World) {
    world.opened("A1").await;
    world.gateway.cancel("A1").unwrap();
    world.gateway.pay("A1", ASKED).unwrap();
    let news = news(&world);
    let [EventData::Payment(cancelled), EventData::Payment(late)] = &news[..] else {
        panic!("{news:?}")
    };
    assert_eq!(cancelled.received, Some(Money::vnd(0)));
    assert_eq!((late.state, late.received), (PaymentState::Cancelled, Some(ASKED)));
    assert!(!late.settles(ASKED));
}

async fn a_credit_is_announced_with_its_order_or_without(world: World) {
    let order = OrderRef::new("A1").unwrap();
    let request =
        payments_core::virtual_account::OpenVirtualAccount::new(order.clone(), "A").unwrap();
    let account =
        accepted(world.provider.virtual_accounts().unwrap().open(&request).await.unwrap());
    world.gateway.credit(&account.numbers[0].number, ASKED).unwrap();
    world.gateway.deposit(Money::vnd(7_000), "cam on").unwrap();
    let news = news(&world);
    let [EventData::Movement(credit), EventData::Movement(stray)] = &news[..] else {
        panic!("{news:?}")
    };
    assert_eq!((credit.amount, credit.order.as_ref()), (ASKED, Some(&order)));
    assert_eq!(credit.virtual_account, Some(account.numbers[0].number.clone()));
    assert_eq!((stray.amount, stray.order.as_ref()), (Money::vnd(7_000), None));
}

async fn a_payout_and_a_refund_are_announced(world: World) {
    let payouts = world.provider.payouts().unwrap();
    accepted(payouts.create_payout(&payout("P1", ASKED)).await.unwrap());
    world.gateway.settle_payout("P1", PayoutOutcome::Failed).unwrap();
    world.opened("A1").await;
    world.gateway.pay("A1", ASKED).unwrap();
    let refund = RefundPayment::new(RefundRef::new("R1").unwrap(), OrderRef::new("A1").unwrap());
    accepted(world.provider.payments().unwrap().refund_payment(&refund).await.unwrap());
    let news = news(&world);
    let [EventData::Payout(payout), EventData::Payment(_), EventData::Refund(refund)] = &news[..]
    else {
        panic!("{news:?}")
    };
    assert_eq!(payout.state, PayoutState::Failed);
    assert_eq!((refund.order.as_str(), refund.amount), ("A1", ASKED));
}

/// One good notification.
async fn genuine(world: &World) -> Request<Bytes> {
    world.opened("A1").await;
    world.gateway.pay("A1", ASKED).unwrap();
    let request = world.gateway.take_notifications().remove(0);
    notification(world, &request);
    request
}

async fn a_change_to_the_body_or_the_stamp_is_untrusted(world: World) {
    let good = genuine(&world).await;
    let text = String::from_utf8(good.body().to_vec()).unwrap();
    for (from, to) in [("50000", "50001"), ("settled", "short"), ("A1", "A2"), ("{", "{ ")] {
        let mut forged = good.clone();
        *forged.body_mut() = Bytes::from(text.replace(from, to));
        assert_eq!(reason(&world, &forged), UntrustedReason::WrongSignature, "{from}");
    }
    let mut later = good.clone();
    later.headers_mut().insert(TIMESTAMP, HeaderValue::from(NOW + 1));
    assert_eq!(reason(&world, &later), UntrustedReason::WrongSignature);
}

async fn a_missing_doubled_truncated_or_foreign_signature_is_untrusted(world: World) {
    let good = genuine(&world).await;
    let signature = good.headers()[SIGNATURE].clone();
    let text = signature.to_str().unwrap().to_owned();
    let with = |value: &str| {
        let mut forged = good.clone();
        forged.headers_mut().insert(SIGNATURE, HeaderValue::from_str(value).unwrap());
        forged
    };
    let mut missing = good.clone();
    missing.headers_mut().remove(SIGNATURE);
    assert_eq!(reason(&world, &missing), UntrustedReason::MissingSignature);
    let mut doubled = good.clone();
    doubled.headers_mut().append(SIGNATURE, signature);
    assert_eq!(reason(&world, &doubled), UntrustedReason::MalformedSignature);
    for bad in ["sha256=", &text[..70], &text[7..], "sha256=zz", &format!("{text}00")] {
        assert!(matches!(receive(&world, &with(bad)), Received::Untrusted(_)), "{bad}");
    }
    let mut unstamped = good.clone();
    unstamped.headers_mut().remove(TIMESTAMP);
    assert!(matches!(receive(&world, &unstamped), Received::Untrusted(_)));

    let stranger = provider_mock::Settings::test().with_webhook_secret("another merchant");
    let stranger = provider_mock::MockGateway::new(stranger).unwrap();
    let foreign = stranger.notification(good.body().clone());
    assert!(matches!(receive(&world, &foreign), Received::Untrusted(_)));
}

async fn a_stamp_outside_the_window_is_untrusted(world: World) {
    let good = genuine(&world).await;
    world.advance(Duration::from_secs(300));
    notification(&world, &good);
    world.advance(Duration::from_secs(1));
    assert_eq!(reason(&world, &good), UntrustedReason::StaleTimestamp);
}

async fn an_older_secret_still_counts_while_it_is_configured(world: World) {
    let settings = provider_mock::Settings::test()
        .with_webhook_secret("canary-older-secret")
        .with_clock(std::sync::Arc::new(payments_core::ManualClock::at(Timestamp::from_unix(NOW))));
    let before = provider_mock::MockGateway::new(settings).unwrap();
    let signed =
        before.notification(r#"{"id":"evt_1","type":"x","at":"2024-11-16T07:27:41Z","data":{}}"#);
    assert_eq!(notification(&world, &signed).proof.key(), 1);
}

async fn another_endpoint_or_method_is_untrusted(world: World) {
    let good = genuine(&world).await;
    let notifications = world.provider.notifications().unwrap();
    let elsewhere = EndpointName::new("elsewhere").unwrap();
    let verdict = notifications.receive(&elsewhere, &Delivery::of(&good), world.gateway.now());
    assert!(
        matches!(verdict, Received::Untrusted(why) if why.reason == UntrustedReason::WrongEndpoint)
    );
    let mut got = good;
    *got.method_mut() = http::Method::GET;
    assert_eq!(reason(&world, &got), UntrustedReason::WrongEndpoint);
}

async fn a_test_is_acknowledged_and_moves_nothing(world: World) {
    world.gateway.send_test();
    let sent = world.gateway.take_notifications().remove(0);
    let told = notification(&world, &sent);
    let event = &told.events()[0];
    assert!(matches!(event.data(), EventData::Test), "{event:?}");
    assert!(event.is_trusted() && !event.moves_money() && event.key().is_none(), "{event:?}");
    let mut forged = sent;
    let wrong = format!("sha256={}", "0".repeat(64));
    forged.headers_mut().insert(SIGNATURE, wrong.parse().unwrap());
    assert_eq!(reason(&world, &forged), UntrustedReason::WrongSignature);
}

async fn a_stranger_is_acknowledged_and_a_known_type_that_cannot_be_read_is_not(world: World) {
    let event = |kind: &str, data: &str| {
        let body = format!(
            r#"{{"id":"evt_1","type":"{kind}","at":"2024-11-16T07:27:41Z","data":{data},"new":1}}"#
        );
        world.gateway.notification(body)
    };
    let stranger = notification(&world, &event("loyalty.points", r#"{"points":3}"#));
    assert!(
        matches!(stranger.events()[0].data(), EventData::Unrecognised { name } if name == "loyalty.points")
    );
    assert_eq!(unreadable(&world, &event("payment.settled", "{}")).field, "data");
    for bytes in ["", "{", "[]", "null", "\u{0}"] {
        let signed = world.gateway.notification(bytes);
        assert!(unreadable(&world, &signed).proof.covers("body"), "{bytes:?}");
    }
}

async fn an_amount_whose_point_may_separate_thousands_is_asked_for_again(world: World) {
    let good = genuine(&world).await;
    let text = str::from_utf8(good.body()).unwrap();
    for amount in ["50.000", "2.000", "100.0000", "5e4", ""] {
        let body = text.replace("\"amount\":\"50000\"", &format!("\"amount\":\"{amount}\""));
        assert_ne!(body, text, "{amount}");
        let unreadable = unreadable(&world, &world.gateway.notification(body));
        assert_eq!(unreadable.field, "data.amount", "{amount}: {unreadable}");
    }
}

async fn the_same_happening_has_the_same_key(world: World) {
    let good = genuine(&world).await;
    let first = notification(&world, &good);
    world.advance(Duration::from_secs(3600));
    let key = first.events()[0].key().unwrap();
    let again = world.gateway.redeliver(key.value()).unwrap();
    assert_eq!(good.body(), again.body());
    assert_ne!(good.headers()[SIGNATURE], again.headers()[SIGNATURE]);
    assert_eq!(notification(&world, &again).events()[0].key(), Some(key));

    world.gateway.pay("A1", ASKED).unwrap();
    let other = world.gateway.take_notifications().remove(0);
    assert_ne!(notification(&world, &other).events()[0].key(), Some(key));
}

async fn the_reply_is_what_the_gateway_documents(world: World) {
    let notifications = world.provider.notifications().unwrap();
    let events = &notifications.endpoints()[0].name;
    for (outcome, status) in [
        (Outcome::Handled, StatusCode::OK),
        (Outcome::Duplicate, StatusCode::OK),
        (Outcome::Ignored, StatusCode::OK),
        (Outcome::TryAgain, StatusCode::SERVICE_UNAVAILABLE),
        (Outcome::Untrusted, StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(notifications.reply(events, outcome).status(), status, "{outcome:?}");
    }
}

async fn a_confirmation_carries_the_answer_of_the_gateway(world: World) {
    let payouts = world.provider.payouts().unwrap();
    accepted(payouts.create_payout(&payout("P1", ASKED)).await.unwrap());
    world.gateway.settle_payout("P1", PayoutOutcome::Succeeded).unwrap();
    world.opened("A1").await;
    world.gateway.pay("A1", Money::vnd(30_000)).unwrap();
    world.gateway.deposit(Money::vnd(7_000), "cam on").unwrap();
    let refund = RefundPayment::new(RefundRef::new("R1").unwrap(), OrderRef::new("A1").unwrap());
    accepted(world.provider.payments().unwrap().refund_payment(&refund).await.unwrap());

    let notifications = world.provider.notifications().unwrap();
    let requests = world.gateway.take_notifications();
    assert_eq!(requests.len(), 4);
    let mut events = Vec::new();
    for request in &requests {
        events.extend(notification(&world, request).into_events());
    }
    for event in &events {
        let confirmed = notifications.confirm(event).await.unwrap();
        let Confirmation::Confirmed(confirmed) = confirmed else { panic!("{confirmed:?}") };
        assert_eq!(*confirmed.evidence(), Evidence::Inquired);
    }
    // What is true of one gateway is not of another.
    let elsewhere = World::in_memory();
    let stranger = elsewhere.provider.notifications().unwrap();
    for event in &events {
        let verdict = stranger.confirm(event).await.unwrap();
        assert!(matches!(verdict, Confirmation::NotYet { .. }), "{verdict:?}");
    }
    elsewhere.opened("A1").await;
    let claimed =
        events.iter().find(|event| matches!(event.data(), EventData::Payment(_))).unwrap();
    let verdict = stranger.confirm(claimed).await.unwrap();
    let Confirmation::Contradicted { claimed, found } = verdict else { panic!("{verdict:?}") };
    assert_eq!(claimed, "Settled, 30000 VND received");
    assert_eq!(found, "Open, 0 VND received");
}

async fn a_notification_goes_where_the_payment_says(world: World) {
    let there = "https://shop.example/hook";
    let request = payment("A1", ASKED).with_notify_url(there).unwrap();
    accepted(world.provider.payments().unwrap().create_payment(&request).await.unwrap());
    world.opened("A2").await;
    for order in ["A1", "A2"] {
        world.gateway.pay(order, ASKED).unwrap();
    }
    let uris: Vec<_> = world
        .gateway
        .take_notifications()
        .iter()
        .map(|request| request.uri().to_string())
        .collect();
    assert_eq!(uris, [there, "/events"]);
}

#[test]
fn the_signature_is_the_one_that_another_program_makes() {
    let clock = payments_core::ManualClock::at(Timestamp::from_unix(1_700_000_000));
    let settings = provider_mock::Settings::test()
        .with_webhook_secret("TEST-ONLY-vector")
        .with_clock(std::sync::Arc::new(clock));
    let gateway = provider_mock::MockGateway::new(settings).unwrap();
    let request = gateway.notification(r#"{"id":"evt_1"}"#);
    assert_eq!(request.headers()[TIMESTAMP], "1700000000");
    // printf '%s' '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac TEST-ONLY-vector
    assert_eq!(
        request.headers()[SIGNATURE],
        "sha256=dda26e6ca5a11b35db00e4e08bf676e735353657d7ba8c26b348d340aee6fd3f"
    );
}
