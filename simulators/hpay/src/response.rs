//! Responses: the refusal of each operation, and the effect of a scripted fault on a success.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;
use simulator_kit::HangUp;

use super::{
    checkout,
    endpoints::Endpoint,
    faults::{Fault, Operation, When},
    fields::Fields,
    gateway::Gateway,
    openapi, sign,
    tables::Service,
};

/// What a handler returns: a successful response, or the code of a refusal.
pub(crate) type HandlerResult = Result<Response, Refusal>;

/// An error code of the operation's service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) &'static str);

/// Responds to one request, or does what the next scripted fault of its operation says.
pub(crate) fn respond(gateway: &Gateway, endpoint: &'static Endpoint, fields: Fields) -> Response {
    let operation = endpoint.operation;
    let refuse = |code: &str| match endpoint.is_openapi() {
        true => openapi::refusal(gateway, code),
        false => refusal(operation, code),
    };
    let fault = gateway.script.take(operation);
    match &fault {
        Some(Fault::LoseAnswer { when: When::BeforeBooking }) => return HangUp.into_response(),
        Some(Fault::AnswerCode { code, when: When::BeforeBooking }) => {
            return refuse(code);
        }
        Some(Fault::DeliverLate) => {
            gateway.delayed_requests.add(endpoint, fields);
            return HangUp.into_response();
        }
        _ => {}
    }
    let answer = (endpoint.handler)(gateway, &fields, fault.as_ref());
    match (fault, answer) {
        (Some(Fault::LoseAnswer { .. }), _) => HangUp.into_response(),
        (Some(Fault::AnswerCode { code, .. }), _) => refuse(&code),
        (_, Ok(mut response)) => {
            if !endpoint.is_openapi() {
                response.extensions_mut().insert(operation);
            }
            response
        }
        (_, Err(Refusal(code))) => refuse(code),
    }
}

/// The response of `operation` that carries an error code.
///
/// On failure HPay sends an empty array where the data would be, and an empty code where the
/// proof would be.
pub(crate) fn refusal(operation: Operation, code: &str) -> Response {
    let meaning = |service: Service| service.meaning(code).unwrap_or_default();
    let body = match operation {
        Operation::OpenCheckout | Operation::RevokeToken => return checkout::error_page(code),
        Operation::OrderInquiry
        | Operation::CreateAccount
        | Operation::RevokeAccount
        | Operation::NameCheck => json!({ "error_code": code, "data": [], "checksum": "" }),
        Operation::RenameAccount => json!({
            "error_code": code,
            "message": meaning(Service::VirtualAccount),
            "data": [],
        }),
        Operation::AccountInquiry => json!({
            "error_code": code,
            "message": meaning(Service::VirtualAccount),
            "data": [],
            "secure_code": "",
        }),
        Operation::CreatePayout => json!({
            "error_code": code,
            "status": meaning(Service::Payout),
            "data": [],
        }),
        Operation::PayoutInquiry => json!({ "data": [], "secure_chain": "", "error_code": code }),
        Operation::Balance => json!({
            "requestId": sign::filler(&["balance", code]).to_uppercase(),
            "error_code": code.parse::<i64>().unwrap_or(-1),
            "client_ip": CLIENT_IP,
            "message": balance_message(code),
        }),
        // These have no response in the reference's form.
        Operation::Token | Operation::AccountList | Operation::TransactionInquiry => json!({}),
        // These are notifications that the gateway sends; no request asks for them.
        Operation::PaymentNotification | Operation::AccountCallback | Operation::TokenCallback => {
            json!({})
        }
    };
    Json(body).into_response()
}

/// Every client of a simulator is on this machine.
pub(crate) const CLIENT_IP: &str = "127.0.0.1";

fn balance_message(code: &str) -> &'static str {
    if code == super::codes::balance::UNKNOWN_MERCHANT {
        "Website tích hợp thanh toán không tồn tại"
    } else {
        "Tham số không hợp lệ"
    }
}
