//! Orders of the payment gateway: found, cancelled, voided, listed.

use payments_core::{
    Absence, DeclineReason, ErrorKind, Lookup, RefundRef, Submission, UncertainCause,
    money::Money,
    payment::{Payment, PaymentMethod, PaymentState, RefundPayment},
};
use provider_kit::transport::TransportErrorKind;
use provider_sepay::{Obstacle, SePay, TransactionStatus, Verification};

use crate::world::{BANK, GATEWAY, MERCHANT, NOT_KNOWN, SECRET_KEY, Wire, order, provider};

const REFUSED: &str = r#"{"message":"Không được"}"#;
const CANCELLED: &str = r#"{"message":"Đã hủy đơn hàng thành công"}"#;

fn detail(status: &str) -> String {
    format!(
        r#"{{"data":{{"id":"1","customer_id":null,"order_id":"SEPAY-68BA83CE637C1",
            "order_invoice_number":"DH-1","order_status":"{status}","order_amount":"300000.00",
            "order_currency":"VND","order_description":"x","authentication_status":null,
            "created_at":"2025-09-05 13:31:10","updated_at":"2025-09-05 13:31:10",
            "transactions":[{{"id":"1","payment_method":"CARD","transaction_type":"PAYMENT",
            "transaction_amount":"300000","transaction_currency":"VND",
            "transaction_status":"DECLINED"}}]}}}}"#
    )
}

async fn found(status: u16, body: impl Into<Vec<u8>>) -> payments_core::Result<Lookup<Payment>> {
    let wire = Wire::new();
    wire.answer(status, body);
    provider(&[GATEWAY], &wire).payments().unwrap().find_payment(&order("DH-1")).await
}

async fn cancelled(status: u16, body: &str) -> Submission<Payment> {
    let wire = Wire::new();
    wire.answer(status, body);
    provider(&[GATEWAY], &wire).payments().unwrap().cancel_payment(&order("DH-1")).await.unwrap()
}

#[tokio::test]
async fn an_order_is_asked_for_by_its_invoice_number_with_basic_authentication() {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let wire = Wire::new();
    wire.answer(200, detail("CAPTURED"));
    let provider = provider(&[GATEWAY], &wire);
    let found = provider.payments().unwrap().find_payment(&order("DH-1")).await.unwrap();
    let Lookup::Found(payment) = found else { panic!("{found:?}") };

    assert_eq!(wire.asked(), ["GET https://pgapi-sandbox.sepay.vn/v1/order/detail/DH-1"]);
    let authorization = wire.calls()[0].headers()["authorization"].clone();
    let pair = format!("{MERCHANT}:{SECRET_KEY}");
    assert_eq!(authorization, format!("Basic {}", STANDARD.encode(pair)));
    assert!(authorization.is_sensitive());

    assert_eq!(payment.state, PaymentState::Settled);
    assert_eq!(payment.received, Some(Money::vnd(300_000)));
    assert_eq!(payment.method, Some(PaymentMethod::Card));
    assert_eq!(payment.gateway_ref.as_ref().unwrap().as_str(), "SEPAY-68BA83CE637C1");
    assert_eq!(payment.provider_state.as_deref(), Some("CAPTURED"));
    assert!(!payment.raw.as_bytes().is_empty());
}

#[tokio::test]
async fn every_documented_status_is_told_and_an_invented_one_is_uncertain() {
    for (status, state) in [
        ("CAPTURED", PaymentState::Settled),
        ("AUTHENTICATION_NOT_NEEDED", PaymentState::Open),
        ("PENDING", PaymentState::Open),
        ("CANCELLED", PaymentState::Cancelled),
        ("CANCELED", PaymentState::Cancelled),
        ("SOMETHING_NEW", PaymentState::Uncertain),
    ] {
        let found = found(200, detail(status)).await.unwrap().found().unwrap();
        assert_eq!(found.state, state, "{status}");
        assert_eq!(found.received.is_some(), state == PaymentState::Settled, "{status}");
        assert_eq!(found.provider_state.as_deref(), Some(status));
    }
}

