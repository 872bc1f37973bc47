//! The meaning of Template's states and codes. Only this module interprets them, by pure functions
//! that are defined for every input, including values that the guide does not document.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{
    Absence, Decline, DeclineReason, DedupeKey, Error, ErrorKind, GatewayRef, Lookup, OrderRef,
    Raw, Result, Submission, Uncertain, UncertainCause,
    money::Currency,
    notification::{Confirmation, Event, EventData},
    payment::{CreatePayment, NextAction, Payment, PaymentState},
    step::Step,
};
use provider_kit::transport::Unreadable;

use crate::wire;

/// Interprets a state (chapter "A payment"). An undocumented state is neither settled nor failed.
fn state(word: &str) -> PaymentState {
    match word {
        "open" => PaymentState::Open,
        "processing" => PaymentState::Processing,
        "paid" => PaymentState::Settled,
        "expired" => PaymentState::Expired,
        "failed" => PaymentState::Failed,
        "refunded" => PaymentState::Refunded,
        _ => PaymentState::Uncertain,
    }
}

/// Converts a payment of a response or a notification.
pub(crate) fn payment(wire: &wire::Payment) -> Result<Payment, Unreadable> {
    let currency = Currency::from_code(&wire.currency).map_err(|error| odd("currency", error))?;
    let asked = wire.amount.money(currency).map_err(|error| odd("amount", error))?;
    let received = wire.received.money(currency).map_err(|error| odd("received", error))?;
    let order = OrderRef::new(&wire.reference).map_err(|error| odd("reference", error))?;
    let id = GatewayRef::new(&wire.id).map_err(|error| odd("id", error))?;
    let payment = Payment::new(order, state(&wire.state))
        .with_asked(asked)
        .with_received(received)
        .with_gateway_ref(id)
        .with_provider_state(&wire.state);
    Ok(match &wire.pay_url {
        Some(url) if payment.state == PaymentState::Open => {
            payment.with_next(NextAction::Redirect { url: url.clone() })
        }
        _ => payment,
    })
}

/// Returns the key under which this state of a payment is handled once. It is the same in a
/// notification and in an inquiry. It includes the received amount, because a buyer can pay twice.
pub(crate) fn key(payment: &Payment) -> Result<DedupeKey> {
    let id = payment.gateway_ref.as_ref().map_or("", |id| id.as_str());
    let received = payment.received.map_or(0, |received| received.minor());
    DedupeKey::new("template.payment", format!("{id}:{:?}:{received}", payment.state))
}

