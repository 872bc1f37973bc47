//! The responses to cancelling and voiding an order. A response is conclusive only if SePay
//! documents it.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{
    Decline, DeclineReason, OrderRef, Raw, Submission,
    payment::{Payment, PaymentState},
};
use provider_kit::transport::Unreadable;

use super::{obstacle::Obstacle, order::Order, status::refusal, wire::Message};

/// Reads the response to `POST /v1/order/cancel` (source: developer.sepay.vn, payment gateway, API:
/// cancel order).
pub(crate) fn cancelled(
    order: &OrderRef,
    response: &Response<Bytes>,
) -> Result<Submission<Payment>, Unreadable> {
    verdict(response, order, PaymentState::Cancelled)
}

/// Reads the response to `POST /v1/order/voidTransaction` (source: developer.sepay.vn, payment
/// gateway, API: void transaction).
///
/// A voided card payment is refunded, because it was captured and the money is returned before it
/// settles.
pub(crate) fn voided(
    order: &OrderRef,
    response: &Response<Bytes>,
) -> Result<Submission<Payment>, Unreadable> {
    verdict(response, order, PaymentState::Refunded)
}

/// Reads the response to both calls. A success has a `message` for people, and so did all refusals
/// that were seen. SePay documents the statuses, but a body only for 200. The status is therefore
/// decisive, but it counts as SePay's own only with such a body.
fn verdict(
    response: &Response<Bytes>,
    order: &OrderRef,
    state: PaymentState,
) -> Result<Submission<Payment>, Unreadable> {
    let message = serde_json::from_slice::<Message>(response.body())?.message;
    if message.trim().is_empty() {
        return Err(Unreadable::new("the answer says nothing"));
    }
    if response.status() == StatusCode::OK {
        let payment =
            Payment::new(order.clone(), state).with_raw(Raw::new(response.body().clone()));
        return Ok(Submission::Accepted(payment));
    }
    match refusal(response.status()) {
        Some(reason) => Ok(Submission::Declined(Decline::new(reason).with_message(message))),
        None => Err(Unreadable::new(format!(
            "HTTP {} is not SePay's documented response to this instruction",
            response.status().as_u16()
        ))),
    }
}

/// Returns `true` if the order can be queried after a refusal, which is not possible if SePay
/// refused the caller itself.
pub(crate) fn can_ask_after(reason: DeclineReason) -> bool {
    !matches!(reason, DeclineReason::Authentication | DeclineReason::Permission)
}

/// Returns `true` if the order shows that a cancellation was not carried out.
pub(crate) fn is_not_cancelled(order: &Order) -> bool {
    matches!(order.state, PaymentState::Open | PaymentState::Processing | PaymentState::Settled)
}

/// Returns `true` if the order shows that a void was not carried out. SePay documents no status
/// after a void, so an order that was paid by card shows nothing.
pub(crate) fn is_not_voided(order: &Order) -> bool {
    matches!(order.void_obstacle(), Some(Obstacle::Unpaid | Obstacle::NotByCard))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = r#"{"message":"Đã hủy đơn hàng thành công"}"#;

    fn order() -> OrderRef {
        OrderRef::new("DH1").unwrap()
    }

    fn answer(status: u16, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn the_documented_success_is_accepted() {
        for (read, state) in [
            (cancelled as fn(&_, &_) -> _, PaymentState::Cancelled),
            (voided, PaymentState::Refunded),
        ] {
            let submission = read(&order(), &answer(200, MESSAGE)).unwrap();
            let Submission::Accepted(payment) = submission else { panic!("{submission:?}") };
            assert_eq!((payment.order, payment.state), (order(), state));
        }
    }

    #[test]
    fn every_documented_refusal_is_declined_and_never_confirmed() {
        for (status, reason) in [
            (400, DeclineReason::InvalidRequest),
            (401, DeclineReason::Authentication),
            (403, DeclineReason::Permission),
            (404, DeclineReason::Other),
            (422, DeclineReason::State),
        ] {
            let submission = cancelled(&order(), &answer(status, MESSAGE)).unwrap();
            let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
            assert_eq!(decline.reason, reason, "{status}");
            assert!(!decline.is_confirmed(), "{status}");
            assert_eq!(decline.message.as_deref(), Some("Đã hủy đơn hàng thành công"));
        }
    }

    #[test]
    fn what_sepay_does_not_document_decides_nothing() {
        for (status, body) in [
            (200, ""),
            (200, "<html>OK</html>"),
            (200, r#"{"success":true}"#),
            (200, r#"{"message":""}"#),
            (200, r#"{"message":null}"#),
            (200, r#"{"message":"Đã hủy"#),
            (201, MESSAGE),
            (302, MESSAGE),
            (401, "<html>Unauthorized</html>"),
            (404, "Not Found"),
            (409, MESSAGE),
            (429, MESSAGE),
            (500, MESSAGE),
            (502, MESSAGE),
        ] {
            assert!(cancelled(&order(), &answer(status, body)).is_err(), "{status} {body}");
        }
    }
}
