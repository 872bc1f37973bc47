//! The responses to instructions about orders with virtual accounts. A response is conclusive only
//! if SePay documents it.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{Decline, OrderRef, Raw, Submission, Uncertain, UncertainCause, money::Money};
use provider_kit::transport::Unreadable;
use serde::Deserialize;

use super::{
    order_reading::{created_order, order_va},
    status::refusal,
    wire::{self, Instructed},
};
use crate::{
    bank::{
        user_api::order::{CreatedOrder, OrderStatus, OrderVa, VaStatus},
        v1_response::words,
        wire::V1Head,
    },
    field::{Unclear, said},
};

/// The request with which an order was created, for comparison with the response.
pub(crate) struct Asked<'a> {
    pub(crate) code: &'a OrderRef,
    pub(crate) amount: Option<Money>,
    /// The number of the bank account that receives the money, if it is known.
    pub(crate) account_number: Option<&'a str>,
}

/// Reads the response to `POST …/orders` (source: SePay API v2: create order).
pub(crate) fn order_created(
    asked: &Asked<'_>,
    response: &Response<Bytes>,
) -> Result<Submission<CreatedOrder>, Unreadable> {
    let row: wire::CreatedOrder<'_> = match done(response)? {
        Outcome::Done(row) => row,
        Outcome::Other(submission) => return Ok(submission),
    };
    match said(&row.order_code) {
        Some(code) if code == asked.code.as_str() => {}
        Some(_) => return Ok(mismatch("SePay created an order under another code than ours")),
        None => return Err(Unreadable::new("the created order has no order_code")),
    }
    let raw = Raw::new(response.body().clone());
    let created = created_order(&row, asked.code, raw).map_err(unreadable)?;
    if created.amount != asked.amount {
        return Ok(mismatch("SePay created an order for another amount than was asked"));
    }
    if let (Some(ours), Some(theirs)) = (asked.account_number, created.account_number.as_deref())
        && ours != theirs
    {
        return Ok(mismatch("SePay created an order on another bank account than was asked"));
    }
    Ok(match &created.status {
        OrderStatus::Other(word) => unknown_word(word),
        _ => Submission::Accepted(created),
    })
}

/// Reads the response to `POST …/orders/{id}/va` (source: SePay API v2: create VA).
pub(crate) fn va_created(
    amount: Option<Money>,
    response: &Response<Bytes>,
) -> Result<Submission<OrderVa>, Unreadable> {
    let row: wire::OrderVa<'_> = match done(response)? {
        Outcome::Done(row) => row,
        Outcome::Other(submission) => return Ok(submission),
    };
    let va = order_va(&row).map_err(unreadable)?;
    if va.amount != amount {
        return Ok(mismatch("SePay opened a virtual account for another amount than was asked"));
    }
    Ok(match &va.status {
        VaStatus::Other(word) => unknown_word(word),
        _ => Submission::Accepted(va),
    })
}

/// Reads the response to `DELETE …/orders/{id}` and `DELETE …/orders/{id}/va/{va}`, which is HTTP
/// 204 with an empty body (source: SePay API v2: cancel order; cancel VA).
pub(crate) fn cancelled(response: &Response<Bytes>) -> Result<Submission<()>, Unreadable> {
    if response.status() == StatusCode::NO_CONTENT && response.body().is_empty() {
        return Ok(Submission::Accepted(()));
    }
    match done::<serde::de::IgnoredAny, ()>(response)? {
        Outcome::Other(submission) => Ok(submission),
        Outcome::Done(_) => Err(Unreadable::new("SePay documents an empty response with HTTP 204")),
    }
}

enum Outcome<T, U> {
    Done(T),
    Other(Submission<U>),
}

