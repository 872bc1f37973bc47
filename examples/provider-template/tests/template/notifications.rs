//! What the gateway tells, and what of it is believed.

use std::sync::Arc;
use std::time::Duration;

use payments_core::{
    Provider,
    money::Money,
    notification::{Confirmation, Coverage, News, Notification, Received, UntrustedReason},
};

use crate::{
    gateway::{self, Gateway, NOTIFY_SECRET, SIGNATURE, STAMP, sign},
    order, provider, request,
    shop::Shop,
};

/// A gateway with one open payment, `A-1`, and a shop that listens.
async fn world() -> (Gateway, Provider, Shop) {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    let opened = template.payments().unwrap().create_payment(&request("A-1", 50_000)).await;
    opened.unwrap().accepted().unwrap();
    let receiver = Arc::clone(template.notifications().unwrap());
    let shop = Shop::open(receiver, gateway.clock().clone()).await;
    (gateway, template, shop)
}

type Headers<'a> = Vec<(&'static str, &'a str)>;

fn signed<'a>(stamp: &'a str, signature: &'a str) -> Headers<'a> {
    vec![(STAMP, stamp), (SIGNATURE, signature)]
}

fn believed(mut heard: Vec<Received>) -> Notification {
    assert_eq!(heard.len(), 1);
    match heard.remove(0) {
        Received::Notification(notification) => notification,
        other => panic!("not believed: {other:?}"),
    }
}

fn refused(mut heard: Vec<Received>) -> UntrustedReason {
    assert_eq!(heard.len(), 1);
    match heard.remove(0) {
        Received::Untrusted(untrusted) => untrusted.reason,
        other => panic!("believed: {other:?}"),
    }
}

#[tokio::test]
async fn a_paid_payment_is_told_proven_and_acknowledged() {
    let (gateway, _template, shop) = world().await;
    let receipt = gateway.notify(&shop.url(), &gateway.buyer_pays("A-1")).await;
    assert_eq!(receipt.status(), Some(http::StatusCode::OK));

    let notification = believed(shop.heard());
    assert_eq!(notification.proof.coverage(), &Coverage::Body);
    assert_eq!(notification.key.as_str(), "evt_A-1_paid");
    let event = &notification.events()[0];
    assert!(event.is_trusted());
    let News::Payment(payment) = event.news() else { panic!("{event:?}") };
    assert_eq!(payment.order, order("A-1"));
    assert!(payment.settles(Money::vnd(50_000)));
    assert!(!payment.settles(Money::vnd(60_000)));
}

#[tokio::test]
async fn a_forged_notification_is_refused_and_gets_no_success() {
    let (gateway, _template, shop) = world().await;
    let body = gateway.buyer_pays("A-1").body();
    let stamp = gateway.clock().unix_seconds().to_string();
    let good = sign(NOTIFY_SECRET, &stamp, &body);
    let other_secret = sign("another-secret", &stamp, &body);
    let other_stamp = (gateway.clock().unix_seconds() + 1).to_string();
    let changed = body.replace("50000", "50001");
    let cases: [(&str, Headers<'_>, &str); 8] = [
        ("no signature", vec![(STAMP, &stamp)], &body),
        ("no stamp", vec![(SIGNATURE, &good)], &body),
        ("another secret", signed(&stamp, &other_secret), &body),
        ("half a signature", signed(&stamp, &good[..good.len() / 2]), &body),
        ("no prefix", signed(&stamp, good.trim_start_matches("v1=")), &body),
        ("another stamp", signed(&other_stamp, &good), &body),
        ("another body", signed(&stamp, &good), &changed),
        ("two signatures", [signed(&stamp, &good), vec![(SIGNATURE, &good)]].concat(), &body),
    ];
    for (case, headers, body) in cases {
        let receipt = gateway.post(&shop.url(), &headers, body.to_owned()).await;
        assert_eq!(receipt.status(), Some(http::StatusCode::UNAUTHORIZED), "{case}");
        refused(shop.heard());
    }
}

#[tokio::test]
async fn an_old_notification_is_not_believed_again() {
    let (gateway, _template, shop) = world().await;
    let body = gateway.buyer_pays("A-1").body();
    let stamp = gateway.clock().unix_seconds().to_string();
    let signature = sign(NOTIFY_SECRET, &stamp, &body);
    gateway.clock().advance(Duration::from_secs(301));
    gateway.post(&shop.url(), &[(STAMP, &stamp), (SIGNATURE, &signature)], body).await;
    assert_eq!(refused(shop.heard()), UntrustedReason::StaleStamp);
}

#[tokio::test]
async fn a_repeated_notification_has_the_same_key() {
    let (gateway, _template, shop) = world().await;
    let news = gateway.buyer_pays("A-1");
    gateway.notify(&shop.url(), &news).await;
    let first = believed(shop.heard());
    gateway.clock().advance(Duration::from_secs(60));
    gateway.notify(&shop.url(), &news).await;
    assert_eq!(believed(shop.heard()).key, first.key);
}

#[tokio::test]
async fn a_notification_for_another_merchant_is_not_ours() {
    let (gateway, _template, shop) = world().await;
    let news = gateway::News { merchant: "T-2002".to_owned(), ..gateway.buyer_pays("A-1") };
    gateway.notify(&shop.url(), &news).await;
    assert_eq!(refused(shop.heard()), UntrustedReason::WrongRecipient);
}

#[tokio::test]
async fn a_stranger_is_welcome_and_acknowledged() {
    let (gateway, _template, shop) = world().await;
    let news = gateway::News {
        id: "evt_9".to_owned(),
        r#type: "weather.changed".to_owned(),
        payment: serde_json::Value::Null,
        ..gateway.buyer_pays("A-1")
    };
    let receipt = gateway.notify(&shop.url(), &news).await;
    assert_eq!(receipt.status(), Some(http::StatusCode::OK));
    let notification = believed(shop.heard());
    assert!(matches!(
        notification.events()[0].news(),
        News::Unrecognised { name } if name == "weather.changed"
    ));
}

#[tokio::test]
async fn an_event_is_confirmed_with_the_values_of_the_inquiry() {
    let (gateway, template, shop) = world().await;
    let news = gateway.buyer_pays("A-1");
    gateway.notify(&shop.url(), &news).await;
    let event = believed(shop.heard()).into_events().remove(0);
    let Confirmation::Confirmed(confirmed) =
        template.notifications().unwrap().confirm(&event).await.unwrap()
    else {
        panic!("not confirmed");
    };
    let News::Payment(payment) = confirmed.news() else { panic!("{confirmed:?}") };
    assert!(payment.settles(Money::vnd(50_000)));
}
