//! IPNs of the payment gateway.

use http::Method;
use payments_core::{
    ErrorKind,
    money::Money,
    notification::{Confirmation, Coverage, Event, Evidence, News, Scheme, UntrustedReason},
    payment::{Payment, PaymentState},
};
use provider_sepay::testing::Ipn;

use crate::world::{
    BANK, GATEWAY, SECRET_KEY, Wire, believed, only_event, order, provider, refused, secret,
};

fn paid() -> Ipn {
    Ipn::order_paid(&order("DH-1"), Money::vnd(50_000))
}

fn payment(event: &Event) -> &Payment {
    let News::Payment(payment) = event.news() else { panic!("{event:?}") };
    payment
}

fn detail(status: &str, amount: &str) -> String {
    format!(
        r#"{{"data":{{"order_id":"SEPAY-1","order_invoice_number":"DH-1",
            "order_status":"{status}","order_amount":"{amount}","order_currency":"VND"}}}}"#
    )
}

#[test]
fn a_paid_order_is_a_claim_that_its_secret_does_not_cover() {
    let provider = provider(&[GATEWAY], &Wire::new());
    let notification = believed(&provider, "ipn", &paid().with_secret(&secret(SECRET_KEY)));
    assert_eq!(notification.proof.scheme(), Scheme::SharedToken);
    assert_eq!(*notification.proof.coverage(), Coverage::Nothing);
    assert_eq!(notification.key.as_str(), "ipn:ORDER_PAID:transaction-of-DH-1");
    let event = only_event(&notification);
    assert!(matches!(event.evidence(), Evidence::Unconfirmed { .. }));
    assert!(!event.is_trusted() && event.moves_money());
    assert_eq!(payment(event).state, PaymentState::Settled);
    assert_eq!(payment(event).received, Some(Money::vnd(50_000)));
}

#[tokio::test]
async fn a_claim_is_settled_by_the_order_and_carries_its_values() {
    for (status, amount, verdict) in [
        (200, detail("CAPTURED", "50000.00"), "confirmed"),
        (200, detail("CAPTURED", "5000.00"), "contradicted"),
        (200, detail("AUTHENTICATION_NOT_NEEDED", "50000.00"), "not yet"),
        (200, detail("CANCELLED", "50000.00"), "contradicted"),
        (404, String::new(), "not yet"),
    ] {
        let wire = Wire::new();
        wire.answer(status, amount);
        let provider = provider(&[GATEWAY], &wire);
        let notification = believed(&provider, "ipn", &paid().with_secret(&secret(SECRET_KEY)));
        assert!(wire.is_untouched());
        let confirmation =
            provider.notifications().unwrap().confirm(only_event(&notification)).await.unwrap();
        let word = match confirmation {
            Confirmation::Confirmed(event) => {
                assert_eq!(*event.evidence(), Evidence::Inquired);
                assert_eq!(payment(&event).gateway_ref.as_ref().unwrap().as_str(), "SEPAY-1");
                "confirmed"
            }
            Confirmation::Contradicted { .. } => "contradicted",
            Confirmation::NotYet { .. } => "not yet",
            other => panic!("{other:?}"),
        };
        assert_eq!(word, verdict);
        assert_eq!(wire.asked(), ["GET https://pgapi-sandbox.sepay.vn/v1/order/detail/DH-1"]);
    }
}