/// Returns `data` of a success, or the other outcome. Both versions have `{status: "success"}`. A
/// refusal is `{status: "error", message, error_code}` in v2; in v1 it has HTTP status 200 and its
/// own status in the body.
fn done<'a, T: Deserialize<'a>, U>(
    response: &'a Response<Bytes>,
) -> Result<Outcome<T, U>, Unreadable> {
    let (http, body) = (response.status(), response.body());
    if body.trim_ascii().is_empty() {
        return Err(Unreadable::new(
            "the response is empty: v1 refuses a token in this way, and a lost response looks the same",
        ));
    }
    if matches!(http, StatusCode::OK | StatusCode::CREATED) {
        let answer: Instructed<'_, T> = serde_json::from_slice(body)?;
        if said(&answer.status) == Some("success") {
            let data = answer.data.ok_or_else(|| Unreadable::new("the answer has no data"))?;
            return Ok(Outcome::Done(data));
        }
    }
    let head: V1Head<'_> = serde_json::from_slice(body)?;
    let word = said(&head.status).unwrap_or_default();
    let status = match (http, word) {
        (_, "error") if http != StatusCode::OK => http,
        (StatusCode::OK, "error") => StatusCode::UNPROCESSABLE_ENTITY,
        (_, number) => number
            .parse()
            .ok()
            .and_then(|number| StatusCode::from_u16(number).ok())
            .filter(|status| http == StatusCode::OK || http == *status)
            .ok_or_else(|| foreign(http))?,
    };
    let code = said(&head.error_code);
    let words = words(&head);
    if code.is_none() && words.is_none() {
        return Err(foreign(http));
    }
    Ok(Outcome::Other(match refusal(status, code) {
        Some(reason) => {
            let mut decline = Decline::new(reason);
            decline.code = code.map(str::to_owned);
            decline.message = words;
            Submission::Declined(decline)
        }
        None => {
            let message = words.unwrap_or_else(|| "SePay cannot report the result".to_owned());
            let mut uncertain =
                Uncertain::new(UncertainCause::ProviderUndecided, message).with_status(http);
            uncertain.code = code.map(str::to_owned);
            Submission::Uncertain(uncertain)
        }
    }))
}

fn foreign(http: StatusCode) -> Unreadable {
    Unreadable::new(format!(
        "HTTP {} is not SePay's documented response to this instruction",
        http.as_u16()
    ))
}

fn unreadable(unclear: Unclear) -> Unreadable {
    Unreadable::new(unclear.to_string())
}

fn mismatch<T>(what: &'static str) -> Submission<T> {
    Submission::Uncertain(Uncertain::new(UncertainCause::Mismatch, what).needing_attention())
}

