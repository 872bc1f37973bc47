//! IPNs of the payment gateway.

use http::Method;
use payments_core::{
    DedupeKey, ErrorKind, Timestamp,
    money::Money,
    notification::{Confirmation, Coverage, Event, EventData, Evidence, Scheme, UntrustedReason},
    payment::{Payment, PaymentState},
};
use provider_sepay::{IpnContent, testing::Ipn};
use serde_json::{Value, json};

use crate::world::{
    BANK, GATEWAY, NOT_KNOWN, SECRET_KEY, Wire, believed, only_event, order, provider, refused,
    secret, unreadable,
};

fn paid() -> Ipn {
    Ipn::order_paid(&order("DH-1"), Money::vnd(50_000))
}

fn payment(event: &Event) -> &Payment {
    let EventData::Payment(payment) = event.data() else { panic!("{event:?}") };
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
    let event = only_event(&notification);
    assert_eq!(event.key(), None, "the order's inquiry gives the key");
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
        (404, NOT_KNOWN.to_owned(), "not yet"),
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

#[tokio::test]
async fn a_renewal_is_a_claim_about_its_own_order() {
    let renewal = Ipn::renewal_order_paid(&order("DH-1"), Money::vnd(50_000));
    for (amount, confirmed) in [("50000.00", true), ("100000.00", true), ("40000.00", false)] {
        let wire = Wire::new();
        wire.answer(200, detail("CAPTURED", amount));
        let provider = provider(&[GATEWAY], &wire);
        let notification = believed(&provider, "ipn", &renewal.with_secret(&secret(SECRET_KEY)));
        let event = only_event(&notification);
        assert!(!event.is_trusted() && event.moves_money());
        let told = provider.notifications().unwrap().confirm(event).await.unwrap();
        assert_eq!(matches!(told, Confirmation::Confirmed(_)), confirmed, "{told:?}");
    }
}

#[tokio::test]
async fn an_order_that_was_paid_again_is_news() {
    let mut keys = Vec::new();
    for amount in ["50000.00", "50000.00", "100000.00"] {
        let wire = Wire::new();
        wire.answer(200, detail("CAPTURED", amount));
        let provider = provider(&[GATEWAY], &wire);
        let amount = Money::vnd(amount.trim_end_matches(".00").parse().unwrap());
        let ipn = Ipn::order_paid(&order("DH-1"), amount).with_secret(&secret(SECRET_KEY));
        let notification = believed(&provider, "ipn", &ipn);
        let told = provider.notifications().unwrap().confirm(only_event(&notification)).await;
        let Confirmation::Confirmed(event) = told.unwrap() else { panic!("not confirmed") };
        keys.push(event.key().unwrap().to_string());
    }
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
}

fn content(ipn: &Ipn) -> payments_core::Result<IpnContent> {
    IpnContent::read(ipn.without_secret().body())
}

#[test]
fn an_ipn_says_all_that_its_page_documents() {
    let said = paid()
        .with("customer", json!({"id": "c-1", "customer_id": "KH-7"}))
        .with("agreement", json!({"id": "AGR-1"}))
        .with("order.custom_data", json!([{"k": "v"}]));
    let said = content(&said).unwrap();
    assert_eq!(said.kind, "ORDER_PAID");
    assert_eq!(said.sent_at, Some(Timestamp::from_unix(1_759_134_682)));
    assert_eq!(said.custom_data.unwrap().as_bytes(), br#"[{"k":"v"}]"#);
    assert_eq!(said.user_agent.as_deref(), Some("Mozilla/5.0"));
    assert_eq!(said.ip_address.as_deref(), Some("127.0.0.1"));
    let customer = said.customer.unwrap();
    assert_eq!(customer.id.unwrap().as_str(), "c-1");
    assert_eq!(customer.customer_id.as_deref(), Some("KH-7"));
    assert_eq!(said.agreement.unwrap().as_bytes(), br#"{"id":"AGR-1"}"#);
    let told = said.order;
    assert_eq!(told.id.unwrap().as_str(), "e2c195be-c721-47eb-b323-99ab24e52d85");
    assert_eq!(told.order_id.unwrap().as_str(), "TEST-DH-1");
    assert_eq!(told.invoice, Some(order("DH-1")));
    assert_eq!((told.state, told.amount), (PaymentState::Settled, Some(Money::vnd(50_000))));
    let [transaction] = told.transactions.as_slice() else { panic!("one transaction") };
    assert_eq!(transaction.id.as_ref().unwrap().as_str(), "transaction-of-DH-1");
    assert_eq!(transaction.transaction_id.as_ref().unwrap().as_str(), "id-of-DH-1");
    assert_eq!(transaction.amount, Some(Money::vnd(50_000)));
    assert_eq!(transaction.authentication.as_deref(), Some("AUTHENTICATION_SUCCESSFUL"));
    assert_eq!(transaction.at.unwrap().to_string(), "2025-09-29T08:31:22Z");
    let card = transaction.card.as_ref().unwrap();
    assert_eq!(card.holder.as_deref(), Some("NGUYEN VAN A"));
    assert_eq!(card.expiry.as_deref(), Some("12/30"));
}

#[test]
fn what_a_transfer_lacks_is_null_or_absent_or_empty() {
    let mut bare = paid();
    for field in ["number", "holder_name", "expiry", "funding_method", "brand"] {
        bare = bare.with(&format!("transaction.card_{field}"), Value::Null);
    }
    for nothing in [Value::Null, json!("")] {
        let ipn = bare
            .clone()
            .with("order.user_agent", nothing.clone())
            .with("order.ip_address", nothing.clone())
            .with("transaction.authentication_status", nothing.clone())
            .with("order.custom_data", Value::Null);
        let said = content(&ipn).unwrap();
        assert_eq!(said.order.transactions[0].card, None);
        assert_eq!((said.user_agent, said.ip_address, said.custom_data), (None, None, None));
        assert!(said.customer.is_none() && said.agreement.is_none());
    }
    // What is only shown is of no documented kind, and the claim stands.
    let odd = paid()
        .with("customer", json!([]))
        .with("order.order_description", json!({"vi": "x"}))
        .with("transaction.card_expiry", json!([12, 30]))
        .with("transaction.transaction_date", true);
    let said = content(&odd).unwrap();
    assert!(said.customer.is_none() && said.order.description.is_none());
    let request = odd.with_secret(&secret(SECRET_KEY));
    let notification = believed(&provider(&[GATEWAY], &Wire::new()), "ipn", &request);
    assert_eq!(payment(only_event(&notification)).received, Some(Money::vnd(50_000)));

    let absent = br#"{"order":{"order_invoice_number":"DH-1"},"transaction":{}}"#;
    let said = IpnContent::read(absent).unwrap();
    assert_eq!((said.kind.as_str(), said.sent_at), ("", None));
}

#[test]
fn amounts_are_the_same_in_both_spellings() {
    for spelled in [json!("50000.00"), json!("50000"), json!(50_000)] {
        let ipn = paid()
            .with("order.order_amount", spelled.clone())
            .with("transaction.transaction_amount", spelled.clone());
        let said = content(&ipn).unwrap();
        assert_eq!(said.order.amount, Some(Money::vnd(50_000)), "{spelled}");
        assert_eq!(said.order.transactions[0].amount, Some(Money::vnd(50_000)), "{spelled}");
        let provider = provider(&[GATEWAY], &Wire::new());
        let notification = believed(&provider, "ipn", &ipn.with_secret(&secret(SECRET_KEY)));
        assert_eq!(payment(only_event(&notification)).received, Some(Money::vnd(50_000)));
    }
}

#[test]
fn a_whole_card_number_is_masked_and_nothing_of_the_buyer_prints() {
    let ipn = paid()
        .with("transaction.card_number", "5123450000000008")
        .with("customer", json!({"id": "c-3141", "customer_id": "KH-3141"}))
        .with("order.order_description", "cho chị Lan 3141")
        .with("order.ip_address", "14.186.39.212");
    let said = content(&ipn).unwrap();
    let card = said.order.transactions[0].card.as_ref().unwrap();
    assert_eq!(card.number.as_deref(), Some("512345xxxxxx0008"));
    let request = ipn.with_secret(&secret(SECRET_KEY));
    let notification = believed(&provider(&[GATEWAY], &Wire::new()), "ipn", &request);
    let printed = format!("{said:?} {:?} {notification:?}", said.customer);
    for canary in ["512345", "NGUYEN", "12/30", "3141", "14.186", "Mozilla", SECRET_KEY] {
        assert!(!printed.contains(canary), "{canary} in {printed}");
    }
}

#[test]
fn what_is_no_ipn_cannot_be_read() {
    for body in [&b""[..], b"{}", b"[]", br#"{"order":{"order_amount":"1.5"},"transaction":{}}"#] {
        assert_eq!(IpnContent::read(body).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

/// The key under which a claim is handled once the order was asked for.
async fn confirmed_key(ipn: Ipn, answer: String) -> DedupeKey {
    let wire = Wire::new();
    wire.answer(200, answer);
    let provider = provider(&[GATEWAY], &wire);
    let notification = believed(&provider, "ipn", &ipn.with_secret(&secret(SECRET_KEY)));
    let confirmation = provider.notifications().unwrap().confirm(only_event(&notification)).await;
    let Confirmation::Confirmed(event) = confirmation.unwrap() else { panic!("not confirmed") };
    event.key().unwrap().clone()
}

#[tokio::test]
async fn a_replay_has_the_same_key_and_a_void_another() {
    let captured = || detail("CAPTURED", "50000.00");
    let first = confirmed_key(paid(), captured()).await;
    let replayed = paid().with("timestamp", 1_800_000_000).with("transaction.id", "another");
    assert_eq!(first, confirmed_key(replayed, captured()).await);
    let void = Ipn::transaction_void(&order("DH-1"), Money::vnd(50_000));
    assert_ne!(first, confirmed_key(void, detail("CANCELLED", "50000.00")).await);
}

#[tokio::test]
async fn orders_whose_names_differ_only_in_case_have_two_keys() {
    let named = |name: &str| detail("CAPTURED", "50000.00").replace("SEPAY-1", name);
    let (upper, lower) = (named("INV-A"), named("INV-a"));
    let (upper, lower) = (confirmed_key(paid(), upper).await, confirmed_key(paid(), lower).await);
    assert_ne!(upper, lower);
    assert_eq!(upper.as_str(), "sepay.order:INV-A:settled:50000");
}

#[test]
fn a_stranger_is_acknowledged_and_claims_nothing() {
    let provider = provider(&[GATEWAY], &Wire::new());
    for (field, value) in [("notification_type", "ORDER_REFUNDED"), ("notification_type", "")] {
        let request = paid().with(field, value).with("order", 1).with_secret(&secret(SECRET_KEY));
        let notification = believed(&provider, "ipn", &request);
        let event = only_event(&notification);
        assert!(matches!(event.data(), EventData::Unrecognised { name } if name == value));
        assert!(!event.moves_money() && event.key().is_none());
    }
}

#[test]
fn a_known_notification_that_cannot_be_read_is_asked_for_again() {
    let provider = provider(&[GATEWAY], &Wire::new());
    let invoice = "order.order_invoice_number";
    let paid_amount = "transaction.transaction_amount";
    for (field, ipn) in [
        ("order", paid().with("order", 1)),
        (invoice, paid().with(invoice, "")),
        (invoice, paid().with(invoice, serde_json::Value::Null)),
        ("transaction", paid().with("transaction", serde_json::Value::Null)),
        (paid_amount, paid().with(paid_amount, "50000.5")),
        (paid_amount, paid().with(paid_amount, "50.000")),
        (paid_amount, paid().with(paid_amount, "100.0000")),
        (paid_amount, paid().with(paid_amount, "5e4")),
        ("order.order_amount", paid().with("order.order_amount", "50.000")),
        ("order.order_amount", paid().with("order.order_currency", "XXX?")),
    ] {
        let request = ipn.with_secret(&secret(SECRET_KEY));
        let unreadable = unreadable(&provider, "ipn", &request);
        assert_eq!(unreadable.field, field, "{unreadable}");
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