#[tokio::test]
async fn an_order_that_sepay_does_not_know_may_still_come() {
    let found = found(404, NOT_KNOWN).await.unwrap();
    assert!(matches!(found, Lookup::Absent(Absence::Inconclusive { .. })));
}

#[tokio::test]
async fn a_strangers_404_is_not_an_absence() {
    for body in ["", "{}", "<html>404</html>"] {
        assert_eq!(found(404, body).await.unwrap_err().kind(), ErrorKind::NotFound, "{body}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_the_documented_one_says_nothing() {
    for body in [
        String::new(),
        "<html>".to_owned(),
        r#"{"data":null}"#.to_owned(),
        r#"{"data":[]}"#.to_owned(),
        detail("CAPTURED").replace("DH-1", "DH-2"),
        detail("CAPTURED").replace("300000.00", "300000.50"),
        detail("CAPTURED").replace("300000.00", "lots"),
        detail("CAPTURED").replace(r#""order_amount":"300000.00","#, ""),
        detail("CAPTURED").chars().take(200).collect(),
        "[".repeat(100_000),
    ] {
        let error = found(200, body.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{body:.80}");
    }
}

#[tokio::test]
async fn a_refused_inquiry_is_an_error_of_its_kind() {
    for (status, kind) in [
        (400, ErrorKind::InvalidRequest),
        (401, ErrorKind::Authentication),
        (403, ErrorKind::Permission),
        (422, ErrorKind::InvalidRequest),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
    ] {
        let error = found(status, r#"{"message":"Lỗi"}"#).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status}");
        assert_eq!(error.provider_message(), Some("Lỗi"));
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
}

#[tokio::test]
async fn a_cancellation_is_one_post_that_names_the_invoice() {
    let wire = Wire::new();
    wire.answer(200, CANCELLED);
    let provider = provider(&[GATEWAY, BANK], &wire);
    let submission = provider.payments().unwrap().cancel_payment(&order("DH-1")).await.unwrap();
    let Submission::Accepted(payment) = submission else { panic!("{submission:?}") };
    assert_eq!(payment.state, PaymentState::Cancelled);
    assert_eq!(wire.asked(), ["POST https://pgapi-sandbox.sepay.vn/v1/order/cancel"]);
    let call = &wire.calls()[0];
    assert_eq!(call.body().as_ref(), br#"{"order_invoice_number":"DH-1"}"#);
    assert_eq!(call.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn a_documented_refusal_is_declined_and_unconfirmed() {
    for (status, reason, asked) in [
        (400, DeclineReason::InvalidRequest, 2),
        (401, DeclineReason::Authentication, 1),
        (403, DeclineReason::Permission, 1),
        (404, DeclineReason::Other, 2),
        (422, DeclineReason::State, 2),
    ] {
        let wire = Wire::new();
        wire.answer(status, REFUSED).answer(404, NOT_KNOWN);
        let provider = provider(&[GATEWAY], &wire);
        let submission = provider.payments().unwrap().cancel_payment(&order("DH-1")).await.unwrap();
        let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
        assert_eq!((decline.reason, decline.is_confirmed()), (reason, false), "{status}");
        assert_eq!(decline.message.as_deref(), Some("Không được"));
        assert_eq!(wire.calls().len(), asked, "{status}");
    }
}

#[tokio::test]
async fn a_refusal_is_confirmed_only_by_an_order_that_shows_that_nothing_was_done() {
    let by_card = detail("CAPTURED").replace("DECLINED", "APPROVED");
    let by_transfer = by_card.replace("CARD", "BANK_TRANSFER");
    for (told, cancel, void) in [
        (detail("AUTHENTICATION_NOT_NEEDED"), true, true),
        (detail("PENDING"), true, true),
        // SePay may leave a voided order captured.
        (by_card.clone(), true, false),
        (by_transfer, true, true),
        // What was asked for, done after all.
        (detail("CANCELLED"), false, false),
        (by_card.replace("CAPTURED", "CANCELLED"), false, false),
        (detail("SOMETHING_NEW"), false, false),
        (detail("PENDING").replace("DH-1", "DH-2"), false, false),
        ("{".to_owned(), false, false),
    ] {
        let wire = Wire::new();
        wire.answer(422, REFUSED).answer(200, &*told).answer(422, REFUSED).answer(200, &*told);
        let provider = provider(&[GATEWAY], &wire);
        let cancelled = provider.payments().unwrap().cancel_payment(&order("DH-1")).await.unwrap();
        let sepay = provider.extension::<SePay>().unwrap();
        let voided = sepay.void_transaction(&order("DH-1")).await.unwrap();
        for (submission, confirmed) in [(cancelled, cancel), (voided, void)] {
            let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
            assert_eq!(decline.is_confirmed(), confirmed, "{told}");
            assert_eq!(decline.reason, DeclineReason::State);
        }
        assert_eq!(wire.asked()[1], "GET https://pgapi-sandbox.sepay.vn/v1/order/detail/DH-1");
        assert_eq!(wire.calls().len(), 4, "{told}");
    }
}

#[tokio::test]
async fn an_order_tells_what_keeps_it_from_being_cancelled_or_voided() {
    let by_card = detail("CAPTURED").replace("DECLINED", "APPROVED");
    for (told, cancel, void) in [
        (detail("PENDING"), None, Some(Obstacle::Unpaid)),
        (by_card.clone(), Some(Obstacle::Paid), None),
        (by_card.replace("CARD", "BANK_TRANSFER"), Some(Obstacle::Paid), Some(Obstacle::NotByCard)),
        (by_card.replace("CARD", "WALLET"), Some(Obstacle::Paid), None),
        (detail("CANCELLED"), Some(Obstacle::Cancelled), Some(Obstacle::Cancelled)),
        (
            by_card.replace("CAPTURED", "CANCELLED"),
            Some(Obstacle::Refunded),
            Some(Obstacle::Refunded),
        ),
        (detail("SOMETHING_NEW"), None, None),
    ] {
        let wire = Wire::new();
        wire.answer(200, &*told);
        let provider = provider(&[GATEWAY], &wire);
        let order = provider.extension::<SePay>().unwrap().order("DH-1").await.unwrap().unwrap();
        assert_eq!((order.cancel_obstacle(), order.void_obstacle()), (cancel, void), "{told}");
    }
}

#[tokio::test]
async fn anything_else_that_was_answered_is_uncertain() {
    for (status, body) in [
        (200, ""),
        (200, "<html>OK</html>"),
        (200, r#"{"message":"Đã"#),
        (204, ""),
        (302, CANCELLED),
        (401, "<html>proxy</html>"),
        (404, "not here"),
        (429, r#"{"message":"slow down"}"#),
        (429, ""),
        (500, r#"{"message":"oops"}"#),
        (502, "<html>Bad gateway</html>"),
    ] {
        let submission = cancelled(status, body).await;
        let Submission::Uncertain(uncertain) = submission else { panic!("{status} {body}") };
        assert_eq!(uncertain.cause, UncertainCause::UnreadableAnswer, "{status} {body}");
        assert_eq!(uncertain.status, Some(status));
    }
}

#[tokio::test]
async fn an_instruction_whose_answer_is_lost_is_uncertain_and_sent_once() {
    for (failure, cause) in [
        (TransportErrorKind::ConnectionLost, UncertainCause::ConnectionLost),
        (TransportErrorKind::TimedOut, UncertainCause::TimedOut),
        (TransportErrorKind::TooLarge, UncertainCause::UnreadableAnswer),
    ] {
        let wire = Wire::new();
        wire.fail(failure);
        let provider = provider(&[GATEWAY], &wire);
        let submission = provider.payments().unwrap().cancel_payment(&order("DH-1")).await.unwrap();
        let Submission::Uncertain(uncertain) = submission else { panic!("{submission:?}") };
        assert_eq!(uncertain.cause, cause);
        assert_eq!(wire.calls().len(), 1);
    }
}

#[tokio::test]
async fn only_what_never_left_is_an_error() {
    let wire = Wire::new();
    wire.fail(TransportErrorKind::NotSent);
    let provider = provider(&[GATEWAY], &wire);
    let error = provider.payments().unwrap().cancel_payment(&order("DH-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_reference_that_is_no_invoice_number_is_never_sent() {
    let wire = Wire::new();
    let provider = provider(&[GATEWAY], &wire);
    let payments = provider.payments().unwrap();
    let sepay = provider.extension::<SePay>().unwrap();
    for bad in ["DH 1", "../order", "ĐH1", "DH?1", "DH%2F1"] {
        let order = order(bad);
        assert_eq!(payments.find_payment(&order).await.unwrap_err().field(), Some("order"));
        assert_eq!(payments.cancel_payment(&order).await.unwrap_err().field(), Some("order"));
        assert_eq!(sepay.void_transaction(&order).await.unwrap_err().field(), Some("order"));
    }
    for bad in ["", ".", ".."] {
        assert_eq!(sepay.order(bad).await.unwrap_err().field(), Some("order"));
    }
    assert!(wire.is_untouched());
}

#[tokio::test]
async fn an_order_that_other_software_named_is_asked_for_by_that_name() {
    let wire = Wire::new();
    wire.answer(404, NOT_KNOWN);
    let provider = provider(&[GATEWAY], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    assert_eq!(sepay.order("../ĐH 1?a").await.unwrap(), None);
    assert_eq!(
        wire.asked(),
        ["GET https://pgapi-sandbox.sepay.vn/v1/order/detail/..%2F%C4%90H%201%3Fa"]
    );
}

#[tokio::test]
async fn refunds_are_refused_before_anything_is_sent() {
    let wire = Wire::new();
    let provider = provider(&[GATEWAY, BANK], &wire);
    let request = RefundPayment::new(RefundRef::new("R1").unwrap(), order("00042"));
    let error = provider.payments().unwrap().refund_payment(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(wire.is_untouched());
}

#[tokio::test]
async fn a_void_is_one_post_and_a_refunded_payment() {
    let wire = Wire::new();
    wire.answer(200, r#"{"message":"Đã hủy giao dịch thành công"}"#);
    let provider = provider(&[GATEWAY], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    let submission = sepay.void_transaction(&order("DH-1")).await.unwrap();
    let Submission::Accepted(payment) = submission else { panic!("{submission:?}") };
    assert_eq!(payment.state, PaymentState::Refunded);
    assert_eq!(wire.asked(), ["POST https://pgapi-sandbox.sepay.vn/v1/order/voidTransaction"]);
    assert_eq!(wire.calls()[0].body().as_ref(), br#"{"order_invoice_number":"DH-1"}"#);
}

#[tokio::test]
async fn a_void_that_was_lost_is_uncertain() {
    let wire = Wire::new();
    wire.answer(500, "").fail(TransportErrorKind::ConnectionLost);
    let provider = provider(&[GATEWAY], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    assert!(sepay.void_transaction(&order("DH-1")).await.unwrap().is_uncertain());
    assert!(sepay.void_transaction(&order("DH-1")).await.unwrap().is_uncertain());
}

#[tokio::test]
async fn an_order_is_shown_with_what_was_tried() {
    let wire = Wire::new();
    wire.answer(200, detail("PENDING")).answer(404, NOT_KNOWN);
    let provider = provider(&[GATEWAY], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    let order = sepay.order("SEPAY-68BA83CE637C1").await.unwrap().unwrap();
    assert_eq!(order.transactions[0].status, TransactionStatus::Declined);
    assert_eq!(order.invoice.unwrap().as_str(), "DH-1");
    assert_eq!(sepay.order("SEPAY-X").await.unwrap(), None);
}

#[tokio::test]
async fn without_the_payment_gateway_there_are_no_orders() {
    let wire = Wire::new();
    let provider = provider(&[BANK], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    let error = sepay.void_transaction(&order("DH-1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(sepay.order("DH-1").await.unwrap_err().kind(), ErrorKind::Unsupported);
    let verification = sepay.verification(&Verification::new());
    assert_eq!(verification.unwrap_err().kind(), ErrorKind::Unsupported);
    assert!(wire.is_untouched());
}