fn unknown_word<T>(word: &str) -> Submission<T> {
    let message = format!("SePay documents no status {word:?}");
    Submission::Uncertain(Uncertain::new(UncertainCause::UnknownCode, message).with_code(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::DeclineReason;

    const CREATED: &str = r#"{"status":"success","message":"Order created successfully","data":{
        "id":"b2c3","order_code":"DH20250001","va_number":"963NQDORDZVTBPJ3Z7H",
        "va_holder_name":"CONG TY","amount":500000,"status":"Pending","bank_name":"BIDV",
        "account_holder_name":"CONG TY","account_number":"1234567890","expired_at":null}}"#;

    fn answer(status: u16, body: &str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from(body.to_owned())).unwrap()
    }

    fn created(status: u16, body: &str) -> Result<Submission<CreatedOrder>, Unreadable> {
        let code = OrderRef::new("DH20250001").unwrap();
        let asked = Asked {
            code: &code,
            amount: Some(Money::vnd(500_000)),
            account_number: Some("1234567890"),
        };
        order_created(&asked, &answer(status, body))
    }

    #[test]
    fn a_created_order_is_accepted_under_either_name_of_its_id() {
        for body in [CREATED.to_owned(), CREATED.replace("\"id\"", "\"order_id\"")] {
            let submission = created(201, &body).unwrap();
            let Submission::Accepted(order) = submission else { panic!("{submission:?}") };
            assert_eq!((order.id.as_str(), order.status), ("b2c3", OrderStatus::Pending));
        }
    }

    #[test]
    fn an_answer_about_something_else_calls_for_a_person() {
        for changed in [
            CREATED.replace("DH20250001", "DH20250002"),
            CREATED.replace("500000", "500001"),
            CREATED.replace("1234567890", "1234567891"),
        ] {
            match created(201, &changed).unwrap() {
                Submission::Uncertain(uncertain) => {
                    assert_eq!(uncertain.cause, UncertainCause::Mismatch);
                    assert!(uncertain.needs_attention);
                }
                other => panic!("{other:?}"),
            }
        }
        match created(201, &CREATED.replace("Pending", "Frozen")).unwrap() {
            Submission::Uncertain(uncertain) => {
                assert_eq!(uncertain.cause, UncertainCause::UnknownCode);
                assert_eq!(uncertain.code.as_deref(), Some("Frozen"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_documented_refusal_is_declined_and_never_confirmed() {
        for (status, code, reason) in [
            (401, "unauthorized", DeclineReason::Authentication),
            (403, "vcb_cancel_not_allowed", DeclineReason::State),
            (403, "forbidden", DeclineReason::Permission),
            (404, "not_found", DeclineReason::Other),
            (422, "invalid_state", DeclineReason::State),
            (422, "invalid_tid", DeclineReason::InvalidRequest),
            (422, "invalid_tid_format", DeclineReason::InvalidRequest),
            (429, "rate_limited", DeclineReason::Other),
        ] {
            let body = format!(r#"{{"status":"error","message":"x","error_code":"{code}"}}"#);
            for submission in [
                created(status, &body).unwrap().map(drop),
                cancelled(&answer(status, &body)).unwrap(),
            ] {
                let Submission::Declined(decline) = submission else { panic!("{submission:?}") };
                assert_eq!((decline.reason, decline.is_confirmed()), (reason, false), "{code}");
                assert_eq!(decline.code.as_deref(), Some(code));
            }
        }
    }

    #[test]
    fn a_refusal_of_v1_under_http_200_is_read_from_its_body() {
        let body = r#"{"status":422,"error":422,"messages":{"error":"x"}}"#;
        match created(200, body).unwrap() {
            Submission::Declined(decline) => {
                assert_eq!(decline.reason, DeclineReason::InvalidRequest);
                assert_eq!(decline.message.as_deref(), Some("x"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_failure_of_sepay_or_of_the_bank_is_uncertain_with_its_code() {
        for (status, code) in [(500, "vcb_cancel_error"), (503, "vcb_connection_error")] {
            let body = format!(r#"{{"status":"error","message":"x","error_code":"{code}"}}"#);
            match cancelled(&answer(status, &body)).unwrap() {
                Submission::Uncertain(uncertain) => {
                    assert_eq!(uncertain.cause, UncertainCause::ProviderUndecided);
                    assert_eq!(uncertain.code.as_deref(), Some(code));
                    assert_eq!(uncertain.status, Some(status));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_sepay_does_not_document_decides_nothing() {
        for (status, body) in [
            (200, ""),
            (201, ""),
            (201, "<html>OK</html>"),
            (201, r#"{"status":"success"}"#),
            (201, r#"{"status":"success","data":{}}"#),
            (201, &CREATED[..80]),
            (204, ""),
            (302, CREATED),
            (401, "<html>Unauthorized</html>"),
            (404, "Not Found"),
            (422, r#"{"status":"error"}"#),
            (429, r#"{"error":"slow down"}"#),
            (500, "<html>"),
            (502, ""),
        ] {
            assert!(created(status, body).is_err(), "{status} {body}");
        }
        for (status, body) in [(200, ""), (201, CREATED), (404, ""), (500, "")] {
            assert!(cancelled(&answer(status, body)).is_err(), "{status} {body}");
        }
        assert!(matches!(cancelled(&answer(204, "")), Ok(Submission::Accepted(()))));
    }

    #[test]
    fn an_added_virtual_account_takes_the_amount_that_was_asked() {
        let body = r#"{"status":"success","data":{"va_number":"963NQDORDZVTBPJ3Z7J",
            "va_holder_name":"CONG TY","amount":200000,"status":"Unpaid","expired_at":null}}"#;
        let read = |amount| va_created(amount, &answer(201, body)).unwrap();
        assert!(matches!(read(Some(Money::vnd(200_000))), Submission::Accepted(_)));
        assert!(read(None).is_uncertain());
        assert!(read(Some(Money::vnd(1))).is_uncertain());
    }
}