#[tokio::test]
async fn a_claim_that_cannot_be_asked_about_stays_one() {
    let wire = Wire::new();
    wire.answer(503, "");
    let provider = provider(&[GATEWAY], &wire);
    let notification = believed(&provider, "ipn", &paid().with_secret(&secret(SECRET_KEY)));
    let error =
        provider.notifications().unwrap().confirm(only_event(&notification)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[test]
fn without_the_secret_it_may_be_anybodys() {
    let provider = provider(&[GATEWAY], &Wire::new());
    for (request, reason) in [
        (paid().without_secret(), UntrustedReason::MissingSignature),
        (paid().with_secret(&secret("spsk_test_other")), UntrustedReason::WrongSignature),
        (paid().with_secret(&secret(&SECRET_KEY[..10])), UntrustedReason::WrongSignature),
        (
            {
                let mut twice = paid().with_secret(&secret(SECRET_KEY));
                twice.headers_mut().append("x-secret-key", SECRET_KEY.parse().unwrap());
                twice
            },
            UntrustedReason::MalformedSignature,
        ),
        (
            {
                let mut empty = paid().without_secret();
                empty.headers_mut().insert("x-secret-key", "".parse().unwrap());
                empty
            },
            UntrustedReason::MissingSignature,
        ),
        (
            {
                let mut get = paid().with_secret(&secret(SECRET_KEY));
                *get.method_mut() = Method::GET;
                get
            },
            UntrustedReason::WrongEndpoint,
        ),
    ] {
        assert_eq!(refused(&provider, "ipn", &request).reason, reason);
    }
}

#[test]
fn the_secret_of_ipns_can_be_another_and_be_changed() {
    let keys = r#"ipn_secret = ["new-secret", "old-secret"]"#;
    let provider = provider(&[GATEWAY, keys], &Wire::new());
    for (text, key) in [("new-secret", 0), ("old-secret", 1)] {
        let notification = believed(&provider, "ipn", &paid().with_secret(&secret(text)));
        assert_eq!(notification.proof.key(), key);
    }
    let request = paid().with_secret(&secret(SECRET_KEY));
    assert_eq!(refused(&provider, "ipn", &request).reason, UntrustedReason::WrongSignature);
}

#[test]
fn a_replay_has_the_same_key_and_a_void_another() {
    let provider = provider(&[GATEWAY], &Wire::new());
    let key = |ipn: Ipn| {
        believed(&provider, "ipn", &ipn.with_secret(&secret(SECRET_KEY))).key.to_string()
    };
    assert_eq!(key(paid()), key(paid().with("timestamp", 1_800_000_000)));
    assert_ne!(key(paid()), key(paid().with("transaction.id", "another")));
    let void = Ipn::transaction_void(&order("DH-1"), Money::vnd(50_000));
    assert_ne!(key(paid()), key(void));
}

#[test]
fn a_stranger_is_acknowledged_and_claims_nothing() {
    let provider = provider(&[GATEWAY], &Wire::new());
    for (field, value) in [("notification_type", "RENEWAL_ORDER_PAID"), ("notification_type", "")] {
        let request = paid().with(field, value).with("order", 1).with_secret(&secret(SECRET_KEY));
        let notification = believed(&provider, "ipn", &request);
        let event = only_event(&notification);
        assert!(matches!(event.news(), News::Unrecognised { name } if name == value));
        assert!(!event.moves_money());
    }
}

#[test]
fn a_known_notification_that_cannot_be_read_is_not_acknowledged() {
    let provider = provider(&[GATEWAY], &Wire::new());
    for ipn in [
        paid().with("order", 1),
        paid().with("order.order_invoice_number", ""),
        paid().with("order.order_invoice_number", serde_json::Value::Null),
        paid().with("transaction", serde_json::Value::Null),
        paid().with("transaction.transaction_amount", "50000.5"),
        paid().with("order.order_currency", "XXX?"),
    ] {
        let request = ipn.with_secret(&secret(SECRET_KEY));
        assert_eq!(refused(&provider, "ipn", &request).reason, UntrustedReason::Unreadable);
    }
}

#[tokio::test]
async fn a_voided_payment_is_refunded_once_the_order_says_that_it_is_off() {
    let voided = detail("CANCELLED", "50000.00").replace(
        r#""order_status""#,
        r#""transactions":[{"payment_method":"CARD","transaction_type":"PAYMENT",
            "transaction_status":"APPROVED","transaction_amount":"50000"}],"order_status""#,
    );
    for (body, verdict) in [
        (voided, Some(PaymentState::Refunded)),
        (detail("CANCELLED", "50000.00"), Some(PaymentState::Cancelled)),
        (detail("CAPTURED", "50000.00"), None),
        (detail("VOIDED", "50000.00"), None),
    ] {
        let wire = Wire::new();
        wire.answer(200, body);
        let provider = provider(&[GATEWAY], &wire);
        let void = Ipn::transaction_void(&order("DH-1"), Money::vnd(50_000));
        let notification = believed(&provider, "ipn", &void.with_secret(&secret(SECRET_KEY)));
        let event = only_event(&notification);
        assert_eq!(payment(event).state, PaymentState::Refunded);
        match provider.notifications().unwrap().confirm(event).await.unwrap() {
            Confirmation::Confirmed(event) => assert_eq!(Some(payment(&event).state), verdict),
            Confirmation::Contradicted { .. } => assert_eq!(verdict, None),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_endpoint_is_there_only_with_the_payment_gateway() {
    let names = |keys: &[&str]| -> Vec<String> {
        let provider = provider(keys, &Wire::new());
        let Ok(receiver) = provider.notifications() else { return Vec::new() };
        receiver.endpoints().iter().map(|endpoint| endpoint.name.to_string()).collect()
    };
    assert_eq!(names(&[GATEWAY]), ["ipn"]);
    assert_eq!(names(&[GATEWAY, crate::world::SIGNED_WEBHOOK]), ["ipn", "bank-webhook"]);
    assert_eq!(names(&[crate::world::SIGNED_WEBHOOK]), ["bank-webhook"]);
    assert!(names(&[BANK]).is_empty());

    let bank = provider(&[BANK, crate::world::KEYED_WEBHOOK], &Wire::new());
    let request = paid().with_secret(&secret(SECRET_KEY));
    assert_eq!(refused(&bank, "ipn", &request).reason, UntrustedReason::WrongEndpoint);
    assert_eq!(refused(&bank, "nowhere", &request).reason, UntrustedReason::WrongEndpoint);
}
