//! Opening, finding and cancelling.

use payments_core::{
    Absence, DeclineReason, ErrorKind, Lookup, OrderRef, RefundRef, Submission, UncertainCause,
    money::{Currency, Money},
    payment::{CreatePayment, NextAction, PaymentMethod, PaymentState, RefundPayment},
};

use crate::{
    gateway::{Gateway, Spoil},
    order, provider, provider_at, request,
};

#[tokio::test]
async fn a_payment_is_opened_and_the_buyer_is_sent_to_the_gateway() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    let asked = request("A-1", 50_000).with_method(PaymentMethod::NapasQr);
    let Submission::Accepted(payment) =
        template.payments().unwrap().create_payment(&asked).await.unwrap()
    else {
        panic!("not accepted");
    };
    assert_eq!(payment.order, order("A-1"));
    assert_eq!(payment.state, PaymentState::Open);
    assert!(!payment.settles(Money::vnd(50_000)), "opened is not paid");
    let url = "https://pay.template.example/tp_1".to_owned();
    assert_eq!(payment.next, Some(NextAction::Redirect { url }));
    assert_eq!(gateway.payments().len(), 1);
}

#[tokio::test]
async fn the_same_reference_is_one_payment_and_another_amount_under_it_is_declined() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    let payments = template.payments().unwrap();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let opened = payments.create_payment(&request("A-1", 50_000)).await.unwrap();
        ids.push(opened.accepted().unwrap().gateway_ref);
    }
    assert_eq!(ids[0], ids[1]);
    let Submission::Declined(decline) =
        payments.create_payment(&request("A-1", 60_000)).await.unwrap()
    else {
        panic!("not declined");
    };
    assert_eq!(decline.reason, DeclineReason::Duplicate);
    assert!(!decline.confirmed, "nobody signed the refusal");
    assert_eq!(gateway.payments().len(), 1);
}

#[tokio::test]
async fn what_the_gateway_cannot_honour_is_refused_before_anything_is_sent() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    let payments = template.payments().unwrap();
    let dollars = Money::from_minor(5_000, Currency::USD);
    for (field, request) in [
        ("amount", request("A-1", 999)),
        ("amount", request("A-1", 500_000_001)),
        ("amount", CreatePayment::new(order("A-1"), dollars).unwrap()),
        ("order", request("A/1", 50_000)),
        ("description", request("A-1", 50_000).with_description("x".repeat(101))),
        ("method", request("A-1", 50_000).with_method(PaymentMethod::Wallet)),
        ("expires_at", request("A-1", 50_000).with_expiry(payments_core::Timestamp::from_unix(0))),
    ] {
        let error = payments.create_payment(&request).await.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
    }
    let elsewhere = OrderRef::new("../secrets").unwrap();
    assert_eq!(payments.find_payment(&elsewhere).await.unwrap_err().field(), Some("order"));
    assert_eq!(payments.cancel_payment(&elsewhere).await.unwrap_err().field(), Some("order"));
    let refund = RefundPayment::new(RefundRef::new("R-1").unwrap(), order("A-1"));
    let error = payments.refund_payment(&refund).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(gateway.requests(), 0);
}

#[tokio::test]
async fn an_answer_lost_after_booking_is_uncertain_and_found_by_inquiry() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    let payments = template.payments().unwrap();
    gateway.spoil_next_answer(Spoil::Lose);
    let Submission::Uncertain(uncertain) =
        payments.create_payment(&request("A-1", 50_000)).await.unwrap()
    else {
        panic!("a lost answer was taken for an outcome");
    };
    assert_eq!(uncertain.cause, UncertainCause::ConnectionLost);
    assert_eq!(gateway.requests(), 1, "an instruction is sent once");
    let found = payments.find_payment(&order("A-1")).await.unwrap().found().unwrap();
    assert_eq!(found.asked, Some(Money::vnd(50_000)));
    assert_eq!(gateway.payments().len(), 1);
}

#[tokio::test]
async fn a_page_of_a_proxy_is_uncertain_and_never_a_refusal() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    gateway.spoil_next_answer(Spoil::ProxyPage);
    let opened = template.payments().unwrap().create_payment(&request("A-1", 50_000)).await;
    assert!(opened.unwrap().is_uncertain());
    assert_eq!(gateway.payments().len(), 1, "the gateway had booked it");
}

#[tokio::test]
async fn an_answer_about_another_amount_is_uncertain_and_calls_for_a_person() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    gateway.spoil_next_answer(Spoil::OtherAmount);
    let opened = template.payments().unwrap().create_payment(&request("A-1", 50_000)).await;
    let Submission::Uncertain(uncertain) = opened.unwrap() else { panic!("it was believed") };
    assert_eq!(uncertain.cause, UncertainCause::Mismatch);
    assert!(uncertain.needs_attention);
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_an_error_because_nothing_left() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let template = provider_at(&format!("http://{port}"));
    let opened = template.payments().unwrap().create_payment(&request("A-1", 50_000)).await;
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_lost_inquiry_is_asked_again() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    gateway.spoil_next_answer(Spoil::Lose);
    let lookup = template.payments().unwrap().find_payment(&order("A-1")).await.unwrap();
    assert!(matches!(lookup, Lookup::Absent(Absence::Inconclusive { .. })), "{lookup:?}");
    assert_eq!(gateway.requests(), 2);
}

#[tokio::test]
async fn an_open_payment_is_cancelled_and_a_paid_one_is_not() {
    let gateway = Gateway::start().await;
    let template = provider(&gateway);
    let payments = template.payments().unwrap();
    for name in ["A-1", "A-2"] {
        let _ = payments.create_payment(&request(name, 50_000)).await.unwrap().accepted().unwrap();
    }
    gateway.buyer_pays("A-2");
    let cancelled = payments.cancel_payment(&order("A-1")).await.unwrap().accepted().unwrap();
    assert_eq!(cancelled.state, PaymentState::Cancelled);
    let Submission::Declined(decline) = payments.cancel_payment(&order("A-2")).await.unwrap()
    else {
        panic!("a paid payment was cancelled");
    };
    assert_eq!(decline.reason, DeclineReason::State);
    let paid = payments.find_payment(&order("A-2")).await.unwrap().found().unwrap();
    assert!(paid.settles(Money::vnd(50_000)));
}
