//! Responses of Template that are altered on their way, with the allowed results of each.

use bytes::Bytes;
use conformance_tests::{
    ChangedResponse,
    Meaning::{self, Unbelievable, Undecided, UnsignedRefusal},
    Operation,
};
use http::{Response, StatusCode};
use payments_core::payment::PaymentState;
use serde_json::{Value, json};

pub(crate) fn all() -> Vec<ChangedResponse> {
    let opened = |name, rewrite, meaning| {
        ChangedResponse::new(Operation::CreatePayment, name, rewrite, meaning)
    };
    let found = |name, rewrite, meaning| {
        ChangedResponse::new(Operation::FindPayment, name, rewrite, meaning)
    };
    let state = |name, rewrite, state| found(name, rewrite, Meaning::Payment(state));
    vec![
        // The response has to be about the request.
        opened("another amount", |_, _, a| with(a, "amount", json!(500_000)), Unbelievable),
        opened("another currency", |_, _, a| with(a, "currency", json!("USD")), Unbelievable),
        opened("another reference", |_, _, a| with(a, "reference", json!("T-9")), Unbelievable),
        found("another reference", |_, _, a| with(a, "reference", json!("T-9")), Unbelievable),
        // Every refusal in the guide, and one that the guide does not have.
        opened("unauthorised", |_, _, a| refusal(a, 401, "unauthorised"), UnsignedRefusal),
        opened("invalid_request", |_, _, a| refusal(a, 422, "invalid_request"), UnsignedRefusal),
        opened("amount_limit", |_, _, a| refusal(a, 422, "amount_limit"), UnsignedRefusal),
        opened("reference_taken", |_, _, a| refusal(a, 409, "reference_taken"), UnsignedRefusal),
        opened("too_many_calls", |_, _, a| refusal(a, 429, "too_many_calls"), UnsignedRefusal),
        opened("in_progress", |_, _, a| refusal(a, 409, "in_progress"), Undecided),
        opened("an invented code", |_, _, a| refusal(a, 422, "no_more_ink"), Undecided),
        found("unauthorised", |_, _, a| refusal(a, 401, "unauthorised"), UnsignedRefusal),
        found("an invented code", |_, _, a| refusal(a, 422, "no_more_ink"), Undecided),
        // Every state in the guide, and one that the guide does not have.
        state("open", |_, _, a| in_state(a, "open"), PaymentState::Open),
        state("processing", |_, _, a| in_state(a, "processing"), PaymentState::Processing),
        state("paid", |_, _, a| in_state(a, "paid"), PaymentState::Settled),
        state("expired", |_, _, a| in_state(a, "expired"), PaymentState::Expired),
        state("failed", |_, _, a| in_state(a, "failed"), PaymentState::Failed),
        state("refunded", |_, _, a| in_state(a, "refunded"), PaymentState::Refunded),
        state("an invented state", |_, _, a| in_state(a, "PAID"), PaymentState::Uncertain),
        opened("an invented state", |_, _, a| in_state(a, "teleported"), Undecided),
    ]
}

fn in_state(answer: Response<Bytes>, word: &str) -> Response<Bytes> {
    with(answer, "state", json!(word))
}

fn with(answer: Response<Bytes>, field: &str, value: Value) -> Response<Bytes> {
    answer.map(|body| {
        let mut payment: Value = serde_json::from_slice(&body).unwrap();
        payment[field] = value;
        payment.to_string().into()
    })
}

fn refusal(answer: Response<Bytes>, status: u16, error: &str) -> Response<Bytes> {
    let body = json!({ "error": error, "message": null });
    let mut refusal = answer.map(|_| body.to_string().into());
    *refusal.status_mut() = StatusCode::from_u16(status).unwrap();
    refusal
}
