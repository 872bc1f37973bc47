use http::Response;
use payments_core::money::Money;
use serde_json::{Value, json};

use super::*;

fn order() -> OrderRef {
    OrderRef::new("A-1").unwrap()
}

fn told(state: &str) -> Value {
    json!({
        "id": "tp_1",
        "reference": "A-1",
        "amount": 50_000,
        "received": "0",
        "currency": "VND",
        "state": state,
        "pay_url": "https://pay.template.example/tp_1",
    })
}

fn says(status: u16, body: &Value) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()
}

fn request() -> CreatePayment {
    CreatePayment::new(order(), Money::vnd(50_000)).unwrap()
}

#[test]
fn every_documented_state_maps_and_an_invented_one_is_uncertain() {
    for (word, state) in [
        ("open", PaymentState::Open),
        ("processing", PaymentState::Processing),
        ("paid", PaymentState::Settled),
        ("expired", PaymentState::Expired),
        ("cancelled", PaymentState::Cancelled),
        ("failed", PaymentState::Failed),
        ("refunded", PaymentState::Refunded),
        ("PAID", PaymentState::Uncertain),
        ("", PaymentState::Uncertain),
        ("settled_maybe", PaymentState::Uncertain),
    ] {
        assert_eq!(super::state(word), state, "{word:?}");
    }
}

#[test]
fn every_documented_refusal_maps_and_an_invented_one_is_uncertain() {
    for (code, reason) in [
        ("unauthorised", Some(DeclineReason::Authentication)),
        ("forbidden", Some(DeclineReason::Permission)),
        ("invalid_request", Some(DeclineReason::InvalidRequest)),
        ("amount_limit", Some(DeclineReason::Limit)),
        ("reference_taken", Some(DeclineReason::Duplicate)),
        ("not_open", Some(DeclineReason::State)),
        ("unknown_reference", Some(DeclineReason::State)),
        ("too_many_calls", Some(DeclineReason::Other)),
        ("in_progress", None),
        ("computer_says_no", None),
    ] {
        let answer = says(422, &json!({ "error": code, "message": "sorry" }));
        match (opened(&answer, &request()).unwrap(), reason) {
            (Submission::Declined(decline), Some(reason)) => {
                assert_eq!((decline.reason, decline.confirmed), (reason, false), "{code}");
                assert_eq!(decline.code.as_deref(), Some(code));
            }
            (Submission::Uncertain(uncertain), None) => {
                assert_eq!(uncertain.code.as_deref(), Some(code));
            }
            (other, reason) => panic!("{code}: {other:?} instead of {reason:?}"),
        }
    }
}

#[test]
fn every_refusal_of_an_inquiry_says_what_to_do() {
    for (status, code, kind) in [
        (401, "unauthorised", ErrorKind::Authentication),
        (403, "forbidden", ErrorKind::Permission),
        (422, "invalid_request", ErrorKind::InvalidRequest),
        (429, "too_many_calls", ErrorKind::RateLimited),
        (418, "teapot", ErrorKind::Malformed),
    ] {
        let error = found(&says(status, &json!({ "error": code })), &order()).unwrap_err();
        assert_eq!(error.kind(), kind, "{code}");
        assert_eq!(error.code(), Some(code));
    }
}

#[test]
fn an_answer_that_is_not_the_gateways_own_is_no_answer() {
    let page = json!("<html>");
    for (status, kind) in [
        (200, ErrorKind::Malformed),
        (302, ErrorKind::Malformed),
        (404, ErrorKind::Malformed),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
    ] {
        assert!(opened(&says(status, &page), &request()).is_err(), "HTTP {status}");
        assert!(cancelled(&says(status, &page), &order()).is_err(), "HTTP {status}");
        assert_eq!(found(&says(status, &page), &order()).unwrap_err().kind(), kind, "{status}");
    }
}

#[test]
fn a_field_that_breaks_the_guide_makes_the_answer_unreadable() {
    for (field, value) in [
        ("id", json!("")),
        ("reference", json!(" ")),
        ("amount", json!("50000.5")),
        ("amount", json!("5e4")),
        ("received", json!(null)),
        ("currency", json!("dong")),
        ("state", json!(7)),
    ] {
        let mut body = told("open");
        body[field] = value;
        assert!(opened(&says(200, &body), &request()).is_err(), "{field}: {}", body[field]);
    }
}

#[test]
fn an_answer_about_something_else_calls_for_a_person() {
    for (field, value) in [("reference", json!("A-2")), ("amount", json!(5_000))] {
        let mut body = told("open");
        body[field] = value;
        let Submission::Uncertain(uncertain) = opened(&says(200, &body), &request()).unwrap()
        else {
            panic!("{field} was changed and believed");
        };
        assert_eq!(uncertain.cause, UncertainCause::Mismatch);
        assert!(uncertain.needs_attention);
    }
    let still_open = cancelled(&says(200, &told("open")), &order()).unwrap();
    assert!(still_open.is_uncertain());
}

#[test]
fn only_an_open_payment_has_a_next_action() {
    for state in ["open", "paid", "expired"] {
        let told = serde_json::from_str(&told(state).to_string()).unwrap();
        let payment = payment(&told).unwrap();
        assert_eq!(payment.next.is_some(), state == "open", "{state}");
        assert_eq!(payment.provider_state.as_deref(), Some(state));
    }
}

#[test]
fn an_inquiry_that_lags_behind_the_news_waits_and_one_that_contradicts_it_says_so() {
    let at = |state| Payment::new(order(), state);
    let confirm = |claimed, found| confirmation(&at(claimed), at(found));
    assert!(matches!(
        confirm(PaymentState::Settled, PaymentState::Settled),
        Confirmation::Confirmed(event) if event.is_trusted()
    ));
    assert!(matches!(
        confirm(PaymentState::Settled, PaymentState::Refunded),
        Confirmation::Confirmed(_)
    ));
    assert!(matches!(
        confirm(PaymentState::Settled, PaymentState::Open),
        Confirmation::NotYet { .. }
    ));
    assert!(matches!(
        confirm(PaymentState::Settled, PaymentState::Cancelled),
        Confirmation::Contradicted { .. }
    ));
}