fn odd(field: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unreadable {
    Unreadable::new(format!("`{field}` is not what the guide documents")).with_source(error)
}

#[expect(clippy::large_enum_variant, reason = "one at a time, and mostly the large one")]
enum Answered {
    Payment(Payment),
    Refusal(wire::Refusal),
}

/// Reads a payment from a response with the status 200, or a refusal from a client error. Other
/// responses do not come from Template, but for example from a proxy.
fn read(response: &Response<Bytes>) -> Result<Answered, Unreadable> {
    let (status, body) = (response.status(), response.body());
    if status == StatusCode::OK {
        let payment = payment(&serde_json::from_slice(body)?)?;
        Ok(Answered::Payment(payment.with_raw(Raw::new(body.clone()))))
    } else if status.is_client_error() {
        Ok(Answered::Refusal(serde_json::from_slice(body)?))
    } else {
        Err(Unreadable::new(format!("HTTP {status} is not a response that the guide documents")))
    }
}

/// Interprets the response to `POST /v1/payments`.
pub(crate) fn opened(
    response: &Response<Bytes>,
    request: &CreatePayment,
) -> Result<Submission<Payment>, Unreadable> {
    let payment = match read(response)? {
        Answered::Payment(payment) => payment,
        Answered::Refusal(refusal) => return Ok(refused(&refusal)),
    };
    if payment.order != request.order || payment.asked != Some(request.amount) {
        // A payment exists, but not the requested one, so a person has to look at it.
        let message = "the response is about another reference or amount than we sent";
        let uncertain = Uncertain::new(UncertainCause::Mismatch, message).needing_attention();
        return Ok(Submission::Uncertain(uncertain));
    }
    Ok(match payment.state {
        PaymentState::Uncertain => {
            let message = "the gateway opened it in an undocumented state";
            Submission::Uncertain(Uncertain::new(UncertainCause::UnknownCode, message))
        }
        _ => Submission::Accepted(payment),
    })
}

/// Interprets a refusal of an instruction (chapter "Errors"). It is not signed, so it is not
/// confirmed.
fn refused(refusal: &wire::Refusal) -> Submission<Payment> {
    let reason = match refusal.error.as_str() {
        "unauthorised" => DeclineReason::Authentication,
        "invalid_request" => DeclineReason::InvalidRequest,
        "amount_limit" => DeclineReason::Limit,
        "reference_taken" => DeclineReason::Duplicate,
        "too_many_calls" => DeclineReason::Other,
        "in_progress" => {
            let message = "the gateway has not decided yet";
            let uncertain = Uncertain::new(UncertainCause::ProviderUndecided, message);
            return Submission::Uncertain(uncertain.with_code(&refusal.error));
        }
        unknown => {
            let message = "the gateway refused with an undocumented code";
            let uncertain = Uncertain::new(UncertainCause::UnknownCode, message);
            return Submission::Uncertain(uncertain.with_code(unknown));
        }
    };
    let decline = Decline::new(reason).with_code(&refusal.error);
    Submission::Declined(match &refusal.message {
        Some(message) => decline.with_message(message),
        None => decline,
    })
}

/// Interprets the response to `GET /v1/payments/{reference}`.
///
/// # Errors
/// The response does not contain the state of the payment.
pub(crate) fn found(response: &Response<Bytes>, order: &OrderRef) -> Result<Lookup<Payment>> {
    let error = match read(response) {
        Ok(Answered::Payment(payment)) if payment.order == *order => {
            return Ok(Lookup::Found(payment));
        }
        Ok(Answered::Payment(_)) => {
            Error::new(ErrorKind::Malformed, "the response is about another payment")
        }
        Ok(Answered::Refusal(refusal)) if refusal.error == "unknown_reference" => {
            // A request whose response was lost may still arrive at Template.
            let why = "a request that is still on its way would open it";
            return Ok(Lookup::Absent(Absence::inconclusive(why)));
        }
        Ok(Answered::Refusal(refusal)) => failed(&refusal),
        Err(error) => unreadable(response.status(), error),
    };
    Err(error.with_operation("find_payment").with_status(response.status()))
}

/// Converts a refusal of an inquiry (chapter "Errors").
fn failed(refusal: &wire::Refusal) -> Error {
    let (kind, message) = match refusal.error.as_str() {
        "unauthorised" => (ErrorKind::Authentication, "the gateway does not accept the api_key"),
        "too_many_calls" => (ErrorKind::RateLimited, "too many calls; wait and ask again"),
        _ => (ErrorKind::Malformed, "the gateway refused with an undocumented code"),
    };
    Error::new(kind, message).with_code(&refusal.error)
}

/// Converts a response to an inquiry that does not come from Template. Its status shows whether a
/// repetition can help.
fn unreadable(status: StatusCode, error: Unreadable) -> Error {
    let (kind, message) = if status == StatusCode::TOO_MANY_REQUESTS {
        (ErrorKind::RateLimited, "too many calls; wait and ask again")
    } else if status.is_server_error() {
        (ErrorKind::Unavailable, "the gateway cannot serve now; ask again")
    } else {
        (ErrorKind::Malformed, "the response is not what the guide documents")
    };
    Error::new(kind, message).with_source(error)
}

/// Compares a claimed event with an inquiry. An event that is ahead of the inquiry waits, one that
/// is behind it is replaced, and one that contradicts it is for a person.
pub(crate) fn confirmation(claimed: &Payment, found: Payment) -> Confirmation {
    match found.state.step(claimed.state) {
        Step::Same | Step::Stale => match key(&found) {
            Ok(key) => Confirmation::Confirmed(Event::inquired(key, EventData::Payment(found))),
            Err(_) => Confirmation::NotYet { retry_after: None },
        },
        Step::Advance(_) => Confirmation::NotYet { retry_after: None },
        Step::Conflict { known, seen } => {
            Confirmation::Contradicted { claimed: format!("{seen:?}"), found: format!("{known:?}") }
        }
    }
}
